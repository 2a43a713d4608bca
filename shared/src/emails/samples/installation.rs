//! What all invented emails have in common: an org, its people and their clock.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::json;
use url::Url;

use super::{NotASample, app};
use crate::domain::app::AppRecord;
use crate::domain::assignment_counts::{AssignmentCounts, Count};
use crate::domain::contact::{MailAddress, TimeZoneName};
use crate::domain::notification::About;
use crate::domain::notification::cadence::OKTAS_DEADLINE;
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::scan::OrgNotScanned;
use crate::domain::standing::Standing;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::emails::context::{AlsoTold, MailDomain};
use crate::http::loopback::LoopbackPolicy;
use crate::mail::Address;
use crate::settings::PublicUrl;

/// Everything that samples have in common.
#[derive(Debug, Clone)]
pub struct SampleInstallation {
    /// The org.
    pub org: OrgProfile,
    /// The reader's clock.
    pub time_zone: TimeZoneName,
    /// When the email is written.
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
    pub failed_work: Vec<(Timestamp, UntrustedText, String, UntrustedText)>,
    /// How many it concerns.
    pub reach: Option<AssignmentCounts>,
    /// Who else is told.
    pub also_told: AlsoTold,
    /// Whom to ask.
    pub contact: MailAddress,
    /// How many apps stand where.
    pub counts: Vec<(Standing, u64)>,
    /// The apps that somebody has to act on.
    pub waiting: Vec<AppRecord>,
    /// What was not seen.
    pub not_seen: Vec<OrgNotScanned>,
    /// A waiver that ended.
    pub waiver: Waiver,
    /// Who writes.
    pub from: Address,
    /// Where it writes from.
    pub domain: MailDomain,
    /// Where the pages are.
    pub public_url: PublicUrl,
}

impl SampleInstallation {
    /// What an email about this has around it.
    pub(super) fn of_an_email_about(about: &About) -> Result<Self, NotASample> {
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
        let page = match about {
            About::HandedToOperator | About::AccessProblem { .. } | About::WaiverExpired { .. } => "mail/request",
            _ => "consent",
        };
        let failed = failed.into_iter().filter(|_| broke).map(|(at, whose, what, reason)| {
            Ok((at.parse()?, UntrustedText::new(whose), what.to_owned(), UntrustedText::new(reason)))
        });
        Ok(Self {
            org: serde_json::from_value(json!({
                "id": "00oInvented1",
                "base_url": "https://acme.okta.com/",
                "credential": "service-app",
                "added_at": "2026-01-05T09:00:00Z",
            }))?,
            time_zone: "Europe/Vienna".parse()?,
            now: "2026-11-25T08:00:00Z".parse()?,
            deadline: OKTAS_DEADLINE,
            link: format!("https://regrant.example.com/{page}/inv3nt3dT0k3nTh4tL34dsN0wh3r3.s1gn4tur3").parse()?,
            link_ends_at: "2026-12-09T08:00:00Z".parse()?,
            mute: "https://regrant.example.com/mute/inv3nt3dM0t3".parse()?,
            permissions: PermissionCatalogue::default(),
            failed_work: failed.collect::<Result<_, jiff::Error>>()?,
            reach: Some(AssignmentCounts {
                users: Count { number: 500, or_more: true },
                groups: Count { number: 37, or_more: false },
                counted_at: "2026-11-25T07:30:00Z".parse()?,
            }),
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
            not_seen: vec![OrgNotScanned {
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
}
