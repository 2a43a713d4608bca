//! Every decoder of Microsoft's answers: with any one member null, of a wrong type or missing, the result is right or says
//! what could not be read.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{GrantList, RegisteredCredentials, readings};
use crate::domain::members::mutation::{Decoded, Decoder, cases, check};

const RESOURCE: &str = "eeeeeeee-0000-4000-8000-000000000005";
const ID: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const CLIENT: &str = "11111111-2222-4333-8444-555555555555";

fn items(answer: &Value) -> &[Value] {
    answer.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn single<T: std::fmt::Debug>(read: Result<T, String>) -> Decoded {
    match read {
        Ok(read) => Decoded { result: format!("{read:?}"), problems: Vec::new() },
        Err(problem) => Decoded { result: String::new(), problems: vec![problem] },
    }
}

fn list(read: GrantList) -> Decoded {
    Decoded { result: format!("{:?}", read.grants), problems: read.unreadable }
}

const DECODERS: [Decoder; 8] = [
    Decoder {
        name: "memberships",
        answer: |elements| {
            let role = json!({ "@odata.type": "#microsoft.graph.directoryRole", "id": ID, "roleTemplateId": ID });
            Value::Array(vec![role; elements])
        },
        decode: |answer| {
            let mut roles = readings::roles(items(answer));
            let hidden = std::mem::take(&mut roles.some_hidden);
            let problems = hidden.then(|| "hidden: @odata.type or roleTemplateId".to_owned()).into_iter().collect();
            Decoded { result: format!("{roles:?}"), problems }
        },
        optional: &[],
    },
    Decoder {
        name: "organization",
        answer: |elements| {
            let domains = vec![json!({ "name": "contoso.example", "isInitial": false }); elements];
            json!([{ "id": ID, "displayName": "Contoso", "verifiedDomains": domains }])
        },
        decode: |answer| match readings::organization(items(answer)) {
            Ok(mut found) => {
                let problems = std::mem::take(&mut found.unreadable);
                Decoded { result: format!("{found:?}"), problems }
            }
            Err(problem) => Decoded { result: String::new(), problems: vec![problem] },
        },
        optional: &["displayName", "verifiedDomains"],
    },
    Decoder {
        name: "user",
        answer: |_| json!({ "id": ID, "accountEnabled": true }),
        decode: |answer| single(ID.parse().map_err(|_| String::new()).and_then(|id| readings::user(answer, &id))),
        optional: &["accountEnabled"],
    },
    Decoder {
        name: "service principal",
        answer: |_| {
            json!({
                "id": ID, "appId": CLIENT, "displayName": "Okta", "accountEnabled": true, "appOwnerOrganizationId": ID,
                "disabledByMicrosoftStatus": "NotDisabled",
                "verifiedPublisher": { "displayName": "Okta", "verifiedPublisherId": "7", "addedDateTime": null },
            })
        },
        decode: |answer| {
            single(CLIENT.parse().map_err(|_| String::new()).and_then(|id| readings::service_principal(answer, &id)))
        },
        optional: &[
            "displayName",
            "appOwnerOrganizationId",
            "disabledByMicrosoftStatus",
            "verifiedPublisher",
            "verifiedPublisherId",
        ],
    },
    Decoder {
        name: "credentials",
        answer: |elements| {
            let one = json!({ "keyId": ID, "displayName": "Okta", "endDateTime": "2027-01-01T00:00:00Z",
                "customKeyIdentifier": null, "hint": "abc" });
            json!({ "passwordCredentials": vec![one.clone(); elements], "keyCredentials": [one] })
        },
        decode: |answer| match readings::credentials(answer) {
            Ok(RegisteredCredentials { credentials, unreadable }) => {
                Decoded { result: format!("{credentials:?}"), problems: unreadable }
            }
            Err(problem) => Decoded { result: String::new(), problems: vec![problem] },
        },
        optional: &["displayName", "hint"],
    },
    Decoder {
        name: "application permissions",
        answer: |elements| {
            let granted = json!({ "appRoleId": ID, "resourceId": RESOURCE, "principalType": "ServicePrincipal" });
            let graph = json!({ "id": RESOURCE, "appRoles": [{ "id": ID, "value": "User.ReadWrite.All" }] });
            json!({ "appRoleAssignments": vec![granted; elements], "graph": graph })
        },
        decode: |answer| {
            let (assigned, graph) =
                (answer.get("appRoleAssignments").cloned().unwrap_or_default(), answer.get("graph"));
            if !assigned.is_array() || answer.pointer("/graph/id").is_none_or(|id| !id.is_string()) {
                return Decoded { result: String::new(), problems: vec!["appRoleAssignments, graph, id".to_owned()] };
            }
            list(readings::assigned(items(&assigned), RESOURCE, &readings::role_names(graph.unwrap_or(&Value::Null))))
        },
        optional: &[],
    },
    Decoder {
        name: "delegated permissions",
        answer: |elements| {
            let one = json!({ "consentType": "Principal", "principalId": ID, "resourceId": RESOURCE, "scope": " A B" });
            Value::Array(vec![one; elements])
        },
        decode: |answer| list(readings::delegated(items(answer), RESOURCE)),
        // Only null: it grants nothing.
        optional: &["scope"],
    },
    Decoder {
        name: "app management policy",
        answer: |elements| {
            let rule = json!({ "restrictionType": "passwordLifetime", "maxLifetime": "P90D", "state": "enabled" });
            let ban = json!({ "restrictionType": "passwordAddition", "maxLifetime": null, "state": "enabled" });
            let mut rules = vec![rule; elements];
            rules.push(ban);
            json!({ "isEnabled": true, "applicationRestrictions": { "passwordCredentials": rules } })
        },
        decode: |answer| {
            let mut policy = readings::app_management_policy(answer);
            let problems = std::mem::take(&mut policy.unreadable);
            Decoded { result: format!("{policy:?}"), problems }
        },
        optional: &["applicationRestrictions", "passwordCredentials", "state"],
    },
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn odd_member_is_reported_or_harmless(decoder in 0..DECODERS.len(), elements in 1..4usize, pick in any::<(usize, usize)>()) {
        prop_assert_eq!(check(&DECODERS[decoder], elements, pick), Ok(()));
    }
}
