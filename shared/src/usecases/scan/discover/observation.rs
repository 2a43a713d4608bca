//! What a look saw of one app, and how that comes into its record.

use jiff::Timestamp;

use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::assess::assess;
use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::history::{is_superseded, merge_signals};
use crate::domain::id::RequestId;
use crate::domain::signal::{Check, Signal, SignalKind};
use crate::domain::standing::{Assessment, Standing};
use crate::ledger::LedgerError;
use crate::randomness::request_id;
use crate::usecases::Ports;
use crate::usecases::records::app::{Changed, change};

/// How many events are written together with the app's record; further ones are written before it.
const EVENTS_AT_ONCE: usize = 20;

/// What a look saw of one app.
#[derive(Debug, Clone)]
pub(super) struct AppObservation {
    /// What the app is, as the org's list has it.
    pub(super) identity: AppIdentity,
    /// What was seen.
    pub(super) signals: Vec<Signal>,
    /// Work that failed, for the audit trail.
    pub(super) failed_work: Vec<AppEvent>,
    /// Whether the System Log could be read.
    pub(super) log_was_read: bool,
    /// Whether the ledger knew the app when the look at it began. Where it does not know it any more, the app's org was
    /// removed meanwhile.
    pub(super) was_known: bool,
    /// How many users and groups it concerns, where that was counted now.
    pub(super) reach: Option<AssignmentCounts>,
}

impl AppObservation {
    /// The one thing that was seen of an app that the ledger knows and the org's list does not show.
    pub(super) fn of_known(identity: AppIdentity, signal: Signal) -> Self {
        let signals = vec![signal];
        Self { identity, signals, failed_work: Vec::new(), log_was_read: false, was_known: true, reach: None }
    }

    /// Records it.
    pub(super) async fn record(mut self, ports: &Ports) -> Result<(), LedgerError> {
        let (org, app) = (self.identity.org.clone(), self.identity.app.clone());
        // One place is left for what happened to the standing. Before the record and not once a try: work that a crash or
        // another look has written twice is told once.
        let together = self.failed_work.split_off(self.failed_work.len().saturating_sub(EVENTS_AT_ONCE - 1));
        for event in std::mem::replace(&mut self.failed_work, together) {
            ports.ledger.append_event(&org, &app, &event).await?;
        }
        let spare = request_id(&*ports.randomness);
        change(ports, &org, &app, |known, now| self.after(known, now, &spare)).await?;
        Ok(())
    }

    /// The record after the look, and what happened. Nothing where the app was removed meanwhile.
    fn after(&self, previous: Option<&AppRecord>, now: Timestamp, spare: &RequestId) -> Option<Changed> {
        if self.was_known && previous.is_none() {
            return None;
        }
        let mut signals = self.signals_after(previous);
        let assessment = assess(&signals);
        if !assessment.standing.needs_action() && assessment.standing != Standing::Unknown {
            // Nobody has to read it any more.
            signals.retain(|signal| !matches!(signal.kind, SignalKind::EmailFailed { .. }));
        }
        let mut events = self.failed_work.clone();
        events.extend(news(previous, &assessment).map(|kind| AppEvent { at: now, kind }));
        let mut record =
            AppRecord::assessed(self.identity(previous), signals, assessment, now, previous, spare.clone());
        record.assignment_counts = self.reach.or(record.assignment_counts);
        Some((record, events))
    }

    /// Where the app stands after the look, unless somebody else sees more before it is recorded.
    pub(super) fn standing(&self, previous: Option<&AppRecord>) -> Standing {
        assess(&self.signals_after(previous)).standing
    }

    /// What was seen, and what of earlier looks still holds.
    fn signals_after(&self, previous: Option<&AppRecord>) -> Vec<Signal> {
        // What the log said is there or not; that it was read leaves no signal of its own.
        let is_over = |signal: &Signal| self.log_was_read && signal.kind.check() == Some(Check::SystemLog);
        let earlier = previous.into_iter().flat_map(|record| &record.signals);
        let earlier: Vec<Signal> = earlier.filter(|&signal| !is_over(signal)).cloned().collect();
        merge_signals(&earlier, self.signals.clone())
    }

    /// What the app is called: as the look read it, unless it read nothing or somebody else read it later.
    fn identity(&self, previous: Option<&AppRecord>) -> AppIdentity {
        let was_read = self.signals.iter().any(|signal| matches!(signal.kind, SignalKind::AppRead { .. }));
        match previous {
            Some(known) if !was_read || is_superseded(&known.signals, &self.signals) => known.identity.clone(),
            _ => self.identity.clone(),
        }
    }
}

fn news(previous: Option<&AppRecord>, assessment: &Assessment) -> Option<EventKind> {
    let to = assessment.standing;
    match previous {
        None => Some(EventKind::Found { standing: to }),
        Some(before) if before.standing() != to => {
            Some(EventKind::StandingChanged { from: before.standing(), to, reasons: assessment.reasons.clone() })
        }
        Some(_) => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::assignment_counts::Count;
    use crate::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
    use crate::domain::text::UntrustedText;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn identity(label: &str) -> AppIdentity {
        AppIdentity {
            org: "00oInvented".parse().unwrap(),
            org_domain: "acme.okta.com".to_owned(),
            app: "0oaInvented".parse().unwrap(),
            label: UntrustedText::new(label),
            tenant: None,
            domain: None,
        }
    }

    /// What a look that began then saw of an app that waits for a consent.
    fn seen(second: i64, label: &str) -> AppObservation {
        let read = SignalKind::AppRead { status: AppStatus::Active, features: Vec::new(), tenant_type: None };
        let connection = SignalKind::ConnectionRead {
            auth_scheme: AuthScheme::Oauth2,
            status: ConnectionStatus::Disabled,
            authorize_offered: true,
        };
        let signals = [connection, read].map(|kind| Signal::okta(at(second), kind)).into();
        let (identity, failed_work) = (identity(label), Vec::new());
        AppObservation { identity, signals, failed_work, log_was_read: true, was_known: false, reach: None }
    }

    fn spare(id: &str) -> RequestId {
        id.parse().unwrap()
    }

    #[test]
    fn of_two_looks_that_find_a_new_app_the_second_to_write_opens_no_request_of_its_own() {
        let (first, found) = seen(1, "Office 365").after(None, at(3), &spare("RG-A")).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let (second, nothing) = seen(2, "Office 365").after(Some(&first), at(4), &spare("RG-B")).unwrap();
        assert_eq!((second.request, second.since, nothing), (first.request, first.since, Vec::new()));
    }

    #[test]
    fn the_look_that_began_later_names_the_app_whichever_writes_first() {
        for (one, other) in [(1, 2), (2, 1)] {
            let called = |second: i64| format!("since {second}");
            let (first, _) = seen(one, &called(one)).after(None, at(3), &spare("RG-A")).unwrap();
            let (second, _) = seen(other, &called(other)).after(Some(&first), at(4), &spare("RG-A")).unwrap();
            assert_eq!(second.identity, identity(&called(2)));
            assert!(second.signals.iter().all(|signal| signal.seen_at == at(2)), "{:?}", second.signals);
        }
    }

    #[test]
    fn an_app_that_is_not_listed_keeps_the_name_that_somebody_else_read_meanwhile() {
        let (known, _) = seen(1, "Renamed").after(None, at(1), &spare("RG-A")).unwrap();
        let gone = AppObservation::of_known(identity("Office 365"), Signal::okta(at(2), SignalKind::AppNotListed));
        let (gone, _) = gone.after(Some(&known), at(3), &spare("RG-B")).unwrap();
        assert_eq!((gone.standing(), gone.identity), (Standing::NotApplicable, known.identity));
    }

    #[test]
    fn an_app_that_another_look_found_after_the_list_was_begun_is_not_gone() {
        let (known, _) = seen(2, "Office 365").after(None, at(2), &spare("RG-A")).unwrap();
        let not_listed =
            AppObservation::of_known(identity("Office 365"), Signal::okta(at(1), SignalKind::AppNotListed));
        let (still, _) = not_listed.after(Some(&known), at(3), &spare("RG-B")).unwrap();
        assert_eq!((still.signals, still.request), (known.signals, known.request));
    }

    #[test]
    fn a_look_that_did_not_count_keeps_the_count_of_an_earlier_one() {
        let count = |number| Count { number, or_more: false };
        let reach = Some(AssignmentCounts { users: count(12), groups: count(3), counted_at: at(1) });
        let looked_at = AppObservation { reach, ..seen(1, "Office 365") };
        assert_eq!(looked_at.standing(None), Standing::NeedsConsent);
        let (counted, _) = looked_at.after(None, at(1), &spare("RG-A")).unwrap();
        let (later, _) = seen(2, "Office 365").after(Some(&counted), at(2), &spare("RG-B")).unwrap();
        assert_eq!((counted.assignment_counts, later.assignment_counts), (reach, reach));
    }

    #[test]
    fn an_app_that_was_removed_while_it_was_looked_at_is_not_written_again() {
        let looked_at = AppObservation { was_known: true, ..seen(1, "Office 365") };
        assert_eq!(looked_at.after(None, at(2), &spare("RG-A")), None);
    }
}
