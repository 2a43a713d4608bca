//! Tests the X-Ray traces of an invocation.

use std::net::UdpSocket;
use std::sync::Arc;

use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant_tests::api_gateway::event;
use regrant_tests::aws::Account;
use regrant_tests::bench::simulated_clock;
use regrant_tests::consent::Simulation;
use regrant_tests::deployment::environment;
use regrant_tests::runtime_api::{LAMBDA_SEGMENT, LambdaProcess};
use serde_json::Value;

/// Invokes discovery once and returns the segments that the X-Ray daemon received.
async fn heard(switch: &str) -> Vec<Value> {
    let simulation = Simulation::new(Arc::new(simulated_clock())).await;
    let account = Account::open().await;
    let stack = account.stack(SecretsManagerConfig::default()).await;
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut variables = environment(&account, &stack, &simulation, "discovery");
    variables.push(("REGRANT_TRACING", switch.to_owned()));
    variables.push(("AWS_XRAY_DAEMON_ADDRESS", daemon.local_addr().unwrap().to_string()));
    let logs = tempfile::tempdir().unwrap();
    let mut discovery = LambdaProcess::start("discovery", &variables, &logs.path().join("log")).await;
    let request = axum::http::Request::get("/v1/apps?cursor=canary").body(()).unwrap();
    let (fine, answer) = discovery.invoke(event(&request.into_parts().0, &axum::body::Bytes::new())).await;
    assert!(fine, "{answer}");
    // The answer arrives last, so all segments have arrived.
    daemon.set_nonblocking(true).unwrap();
    let (mut documents, mut datagram) = (Vec::new(), vec![0; 64 << 10]);
    while let Ok(length) = daemon.recv(&mut datagram) {
        let text = std::str::from_utf8(&datagram[..length]).unwrap();
        let (header, document) = text.split_once('\n').unwrap();
        assert!(header.contains("\"format\""), "{header}");
        documents.push(serde_json::from_str(document).unwrap());
    }
    documents
}

#[tokio::test]
async fn invocation_is_traced_below_lambdas_segment() {
    let documents = heard("on").await;
    let named = |name: &str| documents.iter().find(|document| document["name"] == name);
    assert!(named("invocation").is_some(), "{documents:?}");
    let invocation = named("invocation").unwrap();
    assert_eq!(invocation["parent_id"], LAMBDA_SEGMENT);
    assert!(named("http").is_some(), "{documents:?}");
    for document in &documents {
        assert!(document["trace_id"].as_str().unwrap().ends_with("-abcdef012345678912345678"), "{document}");
        assert!(!document.to_string().contains("canary"), "what a request says is not in a trace: {document}");
    }
}

#[tokio::test]
async fn disabled_tracing_sends_nothing() {
    assert!(heard("off").await.is_empty());
}
