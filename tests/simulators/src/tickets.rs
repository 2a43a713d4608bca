//! Simulated ticket systems: `ServiceNow`'s Table API and Jira Cloud's REST API, as far as their documentation describes what
//! Regrant calls. They were not compared with real instances.
//!
//! Jira's search finds a new or changed issue only after [`INDEX_DELAY`], as Atlassian documents ("Search and reconcile").

use std::sync::Arc;

use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use regrant::clock::Clock;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::kill_point::KillPoint;

/// How long Jira's search does not find a new issue.
pub const INDEX_DELAY: SignedDuration = SignedDuration::from_mins(1);
/// The user and the password that both systems accept.
pub const TICKET_USER: &str = "regrant@contoso.example";
/// See [`TICKET_USER`].
pub const TICKET_PASSWORD: &str = "inventedTicketPassword";

/// A ticket of either system.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Its id.
    pub id: String,
    /// The correlation key.
    pub request: String,
    /// Its title.
    pub title: String,
    /// Its comments, oldest first.
    pub comments: Vec<String>,
    /// Whether it is closed.
    pub is_closed: bool,
    /// What the caller stored with it.
    memory: Value,
    made_at: Timestamp,
}

struct Desk {
    tickets: Mutex<Vec<Ticket>>,
    kill_point: KillPoint,
    clock: Arc<dyn Clock>,
}

/// Both ticket systems at one address.
#[derive(Clone)]
pub struct TicketSimulator {
    desk: Arc<Desk>,
    url: String,
}

type Desks = State<Arc<Desk>>;

impl TicketSimulator {
    /// Starts them on a free loopback port.
    pub async fn start(clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let desk = Arc::new(Desk { tickets: Mutex::default(), kill_point: KillPoint::default(), clock });
        let router = Router::new()
            .route("/api/now/table/incident", get(servicenow_find).post(servicenow_open))
            .route("/api/now/table/incident/{id}", axum::routing::patch(servicenow_change))
            .route("/rest/api/3/search/jql", post(jira_find))
            .route("/rest/api/3/issue", post(jira_open))
            .route("/rest/api/3/issue/{id}", put(jira_edit).get(jira_issue))
            .route("/rest/api/3/issue/{id}/transitions", get(jira_transitions).post(jira_transition))
            .fallback(unknown_table)
            .layer(middleware::from_fn_with_state(desk.clone(), at_the_door))
            .with_state(desk.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { desk, url })
    }

    /// The address of both.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Counts the calls, and can withhold one response.
    pub fn kill_point(&self) -> &KillPoint {
        &self.desk.kill_point
    }

    /// Every ticket.
    pub fn tickets(&self) -> Vec<Ticket> {
        self.desk.tickets.lock().clone()
    }

    /// Closes every ticket, as a person does.
    pub fn close_all(&self) {
        self.desk.tickets.lock().iter_mut().for_each(|ticket| ticket.is_closed = true);
    }
}

/// Checks the login, and withholds the response of the kill point's call after it took effect.
async fn at_the_door(State(desk): Desks, request: Request, next: Next) -> Response {
    let login = format!("Basic {}", STANDARD.encode(format!("{TICKET_USER}:{TICKET_PASSWORD}")));
    let is_known = request.headers().get(AUTHORIZATION).is_some_and(|value| value.as_bytes() == login.as_bytes());
    let response = if is_known { next.run(request).await } else { unauthenticated() };
    if !desk.kill_point.delivers_answer() {
        std::future::pending::<()>().await;
    }
    response
}

fn unauthenticated() -> Response {
    let error = json!({
        "error": { "message": "User Not Authenticated", "detail": "Required to provide Auth information" },
        "status": "failure",
    });
    (StatusCode::UNAUTHORIZED, Json(error)).into_response()
}

async fn unknown_table() -> Response {
    let error = json!({ "error": { "message": "Invalid table", "detail": null }, "status": "failure" });
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[derive(Deserialize)]
struct Sysparm {
    sysparm_query: Option<String>,
}

async fn servicenow_find(State(desk): Desks, Query(query): Query<Sysparm>) -> Json<Value> {
    let query = query.sysparm_query.unwrap_or_default();
    let key = query.split('^').find_map(|term| term.strip_prefix("correlation_id=")).unwrap_or_default().to_owned();
    let tickets = desk.tickets.lock();
    let found: Vec<Value> = tickets.iter().filter(|ticket| ticket.request == key).take(1).map(record).collect();
    Json(json!({ "result": found }))
}

fn record(ticket: &Ticket) -> Value {
    json!({
        "sys_id": ticket.id,
        "state": if ticket.is_closed { "6" } else { "1" },
        // A resolved incident stays active until it is closed.
        "active": "true",
        "correlation_display": ticket.memory,
    })
}

async fn servicenow_open(State(desk): Desks, Json(body): Json<Value>) -> Response {
    let mut tickets = desk.tickets.lock();
    let ticket = Ticket {
        id: format!("{:032x}", tickets.len() + 1),
        request: text(&body["correlation_id"]),
        title: text(&body["short_description"]),
        comments: Vec::new(),
        is_closed: false,
        memory: body["correlation_display"].clone(),
        made_at: desk.clock.now(),
    };
    let answer = json!({ "result": { "sys_id": ticket.id } });
    tickets.push(ticket);
    (StatusCode::CREATED, Json(answer)).into_response()
}

async fn servicenow_change(State(desk): Desks, Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    let mut tickets = desk.tickets.lock();
    let Some(ticket) = tickets.iter_mut().find(|ticket| ticket.id == id) else {
        let error = json!({ "error": { "message": "No Record found", "detail": "Record doesn't exist" } });
        return (StatusCode::NOT_FOUND, Json(error)).into_response();
    };
    if body["state"] == "6" {
        // The base system demands both fields of a resolved incident.
        if text(&body["close_code"]).is_empty() || text(&body["close_notes"]).is_empty() {
            let error =
                json!({ "error": { "message": "Operation Failed", "detail": "Data Policy Exception: close_code" } });
            return (StatusCode::FORBIDDEN, Json(error)).into_response();
        }
        ticket.is_closed = true;
        ticket.comments.push(text(&body["close_notes"]));
    }
    if let Some(note) = body["work_notes"].as_str() {
        ticket.comments.push(note.to_owned());
    }
    if !body["correlation_display"].is_null() {
        ticket.memory = body["correlation_display"].clone();
    }
    Json(json!({ "result": record(ticket) })).into_response()
}

async fn jira_find(State(desk): Desks, Json(body): Json<Value>) -> Json<Value> {
    let jql = text(&body["jql"]);
    let tickets = desk.tickets.lock();
    let is_indexed = |ticket: &&Ticket| desk.clock.now().duration_since(ticket.made_at) >= INDEX_DELAY;
    let is_meant = |ticket: &&Ticket| jql.contains(&format!("labels = \"{}\"", ticket.request));
    let found: Vec<Value> = tickets.iter().filter(is_indexed).filter(is_meant).take(1).map(issue).collect();
    Json(json!({ "issues": found, "isLast": true }))
}

fn issue(ticket: &Ticket) -> Value {
    let category = if ticket.is_closed { "done" } else { "new" };
    json!({
        "id": ticket.id,
        "key": format!("OPS-{}", ticket.id),
        "fields": { "status": { "name": "invented", "statusCategory": { "key": category } } },
        "properties": { "regrant": ticket.memory },
    })
}

/// The value of the property `regrant` in a request's body.
fn property(body: &Value) -> Value {
    let mut properties = body["properties"].as_array().into_iter().flatten();
    properties.find(|property| property["key"] == "regrant").map_or(Value::Null, |property| property["value"].clone())
}

async fn jira_open(State(desk): Desks, Json(body): Json<Value>) -> Response {
    let mut tickets = desk.tickets.lock();
    let labels = body["fields"]["labels"].as_array().cloned().unwrap_or_default();
    if labels.iter().any(|label| text(label).contains(' ')) || body["fields"]["description"]["type"] != "doc" {
        let error = json!({ "errorMessages": [], "errors": { "labels": "The label can't contain spaces." } });
        return (StatusCode::BAD_REQUEST, Json(error)).into_response();
    }
    let ticket = Ticket {
        id: format!("{}", 10_000 + tickets.len()),
        request: labels.iter().map(text).find(|label| label.starts_with("RG-")).unwrap_or_default(),
        title: text(&body["fields"]["summary"]),
        comments: Vec::new(),
        is_closed: false,
        memory: property(&body),
        made_at: desk.clock.now(),
    };
    let answer = json!({ "id": ticket.id, "key": format!("OPS-{}", ticket.id) });
    tickets.push(ticket);
    (StatusCode::CREATED, Json(answer)).into_response()
}

fn no_issue() -> Response {
    let error = json!({ "errorMessages": ["Issue does not exist or you do not have permission to see it."] });
    (StatusCode::NOT_FOUND, Json(error)).into_response()
}

async fn jira_issue(State(desk): Desks, Path(id): Path<String>) -> Response {
    let tickets = desk.tickets.lock();
    tickets.iter().find(|ticket| ticket.id == id).map_or_else(no_issue, |ticket| Json(issue(ticket)).into_response())
}

async fn jira_edit(State(desk): Desks, Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    let mut tickets = desk.tickets.lock();
    let Some(ticket) = tickets.iter_mut().find(|ticket| ticket.id == id) else { return no_issue() };
    for comment in body["update"]["comment"].as_array().into_iter().flatten() {
        ticket.comments.push(comment["add"]["body"].to_string());
    }
    if !property(&body).is_null() {
        ticket.memory = property(&body);
    }
    StatusCode::NO_CONTENT.into_response()
}

async fn jira_transitions() -> Json<Value> {
    let to = |key: &str| json!({ "statusCategory": { "key": key } });
    Json(json!({ "transitions": [{ "id": "21", "to": to("indeterminate") }, { "id": "31", "to": to("done") }] }))
}

async fn jira_transition(State(desk): Desks, Path(id): Path<String>, Json(body): Json<Value>) -> Response {
    let mut tickets = desk.tickets.lock();
    let Some(ticket) = tickets.iter_mut().find(|ticket| ticket.id == id) else { return no_issue() };
    ticket.is_closed = body["transition"]["id"] == "31";
    StatusCode::NO_CONTENT.into_response()
}
