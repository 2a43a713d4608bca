//! Sample emails of every kind, with invented data, for tests and `regrant mail preview`.

mod apps;
mod installation;

use jiff::Timestamp;
use serde_json::json;

use super::context::{ActionLink, AppInOrg, DigestSummary, EmailContext, FailedTask, RequestItem, Sender};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language};
use crate::domain::notification::{About, Draft, Notification, Recipient};
use crate::domain::standing::Standing;

pub use apps::app;
pub use installation::SampleInstallation;

/// The error of a sample that does not parse, which is a bug in this module.
pub type NotASample = Box<dyn std::error::Error + Send + Sync>;

/// The owned data of one sample's context.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The name: the kind, with a suffix for variants.
    pub name: &'static str,
    /// The notification.
    pub notification: Notification,
    /// The app.
    pub app: Option<AppRecord>,
    /// The apps of an email about several requests.
    pub several: Vec<AppRecord>,
    /// The language.
    pub language: Language,
    /// Whether it requests an action, and so links to a page.
    pub requests_action: bool,
    /// The error message.
    pub detail: Option<String>,
    /// When the next reminder is due.
    pub next_reminder: Option<Timestamp>,
    /// The data that all samples share.
    pub installation: SampleInstallation,
}

impl Sample {
    /// Calls `use_context` with the context of this sample.
    pub fn with<T>(&self, use_context: impl FnOnce(&EmailContext<'_>) -> T) -> T {
        let installation = &self.installation;
        let failed = installation.failed_work.iter();
        let failed = failed.map(|(at, event, reason)| FailedTask { at: *at, event, reason: Some(reason) });
        let failed: Vec<FailedTask<'_>> = failed.collect();
        let of_org = |app| AppInOrg { org: &installation.org, app };
        let waiting: Vec<AppInOrg<'_>> = installation.waiting.iter().map(of_org).collect();
        let link = self.requests_action.then_some(&installation.link);
        let item = |app| RequestItem { of: of_org(app), request: &self.notification.request, link };
        let several: Vec<RequestItem<'_>> = self.several.iter().map(item).collect();
        use_context(&EmailContext {
            notification: &self.notification,
            org: &installation.org,
            app: self.app.as_ref(),
            several: &several,
            language: self.language,
            time_zone: &installation.time_zone,
            now: installation.now,
            deadline: installation.deadline,
            link: self
                .requests_action
                .then_some(ActionLink { url: &installation.link, ends_at: Some(installation.link_ends_at) }),
            mute: Some(&installation.mute),
            permissions: &installation.permissions,
            has_sign_in: true,
            verified_publisher: None,
            failed_work: &failed,
            assignment_counts: installation.assignment_counts,
            other_recipients: installation.other_recipients,
            next_reminder: self.next_reminder,
            contact: Some(&installation.contact),
            digest: Some(DigestSummary {
                counts: &installation.counts,
                orgs: 3,
                waiting: &waiting,
                not_checked: &installation.not_checked,
                last_scan: Some(installation.now),
                checkpoint: Some("42:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            }),
            detail: self.detail.as_deref(),
            affected_orgs: &[],
            waiver: Some(&installation.waiver),
            sender: Sender {
                from: &installation.from,
                reply_to: None,
                domain: &installation.domain,
                public_url: Some(&installation.public_url),
            },
        })
    }
}

/// Returns one sample of every kind of email and of every access problem, in `language`.
pub fn all(language: Language) -> Result<Vec<Sample>, NotASample> {
    let (administrator, operator) = (Audience::MicrosoftAdministrator, Audience::OktaOperator);
    let (since, ends_at) = ("2026-11-20T06:40:00Z".parse()?, "2026-12-01T10:00:00Z".parse()?);
    let mut samples = Vec::new();
    for (name, about, audience, standing) in [
        ("invitation", About::Invitation, administrator, Standing::NeedsConsent),
        ("invitation-degraded", About::Invitation, administrator, Standing::Degraded),
        ("urgent", About::Urgent, administrator, Standing::Broken),
        ("reminder", About::Reminder { number: 2 }, administrator, Standing::NeedsConsent),
        ("reminder-escalation", About::Reminder { number: 3 }, Audience::Escalation, Standing::Broken),
        ("handed-to-operator", About::HandedToOperator, operator, Standing::NeedsSave),
        ("handed-to-operator-by-hand", About::HandedToOperator, operator, Standing::ByHand),
        ("done", About::Done, administrator, Standing::Consented),
        ("digest", About::Digest { day: jiff::civil::date(2026, 11, 25) }, operator, Standing::Consented),
        ("secret-ending", About::SecretEnding { ends_at, days: 7 }, administrator, Standing::Degraded),
        ("waiver-expired", About::WaiverExpired { ended_at: since }, operator, Standing::NeedsConsent),
    ] {
        let app = if name == "digest" { None } else { Some(app("Office 365 EMEA", standing)?) };
        samples.push(sample(name, about, audience, app, language)?);
    }
    for (name, about, audience, standings) in [
        ("invitation-several", About::Invitation, administrator, [Standing::NeedsConsent, Standing::Broken]),
        ("handed-to-operator-several", About::HandedToOperator, operator, [Standing::NeedsSave, Standing::ByHand]),
    ] {
        let [one, other] = standings;
        let several = vec![app("Office 365 EMEA", one)?, app("Office 365 APAC", other)?];
        samples.push(Sample { several, ..sample(name, about, audience, None, language)? });
    }
    for (name, problem, detail) in [
        (
            "access-problem-okta-refused",
            json!({"problem": "okta-credential-refused"}),
            Some("E0000011 Invalid token provided (errorId oaeInvented1)"),
        ),
        (
            "access-problem-okta-role",
            json!({"problem": "okta-role-lost"}),
            Some("E0000006 You do not have permission to perform the requested action (errorId oaeInvented2)"),
        ),
        ("access-problem-okta-idle", json!({"problem": "okta-credential-idle"}), None),
        (
            "access-problem-graph-ended",
            json!({"problem": "graph-tokens-ended", "tenant": TENANT}),
            Some("invalid_grant: AADSTS50173: The grant was revoked, a new one is needed."),
        ),
        (
            "access-problem-graph-ending",
            json!({"problem": "graph-tokens-ending", "tenant": TENANT, "ends_at": "2026-12-19T06:40:00Z"}),
            Some("temporarily_unavailable: AADSTS90033: A transient error has occurred."),
        ),
        (
            "access-problem-entra-refused",
            json!({"problem": "entra-credential-refused", "cloud": "global"}),
            Some("invalid_client: AADSTS7000222: The client secret has expired."),
        ),
        (
            "access-problem-entra-ending",
            json!({"problem": "entra-credential-ending", "cloud": "global", "ends_at": "2026-12-12T00:00:00Z"}),
            None,
        ),
    ] {
        let about = About::AccessProblem { problem: serde_json::from_value(problem)?, since };
        let problem = sample(name, about, operator, None, language)?;
        samples.push(Sample { detail: detail.map(str::to_owned), ..problem });
    }
    Ok(samples)
}

const TENANT: &str = "11111111-2222-4333-8444-555555555555";

/// Builds a sample.
pub fn sample(
    name: &'static str,
    about: About,
    audience: Audience,
    app: Option<AppRecord>,
    language: Language,
) -> Result<Sample, NotASample> {
    let address = match audience {
        Audience::MicrosoftAdministrator => "ada@contoso.example",
        Audience::OktaOperator => "olga@acme.example",
        Audience::Escalation => "eve@contoso.example",
    };
    let next: Timestamp = "2026-12-02T08:00:00Z".parse()?;
    let reminded =
        !matches!(about, About::Done | About::Digest { .. } | About::AccessProblem { .. } | About::SecretEnding { .. });
    let requests_action = !matches!(about, About::Done | About::Digest { .. });
    let installation = SampleInstallation::for_email_about(&about)?;
    let draft = Draft {
        request: "RG-7K2QM-X4T9P".parse()?,
        org: installation.org.id.clone(),
        app: app.as_ref().map(|app| app.identity.app.clone()),
        about,
        recipient: Recipient::Mail { address: address.parse()?, audience },
        due_at: installation.now,
    };
    let notification = draft.into_notification(installation.now);
    Ok(Sample {
        name,
        notification,
        app,
        several: Vec::new(),
        language,
        requests_action,
        detail: None,
        next_reminder: reminded.then_some(next),
        installation,
    })
}
