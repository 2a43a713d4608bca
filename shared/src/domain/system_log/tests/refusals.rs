//! Which events prove that Okta's own sign-in was refused for good.

use super::*;

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
