use std::collections::BTreeSet;

use regrant::domain::standing::Standing;
use reqwest::Method;
use serde_json::Value;

use super::fixture::{Fixture, acme};
use crate::{
    App, Connection, DemoOrg, Fleet, OktaSimulator, Provisioning, SimulatorConfig, demo_set, expected_standing,
    hostile_demo_set,
};

#[tokio::test]
async fn fleet_org_is_generated_from_its_number() {
    let fixture = Fixture::new(acme()).await;
    let fleet = Fleet::new(11, 100);
    fixture.okta.add_fleet(fleet);
    let at = fixture.okta.org_url("org-000007");
    let list = fixture
        .bare(Method::GET, &format!("{at}/api/v1/apps?filter=name+eq+%22office365%22"))
        .header("authorization", format!("SSWS {}", fleet.token(7)));
    let body: Value = list.send().await.unwrap().json().await.unwrap();
    let ids: Vec<&str> = body.as_array().unwrap().iter().map(|app| app["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [0, 1, 2].map(|app| fleet.app(7, app).id));
    assert_eq!(fixture.okta.fleet_statuses().get(&200), Some(&1));
    let beyond = fixture.bare(Method::GET, &fixture.okta.org_url("org-000100")).send().await.unwrap();
    assert_eq!(beyond.status(), 404);
}

#[tokio::test]
async fn changes_to_fleet_orgs_persist() {
    let fixture = Fixture::new(acme()).await;
    fixture.okta.add_fleet(Fleet::new(11, 100));
    fixture.okta.with_org("org-000007", |org| org.apps.clear()).unwrap();
    assert_eq!(fixture.okta.with_org("org-000007", |org| org.apps.len()), Some(0));
    assert_eq!(fixture.okta.with_org("org-000008", |org| org.apps.len()), Some(4));
}

#[test]
fn fleet_is_reproducible_and_covers_every_standing() {
    let fleet = Fleet::new(3, 100);
    let expected_standings =
        |fleet: Fleet| (0..100).flat_map(move |org| (0..3).map(move |app| fleet.expected_standing(org, app)));
    assert!(expected_standings(fleet).eq(expected_standings(Fleet::new(3, 100))));
    assert!(!expected_standings(fleet).eq(expected_standings(Fleet::new(4, 100))));
    let seen: BTreeSet<Standing> = expected_standings(fleet).collect();
    let expected =
        [Standing::NeedsConsent, Standing::NeedsSave, Standing::ByHand, Standing::Consented, Standing::NotApplicable];
    assert_eq!(seen, expected.into());
}

#[test]
fn expected_standing_applies_rules_in_order() {
    let base = || App::office365("Office", "acme");
    let on = |connection| base().provisioned(connection);
    let oauth = |enabled, authorize| Connection::OAuth2 { enabled, authorize };
    let of_type = |kind: &str, app: App| App { tenant_type: Some(kind.to_owned()), ..app };
    let unsupported = |app: App| App { provisioning: Provisioning::NotSupported, ..app };
    for (app, standing) in [
        (of_type("GCC_HIGH", on(oauth(true, true))).inactive(), Standing::NotApplicable),
        (of_type("GCC_HIGH", on(oauth(true, true))), Standing::ByHand),
        (of_type("US_DOD", base()), Standing::ByHand),
        (of_type("GCC", on(oauth(true, false))), Standing::Consented),
        (on(oauth(true, true)), Standing::Consented),
        (on(oauth(false, true)), Standing::NeedsConsent),
        (on(oauth(false, false)), Standing::NeedsSave),
        (on(Connection::Unknown), Standing::NeedsConsent),
        (base(), Standing::NotApplicable),
        (unsupported(base()), Standing::NotApplicable),
        (unsupported(on(Connection::Unknown)), Standing::ByHand),
        (on(Connection::Token { enabled: true }), Standing::ByHand),
        (on(Connection::TokenWithoutProfile { enabled: false }), Standing::ByHand),
    ] {
        assert_eq!(expected_standing(&app), standing, "{app:?}");
    }
}

#[test]
fn only_fleet_names_have_a_number() {
    let fleet = Fleet::new(1, 1_000);
    assert_eq!(fleet.index(&Fleet::name(999)), Some(999));
    for name in ["org-001000", "org-1", "org-+00001", "org-00000x", "acme"] {
        assert_eq!(fleet.index(name), None, "{name}");
    }
}

#[test]
fn demo_covers_every_standing() {
    let seen: BTreeSet<Standing> = demo_set().iter().flat_map(|org| &org.apps).map(|app| app.standing).collect();
    let expected = [
        Standing::NeedsConsent,
        Standing::NeedsSave,
        Standing::ByHand,
        Standing::Unknown,
        Standing::Consented,
        Standing::NotApplicable,
    ];
    assert_eq!(seen, expected.into());
}

#[test]
fn demo_has_a_repeated_label_and_unique_ids() {
    let orgs = demo_set();
    let labels: Vec<&str> = orgs.iter().flat_map(|org| &org.org.apps).map(|app| app.label.as_str()).collect();
    let repeated = labels.iter().filter(|label| **label == "Microsoft Office 365").count();
    assert!(repeated >= 2);
    let ids: BTreeSet<&str> = orgs.iter().flat_map(|org| &org.org.apps).map(|app| app.id.as_str()).collect();
    assert_eq!(ids.len(), labels.len());
}

#[test]
fn hostile_demo_changes_labels_only() {
    let orgs = hostile_demo_set();
    let labels: Vec<&str> = orgs.iter().flat_map(|org| &org.org.apps).map(|app| app.label.as_str()).collect();
    for character in ['<', '\u{1b}', '\u{202e}'] {
        assert!(labels.iter().any(|label| label.contains(character)), "{character:?}");
    }
    let ids =
        |orgs: &[DemoOrg]| orgs.iter().flat_map(|org| &org.org.apps).map(|app| app.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&orgs), ids(&demo_set()));
}

#[tokio::test]
async fn unknown_demo_apps_cannot_be_read() {
    let fixture = Fixture::new(acme()).await;
    for mut demo in demo_set() {
        // The client resolves only this name.
        demo.org.name = "acme".to_owned();
        fixture.okta.add_org(demo.org);
        for app in demo.apps {
            let path = format!("/api/v1/apps/{}/connections/default", app.id);
            let call =
                fixture.bare(Method::GET, &fixture.url(&path)).header("authorization", format!("SSWS {}", demo.token));
            let readable = call.send().await.unwrap().status() == 200;
            assert_eq!(readable, app.standing != Standing::Unknown, "{} {}", demo.name, app.id);
        }
    }
}

#[tokio::test]
async fn stopping_frees_the_port() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let clock = std::sync::Arc::new(regrant::clock::SystemClock);
    let config = SimulatorConfig { title_case_headers: true, ..SimulatorConfig::new(clock) };
    let okta = OktaSimulator::start(config.clone()).await.unwrap();
    let port = okta.port();
    okta.add_org(acme());
    let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let request = b"GET /.well-known/okta-organization HTTP/1.1\r\nHost: ACME.localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("X-Rate-Limit-Limit: 1000"), "{answer}");
    let taken = OktaSimulator::start(SimulatorConfig { port: Some(port), ..config.clone() }).await;
    assert!(taken.err().unwrap().to_string().contains("choose a free port"));
    okta.stop().await;
    tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap_err();
}
