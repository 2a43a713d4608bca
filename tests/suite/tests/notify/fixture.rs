//! Regrant with a mailbox, for the demo's org `acme`: one app is consented, one waits for consent, two need no action.

use regrant::emails::NOTIFICATION_HEADER;
use regrant::embedded::worker::{drain_notifications, drain_scans};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use regrant::clock::Clock as _;
use regrant::domain::app::AppRecord;
use regrant::domain::contact::Contacts;
use regrant::domain::id::OrgId;
use regrant::domain::notification::Notification;
use regrant::ledger::{AppFilter, PageRequest};
use regrant::mail::Email;
use regrant::settings::{MailSettings, Settings};
use regrant::usecases::notify::contacts::set_contacts;
use regrant::usecases::notify::plan::plan_notifications;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::{LogEntry, TokenPower};
use regrant_tests::consent::ConsentBench;
use regrant_tests::mailbox::{Mailbox, header, link, request};
use url::Url;

/// An administrator who can consent.
pub(crate) const ADA: &str = "ada@acme.example";
pub(crate) const BEA: &str = "bea@acme.example";
/// An Okta operator.
pub(crate) const OLGA: &str = "olga@acme.example";
/// The escalation contact.
pub(crate) const EVE: &str = "eve@acme.example";
/// The tenant of the app that waits for a consent.
pub(crate) const WAITING: &str = "acmelabs";
/// The tenant of the consented app.
pub(crate) const RUNNING: &str = "acme";
/// The user whose account Okta pushes.
pub(crate) const USER: &str = "ann@acme.example";
/// The reminder interval of an app that waits for a consent: a week.
pub(crate) const WEEK: Duration = Duration::from_hours(7 * 24);

pub(crate) struct NotifyFixture {
    pub(crate) bench: ConsentBench,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) org: OrgId,
}

/// The contacts of `acme`, without quiet hours.
pub(crate) fn contacts() -> Contacts {
    let people = |names: &[&str]| names.iter().map(|name| name.parse().unwrap()).collect();
    Contacts {
        administrators: people(&[ADA, BEA]),
        operators: people(&[OLGA]),
        escalation: people(&[EVE]),
        ..Contacts::default()
    }
}

impl NotifyFixture {
    /// After a scan, before any notification.
    pub(crate) async fn new() -> Self {
        Self::with(contacts()).await
    }

    /// After a scan, before any notification, with these contacts.
    pub(crate) async fn with(contacts: Contacts) -> Self {
        let mut bench = Box::pin(ConsentBench::new()).await;
        let mailbox = Mailbox::new();
        let mail = MailSettings { sender: Some("regrant@acme.example".parse().unwrap()), ..MailSettings::default() };
        bench.ports.settings = Arc::new(Settings { mail, ..Settings::clone(&bench.ports.settings) });
        bench.ports.mail = mailbox.clone();
        let (org, _) = bench.ids(WAITING).await;
        let fixture = Self { bench, mailbox, org };
        fixture.people_of(WAITING, contacts).await;
        fixture
    }

    /// After a scan and the first notifications, with an empty mailbox.
    pub(crate) async fn settled() -> Self {
        let fixture = Self::new().await;
        fixture.work().await;
        fixture.mailbox.empty();
        fixture
    }

    /// Sets the contacts of the org of a tenant's app.
    pub(crate) async fn people_of(&self, tenant: &str, contacts: Contacts) {
        let (org, _) = self.bench.ids(tenant).await;
        assert!(set_contacts(&self.bench.ports, &org, contacts).await.unwrap());
    }

    /// Processes the notification queue until it is empty.
    pub(crate) async fn work(&self) {
        while drain_notifications(&self.bench.ports).await.unwrap() > 0 {}
    }

    /// Queues overdue notifications and processes them. Returns their number.
    pub(crate) async fn sweep(&self) -> usize {
        let queued = queue_due(&self.bench.ports).await.unwrap();
        self.work().await;
        queued
    }

    /// Plans the due notifications about `acme` without sending them.
    pub(crate) async fn plan(&self) {
        plan_notifications(&self.bench.ports, &self.org, None).await.unwrap();
    }

    /// Scans `acme` and sends all notifications.
    pub(crate) async fn scan(&self) {
        self.scan_of(Selection::Orgs(vec![self.org.clone()])).await;
    }

    /// Scans these orgs and sends all notifications.
    pub(crate) async fn scan_of(&self, selection: Selection) {
        start_scan(&self.bench.ports, &selection).await.unwrap();
        Box::pin(drain_scans(&self.bench.ports, 4, || ())).await.unwrap();
        self.work().await;
    }

    /// Advances the clock by a duration.
    pub(crate) fn later(&self, time: Duration) {
        self.bench.clock.advance(time);
    }

    /// Advances the clock to a time.
    pub(crate) fn until(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        let left = time.duration_since(self.bench.clock.now());
        self.later(Duration::try_from(left).unwrap());
    }

    /// Removes all emails and returns "kind reader" of each, sorted.
    pub(crate) async fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        for email in self.mailbox.empty() {
            let notification = self.notification_of(&email).await;
            told.push(format!("{} {}", notification.about.name(), email.to.bare()));
        }
        told.sort();
        told
    }

    /// The notification of an email, found in the way a doubtful reader can.
    pub(crate) async fn notification_of(&self, email: &Email) -> Notification {
        let id = header(email, NOTIFICATION_HEADER).unwrap().parse().unwrap();
        let request = request(email).parse().unwrap();
        self.bench.ports.ledger.notification(&request, &id).await.unwrap().unwrap()
    }

    /// The emails in the mailbox to this reader.
    pub(crate) fn emails_to(&self, reader: &str) -> Vec<Email> {
        self.mailbox.emails().into_iter().filter(|email| email.to.bare() == reader).collect()
    }

    /// The path of the page linked in the last email to this reader about the waiting app.
    pub(crate) async fn page_for(&self, reader: &str) -> String {
        let about = self.bench.app(WAITING).await.request.unwrap().id;
        let emails = self.emails_to(reader);
        let is_link = |line: &&str| line.starts_with("https://") && line.contains("/consent/");
        let of_it = |email: &Email| {
            if email.text.lines().filter(is_link).count() == 1 {
                return link(email, "/consent/").filter(|_| request(email) == about.as_str());
            }
            // In an email about several apps, each app's link follows its request.
            let mut rest = email.text.lines().skip_while(|line| !line.contains(about.as_str()));
            rest.find(is_link).map(|link| Url::parse(link).unwrap().path().to_owned())
        };
        emails.iter().rev().find_map(of_it).unwrap()
    }

    /// Every notification about `acme`.
    pub(crate) async fn notifications(&self) -> Vec<Notification> {
        self.bench.ports.ledger.notifications(&self.org, PageRequest::first(1_000)).await.unwrap().items
    }

    /// Every notification about any org.
    pub(crate) async fn notifications_of_all(&self) -> Vec<Notification> {
        let ledger = &self.bench.ports.ledger;
        let mut all = Vec::new();
        for org in ledger.orgs(PageRequest::first(1_000)).await.unwrap().items {
            all.extend(ledger.notifications(&org.id, PageRequest::first(1_000)).await.unwrap().items);
        }
        all
    }

    /// Waits until a digest that was planned now is sent.
    pub(crate) async fn digest(&self) {
        self.later(Duration::from_mins(30));
        self.sweep().await;
    }

    /// The notifications of one kind, by their readers.
    pub(crate) async fn notifications_about(&self, kind: &str) -> Vec<Notification> {
        let all = self.notifications().await;
        let mut found: Vec<Notification> =
            all.into_iter().filter(|notification| notification.about.name() == kind).collect();
        found.sort_by_key(|notification| notification.address().map(ToString::to_string));
        found
    }

    /// Every app in the ledger.
    pub(crate) async fn apps(&self) -> Vec<AppRecord> {
        self.bench.ports.ledger.apps(&AppFilter::default(), PageRequest::first(100)).await.unwrap().items
    }

    /// Completes the consent for the waiting app, from the email's link to the save, without notifications.
    pub(crate) async fn consent(&self, page: &str) {
        self.bench.simulation.consent(&mut self.bench.browser(), page).await;
        self.bench.work().await;
    }

    /// Makes Okta's sign-in for a tenant's app fail and logs it.
    pub(crate) async fn breaks(&self, tenant: &str) -> String {
        let (_, app) = self.bench.ids(tenant).await;
        self.log(LogEntry::credentials_refused(app.as_str()))
    }

    /// Makes Okta's provisioning work again.
    pub(crate) async fn mends(&self, tenant: &str) -> String {
        let (_, app) = self.bench.ids(tenant).await;
        self.log(LogEntry::profile_pushed(app.as_str(), USER, true))
    }

    /// Writes to the System Log of `acme`.
    pub(crate) fn log(&self, entry: LogEntry) -> String {
        self.bench.simulation.okta.log("acme", entry).unwrap()
    }

    /// Revokes the Okta tokens of an org.
    pub(crate) fn revoke_tokens_of_okta(&self, org: &str) {
        self.set_power(org, TokenPower::Revoked);
    }

    /// Sets the permissions of an org's Okta tokens.
    pub(crate) fn set_power(&self, org: &str, power: TokenPower) {
        let changed = self.bench.simulation.okta.with_org(org, |org| {
            for token in &mut org.tokens {
                token.power = power;
            }
        });
        assert!(changed.is_some());
    }

    /// Revokes every Microsoft token of a tenant.
    pub(crate) fn revoke_tokens_of_graph(&self, tenant: &str) {
        self.bench.simulation.microsoft.revoke_access_tokens(tenant);
        self.bench.simulation.microsoft.revoke_refresh_tokens(tenant);
    }
}
