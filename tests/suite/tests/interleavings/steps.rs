//! The apps, and what a tab, the operator or the worker can do.

use regrant::randomness::{Randomness as _, SeededRandomness};

/// A demo app, by its tenant and its org.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub(super) tenant: &'static str,
    pub(super) org: &'static str,
    /// Whether provisioning runs before, on consent or on a stored password.
    pub(super) is_running: bool,
}

pub(super) const ENABLED: Subject = Subject { tenant: "acme", org: "acme", is_running: true };
pub(super) const PREPARED: Subject = Subject { tenant: "acmelabs", org: "acme", is_running: false };
pub(super) const NEEDS_SAVE: Subject = Subject { tenant: "contosoemea", org: "contoso", is_running: false };
pub(super) const PASSWORD: Subject = Subject { tenant: "contoso", org: "contoso", is_running: true };

/// What a tab or the operator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Begin(usize),
    SignIn(usize),
    SignInAsHelpdesk(usize),
    CancelSignIn(usize),
    RepeatCallback(usize),
    /// The other browser opens this tab's callback.
    StealCallback(usize),
    Reload(usize),
    Open(usize),
    AcceptAtMicrosoft(usize),
    CancelAtMicrosoft(usize),
    HandOver(usize),
    HandOverOfOtherTab(usize),
    Finish(usize),
    Refuse(usize),
    Revoke,
    Invite,
    Save,
    Prepare,
    Scan,
    Work,
    Wait,
}

impl Step {
    const KINDS: usize = 30;

    /// Any step.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        let tab = dice.below(TABS);
        match dice.below(Self::KINDS) {
            0..=2 => Self::Begin(tab),
            3..=6 => Self::SignIn(tab),
            7 => Self::SignInAsHelpdesk(tab),
            8 => Self::CancelSignIn(tab),
            9 => Self::RepeatCallback(tab),
            10 => Self::StealCallback(tab),
            11 => Self::Reload(tab),
            12..=15 => Self::Open(tab),
            16..=17 => Self::AcceptAtMicrosoft(tab),
            18 => Self::CancelAtMicrosoft(tab),
            19..=20 => Self::HandOver(tab),
            21 => Self::HandOverOfOtherTab(tab),
            22 => Self::Finish(tab),
            23 => Self::Refuse(tab),
            24 => Self::Revoke,
            25 => Self::Invite,
            26 => Self::Save,
            27 => Self::Prepare,
            28 => Self::Scan,
            _ if dice.below(4) == 0 => Self::Wait,
            _ => Self::Work,
        }
    }

    /// The tab that takes the step; `None` for the operator and the worker.
    pub(super) const fn tab(self) -> Option<usize> {
        match self {
            Self::Begin(tab)
            | Self::SignIn(tab)
            | Self::SignInAsHelpdesk(tab)
            | Self::CancelSignIn(tab)
            | Self::RepeatCallback(tab)
            | Self::StealCallback(tab)
            | Self::Reload(tab)
            | Self::Open(tab)
            | Self::AcceptAtMicrosoft(tab)
            | Self::CancelAtMicrosoft(tab)
            | Self::HandOver(tab)
            | Self::HandOverOfOtherTab(tab)
            | Self::Finish(tab)
            | Self::Refuse(tab) => Some(tab),
            Self::Revoke | Self::Invite | Self::Save | Self::Prepare | Self::Scan | Self::Work | Self::Wait => None,
        }
    }
}

/// Random numbers of a seed.
pub(super) struct Dice(pub(super) SeededRandomness);

impl Dice {
    pub(super) fn below(&mut self, end: usize) -> usize {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % end as u64).unwrap()
    }
}

pub(super) const TABS: usize = 4;

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.tenant == other.tenant
    }
}
