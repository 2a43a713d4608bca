//! Tickets in `ServiceNow`, over its Table API (`ServiceNow`, "Table API"). Simulated in tests, not tried on an instance.
//!
//! `correlation_id` holds the request's id, and `correlation_display` the last events, so that a work note and the memory of
//! it are one call.

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::{
    FoundTicket, TicketCalls, TicketChange, TicketDesk, TicketPlace, TicketSystem, accepted, escaped, mark, request,
};
use crate::domain::standing::Severity;
use crate::hooks::error::HookError;

/// How many events fit into `correlation_display`, which has 100 characters.
const MOST_EVENTS: usize = 6;
/// The states of `incident` from "Resolved" on (`ServiceNow`, "Incident state model").
const RESOLVED: &str = "6";
const CLOSED: [&str; 3] = [RESOLVED, "7", "8"];

pub(super) struct Servicenow<'a> {
    pub(super) base: &'a Url,
    pub(super) desk: &'a TicketDesk,
}

impl Servicenow<'_> {
    fn place(&self) -> Result<(&str, Option<&str>, &str), HookError> {
        match &self.desk.place {
            TicketPlace::Servicenow { table, assignment_group, close_code } => {
                Ok((table, assignment_group.as_deref(), close_code))
            }
            TicketPlace::Jira { .. } => Err(HookError::Unusable("it is not a ServiceNow instance".to_owned())),
        }
    }

    async fn send(
        &self,
        calls: &dyn TicketCalls,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, HookError> {
        let (table, ..) = self.place()?;
        let path = format!("/api/now/table/{}{path}", escaped(table));
        accepted(calls.exchange(request(self.base, self.desk, method, &path, body)?).await?)
    }
}

/// A journal field renders HTML between `[code]` and `[/code]`.
fn plain(text: &str) -> String {
    text.replace("[code]", "(code)").replace("[/code]", "(/code)")
}

fn display(events: &[String]) -> String {
    format!("Regrant {}", events.join(" "))
}

#[async_trait]
impl TicketSystem for Servicenow<'_> {
    async fn find(&self, calls: &dyn TicketCalls, change: &TicketChange) -> Result<Option<FoundTicket>, HookError> {
        // The oldest one, so that every worker finds the same.
        let query = format!("correlation_id={}^ORDERBYsys_created_on", change.request);
        let fields = "sys_id,state,active,correlation_display";
        let path = format!(
            "?sysparm_query={}&sysparm_fields={fields}&sysparm_limit=1&sysparm_exclude_reference_link=true",
            escaped(&query)
        );
        let found = self.send(calls, Method::GET, &path, None).await?;
        let Some(ticket) = found["result"].as_array().and_then(|tickets| tickets.first()) else {
            return match &found["result"] {
                Value::Array(_) => Ok(None),
                // An answer that is not the documented one must not lead to a second ticket.
                _ => Err(HookError::NotNow("ServiceNow's answer has no list of records".to_owned())),
            };
        };
        let text = |field: &str| ticket[field].as_str().unwrap_or_default();
        let id = text("sys_id");
        if id.is_empty() {
            return Err(HookError::NotNow("ServiceNow's record has no sys_id".to_owned()));
        }
        Ok(Some(FoundTicket {
            id: id.to_owned(),
            is_closed: CLOSED.contains(&text("state")) || text("active") == "false",
            events: text("correlation_display").split_whitespace().skip(1).map(str::to_owned).collect(),
        }))
    }

    async fn open(&self, calls: &dyn TicketCalls, change: &TicketChange) -> Result<String, HookError> {
        let (_, assignment_group, _) = self.place()?;
        let urgency = match change.severity {
            Severity::High => "1",
            Severity::Medium => "2",
            Severity::Low => "3",
        };
        let mut record = json!({
            "short_description": plain(&change.title),
            "description": plain(&change.description),
            "correlation_id": change.request,
            "correlation_display": display(&[mark(&change.event)]),
            "urgency": urgency,
            "impact": urgency,
        });
        if let Some(group) = assignment_group {
            record["assignment_group"] = group.into();
        }
        let path = "?sysparm_fields=sys_id&sysparm_input_display_value=true";
        let opened = self.send(calls, Method::POST, path, Some(&record)).await?;
        let id = opened["result"]["sys_id"].as_str().unwrap_or_default();
        Ok(id.to_owned())
    }

    async fn comment(
        &self,
        calls: &dyn TicketCalls,
        ticket: &FoundTicket,
        change: &TicketChange,
    ) -> Result<(), HookError> {
        let events = ticket.with(&change.event, MOST_EVENTS);
        let record = json!({ "work_notes": plain(&change.note), "correlation_display": display(&events) });
        self.send(calls, Method::PATCH, &format!("/{}", escaped(&ticket.id)), Some(&record)).await.map(drop)
    }

    async fn close(
        &self,
        calls: &dyn TicketCalls,
        ticket: &FoundTicket,
        change: &TicketChange,
    ) -> Result<(), HookError> {
        let (_, _, close_code) = self.place()?;
        let record = json!({
            "state": RESOLVED,
            "close_code": close_code,
            "close_notes": plain(&change.note),
            "correlation_display": display(&ticket.with(&change.event, MOST_EVENTS)),
        });
        self.send(calls, Method::PATCH, &format!("/{}", escaped(&ticket.id)), Some(&record)).await.map(drop)
    }
}
