//! Tests Graph's lists: read completely, from Graph's own origin only, and with a limit.

use regrant::domain::administrator::GLOBAL_ADMINISTRATOR;
use regrant::domain::grant::GrantKind;
use regrant::microsoft::{GrantList, MicrosoftError};
use regrant_tests::bench::simulated_clock;
use serde_json::{Value, json};

use super::hostile::{Hostile, Reply};
use super::{ACCESS_TOKEN, Bench, tells_no_secret};

const ROLES: &str = "/v1.0/me/transitiveMemberOf";
const GRAPHS_OWN: &str = "/v1.0/servicePrincipals(appId=";
const ASSIGNED: &str = "/appRoleAssignments";
const GRANTED: &str = "/oauth2PermissionGrants";
const PRINCIPAL: &str = "bbbbbbbb-0000-4000-8000-000000000002";
const RESOURCE: &str = "eeeeeeee-0000-4000-8000-000000000005";

fn role(template: &str) -> Value {
    json!({"@odata.type": "#microsoft.graph.directoryRole", "id": PRINCIPAL, "roleTemplateId": template})
}

fn page(items: &[Value], next: Option<&str>) -> Reply {
    let mut body = json!({ "value": items });
    if let Some(next) = next {
        body["@odata.nextLink"] = json!(next);
    }
    Reply::json(200, &body)
}

fn graphs_own() -> Reply {
    let roles = json!([{"id": "741f803b-c850-494e-b5df-cde7c675a1ca", "value": "User.ReadWrite.All"}]);
    Reply::json(200, &json!({"id": RESOURCE, "appRoles": roles, "oauth2PermissionScopes": []}))
}

async fn grant_list(assigned: Value, granted: Value) -> GrantList {
    let list = |items: Value| vec![Reply::json(200, &json!({ "value": items }))];
    let replies = vec![(GRAPHS_OWN, vec![graphs_own()]), (ASSIGNED, list(assigned)), (GRANTED, list(granted))];
    let bench = Bench::with(replies).await;
    bench.graph().grants(&PRINCIPAL.parse().unwrap()).await.unwrap()
}

async fn grants(assigned: Value, granted: Value) -> Vec<(String, GrantKind)> {
    let read = grant_list(assigned, granted).await.grants;
    read.into_iter().map(|grant| (grant.permission, grant.grant)).collect()
}

#[tokio::test]
async fn paged_list_sends_token_with_each_page() {
    let replies = vec![
        ("$skiptoken=2", vec![page(&[role("22222222-0000-4000-8000-000000000000")], None)]),
        ("$skiptoken=1", vec![page(&[], Some("{base}/v1.0/me/transitiveMemberOf?$skiptoken=2"))]),
        (ROLES, vec![page(&[role(GLOBAL_ADMINISTRATOR)], Some("{base}/v1.0/me/transitiveMemberOf?$skiptoken=1"))]),
    ];
    let bench = Bench::with(replies).await;
    let roles = bench.graph().my_roles().await.unwrap();
    assert_eq!(roles.templates.len(), 2);
    assert!(roles.templates.contains(GLOBAL_ADMINISTRATOR) && !roles.some_hidden);
    let bearer = format!("Bearer {ACCESS_TOKEN}");
    let heard = bench.heard();
    assert_eq!(heard.len(), 3);
    assert!(heard.iter().all(|request| request.header("authorization") == Some(&bearer)), "{heard:?}");
}

#[tokio::test]
async fn next_link_to_other_host_gets_no_token() {
    let elsewhere = Hostile::start(simulated_clock(), vec![("", vec![page(&[], None)])]).await;
    for next in [
        format!("{}/v1.0/me/transitiveMemberOf?$skiptoken=1", elsewhere.base),
        format!("{{base}}@{}/v1.0/me", elsewhere.base.trim_start_matches("http://")),
        "{base}.evil.example/v1.0/me".to_owned(),
        "https://graph.microsoft.com/v1.0/me".to_owned(),
        "/v1.0/me/transitiveMemberOf?$skiptoken=1".to_owned(),
        "file:///v1.0/me".to_owned(),
    ] {
        let replies = vec![(ROLES, vec![page(&[role(GLOBAL_ADMINISTRATOR)], Some(&next)), page(&[], None)])];
        let bench = Bench::with(replies).await;
        let error = bench.graph().my_roles().await.unwrap_err();
        let MicrosoftError::Unexpected { host, what } = &error else { panic!("{next}: {error:?}") };
        assert!(bench.server.base.ends_with(host) && what.contains("different host"), "{next}: {error}");
        tells_no_secret(&error);
        assert_eq!(bench.heard().len(), 1, "{next}");
    }
    assert_eq!(elsewhere.heard().len(), 0);
}

#[tokio::test]
async fn cyclic_next_links_end() {
    let replies = vec![
        ("$skiptoken=1", vec![page(&[], Some("{base}/v1.0/me/transitiveMemberOf?$skiptoken=2"))]),
        ("$skiptoken=2", vec![page(&[], Some("{base}/v1.0/me/transitiveMemberOf?$skiptoken=1"))]),
        (ROLES, vec![page(&[role(GLOBAL_ADMINISTRATOR)], Some("{base}/v1.0/me/transitiveMemberOf?$skiptoken=1"))]),
    ];
    let bench = Bench::with(replies).await;
    let error = bench.graph().my_roles().await.unwrap_err();
    assert!(matches!(&error, MicrosoftError::Unexpected { what, .. } if what.contains("cycle")), "{error:?}");
    assert_eq!(bench.heard().len(), 3, "each page once");
}

#[tokio::test]
async fn endless_list_ends_after_200_pages() {
    let next = "{base}/v1.0/me/transitiveMemberOf?$skiptoken={n}";
    let bench = Bench::with(vec![(ROLES, vec![page(&[role(GLOBAL_ADMINISTRATOR)], Some(next))])]).await;
    let error = bench.graph().my_roles().await.unwrap_err();
    assert!(matches!(&error, MicrosoftError::Unexpected { .. }), "{error:?}");
    assert_eq!(bench.heard().len(), 200);
}

#[tokio::test]
async fn failed_page_fails_the_list() {
    let next = Some("{base}/v1.0/me/transitiveMemberOf?$skiptoken=1");
    let gone = Reply::json(404, &json!({"error": {"code": "Request_ResourceNotFound"}}));
    for (broken, asked) in [(gone, 2), (Reply::html(503), 5), (Reply::Closed, 5), (Reply::html(200), 2)] {
        let replies =
            vec![("$skiptoken=1", vec![broken.clone()]), (ROLES, vec![page(&[role(GLOBAL_ADMINISTRATOR)], next)])];
        let bench = Bench::with(replies).await;
        assert!(bench.graph().my_roles().await.is_err(), "{broken:?}: a partial list is an error");
        assert_eq!(bench.heard().len(), asked, "{broken:?}");
    }
}

#[tokio::test]
async fn invalid_list_is_rejected() {
    for body in [json!({}), json!([]), json!({"value": null}), json!({"value": {"id": 7}}), json!({"value": "none"})] {
        let bench = Bench::with(vec![(ROLES, vec![Reply::json(200, &body)])]).await;
        let read = bench.graph().my_roles().await;
        assert!(matches!(&read, Err(MicrosoftError::Unexpected { .. })), "{body}: {read:?}");
    }
}

#[tokio::test]
async fn hidden_roles_and_groups_do_not_count() {
    let group = json!({"@odata.type": "#microsoft.graph.group", "roleTemplateId": GLOBAL_ADMINISTRATOR});
    let hidden = json!({"@odata.type": "#microsoft.graph.directoryRole", "roleTemplateId": null});
    let unnamed = json!({"roleTemplateId": GLOBAL_ADMINISTRATOR});
    let bench = Bench::with(vec![(ROLES, vec![page(&[group, hidden, unnamed], None)])]).await;
    let roles = bench.graph().my_roles().await.unwrap();
    assert!(roles.templates.is_empty() && roles.some_hidden, "{roles:?}");
}

#[tokio::test]
async fn only_graph_grants_of_both_kinds_are_read() {
    let assigned = json!([
        {"appRoleId": "741F803B-C850-494E-B5DF-CDE7C675A1CA", "resourceId": RESOURCE.to_uppercase()},
        {"appRoleId": "ffffffff-0000-4000-8000-000000000006", "resourceId": RESOURCE},
        {"appRoleId": "741f803b-c850-494e-b5df-cde7c675a1ca", "resourceId": PRINCIPAL},
    ]);
    let granted = json!([
        {"consentType": "AllPrincipals", "resourceId": RESOURCE, "scope": " Group.ReadWrite.All  User.ReadWrite.All"},
        {"consentType": "AllPrincipals", "resourceId": PRINCIPAL, "scope": "Sites.FullControl.All"},
        {"consentType": "Principal", "principalId": PRINCIPAL, "resourceId": RESOURCE, "scope": "User.Read"},
    ]);
    let read = grants(assigned, granted).await;
    let one = GrantKind::DelegatedForOne { principal: PRINCIPAL.parse().unwrap() };
    for (name, kind) in [
        ("User.ReadWrite.All", GrantKind::Application),
        ("ffffffff-0000-4000-8000-000000000006", GrantKind::Application),
        ("Group.ReadWrite.All", GrantKind::DelegatedForAll),
        ("User.ReadWrite.All", GrantKind::DelegatedForAll),
        ("User.Read", one),
    ] {
        assert!(read.contains(&(name.to_owned(), kind.clone())), "{name} {kind:?}: {read:?}");
    }
    assert_eq!(read.len(), 5);
}

#[tokio::test]
async fn null_scope_grants_nothing_and_hides_nothing() {
    let nothing = json!({"consentType": "AllPrincipals", "principalId": null, "resourceId": RESOURCE, "scope": null});
    let other = json!({"consentType": "AllPrincipals", "resourceId": RESOURCE, "scope": "User.ReadWrite.All"});
    for granted in [json!([nothing, other]), json!([other, nothing])] {
        let read = grant_list(json!([]), granted).await;
        let names: Vec<&str> = read.grants.iter().map(|grant| grant.permission.as_str()).collect();
        assert_eq!((names, read.unreadable), (vec!["User.ReadWrite.All"], Vec::new()));
    }
}

#[tokio::test]
async fn odd_grant_is_named_and_hides_nothing() {
    let whole = json!({"consentType": "Principal", "principalId": PRINCIPAL, "resourceId": RESOURCE, "scope": "A"});
    let assigned = json!({"appRoleId": "741f803b-c850-494e-b5df-cde7c675a1ca", "resourceId": RESOURCE});
    for (name, value) in [
        ("consentType", Value::Null),
        ("consentType", json!("Someone")),
        ("principalId", Value::Null),
        ("principalId", json!("ada")),
        ("scope", json!(7)),
        ("resourceId", Value::Null),
    ] {
        let mut grant = whole.clone();
        grant[name] = value.clone();
        let read = grant_list(json!([assigned, null]), json!([grant, 7, whole])).await;
        let names: Vec<&str> = read.grants.iter().map(|grant| grant.permission.as_str()).collect();
        assert_eq!(names, ["A", "User.ReadWrite.All"], "{name} {value}: {read:?}");
        assert!(read.unreadable.iter().any(|problem| problem.contains(name)), "{name} {value}: {read:?}");
        assert_eq!(read.unreadable.len(), 3, "{name} {value}: {read:?}");
    }
}

#[tokio::test]
async fn person_of_another_tenant_holds_no_role() {
    let missing = Reply::json(404, &json!({"error": {"code": "Request_ResourceNotFound"}}));
    let bench = Bench::with(vec![(ROLES, vec![missing])]).await;
    let roles = bench.graph().my_roles().await.unwrap();
    assert!(roles.templates.is_empty() && !roles.some_hidden, "{roles:?}");
    let bench = Bench::with(vec![(ROLES, vec![Reply::html(404)])]).await;
    assert!(bench.graph().my_roles().await.is_err(), "the answer was not from Graph");
}

#[tokio::test]
async fn missing_graph_principal_makes_grants_unknown() {
    let missing = Reply::json(404, &json!({"error": {"code": "Request_ResourceNotFound"}}));
    for own in [missing, Reply::json(200, &json!({"appRoles": []}))] {
        let bench = Bench::with(vec![(GRAPHS_OWN, vec![own.clone()]), ("", vec![page(&[], None)])]).await;
        assert!(bench.graph().grants(&PRINCIPAL.parse().unwrap()).await.is_err(), "{own:?}");
        assert_eq!(bench.heard().len(), 1, "{own:?}");
    }
}
