//! The data that all samples share: an org, its contacts and their time zone.

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
use crate::domain::standing::Standing;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::emails::context::{MailDomain, OtherRecipients, UncheckedOrg};
use crate::http::loopback::LoopbackPolicy;
use crate::mail::Address;
use crate::settings::PublicUrl;

/// The data that all samples share.
#[derive(Debug, Clone)]
pub struct SampleInstallation {
    /// The org.
    pub org: OrgProfile,
    /// The reader's time zone.
    pub time_zone: TimeZoneName,
    /// The time of writing.
    pub now: Timestamp,
    /// The date by which apps must run on consent.
    pub deadline: Date,
    /// The link to the page.
    pub link: Url,
    /// When the link expires.
    pub link_ends_at: Timestamp,
    /// The link that mutes reminders.
    pub mute: Url,
    /// The permissions of a consent.
    pub permissions: PermissionCatalogue,
    /// Failed tasks: time, event and error.
    pub failed_work: Vec<(Timestamp, String, UntrustedText)>,
    /// The number of assigned users and groups.
    pub assignment_counts: Option<AssignmentCounts>,
    /// The number of other recipients.
    pub other_recipients: OtherRecipients,
    /// The address for questions.
    pub contact: MailAddress,
    /// The number of apps for each standing.
    pub counts: Vec<(Standing, u64)>,
    /// The apps that need action.
    pub waiting: Vec<AppRecord>,
    /// The orgs that were not checked.
    pub not_checked: Vec<UncheckedOrg>,
    /// An expired waiver.
    pub waiver: Waiver,
    /// The sender.
    pub from: Address,
    /// The sender's domain.
    pub domain: MailDomain,
    /// The address of the pages.
    pub public_url: PublicUrl,
}

impl SampleInstallation {
    /// Builds the data for an email about `about`.
    pub(super) fn for_email_about(about: &About) -> Result<Self, NotASample> {
        let failed = [
            ("2026-11-20T06:41:00Z", "application.provision.user.push", "AADSTS7000112: the application is disabled."),
            (
                "2026-11-21T13:05:00Z",
                "application.provision.group_push.push_memberships",
                "Insufficient privileges to complete the operation.",
            ),
        ];
        // Only an outage leaves failed tasks.
        let had_outage = matches!(about, About::Urgent | About::Done);
        let page = match about {
            About::HandedToOperator
            | About::AccessProblem { .. }
            | About::WaiverExpired { .. }
            | About::SecretEnding { .. } => "mail/request",
            _ => "consent",
        };
        let failed = failed
            .into_iter()
            .filter(|_| had_outage)
            .map(|(at, event, reason)| Ok((at.parse()?, event.to_owned(), UntrustedText::new(reason))));
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
            assignment_counts: Some(AssignmentCounts {
                users: Count { number: 500, or_more: true },
                groups: Count { number: 37, or_more: false },
                counted_at: "2026-11-25T07:30:00Z".parse()?,
            }),
            other_recipients: OtherRecipients { administrators: 1, operators: 2, escalation: 0 },
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
            not_checked: vec![UncheckedOrg {
                domain: "globex.okta.com".to_owned(),
                reason: "Okta returned 503 three times; the next scan tries again".to_owned(),
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
