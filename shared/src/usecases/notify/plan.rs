//! Planning: decides which notifications are due for an org and writes them into the ledger.
//!
//! Notifications are sent from the ledger, so a crash at any point loses none: planning again adds those that are missing and
//! no duplicates.

use futures_util::TryStreamExt as _;
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp};

use crate::domain::app::AppRecord;
use crate::domain::assess::only_secret_ends;
use crate::domain::contact::{Audience, Contacts, MailAddress};
use crate::domain::id::{AppId, OrgId, RequestId};
use crate::domain::notification::cadence::{Case, GROUPING_DELAY, after, due, first_contact_at};
use crate::domain::notification::{About, Draft, Notification, Recipient};
use crate::domain::org::OrgProfile;
use crate::domain::provisioning_secret::{EndingSecret, WARNING_DAYS, ending_secret};
use crate::domain::standing::Standing;
use crate::hooks::Hook;
use crate::ledger::{AppFilter, LedgerError, PageRequest, paging};
use crate::queue::NotificationWork;
use crate::usecases::Ports;

use super::NotifyError;
use super::contacts::contacts_of;
use super::hold::active_hold;
use super::hook::hooks;

/// How long a closed request is still considered: long enough to plan its last email.
const CONSIDERED_AFTER_CLOSING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The weekday and time of the digest, in the org's time zone.
const DIGEST_DAY: Weekday = Weekday::Monday;
const DIGEST_HOUR: Time = Time::constant(8, 0, 0, 0);
/// How long after it was planned a digest is sent, so that the scan of the other orgs can finish first.
const DIGEST_DELAY: SignedDuration = SignedDuration::from_mins(30);
/// From how many orgs on emails are staggered.
const STAGGERED_FROM_ORGS: u32 = 10;
/// How many apps are read at once.
const PAGE: u32 = 100;

/// Creates the notifications that are due for an org, or for one of its apps, and queues those that can be sent now. Returns the
/// number of new notifications.
pub async fn plan_notifications(ports: &Ports, org: &OrgId, app: Option<&AppId>) -> Result<usize, NotifyError> {
    let Some(profile) = ports.ledger.org(org).await? else { return Ok(0) };
    let hooks = hooks(ports).await?;
    // While email is on hold, no one is a contact.
    let contacts = match active_hold(ports, org).await? {
        Some(_) => Contacts::default(),
        None => contacts_of(&profile, &ports.settings),
    };
    let planner = Planner { ports, org: &profile, contacts, hooks, now: ports.clock.now() };
    match app {
        Some(app) => match ports.ledger.app(org, app).await? {
            Some(record) => {
                let created = planner.create(planner.drafts_for_app(&record).await?).await?;
                planner.queue(&created).await
            }
            None => Ok(0),
        },
        None => planner.plan_org().await,
    }
}

/// The emails that would be planned for an org now if its email were not on hold, except digests. Writes nothing.
pub(super) async fn emails_to_plan(ports: &Ports, profile: &OrgProfile) -> Result<Vec<Draft>, NotifyError> {
    let contacts = contacts_of(profile, &ports.settings);
    let planner = Planner { ports, org: profile, contacts, hooks: Vec::new(), now: ports.clock.now() };
    let filter = AppFilter { org: Some(profile.id.clone()), ..AppFilter::default() };
    let mut drafts = Vec::new();
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
    while let Some(app) = apps.try_next().await? {
        drafts.extend(planner.drafts_for_app(&app).await?);
    }
    Ok(drafts)
}

/// Plans the notifications of one org.
pub(super) struct Planner<'a> {
    pub(super) ports: &'a Ports,
    pub(super) org: &'a OrgProfile,
    pub(super) contacts: Contacts,
    pub(super) hooks: Vec<Hook>,
    pub(super) now: Timestamp,
}

impl Planner<'_> {
    async fn plan_org(&self) -> Result<usize, NotifyError> {
        let filter = AppFilter { org: Some(self.org.id.clone()), ..AppFilter::default() };
        // Queued together at the end, so that one person's requests of this org share an email.
        let (mut created, mut has_digest_items) = (Vec::new(), false);
        let mut apps = paging::items(PAGE, |page| self.ports.ledger.apps(&filter, page));
        while let Some(app) = apps.try_next().await? {
            has_digest_items |= self.is_digest_item(&app);
            created.extend(self.create(self.drafts_for_app(&app).await?).await?);
        }
        created.extend(self.plan_org_notifications(has_digest_items).await?);
        self.queue(&created).await
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
        let mut emails = due(&Case {
            app,
            so_far: &so_far,
            waiver: waiver.as_ref(),
            contacts: &self.contacts,
            deadline: self.ports.settings.mail.deadline,
            now: self.now,
        });
        self.stagger(app, &so_far, &mut emails).await?;
        drafts.extend(emails);
        Ok(drafts)
    }

    /// The events of each hook that its route includes: the app's latest change of standing, unless that change is old, and
    /// the events of its request.
    fn hook_drafts(&self, app: &AppRecord) -> Vec<Draft> {
        let changed = self.latest_change(app);
        let mut drafts = Vec::new();
        for hook in self.hooks.iter().filter(|hook| hook.route.includes_customer(self.org.customer.as_ref())) {
            let matches_now = hook.route.includes(self.org.customer.as_ref(), app.standing());
            let mut add = |request: RequestId, about: About| {
                drafts.push(Draft {
                    request,
                    org: app.identity.org.clone(),
                    app: Some(app.identity.app.clone()),
                    about,
                    recipient: Recipient::Hook { name: hook.name.clone() },
                    due_at: self.now,
                });
            };
            if let Some((from, to, at)) = changed
                && hook.kind.receives_changes()
                && (matches_now || hook.route.includes(self.org.customer.as_ref(), from))
            {
                let request = app.request.as_ref();
                let request = request.map_or_else(|| RequestId::of_changes(&app.identity.app), |r| r.id.clone());
                add(request, About::StandingChanged { from, to, at });
            }
            let Some(request) = app.request.as_ref().filter(|_| hook.kind.receives_requests()) else { continue };
            // A ticket system also gets the requests that were open before it was added.
            let is_heard = hook.kind.is_ticket_system() || hook.added_at.is_none_or(|added| request.opened_at > added);
            match &request.closed {
                None if is_heard && matches_now => {
                    add(request.id.clone(), About::RequestOpened);
                    if let Some((from, to, at)) = changed.filter(|(.., at)| *at > request.opened_at) {
                        add(request.id.clone(), About::RequestChanged { from, to, at });
                    }
                    if let Some(EndingSecret { ends_at, days }) = ending_secret(&app.signals)
                        && app.known_standing() == Standing::Degraded
                        // Otherwise the opened request says the same.
                        && (Some(&days) != WARNING_DAYS.first() || !only_secret_ends(&app.signals))
                    {
                        add(request.id.clone(), About::SecretEnding { ends_at, days });
                    }
                }
                // At every standing: the receiver may know the request from an earlier one.
                Some(closed) if is_heard && self.now.duration_since(closed.at) <= CONSIDERED_AFTER_CLOSING => {
                    add(request.id.clone(), About::RequestEnded);
                }
                _ => {}
            }
        }
        drafts
    }

    /// The latest change of an app's standing, and when it was, unless it is old.
    fn latest_change(&self, app: &AppRecord) -> Option<(Standing, Standing, Timestamp)> {
        let (at, from) = (app.since?, app.before?);
        (self.now.duration_since(at) <= CONSIDERED_AFTER_CLOSING).then(|| (from, app.standing(), at))
    }

    /// Plans the notifications about Regrant's own access, and the weekly digests.
    async fn plan_org_notifications(&self, has_digest_items: bool) -> Result<Vec<Notification>, NotifyError> {
        let watch = self.ports.ledger.org_watch(&self.org.id).await?;
        let problems = watch.map(|watch| watch.problems).unwrap_or_default();
        let has_digest_items = has_digest_items || !problems.is_empty();
        let mut drafts: Vec<Draft> = Vec::new();
        for problem in problems {
            let about = About::AccessProblem { problem: problem.kind, since: problem.since };
            let operators = self.contacts.of(Audience::OktaOperator).into_iter();
            drafts.extend(operators.map(|address| self.operator_draft(&problem.request, &about, address, self.now)));
        }
        if has_digest_items {
            drafts.extend(self.digests());
        }
        self.create(drafts).await
    }

    /// This week's digest of each operator. A person has one for all orgs: each org's planning derives the same id. There is
    /// none about a week before the org was added, and an org with nothing to report asks for none.
    fn digests(&self) -> Vec<Draft> {
        let Some(day) = digest_day(self.now, &self.contacts) else { return Vec::new() };
        if digest_time(day, &self.contacts) < self.org.added_at {
            return Vec::new();
        }
        let due_at = self.contacts.next_allowed(after(self.now, DIGEST_DELAY));
        let draft = |address: MailAddress| {
            let request = RequestId::of_digests(&address.digest());
            self.operator_draft(&request, &About::Digest { day }, address, due_at)
        };
        self.contacts.of(Audience::OktaOperator).into_iter().map(draft).collect()
    }

    fn operator_draft(&self, request: &RequestId, about: &About, address: MailAddress, due_at: Timestamp) -> Draft {
        Draft {
            request: request.clone(),
            org: self.org.id.clone(),
            app: None,
            about: about.clone(),
            recipient: Recipient::Mail { address, audience: Audience::OktaOperator },
            due_at,
        }
    }

    /// In a large installation, delays emails that are not urgent, so that one person's of the same scan share an email. The
    /// first emails about an app that was found needing action are also spread: see [`first_contact_at`].
    async fn stagger(&self, app: &AppRecord, so_far: &[Notification], drafts: &mut [Draft]) -> Result<(), LedgerError> {
        if drafts.is_empty() {
            return Ok(());
        }
        let orgs = self.ports.ledger.orgs(PageRequest::first(STAGGERED_FROM_ORGS)).await?;
        if orgs.items.len() < STAGGERED_FROM_ORGS as usize {
            return Ok(());
        }
        let is_first_contact = app.before.is_none() && so_far.iter().all(|earlier| earlier.address().is_none());
        for draft in drafts {
            let Recipient::Mail { address, .. } = &draft.recipient else { continue };
            let at = match draft.about {
                About::Invitation | About::HandedToOperator if is_first_contact => first_contact_at(address, self.now),
                About::Invitation | About::HandedToOperator | About::Reminder { .. } => after(self.now, GROUPING_DELAY),
                _ => continue,
            };
            draft.due_at = self.contacts.next_allowed(at);
        }
        Ok(())
    }

    /// Writes the notifications that do not exist yet, and returns them.
    pub(super) async fn create(&self, drafts: Vec<Draft>) -> Result<Vec<Notification>, NotifyError> {
        let mut created = Vec::new();
        for draft in drafts {
            let notification = draft.into_notification(self.now);
            let is_known = self.ports.ledger.notification(&notification.request, &notification.id).await?.is_some();
            if !is_known && self.ports.ledger.put_notification(&notification).await? {
                created.push(notification);
            }
        }
        Ok(created)
    }

    /// Queues the new notifications that are due, and returns the number of all. If a crash prevents the queuing,
    /// [`queue_due`](super::queue_due::queue_due) does it later.
    pub(super) async fn queue(&self, created: &[Notification]) -> Result<usize, NotifyError> {
        let due = created.iter().filter(|notification| notification.due_at <= self.now);
        let messages: Vec<_> = due.map(send_message).collect();
        if !messages.is_empty() {
            self.ports.queues.notifications.send(&messages).await?;
        }
        Ok(created.len())
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
