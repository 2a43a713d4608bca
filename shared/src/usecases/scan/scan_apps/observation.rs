//! What a scan observed of one app, and the app record that results from it.

use jiff::Timestamp;

use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::assess::assess;
use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::claims_challenge::ClaimsChallenge;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::history::{is_superseded, merge_signals};
use crate::domain::id::RequestId;
use crate::domain::provisioning_secret::{EndingSecret, ending_secret};
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::domain::standing::{Assessment, Standing};
use crate::ledger::LedgerError;
use crate::randomness::request_id;
use crate::usecases::Ports;
use crate::usecases::records::app::{AppUpdate, update_app};
use crate::usecases::scan::watch_system_log::INITIAL_LOOKBACK;

/// The most events written in one transaction with the app's record. Further events are written before it.
const MAX_EVENTS_PER_WRITE: usize = 20;

/// What a scan observed of one app.
#[derive(Debug, Clone)]
pub(super) struct AppObservation {
    /// The app's identity, as the org's list shows it.
    pub(super) identity: AppIdentity,
    /// The observed signals.
    pub(super) signals: Vec<Signal>,
    /// Failed provisioning tasks, for the audit trail.
    pub(super) failed_work: Vec<AppEvent>,
    /// Whether the System Log was read.
    pub(super) log_was_read: bool,
    /// Whether the ledger knew the app when its scan began. If it no longer does, the org was removed meanwhile.
    pub(super) was_known: bool,
    /// How many users and groups are assigned, if this scan counted them.
    pub(super) assignment_counts: Option<AssignmentCounts>,
    /// What Microsoft requires of the next sign-in in the app's tenant, if it said so during this scan.
    pub(super) claims_challenge: Option<ClaimsChallenge>,
    /// The permissions that Okta's consent link asks for, if this scan saw one.
    pub(super) asked_permissions: Option<Vec<String>>,
}

impl AppObservation {
    /// The single signal of an app that is in the ledger but not in the org's list.
    pub(super) fn of_known(identity: AppIdentity, signal: Signal) -> Self {
        Self::new(identity, vec![signal])
    }

    /// Signals of a known app, without anything from the System Log.
    pub(super) fn new(identity: AppIdentity, signals: Vec<Signal>) -> Self {
        Self {
            identity,
            signals,
            failed_work: Vec::new(),
            log_was_read: false,
            was_known: true,
            assignment_counts: None,
            claims_challenge: None,
            asked_permissions: None,
        }
    }

    /// Updates the app's record and appends the events.
    pub(super) async fn record(mut self, ports: &Ports) -> Result<(), LedgerError> {
        let (org, app) = (self.identity.org.clone(), self.identity.app.clone());
        // Two places are reserved, for a change of the standing and for a secret that is about to end. The surplus is written before the record and outside the optimistic
        // lock's loop: readers drop a failed task that a crash or another scan wrote twice.
        let with_record = self.failed_work.split_off(self.failed_work.len().saturating_sub(MAX_EVENTS_PER_WRITE - 2));
        for event in std::mem::replace(&mut self.failed_work, with_record) {
            ports.ledger.append_event(&org, &app, &event).await?;
        }
        let spare = request_id(&*ports.randomness);
        update_app(ports, &org, &app, |known, now| self.apply(known, now, &spare)).await?;
        Ok(())
    }

    /// The record that results from `previous`, and its events. `None` if the app was removed meanwhile.
    fn apply(&self, previous: Option<&AppRecord>, now: Timestamp, spare: &RequestId) -> Option<AppUpdate> {
        if self.was_known && previous.is_none() {
            return None;
        }
        let mut signals = self.merged_signals(previous);
        signals.retain(|signal| !is_outdated(signal, now));
        let assessment = assess(&signals);
        if !assessment.standing.needs_action() && assessment.standing != Standing::Unknown {
            // The failed email no longer matters.
            signals.retain(|signal| !matches!(signal.kind, SignalKind::EmailFailed { .. }));
        }
        let mut events = self.failed_work.clone();
        events.extend(standing_event(previous, &assessment).map(|kind| AppEvent::automatic(now, kind)));
        events.extend(secret_event(previous, &signals).map(|kind| AppEvent::automatic(now, kind)));
        let mut record =
            AppRecord::assessed(self.identity(previous), signals, assessment, now, previous, spare.clone());
        record.assignment_counts = self.assignment_counts.or(record.assignment_counts);
        if let Some(challenge) = &self.claims_challenge {
            record.consent.claims_challenge = Some(challenge.clone());
        }
        if self.asked_permissions.is_some() {
            record.consent.link_permissions.clone_from(&self.asked_permissions);
        }
        Some((record, events))
    }

    /// The standing after this observation, if no other worker updates the record first.
    pub(super) fn standing(&self, previous: Option<&AppRecord>) -> Standing {
        assess(&self.merged_signals(previous)).standing
    }

    /// The observed signals and the earlier ones that are still valid.
    fn merged_signals(&self, previous: Option<&AppRecord>) -> Vec<Signal> {
        // A successful read of the log leaves no signal that would replace an earlier failure to read it, so it is dropped here.
        // So are surprises of a source that was read again.
        let graph_was_read = self.signals.iter().any(|signal| signal.source == Source::MicrosoftGraph);
        let is_resolved = |signal: &Signal| match (&signal.kind, signal.source) {
            (SignalKind::Surprise { .. }, Source::OktaSystemLog) => self.log_was_read,
            (SignalKind::Surprise { .. }, Source::MicrosoftGraph) => graph_was_read,
            (kind, _) => self.log_was_read && kind.check() == Some(Check::SystemLog),
        };
        let earlier = previous.into_iter().flat_map(|record| &record.signals);
        let earlier: Vec<Signal> = earlier.filter(|&signal| !is_resolved(signal)).cloned().collect();
        merge_signals(&earlier, self.signals.clone())
    }

    /// The app's identity: as observed, unless the app was not read or another worker read it later.
    fn identity(&self, previous: Option<&AppRecord>) -> AppIdentity {
        let was_read = self.signals.iter().any(|signal| matches!(signal.kind, SignalKind::AppRead { .. }));
        match previous {
            Some(known) if !was_read || is_superseded(&known.signals, &self.signals) => known.identity.clone(),
            _ => self.identity.clone(),
        }
    }
}

/// The event for a newly found app or a changed standing.
fn standing_event(previous: Option<&AppRecord>, assessment: &Assessment) -> Option<EventKind> {
    let to = assessment.standing;
    match previous {
        None => Some(EventKind::Found { standing: to }),
        Some(before) if before.standing() != to => {
            Some(EventKind::StandingChanged { from: before.standing(), to, reasons: assessment.reasons.clone() })
        }
        Some(_) => None,
    }
}

/// Whether a code that Regrant does not know was logged so long ago that a first read of the log would not find it either.
fn is_outdated(signal: &Signal, now: Timestamp) -> bool {
    matches!(signal.kind, SignalKind::UnknownFailureCode { .. })
        && now.duration_since(signal.seen_at) > INITIAL_LOOKBACK
}

/// The event for a secret that has crossed a threshold since the previous check.
fn secret_event(previous: Option<&AppRecord>, signals: &[Signal]) -> Option<EventKind> {
    let ending = ending_secret(signals)?;
    let earlier = previous.and_then(|record| ending_secret(&record.signals));
    let EndingSecret { ends_at, days } = ending;
    ending.is_new_since(earlier).then_some(EventKind::SecretEnding { ends_at, days })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;
    use crate::domain::assignment_counts::Count;
    use crate::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
    use crate::testing::records::app_identity;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// The observation of an app that needs consent, made at `second`.
    fn observed(second: i64, label: &str) -> AppObservation {
        let read = SignalKind::AppRead { status: AppStatus::Active, features: Vec::new(), tenant_type: None };
        let connection = SignalKind::ConnectionRead {
            auth_scheme: AuthScheme::Oauth2,
            status: ConnectionStatus::Disabled,
            authorize_offered: true,
        };
        let signals = [connection, read].map(|kind| Signal::okta(at(second), kind)).into();
        let (identity, failed_work) = (app_identity("acme", "0oaInvented", label), Vec::new());
        AppObservation { failed_work, log_was_read: true, was_known: false, ..AppObservation::new(identity, signals) }
    }

    fn spare(id: &str) -> RequestId {
        id.parse().unwrap()
    }

    #[test]
    fn concurrent_scans_of_new_app_share_one_request() {
        let (first, found) = observed(1, "Office 365").apply(None, at(3), &spare("RG-A")).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let (second, nothing) = observed(2, "Office 365").apply(Some(&first), at(4), &spare("RG-B")).unwrap();
        assert_eq!((second.request, second.since, nothing), (first.request, first.since, Vec::new()));
    }

    #[test]
    fn later_scan_names_app_regardless_of_write_order() {
        for (one, other) in [(1, 2), (2, 1)] {
            let called = |second: i64| format!("since {second}");
            let (first, _) = observed(one, &called(one)).apply(None, at(3), &spare("RG-A")).unwrap();
            let (second, _) = observed(other, &called(other)).apply(Some(&first), at(4), &spare("RG-A")).unwrap();
            assert_eq!(second.identity, app_identity("acme", "0oaInvented", &called(2)));
            assert!(second.signals.iter().all(|signal| signal.seen_at == at(2)), "{:?}", second.signals);
        }
    }

    #[test]
    fn unlisted_app_keeps_name_read_by_other_scan() {
        let (known, _) = observed(1, "Renamed").apply(None, at(1), &spare("RG-A")).unwrap();
        let gone = AppObservation::of_known(
            app_identity("acme", "0oaInvented", "Office 365"),
            Signal::okta(at(2), SignalKind::AppNotListed),
        );
        let (gone, _) = gone.apply(Some(&known), at(3), &spare("RG-B")).unwrap();
        assert_eq!((gone.standing(), gone.identity), (Standing::NotApplicable, known.identity));
    }

    #[test]
    fn app_found_after_listing_began_stays_listed() {
        let (known, _) = observed(2, "Office 365").apply(None, at(2), &spare("RG-A")).unwrap();
        let not_listed = AppObservation::of_known(
            app_identity("acme", "0oaInvented", "Office 365"),
            Signal::okta(at(1), SignalKind::AppNotListed),
        );
        let (still, _) = not_listed.apply(Some(&known), at(3), &spare("RG-B")).unwrap();
        assert_eq!((still.signals, still.request), (known.signals, known.request));
    }

    #[test]
    fn scan_without_count_keeps_earlier_count() {
        let count = |number| Count { number, or_more: false };
        let assignment_counts = Some(AssignmentCounts { users: count(12), groups: count(3), counted_at: at(1) });
        let observation = AppObservation { assignment_counts, ..observed(1, "Office 365") };
        assert_eq!(observation.standing(None), Standing::NeedsConsent);
        let (counted, _) = observation.apply(None, at(1), &spare("RG-A")).unwrap();
        let (later, _) = observed(2, "Office 365").apply(Some(&counted), at(2), &spare("RG-B")).unwrap();
        assert_eq!((counted.assignment_counts, later.assignment_counts), (assignment_counts, assignment_counts));
    }

    /// The observation of an app that is on, with this signal from another source, made at `second`.
    fn observed_with(second: i64, source: Source, kind: SignalKind) -> AppObservation {
        let observation = observed(second, "Office 365");
        let signals =
            observation.signals.iter().cloned().chain([Signal { seen_at: at(second), source, kind }]).collect();
        AppObservation { signals, ..observation }
    }

    #[test]
    fn each_threshold_of_a_secret_is_one_event() {
        const DAY: i64 = 24 * 60 * 60;
        let read = |now: i64, end: i64| {
            let kind = SignalKind::ProvisioningSecretRead { ends_at: Some(at(end * DAY)), warning: None, note: None };
            observed_with(now * DAY, Source::MicrosoftGraph, kind)
        };
        let (mut known, mut events) = (None, Vec::new());
        // The secret of day 40 is renewed on day 34, and the newer one is not.
        for (now, end) in [(5, 40), (10, 40), (11, 40), (33, 40), (34, 80), (50, 80), (50, 80), (79, 80), (90, 80)] {
            let (record, found) = read(now, end).apply(known.as_ref(), at(now * DAY), &spare("RG-A")).unwrap();
            events.extend(found.into_iter().filter_map(|event| match event.kind {
                EventKind::SecretEnding { ends_at, days } => Some((now, ends_at.as_second() / DAY, days)),
                _ => None,
            }));
            known = Some(record);
        }
        assert_eq!(events, [(10, 40, 30), (33, 40, 7), (50, 80, 30), (79, 80, 1)]);
    }

    #[test]
    fn unknown_code_outlasts_scans_for_a_week() {
        let kind = || SignalKind::UnknownFailureCode { code: "AADSTS999999".to_owned(), event_type: "a.b".to_owned() };
        let (first, _) = observed_with(1, Source::OktaSystemLog, kind()).apply(None, at(1), &spare("RG-A")).unwrap();
        let shown = |second: i64| {
            let (later, _) = observed(second, "Office 365").apply(Some(&first), at(second), &spare("RG-A")).unwrap();
            later.signals.iter().any(|signal| signal.kind == kind())
        };
        assert!(shown(2) && shown(7 * 24 * 60 * 60) && !shown(8 * 24 * 60 * 60));
    }

    #[test]
    fn app_removed_during_scan_is_not_recreated() {
        let observation = AppObservation { was_known: true, ..observed(1, "Office 365") };
        assert_eq!(observation.apply(None, at(2), &spare("RG-A")), None);
    }
}
