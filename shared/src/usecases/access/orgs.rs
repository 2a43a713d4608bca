//! Adding, checking and removing orgs.

use futures_util::TryStreamExt as _;

use crate::clock::Clock;
use crate::domain::clock_skew::ClockSkew;
use crate::domain::cloud::Cloud;
use crate::domain::customer::{LabelChange, MAX_LABELS};
use crate::domain::event::EventKind;
use crate::domain::id::OrgId;
use crate::domain::org::{OrgProfile, SignInPolicy};
use crate::domain::system_log::LogPosition;
use crate::domain::tenant::{TenantId, TenantName};
use crate::domain::transcript::Transcript;
use crate::http::loopback::LoopbackPolicy;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::okta::org_url::OrgUrlError;
use crate::okta::{Okta, OktaCredential, OktaError, OrgUrl, ProvisioningAdmin};
use crate::usecases::Ports;
use crate::usecases::access::keys::{KeysError, create_keys};
use crate::usecases::access::tenants::{TenantError, forget_org};
use crate::usecases::records::app::record_event;
use crate::vault::{SecretName, SecretVersion, VaultError, seal};

/// Why an org was not added, checked or removed.
#[derive(Debug, thiserror::Error)]
pub enum OrgError {
    /// The org is not in the ledger.
    #[error("org {0} is not known; list known orgs with `regrant org list`")]
    NoSuchOrg(String),
    /// The input is not the host of an Okta org.
    #[error(transparent)]
    NotAnOrg(#[from] OrgUrlError),
    /// The org would have too many labels.
    #[error("an org has at most {MAX_LABELS} labels; remove one first")]
    TooManyLabels,
    /// The call to Okta failed.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The installation's keys were not created.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The tokens of its tenants were not deleted.
    #[error(transparent)]
    Tenant(#[from] TenantError),
}

/// An org that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedOrg {
    /// Its profile.
    pub profile: OrgProfile,
    /// How the input was corrected, in a sentence for people.
    pub hint: Option<String>,
    /// The permission that the credential lacks. The org was added anyway, so that its check can say what is missing.
    pub problem: Option<String>,
}

/// One line of a check: a call that was made, and its result.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Probe {
    /// The action, such as `list apps`.
    pub what: &'static str,
    /// The scope or permission it needs, such as `okta.apps.read`.
    pub needs: &'static str,
    /// Whether Regrant works without it.
    pub optional: bool,
    /// What is wrong and how to fix it; `None` if the call succeeded.
    pub problem: Option<String>,
}

/// The org that a host leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedOrg {
    /// Its id.
    pub id: OrgId,
    /// The only host that receives its credential.
    pub base_url: OrgUrl,
    /// How the input was corrected, in a sentence for people.
    pub hint: Option<String>,
    /// How far this machine's clock is from the org's.
    pub clock_skew: Option<ClockSkew>,
}

/// Asks a host which org it leads to. Sends no credential, so the host may be a custom domain.
pub async fn locate(
    okta: &dyn Okta,
    clock: &dyn Clock,
    host: &str,
    loopback: LoopbackPolicy,
) -> Result<LocatedOrg, OrgError> {
    let (url, hint) = OrgUrl::parse_to_resolve(host, loopback)?;
    let resolved = okta.resolve(&url).await?;
    let hint = hint.or_else(|| {
        (resolved.base_url.host() != url.host())
            .then(|| format!("{url} is an alias; Regrant uses the org's own host {}.", resolved.base_url))
    });
    let clock_skew = resolved.answered_at.and_then(|theirs| ClockSkew::between(clock.now(), theirs));
    Ok(LocatedOrg { id: resolved.id, base_url: resolved.base_url, hint, clock_skew })
}

/// Adds an org: resolves `host`, stores the credential as pending, tries it with a real call and then makes it current.
pub async fn add(ports: &Ports, host: &str, cloud: Cloud, credential: &OktaCredential) -> Result<AddedOrg, OrgError> {
    let resolved = locate(&*ports.okta, &*ports.clock, host, ports.loopback).await?;
    let name = SecretName::Okta(resolved.id.clone());
    ports.vault.put_pending(&name, &credential.seal()).await?;
    // An org that is added again with a different credential keeps what operators have set.
    let known = ports.ledger.org(&resolved.id).await?;
    let problem = match try_out(ports, &resolved.base_url, credential).await {
        Ok(()) => None,
        // Okta accepts the credential. What it lacks can be granted in Okta, without adding the org again.
        Err(error) if error.lacks_permission() && known.is_none() => Some(problem(&error)),
        Err(error) => {
            // Discards only the new credential; a working current one stays.
            ports.vault.discard_pending(&name).await?;
            return Err(error.into());
        }
    };
    let new = OrgProfile {
        cloud,
        ..OrgProfile::new(resolved.id, resolved.base_url.as_url().clone(), credential.kind(), ports.clock.now())
    };
    let profile = match known {
        Some(known) => {
            let OrgProfile { base_url, credential, added_at, .. } = new;
            OrgProfile { base_url, credential, cloud, added_at, ..known }
        }
        None => new,
    };
    // The profile comes first: nothing would point to a credential without a profile, while a profile without a credential
    // reports what to do.
    ports.ledger.put_org(&profile).await?;
    ports.vault.promote(&name).await?;
    create_keys(ports).await?;
    Ok(AddedOrg { profile, hint: resolved.hint, problem })
}

/// Changes an org's customer and labels, and returns the new profile. A different customer changes who may see the org.
pub async fn relabel(ports: &Ports, org: &OrgId, change: &LabelChange) -> Result<OrgProfile, OrgError> {
    let known = ports.ledger.org(org).await?.ok_or_else(|| OrgError::NoSuchOrg(org.to_string()))?;
    let relabelled = known.clone().relabelled(change);
    if relabelled.labels.len() > MAX_LABELS {
        return Err(OrgError::TooManyLabels);
    }
    if relabelled != known {
        ports.ledger.put_org(&relabelled).await?;
    }
    Ok(relabelled)
}

async fn try_out(ports: &Ports, url: &OrgUrl, credential: &OktaCredential) -> Result<(), OktaError> {
    ports.okta.open(url, credential)?.apps(None).await.map(drop)
}

/// Makes real calls with the stored credential and reports the result of each.
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
    let page = api.apps(None).await;
    let mut probes = vec![list(page.as_ref().err().map(problem))];
    // Without a permission, the other calls still say what else is missing. Otherwise they would fail in the same way.
    if page.as_ref().is_err_and(|error| !error.lacks_permission()) {
        return Ok(probes);
    }
    if let Some(app) = page.iter().flat_map(|page| &page.apps).next() {
        let connection = api.connection(&app.id).await.err().map(|error| problem(&error));
        probes.push(needed("read a connection", connection));
        let features = api.provisioning(&app.id).await.err().map(|error| problem(&error));
        probes.push(needed("read features", features));
    }
    let log = api.log_events(&LogPosition::Since(ports.clock.now())).await.err().map(|error| log_problem(&error));
    probes.push(Probe { what: "read the System Log", needs: "okta.logs.read", optional: true, problem: log });
    Ok(probes)
}

/// Visits an org with GET requests only, and records its answers without anything secret or personal.
pub async fn record(ports: &Ports, org: &OrgId) -> Result<Transcript, OrgError> {
    let profile = ports.ledger.org(org).await?.ok_or_else(|| OrgError::NoSuchOrg(org.to_string()))?;
    let secret = ports.vault.get(&SecretName::Okta(org.clone()), SecretVersion::Current).await?;
    let no_credential = || OktaError::Credential("the vault holds no credential; add the org again".to_owned());
    let credential = OktaCredential::unseal(&secret.ok_or_else(no_credential)?);
    let credential = credential.map_err(|error| OktaError::Credential(error.to_string()))?;
    let url = OrgUrl::from_base_url(&profile.base_url, ports.loopback)?;
    Ok(ports.okta.record_visit(&url, &credential).await?)
}

fn log_problem(error: &OktaError) -> String {
    if error.lacks_permission() {
        format!(
            "{error}; without the System Log, Regrant detects broken consents only through Microsoft: grant the service app \
             the scope okta.logs.read, or give the token's owner a role that can read the System Log"
        )
    } else {
        problem(error)
    }
}

fn problem(error: &OktaError) -> String {
    if let Some(scope) = error.missing_scope() {
        return format!(
            "{error}: grant the service app {scope} under Okta API Scopes, or give the token's owner a role that includes it"
        );
    }
    let advice = match error.code() {
        _ if error.lacks_permission() => {
            "; the credential lacks a permission: grant the service app the scope okta.apps.read, or give the token's owner a \
             custom role with okta.apps.read on the Office 365 app type"
        }
        Some("E0000011") => {
            "; the token expired, was revoked or was unused for 30 days: add the org again with a new token"
        }
        Some("E0000015") => "; the org's license does not include this feature; the credential itself works",
        _ if error.is_transient() => "; this is usually temporary: check again later",
        _ => "",
    };
    format!("{error}{advice}")
}

/// Sets whether administrators have to sign in at Microsoft before a consent for this org's apps, and records it in the audit
/// trail of each app. Returns whether it changed. Open invitations keep the stricter of both policies.
pub async fn set_sign_in(ports: &Ports, org: &OrgId, sign_in: SignInPolicy) -> Result<bool, OrgError> {
    let profile = ports.ledger.org(org).await?.ok_or_else(|| OrgError::NoSuchOrg(org.to_string()))?;
    if profile.sign_in == sign_in {
        return Ok(false);
    }
    ports.ledger.put_org(&OrgProfile { sign_in, ..profile }).await?;
    tracing::warn!(%org, sign_in = sign_in.name(), "the sign-in policy of an org changed");
    let filter = AppFilter { org: Some(org.clone()), ..AppFilter::default() };
    let mut apps = paging::items(200, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        record_event(ports, org, &app.identity.app, EventKind::SignInPolicyChanged { sign_in }).await?;
    }
    Ok(true)
}

/// Approves a tenant for an org, although another org names it too or an app's tenant changed, or withdraws that. The org then
/// also uses the Graph tokens that sessions of other orgs brought for this tenant.
pub async fn approve_tenant(
    ports: &Ports,
    org: &OrgId,
    tenant: &TenantName,
    is_approved: bool,
) -> Result<(), OrgError> {
    let mut profile = ports.ledger.org(org).await?.ok_or_else(|| OrgError::NoSuchOrg(org.to_string()))?;
    profile.approved_tenants.retain(|known| known != tenant);
    if is_approved {
        profile.approved_tenants.push(tenant.clone());
    }
    tracing::warn!(%org, tenant = tenant.as_str(), is_approved, "the approved tenants of an org changed");
    Ok(ports.ledger.put_org(&profile).await?)
}

/// Stores the Microsoft administrator's name and password that Okta receives when a connection of this org is prepared, or
/// removes them. The profile says whether they are stored, so that no page has to fetch the password.
pub async fn set_provisioning_admin(
    ports: &Ports,
    org: &OrgId,
    admin: Option<&ProvisioningAdmin>,
) -> Result<(), OrgError> {
    let profile = ports.ledger.org(org).await?.ok_or_else(|| OrgError::NoSuchOrg(org.to_string()))?;
    let name = SecretName::ProvisioningAdmin(org.clone());
    match admin {
        Some(admin) => {
            ports.vault.put_pending(&name, &seal(admin)).await?;
            ports.vault.promote(&name).await?;
        }
        None => ports.vault.remove(&name).await?,
    }
    Ok(ports.ledger.put_org(&OrgProfile { sends_password: admin.is_some(), ..profile }).await?)
}

/// Removes an org: its credentials, its Graph tokens, its profile and its apps. Returns the tenants that no other org has an app
/// of. The events of its apps stay.
pub async fn remove(ports: &Ports, org: &OrgId) -> Result<Vec<TenantId>, OrgError> {
    if ports.ledger.org(org).await?.is_none() {
        return Err(OrgError::NoSuchOrg(org.to_string()));
    }
    let filter = AppFilter { org: Some(org.clone()), ..AppFilter::default() };
    let mut apps = paging::items(200, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        ports.vault.remove(&SecretName::HandOver(org.clone(), app.identity.app)).await?;
    }
    let tenants = forget_org(ports, org).await?;
    ports.vault.remove(&SecretName::ProvisioningAdmin(org.clone())).await?;
    // Its secrets go first. If a later step fails, the profile is still there and `remove` can run again; no secret is left
    // without a profile.
    ports.vault.remove(&SecretName::Okta(org.clone())).await?;
    ports.ledger.remove_org(org).await?;
    Ok(tenants)
}
