//! Look at every Office 365 app of one org.

use std::collections::BTreeSet;

use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::assess::assess;
use crate::domain::connection::{AppStatus, AuthScheme};
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::history::carry_over;
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::OrgProfile;
use crate::domain::scan::OrgLook;
use crate::domain::signal::{Look, Signal, SignalKind};
use crate::ledger::{AppFilter, LedgerError, PageRequest};
use crate::okta::{ConsentLink, ListedApp, OktaError, OktaOrg};
use crate::randomness::request_id;

use super::Ports;
use super::org_access::open;

/// How often a list whose cursor Okta no longer takes is started again.
const RESTARTS: u32 = 2;
/// How many pages a list may have: 200,000 apps. One that goes on leads in a circle.
const PAGES: u32 = 1_000;

/// Why an org could not be looked at and nothing could be recorded of it.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// The ledger did not serve.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// What came of a look at one org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// What was recorded.
    pub look: OrgLook,
    /// Whether the same look may succeed later with nothing changed, so that the work should come again.
    pub try_again: bool,
}

/// Looks at every Office 365 app of `org` and records what it saw and what it could not see, for `scan`.
pub async fn discover(ports: &Ports, scan: &ScanId, org: &OrgId) -> Result<Discovery, DiscoverError> {
    let (look, try_again) = match ports.ledger.org(org).await? {
        None => (not_seen("The org is not known any more.".to_owned()), false),
        Some(profile) => match open(ports, &profile).await {
            Ok(api) => {
                Visit { ports, profile: &profile, api: &*api, stopped: None, seen: BTreeSet::new(), gone: 0 }
                    .run()
                    .await?
            }
            Err(error) => {
                let reason = error.to_string();
                could_not_list(ports, org, &BTreeSet::new(), &reason).await?;
                (not_seen(reason), false)
            }
        },
    };
    tracing::info!(%scan, %org, ?look, try_again, "looked at an org");
    ports.ledger.record_org_look(scan, org, &look, ports.clock.now()).await?;
    Ok(Discovery { look, try_again })
}

fn not_seen(reason: String) -> OrgLook {
    OrgLook::NotSeen { reason }
}

/// One look at one org.
struct Visit<'a> {
    ports: &'a Ports,
    profile: &'a OrgProfile,
    api: &'a dyn OktaOrg,
    /// Set once no further call may be made: the rate limit holds, or the credential was refused.
    stopped: Option<OktaError>,
    seen: BTreeSet<AppId>,
    /// Apps that were deleted between the list and the look.
    gone: u64,
}

impl Visit<'_> {
    async fn run(mut self) -> Result<(OrgLook, bool), LedgerError> {
        let org = &self.profile.id;
        if let Err(error) = self.list().await? {
            could_not_list(self.ports, org, &self.seen, &error.to_string()).await?;
            return Ok((not_seen(error.to_string()), error.is_transient()));
        }
        for record in others(self.ports, org, &self.seen).await? {
            let signal = Signal::okta(self.ports.clock.now(), SignalKind::AppNotListed);
            record_app(self.ports, record.identity, vec![signal]).await?;
        }
        Ok(match self.stopped {
            // The list was whole, the looks were not.
            Some(error) => (not_seen(error.to_string()), error.is_transient()),
            None => (OrgLook::Seen { apps: self.seen.len() as u64 - self.gone }, false),
        })
    }

    async fn list(&mut self) -> Result<Result<(), OktaError>, LedgerError> {
        let (mut next, mut restarts, mut pages) = (None, 0, 0);
        loop {
            let page = match self.api.apps(next.as_ref()).await {
                Ok(page) => page,
                Err(error) if error.code() == Some("E0000029") && restarts < RESTARTS => {
                    restarts += 1;
                    next = None;
                    continue;
                }
                Err(error) => return Ok(Err(error)),
            };
            for surprise in page.surprises {
                tracing::warn!(org = %self.profile.id, surprise, "part of an app list could not be read");
            }
            for app in page.apps {
                if self.seen.insert(app.id.clone()) {
                    self.look_at(app).await?;
                }
            }
            pages += 1;
            match (page.next, &self.stopped) {
                (None, _) => return Ok(Ok(())),
                (Some(_), Some(error)) => return Ok(Err(error.clone())),
                (Some(_), None) if pages >= PAGES => {
                    return Ok(Err(OktaError::NotOkta {
                        host: self.profile.domain(),
                        what: format!("an app list of more than {PAGES} pages"),
                    }));
                }
                (more, None) => next = more,
            }
        }
    }

    async fn look_at(&mut self, app: ListedApp) -> Result<(), LedgerError> {
        let mut kinds = self.connection(&app).await;
        if kinds.contains(&SignalKind::AppNotListed) {
            self.gone += 1;
        } else {
            kinds.push(SignalKind::AppRead {
                status: app.status,
                features: app.features,
                tenant_type: app.tenant_type,
            });
        }
        kinds.extend(app.surprises.into_iter().map(|what| SignalKind::Surprise { what }));
        let now = self.ports.clock.now();
        let identity = AppIdentity {
            org: self.profile.id.clone(),
            org_domain: self.profile.domain(),
            app: app.id,
            label: app.label,
            tenant: app.tenant,
            domain: app.domain,
        };
        record_app(self.ports, identity, kinds.into_iter().map(|kind| Signal::okta(now, kind)).collect()).await
    }

    async fn connection(&mut self, app: &ListedApp) -> Vec<SignalKind> {
        // Each call costs rate budget; an app that is off has no standing to find.
        if matches!(app.status, AppStatus::Inactive | AppStatus::Deleted) {
            return Vec::new();
        }
        if let Some(error) = &self.stopped {
            return vec![could_not(Look::Connection, error)];
        }
        let connection = match self.api.connection(&app.id).await {
            Ok(connection) => connection,
            Err(error) => {
                // Deleted between the list and this call, or hidden from the role: the app itself tells which.
                if !is_not_found(&error) {
                    return vec![self.failed(Look::Connection, error)];
                }
                return vec![match self.api.app(&app.id).await {
                    Ok(_) => self.failed(Look::Connection, error),
                    Err(again) if is_not_found(&again) => SignalKind::AppNotListed,
                    Err(again) => self.failed(Look::Connection, again),
                }];
            }
        };
        let ask_features = connection.auth_scheme != AuthScheme::Oauth2;
        let mut kinds: Vec<_> = connection.surprises.into_iter().map(|what| SignalKind::Surprise { what }).collect();
        kinds.push(SignalKind::ConnectionRead {
            auth_scheme: connection.auth_scheme,
            status: connection.status,
            authorize_offered: connection.authorize != ConsentLink::Absent,
        });
        if ask_features {
            kinds.push(match self.api.provisioning(&app.id).await {
                Ok(provisioning) => SignalKind::ProvisioningRead { provisioning },
                Err(error) => self.failed(Look::Features, error),
            });
        }
        kinds
    }

    /// Notes a failed look, and whether any further call would only fail too.
    fn failed(&mut self, look: Look, error: OktaError) -> SignalKind {
        let kind = could_not(look, &error);
        if error.retires_credential() || matches!(error, OktaError::RateLimited { .. }) {
            self.stopped = Some(error);
        }
        kind
    }
}

fn is_not_found(error: &OktaError) -> bool {
    matches!(error, OktaError::Api(answer) if answer.status == 404)
}

fn could_not(look: Look, error: &OktaError) -> SignalKind {
    SignalKind::CouldNotLook { look, reason: error.to_string() }
}

async fn could_not_list(ports: &Ports, org: &OrgId, seen: &BTreeSet<AppId>, reason: &str) -> Result<(), LedgerError> {
    for record in others(ports, org, seen).await? {
        let kind = SignalKind::CouldNotLook { look: Look::App, reason: reason.to_owned() };
        record_app(ports, record.identity, vec![Signal::okta(ports.clock.now(), kind)]).await?;
    }
    Ok(())
}

/// Whether an app was found gone before; nothing more can be said of it until it is listed again.
fn is_gone(record: &AppRecord) -> bool {
    record.signals.iter().any(|signal| signal.kind == SignalKind::AppNotListed)
}

/// The apps of one org in the ledger that this look did not see. Gathered before any is written, as writing moves
/// records within the list.
async fn others(ports: &Ports, org: &OrgId, seen: &BTreeSet<AppId>) -> Result<Vec<AppRecord>, LedgerError> {
    let filter = AppFilter { org: Some(org.clone()), ..AppFilter::default() };
    let (mut request, mut found) = (PageRequest::first(500), Vec::new());
    loop {
        let page = ports.ledger.apps(&filter, request).await?;
        found.extend(page.items.into_iter().filter(|record| !seen.contains(&record.identity.app) && !is_gone(record)));
        let Some(after) = page.next else { return Ok(found) };
        request = PageRequest { after: Some(after), limit: 500 };
    }
}

async fn record_app(ports: &Ports, identity: AppIdentity, fresh: Vec<Signal>) -> Result<(), LedgerError> {
    let now = ports.clock.now();
    let previous = ports.ledger.app(&identity.org, &identity.app).await?;
    let signals = carry_over(previous.as_ref().map_or(&[], |record| &record.signals), fresh);
    let assessment = assess(&signals);
    let kind = match &previous {
        None => Some(EventKind::Found { standing: assessment.standing }),
        Some(before) if before.standing() != assessment.standing => Some(EventKind::StandingChanged {
            from: before.standing(),
            to: assessment.standing,
            reasons: assessment.reasons.clone(),
        }),
        Some(_) => None,
    };
    let events: Vec<AppEvent> = kind.into_iter().map(|kind| AppEvent { at: now, kind }).collect();
    let record =
        AppRecord::assessed(identity, signals, assessment, now, previous.as_ref(), request_id(&*ports.randomness));
    ports.ledger.record_app(&record, &events).await
}
