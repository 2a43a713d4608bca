//! What earlier signals still say once an app was looked at again.

use jiff::Timestamp;

use super::connection::{AuthScheme, ConnectionStatus};
use super::signal::{Signal, SignalKind, Source};

/// The fresh signals of a scan and what they do not replace: what sources that were not read again told, the newest of
/// what happened once, and, where the connection is not on now, that it was.
///
/// A look that failed takes the place of an earlier failed one and leaves the last that succeeded: forgetting that
/// permissions were missing would turn degraded into consented.
pub fn carry_over(previous: &[Signal], fresh: Vec<Signal>) -> Vec<Signal> {
    // Somebody else may have looked after this look began: a save, while a scan was on its way.
    let (fresh, late): (Vec<Signal>, Vec<Signal>) =
        fresh.into_iter().partition(|signal| !previous.iter().any(|earlier| overtakes(earlier, signal)));
    let newer = previous.iter().filter(|earlier| late.iter().any(|signal| overtakes(earlier, signal)));
    let fresh: Vec<Signal> = newer.cloned().chain(fresh).collect();
    let is_memory = |signal: &&Signal| signal.kind == SignalKind::ConnectionWasEnabled;
    let mut kept: Vec<Signal> =
        previous.iter().filter(|signal| outlasts(signal, &fresh) && !is_memory(signal)).cloned().collect();
    if !fresh.iter().any(shows_it_on) {
        let last_on = previous.iter().filter(|signal| shows_it_on(signal) || is_memory(signal));
        if let Some(seen_at) = last_on.map(|signal| signal.seen_at).max() {
            kept.push(Signal { seen_at, source: Source::Regrant, kind: SignalKind::ConnectionWasEnabled });
        }
    }
    kept.extend(fresh);
    kept
}

/// Whether a signal that is known already is the newer word on the same thing.
fn overtakes(known: &Signal, fresh: &Signal) -> bool {
    let look = known.kind.look();
    look.is_some() && look == fresh.kind.look() && known.source == fresh.source && known.seen_at > fresh.seen_at
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
            let failed = |signal: &Signal| matches!(signal.kind, SignalKind::CouldNotLook { .. });
            let of_the_same = |signal: &&Signal| signal.kind.look() == Some(look);
            fresh.iter().filter(of_the_same).all(|again| failed(again) && !failed(earlier))
        }
    }
}

/// The signals once a consent was given and saved anew at `at`: what failed before is over.
pub fn made_good(signals: Vec<Signal>, at: Timestamp) -> Vec<Signal> {
    let over = |signal: &Signal| {
        let failure = matches!(
            signal.kind,
            SignalKind::CredentialFailure { .. }
                | SignalKind::CredentialRotation { .. }
                | SignalKind::LetterFailed { .. }
        );
        failure && signal.seen_at <= at
    };
    signals.into_iter().filter(|signal| !over(signal)).collect()
}

/// The signals after a look at some things only: each fresh one takes the place of what was seen of the same thing.
pub fn overtake(previous: &[Signal], fresh: &[Signal]) -> Vec<Signal> {
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
    use crate::domain::signal::Look;

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
        let off = carry_over(&[read(1, ConnectionStatus::Enabled)], vec![read(2, ConnectionStatus::Disabled)]);
        assert_eq!(remembered(&off), Some(1));
        let still_off = carry_over(&off, vec![read(3, ConnectionStatus::Disabled)]);
        assert_eq!((remembered(&still_off), still_off.len()), (Some(1), 2));
        let on = carry_over(&still_off, vec![read(4, ConnectionStatus::Enabled)]);
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
        assert_eq!(carry_over(&previous, vec![read(1, ConnectionStatus::Disabled)])[0], lost);
        assert_eq!(carry_over(&previous, Vec::new()), vec![lost]);
    }

    fn graph(second: i64, kind: SignalKind) -> Signal {
        Signal { source: Source::MicrosoftGraph, ..Signal::okta(Timestamp::from_second(second).unwrap(), kind) }
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
        let failed = || SignalKind::CouldNotLook { look: Look::PermissionGrants, reason: "no answer".to_owned() };
        let first = vec![graph(1, grants(&["Group.ReadWrite.All"]))];
        let blind = carry_over(&first, vec![graph(2, failed())]);
        assert_eq!(blind, [first[0].clone(), graph(2, failed())]);
        let still_blind = carry_over(&blind, vec![graph(3, failed())]);
        assert_eq!(still_blind, [first[0].clone(), graph(3, failed())]);
        assert_eq!(carry_over(&still_blind, vec![graph(4, grants(&[]))]), [graph(4, grants(&[]))]);
    }

    #[test]
    fn a_scan_that_looked_before_a_save_does_not_undo_what_the_save_read() {
        let after_save = read(5, ConnectionStatus::Enabled);
        let kept = carry_over(std::slice::from_ref(&after_save), vec![read(4, ConnectionStatus::Disabled)]);
        assert_eq!(kept, [after_save]);
    }

    #[test]
    fn of_what_happens_again_and_again_the_newest_is_kept() {
        let log = |second| Signal { source: Source::OktaSystemLog, ..graph(second, SignalKind::ProvisioningWorked) };
        assert_eq!(carry_over(&[log(1)], vec![log(2)]), [log(2)]);
        assert_eq!(carry_over(&[log(1)], Vec::new()), [log(1)]);
    }

    #[test]
    fn a_consent_that_was_saved_anew_ends_what_failed_before_it_and_nothing_after() {
        let failure = |second| graph(second, SignalKind::CredentialFailure { event_type: "x".to_owned() });
        let good = made_good(vec![failure(1), failure(3), graph(1, grants(&[]))], Timestamp::from_second(2).unwrap());
        assert_eq!(good, [failure(3), graph(1, grants(&[]))]);
    }
}
