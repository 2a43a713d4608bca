//! Merges the signals of a new check with earlier ones.

use jiff::Timestamp;

use super::connection::{AuthScheme, ConnectionStatus};
use super::signal::{Check, Signal, SignalKind, Source};

/// Merges the `fresh` signals of a scan with `previous` ones.
///
/// Keeps signals from sources that were not read again, the newest of each one-time occurrence, and, if the connection is
/// off now, the fact that it was on. A failed check replaces an earlier failed one but not the last success: forgetting
/// that permissions were missing would turn degraded into consented.
///
/// A save or another scan may have recorded newer signals while this scan was running. Those win, so the order in which
/// two checks are recorded does not matter.
pub fn merge_signals(previous: &[Signal], fresh: Vec<Signal>) -> Vec<Signal> {
    // Of two complete checks in Okta the later one counts as a whole: a signal that it lacks no longer applies.
    let superseded = is_superseded(previous, &fresh);
    let of_okta = |signal: &Signal| superseded && signal.source == Source::Okta;
    let (late, fresh): (Vec<Signal>, Vec<Signal>) = fresh
        .into_iter()
        .partition(|signal| of_okta(signal) || previous.iter().any(|earlier| supersedes(earlier, signal)));
    let newer =
        previous.iter().filter(|&earlier| of_okta(earlier) || late.iter().any(|signal| supersedes(earlier, signal)));
    let fresh: Vec<Signal> = newer.cloned().chain(fresh).collect();
    let is_memory = |signal: &&Signal| signal.kind == SignalKind::ConnectionWasEnabled;
    let on = fresh.iter().any(shows_it_on);
    let is_over = |signal: &&Signal| on && signal.kind == SignalKind::ProvisioningPaused;
    let mut merged: Vec<Signal> = previous
        .iter()
        .filter(|signal| outlasts(signal, &fresh) && !is_memory(signal) && !is_over(signal))
        .cloned()
        .collect();
    if !on {
        let last_on = previous.iter().chain(&late).filter(|signal| shows_it_on(signal) || is_memory(signal));
        if let Some(seen_at) = last_on.map(|signal| signal.seen_at).max() {
            merged.push(Signal { seen_at, source: Source::Regrant, kind: SignalKind::ConnectionWasEnabled });
        }
    }
    merged.extend(fresh);
    merged
}

/// Whether a newer complete check of the app in Okta was recorded after the check of these signals began.
pub fn is_superseded(previous: &[Signal], fresh: &[Signal]) -> bool {
    // Every check in Okta yields a signal about the app itself; a save reads only the connection.
    let of_the_app = |signal: &&Signal| signal.source == Source::Okta && signal.kind.check() == Some(Check::App);
    fresh.iter().filter(of_the_app).any(|signal| previous.iter().any(|earlier| supersedes(earlier, signal)))
}

/// Whether a recorded signal is newer than a fresh one of the same check.
fn supersedes(known: &Signal, fresh: &Signal) -> bool {
    let check = known.kind.check();
    let same = check.is_some() && check == fresh.kind.check() && known.source == fresh.source;
    // Outside Okta, a failed check does not replace a successful one, regardless of the order in which they are recorded.
    let says_more = known.source == Source::Okta || !failed(known) || failed(fresh);
    same && says_more && known.seen_at > fresh.seen_at
}

fn failed(signal: &Signal) -> bool {
    matches!(signal.kind, SignalKind::CheckFailed { .. })
}

/// Whether an earlier signal remains valid next to the fresh ones.
fn outlasts(earlier: &Signal, fresh: &[Signal]) -> bool {
    if earlier.kind.is_occurrence() {
        let newer = |signal: &&Signal| {
            std::mem::discriminant(&signal.kind) == std::mem::discriminant(&earlier.kind)
                && signal.seen_at >= earlier.seen_at
        };
        return !fresh.iter().any(|signal| newer(&signal));
    }
    match earlier.kind.check() {
        _ if earlier.source == Source::Okta => false,
        None => true,
        Some(check) => {
            let replaces = |again: &Signal| again.seen_at >= earlier.seen_at && (!failed(again) || failed(earlier));
            !fresh.iter().any(|again| again.kind.check() == Some(check) && replaces(again))
        }
    }
}

/// Removes the sign-in failures up to `at`, when Okta accepted the code of a new consent. No other save clears them: the
/// connection and the grants look the same with a consent that no longer works.
pub fn clear_sign_in_failures(signals: Vec<Signal>, at: Timestamp) -> Vec<Signal> {
    let is_over = |signal: &Signal| {
        let is_failure = matches!(
            signal.kind,
            SignalKind::CredentialFailure { .. } | SignalKind::CredentialRotation { succeeded: false }
        );
        is_failure && signal.seen_at <= at
    };
    signals.into_iter().filter(|signal| !is_over(signal)).collect()
}

/// Removes the failed emails up to `at`, when their matter was settled.
pub fn clear_failed_emails(signals: Vec<Signal>, at: Timestamp) -> Vec<Signal> {
    let is_over = |signal: &Signal| matches!(signal.kind, SignalKind::EmailFailed { .. }) && signal.seen_at <= at;
    signals.into_iter().filter(|signal| !is_over(signal)).collect()
}

/// Merges the signals of a partial check: each fresh signal replaces the earlier ones of the same check.
pub fn supersede(previous: &[Signal], fresh: &[Signal]) -> Vec<Signal> {
    let checks: Vec<_> = fresh.iter().filter_map(|signal| signal.kind.check()).collect();
    let on = fresh.iter().any(shows_it_on);
    let again = |kind: &SignalKind| {
        fresh.iter().any(|signal| std::mem::discriminant(&signal.kind) == std::mem::discriminant(kind))
    };
    let stays = |signal: &&Signal| match &signal.kind {
        SignalKind::ConnectionWasEnabled | SignalKind::ProvisioningPaused => !on,
        occurrence if occurrence.is_occurrence() => !again(occurrence),
        _ => signal.kind.check().is_none_or(|check| !checks.contains(&check)),
    };
    previous.iter().filter(stays).cloned().chain(fresh.iter().cloned()).collect()
}

fn shows_it_on(signal: &Signal) -> bool {
    matches!(
        signal.kind,
        SignalKind::ConnectionRead { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Enabled, .. }
    )
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::connection::AppStatus;
    use crate::domain::signal::Provisioning;

    fn read(second: i64, status: ConnectionStatus) -> Signal {
        let kind = SignalKind::ConnectionRead { auth_scheme: AuthScheme::Oauth2, status, authorize_offered: true };
        Signal::okta(Timestamp::from_second(second).unwrap(), kind)
    }

    fn remembered(signals: &[Signal]) -> Option<i64> {
        let memory = signals.iter().find(|signal| signal.kind == SignalKind::ConnectionWasEnabled)?;
        Some(memory.seen_at.as_second())
    }

    #[test]
    fn enabled_connection_is_remembered_while_off() {
        let off = merge_signals(&[read(1, ConnectionStatus::Enabled)], vec![read(2, ConnectionStatus::Disabled)]);
        assert_eq!(remembered(&off), Some(1));
        let still_off = merge_signals(&off, vec![read(3, ConnectionStatus::Disabled)]);
        assert_eq!((remembered(&still_off), still_off.len()), (Some(1), 2));
        let on = merge_signals(&still_off, vec![read(4, ConnectionStatus::Enabled)]);
        assert_eq!((remembered(&on), on.len()), (None, 1));
    }

    #[test]
    fn signals_of_other_sources_outlast_a_scan() {
        let lost = Signal {
            source: Source::MicrosoftGraph,
            ..Signal::okta(
                Timestamp::UNIX_EPOCH,
                SignalKind::ConsenterRead { enabled: Some(true), holds_role: Some(false) },
            )
        };
        let previous = [lost.clone(), Signal::okta(Timestamp::UNIX_EPOCH, SignalKind::AppNotListed)];
        assert_eq!(merge_signals(&previous, vec![read(1, ConnectionStatus::Disabled)])[0], lost);
        assert_eq!(merge_signals(&previous, Vec::new()), vec![lost]);
    }

    fn graph(second: i64, kind: SignalKind) -> Signal {
        Signal { source: Source::MicrosoftGraph, ..Signal::okta(Timestamp::from_second(second).unwrap(), kind) }
    }

    fn okta(second: i64, kind: SignalKind) -> Signal {
        Signal::okta(Timestamp::from_second(second).unwrap(), kind)
    }

    fn app(second: i64) -> Signal {
        okta(second, SignalKind::AppRead { status: AppStatus::Active, features: Vec::new(), tenant_type: None })
    }

    fn features(second: i64) -> Signal {
        okta(second, SignalKind::ProvisioningRead { provisioning: Provisioning::Enabled })
    }

    fn check_failed(check: Check) -> SignalKind {
        SignalKind::CheckFailed { check, reason: "no answer".to_owned() }
    }

    fn grants(missing: &[&str]) -> SignalKind {
        SignalKind::PermissionGrantsRead {
            missing: missing.iter().map(|&name| name.to_owned()).collect(),
            any_granted: true,
            principal_enabled: true,
            changes: Vec::new(),
        }
    }

    #[test]
    fn failed_check_keeps_the_last_success() {
        let failed = || check_failed(Check::PermissionGrants);
        let first = vec![graph(1, grants(&["Group.ReadWrite.All"]))];
        let unread = merge_signals(&first, vec![graph(2, failed())]);
        assert_eq!(unread, [first[0].clone(), graph(2, failed())]);
        let still_unread = merge_signals(&unread, vec![graph(3, failed())]);
        assert_eq!(still_unread, [first[0].clone(), graph(3, failed())]);
        assert_eq!(merge_signals(&still_unread, vec![graph(4, grants(&[]))]), [graph(4, grants(&[]))]);
    }

    #[test]
    fn scan_begun_before_a_save_does_not_undo_it() {
        let after_save = read(5, ConnectionStatus::Enabled);
        let merged = merge_signals(std::slice::from_ref(&after_save), vec![read(4, ConnectionStatus::Disabled)]);
        assert_eq!(merged, [after_save]);
    }

    #[test]
    fn late_scan_does_not_replace_a_newer_one() {
        let found = |second| vec![app(second), features(second)];
        let not_listed = vec![okta(1, SignalKind::AppNotListed)];
        for late in [not_listed, vec![app(1), okta(1, check_failed(Check::Connection))], found(1)] {
            assert_eq!(merge_signals(&found(2), late.clone()), found(2), "{late:?}");
        }
    }

    /// Signals that a complete check begun at `second` may yield.
    fn checks(second: i64) -> Vec<Vec<Signal>> {
        use ConnectionStatus::{Disabled, Enabled};
        let surprise = okta(second, SignalKind::Surprise { what: format!("of {second}") });
        vec![
            vec![app(second), read(second, Enabled), graph(second, grants(&[]))],
            vec![app(second), read(second, Enabled), graph(second, check_failed(Check::PermissionGrants))],
            vec![app(second), read(second, Disabled), graph(second, grants(&["Group.ReadWrite.All"])), surprise],
            vec![app(second), features(second)],
            vec![app(second), okta(second, check_failed(Check::Connection))],
            vec![okta(second, check_failed(Check::App))],
            vec![okta(second, SignalKind::AppNotListed)],
        ]
    }

    #[test]
    fn recording_order_of_two_checks_does_not_matter() {
        for before in checks(1) {
            for earlier in checks(2) {
                for later in checks(3) {
                    let mut in_order = merge_signals(&merge_signals(&before, earlier.clone()), later.clone());
                    let mut late = merge_signals(&merge_signals(&before, later.clone()), earlier.clone());
                    in_order.sort();
                    late.sort();
                    assert_eq!(late, in_order, "after {before:?}: {earlier:?}, then {later:?}");
                }
            }
        }
    }

    #[test]
    fn newest_occurrence_is_kept() {
        let log = |second| Signal { source: Source::OktaSystemLog, ..graph(second, SignalKind::ProvisioningWorked) };
        assert_eq!(merge_signals(&[log(1)], vec![log(2)]), [log(2)]);
        assert_eq!(merge_signals(&[log(1)], Vec::new()), [log(1)]);
    }

    #[test]
    fn new_consent_clears_earlier_failures_only() {
        let failure = |second| graph(second, SignalKind::CredentialFailure { event_type: "x".to_owned() });
        let signals = vec![failure(1), failure(3), graph(1, grants(&[]))];
        let good = clear_sign_in_failures(signals, Timestamp::from_second(2).unwrap());
        assert_eq!(good, [failure(3), graph(1, grants(&[]))]);
    }

    #[test]
    fn settled_matter_clears_failed_emails_only() {
        let failure = graph(1, SignalKind::CredentialFailure { event_type: "x".to_owned() });
        let email = graph(1, SignalKind::EmailFailed { request: "RG-A".to_owned(), what: "550".to_owned() });
        let left = clear_failed_emails(vec![failure.clone(), email], Timestamp::from_second(2).unwrap());
        assert_eq!(left, [failure]);
    }
}
