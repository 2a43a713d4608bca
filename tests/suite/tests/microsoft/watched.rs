//! A simulated tenant that is monitored through the real client.

use regrant::domain::cloud::Cloud;
use regrant::domain::grant::{GrantChange, GrantsRead};
use regrant::domain::tenant::ClientId;
use regrant::microsoft::{Graph, Microsoft as _, MicrosoftError, TokenFailure, TokenSet};
use secrecy::SecretString;

use super::sign_ins::{DOMAIN, SignIns};

pub(crate) const ADA: &str = "ada.administrator";
/// The client id of Okta's application in the simulators.
pub(crate) const OKTA: &str = "11111111-2222-4333-8444-555555555555";

/// A tenant with a full consent, monitored with an administrator's tokens and with application tokens.
pub(crate) struct Watched {
    pub(crate) sign_ins: SignIns,
    pub(crate) refresh_token: SecretString,
    pub(crate) graph: Box<dyn Graph>,
}

impl Watched {
    pub(crate) async fn new() -> Self {
        let sign_ins = SignIns::new().await;
        assert!(sign_ins.microsoft.consent_to_ours(DOMAIN) && sign_ins.microsoft.consent_again(DOMAIN));
        let refresh_token = SecretString::from(sign_ins.microsoft.hand_out_refresh_token(DOMAIN, ADA).unwrap());
        let token = sign_ins.client.application_token(&sign_ins.registration, &sign_ins.tenant).await.unwrap();
        let graph = sign_ins.client.graph(Cloud::Global, &token.access_token);
        Self { sign_ins, refresh_token, graph }
    }

    pub(crate) async fn grants(&self) -> GrantsRead {
        let client: ClientId = OKTA.parse().unwrap();
        let Some(principal) = self.graph.service_principal(&client).await.unwrap() else {
            return GrantsRead { principal: None, grants: Vec::new(), unreadable: Vec::new() };
        };
        let list = self.graph.grants(&principal.id).await.unwrap();
        GrantsRead { principal: Some(principal), grants: list.grants, unreadable: list.unreadable }
    }

    pub(crate) async fn refresh(&self) -> Result<TokenSet, MicrosoftError> {
        let SignIns { client, registration, tenant, .. } = &self.sign_ins;
        client.refresh(registration, tenant, &self.refresh_token).await
    }

    /// The error of a rejected refresh.
    pub(crate) async fn refused(&self) -> (TokenFailure, String) {
        let error = self.refresh().await.unwrap_err();
        (error.token_failure(), error.code().unwrap())
    }

    /// The reported changes of `change`. Checks that `repair` reverses them.
    pub(crate) async fn told(&self, change: impl FnOnce() -> bool, repair: impl FnOnce() -> bool) -> Vec<GrantChange> {
        let verified = self.grants().await;
        assert!(change());
        let changes = self.grants().await.changes_since(&verified);
        assert!(repair());
        let left = self.grants().await.changes_since(&verified);
        assert!(left.iter().all(|change| !change.revokes()), "{left:?}");
        changes
    }
}
