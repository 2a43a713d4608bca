//! Lenient decoding of a System Log event: missing and null members are ignored, mistyped ones are reported with the event.
//! Only an event without an id or a type is an error.

use jiff::Timestamp;
use serde_json::Value;

use super::{LogEvent, Outcome, OutcomeResult, Severity, Target};
use crate::domain::id::{AppId, LogEventId};
use crate::domain::members::Members;
use crate::domain::tenant::ClientId;
use crate::domain::text::UntrustedText;

/// The maximum stored lengths of a name and of a message, in characters.
const NAME: usize = 300;
const MESSAGE: usize = 1_000;
/// The maximum numbers of stored targets, and of stored apps from the debug data.
const TARGETS: usize = 20;
const APPS: usize = 16;
/// The maximum number of stored problems.
const UNREADABLE: usize = 4;
/// The maximum number of searched members of an event. A real event has about a hundred.
const MEMBERS: usize = 4_000;
/// The maximum searched length of one text, in bytes.
const SEARCHED: usize = 4_096;

/// JSON is not a System Log event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotALogEvent {
    /// No valid `uuid`.
    #[error("skipped a System Log event without a valid uuid, because it cannot be identified")]
    NoId,
    /// No valid `eventType`.
    #[error("skipped a System Log event without a valid eventType, because its meaning is unknown")]
    NoType,
}

impl LogEvent {
    /// Decodes one event. `fallback_time` is used if the event has no time.
    pub fn from_json(json: &Value, fallback_time: Timestamp) -> Result<Self, NotALogEvent> {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let id = text("uuid").and_then(|id| id.parse::<LogEventId>().ok()).ok_or(NotALogEvent::NoId)?;
        let event_type = text("eventType").filter(|name| is_event_type(name)).ok_or(NotALogEvent::NoType)?;
        let mut members = Members::of(json, "The event");
        let severity = Severity::from(short(members.text("severity").unwrap_or("MISSING")));
        let reason = members.text("outcome.reason");
        let outcome = members
            .text("outcome.result")
            .map(|result| Outcome { result: OutcomeResult::from(short(result)), reason: reason.map(message) });
        let display_message = members.text("displayMessage").unwrap_or_default();
        let published = members.parsed("published");
        if published.is_none() && members.value("published").is_none() {
            members.lacks("published");
        }
        let legacy_event_type = members.text("legacyEventType").filter(|name| is_event_type(name)).map(str::to_owned);
        let items = members.list("target");
        let mut targets = Vec::new();
        for item in items {
            let mut target = Members::of(item, "The event has a target that");
            if item.is_object() && targets.len() < TARGETS {
                targets.push(target_of(&mut target));
            }
            members.adopt(target);
        }
        let debug_data = members.value("debugContext.debugData");
        if debug_data.is_some_and(|data| !data.is_object()) {
            members.has("a debugContext.debugData that is not an object");
        }
        for name in self::members(json).filter_map(odd_client_id) {
            members.has(&format!("an invalid {name}"));
        }
        let details = items.iter().filter_map(|target| target.get("detailEntry"));
        let messages = reason.into_iter().chain(Some(display_message));
        Ok(Self {
            id,
            published: published.unwrap_or(fallback_time),
            event_type: event_type.to_owned(),
            severity,
            outcome,
            display_message: message(display_message),
            targets,
            aadsts: messages
                .chain(debug_data.into_iter().flat_map(texts))
                .find_map(|text| aadsts_numbers(text).next())
                .map(|(_, number)| number),
            legacy_event_type,
            app_registration_client_id: self::members(json).find_map(client_id),
            apps_in_debug_data: app_ids(debug_data.into_iter().chain(details).flat_map(texts)),
            unreadable: members.into_problems().into_iter().take(UNREADABLE).collect(),
        })
    }
}

fn target_of(members: &mut Members<'_>) -> Target {
    let mut name = |name: &str| members.text(name).map(|text| truncated(text, NAME));
    Target {
        id: name("id").unwrap_or_default(),
        kind: name("type").unwrap_or_default(),
        alternate_id: name("alternateId"),
        display_name: name("displayName"),
    }
}

fn message(text: &str) -> UntrustedText {
    truncated(text, MESSAGE)
}

fn truncated(text: &str, most: usize) -> UntrustedText {
    UntrustedText::new(text.chars().take(most).collect::<String>())
}

/// An enum value, truncated and with hidden characters escaped.
fn short(text: &str) -> String {
    truncated(text, 40).to_string()
}

/// Letters, digits, dots, hyphens and underscores, like every type in the catalogue.
fn is_event_type(name: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    (1..=200).contains(&name.len()) && name.bytes().all(is_part)
}

/// Every member below `json` with its name, if it has one; at most [`MEMBERS`].
fn members(json: &Value) -> impl Iterator<Item = (Option<&str>, &Value)> {
    let mut waiting = vec![(None, json)];
    std::iter::from_fn(move || {
        let (name, value) = waiting.pop()?;
        match value {
            Value::Object(object) => waiting.extend(object.iter().map(|(name, value)| (Some(name.as_str()), value))),
            Value::Array(items) => waiting.extend(items.iter().map(|item| (None, item))),
            _ => {}
        }
        Some((name, value))
    })
    .take(MEMBERS)
}

/// Every text below `json`, truncated to the searched length.
fn texts(json: &Value) -> impl Iterator<Item = &str> {
    members(json).filter_map(|(_, value)| value.as_str()).map(|text| {
        let end = text.floor_char_boundary(SEARCHED);
        text.get(..end).unwrap_or_default()
    })
}

/// Every `AADSTS` number in a text and where it starts ("Microsoft Entra authentication and authorization error codes").
pub(super) fn aadsts_numbers(text: &str) -> impl Iterator<Item = (usize, u32)> {
    const LETTERS: &[u8] = b"AADSTS";
    let bytes = text.as_bytes();
    let starts = bytes.windows(LETTERS.len()).enumerate().filter(|(_, word)| word.eq_ignore_ascii_case(LETTERS));
    starts.filter_map(move |(at, _)| {
        let rest = bytes.get(at + LETTERS.len()..)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = rest.get(..digits).filter(|number| (4..=9).contains(&number.len()))?;
        Some((at, std::str::from_utf8(number).ok()?.parse().ok()?))
    })
}

/// Finds `app_registration_client_id` in any spelling. Its position is not documented, so every member is checked.
fn client_id((name, value): (Option<&str>, &Value)) -> Option<ClientId> {
    is_client_id(name?).then(|| value.as_str()?.parse().ok()).flatten()
}

/// The name of such a member whose value is not a client id.
fn odd_client_id<'a>((name, value): (Option<&'a str>, &Value)) -> Option<&'a str> {
    let is_valid = value.is_null() || value.as_str().is_some_and(|text| text.parse::<ClientId>().is_ok());
    name.filter(|name| is_client_id(name) && !is_valid)
}

fn is_client_id(name: &str) -> bool {
    let letters: String = name.chars().filter(|c| *c != '_').take(40).collect();
    letters.eq_ignore_ascii_case("appRegistrationClientId")
}

/// Whether `word` looks like an app id: `0oa` followed by letters and digits, as in every recorded response.
pub(super) fn is_app_id(word: &str) -> bool {
    (8..=40).contains(&word.len()) && word.starts_with("0oa") && word.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn app_ids<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<AppId> {
    let mut ids: Vec<AppId> = Vec::new();
    for word in texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric())).filter(|word| is_app_id(word)) {
        if ids.len() == APPS {
            break;
        }
        if let Ok(id) = word.parse()
            && !ids.contains(&id)
        {
            ids.push(id);
        }
    }
    ids
}
