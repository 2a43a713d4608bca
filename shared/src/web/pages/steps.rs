//! The progress indicator: the three things that an administrator does.

use maud::{Markup, html};

use super::icons::{Icon, icon};
use crate::words::pages::PageWords;

/// The state of one step. A step is `Done` only if Regrant has read that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepState {
    /// Read, and done.
    Done,
    /// The person's turn.
    Current,
    /// Later.
    Next,
    /// Regrant is checking.
    Checking,
    /// Nothing shows it yet.
    NotSeen,
    /// Refused or failed.
    Refused,
    /// Not part of this consent.
    NotNeeded,
}

/// Renders the indicator.
pub(super) fn steps(words: &PageWords, states: [StepState; 3]) -> Markup {
    let words = &words.steps;
    html! {
        ol.steps aria-label=(words.label) {
            @for (at, (name, state)) in words.names.into_iter().zip(states).enumerate() {
                @let (class, said) = match state {
                    StepState::Done => (Some("done"), words.done),
                    StepState::Current => (None, words.current),
                    StepState::Next => (None, words.next),
                    StepState::Checking => (None, words.checking),
                    StepState::NotSeen => (Some("unseen"), words.not_seen),
                    StepState::Refused => (Some("refused"), words.refused),
                    StepState::NotNeeded => (None, words.not_needed),
                };
                li class=[class] aria-current=[matches!(state, StepState::Current | StepState::Checking).then_some("step")] {
                    span.mark {
                        @match state {
                            StepState::Done => (icon(Icon::Check)),
                            StepState::Refused => (icon(Icon::Cross)),
                            StepState::NotSeen => (icon(Icon::Question)),
                            StepState::Checking => (icon(Icon::Spinner)),
                            _ => span aria-hidden="true" { (at + 1) },
                        }
                    }
                    span { (name) span.hidden-label { ":" } }
                    span.state { (said) }
                }
            }
        }
    }
}
