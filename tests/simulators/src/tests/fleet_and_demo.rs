use std::collections::BTreeSet;

use regrant::domain::standing::Standing;
use reqwest::Method;
use serde_json::Value;

use super::stage::{Stage, acme};
use crate::{App, Connection, Fleet, OktaSimulator, Provisioning, SimulatorConfig, demo_set, truth};

#[tokio::test]
async fn an_org_of_the_fleet_is_served_as_its_number_says() {
    let stage = Stage::new(acme()).await;
    let fleet = Fleet::new(11, 100);
    stage.okta.add_fleet(fleet);
    let at = stage.okta.org_url("org-000007");
    let list = stage
        .bare(Method::GET, &format!("{at}/api/v1/apps?filter=name+eq+%22office365%22"))
        .header("authorization", format!("SSWS {}", fleet.token(7)));
    let body: Value = list.send().await.unwrap().json().await.unwrap();
    let ids: Vec<&str> = body.as_array().unwrap().iter().map(|app| app["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [0, 1, 2].map(|app| fleet.app(7, app).id));
    assert_eq!(stage.okta.fleet_statuses().get(&200), Some(&1));
    let beyond = stage.bare(Method::GET, &stage.okta.org_url("org-000100")).send().await.unwrap();
    assert_eq!(beyond.status(), 404);
}

#[tokio::test]
async fn what_is_changed_in_the_fleet_stays_changed() {
    let stage = Stage::new(acme()).await;
    stage.okta.add_fleet(Fleet::new(11, 100));
    stage.okta.with_org("org-000007", |org| org.apps.clear()).unwrap();
    assert_eq!(stage.okta.with_org("org-000007", |org| org.apps.len()), Some(0));
    assert_eq!(stage.okta.with_org("org-000008", |org| org.apps.len()), Some(4));
}

#[test]
fn a_fleet_is_the_same_for_a_seed_and_has_every_standing_that_reads_can_show() {
    let fleet = Fleet::new(3, 100);
    let truths = |fleet: Fleet| (0..100).flat_map(move |org| (0..3).map(move |app| fleet.truth(org, app)));
    assert!(truths(fleet).eq(truths(Fleet::new(3, 100))));
    assert!(!truths(fleet).eq(truths(Fleet::new(4, 100))));
    let seen: BTreeSet<Standing> = truths(fleet).collect();
    let expected =
        [Standing::NeedsConsent, Standing::NeedsSave, Standing::ByHand, Standing::Consented, Standing::NotApplicable];
    assert_eq!(seen, expected.into());
}

#[test]
fn the_truth_follows_each_rule_in_its_order() {
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
        assert_eq!(truth(&app), standing, "{app:?}");
    }
}

#[test]
fn only_names_of_the_fleet_have_a_number() {
    let fleet = Fleet::new(1, 1_000);
    assert_eq!(fleet.index(&Fleet::name(999)), Some(999));
    for name in ["org-001000", "org-1", "org-+00001", "org-00000x", "acme"] {
        assert_eq!(fleet.index(name), None, "{name}");
    }
}

#[test]
fn the_demonstration_shows_every_standing_that_reads_can_show() {
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
fn the_demonstration_has_a_label_twice_and_labels_that_try_to_do_harm() {
    let orgs = demo_set();
    let labels: Vec<&str> = orgs.iter().flat_map(|org| &org.org.apps).map(|app| app.label.as_str()).collect();
    let twice = labels.iter().filter(|label| **label == "Microsoft Office 365").count();
    assert!(twice >= 2);
    for harm in ['<', '\u{1b}', '\u{202e}'] {
        assert!(labels.iter().any(|label| label.contains(harm)), "{harm:?}");
    }
    let ids: BTreeSet<&str> = orgs.iter().flat_map(|org| &org.org.apps).map(|app| app.id.as_str()).collect();
    assert_eq!(ids.len(), labels.len());
}

#[tokio::test]
async fn the_demonstrations_unknown_apps_cannot_be_read() {
    let stage = Stage::new(acme()).await;
    for mut demo in demo_set() {
        // Served under the one name that the client can find.
        demo.org.name = "acme".to_owned();
        stage.okta.add_org(demo.org);
        for app in demo.apps {
            let path = format!("/api/v1/apps/{}/connections/default", app.id);
            let call =
                stage.bare(Method::GET, &stage.url(&path)).header("authorization", format!("SSWS {}", demo.token));
            let readable = call.send().await.unwrap().status() == 200;
            assert_eq!(readable, app.standing != Standing::Unknown, "{} {}", demo.name, app.id);
        }
    }
}

#[tokio::test]
async fn stopping_frees_the_port_and_title_case_is_a_choice() {
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
