//! Look at every Office 365 app of one org, in Okta and at Microsoft.

mod counting;
mod observation;

use std::collections::BTreeSet;
use std::future::ready;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::assignment_counts::is_to_be_counted;
use crate::domain::connection::{AppStatus, AuthScheme};
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::OrgProfile;
use crate::domain::scan::OrgScanResult;
use crate::domain::signal::{Check, Signal, SignalKind};
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::okta::{Connection, ConsentLink, ListedApp, OktaError, OktaOrg};

use self::counting::Counting;
use self::observation::AppObservation;
use crate::queue::QueueError;
use crate::usecases::Ports;
use crate::usecases::access::okta::open;
use crate::usecases::access::orgs::OpenOrgError;
use crate::usecases::access::registration::registration;
use crate::usecases::records::app::queue_plan;
use crate::usecases::scan::watch_access;
use crate::usecases::scan::watch_access::Access;
use crate::usecases::scan::watch_grants::GrantWatch;
use crate::usecases::scan::watch_system_log;
use crate::usecases::scan::watch_system_log::LogRead;

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
    /// Planning notifications could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// What came of a look at one org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// What was recorded.
    pub look: OrgScanResult,
    /// Whether the same look may succeed later with nothing changed, so that the work should come again.
    pub try_again: bool,
}

/// Looks at every Office 365 app of `org`, on both sides, and records what it saw and what it could not see, for `scan`.
/// Whoever has to be told something is told: that is asked for last, and needs neither Okta nor Microsoft.
pub async fn discover(ports: &Ports, scan: &ScanId, org: &OrgId) -> Result<Discovery, DiscoverError> {
    let (look, try_again) = match ports.ledger.org(org).await? {
        None => (not_seen("The org is not known any more.".to_owned()), false),
        Some(profile) => {
            let visited = match open(ports, &profile).await {
                Ok(api) => Visit::new(ports, &profile, &*api).await?.run().await?,
                Err(error) => could_not_open(ports, org, &error).await?,
            };
            queue_plan(ports, org, None).await?;
            visited
        }
    };
    tracing::info!(%scan, %org, ?look, try_again, "looked at an org");
    ports.ledger.record_org_result(scan, org, &look, ports.clock.now()).await?;
    Ok(Discovery { look, try_again })
}

async fn could_not_open(
    ports: &Ports,
    org: &OrgId,
    error: &OpenOrgError,
) -> Result<(OrgScanResult, bool), LedgerError> {
    let reason = error.to_string();
    could_not_list(ports, org, &BTreeSet::new(), &reason).await?;
    let lost = matches!(error, OpenOrgError::NoCredential(_) | OpenOrgError::NotACredential(_));
    let problems = if lost { vec![(AccessProblemKind::OktaCredentialRefused, reason.clone())] } else { Vec::new() };
    watch_access::remember(ports, org, &Access { problems, ..Access::default() }).await?;
    Ok((not_seen(reason), false))
}

fn not_seen(reason: String) -> OrgScanResult {
    OrgScanResult::NotSeen { reason }
}

/// One look at one org.
struct Visit<'a> {
    ports: &'a Ports,
    profile: &'a OrgProfile,
    api: &'a dyn OktaOrg,
    /// Before the first call, so that an app that somebody else finds meanwhile is known to be newer than our list.
    began: Timestamp,
    /// Set once no further call may be made: the rate limit holds, or the credential was refused.
    stopped: Option<OktaError>,
    seen: BTreeSet<AppId>,
    /// Apps that were deleted between the list and the look.
    gone: u64,
    /// What Okta logged since the last visit.
    log: LogRead,
    /// Microsoft's side.
    grants: GrantWatch<'a>,
    /// Whom apps concern, for emails.
    counting: Counting,
}

impl<'a> Visit<'a> {
    async fn new(ports: &'a Ports, profile: &'a OrgProfile, api: &'a dyn OktaOrg) -> Result<Self, LedgerError> {
        let began = ports.clock.now();
        let known = watch_access::remembered(ports, &profile.id).await?;
        let log = watch_system_log::read(ports, api, known.log).await;
        let grants = GrantWatch::new(ports, profile);
        let (seen, counting) = (BTreeSet::new(), Counting::new());
        Ok(Self { ports, profile, api, began, stopped: None, seen, gone: 0, log, grants, counting })
    }

    async fn run(mut self) -> Result<(OrgScanResult, bool), LedgerError> {
        let listed = self.list().await?;
        let refusal = listed.as_ref().err().or(self.stopped.as_ref());
        let mut access = Access {
            // An app that the role hides is not a role that was lost; a list that is refused is.
            okta_answered: !self.seen.is_empty() || listed.is_ok(),
            problems: refusal.and_then(watch_access::problem_of).into_iter().collect(),
            // Read again from where it was, where what it said could not be recorded of every app.
            log: self.log.next.clone().filter(|_| listed.is_ok()),
            signs_in: registration(self.ports, self.profile.cloud).await.ok().map(|ours| ours.is_some()),
            ..Access::default()
        };
        let visited = self.end(listed).await?;
        self.grants.tell(&mut access);
        watch_access::remember(self.ports, &self.profile.id, &access).await?;
        Ok(visited)
    }

    async fn end(&self, listed: Result<(), OktaError>) -> Result<(OrgScanResult, bool), LedgerError> {
        let org = &self.profile.id;
        if let Err(error) = listed {
            could_not_list(self.ports, org, &self.seen, &error.to_string()).await?;
            return Ok((not_seen(error.to_string()), error.is_transient()));
        }
        for record in others(self.ports, org, &self.seen).await? {
            let signal = Signal::okta(self.began, SignalKind::AppNotListed);
            AppObservation::of_known(record.identity, signal).record(self.ports).await?;
        }
        Ok(match &self.stopped {
            // The list was whole, the looks were not.
            Some(error) => (not_seen(error.to_string()), error.is_transient()),
            None => (OrgScanResult::Seen { apps: self.seen.len() as u64 - self.gone }, false),
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
        // Before the calls, so that what somebody else reads meanwhile is known to be newer.
        let now = self.ports.clock.now();
        let org = &self.profile.id;
        let before = self.ports.ledger.app(org, &app.id).await?;
        let (mut kinds, connection) = self.connection(&app).await;
        if kinds.contains(&SignalKind::AppNotListed) {
            self.gone += 1;
        } else {
            kinds.push(SignalKind::AppRead {
                status: app.status.clone(),
                features: app.features.clone(),
                tenant_type: app.tenant_type.clone(),
            });
        }
        kinds.extend(app.surprises.iter().map(|what| SignalKind::Surprise { what: what.clone() }));
        let mut signals: Vec<Signal> = kinds.into_iter().map(|kind| Signal::okta(now, kind)).collect();
        if let Some(connection) = &connection {
            signals.extend(self.grants.look(&app, connection, before.as_ref()).await);
        }
        let logged = self.log.of(self.ports, &app.id);
        signals.extend(logged.signals);
        if self.stopped.is_none() {
            let earlier = before.iter().flat_map(|record| &record.signals);
            let known: Vec<Signal> = earlier.chain(&signals).cloned().collect();
            signals.extend(watch_system_log::worked_again(self.ports, self.api, &app.id, &known).await);
        }
        let identity = AppIdentity {
            org: org.clone(),
            org_domain: self.profile.domain(),
            app: app.id,
            label: app.label,
            tenant: app.tenant,
            domain: app.domain,
        };
        let (failed_work, log_was_read, was_known) = (logged.failed_work, self.log.failed.is_none(), before.is_some());
        let mut seen = AppObservation { identity, signals, failed_work, log_was_read, was_known, reach: None };
        let known = before.as_ref().and_then(|record| record.reach.as_ref());
        if self.stopped.is_none() && is_to_be_counted(seen.standing(before.as_ref()), known, now) {
            match self.counting.count(self.ports, self.api, &seen.identity.app).await {
                Ok(reach) => seen.reach = reach,
                Err(error) => self.stopped = Some(error),
            }
        }
        seen.record(self.ports).await
    }

    async fn connection(&mut self, app: &ListedApp) -> (Vec<SignalKind>, Option<Connection>) {
        // Each call costs rate budget; an app that is off has no standing to find.
        if matches!(app.status, AppStatus::Inactive | AppStatus::Deleted) {
            return (Vec::new(), None);
        }
        if let Some(error) = &self.stopped {
            return (vec![could_not(Check::Connection, error)], None);
        }
        let connection = match self.api.connection(&app.id).await {
            Ok(connection) => connection,
            Err(error) => {
                // Deleted between the list and this call, or hidden from the role: the app itself tells which.
                if !is_not_found(&error) {
                    return (vec![self.failed(Check::Connection, error)], None);
                }
                let kind = match self.api.app(&app.id).await {
                    Ok(_) => self.failed(Check::Connection, error),
                    Err(again) if is_not_found(&again) => SignalKind::AppNotListed,
                    Err(again) => self.failed(Check::Connection, again),
                };
                return (vec![kind], None);
            }
        };
        let ask_features = connection.auth_scheme != AuthScheme::Oauth2;
        let surprises = connection.surprises.iter().map(|what| SignalKind::Surprise { what: what.clone() });
        let mut kinds: Vec<_> = surprises.collect();
        kinds.push(SignalKind::ConnectionRead {
            auth_scheme: connection.auth_scheme.clone(),
            status: connection.status.clone(),
            authorize_offered: connection.authorize != ConsentLink::Absent,
        });
        if ask_features {
            kinds.push(match self.api.provisioning(&app.id).await {
                Ok(provisioning) => SignalKind::ProvisioningRead { provisioning },
                Err(error) => self.failed(Check::Features, error),
            });
        }
        (kinds, Some(connection))
    }

    /// Notes a failed look, and whether any further call would only fail too.
    fn failed(&mut self, look: Check, error: OktaError) -> SignalKind {
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

fn could_not(look: Check, error: &OktaError) -> SignalKind {
    SignalKind::CouldNotLook { look, reason: error.to_string() }
}

async fn could_not_list(ports: &Ports, org: &OrgId, seen: &BTreeSet<AppId>, reason: &str) -> Result<(), LedgerError> {
    for record in others(ports, org, seen).await? {
        let kind = SignalKind::CouldNotLook { look: Check::App, reason: reason.to_owned() };
        AppObservation::of_known(record.identity, Signal::okta(ports.clock.now(), kind)).record(ports).await?;
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
    paging::items(500, |page| ports.ledger.apps(&filter, page))
        .try_filter(|record| ready(!seen.contains(&record.identity.app) && !is_gone(record)))
        .try_collect()
        .await
}
