//! The caller of an API request, as API Gateway's JWT authorizer verified it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lambda_http::request::LambdaRequest;
use serde_json::{Map, Value};

use crate::domain::access_policy::Identity;
use crate::web::authorization::Caller;

/// Members of an ID token that access tokens do not have (`OpenID` Connect Core section 2; `token_use` is Amazon Cognito's,
/// `typ` Keycloak's).
const ID_TOKEN_ONLY: [&str; 3] = ["nonce", "at_hash", "c_hash"];

/// The caller, if the authorizer verified an access token. `None` without the authorizer's claims: a route without an
/// authorizer, a function URL or a direct invocation must not be a way in.
pub(super) fn caller(request: &LambdaRequest) -> Option<Caller> {
    let LambdaRequest::ApiGatewayV2(request) = request else { return None };
    let verified = &request.request_context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    let header = request.headers.get(http::header::AUTHORIZATION)?.to_str().ok()?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer ")).unwrap_or(header);
    // The authorizer passes every claim as text, where a list looks like a value with spaces. So the claims are read from the
    // token that it verified.
    let claims = claims(token.trim())?;
    let is_same = |name: &str| claims.get(name).and_then(Value::as_str) == verified.get(name).map(String::as_str);
    if !is_same("iss") || !is_same("sub") {
        tracing::error!("the token and the authorizer's claims differ");
        return None;
    }
    if is_id_token(&claims) {
        tracing::info!("refused an ID token as an access token");
        return None;
    }
    Identity::from_claims(&claims).map(Caller::Operator)
}

fn claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

fn is_id_token(claims: &Map<String, Value>) -> bool {
    ID_TOKEN_ONLY.iter().any(|name| claims.contains_key(*name))
        || claims.get("token_use").is_some_and(|used| used == "id")
        || claims.get("typ").is_some_and(|kind| kind == "ID")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(claims: &Value, verified: Option<&Value>) -> LambdaRequest {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": "RS256" })), part(claims));
        let mut event = json!({
            "version": "2.0", "routeKey": "GET /v1/apps", "rawPath": "/v1/apps", "rawQueryString": "",
            "headers": { "authorization": format!("Bearer {token}") },
            "requestContext": {
                "accountId": "123456789012", "apiId": "abc", "stage": "$default", "requestId": "r",
                "timeEpoch": 1_772_442_000_000_u64,
                "http": { "method": "GET", "path": "/v1/apps", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1" }
            },
            "isBase64Encoded": false
        });
        if let Some(verified) = verified {
            event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": verified, "scopes": null } });
        }
        serde_json::from_value(event).unwrap()
    }

    fn claims(extra: &Value) -> Value {
        let mut claims = json!({ "iss": "https://id.example.com", "sub": "00u1", "groups": ["a b", "c"] });
        claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        claims
    }

    fn verified() -> Value {
        json!({ "iss": "https://id.example.com", "sub": "00u1", "groups": "[a b c]" })
    }

    #[test]
    fn groups_with_spaces_stay_whole() {
        let Some(Caller::Operator(identity)) = caller(&request(&claims(&json!({})), Some(&verified()))) else {
            unreachable!("the caller is an operator")
        };
        assert_eq!(identity.claims["groups"], ["a b".to_owned(), "c".to_owned()].into());
    }

    #[test]
    fn request_without_authorizer_claims_has_no_caller() {
        assert!(caller(&request(&claims(&json!({})), None)).is_none());
    }

    #[test]
    fn token_that_the_authorizer_did_not_verify_is_refused() {
        for other in [json!({ "sub": "00u2" }), json!({ "iss": "https://evil.example" }), json!({ "sub": null })] {
            assert!(caller(&request(&claims(&other), Some(&verified()))).is_none(), "{other}");
        }
    }

    #[test]
    fn id_tokens_are_refused() {
        for extra in
            [json!({ "nonce": "n" }), json!({ "at_hash": "h" }), json!({ "token_use": "id" }), json!({ "typ": "ID" })]
        {
            assert!(caller(&request(&claims(&extra), Some(&verified()))).is_none(), "{extra}");
        }
        assert!(caller(&request(&claims(&json!({ "token_use": "access" })), Some(&verified()))).is_some());
    }
}
