//! The ways a consent attempt can fail. Each has its own page.

use serde::{Deserialize, Serialize};

use crate::domain::administrator::NotAllowed;
use crate::domain::failure::class::FailureClass;

/// Why a consent attempt failed.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ConsentFailure {
    /// The person pressed Cancel, or Microsoft refused for a reason that we do not know.
    Declined,
    /// The account is not a member of the tenant.
    WrongAccount,
    /// The account belongs to a different tenant than the app.
    WrongTenant,
    /// The account does not hold the Global Administrator role at the moment.
    NotAdministrator,
    /// The person signed in without multi-factor authentication.
    MfaMissing,
    /// The tenant's Conditional Access policies blocked the sign-in.
    BlockedByConditionalAccess,
    /// The invitation has expired.
    LinkExpired,
    /// The invitation was revoked.
    LinkRevoked,
    /// The invitation has already been used.
    LinkUsedUp,
    /// The link has opened as many sessions as one link may.
    TooManyAttempts,
    /// This installation did not create the link, or a mail program truncated it.
    LinkForged,
    /// The browser returned without its session cookie, too late, or for the second time.
    SessionLost,
    /// Microsoft did not respond.
    MicrosoftDown,
    /// Microsoft rejected this installation's own registration.
    RegistrationRefused,
    /// The org requires a sign-in at Microsoft, and this installation has no registration for its cloud.
    SignInUnavailable,
    /// Microsoft's answer failed validation and cannot be trusted.
    Untrusted,
    /// Okta did not respond.
    OktaDown,
    /// Okta rejected the request.
    OktaRefused,
    /// Another attempt completed the consent first.
    AlreadyDone,
    /// The pasted hand-over belongs to a different app, org or attempt.
    WrongHandOver,
    /// Regrant could not store a required record. It changed nothing in Okta.
    NotStored,
    /// This app can be consented only in the Okta Admin Console.
    ByHand,
}

impl ConsentFailure {
    /// Every failure, in the order in which a consent can meet it.
    pub const ALL: [Self; 22] = [
        Self::LinkForged,
        Self::LinkExpired,
        Self::LinkRevoked,
        Self::LinkUsedUp,
        Self::TooManyAttempts,
        Self::SessionLost,
        Self::Declined,
        Self::WrongAccount,
        Self::WrongTenant,
        Self::NotAdministrator,
        Self::MfaMissing,
        Self::BlockedByConditionalAccess,
        Self::MicrosoftDown,
        Self::RegistrationRefused,
        Self::SignInUnavailable,
        Self::Untrusted,
        Self::NotStored,
        Self::OktaDown,
        Self::OktaRefused,
        Self::WrongHandOver,
        Self::AlreadyDone,
        Self::ByHand,
    ];

    /// The name used in logs, events and problem documents.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Who can resolve it.
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
            | Self::TooManyAttempts
            | Self::LinkForged
            | Self::RegistrationRefused
            | Self::SignInUnavailable
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
    fn failure_names_match_their_serialised_form() {
        let names: BTreeSet<&str> = ConsentFailure::ALL.into_iter().map(ConsentFailure::name).collect();
        assert_eq!(names.len(), ConsentFailure::ALL.len());
        for failure in ConsentFailure::ALL {
            assert_eq!(serde_json::to_value(failure).ok(), Some(failure.name().into()));
        }
    }
}
