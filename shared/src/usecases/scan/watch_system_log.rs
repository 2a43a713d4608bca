//! Okta's side between two scans: what its System Log says of each app since the last look.
//!
//! The log is read on from where the last visit stopped. A place that Okta no longer takes is read again from its
//! beginning, which is harmless: events have ids, and a signal is the same however often it is seen.

use std::collections::HashMap;

use jiff::SignedDuration;

use crate::domain::event::{AppEvent, EventKind};
use crate::domain::id::AppId;
use crate::domain::signal::{Check, Signal, SignalKind, Source};
use crate::domain::system_log::{FailedWork, LogEvent, LogPosition, Meaning, concerns, meaning};
use crate::okta::{OktaError, OktaOrg};
use crate::usecases::Ports;

/// How far back the log is read at first: as far as Okta reads by itself (System Log API, `since`).
pub(in crate::usecases) const FIRST_LOOK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many pages of a thousand events one visit reads; the next one goes on.
const PAGES: u32 = 50;

/// What the log says, and where it goes on.
#[derive(Debug)]
pub(in crate::usecases) struct LogRead {
    events: Vec<(LogEvent, Meaning)>,
    /// Where the next visit goes on; `None` where nothing could be read.
    pub(in crate::usecases) next: Option<LogPosition>,
    /// Why it could not be read to its end.
    pub(in crate::usecases) failed: Option<OktaError>,
}

/// Reads the log on from `from`.
pub(in crate::usecases) async fn read(ports: &Ports, api: &dyn OktaOrg, from: Option<LogPosition>) -> LogRead {
    let now = ports.clock.now();
    let beginning = || LogPosition::Since(now.saturating_sub(FIRST_LOOK).unwrap_or(now));
    let mut read = LogRead { events: Vec::new(), next: None, failed: None };
    let (mut at, mut begun_anew) = (from.unwrap_or_else(beginning), false);
    for _ in 0..PAGES {
        match api.log_events(&at).await {
            Ok(page) => {
                for surprise in page.surprises {
                    tracing::warn!(surprise, "an event of the System Log could not be read");
                }
                let meant = page.events.into_iter().map(|event| (meaning(&event), event));
                read.events
                    .extend(meant.filter(|(meant, _)| *meant != Meaning::Other).map(|(meant, event)| (event, meant)));
                at = page.next;
                read.next = Some(at.clone());
                if !page.full {
                    return read;
                }
            }
            Err(OktaError::LogPositionLost { .. }) if !begun_anew => {
                begun_anew = true;
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

/// Whether provisioning works again for an app whose last word is a sign-in that failed. Only then is it asked for.
pub(in crate::usecases) async fn worked_again(
    ports: &Ports,
    api: &dyn OktaOrg,
    app: &AppId,
    signals: &[Signal],
) -> Option<Signal> {
    let last = |pick: fn(&SignalKind) -> bool| signals.iter().filter(|s| pick(&s.kind)).map(|s| s.seen_at).max();
    let failed = last(|kind| matches!(kind, SignalKind::CredentialFailure { .. }))?;
    if last(|kind| *kind == SignalKind::ProvisioningWorked).is_some_and(|worked| worked > failed) {
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

/// What the log says of one app.
#[derive(Debug, Default)]
pub(in crate::usecases) struct OfApp {
    pub(in crate::usecases) signals: Vec<Signal>,
    /// Work that failed, for the audit trail.
    pub(in crate::usecases) failed_work: Vec<AppEvent>,
}

impl LogRead {
    /// What it says of an app, the newest of each kind of occurrence.
    pub(in crate::usecases) fn of(&self, ports: &Ports, app: &AppId) -> OfApp {
        let mut newest: HashMap<std::mem::Discriminant<SignalKind>, Signal> = HashMap::new();
        let mut of_app = OfApp::default();
        for (event, meant) in self.events.iter().filter(|(event, _)| concerns(event, app)) {
            if let Some(kind) = signal_of(event, meant) {
                let signal = Signal { seen_at: event.published, source: Source::OktaSystemLog, kind };
                let known = newest.entry(std::mem::discriminant(&signal.kind)).or_insert_with(|| signal.clone());
                if known.seen_at <= signal.seen_at {
                    *known = signal;
                }
            }
            of_app.failed_work.extend(failed_work(ports, event, meant));
        }
        of_app.signals = newest.into_values().collect();
        of_app.signals.sort();
        if let Some(error) = &self.failed {
            let kind = SignalKind::CheckFailed { check: Check::SystemLog, reason: error.to_string() };
            of_app.signals.push(Signal { seen_at: ports.clock.now(), source: Source::OktaSystemLog, kind });
        }
        of_app
    }
}

fn signal_of(event: &LogEvent, meant: &Meaning) -> Option<SignalKind> {
    Some(match meant {
        // Work that Microsoft refused to the credential itself, such as Conditional Access on Okta's service account.
        Meaning::CredentialFailure { .. } | Meaning::WorkFailed(FailedWork { aadsts: Some(_), .. }) => {
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
    Some(AppEvent { at: ports.clock.now(), kind })
}
