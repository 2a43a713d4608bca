//! Whether an event proves that Microsoft refused Okta's own sign-in until a person acts.
//!
//! Events repeat Microsoft's error text, which is the only evidence. It is proof only if the failure catalogue knows every
//! code in it, each of them [ends a consent](Failure::ends_consent), no status says that the server was at fault, and the text
//! is about Okta's account or client instead of a provisioned user.

use super::{LogEvent, OutcomeResult, Target, read};
use crate::domain::failure::class::FailureClass;
use crate::domain::failure::{self, Failure};

/// The name of the account that Okta signs in with, before the app's id (Okta's article on `AADSTS50079`).
const SERVICE_ACCOUNT: &str = "svc_okta_sync";

/// The `legacyEventType` of a token request that was refused (Okta, event type mappings of
/// `application.integration.authentication_failure`).
const REFUSED_TOKENS: [&str; 2] = ["app.api.error.oauth.refresh.token", "app.api.error.oauth.get.token"];

/// Words that people and programs use for failures of a network or server.
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
    "connection",
    "network",
    "unreachable",
    "unknown host",
    "internal server error",
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
    for text in [reason, event.display_message.raw()] {
        let codes = codes(text);
        if let Some((at, _)) = codes.first() {
            return !server_failed(text.get(..*at).unwrap_or_default())
                && codes.iter().all(|(_, code)| proves(*code, text.get(*at..).unwrap_or_default(), event, topic));
        }
    }
    if says_server_failed(reason) {
        return false;
    }
    match event.aadsts {
        // The rest of the debug data is not stored, so nothing more is known than the number.
        Some(number) => proves(failure::of_microsoft(&format!("AADSTS{number}")), "", event, topic),
        None => event.legacy_event_type.as_deref().is_some_and(|name| REFUSED_TOKENS.contains(&name)),
    }
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
    let numbers: Vec<_> = read::aadsts_numbers(text)
        .map(|(at, number)| (at, failure::of_microsoft(&format!("AADSTS{number}"))))
        .collect();
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

fn names(target: &Target) -> impl Iterator<Item = &str> {
    [&target.alternate_id, &target.display_name].into_iter().flatten().map(super::super::text::UntrustedText::raw)
}

fn proves(code: Option<&Failure>, text: &str, event: &LogEvent, topic: Topic) -> bool {
    let Some(code) = code.filter(|code| code.ends_consent()) else { return false };
    let text = text.to_ascii_lowercase();
    if text.contains(SERVICE_ACCOUNT) {
        return true;
    }
    let users = event.targets.iter().filter(|target| target.is_user());
    let mut named = users.flat_map(names).map(str::to_ascii_lowercase);
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

/// Whether the text before a code ends with the status of a server's failure: `… Exception: 503 AADSTS…`.
fn server_failed(before: &str) -> bool {
    let status = before.split_whitespace().next_back().and_then(|word| word.parse().ok());
    matches!(status, Some(408 | 423 | 425 | 429 | 500..=599))
}

/// Whether a text without a code blames a server or the network.
fn says_server_failed(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let is_status = |word: &str| matches!(word.parse(), Ok(408 | 423 | 425 | 429 | 500..=599));
    OF_A_SERVER.iter().any(|words| lower.contains(words)) || lower.split(|c: char| !c.is_ascii_digit()).any(is_status)
}
