//! The current state of an email's request, for the page that its link opens.
//!
//! This only reads, because mail scanners follow links. The page needs no sign-in, so it shows only what the email said and how
//! that request has developed. It shows nothing about other requests: an attacker who knew a newer request's reference could
//! send a convincing phishing email.

use jiff::Timestamp;

use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::id::{AppId, RequestId};
use crate::domain::notification::{About, Notification};
use crate::domain::org::OrgProfile;
use crate::domain::request::Ended;
use crate::domain::waiver::Waiver;
use crate::keyring::{Forged, SignedRequest};
use crate::ledger::LedgerError;
use crate::usecases::Ports;
use crate::usecases::access::keys::open_with_keys;

use super::NotifyError;
use super::contacts::contacts_of;
use super::context::is_a_contact;

/// The current state of an email's request.
#[derive(Debug, Clone)]
pub struct RequestStatus {
    /// The request.
    pub request: RequestId,
    /// The org.
    pub org: OrgProfile,
    /// When the link expires.
    pub link_ends_at: Timestamp,
    /// The state of the request.
    pub state: RequestState,
}

/// The state of a request.
#[derive(Debug, Clone)]
pub enum RequestState {
    /// An app still needs action.
    Open {
        /// The app.
        app: AppRecord,
        /// Until when the app is waived, if an operator has waived it meanwhile. The reason is not shown, because anyone with the
        /// link can open the page.
        waived_until: Option<Timestamp>,
        /// The waiver whose expiry the email reported.
        expired_waiver: Option<Waiver>,
    },
    /// The request no longer needs action.
    Closed {
        /// The app.
        app: AppRecord,
        /// How the request ended; `None` if the app has a newer request.
        ended: Option<Ended>,
    },
    /// Regrant's own access still has this problem.
    AccessProblem(AccessProblem),
    /// The problem with Regrant's own access is resolved.
    AccessProblemSolved(AccessProblemKind),
}

/// Why a link does not show a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestLinkError {
    /// This installation did not sign the link.
    #[error(transparent)]
    Forged(#[from] Forged),
    /// The link has expired.
    #[error("the link of an email about request {request} expired at {at}")]
    Ended {
        /// The request.
        request: RequestId,
        /// The org's host, if the org is still known.
        org_domain: Option<String>,
        /// When it expired.
        at: Timestamp,
    },
    /// The org or the app was removed.
    #[error("the org or app of request {request} was removed")]
    Gone {
        /// The request.
        request: RequestId,
    },
    /// The email's recipient is no longer a contact of the org.
    #[error("the recipient of an email about request {request} is no longer a contact of the org")]
    NoLongerAContact {
        /// The request.
        request: RequestId,
    },
}

/// The current state of the request that a link's `token` names.
pub async fn request_status(
    ports: &Ports,
    token: &str,
) -> Result<Result<RequestStatus, RequestLinkError>, NotifyError> {
    let signed = match open_with_keys(ports, |keys| keys.read_request(token)).await? {
        Ok(signed) => signed,
        Err(forged) => return Ok(Err(forged.into())),
    };
    let SignedRequest { request, notification, ends_at } = signed;
    let known = ports.ledger.notification(&request, &notification).await?;
    let org = match &known {
        Some(notification) => ports.ledger.org(&notification.org).await?,
        None => None,
    };
    if ports.clock.now() >= ends_at {
        let org_domain = org.map(|org| org.domain());
        return Ok(Err(RequestLinkError::Ended { request, org_domain, at: ends_at }));
    }
    let (Some(notification), Some(org)) = (known, org) else { return Ok(Err(RequestLinkError::Gone { request })) };
    // Forwarding the email within a company is fine. The link stops working once the recipient is no longer a contact.
    let contacts = contacts_of(&org, &ports.settings);
    if !notification.address().is_some_and(|address| is_a_contact(address, &contacts)) {
        return Ok(Err(RequestLinkError::NoLongerAContact { request }));
    }
    let state = match (&notification.about, &notification.app) {
        (About::AccessProblem { problem, .. }, _) => Some(access_problem_state(ports, &notification, problem).await?),
        (_, Some(app)) => app_state(ports, &notification, app).await?,
        (_, None) => None,
    };
    Ok(match state {
        Some(state) => Ok(RequestStatus { request, org, link_ends_at: ends_at, state }),
        None => Err(RequestLinkError::Gone { request }),
    })
}

async fn access_problem_state(
    ports: &Ports,
    notification: &Notification,
    problem: &AccessProblemKind,
) -> Result<RequestState, LedgerError> {
    let watch = ports.ledger.org_watch(&notification.org).await?;
    let mut known = watch.into_iter().flat_map(|watch| watch.problems);
    let current = known.find(|known| known.request == notification.request);
    Ok(current.map_or_else(|| RequestState::AccessProblemSolved(problem.clone()), RequestState::AccessProblem))
}

/// The state of an app's request. `None` if the app was removed.
async fn app_state(
    ports: &Ports,
    notification: &Notification,
    app: &AppId,
) -> Result<Option<RequestState>, LedgerError> {
    let Some(app) = ports.ledger.app(&notification.org, app).await? else { return Ok(None) };
    let own = app.request.clone().filter(|request| request.id == notification.request);
    Ok(Some(match own {
        Some(request) if request.is_open() => {
            let waiver = ports.ledger.waiver(&app.identity.org, &app.identity.app).await?;
            let now = ports.clock.now();
            let waived_until = waiver.as_ref().filter(|waiver| waiver.holds(now)).map(|waiver| waiver.ends_at);
            let is_reported = |waiver: &Waiver| notification.about == About::WaiverExpired { ended_at: waiver.ends_at };
            RequestState::Open { app, waived_until, expired_waiver: waiver.filter(is_reported) }
        }
        own => RequestState::Closed { app, ended: own.and_then(|request| request.closed) },
    }))
}
