//! Events in the Open Cybersecurity Schema Framework, version 1.9 (<https://schema.ocsf.io>): one JSON object for each.
//!
//! - Entity Management (3004): the consent as an entity, from the save that establishes it.
//! - Authentication (3002): administrators who sign in at Microsoft to consent.
//! - API Activity (6003): what operators and Regrant do, such as invitations, waivers and emails.
//! - Compliance Finding (2003): standings, and provisioning tasks that failed.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::actor::Actor;
use crate::domain::administrator::Mfa;
use crate::domain::event::{AppEvent, EventKind};
use crate::domain::standing::Standing;
use crate::domain::trail::TrailEntry;

/// The version of the schema.
pub const VERSION: &str = "1.9.0";

/// The classes, by `class_uid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    ComplianceFinding = 2003,
    Authentication = 3002,
    EntityManagement = 3004,
    ApiActivity = 6003,
}

/// `severity_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Severity {
    Informational = 1,
    Low = 2,
    Medium = 3,
    High = 4,
}

/// `activity_id` in each class.
mod activity {
    pub(super) const CREATE: u32 = 1;
    pub(super) const FINDING_UPDATE: u32 = 2;
    pub(super) const UPDATE: u32 = 3;
    pub(super) const FINDING_CLOSE: u32 = 3;
    pub(super) const DELETE: u32 = 4;
    pub(super) const ENTITY_ACTIVATE: u32 = 10;
    pub(super) const LOGON: u32 = 1;
    pub(super) const OTHER: u32 = 99;
}

/// `status_id`.
const SUCCESS: u32 = 1;
const FAILURE: u32 = 2;

/// What a kind of event becomes.
struct Mapped {
    class: Class,
    activity: u32,
    severity: Severity,
    status: Option<u32>,
    /// The members that its class adds.
    members: Value,
}

impl Mapped {
    fn finding(standing: Standing, activity: u32, entry: &TrailEntry) -> Self {
        let status = match standing {
            _ if activity == activity::CREATE => 1,
            standing if standing.needs_action() || standing == Standing::Unknown => 2,
            _ => 4,
        };
        // Compliance status: Pass, Warning, Fail. A standing that could not be read is neither.
        let compliance = match standing {
            Standing::Consented | Standing::NotApplicable => 1,
            Standing::Degraded => 2,
            Standing::Unknown => 0,
            _ => 3,
        };
        let severity = match standing {
            Standing::Broken => Severity::High,
            Standing::NeedsConsent | Standing::NeedsSave | Standing::ByHand => Severity::Medium,
            Standing::Degraded | Standing::Unknown => Severity::Low,
            Standing::Consented | Standing::NotApplicable => Severity::Informational,
        };
        let members = json!({
            "compliance": {
                "control": "Okta provisions Microsoft 365 with consent instead of a stored password",
                "status_id": compliance,
                "status": standing.name(),
                "status_detail": standing.meaning(),
            },
            "finding_info": {
                "uid": format!("{}/{}", entry.org, entry.app),
                "title": format!("Office 365 consent: {standing}"),
                "desc": standing.meaning(),
            },
            "resources": [resource(entry)],
        });
        Self { class: Class::ComplianceFinding, activity, severity, status: Some(status), members }
    }

    fn logon(username: &str, status: u32, severity: Severity, more: Value) -> Self {
        let mut members = json!({
            "user": { "name": username },
            "service": { "name": "Microsoft Entra ID" },
            "is_remote": true,
        });
        merge(&mut members, more);
        Self { class: Class::Authentication, activity: activity::LOGON, severity, status: Some(status), members }
    }

    fn entity(entry: &TrailEntry, activity: u32, status: Option<u32>, severity: Severity) -> Self {
        let uid = format!("{}/{}", entry.org, entry.app);
        let members = json!({
            "entity": { "name": "Consent for Okta's provisioning of Microsoft 365", "type": "Consent", "uid": uid },
        });
        Self { class: Class::EntityManagement, activity, severity, status, members }
    }

    fn call(entry: &TrailEntry, activity: u32, operation: &str, status: u32) -> Self {
        let members = json!({
            "api": { "operation": operation, "service": { "name": "Regrant" } },
            "src_endpoint": { "svc_name": "Regrant" },
            "resources": [resource(entry)],
        });
        let severity = if status == FAILURE { Severity::Low } else { Severity::Informational };
        Self { class: Class::ApiActivity, activity, severity, status: Some(status), members }
    }
}

fn resource(entry: &TrailEntry) -> Value {
    json!({ "uid": entry.app, "type": "Okta app integration", "namespace": entry.org })
}

fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}

/// An event as an OCSF object; `None` if a newer version wrote it.
pub fn ocsf(entry: &TrailEntry) -> Option<Value> {
    let event = entry.app_event()?;
    let Mapped { class, activity, severity, status, members } = mapped(&event, entry);
    let class_uid = class as u32;
    let mut object = json!({
        "metadata": {
            "version": VERSION,
            "product": { "name": "Regrant", "vendor_name": "Regrant", "version": env!("CARGO_PKG_VERSION") },
            "uid": entry.hash,
            "sequence": entry.number,
            "event_code": entry.event.get("event"),
        },
        "time": milliseconds(event.at),
        "category_uid": class_uid / 1_000,
        "class_uid": class_uid,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "severity_id": severity as u32,
        "actor": actor(event.by.as_ref()),
        "message": message(&event, entry),
        // The event in Regrant's own terms, with its place in the hash chain.
        "unmapped": entry,
    });
    if let Some(status) = status {
        merge(&mut object, json!({ "status_id": status }));
    }
    merge(&mut object, members);
    Some(object)
}

fn milliseconds(at: Timestamp) -> i64 {
    at.as_millisecond()
}

fn message(event: &AppEvent, entry: &TrailEntry) -> String {
    let name = entry.event.get("event").and_then(Value::as_str).unwrap_or("event").replace('-', " ");
    let by = event.by.as_ref().map(|actor| format!(" by {actor}")).unwrap_or_default();
    format!("App {} of org {}: {name}{by}", entry.app, entry.org)
}

fn actor(by: Option<&Actor>) -> Value {
    match by {
        None => json!({ "app_name": "Regrant" }),
        Some(Actor::OsUser { name }) => json!({ "user": { "name": name.to_string() } }),
        Some(Actor::AwsPrincipal { arn }) => json!({ "user": { "uid": arn.to_string() } }),
        Some(Actor::Operator { subject, name, issuer, .. }) => {
            let name = name.as_ref().unwrap_or(subject).to_string();
            json!({ "user": { "name": name, "uid": subject.to_string(), "domain": issuer.to_string() } })
        }
        Some(Actor::Administrator { object, username, .. }) => {
            let mut user = json!({ "name": username.to_string() });
            merge(&mut user, object.as_ref().map_or(Value::Null, |object| json!({ "uid": object })));
            json!({ "user": user })
        }
    }
}

fn mapped(event: &AppEvent, entry: &TrailEntry) -> Mapped {
    match &event.kind {
        EventKind::Found { standing } => Mapped::finding(*standing, activity::CREATE, entry),
        EventKind::StandingChanged { to, .. } => {
            let is_open = to.needs_action() || *to == Standing::Unknown;
            let activity = if is_open { activity::FINDING_UPDATE } else { activity::FINDING_CLOSE };
            Mapped::finding(*to, activity, entry)
        }
        EventKind::SecretEnding { .. } => Mapped::finding(Standing::Degraded, activity::FINDING_UPDATE, entry),
        EventKind::WorkFailed { event_type, reason, .. } => {
            let mut failed = Mapped::finding(Standing::Broken, activity::FINDING_UPDATE, entry);
            failed.severity = Severity::Medium;
            let why = reason.as_ref().map(ToString::to_string).unwrap_or_default();
            merge(
                &mut failed.members,
                json!({ "finding_info": {
                    "uid": format!("{}/{}/{event_type}", entry.org, entry.app),
                    "title": "Okta provisioning task failed",
                    "desc": why,
                } }),
            );
            failed
        }
        EventKind::AdministratorVerified { username, object, mfa, .. } => {
            let user = json!({ "user": { "name": username.to_string(), "uid": object } });
            let mfa = match mfa {
                Mfa::Verified => json!({ "is_mfa": true }),
                Mfa::Refuted => json!({ "is_mfa": false }),
                // No statement about what no token says.
                Mfa::NotVerified => json!({}),
            };
            let mut more = user;
            merge(&mut more, mfa);
            Mapped::logon(&username.to_string(), SUCCESS, Severity::Informational, more)
        }
        EventKind::ConsentFailed { failure, code, .. } => {
            let mut more = json!({ "status_detail": failure.name() });
            merge(&mut more, code.as_ref().map_or(Value::Null, |code| json!({ "status_code": code })));
            Mapped::logon("unknown", FAILURE, Severity::Low, more)
        }
        EventKind::SaveBegun { .. } | EventKind::HandedOver { .. } => {
            Mapped::entity(entry, activity::UPDATE, None, Severity::Informational)
        }
        EventKind::Saved { .. } => {
            Mapped::entity(entry, activity::ENTITY_ACTIVATE, Some(SUCCESS), Severity::Informational)
        }
        EventKind::SaveFailed { left_off, .. } => {
            let severity = if *left_off { Severity::High } else { Severity::Medium };
            Mapped::entity(entry, activity::ENTITY_ACTIVATE, Some(FAILURE), severity)
        }
        EventKind::Invited { .. } => Mapped::call(entry, activity::CREATE, "Invite", SUCCESS),
        EventKind::InvitationRevoked { .. } => Mapped::call(entry, activity::DELETE, "RevokeInvitation", SUCCESS),
        EventKind::Waived { .. } => Mapped::call(entry, activity::CREATE, "Waive", SUCCESS),
        EventKind::WaiverRemoved => Mapped::call(entry, activity::DELETE, "RemoveWaiver", SUCCESS),
        EventKind::NotNotified { .. } => Mapped::call(entry, activity::OTHER, "Notify", FAILURE),
        _ => {
            let name = entry.event.get("event").and_then(Value::as_str).unwrap_or("other");
            Mapped::call(entry, activity::OTHER, name, SUCCESS)
        }
    }
}
