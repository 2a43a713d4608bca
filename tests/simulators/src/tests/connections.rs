use reqwest::Method;
use serde_json::{Value, json};

use super::fixture::{Fixture, acme_with, error_of, provisioned};
use crate::{App, Connection, Provisioning};

async fn connection_of(connection: Connection) -> Value {
    let (org, path) = acme_with(provisioned(connection));
    Fixture::new(org).await.read(&format!("{path}/connections/default")).await.1
}

fn link_names(connection: &Value) -> Vec<&str> {
    let links = connection["_links"].as_object();
    let mut names: Vec<&str> = links.into_iter().flat_map(|links| links.keys().map(String::as_str)).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn unknown_connection_has_no_links() {
    let body = connection_of(Connection::Unknown).await;
    assert_eq!(body, json!({ "status": "UNKNOWN", "profile": { "authScheme": "UNKNOWN" } }));
}

#[tokio::test]
async fn oauth_connection_links_match_its_state() {
    let waiting = connection_of(Connection::OAuth2 { enabled: false, authorize: true }).await;
    assert_eq!((&waiting["status"], link_names(&waiting)), (&"DISABLED".into(), vec!["activate", "authorize", "self"]));
    let unsaved = connection_of(Connection::OAuth2 { enabled: false, authorize: false }).await;
    assert_eq!((&unsaved["status"], link_names(&unsaved)), (&"DISABLED".into(), vec!["activate", "self"]));
    let running = connection_of(Connection::OAuth2 { enabled: true, authorize: true }).await;
    assert_eq!(
        (&running["status"], link_names(&running)),
        (&"ENABLED".into(), vec!["authorize", "deactivate", "self"])
    );
    let href = url::Url::parse(waiting["_links"]["authorize"]["href"].as_str().unwrap()).unwrap();
    assert_eq!(href.host_str(), Some("login.microsoftonline.com"));
    assert_eq!(href.path(), "/acme.onmicrosoft.com/oauth2/authorize");
    let names: Vec<String> = href.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["response_type", "state", "client_id", "redirect_uri", "scope"]);
}

#[tokio::test]
async fn token_connection_can_omit_its_profile() {
    let now = connection_of(Connection::Token { enabled: true }).await;
    assert_eq!((&now["authScheme"], &now["profile"]["authScheme"]), (&"TOKEN".into(), &"TOKEN".into()));
    let then = connection_of(Connection::TokenWithoutProfile { enabled: false }).await;
    assert_eq!((&then["authScheme"], then.get("profile")), (&"TOKEN".into(), None));
}

#[tokio::test]
async fn post_without_activate_disables_the_connection() {
    let (org, path) = acme_with(provisioned(Connection::OAuth2 { enabled: true, authorize: false }));
    let fixture = Fixture::new(org).await;
    let path = format!("{path}/connections/default");
    let post = |query: &'static str| {
        let call = fixture.call(Method::POST, &format!("{path}{query}"));
        call.body(r#"{"profile":{"authScheme":"OAUTH2"}}"#)
    };
    let status = |body: Value| body["status"].as_str().unwrap().to_owned();
    assert_eq!(status(post("").send().await.unwrap().json().await.unwrap()), "DISABLED");
    let activate = fixture.call(Method::POST, &format!("{path}/lifecycle/activate")).send().await.unwrap();
    assert_eq!(activate.status(), 204);
    assert_eq!(status(fixture.read(&path).await.1), "ENABLED");
    let deactivate = fixture.call(Method::POST, &format!("{path}/lifecycle/deactivate")).send().await.unwrap();
    assert_eq!(deactivate.status(), 204);
    assert_eq!(status(fixture.read(&path).await.1), "DISABLED");
    assert_eq!(status(post("?activate=TRUE").send().await.unwrap().json().await.unwrap()), "ENABLED");
    let empty = fixture.call(Method::POST, &path).send().await.unwrap();
    assert_eq!((empty.status().as_u16(), error_of(&empty.json().await.unwrap()).0.as_str()), (400, "E0000003"));
}

#[tokio::test]
async fn unsupported_connection_answers_success_and_stays_unknown() {
    let app = App { provisioning: Provisioning::NotSupported, ..App::office365("Office", "acme") };
    let (org, path) = acme_with(app);
    let fixture = Fixture::new(org).await;
    let path = format!("{path}/connections/default");
    let post = fixture.call(Method::POST, &path).body(r#"{"profile":{"authScheme":"OAUTH2"}}"#).send().await.unwrap();
    assert_eq!(post.status(), 200);
    assert_eq!(post.json::<Value>().await.unwrap()["status"], "UNKNOWN");
    let activate = fixture.call(Method::POST, &format!("{path}/lifecycle/activate")).send().await.unwrap();
    assert_eq!(activate.status(), 204);
    assert_eq!(fixture.read(&path).await.1["status"], "UNKNOWN");
}

#[tokio::test]
async fn features_distinguish_enabled_disabled_and_unsupported() {
    let mut app = provisioned(Connection::Unknown);
    let (org, path) = acme_with(app.clone());
    let fixture = Fixture::new(org).await;
    let list = format!("{path}/features");
    let (status, body) = fixture.read(&list).await;
    let names: Vec<&Value> = body.as_array().unwrap().iter().map(|feature| &feature["name"]).collect();
    assert_eq!((status, names), (200, vec![&json!("USER_PROVISIONING"), &json!("INBOUND_PROVISIONING")]));
    let inbound = fixture.read(&format!("{list}/INBOUND_PROVISIONING")).await.1;
    assert_eq!(inbound["capabilities"]["importSettings"]["username"]["userNameFormat"], "EMAIL");
    let (status, body) = fixture.read(&format!("{list}/NO_SUCH")).await;
    assert_eq!((status, error_of(&body).0.as_str()), (404, "E0000007"));
    for (provisioning, cause) in [
        (Provisioning::NotEnabled, "Provisioning is not enabled for the app instance."),
        (Provisioning::NotSupported, "Provisioning is not supported."),
    ] {
        app.provisioning = provisioning;
        fixture.okta.with_org("acme", |org| org.apps = vec![app.clone()]).unwrap();
        let (status, body) = fixture.read(&list).await;
        assert_eq!((status, error_of(&body)), (400, ("E0000001".to_owned(), Some(cause.to_owned()))));
    }
}
