//! The ways a consent can fail, one page each.

use serde::{Deserialize, Serialize};

use crate::domain::administrator::NotAllowed;
use crate::domain::failure::class::FailureClass;

/// Why a consent did not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConsentFailure {
    /// The person pressed Cancel, or Microsoft refused without a reason we know.
    Declined,
    /// The account is not in the tenant.
    WrongAccount,
    /// The account is in another tenant than the app.
    WrongTenant,
    /// The account is no Global Administrator right now.
    NotAdministrator,
    /// Multi-factor authentication was not done.
    MfaMissing,
    /// The tenant's Conditional Access let nobody through.
    BlockedByConditionalAccess,
    /// The invitation's time is over.
    LinkExpired,
    /// The invitation was taken back.
    LinkRevoked,
    /// The invitation did its work already.
    LinkUsedUp,
    /// The link was not made by this installation, or was cut in the mail.
    LinkForged,
    /// The browser came back without its session, too late, or twice.
    SessionLost,
    /// Microsoft did not answer.
    MicrosoftDown,
    /// Microsoft did not accept this installation's own registration.
    RegistrationRefused,
    /// Microsoft answered with something that must not be trusted.
    Untrusted,
    /// Okta did not answer.
    OktaDown,
    /// Okta refused.
    OktaRefused,
    /// Somebody else finished it meanwhile.
    AlreadyDone,
    /// What was handed over is not for this app, org or attempt.
    WrongHandOver,
    /// Our own store did not take what had to be kept; nothing was done in Okta.
    NotStored,
    /// Only the Admin Console can do it for this app.
    ByHand,
}

impl ConsentFailure {
    /// Every failure, in the order of the way.
    pub const ALL: [Self; 20] = [
        Self::LinkForged,
        Self::LinkExpired,
        Self::LinkRevoked,
        Self::LinkUsedUp,
        Self::SessionLost,
        Self::Declined,
        Self::WrongAccount,
        Self::WrongTenant,
        Self::NotAdministrator,
        Self::MfaMissing,
        Self::BlockedByConditionalAccess,
        Self::MicrosoftDown,
        Self::RegistrationRefused,
        Self::Untrusted,
        Self::NotStored,
        Self::OktaDown,
        Self::OktaRefused,
        Self::WrongHandOver,
        Self::AlreadyDone,
        Self::ByHand,
    ];

    /// The name used in logs, events and problems.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Declined => "declined",
            Self::WrongAccount => "wrong-account",
            Self::WrongTenant => "wrong-tenant",
            Self::NotAdministrator => "not-administrator",
            Self::MfaMissing => "mfa-missing",
            Self::BlockedByConditionalAccess => "blocked-by-conditional-access",
            Self::LinkExpired => "link-expired",
            Self::LinkRevoked => "link-revoked",
            Self::LinkUsedUp => "link-used-up",
            Self::LinkForged => "link-forged",
            Self::SessionLost => "session-lost",
            Self::MicrosoftDown => "microsoft-down",
            Self::RegistrationRefused => "registration-refused",
            Self::Untrusted => "untrusted",
            Self::OktaDown => "okta-down",
            Self::OktaRefused => "okta-refused",
            Self::AlreadyDone => "already-done",
            Self::WrongHandOver => "wrong-hand-over",
            Self::NotStored => "not-stored",
            Self::ByHand => "by-hand",
        }
    }

    /// Who can do something about it.
    pub const fn class(self) -> FailureClass {
        match self {
            Self::Declined
            | Self::WrongAccount
            | Self::WrongTenant
            | Self::NotAdministrator
            | Self::MfaMissing
            | Self::SessionLost
            | Self::AlreadyDone
            | Self::WrongHandOver => FailureClass::Person,
            Self::BlockedByConditionalAccess
            | Self::LinkExpired
            | Self::LinkRevoked
            | Self::LinkUsedUp
            | Self::LinkForged
            | Self::RegistrationRefused
            | Self::OktaRefused
            | Self::NotStored
            | Self::ByHand => FailureClass::Operator,
            Self::MicrosoftDown | Self::OktaDown => FailureClass::Wait,
            Self::Untrusted => FailureClass::Bug,
        }
    }
}

impl From<NotAllowed> for ConsentFailure {
    fn from(reason: NotAllowed) -> Self {
        match reason {
            NotAllowed::WrongTenant => Self::WrongTenant,
            NotAllowed::NotGlobalAdministrator => Self::NotAdministrator,
            NotAllowed::MfaMissing => Self::MfaMissing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_failure_has_one_name_that_serde_uses_too() {
        let names: BTreeSet<&str> = ConsentFailure::ALL.into_iter().map(ConsentFailure::name).collect();
        assert_eq!(names.len(), ConsentFailure::ALL.len());
        for failure in ConsentFailure::ALL {
            assert_eq!(serde_json::to_value(failure).ok(), Some(failure.name().into()));
        }
    }
}
