//! Composing a notification's email: gathers the facts from the ledger and the settings and renders them with
//! [`emails`]. The only thing it may create is a link.

use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::contact::Audience;
use crate::domain::notification::cadence::next_reminder_after;
use crate::domain::notification::{About, Notification, Recipient};
use crate::domain::org::SignInPolicy;
use crate::domain::waiver::Waiver;
use crate::emails;
use crate::emails::{ActionLink, AppInOrg, DigestSummary, EmailContext, FailedTask, OtherRecipients, RequestItem};
use crate::mail::{Email, InvalidEmail};
use crate::usecases::Ports;
use crate::usecases::notify::failed_work::{FailedWorkItem, failed_work};

use super::NotifyError;
use super::digest::DigestFacts;
use super::group::Claimed;
use super::link::{PageLink, link_for};
use super::mute::mute_link;
use super::sender::SenderIdentity;

/// Composes the email of a notification and of its companions, which ask the same person for the same. The inner error
/// says why no valid email can be made from it.
pub(super) async fn compose_email(
    ports: &Ports,
    leader: &Claimed,
    companions: &[Claimed],
) -> Result<Result<Email, InvalidEmail>, NotifyError> {
    let (notification, context) = (&leader.notification, &leader.context);
    let identity = match SenderIdentity::from_settings(&ports.settings) {
        Ok(identity) => identity,
        Err(invalid) => return Ok(Err(invalid)),
    };
    let facts = EmailFacts::gather(ports, leader, companions).await?;
    let failed_tasks: Vec<FailedTask<'_>> = facts
        .failed_work
        .iter()
        .map(|work| FailedTask { at: work.failed_at, event: &work.event_type, reason: work.reason.as_ref() })
        .collect();
    let items: Vec<RequestItem<'_>> = std::iter::once(leader)
        .chain(companions)
        .zip(&facts.links)
        .filter_map(|(claimed, link)| {
            Some(RequestItem {
                of: AppInOrg { org: &claimed.context.org, app: claimed.context.app.as_ref()? },
                request: &claimed.notification.request,
                link: link.as_ref().map(|link| &link.url),
            })
        })
        .collect();
    let several = if items.len() > 1 { items.as_slice() } else { &[] };
    let waiting: Vec<AppInOrg<'_>> =
        facts.digest.iter().flat_map(|digest| &digest.waiting).map(|(org, app)| AppInOrg { org, app }).collect();
    let affected_orgs: Vec<String> =
        std::iter::once(leader).chain(companions).map(|claimed| claimed.context.org.domain()).collect();
    let detail =
        context.watch.iter().flat_map(|watch| &watch.problems).find(|problem| problem.request == notification.request);
    let consent = context.app.as_ref().map(|app| app.consent.clone()).unwrap_or_default();
    let permissions = consent.next_permissions(&ports.settings.permissions);
    let email = EmailContext {
        notification,
        org: &context.org,
        app: context.app.as_ref(),
        several,
        language: context.contacts.language,
        time_zone: &context.contacts.time_zone,
        now: ports.clock.now(),
        deadline: ports.settings.mail.deadline,
        link: facts
            .links
            .first()
            .and_then(Option::as_ref)
            .map(|link| ActionLink { url: &link.url, ends_at: Some(link.ends_at) }),
        mute: facts.mute.as_ref(),
        permissions: &permissions,
        has_sign_in: facts.signs_in,
        verified_publisher: ports.settings.verified_publisher.as_deref(),
        failed_work: &failed_tasks,
        assignment_counts: context.app.as_ref().and_then(|app| app.assignment_counts),
        other_recipients: facts.other_recipients,
        next_reminder: facts.next_reminder,
        contact: ports.settings.mail.questions_to.as_ref(),
        digest: facts.digest.as_ref().map(|digest| DigestSummary {
            counts: &digest.counts,
            orgs: digest.orgs,
            waiting: &waiting,
            not_checked: &digest.not_checked,
            last_scan: digest.last_scan,
            checkpoint: digest.checkpoint.as_deref(),
        }),
        detail: detail.map(|problem| problem.detail.as_str()),
        affected_orgs: &affected_orgs,
        waiver: facts.waiver.as_ref(),
        sender: identity.sender(&ports.settings),
    };
    Ok(emails::write(&email))
}

/// The facts of an email that are not in the notification's context.
#[derive(Default)]
struct EmailFacts {
    /// The links of the notification and of its companions.
    links: Vec<Option<PageLink>>,
    mute: Option<url::Url>,
    failed_work: Vec<FailedWorkItem>,
    other_recipients: OtherRecipients,
    next_reminder: Option<Timestamp>,
    waiver: Option<Waiver>,
    signs_in: bool,
    digest: Option<DigestFacts>,
}

impl EmailFacts {
    async fn gather(ports: &Ports, leader: &Claimed, companions: &[Claimed]) -> Result<Self, NotifyError> {
        let Claimed { notification, context, .. } = leader;
        let mut facts = Self::default();
        for claimed in std::iter::once(leader).chain(companions) {
            facts.links.push(link_for(ports, &claimed.notification, claimed.context.app.as_ref()).await?);
        }
        // A mute covers one request, so an email about several offers none.
        if companions.is_empty() {
            facts.mute = mute_link(ports, notification).await?;
        }
        facts.signs_in = context.org.sign_in == SignInPolicy::Required;
        if let Some(app) = &context.app {
            facts.add_app_facts(ports, notification, app).await?;
        }
        if matches!(notification.about, About::Digest { .. }) {
            facts.digest = Some(DigestFacts::gather(ports, &context.looked_after).await?);
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
}
