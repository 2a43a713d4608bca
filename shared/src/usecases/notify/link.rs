//! The one link of an email: where it leads, and until when.
//!
//! Whoever can consent is led to the page that begins a consent. Whoever looks after Okta is led to a page that shows the
//! email's request as it stands now. What only tells has no link.

use jiff::Timestamp;
use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::notification::{About, Notification};
use crate::domain::request::LINK_LIFETIME;
use crate::domain::standing::Standing;
use crate::keyring::SignedRequest;
use crate::usecases::Ports;
use crate::usecases::access::keys::keys;
use crate::usecases::consent::invite::{InviteError, link_for_email};

use super::NotifyError;

/// A link, and when it ends.
pub(super) struct PageLink {
    pub(super) url: Url,
    pub(super) ends_at: Timestamp,
}

/// What an email leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LeadsTo {
    /// The page that begins a consent.
    Consent,
    /// The page that shows its request.
    Request,
    Nothing,
}

/// What an email leads to while its app stands at `standing`.
const fn leads_to(about: &About, standing: Standing) -> LeadsTo {
    match about {
        About::Done | About::Digest { .. } | About::StandingChanged { .. } => LeadsTo::Nothing,
        About::HandedToOperator | About::AccessProblem { .. } | About::WaiverExpired { .. } => LeadsTo::Request,
        About::Invitation | About::Urgent | About::Reminder { .. } => match standing {
            Standing::NeedsConsent | Standing::Broken | Standing::Degraded => LeadsTo::Consent,
            Standing::NeedsSave | Standing::ByHand => LeadsTo::Request,
            Standing::Unknown | Standing::Consented | Standing::NotApplicable => LeadsTo::Nothing,
        },
    }
}

/// The link of the email of a notification; `None` where it has none, or no page is served. The email then says how to do it
/// without.
pub(super) async fn link_of(
    ports: &Ports,
    notification: &Notification,
    app: Option<&AppRecord>,
) -> Result<Option<PageLink>, NotifyError> {
    // While Regrant cannot look, what it saw last counts.
    let standing = app.map_or(Standing::Unknown, AppRecord::known_standing);
    match (leads_to(&notification.about, standing), app) {
        (LeadsTo::Consent, Some(app)) => to_consent(ports, app).await,
        (LeadsTo::Request, _) => to_request(ports, notification).await,
        (LeadsTo::Consent | LeadsTo::Nothing, _) => Ok(None),
    }
}

async fn to_consent(ports: &Ports, app: &AppRecord) -> Result<Option<PageLink>, NotifyError> {
    match link_for_email(ports, &app.identity.org, &app.identity.app).await {
        Ok(invited) => Ok(Some(PageLink { url: invited.link, ends_at: invited.invitation.expires_at })),
        Err(
            InviteError::NoPublicUrl
            | InviteError::NoTenant
            | InviteError::NothingToConsentTo { .. }
            | InviteError::NoSuchApp { .. },
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn to_request(ports: &Ports, notification: &Notification) -> Result<Option<PageLink>, NotifyError> {
    let Some(public_url) = &ports.settings.public_url else { return Ok(None) };
    let ends_at = ports.clock.now().saturating_add(LINK_LIFETIME).unwrap_or(Timestamp::MAX);
    let email = SignedRequest { request: notification.request.clone(), notification: notification.id.clone(), ends_at };
    let token = keys(ports).await?.sign_request(&email).map_err(InviteError::from)?;
    Ok(Some(PageLink { url: public_url.at(&format!("/mail/request/{token}")), ends_at }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access_problem::AccessProblemKind;

    #[test]
    fn whoever_is_asked_is_led_to_where_it_is_done_or_shown() {
        use Standing::{Broken, ByHand, Degraded, NeedsConsent, NeedsSave};
        let now = Timestamp::UNIX_EPOCH;
        let reminder = About::Reminder { number: 1 };
        for standing in [NeedsConsent, Degraded, Broken] {
            assert_eq!(leads_to(&reminder, standing), LeadsTo::Consent, "{standing}");
        }
        for standing in [NeedsSave, ByHand] {
            assert_eq!(leads_to(&reminder, standing), LeadsTo::Request, "{standing}");
        }
        let problem = About::AccessProblem { problem: AccessProblemKind::OktaRoleLost, since: now };
        let digest = About::Digest { day: jiff::civil::date(2026, 3, 2) };
        for standing in Standing::ALL {
            for about in [&About::HandedToOperator, &About::WaiverExpired { ended_at: now }, &problem] {
                assert_eq!(leads_to(about, standing), LeadsTo::Request, "{about:?}, {standing}");
            }
            for about in [&About::Done, &digest] {
                assert_eq!(leads_to(about, standing), LeadsTo::Nothing, "{about:?}, {standing}");
            }
        }
    }
}
