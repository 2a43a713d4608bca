//! Roles, and the permissions that they include.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! names {
    ($type:ident, $what:literal) => {
        impl std::str::FromStr for $type {
            type Err = UnknownName;
            fn from_str(name: &str) -> Result<Self, UnknownName> {
                Self::ALL.into_iter().find(|one| one.name() == name).ok_or(UnknownName { what: $what })
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    };
}

/// The name belongs to no role or permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such {what}; `regrant access grant --help` lists them")]
pub struct UnknownName {
    what: &'static str,
}

/// A role. Each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads apps, orgs, scans and notifications.
    Viewer,
    /// Invites, saves, waives and scans too.
    Operator,
    /// Changes customers, contacts and settings too.
    Administrator,
}

impl Role {
    /// Every role, least powerful first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Operator, Self::Administrator];

    /// The name in the API and at the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Administrator => "administrator",
        }
    }
}

names!(Role, "role");

/// What a route or a button requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read apps, orgs, scans and notifications.
    ReadEstate,
    /// Start a scan.
    Scan,
    /// Create and revoke invitations.
    Invite,
    /// Save a connection in Okta.
    Save,
    /// Give and end waivers.
    Waive,
    /// Change an org's customer, labels and contacts.
    ManageOrgs,
    /// List and lift suppressed addresses, which are shared by all customers.
    ManageMail,
    /// Add, list and remove hooks, which receive events of every customer.
    ManageHooks,
    /// Read and change the access rules.
    ManageAccess,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 9] = [
        Self::ReadEstate,
        Self::Scan,
        Self::Invite,
        Self::Save,
        Self::Waive,
        Self::ManageOrgs,
        Self::ManageMail,
        Self::ManageHooks,
        Self::ManageAccess,
    ];

    /// The name in the API description.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadEstate => "estate:read",
            Self::Scan => "estate:scan",
            Self::Invite => "app:invite",
            Self::Save => "app:save",
            Self::Waive => "app:waive",
            Self::ManageOrgs => "org:manage",
            Self::ManageMail => "mail:manage",
            Self::ManageHooks => "hook:manage",
            Self::ManageAccess => "access:manage",
        }
    }

    /// The least powerful role that has it.
    pub const fn role(self) -> Role {
        match self {
            Self::ReadEstate => Role::Viewer,
            Self::Scan | Self::Invite | Self::Save | Self::Waive => Role::Operator,
            Self::ManageOrgs | Self::ManageMail | Self::ManageHooks | Self::ManageAccess => Role::Administrator,
        }
    }

    /// Whether it concerns the whole installation, so that only a role for all customers has it.
    pub const fn is_for_all_customers(self) -> bool {
        matches!(self, Self::ManageMail | Self::ManageHooks | Self::ManageAccess)
    }
}

names!(Permission, "permission");
