//! Invented letters of every kind: what tests read and what `regrant mail preview` shows.

mod apps;
mod house;

use jiff::Timestamp;
use serde_json::json;

use super::telling::{FailedWork, Link, Sender, Summary, Telling};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language};
use crate::domain::notice::{About, Draft, Notice, Recipient};
use crate::domain::standing::Standing;

pub use apps::app;
pub use house::House;

/// A sample that its own code cannot read: a mistake in it.
pub type NotASample = Box<dyn std::error::Error + Send + Sync>;

/// Everything that one telling borrows from.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its name: the kind, and what tells it from another of the same kind.
    pub name: &'static str,
    /// What is told to whom.
    pub notice: Notice,
    /// The app.
    pub app: Option<AppRecord>,
    /// Its language.
    pub language: Language,
    /// Whether it asks for something, and so has a page to open.
    pub asks: bool,
    /// What was answered.
    pub detail: Option<String>,
    /// When the next reminder is due.
    pub next_reminder: Option<Timestamp>,
    /// Everything that samples have in common.
    pub house: House,
}

impl Sample {
    /// Hands `use_telling` the telling of this sample.
    pub fn with<T>(&self, use_telling: impl FnOnce(&Telling<'_>) -> T) -> T {
        let house = &self.house;
        let failed = house.failed_work.iter();
        let failed = failed.map(|(at, whose, what, reason)| FailedWork {
            at: *at,
            whose: Some(whose),
            what,
            reason: Some(reason),
        });
        let failed: Vec<FailedWork<'_>> = failed.collect();
        let waiting: Vec<&AppRecord> = house.waiting.iter().collect();
        use_telling(&Telling {
            notice: &self.notice,
            org: &house.org,
            app: self.app.as_ref(),
            language: self.language,
            time_zone: &house.time_zone,
            now: house.now,
            deadline: house.deadline,
            link: self.asks.then_some(Link { url: &house.link, ends_at: Some(house.link_ends_at) }),
            mute: Some(&house.mute),
            permissions: &house.permissions,
            signs_in: true,
            failed_work: &failed,
            reach: house.reach,
            also_told: house.also_told,
            next_reminder: self.next_reminder,
            contact: Some(&house.contact),
            digest: Some(Summary {
                counts: &house.counts,
                waiting: &waiting,
                not_seen: &house.not_seen,
                last_scan: Some(house.now),
            }),
            detail: self.detail.as_deref(),
            waiver: Some(&house.waiver),
            sender: Sender {
                from: &house.from,
                reply_to: None,
                domain: &house.domain,
                public_url: Some(&house.public_url),
            },
        })
    }
}

/// One sample of every kind of letter, and of every trouble, in `language`.
pub fn all(language: Language) -> Result<Vec<Sample>, NotASample> {
    let (administrator, operator) = (Audience::MicrosoftAdministrator, Audience::OktaOperator);
    let since = "2026-11-20T06:40:00Z".parse()?;
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
        ("waiver-expired", About::WaiverExpired { ended_at: since }, operator, Standing::NeedsConsent),
    ] {
        let app = if name == "digest" { None } else { Some(app("Office 365 EMEA", standing)?) };
        samples.push(sample(name, about, audience, app, language)?);
    }
    for (name, trouble, detail) in [
        (
            "access-trouble-okta-refused",
            json!({"trouble": "okta-credential-refused"}),
            Some("E0000011 Invalid token provided (errorId oaeInvented1)"),
        ),
        (
            "access-trouble-okta-role",
            json!({"trouble": "okta-role-lost"}),
            Some("E0000006 You do not have permission to perform the requested action (errorId oaeInvented2)"),
        ),
        ("access-trouble-okta-idle", json!({"trouble": "okta-credential-idle"}), None),
        (
            "access-trouble-graph-ended",
            json!({"trouble": "graph-tokens-ended", "tenant": TENANT}),
            Some("invalid_grant: AADSTS50173: The grant was revoked, a new one is needed."),
        ),
        (
            "access-trouble-graph-ending",
            json!({"trouble": "graph-tokens-ending", "tenant": TENANT, "ends_at": "2026-12-19T06:40:00Z"}),
            Some("temporarily_unavailable: AADSTS90033: A transient error has occurred."),
        ),
        (
            "access-trouble-entra-refused",
            json!({"trouble": "entra-credential-refused", "cloud": "global"}),
            Some("invalid_client: AADSTS7000222: The client secret has expired."),
        ),
        (
            "access-trouble-entra-ending",
            json!({"trouble": "entra-credential-ending", "cloud": "global", "ends_at": "2026-12-12T00:00:00Z"}),
            None,
        ),
    ] {
        let about = About::AccessTrouble { trouble: serde_json::from_value(trouble)?, since };
        let trouble = sample(name, about, operator, None, language)?;
        samples.push(Sample { detail: detail.map(str::to_owned), ..trouble });
    }
    Ok(samples)
}

const TENANT: &str = "11111111-2222-4333-8444-555555555555";

/// One sample about anything.
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
    let reminded = !matches!(about, About::Done | About::Digest { .. } | About::AccessTrouble { .. });
    let asks = !matches!(about, About::Done | About::Digest { .. });
    let house = House::of_a_letter_about(&about)?;
    let draft = Draft {
        request: "RG-7K2QM-X4T9P".parse()?,
        org: house.org.id.clone(),
        app: app.as_ref().map(|app| app.identity.app.clone()),
        about,
        recipient: Recipient::Mail { address: address.parse()?, audience },
        due_at: house.now,
    };
    let notice = draft.made(house.now);
    Ok(Sample { name, notice, app, language, asks, detail: None, next_reminder: reminded.then_some(next), house })
}
