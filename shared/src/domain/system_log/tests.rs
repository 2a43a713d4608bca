#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

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

const OFFICE365: &str = "com.saasure.application.microsoft.exceptions.Office365ProvisioningException";

/// An event with a reason and the user whose task it is.
fn refused(event_type: &str, result: Option<&str>, legacy: Option<&str>, reason: &str) -> bool {
    let event = read(&json!({
        "uuid": "1",
        "eventType": event_type,
        "legacyEventType": legacy,
        "displayMessage": "Could not push profile for Office 365 user Ann Adams, received error.",
        "outcome": result.map(|result| json!({ "result": result, "reason": reason })),
        "target": [
            { "id": APP, "type": "AppInstance", "displayName": "Microsoft Office 365" },
            { "id": "00uInvented", "type": "User", "alternateId": "ann@acme.example", "displayName": "Ann Adams" },
        ],
    }));
    match meaning(&event) {
        Meaning::CredentialFailure { .. } => true,
        Meaning::WorkFailed(failed) => failed.sign_in_refused,
        _ => false,
    }
}

#[test]
fn lasting_refusal_of_oktas_sign_in_is_recognised() {
    let push = "app.office365.api.error.push.profile";
    let validate = "app.office365.api.error.validate.creds";
    let integration = "application.integration.authentication_failure";
    let refresh = Some("app.api.error.oauth.refresh.token");
    for (name, legacy, reason) in [
        (push, None, format!("{OFFICE365}: 400 AADSTS50079: Due to a configuration change you must enroll.")),
        (push, None, format!("{OFFICE365}: 400 AADSTS65001: The administrator has not consented.")),
        (push, None, "AADSTS7000222: The provided client secret keys are expired.".to_owned()),
        (push, None, format!("AADSTS50057: The user account svc_OKTA_sync_{APP}@contoso.example is disabled.")),
        (push, None, "{\"error\":\"invalid_grant\"}".to_owned()),
        (push, None, "{\"error\":\"invalid_grant\",\"error_codes\":[700082],\"timestamp\":\"2026\"}".to_owned()),
        (validate, None, "Could not verify the connection: aadsts7000222 expired\r\n".to_owned()),
        // A number in a name is not a status.
        (push, None, "contoso503.onmicrosoft.com, app 0oa502: AADSTS65001: not consented".to_owned()),
        (validate, None, "AADSTS50126: Error validating credentials due to invalid username or password.".to_owned()),
        (validate, None, "AADSTS50034: The user account admin@contoso.example does not exist.".to_owned()),
        (integration, refresh, "AADSTS700082: The refresh token has expired due to inactivity.".to_owned()),
        (integration, refresh, String::new()),
        (integration, refresh, "The refresh token is invalid.".to_owned()),
        ("application.configuration.update", None, "AADSTS7000215: Invalid client secret is provided.".to_owned()),
        ("application.configuration.import_schema", None, "AADSTS65001: not consented".to_owned()),
    ] {
        assert!(refused(name, Some("FAILURE"), legacy, &reason), "{name}: {reason}");
        for outcome in [None, Some("SUCCESS"), Some("SKIPPED"), Some("UNKNOWN"), Some("failure")] {
            assert!(!refused(name, outcome, legacy, &reason), "{outcome:?} {name}: {reason}");
        }
    }
}

#[test]
fn other_failures_do_not_prove_a_refusal() {
    let types = [
        "app.office365.api.error.push.profile",
        "app.office365.api.error.validate.creds",
        "app.office365.api.error.validate.admin.creds",
        "app.office365.graph.api.error.service.principal.msgraph.authentication.failure",
        "application.integration.authentication_failure",
        "application.configuration.update",
        "application.configuration.import_schema",
        "application.provision.user.push_profile",
        "app.office365.provisioning_app.create",
    ];
    let server = format!("{OFFICE365}: 503 AADSTS65001: The administrator has not consented.");
    let reasons = [
        &format!("{OFFICE365}: 503 AADSTS90033: A transient error has occurred. Please try again."),
        &server,
        "Read timed out",
        "AADSTS999999: Something new.",
        "AADSTS65001 and AADSTS999999",
        "AADSTS50196: The server terminated an operation because it encountered a client request loop.",
        "AADSTS50053: The account is locked.",
        "AADSTS50034: The user account ann@acme.example does not exist in the directory.",
        "AADSTS50057: The user account Ann Adams is disabled.",
        "AADSTS50020: User account 'bob@contoso.example' does not exist in tenant 'Contoso'.",
        "Authorization_RequestDenied: Insufficient privileges to complete the operation.",
        "Request_BadRequest: Unable to update the specified properties.",
        "temporarily_unavailable",
        "",
        // Neighbours: a status in words before the code, other codes, other notations, the same name in another domain.
        "503 Service Unavailable - AADSTS65001: The administrator has not consented.",
        "HTTP/1.1 429 Too Many Requests: aadsts7000222",
        "java.net.UnknownHostException: login.microsoftonline.com",
        "javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake",
        "AADSTS90033",
        "AADSTS65001AADSTS90033",
        "{\"error\":\"invalid_grant\",\"error_codes\":[90033]}",
        "{\"error\":\"invalid_grant\",\"error_codes\":[65001, 999999]}",
        "AADSTS50034: The user account ann@contoso.onmicrosoft.com does not exist in the directory.",
        "Das Token ist abgelaufen.",
    ];
    for name in types {
        for reason in reasons {
            assert!(!refused(name, Some("FAILURE"), None, reason), "{name}: {reason}");
        }
    }
    let integration = "application.integration.authentication_failure";
    for reason in [
        "Read timed out",
        "503 Service Unavailable",
        "connection reset",
        "AADSTS90024: transient",
        "java.net.UnknownHostException: login.microsoftonline.com",
        "java.net.SocketException: Broken pipe",
        "502 Bad Gateway",
        "Okta is in maintenance",
        "{\"error_codes\":[50196]}",
    ] {
        assert!(!refused(integration, Some("FAILURE"), Some("app.api.error.oauth.refresh.token"), reason), "{reason}");
    }
    assert!(!refused(integration, Some("FAILURE"), Some("app.api.error.other"), "It was refused."));
    // About the user who is provisioned: Microsoft's text names no account, and the task is for one user.
    for name in ["app.office365.api.error.push.profile", "app.office365.api.error.push.password"] {
        assert!(!refused(name, Some("FAILURE"), None, "AADSTS50057: The user account is disabled."), "{name}");
    }
}

#[test]
fn unknown_code_is_reported_and_proves_nothing() {
    let unknown = |name: &str, reason: &str| {
        let target = json!([{ "id": "00uInvented", "type": "User", "displayName": "Ann AADSTS888888" }]);
        let outcome = json!({ "result": "FAILURE", "reason": reason });
        match meaning(&read(&json!({ "uuid": "1", "eventType": name, "outcome": outcome, "target": target }))) {
            Meaning::WorkFailed(FailedWork { unknown_code, sign_in_refused: false, .. }) => unknown_code,
            other => unreachable!("{other:?}"),
        }
    };
    for name in ["app.office365.api.error.validate.creds", "app.office365.api.error.push.profile"] {
        assert_eq!(unknown(name, "AADSTS999999: Something new."), Some(999_999), "{name}");
        assert_eq!(unknown(name, "AADSTS65001 and aadsts123456789"), Some(123_456_789), "{name}");
        for known in ["AADSTS90033: transient", "Read timed out", "", "Ann AADSTS888888 could not be pushed"] {
            assert_eq!(unknown(name, known), None, "{name}: {known}");
        }
    }
}

/// An attack: an employee puts an error code into the own display name, to have the app reported as broken.
#[test]
fn name_of_a_user_cannot_fake_a_refusal() {
    for name in ["AADSTS65001", "Ann AADSTS7000222: expired", "invalid_grant"] {
        let event = read(&json!({
            "uuid": "1", "eventType": "app.office365.api.error.push.profile",
            "displayMessage": format!("Could not push profile for Office 365 user {name}, received error."),
            "outcome": { "result": "FAILURE" },
            "target": [{ "id": "00uInvented", "type": "User", "displayName": name, "alternateId": "ann@acme.example" }],
        }));
        let Meaning::WorkFailed(failed) = meaning(&event) else { unreachable!("{event:?}") };
        assert!(!failed.sign_in_refused, "{name}");
    }
}

#[test]
fn class_in_the_catalogue_decides_for_every_code() {
    use crate::domain::failure::class::FailureClass::{Bug, Operator, Person, Wait};
    use crate::domain::failure::{Origin, failures_of};
    let (mut refusals, mut others) = (0, 0);
    for failure in failures_of(Origin::Microsoft) {
        let is_refused = refused(
            "app.office365.api.error.validate.creds",
            Some("FAILURE"),
            None,
            &format!("{}: text", failure.code),
        );
        assert!(!is_refused || matches!(failure.class, Operator | Person), "{}", failure.code);
        assert!(!is_refused || failure.ends_consent(), "{}", failure.code);
        if matches!(failure.class, Wait | Bug) {
            assert!(!is_refused, "{}", failure.code);
        }
        if is_refused { refusals += 1 } else { others += 1 }
    }
    assert!(refusals > 50 && others > 250, "{refusals} {others}");
}

#[test]
fn rotation_that_a_server_interrupted_is_not_a_failure() {
    let rotated = |reason: &str| {
        let name = "app.office365.provisioning_app_credential.rotate";
        let outcome = json!({ "result": "FAILURE", "reason": reason });
        meaning(&read(&json!({ "uuid": "1", "eventType": name, "outcome": outcome })))
    };
    assert_eq!(rotated("CredentialTypeNotAllowedAsPerAppPolicy"), Meaning::CredentialRotated { succeeded: false });
    assert_eq!(rotated(""), Meaning::CredentialRotated { succeeded: false });
    for reason in ["503 Service Unavailable", "AADSTS90033: A transient error has occurred."] {
        assert!(matches!(rotated(reason), Meaning::WorkFailed(_)), "{reason}");
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
