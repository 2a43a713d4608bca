//! What earlier signals still say once an app was looked at again.

use super::connection::{AuthScheme, ConnectionStatus};
use super::signal::{Signal, SignalKind, Source};

/// The fresh signals and what they do not replace: signals of sources that were not read again, and, where the
/// connection is not on now, that it was.
pub fn carry_over(previous: &[Signal], fresh: Vec<Signal>) -> Vec<Signal> {
    let is_memory = |signal: &&Signal| signal.kind == SignalKind::ConnectionWasEnabled;
    let mut kept: Vec<Signal> =
        previous.iter().filter(|signal| signal.source != Source::Okta && !is_memory(signal)).cloned().collect();
    if !fresh.iter().any(shows_it_on) {
        let last_on = previous.iter().filter(|signal| shows_it_on(signal) || is_memory(signal));
        if let Some(seen_at) = last_on.map(|signal| signal.seen_at).max() {
            kept.push(Signal { seen_at, source: Source::Regrant, kind: SignalKind::ConnectionWasEnabled });
        }
    }
    kept.extend(fresh);
    kept
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
    use jiff::Timestamp;

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
            ..Signal::okta(Timestamp::UNIX_EPOCH, SignalKind::ConsenterLostRole)
        };
        let previous = [lost.clone(), Signal::okta(Timestamp::UNIX_EPOCH, SignalKind::AppNotListed)];
        assert_eq!(carry_over(&previous, vec![read(1, ConnectionStatus::Disabled)])[0], lost);
        assert_eq!(carry_over(&previous, Vec::new()), vec![lost]);
    }
}
