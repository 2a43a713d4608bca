//! Planning: decides which notifications are due for an org and writes them into the ledger.
//!
//! Notifications are sent from the ledger, so a crash at any point loses none: planning again adds those that are missing and
//! no duplicates.

use futures_util::TryStreamExt as _;
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp};

use crate::domain::access_problem::{DigestMade, OrgWatch};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Contacts};
use crate::domain::id::{AppId, OrgId, RequestId};
use crate::domain::notification::cadence::{Case, due};
use crate::domain::notification::{About, Draft, Notification, Recipient};
use crate::domain::org::OrgProfile;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::queue::NotificationWork;
use crate::randomness::request_id;
use crate::usecases::Ports;

use super::NotifyError;
use super::contacts::contacts_of;
use super::hook::hooks;

/// How long a closed request is still considered: long enough to plan its last email.
const CONSIDERED_AFTER_CLOSING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The weekday and time of the digest, in the org's time zone.
const DIGEST_DAY: Weekday = Weekday::Monday;
const DIGEST_HOUR: Time = Time::constant(8, 0, 0, 0);
/// How many apps are read at once.
const PAGE: u32 = 100;

/// Creates the notifications that are due for an org, or for one of its apps, and queues those that can be sent now. Returns the
/// number of new notifications.
pub async fn plan_notifications(ports: &Ports, org: &OrgId, app: Option<&AppId>) -> Result<usize, NotifyError> {
    let Some(profile) = ports.ledger.org(org).await? else { return Ok(0) };
    let hooks = hooks(ports).await?.into_iter().map(|hook| hook.name).collect();
    let contacts = contacts_of(&profile, &ports.settings);
    let planner = Planner { ports, org: &profile, contacts, hooks, now: ports.clock.now() };
    match app {
        Some(app) => match ports.ledger.app(org, app).await? {
            Some(record) => planner.create(planner.drafts_for_app(&record).await?).await,
            None => Ok(0),
        },
        None => planner.plan_org().await,
    }
}

/// Plans the notifications of one org.
struct Planner<'a> {
    ports: &'a Ports,
    org: &'a OrgProfile,
    contacts: Contacts,
    hooks: Vec<String>,
    now: Timestamp,
}

impl Planner<'_> {
    async fn plan_org(&self) -> Result<usize, NotifyError> {
        let filter = AppFilter { org: Some(self.org.id.clone()), ..AppFilter::default() };
        let (mut created, mut has_digest_items) = (0, false);
        let mut apps = paging::items(PAGE, |page| self.ports.ledger.apps(&filter, page));
        while let Some(app) = apps.try_next().await? {
            has_digest_items |= self.is_digest_item(&app);
            created += self.create(self.drafts_for_app(&app).await?).await?;
        }
        Ok(created + self.plan_org_notifications(has_digest_items).await?)
    }

    /// Whether a digest reports an app: it needs action, or its request was closed recently.
    fn is_digest_item(&self, app: &AppRecord) -> bool {
        let closed_at = app.request.as_ref().and_then(|request| request.closed.as_ref()).map(|closed| closed.at);
        app.known_standing().needs_action()
            || closed_at.is_some_and(|at| self.now.duration_since(at) <= CONSIDERED_AFTER_CLOSING)
    }

    async fn drafts_for_app(&self, app: &AppRecord) -> Result<Vec<Draft>, NotifyError> {
        let mut drafts = self.hook_drafts(app);
        let Some(request) = &app.request else { return Ok(drafts) };
        let closed_at = request.closed.as_ref().map(|closed| closed.at);
        if closed_at.is_some_and(|at| self.now.duration_since(at) > CONSIDERED_AFTER_CLOSING) {
            return Ok(drafts);
        }
        let so_far = self.ports.ledger.notifications_of(&request.id).await?;
        let (org, id) = (&app.identity.org, &app.identity.app);
        let waiver = if request.is_open() { self.ports.ledger.waiver(org, id).await? } else { None };
        drafts.extend(due(&Case {
            app,
            so_far: &so_far,
            waiver: waiver.as_ref(),
            contacts: &self.contacts,
            deadline: self.ports.settings.mail.deadline,
            now: self.now,
        }));
        Ok(drafts)
    }

    /// One notification per hook for the app's latest change of standing, unless that change is old.
    fn hook_drafts(&self, app: &AppRecord) -> Vec<Draft> {
        let (Some(since), Some(from)) = (app.since, app.before) else { return Vec::new() };
        if self.now.duration_since(since) > CONSIDERED_AFTER_CLOSING {
            return Vec::new();
        }
        let request = app.request.as_ref().map_or_else(|| RequestId::of_changes(&app.identity.app), |r| r.id.clone());
        let about = About::StandingChanged { from, to: app.standing(), at: since };
        let hook = |name: &String| Draft {
            request: request.clone(),
            org: app.identity.org.clone(),
            app: Some(app.identity.app.clone()),
            about: about.clone(),
            recipient: Recipient::Hook { name: name.clone() },
            due_at: self.now,
        };
        self.hooks.iter().map(hook).collect()
    }

    /// Plans the notifications about Regrant's own access, and the weekly digest.
    async fn plan_org_notifications(&self, has_digest_items: bool) -> Result<usize, NotifyError> {
        let known = self.ports.ledger.org_watch(&self.org.id).await?;
        let watch = known.unwrap_or_else(|| OrgWatch::new(self.org.id.clone()));
        let problems = watch.problems.iter().flat_map(|problem| {
            let about = About::AccessProblem { problem: problem.kind.clone(), since: problem.since };
            self.operator_drafts(&problem.request, &about)
        });
        let mut created = self.create(problems.collect()).await?;
        if let Some(digest) = self.digest(&watch, has_digest_items || !watch.problems.is_empty()).await? {
            let about = About::Digest { day: digest.day };
            created += self.create(self.operator_drafts(&digest.request, &about)).await?;
        }
        Ok(created)
    }

    /// The digest that is due, if there is one. Its request id is stored before its notifications are created, so planning again
    /// creates the same ones. An org with nothing to report gets no digest.
    async fn digest(&self, watch: &OrgWatch, has_items: bool) -> Result<Option<DigestMade>, LedgerError> {
        let Some(day) = digest_day(self.now, &self.contacts) else { return Ok(None) };
        if let Some(made) = watch.digest.clone().filter(|made| made.day >= day) {
            let is_recent = self.now.duration_since(digest_time(made.day, &self.contacts)) < CONSIDERED_AFTER_CLOSING;
            return Ok((is_recent && made.day == day).then_some(made));
        }
        if !has_items {
            return Ok(None);
        }
        let made = DigestMade { day, request: request_id(&*self.ports.randomness) };
        let after = OrgWatch { digest: Some(made.clone()), ..watch.clone() };
        // If another worker wrote first, the next planning run continues.
        Ok(self.ports.ledger.put_org_watch(&after).await?.then_some(made))
    }

    fn operator_drafts(&self, request: &RequestId, about: &About) -> Vec<Draft> {
        let due_at = if about.is_urgent() { self.now } else { self.contacts.next_allowed(self.now) };
        let draft = |address| Draft {
            request: request.clone(),
            org: self.org.id.clone(),
            app: None,
            about: about.clone(),
            recipient: Recipient::Mail { address, audience: Audience::OktaOperator },
            due_at,
        };
        self.contacts.of(Audience::OktaOperator).into_iter().map(draft).collect()
    }

    /// Writes the notifications that do not exist yet, then queues the ones that are due. If a crash prevents the queuing,
    /// [`queue_due`](super::queue_due::queue_due) does it later.
    async fn create(&self, drafts: Vec<Draft>) -> Result<usize, NotifyError> {
        let (mut created, mut due_now) = (0, Vec::new());
        for draft in drafts {
            let notification = draft.into_notification(self.now);
            if self.ports.ledger.notification(&notification.request, &notification.id).await?.is_some()
                || !self.ports.ledger.put_notification(&notification).await?
            {
                continue;
            }
            created += 1;
            if notification.due_at <= self.now {
                due_now.push(send_message(&notification));
            }
        }
        if !due_now.is_empty() {
            self.ports.queues.notifications.send(&due_now).await?;
        }
        Ok(created)
    }
}

/// The queue message that sends a notification.
pub(super) fn send_message(notification: &Notification) -> NotificationWork {
    NotificationWork::Send { request: notification.request.clone(), notification: notification.id.clone() }
}

/// The day of the latest digest that is due at `now`, in the org's time zone.
fn digest_day(now: Timestamp, contacts: &Contacts) -> Option<Date> {
    let local = contacts.time_zone.zone().to_datetime(now);
    let days_back = local.date().weekday().since(DIGEST_DAY);
    let day = local.date().checked_sub(SignedDuration::from_hours(24 * i64::from(days_back))).ok()?;
    if days_back == 0 && local.time() < DIGEST_HOUR {
        day.checked_sub(SignedDuration::from_hours(7 * 24)).ok()
    } else {
        Some(day)
    }
}

fn digest_time(day: Date, contacts: &Contacts) -> Timestamp {
    contacts.time_zone.zone().to_timestamp(day.to_datetime(DIGEST_HOUR)).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn digest_is_due_monday_morning_in_org_time_zone() {
        let vienna = Contacts { time_zone: "Europe/Vienna".parse().unwrap(), ..Contacts::default() };
        let day = |at: &str| digest_day(at.parse().unwrap(), &vienna).map(|day| day.to_string());
        assert_eq!(day("2026-03-02T06:59:59Z").as_deref(), Some("2026-02-23"), "one second before eight");
        assert_eq!(day("2026-03-02T07:00:00Z").as_deref(), Some("2026-03-02"));
        assert_eq!(day("2026-03-08T22:00:00Z").as_deref(), Some("2026-03-02"), "Sunday night");
    }
}
