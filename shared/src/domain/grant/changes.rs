//! What is otherwise with Okta's service principal than when it was proven.
//!
//! States are compared, never events: a new consent is logged as a removal and, milliseconds later, an addition of the
//! same grants, so a removal alone says nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{GrantKind, GrantsRead, PermissionGrant};
use crate::domain::permission::PermissionCatalogue;
use crate::domain::tenant::{ObjectId, TenantId};
use crate::domain::text::UntrustedText;

/// Who stands behind an application.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Publisher {
    /// `verifiedPublisherId`, where it was read.
    pub id: Option<UntrustedText>,
    /// The verified publisher's name.
    pub name: Option<UntrustedText>,
    /// The tenant that the application is registered in.
    pub owner: Option<TenantId>,
}

impl Publisher {
    /// Whether both are the same. What one of them does not know (an older record) tells no difference; where both know
    /// the publisher's key, a new name is only a new name.
    fn is(&self, other: &Self) -> bool {
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

/// One thing that is otherwise than when it was proven.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum GrantChange {
    /// The tenant has no service principal for Okta any more, and so no grant either.
    PrincipalGone,
    /// There is another one: the old one was deleted and somebody consented anew.
    PrincipalReplaced {
        /// The one that was proven.
        from: ObjectId,
        /// The one there is.
        to: ObjectId,
    },
    /// It may not sign in any more, by the tenant's word or by Microsoft's.
    Disabled,
    /// Somebody else stands behind it.
    PublisherChanged {
        /// Who stood behind it.
        from: Publisher,
        /// Who does now.
        to: Publisher,
    },
    /// A permission is granted in no way any more.
    PermissionGone {
        /// Its name.
        permission: String,
    },
    /// A permission is granted that was not.
    PermissionAdded {
        /// Its name.
        permission: String,
    },
    /// A permission is granted in other ways than before.
    KindChanged {
        /// Its name.
        permission: String,
        /// The ways that were proven, in order.
        from: Vec<GrantKind>,
        /// The ways there are, in order.
        to: Vec<GrantKind>,
    },
}

impl GrantChange {
    /// Whether something that was granted is not granted any more.
    pub fn takes_away(&self) -> bool {
        match self {
            Self::PrincipalGone | Self::Disabled | Self::PermissionGone { .. } => true,
            Self::KindChanged { from, to, .. } => from.iter().any(|kind| !to.contains(kind)),
            Self::PrincipalReplaced { .. } | Self::PublisherChanged { .. } | Self::PermissionAdded { .. } => false,
        }
    }

    /// Whether a permission came that nobody expects of a consent to Okta. A new one of the catalogue is no surprise.
    pub fn is_unexpected(&self, expected: &PermissionCatalogue) -> bool {
        match self {
            Self::PermissionAdded { permission } => {
                !expected.all().iter().any(|known| known.name.eq_ignore_ascii_case(permission))
            }
            _ => false,
        }
    }
}

impl fmt::Display for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name}")?,
            None => f.write_str("nobody whom Microsoft verified")?,
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
        // Graph's names are somebody else's text.
        let shown = |permission: &String| UntrustedText::new(permission.clone());
        let ways = |kinds: &[GrantKind]| kinds.iter().map(GrantKind::words).collect::<Vec<_>>().join(" and ");
        match self {
            Self::PrincipalGone => f.write_str("Okta's service principal is gone"),
            Self::PrincipalReplaced { from, to } => {
                write!(f, "Okta's service principal is another one ({to} in the place of {from})")
            }
            Self::Disabled => f.write_str("Okta's service principal may not sign in any more"),
            Self::PublisherChanged { from, to } => {
                write!(f, "Okta's service principal is published by {to}, and was by {from}")
            }
            Self::PermissionGone { permission } => write!(f, "{} is not granted any more", shown(permission)),
            Self::PermissionAdded { permission } => write!(f, "{} is granted and was not", shown(permission)),
            Self::KindChanged { permission, from, to } => {
                write!(f, "{} is granted {}, and was {}", shown(permission), ways(to), ways(from))
            }
        }
    }
}

/// The ways of each permission. Names differ by case at times, so they are compared without it and shown as they came.
fn ways(grants: &[PermissionGrant]) -> BTreeMap<String, (&str, BTreeSet<&GrantKind>)> {
    let mut ways: BTreeMap<String, (&str, BTreeSet<&GrantKind>)> = BTreeMap::new();
    for grant in grants {
        let (name, kinds) = ways.entry(grant.permission.to_ascii_lowercase()).or_default();
        // Of several spellings always the same one, whatever the order.
        if name.is_empty() || grant.permission.as_str() < *name {
            *name = &grant.permission;
        }
        kinds.insert(&grant.grant);
    }
    ways
}

impl GrantsRead {
    /// What is otherwise than in `proven`, in the order of [`GrantChange`]. The order in which Graph lists things makes
    /// no difference, and where the principal is gone nothing else is told.
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
                if !before.publisher().is(&now.publisher()) {
                    changes.push(GrantChange::PublisherChanged { from: before.publisher(), to: now.publisher() });
                }
            }
            (None, _) => {}
        }
        let (before, now) = (ways(&verified.grants), ways(&self.grants));
        let gone = before.iter().filter(|(key, _)| !now.contains_key(*key));
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
