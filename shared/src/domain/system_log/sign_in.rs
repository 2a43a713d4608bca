//! Whether an event proves that Microsoft refused Okta's own sign-in until a person acts.
//!
//! Events repeat Microsoft's error text, which is the only evidence. It is proof only if the failure catalogue knows every
//! code in it, each of them [ends a consent](Failure::ends_consent), no status says that the server was at fault, and the text
//! is about Okta's account or client instead of a provisioned user.

use super::{LogEvent, OutcomeResult, Target, read};
use crate::domain::failure::class::FailureClass;
use crate::domain::failure::{self, Failure};
use crate::domain::text::UntrustedText;

/// The name of the account that Okta signs in with, before the app's id (Okta's article on `AADSTS50079`).
const SERVICE_ACCOUNT: &str = "svc_okta_sync";

/// The `legacyEventType` of a token request that was refused (Okta, event type mappings of
/// `application.integration.authentication_failure`).
const REFUSED_TOKENS: [&str; 2] = ["app.api.error.oauth.refresh.token", "app.api.error.oauth.get.token"];

/// Words that people and programs use for failures of a server.
const OF_A_SERVER: [&str; 15] = [
    "timed out",
    "timeout",
    "time out",
    "temporar",
    "transient",
    "unavailable",
    "try again later",
    "rate limit",
    "too many requests",
    "throttl",
    "internal server error",
    "bad gateway",
    "maintenance",
    "overloaded",
    "unreachable",
];

/// Words that they use for failures of a network, among them the names of Java's exceptions.
const OF_A_NETWORK: [&str; 11] = [
    "connection",
    "connectexception",
    "network",
    "unknown host",
    "unknownhost",
    "noroutetohost",
    "socket",
    "handshake",
    "broken pipe",
    "ioexception",
    "eofexception",
];

/// Who an event is about, by its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Okta's own credential or sign-in.
    OwnSignIn,
    /// A task, which may be for one user.
    Task,
    /// A user's password.
    UserPassword,
}

/// Whether `event` proves that Microsoft refused Okta's own sign-in until a person acts.
pub(super) fn is_refused(event: &LogEvent, topic: Topic) -> bool {
    let Some(outcome) = event.outcome.as_ref().filter(|outcome| outcome.result == OutcomeResult::Failure) else {
        return false;
    };
    // People choose their names, and events repeat them: a name with a code in it proves nothing.
    if event.targets.iter().filter(|target| target.is_user()).flat_map(names).any(|name| !codes(name).is_empty()) {
        return false;
    }
    let reason = outcome.reason.as_ref().map_or("", |reason| reason.raw());
    if codes(reason).is_empty() && says_server_failed(reason) {
        return false;
    }
    for text in [reason, event.display_message.raw()] {
        let codes = codes(text);
        if let Some((at, _)) = codes.first() {
            return !server_failed(text.get(..*at).unwrap_or_default())
                && codes.iter().all(|(_, code)| proves(*code, text.get(*at..).unwrap_or_default(), event, topic));
        }
    }
    match event.aadsts {
        // The rest of the debug data is not stored, so nothing more is known than the number.
        Some(number) => proves(failure::of_microsoft(&format!("AADSTS{number}")), "", event, topic),
        None => event.legacy_event_type.as_deref().is_some_and(|name| REFUSED_TOKENS.contains(&name)),
    }
}

/// The first of Microsoft's error numbers in an event that the failure catalogue does not list. A number in the name of a user
/// is not one: people choose their names.
pub(super) fn unknown_code(event: &LogEvent) -> Option<u32> {
    let reason = event.outcome.as_ref().and_then(|outcome| outcome.reason.as_ref());
    let texts = reason.into_iter().chain(Some(&event.display_message)).map(UntrustedText::raw);
    let numbers = texts.flat_map(|text| read::aadsts_numbers(text).map(|(_, number)| number)).chain(event.aadsts);
    let users = || event.targets.iter().filter(|target| target.is_user()).flat_map(names);
    let is_in_a_name = |number: u32| users().flat_map(read::aadsts_numbers).any(|(_, named)| named == number);
    let is_known = |number: u32| failure::of_microsoft(&format!("AADSTS{number}")).is_some();
    numbers.into_iter().find(|&number| !is_known(number) && !is_in_a_name(number))
}

/// Whether an event says that a server or the network interrupted the work, so that it may succeed later without changes.
pub(super) fn is_interrupted(event: &LogEvent) -> bool {
    let reason = event.outcome.as_ref().and_then(|outcome| outcome.reason.as_ref()).map_or("", |reason| reason.raw());
    let codes = codes(reason);
    let is_temporary = |code: Option<&Failure>| code.is_some_and(|code| code.class == FailureClass::Wait);
    match codes.first() {
        Some((at, _)) => {
            server_failed(reason.get(..*at).unwrap_or_default()) || codes.iter().any(|(_, code)| is_temporary(*code))
        }
        None => says_server_failed(reason),
    }
}

/// Microsoft's error codes in a text and where they start: `AADSTS` numbers, or else OAuth errors. A code that the catalogue
/// does not list is `None`.
fn codes(text: &str) -> Vec<(usize, Option<&'static Failure>)> {
    let known = |(at, number)| (at, failure::of_microsoft(&format!("AADSTS{number}")));
    let numbers: Vec<_> = read::aadsts_numbers(text).chain(numbers_in_error_codes(text)).map(known).collect();
    if !numbers.is_empty() {
        return numbers;
    }
    let mut found = Vec::new();
    let mut start = 0;
    for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        // OAuth errors contain an underscore, unlike words of a sentence.
        if word.contains('_')
            && let Some(known) = failure::of_microsoft(word)
        {
            found.push((start, Some(known)));
        }
        start += word.len();
        start += text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    found
}

/// The numbers of the member `error_codes` in a response of Microsoft's token endpoint, `"error_codes":[90033]`, and where
/// the member starts.
fn numbers_in_error_codes(text: &str) -> impl Iterator<Item = (usize, u32)> {
    text.match_indices("error_codes").flat_map(|(at, name)| {
        let list = text.get(at + name.len()..).and_then(|rest| rest.split_once('[')?.1.split_once(']'));
        let words = list.map(|(list, _)| list).unwrap_or_default().split(|c: char| !c.is_ascii_digit());
        words.filter_map(move |number| Some((at, number.parse().ok()?)))
    })
}

fn names(target: &Target) -> impl Iterator<Item = &str> {
    [&target.alternate_id, &target.display_name].into_iter().flatten().map(UntrustedText::raw)
}

fn proves(code: Option<&Failure>, text: &str, event: &LogEvent, topic: Topic) -> bool {
    let Some(code) = code.filter(|code| code.ends_consent()) else { return false };
    let text = text.to_ascii_lowercase();
    if text.contains(SERVICE_ACCOUNT) {
        return true;
    }
    let users = event.targets.iter().filter(|target| target.is_user());
    // The account has the same name before its domain in both systems: `ann@` of `ann@acme.example`.
    let local = |name: &'_ str| name.find('@').and_then(|at| name.get(..=at)).unwrap_or_default().to_owned();
    let mut named =
        users.flat_map(names).flat_map(|name| [name.to_owned(), local(name)]).map(|name| name.to_ascii_lowercase());
    let names_target = named.any(|name| name.len() > 2 && text.contains(&name));
    match topic {
        Topic::OwnSignIn => !names_target,
        // An error about an account may be about the user that the task is for, unless it names Okta's.
        Topic::Task => {
            let is_about_a_user = code.is_about_an_account() && event.user().is_some();
            !(names_target || text.contains('@') || is_about_a_user)
        }
        Topic::UserPassword => !names_target && !text.contains('@') && !code.is_about_an_account(),
    }
}

/// Whether the text before a code reports a server's failure: `… Exception: 503 AADSTS…`, `503 Service Unavailable: …`.
fn server_failed(before: &str) -> bool {
    let lower = before.to_ascii_lowercase();
    let is_status = |word: &str| matches!(word.parse(), Ok(408 | 423 | 425 | 429 | 500..=599));
    OF_A_SERVER.iter().any(|words| lower.contains(words))
        || lower.split(|c: char| !c.is_ascii_alphanumeric()).any(is_status)
}

/// Whether a text without a code blames a server or the network.
fn says_server_failed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    OF_A_NETWORK.iter().any(|words| lower.contains(words)) || server_failed(&lower)
}
