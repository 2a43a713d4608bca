//! Runs the conformance suite of each port against its AWS adapter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regrant::aws::dynamodb::DynamoLedger;
use regrant::aws::secrets_manager::{SecretsManagerConfig, SecretsManagerVault};
use regrant::aws::ses::Ses;
use regrant::aws::sqs::SqsQueue;
use regrant::ledger::Ledger;
use regrant::queue::{Queue, ScanOrg};
use regrant::testing::mail::Bench;
use regrant::vault::Vault;
use regrant_tests::aws::Account;
use serde_json::json;

/// Unique names.
#[derive(Default)]
struct Names(AtomicU32);

impl Names {
    fn next(&self) -> String {
        format!("test-{}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
async fn dynamodb_ledger_meets_its_contract() {
    let account = Account::open().await;
    let client = aws_sdk_dynamodb::Client::new(&account.config("test").await);
    let names = Names::default();
    let make = || async {
        let name = names.next();
        account.make_table(&name).await;
        Arc::new(DynamoLedger::new(client.clone(), name)) as Arc<dyn Ledger>
    };
    regrant::testing::ledger::conforms(make).await;
}

async fn vault_conforms(pooled_secrets: u32) {
    let account = Account::open().await;
    let client = aws_sdk_secretsmanager::Client::new(&account.config("test").await);
    let names = Names::default();
    let make = || async {
        let config = SecretsManagerConfig { prefix: names.next(), kms_key: None, pooled_secrets };
        Arc::new(SecretsManagerVault::new(client.clone(), config)) as Arc<dyn Vault>
    };
    regrant::testing::vault::conforms(make).await;
}

#[tokio::test]
async fn secrets_manager_vault_meets_its_contract() {
    vault_conforms(0).await;
}

#[tokio::test]
async fn pooled_secrets_vault_meets_its_contract() {
    vault_conforms(1).await;
}

#[tokio::test]
async fn sqs_queue_meets_its_contract() {
    let account = Account::open().await;
    let client = aws_sdk_sqs::Client::new(&account.config("test").await);
    let names = Names::default();
    let make = || async {
        let url = account.make_queue(&names.next(), json!({})).await;
        Arc::new(SqsQueue::new(client.clone(), url)) as Arc<dyn Queue<ScanOrg>>
    };
    regrant::testing::queue::conforms(make, async |time| account.pass_time(time).await).await;
}

#[tokio::test]
async fn ses_transport_meets_its_contract() {
    let account = Account::open().await;
    account.verify(&["example.com", "contoso.example"]).await;
    let transport = Arc::new(Ses::new(aws_sdk_sesv2::Client::new(&account.config("test").await), None));
    let sent = || async {
        let mails = account.mails().await;
        mails.iter().map(|mail| STANDARD.decode(mail["raw"].as_str().unwrap()).unwrap()).collect()
    };
    regrant::testing::mail::conforms(Bench { transport, sent }).await;
}
