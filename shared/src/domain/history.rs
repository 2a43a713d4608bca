//! What earlier signals still say once an app was looked at again.

use jiff::Timestamp;

use super::connection::{AuthScheme, ConnectionStatus};
use super::signal::{Check, Signal, SignalKind, Source};

/// The fresh signals of a scan and what they do not replace: what sources that were not read again told, the newest of
/// what happened once, and, where the connection is not on now, that it was.
///
/// A look that failed takes the place of an earlier failed one and leaves the last that succeeded: forgetting that
/// permissions were missing would turn degraded into consented.
///
/// Somebody else may have looked after this look began, and said so first: a save, or another scan, while this one was on
/// its way. What they saw stays, so that it does not matter which of two looks is recorded first.
pub fn merge_signals(previous: &[Signal], fresh: Vec<Signal>) -> Vec<Signal> {
    // Of two whole looks at Okta, all of the later one counts: what it did not find is not there.
    let whole = is_superseded(previous, &fresh);
    let of_okta = |signal: &Signal| whole && signal.source == Source::Okta;
    let (late, fresh): (Vec<Signal>, Vec<Signal>) = fresh
        .into_iter()
        .partition(|signal| of_okta(signal) || previous.iter().any(|earlier| overtakes(earlier, signal)));
    let newer =
        previous.iter().filter(|&earlier| of_okta(earlier) || late.iter().any(|signal| overtakes(earlier, signal)));
    let fresh: Vec<Signal> = newer.cloned().chain(fresh).collect();
    let is_memory = |signal: &&Signal| signal.kind == SignalKind::ConnectionWasEnabled;
    let mut kept: Vec<Signal> =
        previous.iter().filter(|signal| outlasts(signal, &fresh) && !is_memory(signal)).cloned().collect();
    if !fresh.iter().any(shows_it_on) {
        let last_on = previous.iter().chain(&late).filter(|signal| shows_it_on(signal) || is_memory(signal));
        if let Some(seen_at) = last_on.map(|signal| signal.seen_at).max() {
            kept.push(Signal { seen_at, source: Source::Regrant, kind: SignalKind::ConnectionWasEnabled });
        }
    }
    kept.extend(fresh);
    kept
}

/// Whether somebody else has looked at the whole app in Okta since the look that gave these signals began.
pub fn is_superseded(previous: &[Signal], fresh: &[Signal]) -> bool {
    // Every look at Okta says something of the app itself; a save reads its connection alone.
    let of_the_app = |signal: &&Signal| signal.source == Source::Okta && signal.kind.look() == Some(Check::App);
    fresh.iter().filter(of_the_app).any(|signal| previous.iter().any(|earlier| overtakes(earlier, signal)))
}

/// Whether a signal that is known already is the newer word on the same thing.
fn overtakes(known: &Signal, fresh: &Signal) -> bool {
    let look = known.kind.look();
    let same = look.is_some() && look == fresh.kind.look() && known.source == fresh.source;
    // Beside Okta's, a look that failed leaves one that succeeded, whichever is recorded first.
    let says_more = known.source == Source::Okta || !failed(known) || failed(fresh);
    same && says_more && known.seen_at > fresh.seen_at
}

fn failed(signal: &Signal) -> bool {
    matches!(signal.kind, SignalKind::CouldNotLook { .. })
}

/// Whether an earlier signal still says something beside the fresh ones.
fn outlasts(earlier: &Signal, fresh: &[Signal]) -> bool {
    if earlier.kind.is_an_occurrence() {
        let newer = |signal: &&Signal| {
            std::mem::discriminant(&signal.kind) == std::mem::discriminant(&earlier.kind)
                && signal.seen_at >= earlier.seen_at
        };
        return !fresh.iter().any(|signal| newer(&signal));
    }
    match earlier.kind.look() {
        _ if earlier.source == Source::Okta => false,
        None => true,
        Some(look) => {
            let replaces = |again: &Signal| again.seen_at >= earlier.seen_at && (!failed(again) || failed(earlier));
            !fresh.iter().any(|again| again.kind.look() == Some(look) && replaces(again))
        }
    }
}

/// The signals once a consent was given and saved anew at `at`: what failed before is over.
pub fn clear_failures(signals: Vec<Signal>, at: Timestamp) -> Vec<Signal> {
    let over = |signal: &Signal| {
        let failure = matches!(
            signal.kind,
            SignalKind::CredentialFailure { .. }
                | SignalKind::CredentialRotation { .. }
                | SignalKind::EmailFailed { .. }
        );
        failure && signal.seen_at <= at
    };
    signals.into_iter().filter(|signal| !over(signal)).collect()
}

/// The signals after a look at some things only: each fresh one takes the place of what was seen of the same thing.
pub fn supersede(previous: &[Signal], fresh: &[Signal]) -> Vec<Signal> {
    let looks: Vec<_> = fresh.iter().filter_map(|signal| signal.kind.look()).collect();
    let on = fresh.iter().any(shows_it_on);
    let stays = |signal: &&Signal| match signal.kind {
        SignalKind::ConnectionWasEnabled => !on,
        _ => signal.kind.look().is_none_or(|look| !looks.contains(&look)),
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
    fn having_been_on_is_remembered_until_it_is_on_again() {
        let off = merge_signals(&[read(1, ConnectionStatus::Enabled)], vec![read(2, ConnectionStatus::Disabled)]);
        assert_eq!(remembered(&off), Some(1));
        let still_off = merge_signals(&off, vec![read(3, ConnectionStatus::Disabled)]);
        assert_eq!((remembered(&still_off), still_off.len()), (Some(1), 2));
        let on = merge_signals(&still_off, vec![read(4, ConnectionStatus::Enabled)]);
        assert_eq!((remembered(&on), on.len()), (None, 1));
    }

    #[test]
    fn what_others_told_is_kept_and_what_okta_told_before_is_not() {
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

    fn could_not(look: Check) -> SignalKind {
        SignalKind::CouldNotLook { look, reason: "no answer".to_owned() }
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
    fn a_look_that_failed_leaves_the_last_one_that_succeeded_and_one_that_succeeds_leaves_none() {
        let failed = || SignalKind::CouldNotLook { look: Check::PermissionGrants, reason: "no answer".to_owned() };
        let first = vec![graph(1, grants(&["Group.ReadWrite.All"]))];
        let blind = merge_signals(&first, vec![graph(2, failed())]);
        assert_eq!(blind, [first[0].clone(), graph(2, failed())]);
        let still_blind = merge_signals(&blind, vec![graph(3, failed())]);
        assert_eq!(still_blind, [first[0].clone(), graph(3, failed())]);
        assert_eq!(merge_signals(&still_blind, vec![graph(4, grants(&[]))]), [graph(4, grants(&[]))]);
    }

    #[test]
    fn a_scan_that_looked_before_a_save_does_not_undo_what_the_save_read() {
        let after_save = read(5, ConnectionStatus::Enabled);
        let kept = merge_signals(std::slice::from_ref(&after_save), vec![read(4, ConnectionStatus::Disabled)]);
        assert_eq!(kept, [after_save]);
    }

    #[test]
    fn a_look_that_is_recorded_late_takes_nothing_from_a_newer_one() {
        let found = |second| vec![app(second), features(second)];
        let blind = vec![okta(1, SignalKind::AppNotListed)];
        for late in [blind, vec![app(1), okta(1, could_not(Check::Connection))], found(1)] {
            assert_eq!(merge_signals(&found(2), late.clone()), found(2), "{late:?}");
        }
    }

    /// What a whole look that began then may have seen.
    fn looks(second: i64) -> Vec<Vec<Signal>> {
        use ConnectionStatus::{Disabled, Enabled};
        let surprise = okta(second, SignalKind::Surprise { what: format!("of {second}") });
        vec![
            vec![app(second), read(second, Enabled), graph(second, grants(&[]))],
            vec![app(second), read(second, Enabled), graph(second, could_not(Check::PermissionGrants))],
            vec![app(second), read(second, Disabled), graph(second, grants(&["Group.ReadWrite.All"])), surprise],
            vec![app(second), features(second)],
            vec![app(second), okta(second, could_not(Check::Connection))],
            vec![okta(second, could_not(Check::App))],
            vec![okta(second, SignalKind::AppNotListed)],
        ]
    }

    #[test]
    fn it_does_not_matter_which_of_two_looks_is_recorded_first() {
        for before in looks(1) {
            for earlier in looks(2) {
                for later in looks(3) {
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
    fn of_what_happens_again_and_again_the_newest_is_kept() {
        let log = |second| Signal { source: Source::OktaSystemLog, ..graph(second, SignalKind::ProvisioningWorked) };
        assert_eq!(merge_signals(&[log(1)], vec![log(2)]), [log(2)]);
        assert_eq!(merge_signals(&[log(1)], Vec::new()), [log(1)]);
    }

    #[test]
    fn a_consent_that_was_saved_anew_ends_what_failed_before_it_and_nothing_after() {
        let failure = |second| graph(second, SignalKind::CredentialFailure { event_type: "x".to_owned() });
        let good =
            clear_failures(vec![failure(1), failure(3), graph(1, grants(&[]))], Timestamp::from_second(2).unwrap());
        assert_eq!(good, [failure(3), graph(1, grants(&[]))]);
    }
}
