use serde_json::Value;

use super::stage::{Stage, acme_with, error_of};
use crate::App;

async fn stage() -> (Stage, String) {
    let (org, path) = acme_with(App { users: 501, groups: 3, ..App::office365("Office 365", "acme") });
    (Stage::new(org).await, path)
}

/// A page, and whether another one follows.
async fn page(stage: &Stage, path: &str) -> (Vec<Value>, bool) {
    let response = stage.get(path).await;
    assert_eq!(response.status(), 200);
    let leads_on = response.headers().get_all("link").iter().any(|line| line.to_str().unwrap().contains("\"next\""));
    (response.json().await.unwrap(), leads_on)
}

#[tokio::test]
async fn a_page_holds_as_many_as_okta_gives_and_the_next_one_has_the_rest() {
    let (stage, path) = stage().await;
    for (query, held) in [("", 50), ("?limit=500", 500), ("?limit=1000", 500)] {
        let (users, leads_on) = page(&stage, &format!("{path}/users{query}")).await;
        assert_eq!((users.len(), leads_on), (held, true), "{query}");
    }
    let (first, _) = page(&stage, &format!("{path}/users?limit=500")).await;
    let last = first.last().unwrap()["id"].as_str().unwrap();
    let (rest, leads_on) = page(&stage, &format!("{path}/users?after={last}&limit=500")).await;
    assert_eq!((rest.len(), leads_on), (1, false));
    let (groups, leads_on) = page(&stage, &format!("{path}/groups?limit=200")).await;
    assert_eq!((groups.len(), leads_on), (3, false));
}

/// What Okta's specification requires of an `AppUser`, and what its example of an `ApplicationGroupAssignment` has.
#[tokio::test]
async fn users_and_groups_have_what_okta_gives_them() {
    let (stage, path) = stage().await;
    for (list, members) in [
        ("users", ["id", "created", "lastUpdated", "scope", "status", "_links"].as_slice()),
        ("groups", ["id", "lastUpdated", "priority", "profile", "_links"].as_slice()),
    ] {
        let (items, _) = page(&stage, &format!("{path}/{list}")).await;
        for member in members {
            assert!(items.iter().all(|item| !item[member].is_null()), "{member} of {list}");
        }
    }
}

#[tokio::test]
async fn an_unknown_app_has_neither() {
    let (stage, _) = stage().await;
    for list in ["users", "groups"] {
        let (status, body) = stage.read(&format!("/api/v1/apps/0oaNobody/{list}")).await;
        assert_eq!((status, error_of(&body).0.as_str()), (404, "E0000007"), "{list}");
    }
}
