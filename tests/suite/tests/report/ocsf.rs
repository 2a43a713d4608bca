//! Every kind of event as an OCSF object, validated against the published schema.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jsonschema::Validator;
use regrant::clock::Clock as _;
use regrant::domain::event::AppEvent;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::trail::{TrailEntry, TrailHead};
use regrant::usecases::report::events::{Follower, Selection};
use regrant::usecases::report::ocsf::ocsf;
use serde_json::{Value, json};

use super::{SMALL, bench};

/// One event of each kind, without its time.
fn kinds() -> Vec<Value> {
    let (object, at) = ("11111111-2222-4333-8444-555555555555", "2026-03-01T09:30:00Z");
    let mut kinds: Vec<Value> = Vec::new();
    for standing in
        ["broken", "needs-consent", "needs-save", "degraded", "by-hand", "unknown", "consented", "not-applicable"]
    {
        kinds.push(json!({"event": "found", "standing": standing}));
        kinds.push(json!({"event": "standing-changed", "from": "unknown", "to": standing, "reasons": ["<b>Why</b>"]}));
    }
    for mfa in ["verified", "not-verified", "refuted"] {
        kinds.push(
            json!({"event": "administrator-verified", "session": "s1", "username": "ada\u{202e}@contoso.example",
                          "object": object, "mfa": mfa, "token_id": "uti"}),
        );
    }
    kinds.extend([
        json!({"event": "invited", "invitation": "i1", "expires_at": at}),
        json!({"event": "invitation-revoked", "invitation": "i1"}),
        json!({"event": "consent-failed", "session": "s1", "failure": "okta-refused", "code": "AADSTS65004"}),
        json!({"event": "consent-failed", "session": "s1", "failure": "okta-refused", "code": null}),
        json!({"event": "consent-link-opened", "session": "s1", "client": object}),
        json!({"event": "handed-over", "save": "v1"}),
        json!({"event": "save-begun", "save": "v1", "was_on": true}),
        json!({"event": "saved", "save": "v1", "verified": true, "grant_kinds": ["application"]}),
        json!({"event": "save-failed", "save": "v1", "reason": "Okta returned 500", "left_off": true}),
        json!({"event": "notified", "notification": "n1", "request": "RG-A", "kind": "invitation"}),
        json!({"event": "waived", "reason": "merger", "until": at}),
        json!({"event": "waiver-removed"}),
        json!({"event": "work-failed", "log_event": "l1", "event_type": "app.office365.x", "failed_at": at}),
    ]);
    kinds
}

fn actors() -> [Value; 5] {
    [
        Value::Null,
        json!({"kind": "os-user", "name": "ada"}),
        json!({"kind": "aws-principal", "arn": "arn:aws:iam::123456789012:user/ada"}),
        json!({"kind": "operator", "issuer": "https://id.example.com", "subject": "00u1", "name": "Ada", "via": "api"}),
        json!({"kind": "administrator", "username": "ada@contoso.example"}),
    ]
}

fn entry(kind: Value, by: &Value) -> TrailEntry {
    let mut event = kind;
    event["at"] = json!("2026-03-01T09:30:00Z");
    if !by.is_null() {
        event["by"] = by.clone();
    }
    let read: AppEvent = serde_json::from_value(event.clone()).unwrap_or_else(|error| unreachable!("{event}: {error}"));
    let head = TrailHead::empty(&"00oacme".parse().unwrap(), &"0oa1".parse().unwrap());
    head.append(&read).unwrap().0
}

fn schemas() -> BTreeMap<u64, Validator> {
    [
        (2003, include_str!("ocsf_schema/compliance_finding.schema.json")),
        (3002, include_str!("ocsf_schema/authentication.schema.json")),
        (3004, include_str!("ocsf_schema/entity_management.schema.json")),
        (6003, include_str!("ocsf_schema/api_activity.schema.json")),
    ]
    .map(|(class, schema)| (class, jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()))
    .into()
}

#[test]
fn every_event_is_valid_ocsf() {
    let schemas = schemas();
    let mut classes = BTreeMap::<u64, usize>::new();
    for kind in kinds() {
        for by in actors() {
            let entry = entry(kind.clone(), &by);
            let object = ocsf(&entry).unwrap();
            let class = object["class_uid"].as_u64().unwrap();
            *classes.entry(class).or_default() += 1;
            let wrong: Vec<_> = schemas[&class].iter_errors(&object).map(|error| error.to_string()).collect();
            assert_eq!(wrong, Vec::<String>::new(), "{object:#}");
            assert_eq!(object["unmapped"], serde_json::to_value(&entry).unwrap(), "the event itself is included");
        }
    }
    assert_eq!(classes.into_keys().collect::<Vec<_>>(), [2003, 3002, 3004, 6003]);
    let other = json!({"event": "of-a-newer-version"});
    let unknown = TrailEntry { event: other, ..entry(json!({"event": "waiver-removed"}), &Value::Null) };
    assert_eq!(ocsf(&unknown), None);
}

#[test]
fn schema_rejects_what_ocsf_does_not_have() {
    let schemas = schemas();
    let mut object = ocsf(&entry(json!({"event": "waiver-removed"}), &Value::Null)).unwrap();
    assert!(schemas[&6003].is_valid(&object));
    for (member, value) in [("invented", json!(1)), ("severity_id", json!(50)), ("metadata", json!({}))] {
        let before = std::mem::replace(&mut object[member], value);
        assert!(!schemas[&6003].is_valid(&object), "{member}");
        if before.is_null() {
            object.as_object_mut().unwrap().remove(member);
        } else {
            object[member] = before;
        }
    }
}

#[tokio::test]
async fn follower_returns_each_event_once_in_order() {
    let bench = bench(SMALL).await;
    let mut follower = Follower::new(Selection::default(), Timestamp::MIN);
    let first = follower.next(&bench.ports).await.unwrap();
    assert_eq!(first.len(), 360);
    let time = |entry: &TrailEntry| entry.event["at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    assert!(first.is_sorted_by_key(time));
    assert_eq!(follower.next(&bench.ports).await.unwrap(), []);

    let (org, app): (OrgId, AppId) = ("00o00001".parse().unwrap(), "0oa00001000".parse().unwrap());
    let found = |late: i64| {
        let at = bench.clock.now() - SignedDuration::from_secs(late);
        let kind = serde_json::from_value(json!({"event": "found", "standing": "broken"})).unwrap();
        AppEvent::automatic(at, kind)
    };
    // The second writer's clock is behind.
    for late in [0, 60] {
        bench.ports.ledger.append_event(&org, &app, &found(late)).await.unwrap();
    }
    bench.clock.advance(Duration::from_secs(5));
    let news = follower.next(&bench.ports).await.unwrap();
    assert_eq!(news.iter().map(|entry| entry.number).collect::<Vec<_>>(), [5, 4], "by time");
    assert_eq!(follower.next(&bench.ports).await.unwrap(), []);

    let only = Selection { orgs: vec![org], app: Some(app) };
    let mut of_app = Follower::new(only, bench.clock.now() - SignedDuration::from_secs(30));
    assert_eq!(of_app.next(&bench.ports).await.unwrap().len(), 1, "earlier events are not returned");
}
