//! Decodes Graph's errors and claims challenges.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, PAD};
use serde_json::Value;

use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::text::UntrustedText;
use crate::http::challenge::{Challenge, challenges, oauth_error};
use crate::http::transport::HttpResponse;
use crate::microsoft::error::GraphRefusal;

/// Decodes an error. `message` is for developers and is not decoded ("Microsoft Graph error responses").
pub(super) fn refusal(status: u16, response: &HttpResponse, body: &Value) -> GraphRefusal {
    let inner = ["innerError", "innererror"].iter().find_map(|name| body.get("error")?.get(name));
    let request_id = response
        .header("request-id")
        .or_else(|| inner?.get("request-id")?.as_str())
        .filter(|id| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let challenge = oauth_error(&response.headers);
    let in_header = |name: &str| challenge.as_ref().and_then(|found| found.parameter(name));
    let lacks_scope = in_header("error").is_some_and(|error| error.eq_ignore_ascii_case("insufficient_scope"));
    let short = |text: &str| UntrustedText::new(text.chars().take(64).collect::<String>()).to_string();
    let code = body.pointer("/error/code").and_then(Value::as_str).or_else(|| in_header("error"));
    GraphRefusal {
        status,
        code: code.map(short),
        request_id: request_id.map(str::to_owned),
        required_scope: in_header("scope").filter(|_| lacks_scope).map(short),
        claims: claims(&challenges(&response.headers)),
    }
}

/// The claims challenge among the challenges of a response ("Claims challenges, claims requests and client capabilities"). A
/// malformed one is ignored; the error itself still counts.
pub(in crate::microsoft) fn claims(challenges: &[Challenge]) -> Option<ClaimsChallenge> {
    challenges.iter().filter(|challenge| challenge.reports("insufficient_claims")).find_map(|challenge| {
        let encoded = challenge.parameter("claims")?;
        // Microsoft documents base64 with padding; other services behind Graph send the other forms.
        let lenient = PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let decode = |alphabet| GeneralPurpose::new(alphabet, lenient).decode(encoded).ok();
        let decoded = decode(&STANDARD).or_else(|| decode(&URL_SAFE))?;
        String::from_utf8(decoded).ok()?.try_into().ok()
    })
}
