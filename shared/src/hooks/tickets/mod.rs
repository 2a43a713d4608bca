//! Tickets: one in a ticket system for each request, opened, commented on and closed with it, and never opened twice.
//!
//! The request's id (`RG-…`) is the correlation key. Every step first looks for the ticket and then does only what is
//! missing, so it can be repeated after a crash at any point: a ticket remembers the last events that it shows.

mod jira;
mod servicenow;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use reqwest::Request;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::error::HookError;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::standing::Severity;
use crate::domain::text::UntrustedText;
use crate::vault::exposed;

/// The longest title, in characters: `ServiceNow`'s `short_description` has 160.
const MAX_TITLE: usize = 150;
/// How much of an error's body to show, in characters.
const MAX_BODY: usize = 300;

/// How to sign in to a ticket system, and where tickets go.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TicketDesk {
    /// The user: a name in `ServiceNow`, an email address in Jira.
    pub user: String,
    /// The password, or the API token in Jira.
    #[serde(serialize_with = "exposed")]
    pub password: SecretString,
    /// Where tickets go.
    #[serde(flatten)]
    pub place: TicketPlace,
}

/// Where tickets go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "system", rename_all = "kebab-case")]
pub enum TicketPlace {
    /// A table of `ServiceNow` that extends `task`.
    Servicenow {
        /// The table, such as `incident`.
        table: String,
        /// The name or `sys_id` of the assignment group.
        assignment_group: Option<String>,
        /// The close code. Which values exist depends on the instance.
        close_code: String,
    },
    /// A project of Jira Cloud.
    Jira {
        /// The project's key.
        project: String,
        /// The name of the issue type, such as `Task`.
        issue_type: String,
    },
}

/// What a ticket should show after an event.
#[derive(Debug, Clone)]
pub struct TicketChange {
    /// The correlation key.
    pub request: RequestId,
    /// The event. A ticket shows each event once.
    pub event: NotificationId,
    /// The ticket's id, if an earlier event recorded it.
    pub known: Option<String>,
    /// What should be true of the ticket.
    pub goal: TicketGoal,
    /// Its title.
    pub title: String,
    /// Its text when it is opened.
    pub description: String,
    /// What the event adds to it.
    pub note: String,
    /// How urgent it is.
    pub severity: Severity,
}

/// What should be true of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TicketGoal {
    /// It exists.
    Exists,
    /// It exists, and shows the event.
    ShowsEvent,
    /// It is closed, if it exists.
    IsClosed,
}

/// A ticket that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundTicket {
    id: String,
    is_closed: bool,
    /// The last events that it shows.
    events: Vec<String>,
}

impl FoundTicket {
    fn shows(&self, event: &NotificationId) -> bool {
        self.events.iter().any(|shown| *shown == mark(event))
    }

    /// The events to remember, with one more.
    fn with(&self, event: &NotificationId, most: usize) -> Vec<String> {
        let all: Vec<String> = self.events.iter().cloned().chain([mark(event)]).collect();
        all[all.len().saturating_sub(most)..].to_vec()
    }
}

/// How a ticket names an event: the first digits of its id.
fn mark(event: &NotificationId) -> String {
    event.as_str().chars().take(12).collect()
}

/// A ticket system. Every method makes the calls that it documents, and no others.
#[async_trait]
trait TicketSystem: Send + Sync {
    /// The ticket with this id, or the oldest one with this correlation key, open or closed.
    async fn find(&self, calls: &dyn TicketCalls, change: &TicketChange) -> Result<Option<FoundTicket>, HookError>;
    /// Opens a ticket, and returns its id.
    async fn open(&self, calls: &dyn TicketCalls, change: &TicketChange) -> Result<String, HookError>;
    /// Adds the event to a ticket and remembers it, in one call.
    async fn comment(
        &self,
        calls: &dyn TicketCalls,
        ticket: &FoundTicket,
        change: &TicketChange,
    ) -> Result<(), HookError>;
    /// Closes a ticket.
    async fn close(
        &self,
        calls: &dyn TicketCalls,
        ticket: &FoundTicket,
        change: &TicketChange,
    ) -> Result<(), HookError>;
}

/// Makes one HTTP call to a ticket system.
#[async_trait]
pub(super) trait TicketCalls: Send + Sync {
    /// Sends a request, and returns the response's status and body.
    async fn exchange(&self, request: Request) -> Result<(u16, Value), HookError>;
}

/// Brings a ticket to the goal of an event. Returns its id, if there is one.
pub(super) async fn update(
    calls: &dyn TicketCalls,
    base: &Url,
    desk: &TicketDesk,
    change: &TicketChange,
) -> Result<Option<String>, HookError> {
    let system: Box<dyn TicketSystem + '_> = match &desk.place {
        TicketPlace::Servicenow { .. } => Box::new(servicenow::Servicenow { base, desk }),
        TicketPlace::Jira { .. } => Box::new(jira::Jira { base, desk }),
    };
    let found = system.find(calls, change).await?;
    match (change.goal, found) {
        (TicketGoal::IsClosed, None) => Ok(None),
        (TicketGoal::Exists | TicketGoal::ShowsEvent, None) => system.open(calls, change).await.map(Some),
        (TicketGoal::Exists, Some(ticket)) => Ok(Some(ticket.id)),
        (TicketGoal::ShowsEvent, Some(ticket)) => {
            // A person has closed it: they decide, and it is not opened again.
            if !ticket.is_closed && !ticket.shows(&change.event) {
                system.comment(calls, &ticket, change).await?;
            }
            Ok(Some(ticket.id))
        }
        (TicketGoal::IsClosed, Some(ticket)) => {
            if !ticket.is_closed {
                system.close(calls, &ticket, change).await?;
            }
            Ok(Some(ticket.id))
        }
    }
}

/// Signs in to the ticket system by a read that changes nothing: looks for a ticket that does not exist.
pub(super) async fn check(calls: &dyn TicketCalls, base: &Url, desk: &TicketDesk) -> Result<(), HookError> {
    let unusable = |error: &dyn std::fmt::Display| HookError::Unusable(error.to_string());
    let change = TicketChange {
        request: "RG-00000-00000".parse().map_err(|error| unusable(&error))?,
        event: "0".parse().map_err(|error| unusable(&error))?,
        known: None,
        goal: TicketGoal::IsClosed,
        title: String::new(),
        description: String::new(),
        note: String::new(),
        severity: Severity::Low,
    };
    update(calls, base, desk, &change).await.map(drop)
}

fn request(
    base: &Url,
    desk: &TicketDesk,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Result<Request, HookError> {
    let unusable = |_| HookError::Unusable("its URL or user cannot be used".to_owned());
    let url = base.join(path).map_err(|_| HookError::Unusable("its URL cannot be used".to_owned()))?;
    let mut request = Request::new(method, url);
    let login = STANDARD.encode(format!("{}:{}", desk.user, desk.password.expose_secret()));
    let mut login = HeaderValue::try_from(format!("Basic {login}")).map_err(unusable)?;
    login.set_sensitive(true);
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().extend([(AUTHORIZATION, login), (ACCEPT, json.clone()), (CONTENT_TYPE, json)]);
    *request.body_mut() = body.map(|body| body.to_string().into());
    Ok(request)
}

/// A part of a path or a query, escaped.
fn escaped(part: &str) -> String {
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect()
}

/// The body of a successful response, or what went wrong.
fn accepted((status, body): (u16, Value)) -> Result<Value, HookError> {
    let said = || {
        let text = match &body {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        UntrustedText::new(text.chars().take(MAX_BODY).collect::<String>()).to_string()
    };
    match status {
        200..=299 => Ok(body),
        // It can be sent once the operator has repaired the login.
        401 | 403 => Err(HookError::NotNow(format!(
            "the ticket system denies access ({status}); check the user, its password and its roles: {}",
            said()
        ))),
        408 | 425 | 429 | 500..=599 => Err(HookError::NotNow(format!("the ticket system returned {status}"))),
        _ => Err(HookError::Rejected { status, said: said() }),
    }
}

/// A title of at most [`MAX_TITLE`] characters.
pub(crate) fn title(text: &str) -> String {
    if text.chars().count() <= MAX_TITLE {
        return text.to_owned();
    }
    text.chars().take(MAX_TITLE - 1).chain(['\u{2026}']).collect()
}
