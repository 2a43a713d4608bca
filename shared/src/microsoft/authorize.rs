//! The URL of Microsoft's sign-in page for one attempt.

use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope};
use secrecy::ExposeSecret;
use serde_json::json;
use url::Url;

use super::endpoints::Endpoints;
use super::{AuthorizationRequest, Registration};

/// "Microsoft identity platform and OAuth 2.0 authorization code flow": on the tenant's own path, code with PKCE `S256`,
/// `state` and `nonce`, answered by query. The account is chosen anew each time, since a browser is often signed in
/// with another one.
pub(super) fn url(endpoints: &Endpoints, registration: &Registration, request: &AuthorizationRequest<'_>) -> Url {
    let client = BasicClient::new(oauth2::ClientId::new(registration.client_id.as_str().to_owned()))
        .set_auth_uri(AuthUrl::from_url(endpoints.authorize(registration.cloud, request.tenant)))
        .set_redirect_uri(RedirectUrl::from_url(request.redirect_uri.clone()));
    let verifier = PkceCodeVerifier::new(request.code_verifier.expose_secret().to_owned());
    let state = CsrfToken::new(request.state.expose_secret().to_owned());
    let mut asked = client
        .authorize_url(|| state)
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .add_scopes(["openid", "profile", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .add_scope(Scope::new(endpoints.directory_scope(registration.cloud)))
        .add_extra_param("response_mode", "query")
        .add_extra_param("prompt", "select_account")
        .add_extra_param("nonce", request.nonce.expose_secret().to_owned());
    if let Some(scope) = &registration.mfa.api_scope {
        asked = asked.add_scope(Scope::new(scope.clone()));
    }
    let context = registration.mfa.authentication_context.as_ref();
    let claims = request.claims.map(str::to_owned).or_else(|| {
        // The form of Microsoft's own sample for authentication contexts.
        context.map(|id| json!({ "id_token": { "acrs": { "essential": true, "value": id } } }).to_string())
    });
    if let Some(claims) = claims {
        asked = asked.add_extra_param("claims", claims);
    }
    asked.url().0
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use std::collections::HashMap;

    use secrecy::SecretString;

    use super::*;
    use crate::domain::cloud::Cloud;
    use crate::microsoft::{ClientCredential, MfaEvidence, WatchAccess};

    #[test]
    fn everything_that_microsoft_needs_is_in_it_once() {
        let registration = Registration {
            cloud: Cloud::GccHigh,
            client_id: "22222222-2222-4333-8444-555555555555".parse().unwrap(),
            credential: ClientCredential::Secret { value: "canary".to_owned().into() },
            mfa: MfaEvidence { authentication_context: Some("c1".to_owned()), ..MfaEvidence::default() },
            watch: WatchAccess::default(),
        };
        let secret = |text: &str| SecretString::from(text.to_owned());
        let request = AuthorizationRequest {
            tenant: &"aaaaaaaa-0000-4000-8000-000000000001".parse().unwrap(),
            redirect_uri: &"https://regrant.example.com/oauth/microsoft/gcc-high/callback".parse().unwrap(),
            state: &secret("the-state"),
            nonce: &secret("the-nonce"),
            code_verifier: &secret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            claims: None,
        };
        let url = url(&Endpoints::new(None), &registration, &request);
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
