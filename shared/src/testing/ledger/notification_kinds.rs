//! One sample of every variant of a notification. The compiler reports a new variant that is missing here.

use std::iter::successors;

use super::at;
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::cloud::Cloud;
use crate::domain::contact::Audience;
use crate::domain::notification::{About, Delivery, NotificationState, WhyDropped};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantId;

/// Everything that a notification can be about, including every access problem.
pub(super) fn abouts() -> Vec<About> {
    let problem = |problem| About::AccessProblem { problem, since: at(3) };
    let mut all: Vec<_> = successors(Some(About::Invitation), |about| {
        Some(match about {
            About::Invitation => About::Urgent,
            About::Urgent => About::HandedToOperator,
            About::HandedToOperator => About::Reminder { number: u32::MAX },
            About::Reminder { .. } => About::Done,
            About::Done => About::Digest { day: jiff::civil::date(2026, 2, 28) },
            About::Digest { .. } => problem(AccessProblemKind::OktaRoleLost),
            About::AccessProblem { .. } => About::WaiverExpired { ended_at: at(4) },
            About::WaiverExpired { .. } => About::SecretEnding { ends_at: at(18), days: u8::MAX },
            About::SecretEnding { .. } => {
                About::StandingChanged { from: Standing::Consented, to: Standing::Broken, at: at(5) }
            }
            About::StandingChanged { .. } => About::RequestOpened,
            About::RequestOpened => {
                About::RequestChanged { from: Standing::Degraded, to: Standing::Broken, at: at(17) }
            }
            About::RequestChanged { .. } => About::RequestEnded,
            About::RequestEnded => return None,
        })
    })
    .collect();
    all.extend(problems().into_iter().map(problem));
    all
}

/// Every access problem.
pub(super) fn problems() -> Vec<AccessProblemKind> {
    let tenant =
        || TenantId::try_from("11111111-2222-4333-8444-555555555555".to_owned()).expect("the test's own tenant is one");
    successors(Some(AccessProblemKind::OktaCredentialRefused), |problem| {
        Some(match problem {
            AccessProblemKind::OktaCredentialRefused => AccessProblemKind::OktaRoleLost,
            AccessProblemKind::OktaRoleLost => AccessProblemKind::OktaCredentialIdle,
            AccessProblemKind::OktaCredentialIdle => AccessProblemKind::GraphTokensEnded { tenant: tenant() },
            AccessProblemKind::GraphTokensEnded { .. } => {
                AccessProblemKind::GraphTokensEnding { tenant: tenant(), ends_at: at(6) }
            }
            AccessProblemKind::GraphTokensEnding { .. } => {
                AccessProblemKind::EntraCredentialRefused { cloud: Cloud::Dod }
            }
            AccessProblemKind::EntraCredentialRefused { .. } => {
                AccessProblemKind::EntraCredentialEnding { cloud: Cloud::China21Vianet, ends_at: at(7) }
            }
            AccessProblemKind::EntraCredentialEnding { .. } => return None,
        })
    })
    .collect()
}

/// Every audience.
pub(super) fn audiences() -> Vec<Audience> {
    successors(Some(Audience::MicrosoftAdministrator), |audience| {
        Some(match audience {
            Audience::MicrosoftAdministrator => Audience::OktaOperator,
            Audience::OktaOperator => Audience::Escalation,
            Audience::Escalation => return None,
        })
    })
    .collect()
}

/// Every state of a notification.
pub(super) fn states() -> Vec<NotificationState> {
    let dropped = |why| NotificationState::Dropped { at: at(10), why };
    successors(Some(NotificationState::Open), |state| {
        Some(match state {
            NotificationState::Open => NotificationState::Sending { since: at(8), attempt: u32::MAX },
            NotificationState::Sending { .. } => NotificationState::Waiting { until: at(8), attempt: u32::MAX },
            NotificationState::Waiting { .. } => {
                NotificationState::Sent { at: at(9), carrier_id: "<1@mail.example>".to_owned() }
            }
            NotificationState::Sent { .. } => {
                NotificationState::Refused { at: at(9), reason: "550 5.1.1 \"unknown\"\r\n\u{0}".to_owned() }
            }
            NotificationState::Refused { .. } => dropped(WhyDropped::Superseded),
            NotificationState::Dropped { why, .. } => dropped(match why {
                WhyDropped::Superseded => WhyDropped::Waived,
                WhyDropped::Waived => WhyDropped::Muted,
                WhyDropped::Muted => WhyDropped::Suppressed,
                WhyDropped::Suppressed => WhyDropped::NoLongerAContact,
                WhyDropped::NoLongerAContact => WhyDropped::Refused,
                WhyDropped::Refused => return None,
            }),
        })
    })
    .collect()
}

/// Every delivery report.
pub(super) fn deliveries() -> Vec<Delivery> {
    let reason = || "550 5.7.1 \"no\"\r\n\u{0}".to_owned();
    successors(Some(Delivery::Accepted { at: at(11) }), |delivery| {
        Some(match delivery {
            Delivery::Accepted { .. } => Delivery::Delivered { at: at(12) },
            Delivery::Delivered { .. } => Delivery::Flagged { at: at(16), reason: reason() },
            Delivery::Flagged { .. } => Delivery::Bounced { at: at(13), permanent: false, reason: reason() },
            Delivery::Bounced { permanent: false, .. } => {
                Delivery::Bounced { at: at(14), permanent: true, reason: reason() }
            }
            Delivery::Bounced { .. } => Delivery::Complained { at: at(15) },
            Delivery::Complained { .. } => return None,
        })
    })
    .collect()
}
