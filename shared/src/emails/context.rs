//! What an email is made of. A use case fills this from the ledger; nothing here is read from anywhere.

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use crate::domain::app::AppRecord;
use crate::domain::assignment_counts::AssignmentCounts;
use crate::domain::contact::{Language, MailAddress, TimeZoneName};
use crate::domain::notification::Notification;
use crate::domain::org::OrgProfile;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::scan::OrgNotScanned;
use crate::domain::standing::Standing;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;
use crate::mail::Address;
use crate::settings::PublicUrl;

/// Everything that one email may say. The same context is the same email, byte for byte.
#[derive(Debug, Clone, Copy)]
pub struct EmailContext<'a> {
    /// What is told, to whom, and in which request. Its id becomes the `Message-ID`.
    pub notification: &'a Notification,
    /// The org.
    pub org: &'a OrgProfile,
    /// The app. Every email needs it but the digest and access trouble.
    pub app: Option<&'a AppRecord>,
    /// The language of the reader.
    pub language: Language,
    /// Where the reader's clock stands.
    pub time_zone: &'a TimeZoneName,
    /// When the email is written.
    pub now: Timestamp,
    /// The day until which apps have to be moved.
    pub deadline: Date,
    /// The page to open: of the invitation, or of the request. Without one the email says how to do it otherwise.
    pub link: Option<ActionLink<'a>>,
    /// Where one click mutes what comes again. Only reminders and digests show it.
    pub mute: Option<&'a Url>,
    /// What Okta's consent asks for, and why.
    pub permissions: &'a PermissionCatalogue,
    /// Whether people sign in to a registration of ours first, in the org's cloud.
    pub signs_in: bool,
    /// Work of Okta's that failed since the app stopped working, oldest first.
    pub failed_work: &'a [FailedTasks<'a>],
    /// How many users and groups the app concerns, where that is known.
    pub reach: Option<AssignmentCounts>,
    /// Who else is told the same.
    pub also_told: AlsoTold,
    /// When the next reminder is due; `None` after the last one, and where none follows.
    pub next_reminder: Option<Timestamp>,
    /// Whom to ask.
    pub contact: Option<&'a MailAddress>,
    /// What a digest counts. Only a digest needs it.
    pub digest: Option<Summary<'a>>,
    /// What was answered, where the email is about access trouble (`Trouble::detail`).
    pub detail: Option<&'a str>,
    /// The waiver that ended, where the email is about that.
    pub waiver: Option<&'a Waiver>,
    /// Who writes.
    pub sender: Sender<'a>,
}

/// Who writes, from where.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// `From`.
    pub from: &'a Address,
    /// Where answers go, if not there.
    pub reply_to: Option<&'a Address>,
    /// The domain in `List-Id` and in every `Message-ID`.
    pub domain: &'a MailDomain,
    /// Where the pages are: what a reader compares an address with. `None` where no page is served.
    pub public_url: Option<&'a PublicUrl>,
}

/// A link to a page of ours.
#[derive(Debug, Clone, Copy)]
pub struct ActionLink<'a> {
    /// The page. It alone in an email may be secret.
    pub url: &'a Url,
    /// When it stops to work, where it does.
    pub ends_at: Option<Timestamp>,
}

/// Work of Okta's provisioning that failed (`EventKind::WorkFailed`). Okta leaves it to be done again by hand.
#[derive(Debug, Clone, Copy)]
pub struct FailedTasks<'a> {
    /// When, by Okta's clock.
    pub at: Timestamp,
    /// Whose it was.
    pub whose: Option<&'a UntrustedText>,
    /// The System Log's type of the event.
    pub what: &'a str,
    /// What Okta said.
    pub reason: Option<&'a UntrustedText>,
}

/// How many others are told the same, by their side. No email names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AlsoTold {
    /// Microsoft administrators.
    pub administrators: usize,
    /// Okta operators.
    pub operators: usize,
    /// Those who see to it that somebody acts.
    pub escalation: usize,
}

/// What a digest counts.
#[derive(Debug, Clone, Copy)]
pub struct Summary<'a> {
    /// How many apps stand where; standings without an app may be left out.
    pub counts: &'a [(Standing, u64)],
    /// The apps that somebody has to act on or that could not be looked at, in any order.
    pub waiting: &'a [&'a AppRecord],
    /// Orgs that the last scan did not see.
    pub not_seen: &'a [OrgNotScanned],
    /// When the last scan ended.
    pub last_scan: Option<Timestamp>,
}

/// A domain in a mail's headers: letters, digits, `-` and dots (RFC 5321 section 4.1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailDomain(String);

/// Not a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a mail domain has letters, digits, `-` and dots, such as regrant.example.com, and this is none")]
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
