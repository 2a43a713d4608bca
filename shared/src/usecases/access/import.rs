//! Adding many orgs at once.

use crate::domain::cloud::Cloud;
use crate::domain::contact::Contacts;
use crate::domain::customer::{CustomerChange, CustomerName, Label, LabelChange};
use crate::domain::id::OrgId;
use crate::domain::org::{CredentialKind, OrgProfile};
use crate::okta::OktaCredential;
use crate::usecases::Ports;
use crate::vault::{SecretName, SecretVersion};

use super::orgs::{OrgError, add, locate, relabel};

/// An org to add.
#[derive(Debug, Clone)]
pub struct OrgToAdd {
    /// Its host, or a custom domain.
    pub host: String,
    /// Its Microsoft cloud.
    pub cloud: Cloud,
    /// The credential; `None` if it follows later.
    pub credential: Option<OktaCredential>,
    /// Its customer; `None` leaves a known one.
    pub customer: Option<CustomerName>,
    /// Its labels, in addition to known ones.
    pub labels: Vec<Label>,
    /// Its contacts; `None` leaves known ones.
    pub contacts: Option<Contacts>,
}

/// What happened to an org.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Imported {
    /// It was added, and its credential works.
    Added,
    /// It had a credential before, which was kept.
    Known,
    /// It has no credential yet, so it cannot be scanned.
    WithoutCredential,
}

/// Adds an org, or completes one that an interrupted import has added. A credential that works is never replaced: adding
/// again makes no call with it, so that an import can be repeated.
pub async fn import_org(ports: &Ports, org: &OrgToAdd) -> Result<(OrgProfile, Imported), OrgError> {
    let located = locate(&*ports.okta, &*ports.clock, &org.host, ports.loopback).await?;
    let name = SecretName::Okta(located.id.clone());
    let known = ports.ledger.org(&located.id).await?;
    let has_credential = ports.vault.get(&name, SecretVersion::Current).await?.is_some();
    let imported = match (&known, &org.credential) {
        (Some(_), _) if has_credential => Imported::Known,
        (_, Some(credential)) => {
            add(ports, located.base_url.as_url().as_str(), org.cloud, credential).await?;
            Imported::Added
        }
        (Some(_), None) => Imported::WithoutCredential,
        (None, None) => {
            let base_url = located.base_url.as_url().clone();
            // The kind of credential is replaced when one is added.
            let new = OrgProfile::new(located.id.clone(), base_url, CredentialKind::ApiToken, ports.clock.now());
            ports.ledger.put_org(&OrgProfile { cloud: org.cloud, ..new }).await?;
            Imported::WithoutCredential
        }
    };
    Ok((complete(ports, &located.id, org).await?, imported))
}

/// Sets the customer, the labels and the contacts that the import names.
async fn complete(ports: &Ports, id: &OrgId, org: &OrgToAdd) -> Result<OrgProfile, OrgError> {
    let customer = org.customer.clone().map_or(CustomerChange::Keep, CustomerChange::Set);
    let change = LabelChange { customer, add: org.labels.iter().cloned().collect(), ..LabelChange::default() };
    let profile = relabel(ports, id, &change).await?;
    match &org.contacts {
        Some(contacts) if *contacts != profile.contacts => {
            let profile = OrgProfile { contacts: contacts.clone(), ..profile };
            ports.ledger.put_org(&profile).await?;
            Ok(profile)
        }
        _ => Ok(profile),
    }
}
