//! Every decoder of Okta's answers: with any one member null, of a wrong type or missing, the result is right or says what
//! could not be read.

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{assignment_counts, wire};
use crate::domain::members::mutation::{Decoded, Decoder, cases, check};
use crate::domain::system_log::{LogEvent, meaning};

fn decoded(result: String, problems: Vec<String>) -> Decoded {
    Decoded { result, problems }
}

fn app() -> Value {
    json!({
        "id": "0oaInventedOffice3651", "name": "office365", "label": "Office 365", "status": "ACTIVE",
        "features": ["PUSH_NEW_USERS", "IMPORT_NEW_USERS"], "signOnMode": "BROWSER_PLUGIN", "expressConfiguration": null,
        "settings": { "app": { "msftTenant": "contoso", "domain": "contoso.example", "tenantType": "GCC", "domains": [] } },
        "_links": { "users": { "href": "https://acme.okta.com/api/v1/apps/0oaInventedOffice3651/users" } },
    })
}

const DECODERS: [Decoder; 4] = [
    Decoder {
        name: "apps",
        answer: |elements| Value::Array(vec![app(); elements]),
        decode: |answer| {
            let Some(items) = answer.as_array() else { return decoded(String::new(), vec!["not a list".to_owned()]) };
            let (mut apps, mut problems) = (Vec::new(), Vec::new());
            for item in items {
                match wire::app(item) {
                    wire::Listed::Office365(mut app) => {
                        problems.append(&mut app.surprises);
                        apps.push(app);
                    }
                    wire::Listed::Another => {}
                    wire::Listed::Unreadable(problem) => problems.push(problem),
                }
            }
            decoded(format!("{apps:?}"), problems)
        },
        optional: &["label", "features", "settings", "app", "msftTenant", "domain", "tenantType"],
    },
    Decoder {
        name: "connection",
        answer: |_| {
            json!({
                "status": "ENABLED", "profile": { "authScheme": "OAUTH2" },
                "_links": {
                    "authorize": { "href": "https://login.microsoftonline.com/x/oauth2/authorize", "guidance": "Open it" },
                    "deactivate": { "href": "https://acme.okta.com/", "hints": { "allow": ["POST"] } },
                },
            })
        },
        decode: |answer| match wire::connection("acme.okta.com", answer, false) {
            Ok(mut connection) => {
                let problems = std::mem::take(&mut connection.surprises);
                decoded(format!("{connection:?}"), problems)
            }
            Err(error) => decoded(String::new(), vec![error.to_string()]),
        },
        optional: &["_links", "authorize", "href"],
    },
    Decoder {
        name: "assignments",
        answer: |elements| {
            Value::Array(vec![json!({ "id": "00uInvented", "credentials": { "userName": "ann" } }); elements])
        },
        decode: |answer| match assignment_counts::assigned(answer.to_string().as_bytes()) {
            Some((number, odd)) => {
                let problems = (odd > 0).then(|| format!("{odd} are odd")).into_iter().collect();
                decoded(number.to_string(), problems)
            }
            None => decoded(String::new(), vec!["not a list".to_owned()]),
        },
        optional: &[],
    },
    Decoder {
        name: "events",
        answer: |elements| {
            let event = json!({
                "uuid": "c6ed294a-0000-11ed-a5b1-bbb7c1de1a4b", "published": "2026-03-02T08:59:58.126Z",
                "eventType": "app.office365.provisioning_app.create", "severity": "INFO", "legacyEventType": "app.x",
                "displayMessage": "Office 365 provisioning app created.", "actor": { "id": "00u" },
                "outcome": { "result": "SUCCESS", "reason": "because" },
                "debugContext": { "debugData": { "requestUri": "/admin",
                    "app_registration_client_id": "11111111-2222-4333-8444-555555555555" } },
                "target": [{ "id": "0oaInventedOffice3651", "type": "AppInstance", "alternateId": "Microsoft Office 365",
                    "displayName": "Microsoft Office 365", "detailEntry": null }],
            });
            Value::Array(vec![event; elements])
        },
        decode: |answer| {
            let Some(items) = answer.as_array() else { return decoded(String::new(), vec!["not a list".to_owned()]) };
            let (mut events, mut problems) = (Vec::new(), Vec::new());
            for item in items {
                match LogEvent::from_json(item, Timestamp::UNIX_EPOCH) {
                    Ok(mut event) => {
                        problems.append(&mut event.unreadable);
                        events.push(format!("{:?} {event:?}", meaning(&event)));
                    }
                    Err(error) => problems.push(error.to_string()),
                }
            }
            decoded(format!("{events:?}"), problems)
        },
        optional: &[
            "severity",
            "legacyEventType",
            "displayMessage",
            "outcome",
            "result",
            "reason",
            "debugContext",
            "debugData",
            "app_registration_client_id",
            "target",
            "id",
            "type",
            "alternateId",
            "displayName",
        ],
    },
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn odd_member_is_reported_or_harmless(decoder in 0..DECODERS.len(), elements in 1..4usize, pick in any::<(usize, usize)>()) {
        prop_assert_eq!(check(&DECODERS[decoder], elements, pick), Ok(()));
    }
}
