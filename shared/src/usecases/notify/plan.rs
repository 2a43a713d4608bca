//! Find out who has to be told what about an org, and write it down.
//!
//! What is written is sent from the ledger, so a crash anywhere between leaves nothing untold: the same plan, made again,
//! finds what is missing and nothing twice.

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
use crate::queue::Message;
use crate::randomness::request_id;
use crate::usecases::Ports;

use super::NotifyError;
use super::contacts::contacts_of;
use super::hook::hooks;

/// How long after its end a request is still looked at: long enough for its last email to be made.
const LOOKED_AT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The day and the hour of the digest, in the org's time zone.
const DIGEST_DAY: Weekday = Weekday::Monday;
const DIGEST_HOUR: Time = Time::constant(8, 0, 0, 0);
/// How many apps are read at once.
const PAGE: u32 = 100;

/// Makes the notifications that are due for an org, or for one app of it, and queues those that may be sent now. Gives how many
/// were new.
pub async fn plan(ports: &Ports, org: &OrgId, app: Option<&AppId>) -> Result<usize, NotifyError> {
    let Some(profile) = ports.ledger.org(org).await? else { return Ok(0) };
    let hooks = hooks(ports).await?.into_iter().map(|hook| hook.name).collect();
    let contacts = contacts_of(&profile, &ports.settings);
    let plan = Plan { ports, org: &profile, contacts, hooks, now: ports.clock.now() };
    match app {
        Some(app) => match ports.ledger.app(org, app).await? {
            Some(record) => plan.make(plan.of_app(&record).await?).await,
            None => Ok(0),
        },
        None => plan.whole_org().await,
    }
}

struct Plan<'a> {
    ports: &'a Ports,
    org: &'a OrgProfile,
    contacts: Contacts,
    hooks: Vec<String>,
    now: Timestamp,
}

impl Plan<'_> {
    async fn whole_org(&self) -> Result<usize, NotifyError> {
        let filter = AppFilter { org: Some(self.org.id.clone()), ..AppFilter::default() };
        let (mut made, mut anything) = (0, false);
        let mut apps = paging::items(PAGE, |page| self.ports.ledger.apps(&filter, page));
        while let Some(app) = apps.try_next().await? {
            anything |= self.is_news(&app);
            made += self.make(self.of_app(&app).await?).await?;
        }
        Ok(made + self.of_the_org(anything).await?)
    }

    /// Whether a digest has something to say of an app: somebody has to act, or has acted lately.
    fn is_news(&self, app: &AppRecord) -> bool {
        let ended = app.request.as_ref().and_then(|request| request.closed.as_ref()).map(|ended| ended.at);
        app.known_standing().needs_action() || ended.is_some_and(|at| self.now.duration_since(at) <= LOOKED_AT_FOR)
    }

    async fn of_app(&self, app: &AppRecord) -> Result<Vec<Draft>, NotifyError> {
        let mut drafts = self.for_hooks(app);
        let Some(request) = &app.request else { return Ok(drafts) };
        let ended = request.closed.as_ref().map(|ended| ended.at);
        if ended.is_some_and(|at| self.now.duration_since(at) > LOOKED_AT_FOR) {
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

    /// Every hook hears of every change. One that is older than the first look at it is news to nobody.
    fn for_hooks(&self, app: &AppRecord) -> Vec<Draft> {
        let (Some(since), Some(from)) = (app.since, app.before) else { return Vec::new() };
        if self.now.duration_since(since) > LOOKED_AT_FOR {
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

    /// Trouble with Regrant's own access, and the digest of the week.
    async fn of_the_org(&self, anything: bool) -> Result<usize, NotifyError> {
        let known = self.ports.ledger.org_watch(&self.org.id).await?;
        let watch = known.unwrap_or_else(|| OrgWatch::new(self.org.id.clone()));
        let problems = watch.problems.iter().flat_map(|problem| {
            let about = About::AccessProblem { problem: problem.kind.clone(), since: problem.since };
            self.to_operators(&problem.request, &about)
        });
        let mut made = self.make(problems.collect()).await?;
        if let Some(digest) = self.digest(&watch, anything || !watch.problems.is_empty()).await? {
            let about = About::Digest { day: digest.day };
            made += self.make(self.to_operators(&digest.request, &about)).await?;
        }
        Ok(made)
    }

    /// The digest whose notifications are to be made, its name remembered before any of them is. An org where nothing has
    /// happened gets none.
    async fn digest(&self, watch: &OrgWatch, anything: bool) -> Result<Option<DigestMade>, LedgerError> {
        let Some(day) = digest_day(self.now, &self.contacts) else { return Ok(None) };
        if let Some(made) = watch.digest.clone().filter(|made| made.day >= day) {
            let lately = self.now.duration_since(begins(made.day, &self.contacts)) < LOOKED_AT_FOR;
            return Ok((lately && made.day == day).then_some(made));
        }
        if !anything {
            return Ok(None);
        }
        let made = DigestMade { day, request: request_id(&*self.ports.randomness) };
        let after = OrgWatch { digest: Some(made.clone()), ..watch.clone() };
        // Where somebody else wrote first, the next plan goes on.
        Ok(self.ports.ledger.put_org_watch(&after).await?.then_some(made))
    }

    fn to_operators(&self, request: &RequestId, about: &About) -> Vec<Draft> {
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

    /// Writes what is not written yet, and then queues it: what is written and not queued is swept up.
    async fn make(&self, drafts: Vec<Draft>) -> Result<usize, NotifyError> {
        let (mut made, mut now) = (0, Vec::new());
        for draft in drafts {
            let notification = draft.made(self.now);
            if self.ports.ledger.notification(&notification.request, &notification.id).await?.is_some()
                || !self.ports.ledger.put_notification(&notification).await?
            {
                continue;
            }
            made += 1;
            if notification.due_at <= self.now {
                now.push(to_be_sent(&notification));
            }
        }
        if !now.is_empty() {
            self.ports.notifications.send(&now).await?;
        }
        Ok(made)
    }
}

/// The message that has a notification sent.
pub(super) fn to_be_sent(notification: &Notification) -> Message {
    Message::SendNotification { request: notification.request.clone(), notification: notification.id.clone() }
}

/// The day of the digest whose time has come last, in the org's time zone.
fn digest_day(now: Timestamp, contacts: &Contacts) -> Option<Date> {
    let local = contacts.time_zone.zone().to_datetime(now);
    let back = local.date().weekday().since(DIGEST_DAY);
    let day = local.date().checked_sub(SignedDuration::from_hours(24 * i64::from(back))).ok()?;
    if back == 0 && local.time() < DIGEST_HOUR {
        day.checked_sub(SignedDuration::from_hours(7 * 24)).ok()
    } else {
        Some(day)
    }
}

fn begins(day: Date, contacts: &Contacts) -> Timestamp {
    contacts.time_zone.zone().to_timestamp(day.to_datetime(DIGEST_HOUR)).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_of_the_monday_whose_morning_has_come_to_the_org() {
        let vienna = Contacts { time_zone: "Europe/Vienna".parse().unwrap(), ..Contacts::default() };
        let day = |at: &str| digest_day(at.parse().unwrap(), &vienna).map(|day| day.to_string());
        assert_eq!(day("2026-03-02T06:59:59Z").as_deref(), Some("2026-02-23"), "one second before eight");
        assert_eq!(day("2026-03-02T07:00:00Z").as_deref(), Some("2026-03-02"));
        assert_eq!(day("2026-03-08T22:00:00Z").as_deref(), Some("2026-03-02"), "Sunday night");
    }
}
