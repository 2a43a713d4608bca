//! The customers that a role covers.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::customer::CustomerName;

/// The customers that a role covers. An org without a customer is covered by [`Scope::All`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Every customer, and orgs without one.
    All,
    /// These customers.
    Only(BTreeSet<CustomerName>),
    /// Every customer but these.
    AllBut(BTreeSet<CustomerName>),
}

impl Scope {
    /// No customer.
    pub const fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Whether it covers the orgs of `customer`; `None` means orgs without a customer.
    pub fn covers(&self, customer: Option<&CustomerName>) -> bool {
        match (self, customer) {
            (Self::All, _) => true,
            (Self::Only(these), Some(customer)) => these.contains(customer),
            (Self::AllBut(these), Some(customer)) => !these.contains(customer),
            (_, None) => false,
        }
    }

    /// Whether it covers nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Only(these) if these.is_empty())
    }

    /// The scope that covers what either covers.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Only(one), Self::Only(other)) => Self::Only(one.into_iter().chain(other).collect()),
            (Self::AllBut(one), Self::AllBut(other)) => Self::AllBut(one.intersection(&other).cloned().collect()),
            (Self::AllBut(but), Self::Only(these)) | (Self::Only(these), Self::AllBut(but)) => {
                Self::AllBut(but.difference(&these).cloned().collect())
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |these: &BTreeSet<CustomerName>| these.iter().map(CustomerName::as_str).collect::<Vec<_>>().join(", ");
        match self {
            Self::All => f.write_str("all customers"),
            Self::Only(these) => f.write_str(&list(these)),
            Self::AllBut(these) => write!(f, "all customers but {}", list(these)),
        }
    }
}
