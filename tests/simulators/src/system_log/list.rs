//! `GET /api/v1/logs` as a polling reader uses it: `since` once, then `next` links indefinitely.

use http::StatusCode;
use http::header::LINK;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::filter::Filter;
use super::{SystemLog, Written, wire};
use crate::answer::Answer;
use crate::okta_error::OktaError;
use crate::org::Org;
use crate::seeded_rng::SeededRng;

const DEFAULT_LIMIT: usize = 100;
const MOST: usize = 1_000;
const DAY_HOURS: i64 = 24;
/// The default range of a read without `since`, in days.
const DEFAULT_DAYS: i64 = 7;
/// The retention of events, in days.
const KEPT_DAYS: i64 = 90;
/// The oldest accepted `since`, in days.
const ASKED_DAYS: i64 = 180;

/// The simulator's state that a read needs.
pub(crate) struct Reading<'a> {
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
    pub(crate) origin: &'a str,
}

/// Lists a page of events, with one `Link` line for `self` and one for `next`, which is always present.
pub(crate) fn list(org: &Org, log: &SystemLog, query: &str, reading: &Reading<'_>) -> Result<Answer, OktaError> {
    let (mut filter, mut since, mut after, mut limit) = (None, None, None, DEFAULT_LIMIT);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "filter" => filter = Some(value.into_owned()),
            "after" => after = Some(value.into_owned()),
            "since" => {
                let cause = "since: The date format in your query is not recognized. Please enter dates using ISO8601 \
                             string format.";
                since = Some(value.parse::<Timestamp>().map_err(|_| OktaError::invalid("'since'", cause))?);
            }
            "limit" => {
                let asked: usize =
                    value.parse().map_err(|_| OktaError::invalid("'limit'", "limit: must be a whole number"))?;
                limit = asked.clamp(1, MOST);
            }
            "sortOrder" if value == "ASCENDING" => {}
            "sortOrder" | "until" | "q" => {
                return Err(OktaError::invalid(&format!("'{name}'"), "the simulator serves polling requests only"));
            }
            _ => {}
        }
    }
    let days_ago = |days: i64| reading.now.saturating_sub(SignedDuration::from_hours(days * DAY_HOURS));
    let days_ago = |days: i64| days_ago(days).unwrap_or(Timestamp::MIN);
    let start = match (&after, since) {
        (Some(_), Some(_)) => {
            return Err(OktaError::invalid("'after'", "since and after are mutually exclusive"));
        }
        (Some(cursor), None) => number_of(cursor, org, reading.seed).ok_or_else(OktaError::bad_cursor)?,
        (None, Some(since)) if since < days_ago(ASKED_DAYS) => return Err(OktaError::since_too_old()),
        (None, since) => log.number_at(since.unwrap_or_else(|| days_ago(DEFAULT_DAYS))),
    };
    let term = filter.as_deref().map(Filter::parse).transpose()?;
    let kept = days_ago(KEPT_DAYS);
    let lets_through =
        |written: &&Written| written.published >= kept && term.as_ref().is_none_or(|term| term.matches(&written.entry));
    let page: Vec<&Written> = log.after(start).filter(lets_through).take(limit).collect();
    // A full page continues after its last event; any other page continues after all examined events.
    let next = page.last().filter(|_| page.len() == limit).map_or(log.next.max(start), |last| last.number + 1);

    let body = Value::Array(page.iter().map(|written| wire::event(written)).collect());
    let query = if query.is_empty() { String::new() } else { format!("?{query}") };
    let this = format!("{}/api/v1/logs{query}", reading.origin);
    let there = org.next_link_origin.as_deref().unwrap_or(reading.origin);
    let mut onward = url::form_urlencoded::Serializer::new(String::new());
    onward.append_pair("after", &cursor(next, org, reading.seed)).append_pair("sortOrder", "ASCENDING");
    onward.append_pair("limit", &limit.to_string());
    if let Some(filter) = &filter {
        onward.append_pair("filter", filter);
    }
    Ok(Answer::json(StatusCode::OK, &body)
        .with_header(LINK, &format!("<{this}>; rel=\"self\""))
        .with_header(LINK, &format!("<{there}/api/v1/logs?{}>; rel=\"next\"", onward.finish())))
}

/// A cursor that only this org issues and that `log_cursor_age` invalidates.
fn cursor(number: u64, org: &Org, seed: u64) -> String {
    let seal = SeededRng::new(seed, &format!("cursor {} {}", org.name, org.log_cursor_age), number).hex(16);
    format!("{number:x}_{seal}")
}

fn number_of(text: &str, org: &Org, seed: u64) -> Option<u64> {
    let number = u64::from_str_radix(text.split_once('_')?.0, 16).ok()?;
    (cursor(number, org, seed) == text).then_some(number)
}
