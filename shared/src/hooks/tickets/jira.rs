//! Tickets in Jira Cloud, over its REST API version 3 (Atlassian, "The Jira Cloud platform REST API"). Simulated in tests,
//! not tried on a site.
//!
//! Labels hold the request's id, and the entity property `regrant` the last events: an edit writes a comment and the
//! property in one call. A search finds a new issue only after seconds to minutes (Atlassian, "Search and reconcile"), so an
//! issue whose id is known is read directly, and an attempt that was interrupted is repeated only after minutes.

use async_trait::async_trait;
use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::{
    FoundTicket, TicketCalls, TicketChange, TicketDesk, TicketPlace, TicketSystem, accepted, escaped, mark, request,
};
use crate::hooks::error::HookError;

/// How many events an issue remembers.
const MOST_EVENTS: usize = 20;
/// The entity property and the label of every issue of ours.
const REGRANT: &str = "regrant";

pub(super) struct Jira<'a> {
    pub(super) base: &'a Url,
    pub(super) desk: &'a TicketDesk,
}

impl Jira<'_> {
    fn place(&self) -> Result<(&str, &str), HookError> {
        match &self.desk.place {
            TicketPlace::Jira { project, issue_type } => Ok((project, issue_type)),
            TicketPlace::Servicenow { .. } => Err(HookError::Unusable("it is not a Jira site".to_owned())),
        }
    }

    async fn send(
        &self,
        calls: &dyn TicketCalls,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, HookError> {
        accepted(calls.exchange(request(self.base, self.desk, method, &format!("/rest/api/3/{path}"), body)?).await?)
    }

    /// The issue with a known id. `None` if it was deleted.
    async fn issue(&self, calls: &dyn TicketCalls, id: &str) -> Result<Option<Value>, HookError> {
        let path = format!("/rest/api/3/issue/{}?fields=status&properties={REGRANT}", escaped(id));
        match calls.exchange(request(self.base, self.desk, Method::GET, &path, None)?).await? {
            (404, _) => Ok(None),
            response => accepted(response).map(Some),
        }
    }
}

/// Text as the Atlassian Document Format has it: one paragraph per line, and no markup in it.
fn document(text: &str) -> Value {
    let paragraphs: Vec<Value> = text
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| json!({ "type": "paragraph", "content": [{ "type": "text", "text": line }] }))
        .collect();
    json!({ "type": "doc", "version": 1, "content": paragraphs })
}

fn remembered(events: &[String]) -> Value {
    json!([{ "key": REGRANT, "value": { "events": events } }])
}

fn found(issue: &Value) -> Result<FoundTicket, HookError> {
    let id = issue["id"].as_str().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| HookError::NotNow("Jira's issue has no id".to_owned()))?;
    let events = issue["properties"][REGRANT]["events"].as_array().into_iter().flatten();
    Ok(FoundTicket {
        id: id.to_owned(),
        is_closed: issue["fields"]["status"]["statusCategory"]["key"] == "done",
        events: events.filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

#[async_trait]
impl TicketSystem for Jira<'_> {
    async fn find(&self, calls: &dyn TicketCalls, change: &TicketChange) -> Result<Option<FoundTicket>, HookError> {
        if let Some(id) = &change.known
            && let Some(issue) = self.issue(calls, id).await?
        {
            return found(&issue).map(Some);
        }
        let (project, _) = self.place()?;
        // The oldest one, so that every worker finds the same.
        let query = json!({
            "jql": format!("project = \"{}\" AND labels = \"{REGRANT}\" AND labels = \"{}\" ORDER BY created ASC",
                project.replace(['"', '\\'], ""), change.request),
            "fields": ["status"],
            "properties": [REGRANT],
            "maxResults": 1,
        });
        let answer = self.send(calls, Method::POST, "search/jql", Some(&query)).await?;
        match &answer["issues"] {
            Value::Array(issues) => issues.first().map(found).transpose(),
            // An answer that is not the documented one must not lead to a second ticket.
            _ => Err(HookError::NotNow("Jira's answer has no list of issues".to_owned())),
        }
    }

    async fn open(&self, calls: &dyn TicketCalls, change: &TicketChange) -> Result<String, HookError> {
        let (project, issue_type) = self.place()?;
        let issue = json!({
            "fields": {
                "project": { "key": project },
                "issuetype": { "name": issue_type },
                "summary": change.title,
                "description": document(&change.description),
                "labels": [REGRANT, change.request],
            },
            "properties": remembered(&[mark(&change.event)]),
        });
        let opened = self.send(calls, Method::POST, "issue", Some(&issue)).await?;
        Ok(opened["id"].as_str().unwrap_or_default().to_owned())
    }

    async fn comment(
        &self,
        calls: &dyn TicketCalls,
        ticket: &FoundTicket,
        change: &TicketChange,
    ) -> Result<(), HookError> {
        let edit = json!({
            "update": { "comment": [{ "add": { "body": document(&change.note) } }] },
            "properties": remembered(&ticket.with(&change.event, MOST_EVENTS)),
        });
        self.send(calls, Method::PUT, &format!("issue/{}", escaped(&ticket.id)), Some(&edit)).await.map(drop)
    }

    async fn close(
        &self,
        calls: &dyn TicketCalls,
        ticket: &FoundTicket,
        change: &TicketChange,
    ) -> Result<(), HookError> {
        if !ticket.shows(&change.event) {
            self.comment(calls, ticket, change).await?;
        }
        let path = format!("issue/{}/transitions", escaped(&ticket.id));
        let offered = self.send(calls, Method::GET, &path, None).await?;
        let mut transitions = offered["transitions"].as_array().into_iter().flatten();
        let closing = transitions.find(|transition| transition["to"]["statusCategory"]["key"] == "done");
        let Some(id) = closing.and_then(|transition| transition["id"].as_str()) else {
            return Err(HookError::Unusable(
                "its workflow offers no transition to a status of the category Done".to_owned(),
            ));
        };
        self.send(calls, Method::POST, &path, Some(&json!({ "transition": { "id": id } }))).await.map(drop)
    }
}
