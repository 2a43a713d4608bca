//! `GET /api/v1/apps` and `GET /api/v1/apps/{id}`.

use http::StatusCode;
use http::header::LINK;
use serde_json::Value;

use crate::answer::Answer;
use crate::okta_error::OktaError;
use crate::org::{App, Org};
use crate::wire;

/// The page size if the request sets no limit.
const DEFAULT_LIMIT: usize = 20;
/// The largest page size.
const MOST: usize = 200;

/// One filter term. Okta does not document combined terms, so the simulator rejects them.
enum Filter {
    Name(String),
    Id(String),
    Status(String),
}

impl Filter {
    fn parse(text: &str) -> Result<Self, OktaError> {
        let bad = || OktaError::bad_filter(text);
        let mut parts = text.trim().splitn(3, ' ');
        let (Some(member), Some(operator), Some(value)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad());
        };
        let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or_else(bad)?;
        if operator != "eq" || value.contains('"') {
            return Err(bad());
        }
        match member {
            "name" => Ok(Self::Name(value.to_owned())),
            "id" => Ok(Self::Id(value.to_owned())),
            "status" => Ok(Self::Status(value.to_owned())),
            _ => Err(bad()),
        }
    }

    fn matches(&self, app: &App) -> bool {
        match self {
            Self::Name(name) => app.name == *name,
            Self::Id(id) => app.id == *id,
            Self::Status(status) => status == if app.active { "ACTIVE" } else { "INACTIVE" },
        }
    }
}

/// Lists apps. Sends `Link` as one header line for `self` and one for `next`.
pub(crate) fn list(org: &Org, query: &str, origin: &str) -> Result<Answer, OktaError> {
    let mut filter = None;
    let mut after = None;
    let mut limit = DEFAULT_LIMIT;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "filter" => filter = Some(value.into_owned()),
            "after" => after = Some(value.into_owned()),
            "limit" => {
                let asked: usize =
                    value.parse().map_err(|_| OktaError::invalid("limit", "limit: must be a whole number"))?;
                limit = asked.clamp(1, MOST);
            }
            "expand" => return Err(OktaError::invalid("expand", "Expand query is malformed.")),
            _ => {}
        }
    }
    let term = filter.as_deref().map(Filter::parse).transpose()?;
    let start = match &after {
        None => 0,
        Some(id) => org.apps.iter().position(|app| app.id == *id).ok_or_else(OktaError::bad_cursor)? + 1,
    };
    let mut rest = org.apps.iter().skip(start).filter(|app| term.as_ref().is_none_or(|term| term.matches(app)));
    let page: Vec<&App> = rest.by_ref().take(limit).collect();
    let more = rest.next().is_some();

    let body = Value::Array(page.iter().map(|app| wire::app(org, app, origin)).collect());
    let this = page_url(origin, after.as_deref(), limit, filter.as_deref());
    let mut answer = Answer::json(StatusCode::OK, &body).with_header(LINK, &format!("<{this}>; rel=\"self\""));
    if let (true, Some(last)) = (more, page.last()) {
        let there = org.next_link_origin.as_deref().unwrap_or(origin);
        let next = page_url(there, Some(&last.id), limit, filter.as_deref());
        answer = answer.with_header(LINK, &format!("<{next}>; rel=\"next\""));
    }
    Ok(answer)
}

fn page_url(origin: &str, after: Option<&str>, limit: usize, filter: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if let Some(after) = after {
        query.append_pair("after", after);
    }
    query.append_pair("limit", &limit.to_string());
    if let Some(filter) = filter {
        query.append_pair("filter", filter);
    }
    format!("{origin}/api/v1/apps?{}", query.finish())
}

/// Reads one app.
pub(crate) fn get(org: &Org, id: &str, origin: &str) -> Result<Answer, OktaError> {
    let app = find(org, id)?;
    Ok(Answer::json(StatusCode::OK, &wire::app(org, app, origin)))
}

/// Finds the app with this id, or returns Okta's 404 error.
pub(crate) fn find<'a>(org: &'a Org, id: &str) -> Result<&'a App, OktaError> {
    org.app(id).ok_or_else(|| OktaError::not_found(id, "AppInstance"))
}
