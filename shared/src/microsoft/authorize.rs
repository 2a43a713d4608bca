//! The authorization URL: Microsoft's sign-in page for one attempt.

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;

use super::endpoints::Endpoints;
use super::{AuthorizationRequest, Registration};
use crate::domain::claims_challenge::ClaimsChallenge;

/// Builds the URL as in "Microsoft identity platform and OAuth 2.0 authorization code flow": on the tenant's own path, code
/// flow with PKCE `S256`, `state` and `nonce`, and a response in the query. The person selects the account each time,
/// because the browser is often signed in with a different one.
pub(super) fn authorize_url(
    endpoints: &Endpoints,
    registration: &Registration,
    request: &AuthorizationRequest<'_>,
) -> Url {
    let client = BasicClient::new(oauth2::ClientId::new(registration.client_id.as_str().to_owned()))
        .set_auth_uri(AuthUrl::from_url(endpoints.authorize(registration.cloud, request.tenant)))
        .set_redirect_uri(RedirectUrl::from_url(request.redirect_uri.clone()));
    let verifier = PkceCodeVerifier::new(request.code_verifier.expose_secret().to_owned());
    let state = CsrfToken::new(request.state.expose_secret().to_owned());
    let mut url = client
        .authorize_url(|| state)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_scopes(["openid", "profile", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .add_scope(Scope::new(endpoints.directory_scope(registration.cloud)))
        .add_extra_param("response_mode", "query")
        .add_extra_param("prompt", "select_account")
        .add_extra_param("nonce", request.nonce.expose_secret().to_owned());
    if let Some(scope) = &registration.mfa.api_scope {
        url = url.add_scope(Scope::new(scope.clone()));
    }
    if let Some(claims) = claims(registration, request) {
        url = url.add_extra_param("claims", claims);
    }
    url.url().0
}

/// The `claims` parameter: the pending challenge, and the authentication context that shows multi-factor authentication.
fn claims(registration: &Registration, request: &AuthorizationRequest<'_>) -> Option<String> {
    match (request.claims, &registration.mfa.authentication_context) {
        (challenge, None) => challenge.map(|challenge| challenge.as_str().to_owned()),
        (challenge, Some(context)) => {
            let mut claims = challenge.map(ClaimsChallenge::members).unwrap_or_default();
            // The format of Microsoft's own sample for authentication contexts.
            let id_token = json!({ "acrs": { "essential": true, "value": context } });
            claims.entry("id_token").or_insert(id_token);
            Some(Value::Object(claims).to_string())
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use std::collections::HashMap;

    use secrecy::SecretString;

    use super::*;
    use crate::domain::cloud::Cloud;
    use crate::microsoft::{ClientCredential, MfaEvidence, WatchAccess};

    fn url(context: Option<&str>, claims: Option<&ClaimsChallenge>) -> Url {
        let registration = Registration {
            cloud: Cloud::GccHigh,
            client_id: "22222222-2222-4333-8444-555555555555".parse().unwrap(),
            credential: ClientCredential::Secret { value: "canary".to_owned().into() },
            mfa: MfaEvidence { authentication_context: context.map(str::to_owned), ..MfaEvidence::default() },
            watch: WatchAccess::default(),
        };
        let secret = |text: &str| SecretString::from(text.to_owned());
        let request = AuthorizationRequest {
            tenant: &"aaaaaaaa-0000-4000-8000-000000000001".parse().unwrap(),
            redirect_uri: &"https://regrant.example.com/oauth/microsoft/gcc-high/callback".parse().unwrap(),
            state: &secret("the-state"),
            nonce: &secret("the-nonce"),
            code_verifier: &secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            claims,
        };
        authorize_url(&Endpoints::new(None), &registration, &request)
    }

    fn claims_in(url: &Url) -> Option<String> {
        url.query_pairs().find(|(name, _)| name == "claims").map(|(_, value)| value.into_owned())
    }

    #[test]
    fn pending_challenge_is_repeated_next_to_our_own_claims() {
        let json = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
        let challenge = ClaimsChallenge::try_from(json.to_owned()).unwrap();
        assert_eq!(claims_in(&url(None, None)), None);
        assert_eq!(claims_in(&url(None, Some(&challenge))).as_deref(), Some(json));
        let both: Value = serde_json::from_str(&claims_in(&url(Some("c1"), Some(&challenge))).unwrap()).unwrap();
        assert_eq!(both.pointer("/access_token/nbf/value"), Some(&json!("1")));
        assert_eq!(both.pointer("/id_token/acrs/value"), Some(&json!("c1")));
    }

    #[test]
    fn authorization_url_has_each_parameter_once() {
        let url = url(Some("c1"), None);
        assert_eq!(url.host_str(), Some("login.microsoftonline.us"));
        assert_eq!(url.path(), "/aaaaaaaa-0000-4000-8000-000000000001/oauth2/v2.0/authorize");
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let query: HashMap<_, _> = pairs.iter().cloned().collect();
        assert_eq!(query.len(), pairs.len());
        for (name, value) in [
            ("response_type", "code"),
            ("response_mode", "query"),
            ("client_id", "22222222-2222-4333-8444-555555555555"),
            ("redirect_uri", "https://regrant.example.com/oauth/microsoft/gcc-high/callback"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            // RFC 7636 appendix B.
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("prompt", "select_account"),
            ("scope", "openid profile offline_access https://graph.microsoft.us/Directory.Read.All"),
            ("claims", r#"{"id_token":{"acrs":{"essential":true,"value":"c1"}}}"#),
        ] {
            assert_eq!(query.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(!url.as_str().contains("canary"));
    }
}
