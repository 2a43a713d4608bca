//! Authentication of calls to Okta: an API token, or an access token of a service app.

mod dpop;
mod scope;
mod service_app;

use http::header::AUTHORIZATION;
use http::{HeaderValue, StatusCode};
use reqwest::Request;
use secrecy::ExposeSecret;

use super::retrying_client::RetryingClient;
use super::{OktaCredential, OktaError, OrgUrl, wire};
use crate::http::challenge;
use crate::http::transport::HttpResponse;
use service_app::ServiceApp;

/// Authenticates calls to an opened org.
#[derive(Debug)]
pub(crate) enum Authenticator {
    /// `Authorization: SSWS …`. The value is marked sensitive, so it is never printed.
    ApiToken(HeaderValue),
    /// An access token, requested when it is needed.
    ServiceApp(Box<ServiceApp>),
}

impl Authenticator {
    /// Creates it from a credential. Fails if the credential is unusable regardless of the org.
    pub(crate) fn new(credential: &OktaCredential) -> Result<Self, OktaError> {
        match credential {
            OktaCredential::ApiToken { token } => {
                let token = token.expose_secret().trim();
                if token.is_empty() {
                    return Err(OktaError::Credential("the API token is empty; add the org again".to_owned()));
                }
                Ok(Self::ApiToken(sensitive(&format!("SSWS {token}"))?))
            }
            OktaCredential::ServiceApp { client_id, key_id, private_key } => {
                let app = ServiceApp::new(client_id, key_id.as_deref(), private_key)?;
                Ok(Self::ServiceApp(Box::new(app)))
            }
        }
    }

    /// Adds the credential to a request to `org`.
    pub(crate) async fn sign(
        &self,
        http: &RetryingClient,
        org: &OrgUrl,
        request: &mut Request,
    ) -> Result<(), OktaError> {
        match self {
            Self::ApiToken(header) => {
                request.headers_mut().insert(AUTHORIZATION, header.clone());
                Ok(())
            }
            Self::ServiceApp(app) => app.sign(http, org, request).await,
        }
    }

    /// Whether the same call may succeed now: Okta rejected the access token, which is discarded, or asked for its nonce,
    /// which is stored (RFC 9449 section 9). An API token cannot be renewed.
    pub(crate) async fn may_succeed_now(&self, response: &HttpResponse) -> bool {
        let Self::ServiceApp(app) = self else { return false };
        if response.status != StatusCode::UNAUTHORIZED {
            return false;
        }
        let asks_for_nonce = challenge::challenges(&response.headers).iter().any(|it| it.reports("use_dpop_nonce"));
        match response.header("dpop-nonce").filter(|_| asks_for_nonce) {
            Some(nonce) => app.use_nonce(nonce).await,
            None => wire::error(response).refuses_token() && app.forget_tokens().await,
        }
    }
}

/// Creates a header value that is never printed.
fn sensitive(value: &str) -> Result<HeaderValue, OktaError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        OktaError::Credential(
            "the credential contains an invalid character; check that it was copied completely".to_owned(),
        )
    })?;
    header.set_sensitive(true);
    Ok(header)
}
