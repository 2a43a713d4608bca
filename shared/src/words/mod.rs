//! The words of every page and email, one catalogue per language in one folder each. A missing translation does not compile.

mod de;
pub(crate) mod emails;
mod en;
pub(crate) mod number;
pub(crate) mod pages;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::contact::Language;
use crate::domain::grant::GrantKind;
use crate::domain::permission::{Permission, PermissionCatalogue};
use emails::{
    AccessProblemWords, CompletionWords, DigestWords, FollowUpWords, GeneralWords, OperatorRequestWords, RequestWords,
    SecretEndingWords, SubjectWords, TestEmailWords, WaiverExpiredWords,
};
use pages::PageWords;

/// The catalogue of a language.
pub(crate) const fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &en::WORDS,
        Language::De => &de::WORDS,
    }
}

type Phrase = &'static str;
type PhraseWithOne = fn(&str) -> String;
type PhraseWithTwo = fn(&str, &str) -> String;

/// The catalogue of one language. Text between backticks is code.
pub(crate) struct Words {
    pub(crate) labels: LabelWords,
    pub(crate) pages: PageWords,
    pub(crate) general: GeneralWords,
    pub(crate) subjects: SubjectWords,
    pub(crate) request: RequestWords,
    pub(crate) operator: OperatorRequestWords,
    pub(crate) follow_up: FollowUpWords,
    pub(crate) completion: CompletionWords,
    pub(crate) digest: DigestWords,
    pub(crate) access_problem: AccessProblemWords,
    pub(crate) waiver_expired: WaiverExpiredWords,
    pub(crate) secret_ending: SecretEndingWords,
    pub(crate) test_email: TestEmailWords,
}

/// What emails and pages share: dates, names of facts and columns, and permissions.
pub(crate) struct LabelWords {
    pub(crate) date: fn(Date) -> String,
    pub(crate) org: Phrase,
    pub(crate) app: Phrase,
    pub(crate) tenant: Phrase,
    pub(crate) cloud: Phrase,
    pub(crate) status: Phrase,
    pub(crate) since: Phrase,
    pub(crate) finding: Phrase,
    pub(crate) due: Phrase,
    pub(crate) request: Phrase,
    pub(crate) permission: Phrase,
    pub(crate) purpose: Phrase,
    pub(crate) needed: Phrase,
    pub(crate) always: Phrase,
    pub(crate) some_features: Phrase,
    pub(crate) time: Phrase,
    pub(crate) event: Phrase,
    pub(crate) reason: Phrase,
    pub(crate) more: fn(u64) -> String,
    /// The translated purpose of a permission from the default catalogue.
    pub(crate) known_purpose: fn(&str) -> Option<&'static str>,
    /// The purpose of a permission that Regrant does not know.
    pub(crate) unknown_purpose: Phrase,
    pub(crate) grant_scope: fn(&GrantKind) -> &'static str,
}

impl LabelWords {
    /// A time for people, in UTC: `1 January 1970, 00:00 UTC`.
    pub(crate) fn utc_time(&self, at: Timestamp) -> String {
        let utc = TimeZone::UTC.to_datetime(at);
        format!("{}, {:02}:{:02} UTC", (self.date)(utc.date()), utc.hour(), utc.minute())
    }

    /// The purpose of a permission. `None` if the installation worded it itself.
    pub(crate) fn purpose(&self, permission: &Permission) -> Option<&'static str> {
        if permission.is_new() {
            return Some(self.unknown_purpose);
        }
        let is_default = PermissionCatalogue::default().all().contains(permission);
        (self.known_purpose)(&permission.name).filter(|_| is_default)
    }
}
