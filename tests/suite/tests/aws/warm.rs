//! Tests the functions' warm-up before the first event, which may fail without consequences.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Request;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::domain::cloud::Cloud;
use regrant::microsoft::MfaEvidence;
use regrant::vault::SecretName;
use regrant_tests::api_gateway::event;
use regrant_tests::aws::{Account, access_key};
use regrant_tests::bench::simulated_clock;
use regrant_tests::consent::{Simulation, register, registration};
use regrant_tests::deployment::{FUNCTIONS, environment};
use regrant_tests::runtime_api::LambdaProcess;
use serde_json::Value;

const DENIED: (u16, &str, &str) = (400, "AccessDeniedException", "not authorized to perform this");

fn get(path: &str) -> Value {
    event(&Request::get(path).body(()).unwrap().into_parts().0, &Bytes::new())
}

/// Starts `function` in `account`, requests `path` and returns the status.
async fn answered(account: &Account, function: &str, path: &str) -> u64 {
    let simulation = Simulation::new(Arc::new(simulated_clock())).await;
    let stack = SecretsManagerConfig::default();
    let stack = regrant::aws::Stack {
        table: "regrant-Table".to_owned(),
        secrets: stack,
        scan_queue: Some("http://127.0.0.1:9/scans".to_owned()),
        save_queue: Some("http://127.0.0.1:9/saves".to_owned()),
        notification_queue: Some("http://127.0.0.1:9/notifications".to_owned()),
        configuration_set: None,
    };
    let logs = tempfile::tempdir().unwrap();
    let variables = environment(account, &stack, &simulation, function);
    let mut process = LambdaProcess::start(function, &variables, &logs.path().join("log")).await;
    let (fine, answer) = process.invoke(get(path)).await;
    assert!(fine, "{function}: {answer}");
    answer["statusCode"].as_u64().unwrap()
}

/// The calls of a function, in order.
async fn calls_of(account: &Account, function: &str) -> Vec<(String, String)> {
    let key = access_key(function);
    let calls = account.calls().await.into_iter().filter(|call| call.access_key == key);
    calls.map(|call| (call.operation, call.resource)).collect()
}

#[tokio::test]
async fn warm_up_opens_connections_and_reads_secrets() {
    let account = Account::open().await;
    let stack = account.stack(SecretsManagerConfig::default()).await;
    let simulation = Simulation::new(Arc::new(simulated_clock())).await;
    register(&simulation.ports_over(account.stores("operator", &stack).await), &registration(MfaEvidence::default()))
        .await;
    for function in FUNCTIONS {
        // An unknown path: answering it makes no calls.
        assert_eq!(answered(&account, function, "/unknown").await, 404, "{function}");
        let mut calls = calls_of(&account, function).await;
        calls.sort();
        let read = |name: SecretName| ("secretsmanager:GetSecretValue".to_owned(), name.path());
        let table = |call: &str| (format!("dynamodb:{call}"), "regrant-Table".to_owned());
        let mut expected = match function {
            // The warm-up also simulates a callback without a session.
            "callback" => vec![table("GetItem"), table("GetItem")],
            "consent-url" | "save" => vec![table("BatchGetItem")],
            _ => vec![table("GetItem")],
        };
        match function {
            "discovery" => {}
            "notify" | "console" => expected.push(read(SecretName::Keys)),
            _ => expected.extend([read(SecretName::Entra(Cloud::Global)), read(SecretName::Keys)]),
        }
        assert_eq!(calls, expected, "{function}");
    }
}

#[tokio::test]
async fn function_without_read_permissions_starts_and_answers() {
    let account = Account::open().await;
    account.stack(SecretsManagerConfig::default()).await;
    for operation in ["dynamodb:GetItem", "dynamodb:BatchGetItem", "secretsmanager:GetSecretValue"] {
        account.fail(operation, (0, 1_000), DENIED).await;
    }
    for function in FUNCTIONS {
        assert_eq!(answered(&account, function, "/unknown").await, 404, "{function}");
    }
}

#[tokio::test]
async fn function_without_network_starts_and_answers() {
    assert_eq!(answered(&Account::nowhere().await, "consent-url", "/unknown").await, 404);
}
