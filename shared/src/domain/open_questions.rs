//! What the documentation of Okta leaves open, and what one org's [transcript](super::transcript) says about it.
//!
//! Each question that a read-only visit can answer has one function. The others are listed, so that no one takes their absence
//! for an answer.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::transcript::{Exchange, Transcript};

/// The endpoints that answer questions.
const APPS: &str = "/api/v1/apps";
const APP: &str = "/api/v1/apps/{id}";
const CONNECTION: &str = "/api/v1/apps/{id}/connections/default";
const LOGS: &str = "/api/v1/logs";

/// A question and what an org's answers say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// A short name for reports.
    pub id: &'static str,
    /// The question.
    pub question: &'static str,
    /// What this org's answers say; `None` if they say nothing about it.
    pub answer: Option<String>,
    /// Why only a different step can answer it; `None` if a read-only visit can.
    pub needs: Option<&'static str>,
}

/// Answers every open question from a transcript.
pub fn answers(transcript: &Transcript) -> Vec<Answered> {
    let read = |id, question, answer: Option<String>| Answered { id, question, answer, needs: None };
    let later = |id, question, needs| Answered { id, question, answer: None, needs: Some(needs) };
    vec![
        read(
            "connection-states",
            "What does the provisioning connection of an Office 365 app look like, and does it offer a consent link?",
            connections(transcript),
        ),
        read(
            "provisioning-type",
            "Which features and office365ProvisioningType does a provisioned app have?",
            provisioning_types(transcript),
        ),
        read(
            "fresh-state",
            "Does each read of the connection return a consent link of its own?",
            fresh_state(transcript),
        ),
        read(
            "combined-filter",
            "Does the app list accept a filter of two terms (name and status)?",
            combined_filter(transcript),
        ),
        read(
            "gcc-high-name",
            "Which names do Microsoft 365 apps have, such as the one for GCC High?",
            names(transcript),
        ),
        read(
            "log-targets",
            "Which members does a System Log event about a failed sign-in to Microsoft have?",
            log_targets(transcript),
        ),
        later(
            "post-without-settings",
            "Does POST /connections/default work without an administrator's password, and does it switch a connection off?",
            "a write in a test org",
        ),
        later("browser-session", "Does Okta's last page need an Okta session in the browser?", "a consent by a person"),
        later("used-code", "What does Okta answer to a code that was already used?", "a consent by a person"),
        later("activate", "Is activation needed if the connection was enabled before?", "a consent by a person"),
    ]
}

fn text<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or("absent")
}

fn succeeded<'a>(transcript: &'a Transcript, template: &'a str) -> impl Iterator<Item = &'a Exchange> {
    transcript.of(template).filter(|exchange| (200..300).contains(&exchange.status))
}

/// The distinct values in words, or `None` if there are none.
fn listed(values: BTreeSet<String>) -> Option<String> {
    (!values.is_empty()).then(|| values.into_iter().collect::<Vec<_>>().join("; "))
}

fn connections(transcript: &Transcript) -> Option<String> {
    let shape = |exchange: &Exchange| {
        let body = &exchange.body;
        let link = if body.pointer("/_links/authorize").is_some() { "with" } else { "without" };
        format!("{} {} {link} a consent link", text(body, "/profile/authScheme"), text(body, "/status"))
    };
    listed(succeeded(transcript, CONNECTION).map(shape).collect())
}

fn provisioning_types(transcript: &Transcript) -> Option<String> {
    let shape = |exchange: &Exchange| {
        let features = exchange.body.get("features").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let features: Vec<&str> = features.iter().filter_map(Value::as_str).collect();
        let kind = match exchange.body.pointer("/settings/app/office365ProvisioningType") {
            None => "absent",
            Some(Value::Null) => "null",
            Some(kind) => kind.as_str().unwrap_or("not text"),
        };
        format!(
            "office365ProvisioningType {kind} with {}",
            if features.is_empty() { "no features".to_owned() } else { features.join(", ") }
        )
    };
    listed(succeeded(transcript, APP).map(shape).collect())
}

fn fresh_state(transcript: &Transcript) -> Option<String> {
    let links: Vec<(&str, &str)> = succeeded(transcript, CONNECTION)
        .filter_map(|exchange| {
            Some((exchange.path.as_str(), exchange.body.pointer("/_links/authorize/href")?.as_str()?))
        })
        .collect();
    let pairs = links.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    listed(
        pairs.map(|pair| if pair[0].1 == pair[1].1 { "no, the same link twice" } else { "yes" }.to_owned()).collect(),
    )
}

fn combined_filter(transcript: &Transcript) -> Option<String> {
    let both = transcript
        .of(APPS)
        .find(|exchange| exchange.path.contains("+and+status") || exchange.path.contains("%20and%20status"))?;
    Some(match both.status {
        200..300 => "yes".to_owned(),
        status => format!("no: {status} {}", text(&both.body, "/errorCode")),
    })
}

fn names(transcript: &Transcript) -> Option<String> {
    let named = succeeded(transcript, APPS).filter(|exchange| exchange.path.contains("q=Microsoft"));
    let items = named.flat_map(|exchange| exchange.body.as_array().map(Vec::as_slice).unwrap_or_default());
    // Any other name is replaced in a transcript, because it may contain the org's name.
    let name = |app: &Value| match text(app, "/name") {
        "office365" => "office365".to_owned(),
        _ => format!("another name, signOnMode {}", text(app, "/signOnMode")),
    };
    listed(items.map(name).collect())
}

fn log_targets(transcript: &Transcript) -> Option<String> {
    let events =
        succeeded(transcript, LOGS).flat_map(|page| page.body.as_array().map(Vec::as_slice).unwrap_or_default());
    let about = events.filter(|event| text(event, "/eventType").starts_with("app.office365."));
    let shape = |event: &Value| {
        let targets = event.get("target").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let targets: Vec<&str> = targets.iter().map(|target| text(target, "/type")).collect();
        let debug = event.pointer("/debugContext/debugData").and_then(Value::as_object);
        let debug: Vec<&str> = debug.into_iter().flat_map(|data| data.keys().map(String::as_str)).collect();
        format!("{}: targets {}, debugData {}", text(event, "/eventType"), targets.join(" "), debug.join(" "))
    };
    listed(about.map(shape).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchange(template: &str, path: &str, status: u16, body: Value) -> Exchange {
        let (template, path) = (template.to_owned(), path.to_owned());
        Exchange { method: "GET".to_owned(), template, path, status, headers: Vec::new(), body }
    }

    #[test]
    fn transcript_answers_what_it_shows() {
        let link = |state: &str| {
            json!({ "status": "ENABLED", "profile": { "authScheme": "OAUTH2" },
            "_links": { "authorize": { "href": format!("https://login.microsoftonline.com/x?state={state}") } } })
        };
        let mut transcript = Transcript::new("test".to_owned());
        assert!(answers(&transcript).iter().all(|answered| answered.answer.is_none()));
        transcript.exchanges = vec![
            exchange(
                APP,
                "/a",
                200,
                json!({ "features": [], "settings": { "app": { "office365ProvisioningType": null } } }),
            ),
            exchange(CONNECTION, "/c", 200, link("1")),
            exchange(CONNECTION, "/c", 200, link("2")),
            exchange(
                APPS,
                "/api/v1/apps?filter=name+eq+%22office365%22+and+status+eq+%22ACTIVE%22",
                400,
                json!({ "errorCode": "E0000031" }),
            ),
            exchange(
                LOGS,
                "/api/v1/logs",
                200,
                json!([{ "eventType": "app.office365.api.error.validate.creds",
                "target": [{ "type": "AppInstance" }], "debugContext": { "debugData": { "requestUri": "x" } } }]),
            ),
        ];
        let found = answers(&transcript);
        let answer =
            |id: &str| found.iter().find(|answered| answered.id == id).and_then(|answered| answered.answer.clone());
        assert_eq!(answer("connection-states").as_deref(), Some("OAUTH2 ENABLED with a consent link"));
        assert_eq!(answer("fresh-state").as_deref(), Some("yes"));
        assert_eq!(answer("combined-filter").as_deref(), Some("no: 400 E0000031"));
        assert_eq!(answer("provisioning-type").as_deref(), Some("office365ProvisioningType null with no features"));
        assert!(answer("log-targets").is_some_and(|it| it.contains("targets AppInstance, debugData requestUri")));
        assert!(found.iter().filter(|answered| answered.needs.is_some()).count() == 4);
    }
}
