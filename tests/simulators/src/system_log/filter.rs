//! Filter expressions, limited to those that Regrant sends: `eventType` by `eq`, `sw` and `co`, `outcome.result` and `target.id`
//! by `eq`, joined by `and` and `or`, grouped by parentheses (Okta developer docs, "Core Okta API", "Filter").

use super::LogEntry;
use crate::okta_error::OktaError;

/// The largest number of words in an expression, which also limits nesting.
const WORDS: usize = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// At least one of these matches.
    Any(Vec<Self>),
    /// All of these match.
    All(Vec<Self>),
    TypeIs(String),
    TypeStartsWith(String),
    TypeContains(String),
    ResultIs(String),
    TargetIs(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Open,
    Close,
    Text(String),
    Quoted(String),
}

impl Filter {
    pub(super) fn parse(text: &str) -> Result<Self, OktaError> {
        let bad = || OktaError::bad_log_filter(text);
        let words = words(text).filter(|words| words.len() <= WORDS).ok_or_else(bad)?;
        let mut rest = words.as_slice();
        let filter = any(&mut rest).filter(|_| rest.is_empty());
        filter.ok_or_else(bad)
    }

    pub(super) fn matches(&self, entry: &LogEntry) -> bool {
        match self {
            Self::Any(terms) => terms.iter().any(|term| term.matches(entry)),
            Self::All(terms) => terms.iter().all(|term| term.matches(entry)),
            Self::TypeIs(name) => entry.event_type == *name,
            Self::TypeStartsWith(name) => entry.event_type.starts_with(name),
            Self::TypeContains(name) => entry.event_type.contains(name),
            Self::ResultIs(result) => entry.outcome.as_ref() == Some(result),
            Self::TargetIs(id) => entry.target_ids().any(|target| target == *id),
        }
    }
}

fn words(text: &str) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '(' => (Word::Open, rest.get(1..)?),
            ')' => (Word::Close, rest.get(1..)?),
            '"' => {
                let (quoted, after) = rest.get(1..)?.split_once('"')?;
                (Word::Quoted(quoted.to_owned()), after)
            }
            _ => {
                let end = rest.find([' ', '(', ')', '"']).unwrap_or(rest.len());
                (Word::Text(rest.get(..end)?.to_owned()), rest.get(end..)?)
            }
        };
        words.push(word);
        rest = after.trim_start();
    }
    Some(words)
}

/// Consumes the next word if it is `text`. Returns whether it was.
fn takes(rest: &mut &[Word], text: &str) -> bool {
    match rest.split_first() {
        Some((Word::Text(word), after)) if word.eq_ignore_ascii_case(text) => {
            *rest = after;
            true
        }
        _ => false,
    }
}

fn any(rest: &mut &[Word]) -> Option<Filter> {
    let mut terms = vec![all(rest)?];
    while takes(rest, "or") {
        terms.push(all(rest)?);
    }
    Some(Filter::Any(terms))
}

/// `and` binds tighter than `or` (RFC 7644 section 3.4.2.2).
fn all(rest: &mut &[Word]) -> Option<Filter> {
    let mut terms = vec![term(rest)?];
    while takes(rest, "and") {
        terms.push(term(rest)?);
    }
    Some(Filter::All(terms))
}

fn term(rest: &mut &[Word]) -> Option<Filter> {
    if let [Word::Open, inside @ ..] = *rest {
        *rest = inside;
        let filter = any(rest)?;
        let [Word::Close, after @ ..] = *rest else { return None };
        *rest = after;
        return Some(filter);
    }
    let [Word::Text(member), Word::Text(operator), Word::Quoted(value), after @ ..] = *rest else { return None };
    *rest = after;
    let value = value.clone();
    match (member.as_str(), operator.as_str()) {
        ("eventType", "eq") => Some(Filter::TypeIs(value)),
        ("eventType", "sw") => Some(Filter::TypeStartsWith(value)),
        ("eventType", "co") => Some(Filter::TypeContains(value)),
        ("outcome.result", "eq") => Some(Filter::ResultIs(value)),
        ("target.id", "eq") => Some(Filter::TargetIs(value)),
        _ => None,
    }
}
