//! The access policy: which operator may do what, and for which customers. `/v1`, the console and the management of hooks all
//! ask [`Access`].
//!
//! An operator's identity provider says who someone is and which groups or roles they have. The ledger's [`AccessRules`] map
//! these claims to roles. A person without a matching rule has no access.

mod role;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use role::{Permission, Role, UnknownName};

use super::actor::Actor;
use super::customer::CustomerName;

/// The most rules of an installation. The ledger keeps them in one record, so that the check for the last administrator is
/// atomic.
pub const MAX_RULES: usize = 2_000;
/// The longest value of a claim that a rule can name, in characters.
const MAX_VALUE_LENGTH: usize = 256;

/// Claims that people can often edit themselves, so that no rule may depend on them.
const SELF_SERVICE_CLAIMS: [&str; 14] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "email",
    "profile",
    "picture",
    "website",
    "phone_number",
    "address",
    "locale",
    "zoneinfo",
];

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

/// A claim of an operator's token and its value: who receives a role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ClaimMatch {
    /// The claim's name, such as `groups`, `roles` or `sub`.
    pub claim: String,
    /// The value that the claim has or contains. Compared exactly.
    pub value: String,
}

/// Why a claim cannot decide about access.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableClaim {
    /// Name or value is empty or too long.
    #[error("a claim and its value have 1 to {MAX_VALUE_LENGTH} characters")]
    Length,
    /// People can often edit this claim themselves.
    #[error("people can often edit the claim {0} themselves; use a group, a role or `sub`")]
    SelfService(String),
}

impl ClaimMatch {
    /// A match, if the claim may decide about access.
    pub fn new(claim: &str, value: &str) -> Result<Self, UnusableClaim> {
        let fits = |text: &str| (1..=MAX_VALUE_LENGTH).contains(&text.chars().count());
        if !fits(claim) || !fits(value) {
            return Err(UnusableClaim::Length);
        }
        if SELF_SERVICE_CLAIMS.contains(&claim) {
            return Err(UnusableClaim::SelfService(claim.to_owned()));
        }
        Ok(Self { claim: claim.to_owned(), value: value.to_owned() })
    }
}

impl fmt::Display for ClaimMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.claim, self.value)
    }
}

/// One rule: people with this claim have this role for these customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct AccessRule {
    /// Who.
    #[serde(flatten)]
    pub claim: ClaimMatch,
    /// The role.
    pub role: Role,
    /// For which customers.
    pub scope: Scope,
    /// When it was granted, in UTC.
    #[schema(value_type = String, format = DateTime)]
    pub granted_at: Timestamp,
    /// Who granted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<Actor>,
}

impl AccessRule {
    fn administers_all(&self) -> bool {
        self.role == Role::Administrator && self.scope == Scope::All
    }
}

/// Every rule of an installation, in one record.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AccessRules {
    /// The rules, in the order in which they were granted.
    pub rules: Vec<AccessRule>,
    /// Incremented by each write, for the optimistic lock; 0 before the first.
    #[serde(default)]
    pub version: u64,
}

/// Why the rules were not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// No rule has this claim, or none with this role.
    #[error("no rule grants this; `regrant access list` shows all rules")]
    NoSuchRule,
    /// The change would leave no administrator of all customers.
    #[error(
        "this would remove the last administrator for all customers; grant that role to a different group or person first"
    )]
    LastAdministrator,
    /// There are too many rules.
    #[error("there are already {MAX_RULES} rules; map groups instead of single people")]
    TooMany,
}

impl AccessRules {
    /// The rules with one more. It replaces the rule with the same claim and role.
    pub fn with(&self, rule: AccessRule) -> Result<Self, RuleError> {
        let same = |known: &AccessRule| known.claim == rule.claim && known.role == rule.role;
        let mut rules: Vec<_> = self.rules.iter().filter(|known| !same(known)).cloned().collect();
        rules.push(rule);
        if rules.len() > MAX_RULES {
            return Err(RuleError::TooMany);
        }
        self.keeping_an_administrator(rules)
    }

    /// The rules without those of a claim: all of them, or those with one role.
    pub fn without(&self, claim: &ClaimMatch, role: Option<Role>) -> Result<Self, RuleError> {
        let revoked = |known: &AccessRule| known.claim == *claim && role.is_none_or(|role| known.role == role);
        let rules: Vec<_> = self.rules.iter().filter(|known| !revoked(known)).cloned().collect();
        if rules.len() == self.rules.len() {
            return Err(RuleError::NoSuchRule);
        }
        self.keeping_an_administrator(rules)
    }

    fn keeping_an_administrator(&self, rules: Vec<AccessRule>) -> Result<Self, RuleError> {
        let had = self.rules.iter().any(AccessRule::administers_all);
        if had && !rules.iter().any(AccessRule::administers_all) {
            return Err(RuleError::LastAdministrator);
        }
        Ok(Self { rules, version: self.version })
    }

    /// What an identity may do: the union of the rules that its claims match.
    pub fn access_of(&self, identity: &Identity) -> Access {
        Access(
            self.rules
                .iter()
                .filter(|rule| identity.has(&rule.claim))
                .map(|rule| (rule.role, rule.scope.clone()))
                .collect(),
        )
    }
}

/// A verified identity: who the identity provider says the caller is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The identity provider.
    pub issuer: String,
    /// The subject, unique at this issuer.
    pub subject: String,
    /// A name to show. Decides nothing.
    pub name: Option<String>,
    /// The other claims whose values are texts or lists of texts.
    pub claims: BTreeMap<String, BTreeSet<String>>,
}

impl Identity {
    /// The identity that a token's verified claims describe. `None` without issuer or subject.
    pub fn from_claims(claims: &serde_json::Map<String, serde_json::Value>) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let values = |value: &serde_json::Value| -> BTreeSet<String> {
            let one = value.as_str().into_iter();
            one.chain(value.as_array().into_iter().flatten().filter_map(|one| one.as_str()))
                .map(str::to_owned)
                .collect()
        };
        Some(Self {
            issuer: text("iss")?,
            subject: text("sub").filter(|subject| !subject.is_empty())?,
            name: text("preferred_username").or_else(|| text("email")).or_else(|| text("name")),
            claims: claims.iter().map(|(name, value)| (name.clone(), values(value))).collect(),
        })
    }

    fn has(&self, claim: &ClaimMatch) -> bool {
        if claim.claim == "sub" {
            return self.subject == claim.value;
        }
        self.claims.get(&claim.claim).is_some_and(|values| values.contains(&claim.value))
    }
}

/// What a caller may do. Roles count per customer: a role for one customer never adds to a role for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access(Vec<(Role, Scope)>);

impl Access {
    /// The access of the person who runs the installation on their own machine.
    pub fn everything() -> Self {
        Self(vec![(Role::Administrator, Scope::All)])
    }

    /// Whether there is none at all.
    pub fn is_none(&self) -> bool {
        self.0.iter().all(|(_, scope)| scope.is_empty())
    }

    /// The customers for which a permission is held.
    pub fn scope(&self, permission: Permission) -> Scope {
        let held = self.0.iter().filter(|(role, _)| *role >= permission.role()).map(|(_, scope)| scope.clone());
        match held.fold(Scope::none(), Scope::union) {
            Scope::All => Scope::All,
            _ if permission.is_for_all_customers() => Scope::none(),
            scope => scope,
        }
    }

    /// Whether a permission is held for an org of `customer`.
    pub fn allows(&self, permission: Permission, customer: Option<&CustomerName>) -> bool {
        self.scope(permission).covers(customer)
    }

    /// Whether a permission is held for any customer.
    pub fn allows_somewhere(&self, permission: Permission) -> bool {
        !self.scope(permission).is_empty()
    }

    /// The roles and their scopes, for display.
    pub fn roles(&self) -> &[(Role, Scope)] {
        &self.0
    }
}

#[cfg(test)]
mod tests;
