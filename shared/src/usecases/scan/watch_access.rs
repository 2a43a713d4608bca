//! Problems with Regrant's own access to an org, as a scan finds them. They are stored with the org, and
//! [`notify`](crate::usecases::notify) sends the notifications.

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

/// How long an Okta credential may be unused before Regrant warns. Okta revokes an API token after 30 days without use (Okta,
/// "Create an API token").
pub(in crate::usecases) const IDLE_WARNING: SignedDuration = SignedDuration::from_hours(20 * 24);

/// What a scan found out about Regrant's own access to an org.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::usecases) struct AccessFindings {
    /// Whether Okta accepted the credential and returned data.
    pub(in crate::usecases) okta_answered: bool,
    /// The problems, each with its cause.
    pub(in crate::usecases) problems: Vec<(AccessProblemKind, String)>,
    /// Problems at Microsoft that the scan found resolved, by name and place.
    pub(in crate::usecases) resolved: BTreeSet<(&'static str, String)>,
    /// Whether there is a registration for the org's cloud; `None` if the vault could not be read.
    pub(in crate::usecases) signs_in: Option<bool>,
    /// The position for the next read of the System Log; `None` if it could not be read.
    pub(in crate::usecases) log: Option<LogPosition>,
}

/// The access problem behind an error from Okta. `None` if the error does not concern the credential.
pub(in crate::usecases) fn okta_problem(error: &OktaError) -> Option<(AccessProblemKind, String)> {
    let kind = match error {
        _ if error.retires_credential() => AccessProblemKind::OktaCredentialRefused,
        _ if error.lacks_permission() => AccessProblemKind::OktaRoleLost,
        _ => return None,
    };
    Some((kind, error.to_string()))
}

/// The watch record of an org; an empty one if the org was never scanned.
pub(in crate::usecases) async fn org_watch(ports: &Ports, org: &OrgId) -> Result<OrgWatch, LedgerError> {
    Ok(ports.ledger.org_watch(org).await?.unwrap_or_else(|| OrgWatch::new(org.clone())))
}

/// Remembers what a visit found out. The digest's maker may write the same record, so it is read again where it changed.
pub(in crate::usecases) async fn record_findings(
    ports: &Ports,
    org: &OrgId,
    access: &AccessFindings,
) -> Result<(), LedgerError> {
    let written = optimistic(
        "update an org's watch",
        || org_watch(ports, org),
        |before| Some(apply(ports, &before, access, ports.clock.now())),
        |watch: OrgWatch| async move { ports.ledger.put_org_watch(&watch).await },
    );
    written.await.map(drop)
}

fn apply(ports: &Ports, before: &OrgWatch, access: &AccessFindings, now: Timestamp) -> OrgWatch {
    let okta_answered_at = if access.okta_answered { Some(now) } else { before.okta_answered_at };
    let mut found = access.problems.clone();
    if okta_answered_at.is_some_and(|at| now.duration_since(at) >= IDLE_WARNING) {
        let detail =
            "Regrant has not used it successfully for 20 days; Okta revokes an API token after 30 days without use."
                .to_owned();
        found.push((AccessProblemKind::OktaCredentialIdle, detail));
    }
    // A problem that could not be checked is not resolved.
    let is_resolved = |kind: &AccessProblemKind| {
        let known = (kind.name(), kind.affected());
        if kind.is_about_okta() {
            access.okta_answered || *kind == AccessProblemKind::OktaCredentialIdle
        } else {
            access.resolved.contains(&known)
        }
    };
    let persisting = before.problems.iter().filter(|problem| !is_resolved(&problem.kind));
    found.extend(persisting.map(|problem| (problem.kind.clone(), problem.detail.clone())));
    OrgWatch {
        okta_answered_at,
        problems: problems_after(&before.problems, found, now, || request_id(&*ports.randomness)),
        signs_in: access.signs_in.or(before.signs_in),
        log: access.log.clone().or_else(|| before.log.clone()),
        ..before.clone()
    }
}
