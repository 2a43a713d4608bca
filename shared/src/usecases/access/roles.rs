//! Granting and revoking operators' access.

use crate::domain::access_policy::{AccessRule, AccessRules, ClaimMatch, Role, RuleError, Scope};
use crate::ledger::LedgerError;
use crate::usecases::Ports;

/// How often to decide again after another writer changed the rules first.
const MAX_ATTEMPTS: u32 = 5;

/// Why the access rules were not changed.
#[derive(Debug, thiserror::Error)]
pub enum AccessChangeError {
    /// The rules do not allow the change.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Other writers changed the rules at every attempt.
    #[error("other people changed the access rules at the same time; try again")]
    Busy,
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Grants a role to the people with a claim. Replaces the scope of an earlier grant of the same role.
pub async fn grant(
    ports: &Ports,
    claim: &ClaimMatch,
    role: Role,
    scope: &Scope,
) -> Result<AccessRules, AccessChangeError> {
    let (granted_at, granted_by) = (ports.clock.now(), ports.actor.clone());
    let added = AccessRule { claim: claim.clone(), role, scope: scope.clone(), granted_at, granted_by };
    change(ports, |rules| rules.with(added.clone())).await
}

/// Revokes a role, or every role, of the people with a claim.
pub async fn revoke(ports: &Ports, claim: &ClaimMatch, role: Option<Role>) -> Result<AccessRules, AccessChangeError> {
    change(ports, |rules| rules.without(claim, role)).await
}

async fn change(
    ports: &Ports,
    decide: impl Fn(&AccessRules) -> Result<AccessRules, RuleError>,
) -> Result<AccessRules, AccessChangeError> {
    for _ in 0..MAX_ATTEMPTS {
        let changed = decide(&ports.ledger.access_rules().await?)?;
        if ports.ledger.put_access_rules(&changed).await? {
            let by = ports.actor.as_ref().map(ToString::to_string);
            tracing::info!(by, rules = changed.rules.len(), "changed the access rules");
            return Ok(changed);
        }
    }
    Err(AccessChangeError::Busy)
}
