//! Tests reads of people and their roles: only Graph's own answer proves absence, and hidden data proves nothing.

use regrant::domain::administrator::GLOBAL_ADMINISTRATOR;
use regrant::domain::tenant::ObjectId;
use regrant::microsoft::{MicrosoftError, TokenFailure};
use regrant_tests::bench::simulated_clock;
use serde_json::{Value, json};

use super::hostile::{Hostile, Reply};
use super::{ACCESS_TOKEN, Bench, tells_no_secret};

const ADA: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const USER: &str = "/v1.0/users/bbbbbbbb-0000-4000-8000-000000000002";
const ROLES: &str = "/v1.0/users/bbbbbbbb-0000-4000-8000-000000000002/transitiveMemberOf";

fn ada() -> ObjectId {
    ADA.parse().unwrap()
}

fn user(enabled: &Value) -> Value {
    json!({"@odata.context": "$metadata#users(id,accountEnabled)/$entity", "id": ADA, "accountEnabled": enabled})
}

fn refusal(status: u16, code: &str) -> Reply {
    Reply::json(status, &json!({"error": {"code": code, "message": "canary-message"}}))
}

fn roles(items: &Value, next: Option<&str>) -> Reply {
    let mut body = json!({ "value": items });
    if let Some(next) = next {
        body["@odata.nextLink"] = json!(next);
    }
    Reply::json(200, &body)
}

fn administrator() -> Value {
    json!([{"@odata.type": "#microsoft.graph.directoryRole", "id": ADA, "roleTemplateId": GLOBAL_ADMINISTRATOR}])
}

#[tokio::test]
async fn person_is_enabled_disabled_or_hidden() {
    for (shown, read) in [(json!(true), Some(true)), (json!(false), Some(false)), (Value::Null, None)] {
        let bench = Bench::with(vec![(USER, vec![Reply::json(200, &user(&shown))])]).await;
        let found = bench.graph().user(&ada()).await.unwrap().unwrap();
        assert_eq!((found.id, found.account_enabled), (ada(), read));
        assert_eq!(bench.heard()[0].line, format!("GET {USER}?%24select=id%2CaccountEnabled"));
        assert_eq!(bench.heard()[0].header("authorization"), Some(format!("Bearer {ACCESS_TOKEN}").as_str()));
    }
    let limited = json!({"@odata.type": "#microsoft.graph.user", "id": ADA});
    let bench = Bench::with(vec![(USER, vec![Reply::json(200, &limited)])]).await;
    assert_eq!(bench.graph().user(&ada()).await.unwrap().unwrap().account_enabled, None, "limited information");
}

#[tokio::test]
async fn only_graphs_own_404_means_deleted_person() {
    let bench = Bench::with(vec![(USER, vec![refusal(404, "Request_ResourceNotFound")])]).await;
    assert_eq!(bench.graph().user(&ada()).await, Ok(None));
    for page in [Reply::html(404), Reply::json(404, &json!({})), Reply::json(404, &json!({"error": "canary"}))] {
        let bench = Bench::with(vec![(USER, vec![page.clone()])]).await;
        let error = bench.graph().user(&ada()).await.unwrap_err();
        assert_eq!(error.token_failure(), TokenFailure::Transient, "{page:?}: {error:?}");
        tells_no_secret(&error);
    }
}

#[tokio::test]
async fn incomplete_or_wrong_person_is_rejected() {
    for (name, value) in [
        ("id", Value::Null),
        ("id", json!("ada")),
        ("id", json!("cccccccc-0000-4000-8000-000000000003")),
        ("accountEnabled", json!("true")),
        ("accountEnabled", json!(1)),
    ] {
        let mut found = user(&json!(true));
        found[name] = value.clone();
        let bench = Bench::with(vec![(USER, vec![Reply::json(200, &found)])]).await;
        let read = bench.graph().user(&ada()).await;
        assert!(matches!(&read, Err(MicrosoftError::Unexpected { .. })), "{name} {value}: {read:?}");
    }
}

/// Both calls get the same failure: checks retries and the resulting error.
#[tokio::test]
async fn user_and_role_calls_handle_failures_alike() {
    let challenge = "Bearer error=\"insufficient_claims\", claims=\"e30=\"";
    for (problem, asked, failure) in [
        (Reply::html(503), 4, TokenFailure::Transient),
        (Reply::Closed, 4, TokenFailure::Transient),
        (Reply::CutOff, 4, TokenFailure::Transient),
        (refusal(500, "generalException"), 4, TokenFailure::Transient),
        (refusal(429, "TooManyRequests").with_header("retry-after", "1800"), 1, TokenFailure::Transient),
        (Reply::html(200), 1, TokenFailure::Transient),
        (Reply::json(200, &json!([])), 1, TokenFailure::Transient),
        (Reply::redirect(302, "{base}/elsewhere"), 1, TokenFailure::Transient),
        (refusal(401, "InvalidAuthenticationToken"), 1, TokenFailure::Permanent),
        (
            refusal(401, "InvalidAuthenticationToken").with_header("www-authenticate", challenge),
            1,
            TokenFailure::Interaction,
        ),
        (refusal(403, "Authorization_RequestDenied"), 1, TokenFailure::NotAllowed),
    ] {
        let bench = Bench::with(vec![("", vec![problem.clone()])]).await;
        let error = bench.graph().user(&ada()).await.unwrap_err();
        tells_no_secret(&error);
        assert_eq!((error.token_failure(), bench.heard().len()), (failure, asked), "user, {problem:?}: {error:?}");
        let error = bench.graph().roles_of(&ada()).await.unwrap_err();
        tells_no_secret(&error);
        assert_eq!((error.token_failure(), bench.heard().len()), (failure, asked * 2), "roles, {problem:?}: {error:?}");
    }
    let bench = Bench::impatient(vec![("", vec![Reply::Silence])]).await;
    assert_eq!(bench.graph().user(&ada()).await.unwrap_err().token_failure(), TokenFailure::Transient);
    assert_eq!(bench.heard().len(), 4);
}

#[tokio::test]
async fn graph_call_honors_retry_after() {
    let wait = refusal(429, "TooManyRequests").with_header("retry-after", "11");
    let replies = vec![(ROLES, vec![wait, roles(&administrator(), None)])];
    let bench = Bench::with(replies).await;
    let read = bench.graph().roles_of(&ada()).await.unwrap();
    assert!(read.templates.contains(GLOBAL_ADMINISTRATOR) && !read.some_hidden);
    assert_eq!(bench.pauses(), [std::time::Duration::from_secs(11)]);
}

#[tokio::test]
async fn paged_roles_are_read_completely() {
    let hidden = json!([{"@odata.type": "#microsoft.graph.directoryRole", "roleTemplateId": null}]);
    let group = json!([{"@odata.type": "#microsoft.graph.group", "roleTemplateId": GLOBAL_ADMINISTRATOR}]);
    let next = |number: u32| format!("{{base}}{ROLES}?$skiptoken={number}");
    let replies = vec![
        ("$skiptoken=2", vec![roles(&hidden, None)]),
        ("$skiptoken=1", vec![roles(&group, Some(&next(2)))]),
        (ROLES, vec![roles(&json!([]), Some(&next(1)))]),
    ];
    let bench = Bench::with(replies).await;
    let read = bench.graph().roles_of(&ada()).await.unwrap();
    assert!(read.templates.is_empty() && read.some_hidden, "{read:?}");
    assert_eq!(bench.heard().len(), 3);
}

#[tokio::test]
async fn role_page_on_other_host_gets_no_token() {
    let elsewhere = Hostile::start(simulated_clock(), vec![("", vec![roles(&json!([]), None)])]).await;
    let base = &elsewhere.base;
    for next in [format!("{base}{ROLES}?$skiptoken=1"), "{base}.evil.example/v1.0".to_owned(), ROLES.to_owned()] {
        let bench = Bench::with(vec![(ROLES, vec![roles(&administrator(), Some(&next))])]).await;
        let error = bench.graph().roles_of(&ada()).await.unwrap_err();
        assert!(
            matches!(&error, MicrosoftError::Unexpected { what, .. } if what.contains("different host")),
            "{error:?}"
        );
        assert_eq!(bench.heard().len(), 1, "{next}");
    }
    assert_eq!(elsewhere.heard().len(), 0);
}
