//! Tests that AWS service failures lead to a retry or a clear error, without data loss.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_sesv2::types::MailType;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::aws::ses::Ses;
use regrant::domain::app::AppRecord;
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::ledger::LedgerError;
use regrant::mail::{MailError, MailTransport};
use regrant::queue::{Queue, QueueError, ScanOrg};
use regrant::testing::ledger::{org, record, recorded};
use regrant::testing::mail::email;
use regrant::testing::queue::scan_of;
use regrant::vault::{SecretName, SecretVersion, VaultError};
use regrant_tests::aws::Account;
use regrant_tests::bench::Stores;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

async fn stores(account: &Account) -> Stores {
    let stack = account.stack(SecretsManagerConfig::default()).await;
    account.stores("test", &stack).await
}

fn okta() -> SecretName {
    SecretName::Okta(org("00oacme"))
}

async fn set(stores: &Stores, value: &str) {
    stores.vault.put_pending(&okta(), &SecretString::from(value)).await.unwrap();
    stores.vault.promote(&okta()).await.unwrap();
}

async fn current(stores: &Stores) -> Option<String> {
    let found = stores.vault.get(&okta(), SecretVersion::Current).await.unwrap();
    found.map(|secret| secret.expose_secret().to_owned())
}

const THROTTLED: (u16, &str, &str) = (400, "ThrottlingException", "Rate exceeded");
const EXPIRED: (u16, &str, &str) =
    (400, "ExpiredTokenException", "The security token included in the request is expired");

#[tokio::test]
async fn throttled_calls_are_retried() {
    let account = Account::open().await;
    let stores = stores(&account).await;
    let app = record("00oacme", "0oa1", "Office", Standing::NeedsConsent);
    for operation in [
        "dynamodb:PutItem",
        "dynamodb:GetItem",
        "secretsmanager:PutSecretValue",
        "secretsmanager:GetSecretValue",
        "sqs:SendMessageBatch",
    ] {
        account.fail(operation, (0, 3), THROTTLED).await;
    }
    assert!(stores.ledger.record_app(&app, &[]).await.unwrap());
    assert_eq!(stores.ledger.app(&app.identity.org, &app.identity.app).await.unwrap(), Some(recorded(app)));
    set(&stores, "token").await;
    assert_eq!(current(&stores).await.as_deref(), Some("token"));
    stores.queues.scans.send(&[scan_of("00oacme")]).await.unwrap();
    assert_eq!(stores.queues.scans.receive(10, Duration::from_secs(30)).await.unwrap().len(), 1, "sent once");
}

#[tokio::test]
async fn endless_throttling_is_reported_and_changes_nothing() {
    let account = Account::open().await;
    let stores = stores(&account).await;
    let app = record("00oacme", "0oa1", "Office", Standing::NeedsConsent);
    assert!(stores.ledger.record_app(&app, &[]).await.unwrap());
    set(&stores, "token").await;
    for operation in ["dynamodb:PutItem", "secretsmanager:PutSecretValue", "sqs:SendMessageBatch"] {
        account.fail(operation, (0, 100), THROTTLED).await;
    }
    let changed = AppRecord { version: 1, ..record("00oacme", "0oa1", "Office", Standing::Broken) };
    let told = stores.ledger.record_app(&changed, &[]).await.unwrap_err().to_string();
    assert!(told.contains("ThrottlingException") && told.contains("retried later"), "{told}");
    let told = stores.vault.put_pending(&okta(), &SecretString::from("other")).await.unwrap_err().to_string();
    assert!(told.contains("ThrottlingException") && !told.contains("other"), "{told}");
    assert!(matches!(stores.queues.scans.send(&[scan_of("00oacme")]).await, Err(QueueError::Service { .. })));
    assert_eq!(stores.ledger.app(&app.identity.org, &app.identity.app).await.unwrap(), Some(recorded(app)));
    assert_eq!(current(&stores).await.as_deref(), Some("token"));
}

#[tokio::test]
async fn expired_credentials_fail_at_once_with_advice() {
    let account = Account::open().await;
    let stores = stores(&account).await;
    for operation in ["dynamodb:GetItem", "secretsmanager:GetSecretValue", "sqs:SendMessageBatch"] {
        account.fail(operation, (0, 1), EXPIRED).await;
    }
    let told = [
        stores.ledger.org(&org("00oacme")).await.unwrap_err().to_string(),
        stores.vault.get(&okta(), SecretVersion::Current).await.unwrap_err().to_string(),
        stores.queues.scans.send(&[scan_of("00oacme")]).await.unwrap_err().to_string(),
    ];
    for told in told {
        assert!(told.contains("ExpiredTokenException") && told.contains("sign in again"), "{told}");
    }
}

#[tokio::test]
async fn missing_permission_is_not_an_absent_record() {
    let account = Account::open().await;
    let stores = stores(&account).await;
    let denied = (400, "AccessDeniedException", "User is not authorized to perform the action");
    for operation in ["dynamodb:GetItem", "secretsmanager:GetSecretValue"] {
        account.fail(operation, (0, 1), denied).await;
    }
    let told = [
        stores.ledger.org(&org("00oacme")).await.unwrap_err().to_string(),
        stores.vault.get(&okta(), SecretVersion::Current).await.unwrap_err().to_string(),
    ];
    for told in told {
        assert!(told.contains("AccessDenied") && told.contains("role"), "{told}");
    }
}

#[tokio::test]
async fn record_over_400_kb_keeps_older_one() {
    let account = Account::open().await;
    let stores = stores(&account).await;
    let app = record("00oacme", "0oa1", "Office", Standing::NeedsConsent);
    assert!(stores.ledger.record_app(&app, &[]).await.unwrap());
    let mut huge = AppRecord { version: 1, ..record("00oacme", "0oa1", "Office", Standing::Broken) };
    huge.identity.label = UntrustedText::new("x".repeat(410 << 10));
    let refused = stores.ledger.record_app(&huge, &[]).await.unwrap_err();
    assert!(matches!(refused, LedgerError::Store { .. }));
    let told = refused.to_string();
    assert!(told.contains("400 KB at most") && told.len() < 500, "{told}");
    assert_eq!(stores.ledger.app(&app.identity.org, &app.identity.app).await.unwrap(), Some(recorded(app)));
}

#[tokio::test]
async fn secret_over_64_kb_keeps_older_one() {
    let account = Account::open().await;
    let stores = stores(&account).await;
    set(&stores, "token").await;
    let huge = SecretString::from("x".repeat((64 << 10) + 1));
    let refused = stores.vault.put_pending(&okta(), &huge).await.unwrap_err();
    assert!(matches!(refused, VaultError::TooLarge { bytes: 65_537, .. }), "{refused}");
    assert_eq!(current(&stores).await.as_deref(), Some("token"));
    let longest = "x".repeat(64 << 10);
    set(&stores, &longest).await;
    assert_eq!(current(&stores).await, Some(longest), "just that long is taken");
}

#[tokio::test]
async fn full_pooled_secret_is_rejected_with_advice() {
    let account = Account::open().await;
    let secrets = SecretsManagerConfig { pooled_secrets: 1, ..SecretsManagerConfig::default() };
    let stack = account.stack(secrets).await;
    let stores = account.stores("test", &stack).await;
    set(&stores, "token").await;
    let other = SecretName::Okta(org("00oglobex"));
    let refused = stores.vault.put_pending(&other, &SecretString::from("x".repeat(64 << 10))).await.unwrap_err();
    assert!(refused.to_string().contains("more pooled secrets"), "{refused}");
    assert_eq!(current(&stores).await.as_deref(), Some("token"));
}

#[tokio::test]
async fn ses_sandbox_is_permanent_and_throttling_temporary() {
    let account = Account::open().await;
    account.verify(&["example.com"]).await;
    let client = aws_sdk_sesv2::Client::new(&account.config("test").await);
    let sandbox = client.put_account_details().production_access_enabled(false);
    sandbox.mail_type(MailType::Transactional).website_url("https://example.com").send().await.unwrap();
    let ses = Ses::new(client, None);
    let refused = ses.send(&email("ada@contoso.example")).await.unwrap_err();
    assert!(matches!(refused, MailError::Refused { .. }), "{refused}");
    assert!(refused.to_string().contains("sandbox"), "{refused}");
    assert!(account.mails().await.is_empty());
    account.verify(&["contoso.example"]).await;
    account.fail("ses:POST /v2/email/outbound-emails", (0, 100), (429, "TooManyRequestsException", "slow down")).await;
    let not_now = ses.send(&email("ada@contoso.example")).await.unwrap_err();
    assert!(matches!(not_now, MailError::NotNow { .. }), "{not_now}");
}

#[tokio::test]
async fn unreadable_message_goes_to_dead_letter_queue() {
    let account = Account::open().await;
    let dead = account.make_queue("dead", json!({})).await;
    let redrive = json!({
        "deadLetterTargetArn": "arn:aws:sqs:eu-central-1:123456789012:dead", "maxReceiveCount": 3
    });
    let live = account.make_queue("live", json!({"RedrivePolicy": redrive.to_string()})).await;
    let poison = json!({"QueueUrl": live, "MessageBody": "no work at all"});
    account.call("sqs", "AmazonSQS.SendMessage", &poison).await;
    let client = aws_sdk_sqs::Client::new(&account.config("test").await);
    let queue: Arc<dyn Queue<ScanOrg>> = Arc::new(regrant::aws::sqs::SqsQueue::new(client, &live));
    queue.send(&[scan_of("00oacme")]).await.unwrap();
    let mut good = 0;
    for _ in 0..6 {
        for delivery in queue.receive(10, Duration::from_secs(30)).await.unwrap() {
            assert_eq!(delivery.message, scan_of("00oacme"));
            queue.delete(&delivery.receipt).await.unwrap();
            good += 1;
        }
        account.pass_time(Duration::from_secs(31)).await;
    }
    assert_eq!(good, 1, "the other message is not held up");
    let kept = account.call("sqs", "AmazonSQS.ReceiveMessage", &json!({"QueueUrl": dead})).await;
    assert_eq!(kept["Messages"][0]["Body"], "no work at all", "{kept}");
}

#[tokio::test]
async fn unreachable_service_is_reported() {
    let gone = Account::nowhere().await;
    let stack = regrant::aws::Stack {
        table: "regrant".to_owned(),
        secrets: SecretsManagerConfig::default(),
        scan_queue: Some("http://127.0.0.1:9/queue".to_owned()),
        save_queue: Some("http://127.0.0.1:9/queue".to_owned()),
        notification_queue: Some("http://127.0.0.1:9/queue".to_owned()),
        configuration_set: None,
    };
    let stores = gone.stores("test", &stack).await;
    let told = [
        stores.ledger.org(&org("00oacme")).await.unwrap_err().to_string(),
        stores.vault.get(&okta(), SecretVersion::Current).await.unwrap_err().to_string(),
        stores.queues.scans.send(&[scan_of("00oacme")]).await.unwrap_err().to_string(),
    ];
    for told in told {
        assert!(told.contains("could not be reached"), "{told}");
    }
}
