//! Converts requests to events and function results to responses, as API Gateway does for an HTTP API (API
//! Gateway docs, "AWS Lambda proxy integrations", payload format 2.0).

use axum::body::{Body, Bytes};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

/// The event for a request.
pub fn event(parts: &Parts, body: &Bytes) -> Value {
    let mut headers = Map::new();
    for name in parts.headers.keys().filter(|name| **name != COOKIE) {
        let values: Vec<_> = parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        headers.insert(name.to_string(), json!(values.join(",")));
    }
    let cookies: Vec<_> = parts.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    let cookies: Vec<_> = cookies.iter().flat_map(|line| line.split("; ")).collect();
    let (text, encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    let path = parts.uri.path();
    let mut event = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(), "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "abc", "domainName": "abc.execute-api.eu-central-1.amazonaws.com",
            "domainPrefix": "abc", "requestId": "JKJaXmPLvHcESHA=", "routeKey": "$default", "simulation": "$default",
            "time": "02/Mar/2026:09:00:00 +0000", "timeEpoch": 1_772_442_000_000_u64,
            "http": {
                "method": parts.method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                "userAgent": "test"
            }
        },
        "isBase64Encoded": encoded
    });
    if path.starts_with("/v1/") {
        // A request without a token does not get past the authorizer. Tests call as this operator.
        let claims = operator_claims();
        event["headers"]["authorization"] = json!(format!("Bearer {}", token(&claims)));
        let texts = claims.as_object().into_iter().flatten();
        let texts: Map<_, _> = texts.map(|(name, value)| (name.clone(), json!(as_text(value)))).collect();
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": texts, "scopes": ["regrant.write"] } });
    }
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    if !text.is_empty() {
        event["body"] = json!(text);
    }
    event
}

/// The subject of the operator whose token the gateway has accepted.
pub const OPERATOR: &str = "00u1operator";

fn operator_claims() -> Value {
    json!({
        "iss": "https://id.example.com", "sub": OPERATOR, "aud": "regrant", "exp": 4_102_444_800_u64,
        "scope": "regrant.write", "groups": ["regrant admins", "staff"],
    })
}

/// A token with these claims. Its signature is the authorizer's concern.
pub fn token(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": "RS256", "typ": "at+jwt" })), part(claims))
}

/// A claim as API Gateway passes it: a list becomes words in brackets.
fn as_text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        Value::Array(values) => format!("[{}]", values.iter().map(as_text).collect::<Vec<_>>().join(" ")),
        other => other.to_string(),
    }
}

/// The response for a function's result.
pub fn response(answer: &Value) -> Response<Body> {
    let status = u16::try_from(answer["statusCode"].as_u64().unwrap()).unwrap();
    let text = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(text).unwrap(),
        _ => text.as_bytes().to_vec(),
    };
    let mut response = Response::builder().status(status).body(Body::from(body)).unwrap();
    let value = |value: &Value| HeaderValue::from_str(value.as_str().unwrap()).unwrap();
    for (name, said) in answer["headers"].as_object().into_iter().flatten() {
        response.headers_mut().insert(HeaderName::try_from(name).unwrap(), value(said));
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten() {
        response.headers_mut().append(SET_COOKIE, value(cookie));
    }
    response
}
