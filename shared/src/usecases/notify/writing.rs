//! The email of a notification: its facts gathered, and written. Everything comes from the ledger and the settings; only a link
//! is made, where there is none that lives long enough.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::notification::cadence::next_reminder_after;
use crate::domain::notification::{About, Notification, Recipient};
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;
use crate::emails;
use crate::emails::{ActionLink, AlsoTold, EmailContext, FailedTasks, Summary};
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::mail::{Email, InvalidEmail};
use crate::usecases::Ports;
use crate::usecases::notify::failed_work::{FailedWork, failed_work};

use super::NotifyError;
use super::envelope::Envelope;
use super::link::{PageLink, link_of};
use super::matter::Matter;
use super::mute::mute_link;

/// How many apps a digest names; all are counted.
const NAMED: usize = 100;
/// How many apps are read at once.
const PAGE: u32 = 200;

/// Writes the email of a notification, or says why it can be none.
pub(super) async fn write(
    ports: &Ports,
    notification: &Notification,
    matter: &Matter,
) -> Result<Result<Email, InvalidEmail>, NotifyError> {
    let envelope = match Envelope::of(&ports.settings) {
        Ok(envelope) => envelope,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let facts = Facts::gather(ports, notification, matter).await?;
    let told: Vec<FailedTasks<'_>> = facts
        .failed_work
        .iter()
        .map(|work| FailedTasks {
            at: work.failed_at,
            whose: work.whose.as_ref(),
            what: &work.event_type,
            reason: work.reason.as_ref(),
        })
        .collect();
    let waiting: Vec<&AppRecord> = facts.waiting.iter().collect();
    let detail =
        matter.watch.iter().flat_map(|watch| &watch.problems).find(|problem| problem.request == notification.request);
    let context = EmailContext {
        notification,
        org: &matter.org,
        app: matter.app.as_ref(),
        language: matter.contacts.language,
        time_zone: &matter.contacts.time_zone,
        now: ports.clock.now(),
        deadline: ports.settings.mail.deadline,
        link: facts.link.as_ref().map(|link| ActionLink { url: &link.url, ends_at: Some(link.ends_at) }),
        mute: facts.mute.as_ref(),
        permissions: &ports.settings.permissions,
        signs_in: facts.signs_in,
        failed_work: &told,
        reach: matter.app.as_ref().and_then(|app| app.reach),
        also_told: facts.also_told,
        next_reminder: facts.next_reminder,
        contact: ports.settings.mail.questions_to.as_ref(),
        digest: facts.is_digest.then_some(Summary {
            counts: &facts.counts,
            waiting: &waiting,
            not_seen: &facts.not_seen,
            last_scan: facts.last_scan,
        }),
        detail: detail.map(|problem| problem.detail.as_str()),
        waiver: facts.waiver.as_ref(),
        sender: envelope.sender(&ports.settings),
    };
    Ok(emails::write(&context))
}

/// What an email may say beside what its matter holds.
#[derive(Default)]
struct Facts {
    link: Option<PageLink>,
    mute: Option<url::Url>,
    failed_work: Vec<FailedWork>,
    also_told: AlsoTold,
    next_reminder: Option<Timestamp>,
    waiver: Option<Waiver>,
    signs_in: bool,
    is_digest: bool,
    counts: Vec<(Standing, u64)>,
    waiting: Vec<AppRecord>,
    not_seen: Vec<crate::domain::scan::OrgNotScanned>,
    last_scan: Option<Timestamp>,
}

impl Facts {
    async fn gather(ports: &Ports, notification: &Notification, matter: &Matter) -> Result<Self, NotifyError> {
        let link = link_of(ports, notification, matter.app.as_ref()).await?;
        let mut facts = Self { link, mute: mute_link(ports, notification).await?, ..Self::default() };
        let watch = match &matter.watch {
            Some(watch) => Some(watch.clone()),
            None => ports.ledger.org_watch(&notification.org).await?,
        };
        facts.signs_in = watch.is_none_or(|watch| watch.signs_in.unwrap_or(true));
        match &matter.app {
            Some(app) => facts.of_app(ports, notification, app).await?,
            None => facts.of_org(ports, notification).await?,
        }
        Ok(facts)
    }

    async fn of_app(&mut self, ports: &Ports, notification: &Notification, app: &AppRecord) -> Result<(), NotifyError> {
        self.failed_work = failed_work(ports, app).await?;
        self.waiver = ports.ledger.waiver(&app.identity.org, &app.identity.app).await?;
        self.next_reminder =
            next_reminder_after(notification, app.known_standing(), ports.settings.mail.deadline, ports.clock.now());
        for other in ports.ledger.notifications_of(&notification.request).await? {
            if other.about != notification.about || other.id == notification.id {
                continue;
            }
            match other.recipient {
                Recipient::Mail { audience: Audience::MicrosoftAdministrator, .. } => {
                    self.also_told.administrators += 1;
                }
                Recipient::Mail { audience: Audience::OktaOperator, .. } => self.also_told.operators += 1,
                Recipient::Mail { audience: Audience::Escalation, .. } => self.also_told.escalation += 1,
                Recipient::Hook { .. } => {}
            }
        }
        Ok(())
    }

    async fn of_org(&mut self, ports: &Ports, notification: &Notification) -> Result<(), LedgerError> {
        self.is_digest = matches!(notification.about, About::Digest { .. });
        if !self.is_digest {
            return Ok(());
        }
        let filter = AppFilter { org: Some(notification.org.clone()), ..AppFilter::default() };
        let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
        while let Some(app) = apps.try_next().await? {
            self.count(app.standing());
            let waits = app.standing().needs_action() || app.standing() == Standing::Unknown;
            if waits && self.waiting.len() < NAMED {
                self.waiting.push(app);
            }
        }
        if let Some(scan) = ports.ledger.latest_scan().await? {
            self.last_scan = scan.finished_at;
            self.not_seen =
                scan.orgs_not_seen.into_iter().filter(|not_seen| not_seen.org == notification.org).collect();
        }
        Ok(())
    }

    fn count(&mut self, standing: Standing) {
        match self.counts.iter_mut().find(|(counted, _)| *counted == standing) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((standing, 1)),
        }
    }
}
