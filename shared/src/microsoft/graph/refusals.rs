//! Graph's refusals, and the challenges in them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::WWW_AUTHENTICATE;
use serde_json::Value;

use crate::domain::text::UntrustedText;
use crate::http::transport::Answer;
use crate::microsoft::error::GraphRefusal;

/// Status and `error.code` decide; `message` is for developers and is left unread ("Microsoft Graph error responses").
pub(super) fn refusal(status: u16, answer: &Answer, body: &Value) -> GraphRefusal {
    let inner = ["innerError", "innererror"].iter().find_map(|name| body.get("error")?.get(name));
    let request_id = answer
        .header("request-id")
        .or_else(|| inner?.get("request-id")?.as_str())
        .filter(|id| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let code = body.pointer("/error/code").and_then(Value::as_str);
    GraphRefusal {
        status,
        code: code.map(|code| UntrustedText::new(code.chars().take(64).collect::<String>()).to_string()),
        request_id: request_id.map(str::to_owned),
        claims: challenge(answer),
    }
}

/// The claims of a challenge ("Claims challenges, claims requests and client capabilities"), decoded.
fn challenge(answer: &Answer) -> Option<String> {
    let header = answer.header(WWW_AUTHENTICATE.as_str())?;
    if !header.contains("insufficient_claims") {
        return None;
    }
    let (_, rest) = header.split_once("claims=\"")?;
    let (encoded, _) = rest.split_once('"')?;
    let claims = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    serde_json::from_str::<Value>(&claims).ok().map(|_| claims)
}
