//! The link of an email: its target and its expiry.
//!
//! An email to a person who can consent links to the page that begins a consent. An email to an operator links to a page that
//! shows the current state of its request. An email that needs no action has no link.

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

/// A link to a page, and its expiry.
pub(super) struct PageLink {
    pub(super) url: Url,
    pub(super) ends_at: Timestamp,
}

/// Where an email's link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LinkTarget {
    /// The page that begins a consent.
    Consent,
    /// The page that shows the email's request.
    Request,
    /// The email has no link.
    None,
}

/// Where the link of an email about `about` leads while its app has `standing`.
const fn link_target(about: &About, standing: Standing) -> LinkTarget {
    match about {
        About::Done
        | About::Digest { .. }
        | About::StandingChanged { .. }
        | About::RequestOpened
        | About::RequestChanged { .. }
        | About::RequestEnded => LinkTarget::None,
        About::HandedToOperator
        | About::AccessProblem { .. }
        | About::WaiverExpired { .. }
        | About::SecretEnding { .. } => LinkTarget::Request,
        About::Invitation | About::Urgent | About::Reminder { .. } => match standing {
            Standing::NeedsConsent | Standing::Broken | Standing::Degraded => LinkTarget::Consent,
            Standing::NeedsSave | Standing::ByHand => LinkTarget::Request,
            Standing::Unknown | Standing::Consented | Standing::NotApplicable => LinkTarget::None,
        },
    }
}

/// The link of a notification's email. `None` if it needs none or no public URL is set; the email then explains how to proceed
/// without a link.
pub(super) async fn link_for(
    ports: &Ports,
    notification: &Notification,
    app: Option<&AppRecord>,
) -> Result<Option<PageLink>, NotifyError> {
    // If the last scan failed, the last known standing counts.
    let standing = app.map_or(Standing::Unknown, AppRecord::known_standing);
    match (link_target(&notification.about, standing), app) {
        (LinkTarget::Consent, Some(app)) => consent_link(ports, app).await,
        (LinkTarget::Request, _) => request_link(ports, notification).await,
        (LinkTarget::Consent | LinkTarget::None, _) => Ok(None),
    }
}

async fn consent_link(ports: &Ports, app: &AppRecord) -> Result<Option<PageLink>, NotifyError> {
    match link_for_email(ports, &app.identity.org, &app.identity.app).await {
        Ok(invited) => Ok(Some(PageLink { url: invited.link, ends_at: invited.invitation.expires_at })),
        Err(
            InviteError::NoPublicUrl
            | InviteError::NoRegistration { .. }
            | InviteError::NoTenant
            | InviteError::TenantOfAnotherOrg { .. }
            | InviteError::TenantChanged { .. }
            | InviteError::NothingToConsentTo { .. }
            | InviteError::NoSuchApp { .. },
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn request_link(ports: &Ports, notification: &Notification) -> Result<Option<PageLink>, NotifyError> {
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
    fn link_target_follows_kind_and_standing() {
        use Standing::{Broken, ByHand, Degraded, NeedsConsent, NeedsSave};
        let now = Timestamp::UNIX_EPOCH;
        let reminder = About::Reminder { number: 1 };
        for standing in [NeedsConsent, Degraded, Broken] {
            assert_eq!(link_target(&reminder, standing), LinkTarget::Consent, "{standing}");
        }
        for standing in [NeedsSave, ByHand] {
            assert_eq!(link_target(&reminder, standing), LinkTarget::Request, "{standing}");
        }
        let problem = About::AccessProblem { problem: AccessProblemKind::OktaRoleLost, since: now };
        let ending = About::SecretEnding { ends_at: now, days: 7 };
        let digest = About::Digest { day: jiff::civil::date(2026, 3, 2) };
        for standing in Standing::ALL {
            for about in [&About::HandedToOperator, &About::WaiverExpired { ended_at: now }, &ending, &problem] {
                assert_eq!(link_target(about, standing), LinkTarget::Request, "{about:?}, {standing}");
            }
            for about in [&About::Done, &digest] {
                assert_eq!(link_target(about, standing), LinkTarget::None, "{about:?}, {standing}");
            }
        }
    }
}
