use serde_json::Value;

use super::fixture::{Fixture, acme_with, error_of};
use crate::App;

async fn fixture() -> (Fixture, String) {
    let (org, path) = acme_with(App { users: 501, groups: 3, ..App::office365("Office 365", "acme") });
    (Fixture::new(org).await, path)
}

/// A page, and whether a next page exists.
async fn page(fixture: &Fixture, path: &str) -> (Vec<Value>, bool) {
    let response = fixture.get(path).await;
    assert_eq!(response.status(), 200);
    let has_next = response.headers().get_all("link").iter().any(|line| line.to_str().unwrap().contains("\"next\""));
    (response.json().await.unwrap(), has_next)
}

#[tokio::test]
async fn assignment_pages_use_oktas_page_sizes() {
    let (fixture, path) = fixture().await;
    for (query, held) in [("", 50), ("?limit=500", 500), ("?limit=1000", 500)] {
        let (users, has_next) = page(&fixture, &format!("{path}/users{query}")).await;
        assert_eq!((users.len(), has_next), (held, true), "{query}");
    }
    let (first, _) = page(&fixture, &format!("{path}/users?limit=500")).await;
    let last = first.last().unwrap()["id"].as_str().unwrap();
    let (rest, has_next) = page(&fixture, &format!("{path}/users?after={last}&limit=500")).await;
    assert_eq!((rest.len(), has_next), (1, false));
    let (groups, has_next) = page(&fixture, &format!("{path}/groups?limit=200")).await;
    assert_eq!((groups.len(), has_next), (3, false));
}

/// The required members of `AppUser` in Okta's specification, and the members in its example of `ApplicationGroupAssignment`.
#[tokio::test]
async fn assignments_have_oktas_members() {
    let (fixture, path) = fixture().await;
    for (list, members) in [
        ("users", ["id", "created", "lastUpdated", "scope", "status", "_links"].as_slice()),
        ("groups", ["id", "lastUpdated", "priority", "profile", "_links"].as_slice()),
    ] {
        let (items, _) = page(&fixture, &format!("{path}/{list}")).await;
        for member in members {
            assert!(items.iter().all(|item| !item[member].is_null()), "{member} of {list}");
        }
    }
}

#[tokio::test]
async fn unknown_app_has_no_assignments() {
    let (fixture, _) = fixture().await;
    for list in ["users", "groups"] {
        let (status, body) = fixture.read(&format!("/api/v1/apps/0oaNobody/{list}")).await;
        assert_eq!((status, error_of(&body).0.as_str()), (404, "E0000007"), "{list}");
    }
}
