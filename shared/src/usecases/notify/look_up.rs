//! Look up: how the request of an email stands now, for the page that its link leads to.
//!
//! It only reads, since mail scanners follow links. Nobody signs in to that page, so it is given what the email told and how
//! that has gone on, and nothing of any other request: whoever knew the name of a newer one could write an email that
//! looks real.

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
use super::matter::is_a_contact;

/// An email's request, as it stands now.
#[derive(Debug, Clone)]
pub struct LookedUp {
    /// The request.
    pub request: RequestId,
    /// The org.
    pub org: OrgProfile,
    /// When the link ends.
    pub link_ends_at: Timestamp,
    /// How it stands.
    pub stands: Stands,
}

/// How a request stands.
#[derive(Debug, Clone)]
pub enum Stands {
    /// Somebody has to act on an app.
    Open {
        /// The app.
        app: AppRecord,
        /// Until when it is left as it is, where somebody has decided so meanwhile. Why is not for whoever has the link.
        left_alone_until: Option<Timestamp>,
        /// The waiver whose end the email told.
        told_waiver: Option<Waiver>,
    },
    /// Nobody has to act on the app for it any more.
    Closed {
        /// The app.
        app: AppRecord,
        /// How it ended; `None` where the app has another request by now.
        ended: Option<Ended>,
    },
    /// Something is wrong with Regrant's own access.
    AccessProblem(AccessProblem),
    /// It was, and is not any more.
    TroubleOver(AccessProblemKind),
}

/// Why a link shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotShown {
    /// The link is none of ours.
    #[error(transparent)]
    Forged(#[from] Forged),
    /// Its time is over.
    #[error("the link of an email about request {request} ended at {at}")]
    Ended {
        /// The request.
        request: RequestId,
        /// The org's host, where the org is still known.
        org_domain: Option<String>,
        /// When.
        at: Timestamp,
    },
    /// The org or the app is not looked after any more.
    #[error("what request {request} is about is not looked after any more")]
    Gone {
        /// The request.
        request: RequestId,
    },
    /// Whom the email was sent to is not written to about the org any more.
    #[error("who was written to about request {request} is not among the org's contacts any more")]
    NoLongerAContact {
        /// The request.
        request: RequestId,
    },
}

/// How the request of a link stands, or why the link shows nothing.
pub async fn look_up(ports: &Ports, token: &str) -> Result<Result<LookedUp, NotShown>, NotifyError> {
    let email = match open_with_keys(ports, |keys| keys.read_request(token)).await? {
        Ok(email) => email,
        Err(forged) => return Ok(Err(forged.into())),
    };
    let SignedRequest { request, notification, ends_at } = email;
    let known = ports.ledger.notification(&request, &notification).await?;
    let org = match &known {
        Some(notification) => ports.ledger.org(&notification.org).await?,
        None => None,
    };
    if ports.clock.now() >= ends_at {
        let org_domain = org.map(|org| org.domain());
        return Ok(Err(NotShown::Ended { request, org_domain, at: ends_at }));
    }
    let (Some(notification), Some(org)) = (known, org) else { return Ok(Err(NotShown::Gone { request })) };
    // An email may be passed on within a company. What ends its link early is that its reader is not written to any more.
    let contacts = contacts_of(&org, &ports.settings);
    if !notification.address().is_some_and(|address| is_a_contact(address, &contacts)) {
        return Ok(Err(NotShown::NoLongerAContact { request }));
    }
    let stands = match (&notification.about, &notification.app) {
        (About::AccessProblem { problem, .. }, _) => Some(of_problem(ports, &notification, problem).await?),
        (_, Some(app)) => of_app(ports, &notification, app).await?,
        (_, None) => None,
    };
    Ok(match stands {
        Some(stands) => Ok(LookedUp { request, org, link_ends_at: ends_at, stands }),
        None => Err(NotShown::Gone { request }),
    })
}

async fn of_problem(
    ports: &Ports,
    notification: &Notification,
    problem: &AccessProblemKind,
) -> Result<Stands, LedgerError> {
    let watch = ports.ledger.org_watch(&notification.org).await?;
    let mut known = watch.into_iter().flat_map(|watch| watch.problems);
    let still = known.find(|known| known.request == notification.request);
    Ok(still.map_or_else(|| Stands::TroubleOver(problem.clone()), Stands::AccessProblem))
}

/// `None` where the app is gone.
async fn of_app(ports: &Ports, notification: &Notification, app: &AppId) -> Result<Option<Stands>, LedgerError> {
    let Some(app) = ports.ledger.app(&notification.org, app).await? else { return Ok(None) };
    let own = app.request.clone().filter(|request| request.id == notification.request);
    Ok(Some(match own {
        Some(request) if request.is_open() => {
            let waiver = ports.ledger.waiver(&app.identity.org, &app.identity.app).await?;
            let now = ports.clock.now();
            let left_alone_until = waiver.as_ref().filter(|waiver| waiver.holds(now)).map(|waiver| waiver.ends_at);
            let is_told = |waiver: &Waiver| notification.about == About::WaiverExpired { ended_at: waiver.ends_at };
            Stands::Open { app, left_alone_until, told_waiver: waiver.filter(is_told) }
        }
        own => Stands::Closed { app, ended: own.and_then(|request| request.closed) },
    }))
}
