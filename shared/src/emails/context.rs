//! The input of an email. A use case fills it from the ledger; this module performs no I/O.

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::contact::{Language, MailAddress, TimeZoneName};
use crate::domain::id::RequestId;
use crate::domain::notification::Notification;
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::standing::Standing;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::mail::Address;
use crate::settings::PublicUrl;

/// Everything that one email can say. The same context always produces the same email, byte for byte.
#[derive(Debug, Clone, Copy)]
pub struct EmailContext<'a> {
    /// The subject, the recipient and the request. Its id becomes `X-Regrant-Notification`, which every transport keeps.
    pub notification: &'a Notification,
    /// The org.
    pub org: &'a OrgProfile,
    /// The app. Required, except in a digest, an email about several apps, and one about an access problem.
    pub app: Option<&'a AppRecord>,
    /// The requests of an email about several apps. Empty for an email about one.
    pub several: &'a [RequestItem<'a>],
    /// The reader's language.
    pub language: Language,
    /// The reader's time zone.
    pub time_zone: &'a TimeZoneName,
    /// The time of writing.
    pub now: Timestamp,
    /// The date by which apps must run on consent.
    pub deadline: Date,
    /// The page of the invitation or the request. Without one, the email describes the way through the console.
    pub link: Option<ActionLink<'a>>,
    /// The link that mutes further emails with one click. Only reminders and digests show it.
    pub mute: Option<&'a Url>,
    /// The permissions that Okta's consent requests, and their purpose.
    pub permissions: &'a PermissionCatalogue,
    /// Whether administrators sign in to Regrant's own registration first, in the org's cloud.
    pub has_sign_in: bool,
    /// The publisher that Microsoft shows for Regrant's own registration. `None` if it is not verified.
    pub verified_publisher: Option<&'a str>,
    /// Okta provisioning tasks that failed since the app stopped working, oldest first.
    pub failed_work: &'a [FailedTask<'a>],
    /// How many users and groups are assigned to the app, if known.
    pub assignment_counts: Option<AssignmentCounts>,
    /// How many other people receive the same email.
    pub other_recipients: OtherRecipients,
    /// When the next reminder is due; `None` if none follows.
    pub next_reminder: Option<Timestamp>,
    /// Whom to request.
    pub contact: Option<&'a MailAddress>,
    /// The content of a digest. Only a digest needs it.
    pub digest: Option<DigestSummary<'a>>,
    /// The error message, if the email is about an access problem (`AccessProblem::detail`).
    pub detail: Option<&'a str>,
    /// The hosts of all orgs that have the access problem, if there are several.
    pub affected_orgs: &'a [String],
    /// The expired waiver, if the email is about one.
    pub waiver: Option<&'a Waiver>,
    /// The sender.
    pub sender: Sender<'a>,
}

/// The sender of emails.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// `From`.
    pub from: &'a Address,
    /// `Reply-To`, if it differs from `From`.
    pub reply_to: Option<&'a Address>,
    /// The domain in `List-Id` and in every `Message-ID`.
    pub domain: &'a MailDomain,
    /// The address of the pages, which readers compare with a link. `None` if no page is served.
    pub public_url: Option<&'a PublicUrl>,
}

/// A link to one of Regrant's pages.
#[derive(Debug, Clone, Copy)]
pub struct ActionLink<'a> {
    /// The page. The only part of an email that may be secret.
    pub url: &'a Url,
    /// When it expires, if it does.
    pub ends_at: Option<Timestamp>,
}

/// An Okta provisioning task that failed (`EventKind::WorkFailed`). Okta does not retry it automatically.
#[derive(Debug, Clone, Copy)]
pub struct FailedTask<'a> {
    /// When it failed, by Okta's clock.
    pub at: Timestamp,
    /// The System Log's event type.
    pub event: &'a str,
    /// Okta's error message.
    pub reason: Option<&'a UntrustedText>,
}

/// How many other people receive the same email, by audience. Emails never name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OtherRecipients {
    /// Microsoft administrators.
    pub administrators: usize,
    /// Okta operators.
    pub operators: usize,
    /// Escalation contacts.
    pub escalation: usize,
}

/// An app and its org.
#[derive(Debug, Clone, Copy)]
pub struct AppInOrg<'a> {
    /// The org.
    pub org: &'a OrgProfile,
    /// The app.
    pub app: &'a AppRecord,
}

/// One of the requests of an email about several apps.
#[derive(Debug, Clone, Copy)]
pub struct RequestItem<'a> {
    /// The app.
    pub of: AppInOrg<'a>,
    /// The request.
    pub request: &'a RequestId,
    /// Its page.
    pub link: Option<&'a Url>,
}

/// An org that the last scan did not check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncheckedOrg {
    /// Its host.
    pub domain: String,
    /// Why.
    pub reason: String,
}

/// The content of a digest.
#[derive(Debug, Clone, Copy)]
pub struct DigestSummary<'a> {
    /// The number of apps for each standing; standings without apps may be missing.
    pub counts: &'a [(Standing, u64)],
    /// The number of orgs that the reader looks after.
    pub orgs: u64,
    /// The apps that need action or could not be checked, in any order.
    pub waiting: &'a [AppInOrg<'a>],
    /// Orgs that the last scan did not check.
    pub not_checked: &'a [UncheckedOrg],
    /// When the last scan ended.
    pub last_scan: Option<Timestamp>,
    /// The checkpoint of the audit trail: the number of the latest signed digest, a colon and its hash.
    pub checkpoint: Option<&'a str>,
}

/// A domain in an email's headers: letters, digits, `-` and dots (RFC 5321 section 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailDomain(String);

/// The text is not a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mail domain has letters, digits, `-` and dots, such as regrant.example.com, but this text has others")]
pub struct NotAMailDomain;

impl std::str::FromStr for MailDomain {
    type Err = NotAMailDomain;
    fn from_str(text: &str) -> Result<Self, NotAMailDomain> {
        let label = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let shaped = text.len() <= 200 && text.split('.').all(label);
        if shaped { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotAMailDomain) }
    }
}

impl MailDomain {
    /// The domain, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
