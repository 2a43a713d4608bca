//! What Okta's System Log says about each app since the last scan.
//!
//! Reading continues where the last scan stopped. If Okta no longer accepts that position, it starts again at the
//! beginning. Reading an event twice is harmless: events have ids, and repeated signals are equal.

use std::collections::{BTreeSet, HashMap};

use jiff::SignedDuration;

use crate::domain::event::{AppEvent, EventKind};
use crate::domain::id::AppId;
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::domain::system_log::{FailedWork, LogEvent, LogPosition, Meaning, concerns, meaning};
use crate::okta::{OktaError, OktaOrg};
use crate::usecases::Ports;

/// How far back the first read goes: Okta's own default (System Log API, `since`).
pub(in crate::usecases) const INITIAL_LOOKBACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many pages of 1,000 events one scan reads. The next scan continues from there.
const MAX_PAGES: u32 = 50;
/// How many unreadable events one scan reports individually.
const MAX_SURPRISES: usize = 5;

/// New events of the System Log.
#[derive(Debug)]
pub(in crate::usecases) struct SystemLogUpdate {
    events: Vec<(LogEvent, Meaning)>,
    /// Events that could not be read, so that no one knows which app they concern.
    surprises: Vec<String>,
    /// The position for the next scan; `None` if nothing could be read.
    pub(in crate::usecases) next: Option<LogPosition>,
    /// Why reading stopped before the end of the log.
    pub(in crate::usecases) failed: Option<OktaError>,
}

/// Reads the events after `from`, or of the last [`INITIAL_LOOKBACK`] without a position.
pub(in crate::usecases) async fn read_new_events(
    ports: &Ports,
    api: &dyn OktaOrg,
    from: Option<LogPosition>,
) -> SystemLogUpdate {
    let now = ports.clock.now();
    let beginning = || LogPosition::Since(now.saturating_sub(INITIAL_LOOKBACK).unwrap_or(now));
    let mut read = SystemLogUpdate { events: Vec::new(), surprises: Vec::new(), next: None, failed: None };
    let (mut at, mut has_restarted) = (from.unwrap_or_else(beginning), false);
    for _ in 0..MAX_PAGES {
        match api.log_events(&at).await {
            Ok(page) => {
                for surprise in page.surprises {
                    tracing::warn!(surprise, "could not read an event of the System Log");
                    read.add_surprise(surprise);
                }
                for event in page.events {
                    let meant = meaning(&event);
                    // An unreadable target may be the app that the event concerns.
                    if event.unreadable.iter().any(|problem| problem.contains("target")) {
                        read.add_surprise(in_words(&event));
                    }
                    if meant != Meaning::Other || !event.unreadable.is_empty() {
                        read.events.push((event, meant));
                    }
                }
                at = page.next;
                read.next = Some(at.clone());
                if !page.full {
                    return read;
                }
            }
            Err(OktaError::LogPositionLost { .. }) if !has_restarted => {
                has_restarted = true;
                at = beginning();
            }
            Err(error) => {
                read.failed = Some(error);
                return read;
            }
        }
    }
    read
}

/// Checks whether provisioning has succeeded since an app's last failed sign-in. Calls Okta only if the failure is the newest
/// known event.
pub(in crate::usecases) async fn provisioning_recovered(
    ports: &Ports,
    api: &dyn OktaOrg,
    app: &AppId,
    signals: &[Signal],
) -> Option<Signal> {
    let last = |pick: fn(&SignalKind) -> bool| signals.iter().filter(|s| pick(&s.kind)).map(|s| s.seen_at).max();
    let failed = last(|kind| matches!(kind, SignalKind::CredentialFailure { .. }))?;
    let over = last(|kind| matches!(kind, SignalKind::ProvisioningWorked | SignalKind::ConsentCodeAccepted));
    if over.is_some_and(|over| over > failed) {
        return None;
    }
    let (seen_at, kind) = match api.provisioning_worked_after(app, failed).await {
        Ok(worked) => (worked?, SignalKind::ProvisioningWorked),
        Err(error) => {
            (ports.clock.now(), SignalKind::CheckFailed { check: Check::SystemLog, reason: error.to_string() })
        }
    };
    Some(Signal { seen_at, source: Source::OktaSystemLog, kind })
}

/// What the log says about one app.
#[derive(Debug, Default)]
pub(in crate::usecases) struct AppLogSignals {
    pub(in crate::usecases) signals: Vec<Signal>,
    /// Failed provisioning tasks, for the audit trail.
    pub(in crate::usecases) failed_work: Vec<AppEvent>,
}

/// What could not be read of an event.
fn in_words(event: &LogEvent) -> String {
    format!("System Log event {} ({}): {}", event.id, event.event_type, event.unreadable.join(" "))
}

impl SystemLogUpdate {
    fn add_surprise(&mut self, surprise: String) {
        if self.surprises.len() < MAX_SURPRISES && !self.surprises.contains(&surprise) {
            self.surprises.push(surprise);
        }
    }

    /// What the log says about an app: the newest event of each kind.
    pub(in crate::usecases) fn for_app(&self, ports: &Ports, app: &AppId) -> AppLogSignals {
        let mut newest: HashMap<std::mem::Discriminant<SignalKind>, Signal> = HashMap::new();
        let mut app_log = AppLogSignals::default();
        for (event, meant) in self.events.iter().filter(|(event, _)| concerns(event, app)) {
            for kind in signals_of(event, meant) {
                let signal = Signal { seen_at: event.published, source: Source::OktaSystemLog, kind };
                let known = newest.entry(std::mem::discriminant(&signal.kind)).or_insert_with(|| signal.clone());
                if known.seen_at <= signal.seen_at {
                    *known = signal;
                }
            }
            app_log.failed_work.extend(failed_work(ports, event, meant));
        }
        app_log.signals = newest.into_values().collect();
        let odd = self.events.iter().map(|(event, _)| event);
        let odd = odd.filter(|event| !event.unreadable.is_empty() && concerns(event, app)).map(in_words);
        let what: BTreeSet<String> = odd.take(MAX_SURPRISES).chain(self.surprises.iter().cloned()).collect();
        let now = ports.clock.now();
        let surprise =
            |what| Signal { seen_at: now, source: Source::OktaSystemLog, kind: SignalKind::Surprise { what } };
        app_log.signals.extend(what.into_iter().map(surprise));
        app_log.signals.sort();
        if let Some(error) = &self.failed {
            let kind = SignalKind::CheckFailed { check: Check::SystemLog, reason: error.to_string() };
            app_log.signals.push(Signal { seen_at: ports.clock.now(), source: Source::OktaSystemLog, kind });
        }
        app_log
    }
}

/// What an event says about the consent, and a code in it that the failure catalogue does not list.
fn signals_of(event: &LogEvent, meant: &Meaning) -> impl Iterator<Item = SignalKind> {
    let unknown = match meant {
        Meaning::WorkFailed(FailedWork { unknown_code: Some(number), .. }) => Some(SignalKind::UnknownFailureCode {
            code: format!("AADSTS{number}"),
            event_type: event.event_type.clone(),
        }),
        _ => None,
    };
    signal_of(event, meant).into_iter().chain(unknown)
}

fn signal_of(event: &LogEvent, meant: &Meaning) -> Option<SignalKind> {
    Some(match meant {
        // A task for which Microsoft refused Okta's own sign-in, for example by Conditional Access.
        Meaning::CredentialFailure { .. } | Meaning::WorkFailed(FailedWork { sign_in_refused: true, .. }) => {
            SignalKind::CredentialFailure { event_type: event.event_type.clone() }
        }
        Meaning::ProvisioningAppCreated { client } => {
            SignalKind::ProvisioningAppCreated { client: client.as_ref().map(ToString::to_string) }
        }
        Meaning::CredentialRotated { succeeded } => SignalKind::CredentialRotation { succeeded: *succeeded },
        _ => return None,
    })
}

fn failed_work(ports: &Ports, event: &LogEvent, meant: &Meaning) -> Option<AppEvent> {
    let Meaning::WorkFailed(FailedWork { user, reason, .. }) = meant else { return None };
    let whose = user.as_ref().and_then(|user| user.alternate_id.clone().or_else(|| user.display_name.clone()));
    let kind = EventKind::WorkFailed {
        log_event: event.id.to_string(),
        event_type: event.event_type.clone(),
        whose,
        reason: reason.clone(),
        failed_at: event.published,
    };
    Some(AppEvent::automatic(ports.clock.now(), kind))
}
