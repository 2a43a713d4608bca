//! Add, check and remove orgs.

use futures_util::TryStreamExt as _;

use crate::domain::cloud::Cloud;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::domain::system_log::LogPosition;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::okta::credential::NotACredential;
use crate::okta::org_url::OrgUrlError;
use crate::okta::{OktaCredential, OktaError, OrgUrl};
use crate::vault::{SecretName, SecretVersion, VaultError};

use crate::usecases::Ports;
use crate::usecases::records::consent_error::ConsentError;

/// Why an org was not added, checked or removed.
#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    /// The org is not in the ledger.
    #[error("org {0} is not known; `regrant org list` shows those that are")]
    NoSuchOrg(String),
    /// What was given is not an org's host.
    #[error(transparent)]
    NotAnOrg(#[from] OrgUrlError),
    /// Okta did not answer as hoped.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The vault did not serve.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Why an org cannot be opened. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum OpenOrgError {
    /// The vault did not serve.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault has nothing for the org.
    #[error("The vault holds no credential for {0}; add the org again with `regrant org add`.")]
    NoCredential(String),
    /// The vault's secret is something else.
    #[error(transparent)]
    NotACredential(#[from] NotACredential),
    /// The profile leads to no org.
    #[error(transparent)]
    NotAnOrg(#[from] OrgUrlError),
    /// The credential cannot be used as it is.
    #[error(transparent)]
    Okta(#[from] OktaError),
}

impl From<OpenOrgError> for ConsentError {
    fn from(error: OpenOrgError) -> Self {
        let failure = match &error {
            OpenOrgError::Vault(_) => ConsentFailure::NotStored,
            _ => ConsentFailure::OktaRefused,
        };
        Self::new(failure, error.to_string())
    }
}

/// An org that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Its profile.
    pub profile: OrgProfile,
    /// What had to be changed in what was written, in words for people.
    pub hint: Option<String>,
}

/// One line of a check: a call that was really made, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Probe {
    /// What was tried, such as `list apps`.
    pub what: &'static str,
    /// The scope or permission it needs, such as `okta.apps.read`.
    pub needs: &'static str,
    /// Whether Regrant does its work without it.
    pub optional: bool,
    /// `None` where it worked; else what is missing or wrong, and what to do.
    pub problem: Option<String>,
}

/// Resolves `host`, tries the credential with a real call while it is pending, and only then keeps it.
pub async fn add(ports: &Ports, host: &str, cloud: Cloud, credential: &OktaCredential) -> Result<Added, OrgError> {
    // A custom domain is asked only which org it is; the credential goes to where that leads, if it is on the list.
    let (url, hint) = OrgUrl::parse_to_resolve(host, ports.loopback)?;
    let resolved = ports.okta.resolve(&url).await?;
    let hint = hint.or_else(|| {
        (resolved.base_url.host() != url.host())
            .then(|| format!("{url} is an alias; the org's own host is {}, which is used.", resolved.base_url))
    });
    let name = SecretName::Okta(resolved.id.clone());
    ports.vault.put_pending(&name, &credential.seal()).await?;
    if let Err(error) = try_out(ports, &resolved.base_url, credential).await {
        // Only what was tried just now: a current one that works stays.
        ports.vault.discard_pending(&name).await?;
        return Err(error.into());
    }
    // Added again with another credential, an org keeps the people it had.
    let known = ports.ledger.org(&resolved.id).await?;
    let profile = OrgProfile {
        id: resolved.id,
        base_url: resolved.base_url.as_url().clone(),
        credential: credential.kind(),
        cloud,
        added_at: ports.clock.now(),
        contacts: known.map(|known| known.contacts).unwrap_or_default(),
    };
    // The profile first: a credential without a profile would be forgotten, a profile without one says what to do.
    ports.ledger.put_org(&profile).await?;
    ports.vault.promote(&name).await?;
    Ok(Added { profile, hint })
}

async fn try_out(ports: &Ports, url: &OrgUrl, credential: &OktaCredential) -> Result<(), OktaError> {
    ports.okta.open(url, credential)?.apps(None).await.map(drop)
}

/// Makes real calls with the kept credential and says what each showed.
pub async fn check(ports: &Ports, org: &OrgId) -> Result<Vec<Probe>, OrgError> {
    let profile = ports.ledger.org(org).await?.ok_or_else(|| OrgError::NoSuchOrg(org.to_string()))?;
    let needed = |what, problem| Probe { what, needs: "okta.apps.read", optional: false, problem };
    let list = |problem| needed("list apps", problem);
    let Some(secret) = ports.vault.get(&SecretName::Okta(org.clone()), SecretVersion::Current).await? else {
        return Ok(vec![list(Some(
            "the vault holds no credential; add the org again with `regrant org add`".to_owned(),
        ))]);
    };
    let credential = match OktaCredential::unseal(&secret) {
        Ok(credential) => credential,
        Err(error) => return Ok(vec![list(Some(error.to_string()))]),
    };
    let url = OrgUrl::from_base_url(&profile.base_url, ports.loopback)?;
    let api = ports.okta.open(&url, &credential)?;
    let page = match api.apps(None).await {
        Ok(page) => page,
        Err(error) => return Ok(vec![list(Some(problem(&error)))]),
    };
    let mut probes = vec![list(None)];
    if let Some(app) = page.apps.first() {
        let connection = api.connection(&app.id).await.err().map(|error| problem(&error));
        probes.push(needed("read a connection", connection));
        let features = api.provisioning(&app.id).await.err().map(|error| problem(&error));
        probes.push(needed("read features", features));
    }
    let log = api.log_events(&LogPosition::Since(ports.clock.now())).await.err().map(|error| log_problem(&error));
    probes.push(Probe { what: "read the System Log", needs: "okta.logs.read", optional: true, problem: log });
    Ok(probes)
}

fn log_problem(error: &OktaError) -> String {
    let lacks_scope = matches!(error, OktaError::Token { error, .. } if error == "invalid_scope");
    if lacks_scope || error.code() == Some("E0000006") {
        format!(
            "{error}; without it Regrant learns of a consent that broke from Microsoft's side alone: grant the service app \
             the scope okta.logs.read, or the token's owner a role that sees the System Log"
        )
    } else {
        problem(error)
    }
}

fn problem(error: &OktaError) -> String {
    let advice = match error.code() {
        Some("E0000006") => {
            "; the role or scope is too small: grant the service app the scope okta.apps.read, or the token's owner a \
             custom role with okta.apps.read on the Office 365 app type"
        }
        Some("E0000011") => {
            "; the token expired, was revoked or lay idle for 30 days: add the org again with a new one"
        }
        Some("E0000015") => "; the org's licence lacks this feature: the credential itself is fine",
        _ if error.is_transient() => "; this passes: check again later",
        _ => "",
    };
    format!("{error}{advice}")
}

/// Forgets an org: its credential, its profile and its apps. The events of its apps stay.
pub async fn remove(ports: &Ports, org: &OrgId) -> Result<(), OrgError> {
    if ports.ledger.org(org).await?.is_none() {
        return Err(OrgError::NoSuchOrg(org.to_string()));
    }
    let filter = AppFilter { org: Some(org.clone()), ..AppFilter::default() };
    let mut apps = paging::items(200, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        ports.vault.remove(&SecretName::HandOver(org.clone(), app.identity.app)).await?;
    }
    ports.vault.remove(&SecretName::ProvisioningAdmin(org.clone())).await?;
    // The secret first: a failure after it leaves a profile that can be removed again, never a forgotten secret.
    ports.vault.remove(&SecretName::Okta(org.clone())).await?;
    Ok(ports.ledger.remove_org(org).await?)
}
