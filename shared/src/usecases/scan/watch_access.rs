//! Regrant's own access: what a visit found wrong with it, remembered with the org, so that somebody is told.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::domain::access_problem::{AccessProblemKind, OrgWatch, problems_after};
use crate::domain::id::OrgId;
use crate::domain::system_log::LogPosition;
use crate::ledger::LedgerError;
use crate::okta::OktaError;
use crate::randomness::request_id;
use crate::usecases::Ports;
use crate::usecases::records::optimistic::optimistic;

/// How long a credential of Okta's may lie idle before somebody is told. An API token dies after 30 days (Okta, "Create an
/// API token").
pub(in crate::usecases) const IDLE: SignedDuration = SignedDuration::from_hours(20 * 24);

/// What a visit found out about Regrant's own access to an org.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::usecases) struct Access {
    /// Whether Okta answered the credential with what was asked for.
    pub(in crate::usecases) okta_answered: bool,
    /// What is wrong.
    pub(in crate::usecases) problems: Vec<(AccessProblemKind, String)>,
    /// What is over on Microsoft's side: the names and places of troubles that a look disproved.
    pub(in crate::usecases) over: BTreeSet<(&'static str, String)>,
    /// Whether we have a registration in the org's cloud, where the vault told.
    pub(in crate::usecases) signs_in: Option<bool>,
    /// Where the System Log goes on; `None` where it could not be read.
    pub(in crate::usecases) log: Option<LogPosition>,
}

/// What Okta's refusal says of the credential.
pub(in crate::usecases) fn problem_of(error: &OktaError) -> Option<(AccessProblemKind, String)> {
    let kind = match error {
        _ if error.retires_credential() => AccessProblemKind::OktaCredentialRefused,
        OktaError::Api(answer) if answer.status == 403 => AccessProblemKind::OktaRoleLost,
        // A scope that a service app was granted was taken away (RFC 6749 section 5.2).
        OktaError::Token { error, .. } if error == "invalid_scope" => AccessProblemKind::OktaRoleLost,
        _ => return None,
    };
    Some((kind, error.to_string()))
}

/// What is remembered of an org; nothing yet where it was never looked at.
pub(in crate::usecases) async fn remembered(ports: &Ports, org: &OrgId) -> Result<OrgWatch, LedgerError> {
    Ok(ports.ledger.org_watch(org).await?.unwrap_or_else(|| OrgWatch::new(org.clone())))
}

/// Remembers what a visit found out. The digest's maker may write the same record, so it is read again where it changed.
pub(in crate::usecases) async fn remember(ports: &Ports, org: &OrgId, access: &Access) -> Result<(), LedgerError> {
    let written = optimistic(
        "update an org's watch",
        || remembered(ports, org),
        |before| Some(after(ports, &before, access, ports.clock.now())),
        |watch: OrgWatch| async move { ports.ledger.put_org_watch(&watch).await },
    );
    written.await.map(drop)
}

fn after(ports: &Ports, before: &OrgWatch, access: &Access, now: Timestamp) -> OrgWatch {
    let okta_answered_at = if access.okta_answered { Some(now) } else { before.okta_answered_at };
    let mut found = access.problems.clone();
    if okta_answered_at.is_some_and(|at| now.duration_since(at) >= IDLE) {
        let detail = "Okta has not answered with it for 20 days; an API token dies after 30.".to_owned();
        found.push((AccessProblemKind::OktaCredentialIdle, detail));
    }
    // What could not be looked at is not over.
    let is_over = |kind: &AccessProblemKind| {
        let known = (kind.name(), kind.place());
        if kind.is_oktas() {
            access.okta_answered || *kind == AccessProblemKind::OktaCredentialIdle
        } else {
            access.over.contains(&known)
        }
    };
    let goes_on = before.problems.iter().filter(|problem| !is_over(&problem.kind));
    found.extend(goes_on.map(|problem| (problem.kind.clone(), problem.detail.clone())));
    OrgWatch {
        okta_answered_at,
        problems: problems_after(&before.problems, found, now, || request_id(&*ports.randomness)),
        signs_in: access.signs_in.or(before.signs_in),
        log: access.log.clone().or_else(|| before.log.clone()),
        ..before.clone()
    }
}
