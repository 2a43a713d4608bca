//! Composing a notification's email: gathers the facts from the ledger and the settings and renders them with
//! [`emails`]. The only thing it may create is a link.

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::notification::cadence::next_reminder_after;
use crate::domain::notification::{About, Notification, Recipient};
use crate::domain::org::SignInPolicy;
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;
use crate::emails;
use crate::emails::{ActionLink, DigestSummary, EmailContext, FailedTask, OtherRecipients};
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::mail::{Email, InvalidEmail};
use crate::usecases::Ports;
use crate::usecases::notify::failed_work::{FailedWorkItem, failed_work};

use super::NotifyError;
use super::context::NotificationContext;
use super::link::{PageLink, link_for};
use super::mute::mute_link;
use super::sender::SenderIdentity;

/// The most apps that a digest lists. Its counts include all apps.
const MAX_LISTED_APPS: usize = 100;
/// How many apps are read at a time.
const PAGE: u32 = 200;

/// Composes the email of a notification. The inner error says why no valid email can be made from it.
pub(super) async fn compose_email(
    ports: &Ports,
    notification: &Notification,
    context: &NotificationContext,
) -> Result<Result<Email, InvalidEmail>, NotifyError> {
    let identity = match SenderIdentity::from_settings(&ports.settings) {
        Ok(identity) => identity,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let facts = EmailFacts::gather(ports, notification, context).await?;
    let failed_tasks: Vec<FailedTask<'_>> = facts
        .failed_work
        .iter()
        .map(|work| FailedTask {
            at: work.failed_at,
            target: work.whose.as_ref(),
            event: &work.event_type,
            reason: work.reason.as_ref(),
        })
        .collect();
    let waiting: Vec<&AppRecord> = facts.waiting.iter().collect();
    let detail =
        context.watch.iter().flat_map(|watch| &watch.problems).find(|problem| problem.request == notification.request);
    let email = EmailContext {
        notification,
        org: &context.org,
        app: context.app.as_ref(),
        language: context.contacts.language,
        time_zone: &context.contacts.time_zone,
        now: ports.clock.now(),
        deadline: ports.settings.mail.deadline,
        link: facts.link.as_ref().map(|link| ActionLink { url: &link.url, ends_at: Some(link.ends_at) }),
        mute: facts.mute.as_ref(),
        permissions: &ports.settings.permissions,
        has_sign_in: facts.signs_in,
        failed_work: &failed_tasks,
        assignment_counts: context.app.as_ref().and_then(|app| app.assignment_counts),
        other_recipients: facts.other_recipients,
        next_reminder: facts.next_reminder,
        contact: ports.settings.mail.questions_to.as_ref(),
        digest: facts.is_digest.then_some(DigestSummary {
            counts: &facts.counts,
            waiting: &waiting,
            not_checked: &facts.not_seen,
            last_scan: facts.last_scan,
        }),
        detail: detail.map(|problem| problem.detail.as_str()),
        waiver: facts.waiver.as_ref(),
        sender: identity.sender(&ports.settings),
    };
    Ok(emails::write(&email))
}

/// The facts of an email that are not in the notification's context.
#[derive(Default)]
struct EmailFacts {
    link: Option<PageLink>,
    mute: Option<url::Url>,
    failed_work: Vec<FailedWorkItem>,
    other_recipients: OtherRecipients,
    next_reminder: Option<Timestamp>,
    waiver: Option<Waiver>,
    signs_in: bool,
    is_digest: bool,
    counts: Vec<(Standing, u64)>,
    waiting: Vec<AppRecord>,
    not_seen: Vec<crate::domain::scan::OrgNotScanned>,
    last_scan: Option<Timestamp>,
}

impl EmailFacts {
    async fn gather(
        ports: &Ports,
        notification: &Notification,
        context: &NotificationContext,
    ) -> Result<Self, NotifyError> {
        let link = link_for(ports, notification, context.app.as_ref()).await?;
        let mut facts = Self { link, mute: mute_link(ports, notification).await?, ..Self::default() };
        facts.signs_in = context.org.sign_in == SignInPolicy::Required;
        match &context.app {
            Some(app) => facts.add_app_facts(ports, notification, app).await?,
            None => facts.add_org_facts(ports, notification).await?,
        }
        Ok(facts)
    }

    async fn add_app_facts(
        &mut self,
        ports: &Ports,
        notification: &Notification,
        app: &AppRecord,
    ) -> Result<(), NotifyError> {
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
                    self.other_recipients.administrators += 1;
                }
                Recipient::Mail { audience: Audience::OktaOperator, .. } => self.other_recipients.operators += 1,
                Recipient::Mail { audience: Audience::Escalation, .. } => self.other_recipients.escalation += 1,
                Recipient::Hook { .. } => {}
            }
        }
        Ok(())
    }

    async fn add_org_facts(&mut self, ports: &Ports, notification: &Notification) -> Result<(), LedgerError> {
        self.is_digest = matches!(notification.about, About::Digest { .. });
        if !self.is_digest {
            return Ok(());
        }
        let filter = AppFilter { org: Some(notification.org.clone()), ..AppFilter::default() };
        let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&filter, page));
        while let Some(app) = apps.try_next().await? {
            self.count(app.standing());
            let needs_attention = app.standing().needs_action() || app.standing() == Standing::Unknown;
            if needs_attention && self.waiting.len() < MAX_LISTED_APPS {
                self.waiting.push(app);
            }
        }
        if let Some(scan) = ports.ledger.latest_scan(ports.clock.now()).await? {
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
