//! Tests the findings of `regrant aws doctor`.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use regrant::aws::checkup::{Checkup, Finding};
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::http::loopback::LoopbackPolicy;
use regrant::microsoft::MfaEvidence;
use regrant::openid::Provider;
use regrant::settings::PublicUrl;
use regrant::vault::SecretName;
use regrant_tests::aws::Account;
use regrant_tests::bench::simulated_clock;
use regrant_tests::consent::{Simulation, add_and_scan_demo_orgs, grant_operator, register, registration, router};
use serde_json::json;
use tokio::net::TcpListener;

/// Serves a router and returns its address.
async fn serve(router: Router) -> PublicUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    PublicUrl::parse(&format!("http://{address}"), LoopbackPolicy::Allow).unwrap()
}

/// Rejects requests without a token, as API Gateway's authorizer does.
async fn signed_in(request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/v1/") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

fn wrong(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.is_wrong).map(|finding| finding.what).collect()
}

#[tokio::test]
async fn doctor_reports_missing_parts_until_fixed() {
    let simulation = Simulation::new(Arc::new(simulated_clock())).await;
    let account = Account::open().await;
    let stack = account.stack(SecretsManagerConfig::default()).await;
    let ports = simulation.ports_over(account.stores("operator", &stack).await);
    let aws = account.config("operator").await;
    let dead_letters = vec![account.make_queue("dead", json!({})).await];
    let dead_events = account.make_queue("dead-events", json!({})).await;
    let open_to_all = serve(router(&ports)).await;
    let checkup = |public_url| Checkup {
        aws: &aws,
        stack: &stack,
        dead_letters: &dead_letters,
        dead_events: &dead_events,
        public_url,
        ports: ports.clone(),
    };

    for queue in [&dead_letters[0], &dead_events] {
        let dead = json!({"QueueUrl": queue, "MessageBody": "given up"});
        account.call("sqs", "AmazonSQS.SendMessage", &dead).await;
    }
    let findings = checkup(&open_to_all).run().await;
    let all = ["table", "backups", "expiry", "dead letters", "schedules", "API", "Entra registration", "orgs", "scans"];
    assert_eq!(wrong(&findings), all, "{findings:#?}");
    // The next scheduled run replaces a failed one, so those messages need no redrive.
    let of = |what: &str| findings.iter().find(|finding| finding.what == what).unwrap().words.clone();
    assert!(of("dead letters").contains("redrive") && !of("schedules").contains("redrive"), "{findings:#?}");
    assert!(of("schedules").contains(&dead_events), "{findings:#?}");

    let name = json!(stack.table);
    let calls = [
        ("UpdateTable", json!({"TableName": name, "DeletionProtectionEnabled": true})),
        (
            "UpdateContinuousBackups",
            json!({"TableName": name, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true}}),
        ),
        (
            "UpdateTimeToLive",
            json!({"TableName": name, "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": true}}),
        ),
    ];
    for (operation, body) in calls {
        account.call("dynamodb", &format!("DynamoDB_20120810.{operation}"), &body).await;
    }
    for queue in [&dead_letters[0], &dead_events] {
        account.call("sqs", "AmazonSQS.PurgeQueue", &json!({"QueueUrl": queue})).await;
    }
    register(&ports, &registration(MfaEvidence::default())).await;
    add_and_scan_demo_orgs(&simulation, &ports).await;
    let closed = serve(router(&ports).layer(middleware::from_fn(signed_in))).await;
    let findings = checkup(&closed).run().await;
    assert!(wrong(&findings).is_empty(), "{findings:#?}");
    assert!(findings.iter().all(|finding| !finding.words.is_empty()));

    // A provider for the console needs a role and the function.
    let provider = Provider {
        issuer: "https://id.example.com".parse().unwrap(),
        client_id: "0oaconsole".to_owned(),
        client_secret: None,
        scopes: Vec::new(),
    };
    ports.vault.put_pending(&SecretName::OperatorSignIn, &provider.seal()).await.unwrap();
    ports.vault.promote(&SecretName::OperatorSignIn).await.unwrap();
    assert_eq!(wrong(&checkup(&closed).run().await), ["console"], "no one has a role");
    grant_operator(&ports).await;
    assert_eq!(wrong(&checkup(&closed).run().await), ["console"], "the function is missing");
    let console = regrant_console::router(ports.clone(), None).reset_fallback();
    let complete = serve(router(&ports).merge(console).layer(middleware::from_fn(signed_in))).await;
    assert_eq!(wrong(&checkup(&complete).run().await), Vec::<&str>::new());
}

#[tokio::test]
async fn doctor_reports_each_part_of_missing_stack() {
    let simulation = Simulation::new(Arc::new(simulated_clock())).await;
    let account = Account::open().await;
    let mut stack = account.stack(SecretsManagerConfig::default()).await;
    stack.table = "another".to_owned();
    stack.save_queue = stack.save_queue.map(|url| format!("{url}-of-another"));
    let ports = simulation.ports_over(account.stores("operator", &stack).await);
    let aws = account.config("operator").await;
    let nowhere = PublicUrl::parse("http://127.0.0.1:9", LoopbackPolicy::Allow).unwrap();
    let gone = format!("{}-of-another", stack.scan_queue.clone().unwrap_or_default());
    let checkup =
        Checkup { aws: &aws, stack: &stack, dead_letters: &[], dead_events: &gone, public_url: &nowhere, ports };
    let findings = checkup.run().await;
    for what in ["table", "backups", "expiry", "save queue", "schedules", "API", "orgs", "scans"] {
        assert!(wrong(&findings).contains(&what), "{what}: {findings:#?}");
    }
}
