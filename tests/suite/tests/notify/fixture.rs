//! A Regrant that writes emails into a mailbox, about the demonstration's org `acme`: one app runs on consent, one waits
//! for it, two are no concern of anybody.

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
use regrant_tests::mailbox::{Mailbox, link, request};

/// Who can consent.
pub(crate) const ADA: &str = "ada@acme.example";
pub(crate) const BEA: &str = "bea@acme.example";
/// Who looks after Okta.
pub(crate) const OLGA: &str = "olga@acme.example";
/// Who hears of it when nobody acts.
pub(crate) const EVE: &str = "eve@acme.example";
/// The tenant of the app that waits for a consent.
pub(crate) const WAITING: &str = "acmelabs";
/// The tenant of the app that runs on consent.
pub(crate) const RUNNING: &str = "acme";
/// Whose account Okta pushes.
pub(crate) const USER: &str = "ann@acme.example";
/// A week, after which an app that waits for a consent is asked for again.
pub(crate) const WEEK: Duration = Duration::from_hours(7 * 24);

pub(crate) struct NotifyFixture {
    pub(crate) bench: ConsentBench,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) org: OrgId,
}

/// The people of `acme`, who are written to at any hour.
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
    /// Everything was scanned, and nobody told anything yet.
    pub(crate) async fn new() -> Self {
        Self::with(contacts()).await
    }

    /// The same, with other people.
    pub(crate) async fn with(contacts: Contacts) -> Self {
        let mut bench = ConsentBench::new().await;
        let mailbox = Mailbox::new();
        let mail = MailSettings { sender: Some("regrant@acme.example".parse().unwrap()), ..MailSettings::default() };
        bench.ports.settings = Arc::new(Settings { mail, ..Settings::clone(&bench.ports.settings) });
        bench.ports.mail = mailbox.clone();
        let (org, _) = bench.ids(WAITING).await;
        let fixture = Self { bench, mailbox, org };
        fixture.people_of(WAITING, contacts).await;
        fixture
    }

    /// The same, once everybody was told where things stand. Nothing is in the mailbox.
    pub(crate) async fn settled() -> Self {
        let fixture = Self::new().await;
        fixture.work().await;
        fixture.mailbox.empty();
        fixture
    }

    /// Says who is written to about the org of a tenant's app.
    pub(crate) async fn people_of(&self, tenant: &str, contacts: Contacts) {
        let (org, _) = self.bench.ids(tenant).await;
        assert!(set_contacts(&self.bench.ports, &org, contacts).await.unwrap());
    }

    /// Works off what the queue of notifications shows, until it shows nothing any more.
    pub(crate) async fn work(&self) {
        while drain_notifications(&self.bench.ports).await.unwrap() > 0 {}
    }

    /// Queues what was left lying, and works it off. Gives how much it was.
    pub(crate) async fn sweep(&self) -> usize {
        let queued = queue_due(&self.bench.ports).await.unwrap();
        self.work().await;
        queued
    }

    /// Plans what is due about `acme` without sending it.
    pub(crate) async fn plan(&self) {
        plan_notifications(&self.bench.ports, &self.org, None).await.unwrap();
    }

    /// Looks at `acme` and tells everybody.
    pub(crate) async fn scan(&self) {
        self.scan_of(Selection::Orgs(vec![self.org.clone()])).await;
    }

    /// Looks at these orgs and tells everybody.
    pub(crate) async fn scan_of(&self, selection: Selection) {
        start_scan(&self.bench.ports, &selection).await.unwrap();
        drain_scans(&self.bench.ports, 4, || ()).await.unwrap();
        self.work().await;
    }

    /// Lets time pass.
    pub(crate) fn later(&self, time: Duration) {
        self.bench.clock.advance(time);
    }

    /// Lets time pass until then.
    pub(crate) fn until(&self, time: &str) {
        let time: Timestamp = time.parse().unwrap();
        let left = time.duration_since(self.bench.clock.now());
        self.later(Duration::try_from(left).unwrap());
    }

    /// Takes the emails out: "kind reader" of each, in alphabetical order.
    pub(crate) async fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        for email in self.mailbox.empty() {
            let notification = self.notification_of(&email).await;
            told.push(format!("{} {}", notification.about.name(), email.to.bare()));
        }
        told.sort();
        told
    }

    /// The notification that an email is of, found as anybody who doubts it would find it.
    pub(crate) async fn notification_of(&self, email: &Email) -> Notification {
        let id = email.message_id.trim_start_matches('<').split('@').next().unwrap().parse().unwrap();
        let request = request(email).parse().unwrap();
        self.bench.ports.ledger.notification(&request, &id).await.unwrap().unwrap()
    }

    /// The emails in the box that go to somebody.
    pub(crate) fn emails_to(&self, reader: &str) -> Vec<Email> {
        self.mailbox.emails().into_iter().filter(|email| email.to.bare() == reader).collect()
    }

    /// The path of the page that the last email to somebody about the app that waits leads to.
    pub(crate) async fn page_for(&self, reader: &str) -> String {
        let about = self.bench.app(WAITING).await.request.unwrap().id;
        let emails = self.emails_to(reader);
        let mut of_it = emails.iter().rev().filter(|email| request(email) == about.as_str());
        of_it.find_map(|email| link(email, "/consent/")).unwrap()
    }

    /// Every notification about `acme`.
    pub(crate) async fn notifications(&self) -> Vec<Notification> {
        self.bench.ports.ledger.notifications(&self.org, PageRequest::first(1_000)).await.unwrap().items
    }

    /// The notifications of one kind, by their readers.
    pub(crate) async fn notifications_about(&self, kind: &str) -> Vec<Notification> {
        let all = self.notifications().await;
        let mut found: Vec<Notification> =
            all.into_iter().filter(|notification| notification.about.name() == kind).collect();
        found.sort_by_key(|notification| notification.address().map(ToString::to_string));
        found
    }

    /// Every app there is.
    pub(crate) async fn apps(&self) -> Vec<AppRecord> {
        self.bench.ports.ledger.apps(&AppFilter::default(), PageRequest::first(100)).await.unwrap().items
    }

    /// Walks the consent for the app that waits, from the link in an email to the save. Nobody is told anything yet.
    pub(crate) async fn consent(&self, page: &str) {
        self.bench.simulation.consent(&mut self.bench.browser(), page).await;
        self.bench.work().await;
    }

    /// Okta fails to sign in for the app of a tenant, and says so in its log.
    pub(crate) async fn breaks(&self, tenant: &str) -> String {
        let (_, app) = self.bench.ids(tenant).await;
        self.log(LogEntry::credentials_refused(app.as_str()))
    }

    /// Okta's provisioning works for it again.
    pub(crate) async fn mends(&self, tenant: &str) -> String {
        let (_, app) = self.bench.ids(tenant).await;
        self.log(LogEntry::profile_pushed(app.as_str(), USER, true))
    }

    /// Writes to the System Log of `acme`.
    pub(crate) fn log(&self, entry: LogEntry) -> String {
        self.bench.simulation.okta.log("acme", entry).unwrap()
    }

    /// Okta refuses the tokens of an org from now on.
    pub(crate) fn revoke_tokens_of_okta(&self, org: &str) {
        self.set_power(org, TokenPower::Revoked);
    }

    /// What the tokens of an org may do in Okta from now on.
    pub(crate) fn set_power(&self, org: &str, power: TokenPower) {
        let changed = self.bench.simulation.okta.with_org(org, |org| {
            for token in &mut org.tokens {
                token.power = power;
            }
        });
        assert!(changed.is_some());
    }

    /// Microsoft refuses every token of a tenant from now on.
    pub(crate) fn revoke_tokens_of_graph(&self, tenant: &str) {
        self.bench.simulation.microsoft.revoke_access_tokens(tenant);
        self.bench.simulation.microsoft.revoke_refresh_tokens(tenant);
    }
}
