//! Buttons and actions on many apps, and forms that are refused.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use regrant::domain::event::EventKind;
use regrant::ledger::PageRequest;

use crate::Bench;

#[tokio::test]
async fn buttons_work_and_events_name_the_operator() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut browser = bench.operator(&provider, &["operators"]).await;
    let app = "/console/apps/acme/0oa1";
    let token = browser.form_token(app).await;
    let invited = browser.post(app, &[("token", &token), ("action", "invite")]).await;
    assert_eq!(invited.location(), format!("{app}?done=invited"));
    let page = browser.get(&invited.location()).await;
    assert!(page.body.contains("https://regrant.example.com/consent/"), "the link can be copied");
    let until = (bench.ports.clock.now() + jiff::SignedDuration::from_hours(48)).strftime("%Y-%m-%d").to_string();
    let waive = [("token", token.as_str()), ("action", "waive"), ("reason", "merger"), ("until", &until)];
    assert_eq!(browser.post(app, &waive).await.location(), format!("{app}?done=waived"));
    assert!(browser.get("/console").await.body.contains("postponed until"));
    for action in ["end-waiver", "revoke", "recheck"] {
        assert_eq!(
            browser.post(app, &[("token", &token), ("action", action)]).await.status,
            StatusCode::SEE_OTHER,
            "{action}"
        );
    }
    let events = bench.kinds("acme", "0oa1").await;
    let by: BTreeSet<String> = events.iter().filter_map(|event| event.by.as_ref().map(ToString::to_string)).collect();
    assert_eq!(by, ["ada@provider.example (console)".to_owned()].into());
    assert!(events.iter().any(|event| matches!(event.kind, EventKind::WaiverRemoved)));
}

#[tokio::test]
async fn viewers_and_foreign_forms_change_nothing() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let app = "/console/apps/acme/0oa1";
    let mut viewer = bench.operator(&provider, &["viewers"]).await;
    let token = viewer.form_token("/console").await;
    assert!(!viewer.get(app).await.body.contains("Create a link"), "no button without the permission");
    assert_eq!(viewer.post(app, &[("token", &token), ("action", "invite")]).await.status, StatusCode::CONFLICT);
    let mut operator = bench.operator(&provider, &["operators"]).await;
    let own = operator.form_token("/console").await;
    for wrong in ["", "x", &token] {
        assert_eq!(operator.post(app, &[("token", wrong), ("action", "invite")]).await.status, StatusCode::FORBIDDEN);
    }
    operator.fetch_site = "cross-site";
    assert_eq!(operator.post(app, &[("token", &own), ("action", "invite")]).await.status, StatusCode::FORBIDDEN);
    operator.fetch_site = "same-origin";
    assert_eq!(
        operator.get(&format!("{app}?action=invite&token={own}")).await.status,
        StatusCode::OK,
        "a GET does nothing"
    );
    assert_eq!(bench.kinds("acme", "0oa1").await.len(), 1, "only the event of the scan");
}

#[tokio::test]
async fn bulk_action_is_refused_if_the_list_changed() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    let token = browser.form_token("/console").await;
    let form = |seen: &'static str| {
        [
            ("token", token.as_str().to_owned()),
            ("action", "invite".to_owned()),
            ("extent", "all".to_owned()),
            ("standing", "needs-action".to_owned()),
            ("seen", seen.to_owned()),
        ]
    };
    let stale = form("3");
    let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let refused = browser.post("/console/bulk", &stale).await;
    assert!(
        refused.status == StatusCode::CONFLICT && refused.body.contains("You saw 3 apps, and 2 match now"),
        "{}",
        refused.body
    );
    let current = form("2");
    let current: Vec<(&str, &str)> = current.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = browser.post("/console/bulk", &current).await;
    assert!(done.body.contains("2 of 2 done") && done.body.contains("Revoke these links"), "{}", done.body);
    let undo = [
        ("token", token.as_str()),
        ("action", "revoke"),
        ("extent", "page"),
        ("apps", "acme.0oa1,acme.0oa2,globex.0oa9"),
    ];
    assert!(browser.post("/console/bulk", &undo).await.body.contains("2 of 2 done"));
}

#[tokio::test]
async fn bulk_action_reaches_no_other_customer() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut other = bench.operator(&provider, &["others"]).await;
    let token = other.form_token("/console").await;
    let form = [("token", token.as_str()), ("action", "invite"), ("extent", "page"), ("apps", "acme.0oa1")];
    assert_eq!(other.post("/console/bulk", &form).await.status, StatusCode::CONFLICT);
    assert_eq!(bench.kinds("acme", "0oa1").await.len(), 1);
}

#[tokio::test]
async fn contact_is_assigned_once_per_org_and_removed_only_where_added() {
    let bench = Bench::new().await;
    let mut browser = bench.local().await;
    let token = browser.form_token("/console").await;
    let form = |action: &'static str, apps: &'static str| {
        [
            ("token", token.clone()),
            ("action", action.to_owned()),
            ("extent", "page".to_owned()),
            ("apps", apps.to_owned()),
            ("contact", "Bea@contoso.example".to_owned()),
            ("audience", "operator".to_owned()),
        ]
    };
    let operators = || async {
        let orgs = bench.ports.ledger.orgs(PageRequest::first(10)).await.unwrap().items;
        orgs.into_iter().map(|org| org.contacts.operators.len()).collect::<Vec<_>>()
    };
    for (action, apps, done, undo, expected) in [
        ("assign", "acme.0oa1,acme.0oa2", "2 of 2 done", true, [1, 0]),
        ("assign", "acme.0oa1,globex.0oa3", "1 of 2 done", true, [1, 1]),
        ("unassign", "globex.0oa3", "1 of 1 done", false, [1, 0]),
        ("unassign", "globex.0oa3", "0 of 1 done", false, [1, 0]),
    ] {
        let form = form(action, apps);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let seen = browser.post("/console/bulk", &form).await;
        assert!(seen.body.contains(done), "{action} {apps}: {}", seen.body);
        assert_eq!(seen.body.contains("Remove this contact again"), undo, "{action} {apps}");
        assert_eq!(operators().await, expected, "{action} {apps}");
    }
    for (contact, audience) in [("", "operator"), ("no address", "operator"), ("a@b.example", "everyone")] {
        let form = [
            ("token", token.as_str()),
            ("action", "assign"),
            ("extent", "page"),
            ("apps", "acme.0oa1"),
            ("contact", contact),
            ("audience", audience),
        ];
        assert_eq!(browser.post("/console/bulk", &form).await.status, StatusCode::CONFLICT, "{contact} {audience}");
    }
}

#[tokio::test]
async fn only_administrators_assign_contacts() {
    let bench = Bench::new().await;
    let provider = bench.with_provider().await;
    let mut operator = bench.operator(&provider, &["operators"]).await;
    assert!(!operator.get("/console").await.body.contains("Assign the contact"));
    let token = operator.form_token("/console").await;
    let form = [
        ("token", token.as_str()),
        ("action", "assign"),
        ("extent", "page"),
        ("apps", "acme.0oa1"),
        ("contact", "bea@contoso.example"),
        ("audience", "administrator"),
    ];
    assert!(operator.post("/console/bulk", &form).await.body.contains("0 of 1 done"));
    let org = bench.ports.ledger.org(&"acme".parse().unwrap()).await.unwrap().unwrap();
    assert!(org.contacts.administrators.is_empty());
}

#[tokio::test]
async fn long_actions_run_in_steps_and_list_every_app() {
    let bench = Bench::new().await;
    for org in 0..130 {
        let (org, app) = (format!("many{org:03}"), format!("0oam{org:03}"));
        crate::add(&bench.ports, &org, &app, None, "Many", regrant::domain::standing::Standing::Broken).await;
    }
    let mut browser = bench.local().await;
    let token = browser.form_token("/console").await;
    let first = [("token", token.as_str()), ("action", "recheck"), ("extent", "all"), ("seen", "130"), ("q", "many")];
    let page = browser.post("/console/bulk", &first).await.body;
    assert!(page.contains("100 of 130 handled") && page.contains("value=\"100\" max=\"130\""), "{page}");
    let field = |name: &str| {
        let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let (apps, done) = (field("apps"), field("done"));
    assert_eq!((apps.split(',').count(), done.split(',').count()), (30, 100));
    // A made-up result about an app that the operator may not see, or that does not exist, is left out.
    let done = format!("{done},void.0oa0");
    let next = [("token", token.as_str()), ("action", "recheck"), ("extent", "page"), ("apps", &apps), ("done", &done)];
    let page = browser.post("/console/bulk", &next).await.body;
    assert!(page.contains("130 of 130 done") && page.matches("Check queued").count() == 130, "{page}");
}
