//! How a call proves who makes it: an API token, or an access token of a service app.

mod dpop;
mod scope;
mod service_app;

use http::HeaderValue;
use http::header::AUTHORIZATION;
use reqwest::Request;
use secrecy::ExposeSecret;

use super::retrying_client::RetryingClient;
use super::{OktaCredential, OktaError, OrgUrl};
use service_app::ServiceApp;

/// What an opened org proves itself with.
#[derive(Debug)]
pub(crate) enum Authenticator {
    /// `Authorization: SSWS …`. The value is marked sensitive, so it prints nowhere.
    ApiToken(HeaderValue),
    /// An access token, asked for when it is needed.
    ServiceApp(Box<ServiceApp>),
}

impl Authenticator {
    /// From a credential; refuses one that cannot be used without asking anybody.
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

    /// Puts the proof on a request to `org`.
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

    /// Drops an access token that was refused. True where a new one may do better.
    pub(crate) async fn renew(&self) -> bool {
        match self {
            Self::ApiToken(_) => false,
            Self::ServiceApp(app) => app.forget_token().await,
        }
    }
}

/// A header value that prints nowhere.
fn sensitive(value: &str) -> Result<HeaderValue, OktaError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        OktaError::Credential("the credential has a character that no token has; was it copied whole?".to_owned())
    })?;
    header.set_sensitive(true);
    Ok(header)
}
