//! Everything a notice can say, one of each. Whoever adds a variant to the domain is told here by the compiler.

use std::iter::successors;

use super::at;
use crate::domain::cloud::Cloud;
use crate::domain::contact::Audience;
use crate::domain::notice::{About, Delivery, NoticeState, WhyDropped};
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantId;
use crate::domain::trouble::TroubleKind;

/// What a notice can be about: every reason, and every trouble.
pub(super) fn abouts() -> Vec<About> {
    let trouble = |trouble| About::AccessTrouble { trouble, since: at(3) };
    let mut all: Vec<_> = successors(Some(About::Invitation), |about| {
        Some(match about {
            About::Invitation => About::Urgent,
            About::Urgent => About::HandedToOperator,
            About::HandedToOperator => About::Reminder { number: u32::MAX },
            About::Reminder { .. } => About::Done,
            About::Done => About::Digest { day: jiff::civil::date(2026, 2, 28) },
            About::Digest { .. } => trouble(TroubleKind::OktaRoleLost),
            About::AccessTrouble { .. } => About::WaiverExpired { ended_at: at(4) },
            About::WaiverExpired { .. } => {
                About::StandingChanged { from: Standing::Consented, to: Standing::Broken, at: at(5) }
            }
            About::StandingChanged { .. } => return None,
        })
    })
    .collect();
    all.extend(troubles().into_iter().map(trouble));
    all
}

/// What can be wrong with Regrant's access.
pub(super) fn troubles() -> Vec<TroubleKind> {
    let tenant =
        || TenantId::try_from("11111111-2222-4333-8444-555555555555".to_owned()).expect("the test's own tenant is one");
    successors(Some(TroubleKind::OktaCredentialRefused), |trouble| {
        Some(match trouble {
            TroubleKind::OktaCredentialRefused => TroubleKind::OktaRoleLost,
            TroubleKind::OktaRoleLost => TroubleKind::OktaCredentialIdle,
            TroubleKind::OktaCredentialIdle => TroubleKind::GraphTokensEnded { tenant: tenant() },
            TroubleKind::GraphTokensEnded { .. } => TroubleKind::GraphTokensEnding { tenant: tenant(), ends_at: at(6) },
            TroubleKind::GraphTokensEnding { .. } => TroubleKind::EntraCredentialRefused { cloud: Cloud::Dod },
            TroubleKind::EntraCredentialRefused { .. } => {
                TroubleKind::EntraCredentialEnding { cloud: Cloud::China21Vianet, ends_at: at(7) }
            }
            TroubleKind::EntraCredentialEnding { .. } => return None,
        })
    })
    .collect()
}

/// Who can be told.
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

/// What can become of a notice.
pub(super) fn states() -> Vec<NoticeState> {
    let dropped = |why| NoticeState::Dropped { at: at(10), why };
    successors(Some(NoticeState::Open), |state| {
        Some(match state {
            NoticeState::Open => NoticeState::Sending { since: at(8), attempt: u32::MAX },
            NoticeState::Sending { .. } => NoticeState::Waiting { until: at(8), attempt: u32::MAX },
            NoticeState::Waiting { .. } => NoticeState::Sent { at: at(9), carrier_id: "<1@mail.example>".to_owned() },
            NoticeState::Sent { .. } => {
                NoticeState::Refused { at: at(9), reason: "550 5.1.1 \"unknown\"\r\n\u{0}".to_owned() }
            }
            NoticeState::Refused { .. } => dropped(WhyDropped::Overtaken),
            NoticeState::Dropped { why, .. } => dropped(match why {
                WhyDropped::Overtaken => WhyDropped::Waived,
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

/// What can be reported of a letter.
pub(super) fn deliveries() -> Vec<Delivery> {
    let reason = || "550 5.7.1 \"no\"\r\n\u{0}".to_owned();
    successors(Some(Delivery::Accepted { at: at(11) }), |delivery| {
        Some(match delivery {
            Delivery::Accepted { .. } => Delivery::Delivered { at: at(12) },
            Delivery::Delivered { .. } => Delivery::Bounced { at: at(13), permanent: false, reason: reason() },
            Delivery::Bounced { permanent: false, .. } => {
                Delivery::Bounced { at: at(14), permanent: true, reason: reason() }
            }
            Delivery::Bounced { .. } => Delivery::Complained { at: at(15) },
            Delivery::Complained { .. } => return None,
        })
    })
    .collect()
}
