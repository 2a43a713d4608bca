//! Contacts: who receives email about an org, in which language, and when.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::id::Sha256Digest;
use super::text::UntrustedText;

/// An email address without a display name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailAddress(String);

/// The text is not an email address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not an email address; use the form name@example.com")]
pub struct NotAnAddress(String);

impl TryFrom<String> for MailAddress {
    type Error = NotAnAddress;
    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        match text.parse::<lettre::Address>() {
            // A control character could end a header line, so it is never part of an address.
            Ok(_) if !text.chars().any(char::is_control) => Ok(Self(text)),
            _ => Err(NotAnAddress(UntrustedText::new(text).to_string())),
        }
    }
}

impl FromStr for MailAddress {
    type Err = NotAnAddress;
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        Self::try_from(text.trim().to_owned())
    }
}

impl From<MailAddress> for String {
    fn from(address: MailAddress) -> Self {
        address.0
    }
}

impl MailAddress {
    /// The address as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest used in storage keys. It ignores case, because mail servers in practice do too.
    pub fn digest(&self) -> Sha256Digest {
        Sha256Digest::of(&self.0.to_lowercase())
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The role of a recipient, which decides what the email asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Holds the Global Administrator role in the tenant and can consent.
    MicrosoftAdministrator,
    /// Manages the Okta org and can save.
    OktaOperator,
    /// Is notified if no one acts.
    Escalation,
}

/// The language of an email.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
}

impl FromStr for Language {
    type Err = UnknownLanguage;
    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        match name {
            "en" => Ok(Self::En),
            "de" => Ok(Self::De),
            _ => Err(UnknownLanguage),
        }
    }
}

/// The language is not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unsupported language; emails are available in en (English) and de (German)")]
pub struct UnknownLanguage;

/// The name of a time zone (IANA), such as `Europe/Vienna`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZoneName(String);

/// The time zone does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a time zone; use a name from the IANA database, such as Europe/Vienna or UTC")]
pub struct NoSuchTimeZone(String);

impl TryFrom<String> for TimeZoneName {
    type Error = NoSuchTimeZone;
    fn try_from(name: String) -> Result<Self, NoSuchTimeZone> {
        match TimeZone::get(&name) {
            Ok(_) => Ok(Self(name)),
            Err(_) => Err(NoSuchTimeZone(UntrustedText::new(name).to_string())),
        }
    }
}

impl FromStr for TimeZoneName {
    type Err = NoSuchTimeZone;
    fn from_str(name: &str) -> Result<Self, NoSuchTimeZone> {
        Self::try_from(name.to_owned())
    }
}

impl From<TimeZoneName> for String {
    fn from(name: TimeZoneName) -> Self {
        name.0
    }
}

impl Default for TimeZoneName {
    fn default() -> Self {
        Self("UTC".to_owned())
    }
}

impl TimeZoneName {
    /// The zone. Names are validated on input, so UTC is used only if the database has changed since.
    pub fn zone(&self) -> TimeZone {
        TimeZone::get(&self.0).unwrap_or(TimeZone::UTC)
    }
}

/// Hours of the day, local time, in which only urgent email is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// When they start.
    pub from: Time,
    /// When they end; earlier than `from` if they span midnight.
    pub until: Time,
}

/// The text is not a range of two times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("quiet hours are two different times, such as 18:00-08:00")]
pub struct NotQuietHours;

impl FromStr for QuietHours {
    type Err = NotQuietHours;
    fn from_str(text: &str) -> Result<Self, NotQuietHours> {
        let (from, until) = text.split_once('-').ok_or(NotQuietHours)?;
        let time = |text: &str| text.trim().parse::<Time>().map_err(|_| NotQuietHours);
        let quiet = Self { from: time(from)?, until: time(until)? };
        if quiet.from == quiet.until { Err(NotQuietHours) } else { Ok(quiet) }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.strftime("%H:%M"), self.until.strftime("%H:%M"))
    }
}

impl QuietHours {
    fn covers(self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            time >= self.from || time < self.until
        }
    }

    /// The earliest moment from `at` on at which email may be sent.
    pub fn next_allowed(self, at: Timestamp, zone: &TimeZone) -> Timestamp {
        let local = zone.to_datetime(at);
        if !self.covers(local.time()) {
            return at;
        }
        let today = local.date().to_datetime(self.until);
        let ends = if local.time() < self.until { Some(today) } else { today.checked_add(1.day()).ok() };
        // A time that is skipped or repeated by daylight saving is resolved as in RFC 5545. The year 9999 has no tomorrow.
        ends.and_then(|ends: DateTime| zone.to_timestamp(ends).ok()).unwrap_or(at).max(at)
    }
}

/// The contacts of an org.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Contacts {
    /// Microsoft administrators, who can consent.
    pub administrators: Vec<MailAddress>,
    /// Okta operators, who can save and who maintain Regrant's own access.
    pub operators: Vec<MailAddress>,
    /// The people who are notified if no one acts.
    pub escalation: Vec<MailAddress>,
    /// The language of their emails.
    pub language: Language,
    /// Their time zone.
    pub time_zone: TimeZoneName,
    /// When they receive only urgent email.
    pub quiet_hours: Option<QuietHours>,
}

impl Contacts {
    /// Whether the list of contacts is empty.
    pub const fn is_empty(&self) -> bool {
        self.administrators.is_empty() && self.operators.is_empty() && self.escalation.is_empty()
    }

    /// Adds an address to an audience. `false` if it is there already, in any case.
    pub fn add(&mut self, audience: Audience, address: &MailAddress) -> bool {
        let listed = self.list_mut(audience);
        let is_new = listed.iter().all(|known| known.digest() != address.digest());
        if is_new {
            listed.push(address.clone());
        }
        is_new
    }

    /// Removes an address from an audience. `false` if it is not there.
    pub fn remove(&mut self, audience: Audience, address: &MailAddress) -> bool {
        let listed = self.list_mut(audience);
        let before = listed.len();
        listed.retain(|known| known.digest() != address.digest());
        listed.len() < before
    }

    const fn list_mut(&mut self, audience: Audience) -> &mut Vec<MailAddress> {
        match audience {
            Audience::MicrosoftAdministrator => &mut self.administrators,
            Audience::OktaOperator => &mut self.operators,
            Audience::Escalation => &mut self.escalation,
        }
    }

    /// The addresses of one audience, without duplicates.
    pub fn of(&self, audience: Audience) -> Vec<MailAddress> {
        let listed = match audience {
            Audience::MicrosoftAdministrator => &self.administrators,
            Audience::OktaOperator => &self.operators,
            Audience::Escalation => &self.escalation,
        };
        let mut seen = std::collections::BTreeSet::new();
        listed.iter().filter(|address| seen.insert(address.digest())).cloned().collect()
    }

    /// The earliest moment from `at` on at which these contacts may receive email.
    pub fn next_allowed(&self, at: Timestamp) -> Timestamp {
        self.quiet_hours.map_or(at, |quiet| quiet.next_allowed(at, &self.time_zone.zone()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quiet(text: &str) -> QuietHours {
        text.parse().unwrap()
    }

    fn vienna() -> TimeZone {
        "Europe/Vienna".parse::<TimeZoneName>().unwrap().zone()
    }

    fn moved(quiet_hours: &str, at: &str) -> String {
        quiet(quiet_hours).next_allowed(at.parse().unwrap(), &vienna()).to_string()
    }

    #[test]
    fn email_in_quiet_hours_waits_until_they_end() {
        assert_eq!(moved("18:00-08:00", "2026-01-10T17:30:00Z"), "2026-01-11T07:00:00Z", "18:30 in Vienna");
        assert_eq!(moved("18:00-08:00", "2026-01-10T03:00:00Z"), "2026-01-10T07:00:00Z", "04:00 in Vienna");
        assert_eq!(moved("18:00-08:00", "2026-01-10T07:00:00Z"), "2026-01-10T07:00:00Z", "08:00 is allowed");
        assert_eq!(moved("12:00-13:00", "2026-07-10T10:30:00Z"), "2026-07-10T11:00:00Z", "over lunch, in summer time");
    }

    #[test]
    fn quiet_hours_end_despite_a_clock_change() {
        assert_eq!(
            moved("22:00-02:30", "2026-03-29T00:30:00Z"),
            "2026-03-29T01:30:00Z",
            "02:30 does not exist that night"
        );
    }

    #[test]
    fn malformed_contact_values_are_refused() {
        for bad in
            ["", "ada", "ada@", "ada@contoso.example\r\nBcc: eve@example.com", "<ada@contoso.example>", "a@b, c@d"]
        {
            assert!(bad.parse::<MailAddress>().is_err(), "{bad:?}");
        }
        for bad in ["", "18:00", "18:00-18:00", "25:00-08:00", "8-9-10"] {
            assert!(bad.parse::<QuietHours>().is_err(), "{bad:?}");
        }
        assert!("Europe/Nowhere".parse::<TimeZoneName>().is_err() && "fr".parse::<Language>().is_err());
    }

    #[test]
    fn addresses_that_differ_by_case_are_one_contact() {
        let two: Vec<MailAddress> = ["Ada@contoso.example", "ada@contoso.example"].map(|a| a.parse().unwrap()).to_vec();
        let contacts = Contacts { operators: two, ..Contacts::default() };
        assert_eq!(contacts.of(Audience::OktaOperator).len(), 1);
        assert!(!contacts.is_empty() && Contacts::default().is_empty());
    }

    #[test]
    fn contact_is_added_and_removed_in_any_case() {
        let (ada, upper) = ("ada@contoso.example".parse().unwrap(), "ADA@contoso.example".parse().unwrap());
        let mut contacts = Contacts::default();
        assert!(contacts.add(Audience::OktaOperator, &ada) && !contacts.add(Audience::OktaOperator, &upper));
        assert!(contacts.administrators.is_empty() && contacts.operators == [ada]);
        assert!(!contacts.remove(Audience::Escalation, &upper) && contacts.remove(Audience::OktaOperator, &upper));
        assert!(contacts.is_empty());
    }

    proptest! {
        #[test]
        fn next_allowed_is_never_early_and_within_a_day(
            second in 1_700_000_000_i64..1_900_000_000, from in 0_i8..24, until in 0_i8..24,
        ) {
            prop_assume!(from != until);
            let quiet = QuietHours { from: Time::constant(from, 0, 0, 0), until: Time::constant(until, 0, 0, 0) };
            let at = Timestamp::from_second(second).unwrap();
            let moved = quiet.next_allowed(at, &vienna());
            prop_assert!(moved >= at && moved.duration_since(at).as_hours() <= 25);
            prop_assert_eq!(quiet.next_allowed(moved, &vienna()), moved);
        }
    }
}
