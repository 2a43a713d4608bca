//! Changes of Okta's service principal since the consent was verified.
//!
//! Regrant compares states, never events: Microsoft logs a new consent as a removal and, milliseconds later, an addition of
//! the same grants, so a removal alone proves nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{GrantKind, GrantsRead, PermissionGrant};
use crate::domain::permission::PermissionCatalogue;
use crate::domain::tenant::{ObjectId, TenantId};
use crate::domain::text::UntrustedText;

/// The publisher of an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AppPublisher {
    /// `verifiedPublisherId`, if it was read.
    pub id: Option<UntrustedText>,
    /// The verified publisher's name.
    pub name: Option<UntrustedText>,
    /// The tenant that the application is registered in.
    pub owner: Option<TenantId>,
}

impl AppPublisher {
    /// Whether both are the same publisher. A value that one of them lacks (an older record) is not a difference. If both
    /// have an id, a different name is not one either.
    fn is_same(&self, other: &Self) -> bool {
        let same_publisher = match (&self.id, &other.id) {
            (Some(one), Some(other)) => one.raw().eq_ignore_ascii_case(other.raw()),
            _ => self.name == other.name,
        };
        let same_owner = match (&self.owner, &other.owner) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        same_publisher && same_owner
    }
}

/// One change since the consent was verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum GrantChange {
    /// The tenant no longer has a service principal for Okta, and therefore no grants.
    PrincipalGone,
    /// The service principal is a new one: the old one was deleted and someone consented again.
    PrincipalReplaced {
        /// The verified one.
        from: ObjectId,
        /// The current one.
        to: ObjectId,
    },
    /// The tenant or Microsoft no longer allows it to sign in.
    Disabled,
    /// Its publisher changed.
    PublisherChanged {
        /// The publisher before.
        from: AppPublisher,
        /// The publisher now.
        to: AppPublisher,
    },
    /// A permission is no longer granted.
    PermissionGone {
        /// Its name.
        permission: String,
    },
    /// A permission is granted that was not granted before.
    PermissionAdded {
        /// Its name.
        permission: String,
    },
    /// A permission is granted in a different way than before.
    KindChanged {
        /// Its name.
        permission: String,
        /// The verified kinds of grant, sorted.
        from: Vec<GrantKind>,
        /// The current kinds of grant, sorted.
        to: Vec<GrantKind>,
    },
}

impl GrantChange {
    /// Whether it revokes a grant.
    pub fn revokes(&self) -> bool {
        match self {
            Self::PrincipalGone | Self::Disabled | Self::PermissionGone { .. } => true,
            Self::KindChanged { from, to, .. } => from.iter().any(|kind| !to.contains(kind)),
            Self::PrincipalReplaced { .. } | Self::PublisherChanged { .. } | Self::PermissionAdded { .. } => false,
        }
    }

    /// Whether it adds a permission that a consent to Okta does not include. One of the catalogue is not unexpected.
    pub fn is_unexpected(&self, expected: &PermissionCatalogue) -> bool {
        match self {
            Self::PermissionAdded { permission } => {
                !expected.all().iter().any(|known| known.name.eq_ignore_ascii_case(permission))
            }
            _ => false,
        }
    }
}

impl fmt::Display for AppPublisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}")?,
            None => f.write_str("no publisher verified by Microsoft")?,
        }
        if let Some(owner) = &self.owner {
            write!(f, " (tenant {owner})")?;
        }
        Ok(())
    }
}

/// In words for people, as part of a sentence.
impl fmt::Display for GrantChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Permission names come from Graph, so they are untrusted.
        let shown = |permission: &String| UntrustedText::new(permission.clone());
        let ways = |kinds: &[GrantKind]| kinds.iter().map(GrantKind::words).collect::<Vec<_>>().join(" and ");
        match self {
            Self::PrincipalGone => f.write_str("Okta's service principal no longer exists"),
            Self::PrincipalReplaced { from, to } => {
                write!(f, "Okta's service principal was replaced ({to} instead of {from})")
            }
            Self::Disabled => f.write_str("Okta's service principal can no longer sign in"),
            Self::PublisherChanged { from, to } => {
                write!(f, "Okta's service principal is published by {to}, previously by {from}")
            }
            Self::PermissionGone { permission } => write!(f, "{} is no longer granted", shown(permission)),
            Self::PermissionAdded { permission } => write!(f, "{} is newly granted", shown(permission)),
            Self::KindChanged { permission, from, to } => {
                write!(f, "{} is granted {}, previously {}", shown(permission), ways(to), ways(from))
            }
        }
    }
}

/// The kinds of grant of each permission. Names are compared without case and displayed as received.
fn kinds_by_permission(grants: &[PermissionGrant]) -> BTreeMap<String, (&str, BTreeSet<&GrantKind>)> {
    let mut permissions: BTreeMap<String, (&str, BTreeSet<&GrantKind>)> = BTreeMap::new();
    for grant in grants {
        let (name, kinds) = permissions.entry(grant.permission.to_ascii_lowercase()).or_default();
        // Picks the same spelling regardless of the order.
        if name.is_empty() || grant.permission.as_str() < *name {
            *name = &grant.permission;
        }
        kinds.insert(&grant.grant);
    }
    permissions
}

impl GrantsRead {
    /// The changes since `verified`, in the order of [`GrantChange`]. The order in which Graph lists grants does not matter.
    /// If the principal is gone, that is the only change.
    pub fn changes_since(&self, verified: &Self) -> Vec<GrantChange> {
        let mut changes = Vec::new();
        match (&verified.principal, &self.principal) {
            (Some(_), None) => return vec![GrantChange::PrincipalGone],
            (Some(before), Some(now)) => {
                if before.id != now.id {
                    changes.push(GrantChange::PrincipalReplaced { from: before.id.clone(), to: now.id.clone() });
                }
                if before.is_enabled() && !now.is_enabled() {
                    changes.push(GrantChange::Disabled);
                }
                if !before.publisher().is_same(&now.publisher()) {
                    changes.push(GrantChange::PublisherChanged { from: before.publisher(), to: now.publisher() });
                }
            }
            (None, _) => {}
        }
        let (before, now) = (kinds_by_permission(&verified.grants), kinds_by_permission(&self.grants));
        let gone = before.iter().filter(|(key, _)| !now.contains_key(*key));
        // A grant that could not be read may be one that seems to be gone.
        let gone = gone.filter(|_| self.unreadable.is_empty());
        changes.extend(gone.map(|(_, (name, _))| GrantChange::PermissionGone { permission: (*name).to_owned() }));
        for (key, (name, kinds)) in &now {
            let permission = (*name).to_owned();
            match before.get(key) {
                None => changes.push(GrantChange::PermissionAdded { permission }),
                Some((_, old)) if old != kinds => {
                    let list = |kinds: &BTreeSet<&GrantKind>| kinds.iter().copied().cloned().collect();
                    changes.push(GrantChange::KindChanged { permission, from: list(old), to: list(kinds) });
                }
                Some(_) => {}
            }
        }
        changes.sort();
        changes
    }
}

#[cfg(test)]
#[path = "changes/tests.rs"]
mod tests;
