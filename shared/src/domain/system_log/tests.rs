#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod refusals;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const APP: &str = "0oaInventedOffice3651";
const OTHER_APP: &str = "0oaInventedSalesforce";
const CLIENT: &str = "11111111-2222-4333-8444-555555555555";

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn app() -> AppId {
    APP.parse().unwrap()
}

fn read(json: &Value) -> LogEvent {
    LogEvent::from_json(json, now()).unwrap()
}

fn event(event_type: &str, result: Option<&str>) -> LogEvent {
    read(&json!({
        "uuid": "c6ed294a-0000-11ed-a5b1-bbb7c1de1a4b",
        "published": "2026-03-02T08:59:58.126Z",
        "eventType": event_type,
        "outcome": result.map(|result| json!({ "result": result, "reason": "it says why" })),
    }))
}

/// Every member that Okta documents, with invented values.
fn whole() -> Value {
    json!({
        "actor": { "id": "00uInvented", "type": "User", "alternateId": "admin@acme.example", "displayName": "Ann" },
        "client": { "userAgent": { "rawUserAgent": "curl" }, "zone": "null", "ipAddress": "192.0.2.7" },
        "authenticationContext": { "externalSessionId": "102canarySession" },
        "displayMessage": "Could not push profile for Office 365 user, received error.",
        "eventType": "app.office365.api.error.push.profile",
        "outcome": { "result": "FAILURE", "reason": "AADSTS50079: enroll svc_OKTA_sync_0oaInventedOffice3651" },
        "published": "2026-03-02T08:59:58.126Z",
        "securityContext": { "asNumber": 64496, "isProxy": false },
        "severity": "ERROR",
        "debugContext": { "debugData": { "requestUri": "/admin?canary=1", "appInstance": "id=0oaInventedDebugApp1" } },
        "legacyEventType": "app.office365.error",
        "transaction": { "type": "JOB", "id": "canaryTransaction", "detail": {} },
        "uuid": "c6ed294a-0000-11ed-a5b1-bbb7c1de1a4b",
        "version": "0",
        "request": { "ipChain": [{ "ip": "192.0.2.7" }] },
        "target": [
            { "id": "0uaInvented", "type": "AppUser", "alternateId": "ann@contoso.example", "displayName": "Ann" },
            { "id": "00uInvented", "type": "User", "alternateId": "ann@acme.example", "displayName": "Ann A." },
        ],
    })
}

#[test]
fn unneeded_members_of_an_event_are_not_stored() {
    let event = read(&whole());
    assert_eq!(event.published.to_string(), "2026-03-02T08:59:58.126Z");
    assert_eq!((event.severity.clone(), event.aadsts), (Severity::Error, Some(50_079)));
    assert_eq!(event.apps_in_debug_data, ["0oaInventedDebugApp1".parse().unwrap()]);
    let Meaning::WorkFailed(failed) = meaning(&event) else { unreachable!("{event:?}") };
    assert_eq!((failed.work, failed.aadsts, failed.sign_in_refused), (Work::PushProfile, Some(50_079), true));
    assert_eq!(failed.user.unwrap().alternate_id.unwrap().raw(), "ann@acme.example");
    let stored = serde_json::to_string(&event).unwrap();
    assert!(!stored.contains("canary") && !stored.contains("192.0.2.7"), "{stored}");
    assert_eq!(serde_json::from_str::<LogEvent>(&stored).unwrap(), event);
}

#[test]
fn missing_null_and_mistyped_members_are_ignored() {
    let least = json!({ "uuid": "1", "eventType": "a.b" });
    let event = read(&least);
    assert_eq!((event.published, event.outcome.is_none(), event.targets.is_empty()), (now(), true, true));
    let mut whole = whole();
    let names: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
    for name in names.iter().filter(|name| !matches!(name.as_str(), "uuid" | "eventType")) {
        for odd in [Value::Null, json!(7), json!("text"), json!([[], null, 7]), json!({ "new": {} })] {
            let old = std::mem::replace(&mut whole[name], odd);
            assert_eq!(read(&whole).event_type, "app.office365.api.error.push.profile", "{name}");
            whole[name] = old;
        }
    }
    let unknown = json!({ "uuid": "1", "eventType": "a.b", "severity": "NEW", "outcome": { "result": "DEFERRED" } });
    let event = read(&unknown);
    assert_eq!(event.severity, Severity::Other("NEW".to_owned()));
    assert_eq!(event.outcome.unwrap().result, OutcomeResult::Other("DEFERRED".to_owned()));
}

#[test]
fn event_needs_an_id_and_a_type() {
    for (json, why) in [
        (json!({ "eventType": "a.b" }), NotALogEvent::NoId),
        (json!({ "uuid": "../x", "eventType": "a.b" }), NotALogEvent::NoId),
        (json!({ "uuid": null, "eventType": "a.b" }), NotALogEvent::NoId),
        (json!({ "uuid": "1" }), NotALogEvent::NoType),
        (json!({ "uuid": "1", "eventType": "a b\u{1b}[31m" }), NotALogEvent::NoType),
        (json!([]), NotALogEvent::NoId),
    ] {
        assert_eq!(LogEvent::from_json(&json, now()), Err(why), "{json}");
    }
}

#[test]
fn oversized_event_is_truncated() {
    let target = json!({ "id": "x".repeat(9_000), "displayName": "\u{202e}".repeat(9_000) });
    let ids: Vec<String> = (0..900).map(|n| format!("0oaFlood{n:012}")).collect();
    let event = read(&json!({
        "uuid": "1", "eventType": "a.b", "displayMessage": "m".repeat(90_000), "target": vec![target; 900],
        "debugContext": { "debugData": { "ids": ids, "long": "ä".repeat(90_000) } },
    }));
    assert_eq!((event.targets.len(), event.apps_in_debug_data.len()), (20, 16));
    assert!(serde_json::to_string(&event).unwrap().len() < 50_000);
}

#[test]
fn aadsts_number_is_found_in_reason_message_and_debug_data() {
    let number = |reason: &str, message: &str, debug: &str| {
        read(&json!({
            "uuid": "1", "eventType": "a.b", "displayMessage": message,
            "outcome": { "result": "FAILURE", "reason": reason },
            "debugContext": { "debugData": { "error": { "text": [debug] } } },
        }))
        .aadsts
    };
    assert_eq!(number("AADSTS50126: x", "AADSTS50079", "AADSTS65001"), Some(50_126));
    assert_eq!(number("", "Error: aadsts50079: y", "AADSTS65001"), Some(50_079));
    assert_eq!(number("", "", "{\"error\":\"AADSTS650052 z\"}"), Some(650_052));
    for none in ["AADSTS", "AADSTS12", "AADSTS9999999999", "AADSTS\u{661}\u{662}\u{663}\u{664}", "AAD STS50126"] {
        assert_eq!(number(none, "", ""), None, "{none}");
    }
    assert_eq!(number("AADSTS12 and AADSTS50126", "", ""), Some(50_126));
}

#[test]
fn client_id_of_oktas_entra_app_is_found_in_any_member() {
    let name = "app.office365.provisioning_app.create";
    let client: ClientId = CLIENT.parse().unwrap();
    for place in [
        json!({ "debugContext": { "debugData": { "app_registration_client_id": CLIENT } } }),
        json!({ "target": [{ "detailEntry": { "appRegistrationClientId": CLIENT } }] }),
        json!({ "app_registration_client_id": CLIENT }),
    ] {
        let mut json = json!({ "uuid": "1", "eventType": name, "outcome": { "result": "SUCCESS" } });
        json.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        assert_eq!(meaning(&read(&json)), Meaning::ProvisioningAppCreated { client: Some(client.clone()) }, "{json}");
    }
    assert_eq!(meaning(&event(name, None)), Meaning::ProvisioningAppCreated { client: None });
    assert!(matches!(meaning(&event(name, Some("FAILURE"))), Meaning::WorkFailed(_)));
}

/// A short name of a meaning, with the task or the change in it.
fn name_of_meaning(event: &LogEvent) -> String {
    match meaning(event) {
        Meaning::CredentialFailure { event_type, .. } => {
            assert_eq!(event_type, event.event_type);
            "credential".to_owned()
        }
        Meaning::Transient => "transient".to_owned(),
        Meaning::ProvisioningAppCreated { .. } => "app created".to_owned(),
        Meaning::CredentialRotated { succeeded } => format!("rotated {succeeded}"),
        Meaning::WorkFailed(failed) => format!("{:?}", failed.work),
        Meaning::ConfigurationChanged => "changed".to_owned(),
        Meaning::AccessChanged(change) => format!("{change:?}"),
        Meaning::Other => "other".to_owned(),
    }
}

#[test]
fn every_documented_type_has_its_meaning() {
    // Type; with FAILURE; with SUCCESS; with no outcome.
    for (name, failure, success, none) in [
        ("app.office365.api.error.validate.creds", "SignIn", "other", "SignIn"),
        ("app.office365.api.error.validate.creds.unknown.exception", "SignIn", "other", "SignIn"),
        ("app.office365.api.error.validate.admin.creds", "SignIn", "other", "SignIn"),
        ("app.office365.api.error.unable.to.create.graph.client", "SignIn", "other", "SignIn"),
        ("app.office365.graph.api.error.service.principal.creation.failed", "SignIn", "other", "SignIn"),
        ("app.office365.graph.api.error.service.principal.msgraph.authentication.failure", "SignIn", "other", "SignIn"),
        ("application.integration.authentication_failure", "SignIn", "other", "SignIn"),
        ("application.configuration.update", "SignIn", "changed", "changed"),
        ("application.configuration.import_schema", "Import", "other", "other"),
        ("application.configuration.update_logo", "other", "other", "other"),
        ("app.office365.api.error.endpoint.unavailable", "transient", "transient", "transient"),
        ("app.office365.graph.api.error.rate-limit.exceeded", "transient", "transient", "transient"),
        ("app.office365.provisioning_app_credential.rotate", "rotated false", "rotated true", "other"),
        ("app.office365.api.error.create.user", "CreateUser", "other", "CreateUser"),
        ("app.office365.api.error.deactivate.user", "DeactivateUser", "other", "DeactivateUser"),
        ("app.office365.api.error.reactivate.user", "ReactivateUser", "other", "ReactivateUser"),
        ("app.office365.api.error.push.profile", "PushProfile", "other", "PushProfile"),
        ("app.office365.api.error.push.password", "PushPassword", "other", "PushPassword"),
        ("app.office365.api.error.import.profile", "ImportProfile", "other", "ImportProfile"),
        ("app.office365.api.error.check.user.exists", "FindUser", "other", "FindUser"),
        ("app.office365.api.error.download.users", "Import", "other", "Import"),
        ("app.office365.api.error.download.groups", "Import", "other", "Import"),
        ("app.office365.api.error.download.custom.objects", "Import", "other", "Import"),
        ("app.office365.api.error.group.create.failure", "PushGroup", "other", "PushGroup"),
        ("app.office365.api.error.group.update.failure", "PushGroup", "other", "PushGroup"),
        ("app.office365.api.error.group.membership.update.failure", "PushGroup", "other", "PushGroup"),
        ("app.office365.api.error.sync.user", "Sync", "other", "Sync"),
        ("app.office365.api.sync.complete", "other", "other", "other"),
        ("app.office365.user.lifecycle.action.failed", "UserLifecycle", "other", "UserLifecycle"),
        ("application.provision.user.push", "CreateUser", "other", "other"),
        ("application.provision.user.push_profile", "PushProfile", "other", "other"),
        ("application.provision.user.import_profile", "ImportProfile", "other", "other"),
        ("application.provision.user.reactivate", "ReactivateUser", "other", "other"),
        ("application.provision.user.sync", "Sync", "other", "other"),
        ("application.provision.user.deactivate", "DeactivateUser", "other", "other"),
        ("application.provision.user.push_password", "PushPassword", "other", "other"),
        ("application.provision.group.add", "Other", "other", "other"),
        ("application.provision.group_push.mapping.update.or.delete.failed", "PushGroup", "other", "PushGroup"),
        (
            "application.provision.group_push.mapping.update.or.delete.failed.with.error",
            "PushGroup",
            "other",
            "PushGroup",
        ),
        ("app.app_instance.provision_sync_job.failed", "Sync", "other", "Sync"),
        ("application.lifecycle.update", "changed", "changed", "changed"),
        ("application.lifecycle.create", "changed", "changed", "changed"),
        ("application.lifecycle.activate", "changed", "changed", "changed"),
        ("application.lifecycle.deactivate", "changed", "changed", "changed"),
        ("application.lifecycle.delete", "changed", "changed", "changed"),
        ("system.api_token.revoke", "TokenRevoked", "TokenRevoked", "TokenRevoked"),
        (
            "system.api_token.request_outside_allowed_range",
            "OutsideAllowedRange",
            "OutsideAllowedRange",
            "OutsideAllowedRange",
        ),
        ("app.oauth2.client.privilege.grant", "PrivilegeGranted", "PrivilegeGranted", "PrivilegeGranted"),
        ("app.oauth2.client.privilege.revoke", "PrivilegeRevoked", "PrivilegeRevoked", "PrivilegeRevoked"),
        ("system.org.rate_limit.violation", "RateLimit", "RateLimit", "RateLimit"),
        ("system.rate.limit.violation", "RateLimit", "RateLimit", "RateLimit"),
        ("core.concurrency.org.limit.violation", "RateLimit", "RateLimit", "RateLimit"),
        ("app.oauth2.admin.consent.grant", "other", "other", "other"),
        ("user.session.start", "other", "other", "other"),
    ] {
        let found = [Some("FAILURE"), Some("SUCCESS"), None].map(|result| name_of_meaning(&event(name, result)));
        assert_eq!(found, [failure, success, none], "{name}");
    }
}

#[test]
fn filter_covers_every_known_type_and_fits_a_url() {
    let quoted: Vec<&str> = FILTER.split('"').skip(1).step_by(2).filter(|word| *word != "FAILURE").collect();
    for name in meaning::known() {
        assert!(quoted.iter().any(|family| format!("{name}.").starts_with(family)), "{name}");
    }
    let url = Url::parse_with_params("https://acme.okta.com/api/v1/logs", [("filter", FILTER)]).unwrap();
    assert!(url.as_str().len() < 1_500, "{}", url.as_str().len());
}

#[test]
fn event_concerns_an_app_that_any_member_mentions() {
    let with = |member: &str, value: Value| {
        let mut json = json!({ "uuid": "1", "eventType": "a.b" });
        json[member] = value;
        concerns(&read(&json), &app())
    };
    let user = json!({ "id": "00uInvented", "type": "User" });
    assert!(with("target", json!([user, { "id": APP, "type": "AppInstance" }])));
    assert!(with("target", json!([{ "id": "x", "type": "AppInstance", "alternateId": APP }])));
    assert!(with("target", json!([{ "id": "x", "displayName": format!("svc_OKTA_sync_{APP}@contoso.example") }])));
    assert!(with("target", json!([{ "id": "x", "detailEntry": { "app": [APP] } }])));
    assert!(with("debugContext", json!({ "debugData": { "deep": [{ "appInstanceId": APP }] } })));
    assert!(with("debugContext", json!({ "debugData": { "url": format!("/admin/app/office365/instance/{APP}/") } })));
    assert!(with("outcome", json!({ "result": "FAILURE", "reason": format!("svc_OKTA_sync_{APP} must enroll") })));
    assert!(with("displayMessage", json!(APP)));
    assert!(!with("target", json!([{ "id": OTHER_APP, "type": "AppInstance" }])));
    assert!(!with("target", json!([{ "id": format!("{APP}9") }])));
    assert!(!with("displayMessage", json!(format!("x{APP}"))));
    assert!(!with("client", json!({ "id": APP })));
}

#[test]
fn user_named_after_an_app_attracts_no_events() {
    let named = json!({ "id": "00uInvented", "type": "User", "alternateId": APP, "displayName": APP });
    let event = |targets: Value| read(&json!({ "uuid": "1", "eventType": "a.b", "target": targets }));
    assert!(!concerns(&event(json!([named, { "id": OTHER_APP, "type": "AppInstance" }])), &app()));
    assert!(concerns(&event(json!([{ "id": APP, "type": "AppInstance" }, { "id": OTHER_APP }])), &app()));
}

#[test]
fn log_position_survives_a_round_trip() {
    for position in
        [LogPosition::Since(now()), LogPosition::Next("https://acme.okta.com/api/v1/logs?after=1".parse().unwrap())]
    {
        let stored = serde_json::to_string(&position).unwrap();
        assert_eq!(serde_json::from_str::<LogPosition>(&stored).unwrap(), position);
    }
}

/// Any JSON, a few levels deep, with known member names among its names.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "AADSTS[0-9]{0,12}".prop_map(Value::from),
        "0oa[0-9A-Za-z]{0,40}".prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("target".to_owned()),
        Just("outcome".to_owned()),
        Just("debugContext".to_owned()),
        Just("debugData".to_owned()),
        Just("published".to_owned()),
        Just("result".to_owned()),
        "[a-z]{1,6}",
    ];
    leaf.prop_recursive(4, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(name.clone(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn unknown_type_means_other(name in "[a-z0-9_.-]{1,60}", result in "[A-Z]{0,9}") {
        let event = event(&name, Some(&result));
        let is_known = meaning::known().any(|known| format!("{name}.").starts_with(&format!("{known}.")));
        prop_assert!(is_known || meaning(&event) == Meaning::Other);
    }

    #[test]
    fn any_event_decodes_and_survives_a_round_trip(mut json in any_json()) {
        if let Some(members) = json.as_object_mut() {
            members.insert("uuid".to_owned(), json!("1"));
            members.insert("eventType".to_owned(), json!("app.office365.api.error.validate.creds"));
        }
        if let Ok(event) = LogEvent::from_json(&json, now()) {
            let _ = (meaning(&event), concerns(&event, &app()));
            let stored = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<LogEvent>(&stored).unwrap(), event);
        }
    }
}
