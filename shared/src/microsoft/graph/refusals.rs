//! Decodes Graph's errors and claims challenges.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::WWW_AUTHENTICATE;
use serde_json::Value;

use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::text::UntrustedText;
use crate::http::transport::HttpResponse;
use crate::microsoft::error::GraphRefusal;

/// Decodes an error. `message` is for developers and is not decoded ("Microsoft Graph error responses").
pub(super) fn refusal(status: u16, response: &HttpResponse, body: &Value) -> GraphRefusal {
    let inner = ["innerError", "innererror"].iter().find_map(|name| body.get("error")?.get(name));
    let request_id = response
        .header("request-id")
        .or_else(|| inner?.get("request-id")?.as_str())
        .filter(|id| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let code = body.pointer("/error/code").and_then(Value::as_str);
    GraphRefusal {
        status,
        code: code.map(|code| UntrustedText::new(code.chars().take(64).collect::<String>()).to_string()),
        request_id: request_id.map(str::to_owned),
        claims: challenge(response),
    }
}

/// The claims challenge of a response ("Claims challenges, claims requests and client capabilities"). A malformed one is
/// ignored; the error itself still counts.
fn challenge(response: &HttpResponse) -> Option<ClaimsChallenge> {
    let header = response.header(WWW_AUTHENTICATE.as_str())?;
    if !header.contains("insufficient_claims") {
        return None;
    }
    let (_, rest) = header.split_once("claims=\"")?;
    let (encoded, _) = rest.split_once('"')?;
    String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?.try_into().ok()
}
