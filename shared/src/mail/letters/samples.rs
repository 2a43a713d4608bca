//! Invented letters of every kind: what tests read and what `regrant mail preview` shows.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};
use url::Url;

use super::telling::{AlsoTold, FailedWork, Link, MailDomain, Reach, Sender, Summary, Telling};
use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Language, MailAddress, TimeZoneName};
use crate::domain::notice::cadence::OKTAS_DEADLINE;
use crate::domain::notice::{About, Draft, Notice, Recipient};
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::scan::OrgNotSeen;
use crate::domain::standing::Standing;
use crate::domain::text::Foreign;
use crate::domain::waiver::Waiver;
use crate::mail::Address;
use crate::okta::org_url::LoopbackPolicy;
use crate::settings::PublicUrl;

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
    /// What was answered.
    pub detail: Option<String>,
    /// When the next reminder is due.
    pub next_reminder: Option<Timestamp>,
    /// Everything that samples have in common.
    pub house: House,
}

/// Everything that samples have in common.
#[derive(Debug, Clone)]
pub struct House {
    /// The org.
    pub org: OrgProfile,
    /// The reader's clock.
    pub time_zone: TimeZoneName,
    /// When the letter is written.
    pub now: Timestamp,
    /// The day until which apps have to be moved.
    pub deadline: Date,
    /// The page to open.
    pub link: Url,
    /// When it ends.
    pub link_ends_at: Timestamp,
    /// Where one click mutes.
    pub mute: Url,
    /// What a consent brings.
    pub permissions: PermissionCatalogue,
    /// What failed: when, whose, what, why.
    pub failed_work: Vec<(Timestamp, Foreign, String, Foreign)>,
    /// How many it concerns.
    pub reach: Option<Reach>,
    /// Who else is told.
    pub also_told: AlsoTold,
    /// Whom to ask.
    pub contact: MailAddress,
    /// How many apps stand where.
    pub counts: Vec<(Standing, u64)>,
    /// The apps that somebody has to act on.
    pub waiting: Vec<AppRecord>,
    /// What was not seen.
    pub not_seen: Vec<OrgNotSeen>,
    /// A waiver that ended.
    pub waiver: Waiver,
    /// Who writes.
    pub from: Address,
    /// Where it writes from.
    pub domain: MailDomain,
    /// Where the pages are.
    pub public_url: PublicUrl,
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
            link: Some(Link { url: &house.link, ends_at: Some(house.link_ends_at) }),
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
                next_scan: house.now.checked_add(jiff::SignedDuration::from_hours(24)).ok(),
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
    for (name, trouble) in [
        ("access-trouble-okta-refused", json!({"trouble": "okta-credential-refused"})),
        ("access-trouble-okta-role", json!({"trouble": "okta-role-lost"})),
        ("access-trouble-okta-idle", json!({"trouble": "okta-credential-idle"})),
        ("access-trouble-graph-ended", json!({"trouble": "graph-tokens-ended", "tenant": TENANT})),
        (
            "access-trouble-graph-ending",
            json!({"trouble": "graph-tokens-ending", "tenant": TENANT, "ends_at": "2026-12-19T06:40:00Z"}),
        ),
        ("access-trouble-entra-refused", json!({"trouble": "entra-credential-refused", "cloud": "global"})),
        (
            "access-trouble-entra-ending",
            json!({"trouble": "entra-credential-ending", "cloud": "global", "ends_at": "2026-12-12T00:00:00Z"}),
        ),
    ] {
        let about = About::AccessTrouble { trouble: serde_json::from_value(trouble)?, since };
        let mut trouble = sample(name, about, operator, None, language)?;
        trouble.detail = Some("E0000011 Invalid token provided (errorId oaeInvented1)".to_owned());
        samples.push(trouble);
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
    let house = house(&about)?;
    let draft = Draft {
        request: "RG-7K2QM-X4T9P".parse()?,
        org: house.org.id.clone(),
        app: app.as_ref().map(|app| app.identity.app.clone()),
        about,
        recipient: Recipient::Mail { address: address.parse()?, audience },
        due_at: house.now,
    };
    let notice = draft.made(house.now);
    Ok(Sample { name, notice, app, language, detail: None, next_reminder: reminded.then_some(next), house })
}

fn house(about: &About) -> Result<House, NotASample> {
    let failed = [
        (
            "2026-11-20T06:41:00Z",
            "grace.hopper@contoso.example",
            "application.provision.user.push",
            "AADSTS7000112: the application is disabled.",
        ),
        (
            "2026-11-21T13:05:00Z",
            "EMEA Sales",
            "application.provision.group_push.push_memberships",
            "Insufficient privileges to complete the operation.",
        ),
    ];
    // Only what is broken, or was, has left work undone.
    let broke = matches!(about, About::Urgent | About::Done);
    let failed = failed
        .into_iter()
        .filter(|_| broke)
        .map(|(at, whose, what, reason)| Ok((at.parse()?, Foreign::new(whose), what.to_owned(), Foreign::new(reason))));
    Ok(House {
        org: serde_json::from_value(json!({
            "id": "00oInvented1",
            "base_url": "https://acme.okta.com/",
            "credential": "service-app",
            "added_at": "2026-01-05T09:00:00Z",
        }))?,
        time_zone: "Europe/Vienna".parse()?,
        now: "2026-11-25T08:00:00Z".parse()?,
        deadline: OKTAS_DEADLINE,
        link: "https://regrant.example.com/consent/inv3nt3dT0k3nTh4tL34dsN0wh3r3.s1gn4tur3".parse()?,
        link_ends_at: "2026-12-09T08:00:00Z".parse()?,
        mute: "https://regrant.example.com/mute/inv3nt3dM0t3".parse()?,
        permissions: PermissionCatalogue::default(),
        failed_work: failed.collect::<Result<_, jiff::Error>>()?,
        reach: Some(Reach { users: 1_240, groups: 37 }),
        also_told: AlsoTold { administrators: 1, operators: 2, escalation: 0 },
        contact: "okta-team@acme.example".parse()?,
        counts: vec![
            (Standing::Broken, 1),
            (Standing::NeedsConsent, 1),
            (Standing::NeedsSave, 1),
            (Standing::Consented, 9),
        ],
        waiting: vec![
            app("Office 365 Sandbox", Standing::NeedsSave)?,
            app("Office 365 APAC", Standing::NeedsConsent)?,
            app("Office 365 EMEA", Standing::Broken)?,
        ],
        not_seen: vec![OrgNotSeen {
            org: "00oInvented2".parse()?,
            reason: "Okta answered 503 three times; the next scan looks again".to_owned(),
        }],
        waiver: serde_json::from_value(json!({
            "org": "00oInvented1",
            "app": "0oaInvented1",
            "reason": "Change freeze until the year-end closing is over",
            "given_at": "2026-10-20T09:00:00Z",
            "ends_at": "2026-11-20T06:40:00Z",
        }))?,
        from: "Regrant <regrant@example.com>".parse()?,
        domain: "regrant.example.com".parse()?,
        public_url: PublicUrl::parse("https://regrant.example.com", LoopbackPolicy::Refuse)?,
    })
}

/// An app at `standing`, with a proof where it is consented.
pub fn app(label: &str, standing: Standing) -> Result<AppRecord, NotASample> {
    let reason = match standing {
        Standing::Broken => "Okta's service principal is disabled in Microsoft Entra.",
        Standing::NeedsSave => "Microsoft holds a grant and the connection is off.",
        Standing::Degraded => "Whoever consented no longer holds the role that doing so again needs.",
        Standing::ByHand => "The tenant is in a government cloud that the Management API does not serve.",
        Standing::Consented => "The connection is on and Microsoft holds every required grant.",
        _ => "Provisioning is on without OAuth: it runs on old credentials.",
    };
    let consent = if standing == Standing::Consented { consent() } else { json!({}) };
    Ok(serde_json::from_value(json!({
        "org": "00oInvented1",
        "org_domain": "acme.okta.com",
        "app": "0oaInvented1",
        "label": label,
        "tenant": "contoso",
        "domain": "contoso.example",
        "signals": [],
        "standing": standing,
        "proven": standing == Standing::Consented,
        "reasons": [reason],
        "as_of": "2026-11-25T07:30:00Z",
        "since": "2026-11-20T06:40:00Z",
        "request": {"id": "RG-7K2QM-X4T9P", "opened_at": "2026-11-20T06:40:00Z"},
        "consent": consent,
    }))?)
}

fn consent() -> Value {
    let grants: Vec<Value> = PermissionCatalogue::default()
        .all()
        .iter()
        .map(|permission| json!({"permission": permission.name, "kind": "delegated-for-all"}))
        .collect();
    json!({
        "administrator": {"username": "ada@contoso.onmicrosoft.com", "mfa": "proven"},
        "proof": {
            "at": "2026-11-25T07:29:00Z",
            "connection": {"auth_scheme": "OAUTH2", "status": "ENABLED"},
            "grants": {
                "principal": {
                    "id": "33333333-2222-4333-8444-555555555555",
                    "app_id": "22222222-2222-4333-8444-555555555555",
                    "display_name": "Okta Microsoft Graph Client",
                    "account_enabled": true,
                },
                "grants": grants,
            },
        },
    })
}
