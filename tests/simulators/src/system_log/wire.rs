//! The JSON form of an event (okta-management-openapi `LogEvent`).

use serde_json::{Value, json};

use super::{AppPlace, Written};
use crate::seeded_rng::SeededRng;

/// The id of the user with this login.
pub(super) fn user_id(login: &str) -> String {
    format!("00u{}", SeededRng::new(0, &format!("user {login}"), 0).alphanumeric(17))
}

/// One event, with the members that Okta documents.
pub(super) fn event(written: &Written) -> Value {
    let entry = &written.entry;
    let mut targets = Vec::new();
    let mut debug_data = json!(entry.debug_data);
    if let Some(app) = &entry.app {
        match entry.place {
            AppPlace::Target => {
                targets.push(target(app, "AppInstance", "Microsoft Office 365", "Microsoft Office 365"));
            }
            AppPlace::DebugData => debug_data["appInstanceId"] = json!(app),
            AppPlace::ServiceAccount => {
                let name = format!("svc_OKTA_sync_{app}@contoso.onmicrosoft.com");
                targets.push(target("unknown", "AppUser", &name, &name));
            }
        }
    }
    if let Some(login) = &entry.user {
        targets.push(target(&user_id(login), "User", login, login));
    }
    json!({
        "actor": {
            "id": "00uSystemPrincipalOfOkta",
            "type": "SystemPrincipal",
            "alternateId": "system@okta.com",
            "displayName": "Okta System",
            "detailEntry": null,
        },
        "client": {
            "userAgent": null, "zone": null, "device": null, "id": null, "ipAddress": null, "geographicalContext": null,
        },
        "device": null,
        "authenticationContext": {
            "authenticationProvider": null,
            "credentialProvider": null,
            "credentialType": null,
            "issuer": null,
            "interface": null,
            "authenticationStep": 0,
            "externalSessionId": "trsInventedSession",
        },
        "displayMessage": entry.message,
        "eventType": entry.event_type,
        "outcome": entry.outcome.as_ref().map(|result| json!({ "result": result, "reason": entry.reason })),
        "published": written.published.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string(),
        "securityContext": { "asNumber": null, "asOrg": null, "isp": null, "domain": null, "isProxy": null },
        "severity": entry.severity,
        "debugContext": { "debugData": debug_data },
        "legacyEventType": entry.legacy_event_type,
        "transaction": { "type": "JOB", "id": written.uuid, "detail": {} },
        "uuid": written.uuid,
        "version": "0",
        "request": { "ipChain": [] },
        "target": if targets.is_empty() { Value::Null } else { Value::Array(targets) },
    })
}

fn target(id: &str, kind: &str, alternate_id: &str, display_name: &str) -> Value {
    json!({
        "id": id, "type": kind, "alternateId": alternate_id, "displayName": display_name, "detailEntry": null,
    })
}
