//! Scanning one org: reads its Office 365 apps in Okta and at Microsoft, and records what it found.

mod assignment_counter;
mod observation;

use std::collections::BTreeSet;
use std::future::ready;

use futures_util::TryStreamExt as _;

use jiff::Timestamp;

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::app::{AppIdentity, AppRecord};
use crate::domain::assignment_counts::should_count;
use crate::domain::connection::{AppStatus, AuthScheme};
use crate::domain::id::{AppId, OrgId, ScanId};
use crate::domain::org::OrgProfile;
use crate::domain::permission::permissions_of_link;
use crate::domain::scan::OrgScanResult;
use crate::domain::signal::{Check, Signal, SignalKind};
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::okta::{Connection, ConsentLink, ListedApp, OktaError, OktaOrg};

use self::assignment_counter::AssignmentCounter;
use self::observation::AppObservation;
use crate::queue::QueueError;
use crate::usecases::Ports;
use crate::usecases::access::okta::OktaAccessError;
use crate::usecases::access::okta::okta_client_for;
use crate::usecases::access::registration::registration;
use crate::usecases::records::app::queue_plan;
use crate::usecases::scan::watch_access;
use crate::usecases::scan::watch_access::AccessFindings;
use crate::usecases::scan::watch_grants::GrantWatch;
use crate::usecases::scan::watch_system_log;
use crate::usecases::scan::watch_system_log::SystemLogUpdate;

/// How often listing restarts after Okta rejects a cursor.
const MAX_RESTARTS: u32 = 2;
/// The most pages of one list: 200,000 apps. More means that Okta's next links form a cycle.
const MAX_PAGES: u32 = 1_000;
/// How many unreadable items of the list are reported individually.
const MAX_UNREADABLE: usize = 5;

/// Why scanning an org failed and its result could not be recorded.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Notification planning could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// The result of scanning one org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgScan {
    /// The result that was recorded.
    pub result: OrgScanResult,
    /// Whether the failure is transient, so that the same scan may succeed later.
    pub retry: bool,
}

/// Scans every Office 365 app of `org` in Okta and at Microsoft, and records the findings and the failed checks for `scan`.
///
/// Finally queues notification planning for the org. This calls neither Okta nor Microsoft.
pub async fn scan_apps(ports: &Ports, scan: &ScanId, org: &OrgId) -> Result<OrgScan, ScanError> {
    let (result, retry) = match ports.ledger.org(org).await? {
        None => (not_seen("The org is no longer known.".to_owned()), false),
        Some(profile) => {
            let scanned = match okta_client_for(ports, &profile).await {
                Ok(api) => OrgScanner::new(ports, &profile, &*api).await?.run().await?,
                Err(error) => record_inaccessible(ports, org, &error).await?,
            };
            queue_plan(ports, org, None).await?;
            scanned
        }
    };
    tracing::info!(%scan, %org, ?result, retry, "scanned an org");
    ports.ledger.record_org_result(scan, org, &result, ports.clock.now()).await?;
    Ok(OrgScan { result, retry })
}

/// Records that Regrant has no usable credential for an org.
async fn record_inaccessible(
    ports: &Ports,
    org: &OrgId,
    error: &OktaAccessError,
) -> Result<(OrgScanResult, bool), LedgerError> {
    let reason = error.to_string();
    record_unlisted(ports, org, &BTreeSet::new(), &reason).await?;
    let lost = matches!(error, OktaAccessError::NoCredential(_) | OktaAccessError::NotACredential(_));
    let problems = if lost { vec![(AccessProblemKind::OktaCredentialRefused, reason.clone())] } else { Vec::new() };
    watch_access::record_findings(ports, org, &AccessFindings { problems, ..AccessFindings::default() }).await?;
    Ok((not_seen(reason), false))
}

fn not_seen(reason: String) -> OrgScanResult {
    OrgScanResult::NotScanned { reason }
}

/// The scan of one org in progress.
struct OrgScanner<'a> {
    ports: &'a Ports,
    profile: &'a OrgProfile,
    api: &'a dyn OktaOrg,
    /// Taken before the first call, so that an app found by another worker meanwhile counts as newer than our list.
    started_at: Timestamp,
    /// The error after which no further call is made: the rate limit is reached, or Okta rejected the credential.
    aborted: Option<OktaError>,
    listed: BTreeSet<AppId>,
    /// Apps that were deleted after they were listed and before they were read.
    deleted: u64,
    /// Items of the list that could not be read, in words for people.
    unreadable: Vec<String>,
    /// What Okta logged since the last scan.
    log: SystemLogUpdate,
    /// Permission grants at Microsoft.
    grants: GrantWatch<'a>,
    /// Counts assigned users and groups, for emails.
    counter: AssignmentCounter,
}

impl<'a> OrgScanner<'a> {
    async fn new(ports: &'a Ports, profile: &'a OrgProfile, api: &'a dyn OktaOrg) -> Result<Self, LedgerError> {
        let started_at = ports.clock.now();
        let known = watch_access::org_watch(ports, &profile.id).await?;
        let log = watch_system_log::read_new_events(ports, api, known.log).await;
        let grants = GrantWatch::new(ports, profile);
        let (listed, counter) = (BTreeSet::new(), AssignmentCounter::new());
        let unreadable = Vec::new();
        Ok(Self {
            ports,
            profile,
            api,
            started_at,
            aborted: None,
            listed,
            deleted: 0,
            unreadable,
            log,
            grants,
            counter,
        })
    }

    async fn run(mut self) -> Result<(OrgScanResult, bool), LedgerError> {
        let listing = self.scan_listed_apps().await?;
        let error = listing.as_ref().err().or(self.aborted.as_ref());
        let mut access = AccessFindings {
            // A hidden app does not mean that the role was lost; a rejected list does.
            okta_answered: !self.listed.is_empty() || listing.is_ok(),
            problems: error.and_then(watch_access::okta_problem).into_iter().collect(),
            // If the list was incomplete, the next scan reads the same log events again, because some apps did not get theirs.
            log: self.log.next.clone().filter(|_| listing.is_ok()),
            signs_in: registration(self.ports, self.profile.cloud).await.ok().map(|ours| ours.is_some()),
            ..AccessFindings::default()
        };
        let scanned = self.finish(listing).await?;
        self.grants.add_findings_to(&mut access);
        watch_access::record_findings(self.ports, &self.profile.id, &access).await?;
        Ok(scanned)
    }

    /// Records the apps that were not listed, and gives the result for the scan record.
    async fn finish(&self, listing: Result<(), OktaError>) -> Result<(OrgScanResult, bool), LedgerError> {
        let org = &self.profile.id;
        if let Err(error) = listing {
            record_unlisted(self.ports, org, &self.listed, &error.to_string()).await?;
            return Ok((not_seen(error.to_string()), error.is_transient()));
        }
        if !self.unreadable.is_empty() {
            // One of the apps that are not listed may be the one that could not be read.
            let reason = self.unreadable.join(" ");
            record_unlisted(self.ports, org, &self.listed, &reason).await?;
            return Ok((not_seen(format!("{} apps were read, but not all: {reason}", self.listed.len())), false));
        }
        for record in unlisted_apps(self.ports, org, &self.listed).await? {
            let signal = Signal::okta(self.started_at, SignalKind::AppNotListed);
            AppObservation::of_known(record.identity, signal).record(self.ports).await?;
        }
        Ok(match &self.aborted {
            // The list was complete, but not every app was read.
            Some(error) => (not_seen(error.to_string()), error.is_transient()),
            None => (OrgScanResult::Scanned { apps: self.listed.len() as u64 - self.deleted }, false),
        })
    }

    /// Lists the org's apps and scans each. The inner error says why the list is incomplete.
    async fn scan_listed_apps(&mut self) -> Result<Result<(), OktaError>, LedgerError> {
        let (mut next, mut restarts, mut pages) = (None, 0, 0);
        loop {
            let page = match self.api.apps(next.as_ref()).await {
                Ok(page) => page,
                Err(error) if error.code() == Some("E0000029") && restarts < MAX_RESTARTS => {
                    restarts += 1;
                    next = None;
                    continue;
                }
                Err(error) => return Ok(Err(error)),
            };
            for surprise in page.surprises {
                tracing::warn!(org = %self.profile.id, surprise, "could not read part of an app list");
                if self.unreadable.len() < MAX_UNREADABLE && !self.unreadable.contains(&surprise) {
                    self.unreadable.push(surprise);
                }
            }
            for app in page.apps {
                if self.listed.insert(app.id.clone()) {
                    self.scan_app(app).await?;
                }
            }
            pages += 1;
            match (page.next, &self.aborted) {
                (None, _) => return Ok(Ok(())),
                (Some(_), Some(error)) => return Ok(Err(error.clone())),
                (Some(_), None) if pages >= MAX_PAGES => {
                    return Ok(Err(OktaError::NotOkta {
                        host: self.profile.domain(),
                        what: format!("an app list of more than {MAX_PAGES} pages"),
                    }));
                }
                (more, None) => next = more,
            }
        }
    }

    async fn scan_app(&mut self, app: ListedApp) -> Result<(), LedgerError> {
        // Taken before the calls, so that what another worker reads meanwhile counts as newer.
        let now = self.ports.clock.now();
        let org = &self.profile.id;
        let before = self.ports.ledger.app(org, &app.id).await?;
        let (mut kinds, connection) = self.connection(&app).await;
        if kinds.contains(&SignalKind::AppNotListed) {
            self.deleted += 1;
        } else {
            kinds.push(SignalKind::AppRead {
                status: app.status.clone(),
                features: app.features.clone(),
                tenant_type: app.tenant_type.clone(),
            });
        }
        kinds.extend(app.surprises.iter().map(|what| SignalKind::Surprise { what: what.clone() }));
        let mut signals: Vec<Signal> = kinds.into_iter().map(|kind| Signal::okta(now, kind)).collect();
        let (mut claims_challenge, mut asked_permissions) = (None, None);
        if let Some(connection) = &connection {
            let checked = self.grants.check_app(&app, connection, before.as_ref()).await;
            signals.extend(checked.signals);
            claims_challenge = checked.claims_challenge;
            asked_permissions = connection.authorize.offered().and_then(permissions_of_link);
        }
        let logged = self.log.for_app(self.ports, &app.id);
        signals.extend(logged.signals);
        if self.aborted.is_none() {
            let earlier = before.iter().flat_map(|record| &record.signals);
            let known: Vec<Signal> = earlier.chain(&signals).cloned().collect();
            signals.extend(watch_system_log::provisioning_recovered(self.ports, self.api, &app.id, &known).await);
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
        let mut observation = AppObservation {
            failed_work,
            log_was_read,
            was_known,
            claims_challenge,
            asked_permissions,
            ..AppObservation::new(identity, signals)
        };
        let known = before.as_ref().and_then(|record| record.assignment_counts.as_ref());
        if self.aborted.is_none() && should_count(observation.standing(before.as_ref()), known, now) {
            match self.counter.count(self.ports, self.api, &observation.identity.app).await {
                Ok(counts) => observation.assignment_counts = counts,
                Err(error) => self.aborted = Some(error),
            }
        }
        observation.record(self.ports).await
    }

    async fn connection(&mut self, app: &ListedApp) -> (Vec<SignalKind>, Option<Connection>) {
        // An inactive app has no standing, so its connection is not worth a call from the rate budget.
        if matches!(app.status, AppStatus::Inactive | AppStatus::Deleted) {
            return (Vec::new(), None);
        }
        if let Some(error) = &self.aborted {
            return (vec![failed_check(Check::Connection, error)], None);
        }
        let connection = match self.api.connection(&app.id).await {
            Ok(connection) => connection,
            Err(error) => {
                // The app was deleted after it was listed, or the role hides its connection. Reading the app tells which.
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

    /// The signal of a failed check. Aborts the scan if further calls would fail too.
    fn failed(&mut self, look: Check, error: OktaError) -> SignalKind {
        let kind = failed_check(look, &error);
        if error.retires_credential() || matches!(error, OktaError::RateLimited { .. }) {
            self.aborted = Some(error);
        }
        kind
    }
}

fn is_not_found(error: &OktaError) -> bool {
    matches!(error, OktaError::Api(answer) if answer.status == 404)
}

fn failed_check(look: Check, error: &OktaError) -> SignalKind {
    SignalKind::CheckFailed { check: look, reason: error.to_string() }
}

/// Records for every app that was not read that the list failed.
async fn record_unlisted(
    ports: &Ports,
    org: &OrgId,
    listed: &BTreeSet<AppId>,
    reason: &str,
) -> Result<(), LedgerError> {
    for record in unlisted_apps(ports, org, listed).await? {
        let kind = SignalKind::CheckFailed { check: Check::App, reason: reason.to_owned() };
        AppObservation::of_known(record.identity, Signal::okta(ports.clock.now(), kind)).record(ports).await?;
    }
    Ok(())
}

/// Whether an earlier scan already recorded that the app is not listed. It stays unchanged until it is listed again.
fn is_recorded_as_unlisted(record: &AppRecord) -> bool {
    record.signals.iter().any(|signal| signal.kind == SignalKind::AppNotListed)
}

/// The org's apps in the ledger that this scan did not list. Collected before any of them is written, because a write moves
/// records within the list.
async fn unlisted_apps(ports: &Ports, org: &OrgId, listed: &BTreeSet<AppId>) -> Result<Vec<AppRecord>, LedgerError> {
    let filter = AppFilter { org: Some(org.clone()), ..AppFilter::default() };
    paging::items(500, |page| ports.ledger.apps(&filter, page))
        .try_filter(|record| ready(!listed.contains(&record.identity.app) && !is_recorded_as_unlisted(record)))
        .try_collect()
        .await
}
