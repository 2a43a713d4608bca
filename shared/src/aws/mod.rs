//! Regrant on AWS: clients that are made once, and the ports over them.

pub mod checkup;
pub(crate) mod refusal;
pub mod warm;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};

use crate::clock::SystemClock;
use crate::environment::{self, BadVariable, Config, variable};
use crate::hooks::client::HookClient;
use crate::ledger::dynamodb::DynamoLedger;
use crate::mail::ses::Ses;
use crate::microsoft::MicrosoftError;
use crate::microsoft::client::MicrosoftClient;
use crate::okta::OktaError;
use crate::okta::client::OktaClient;
use crate::queue::sqs::SqsQueue;
use crate::queue::{Delivery, Message, Queue, QueueError};
use crate::randomness::SystemRandomness;
use crate::usecases::Ports;
use crate::vault::SecretName;
use crate::vault::cached::CachedVault;
use crate::vault::secrets_manager::{SecretsManagerConfig, SecretsManagerVault};

/// What of a stack a program uses.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The table of the ledger.
    pub table: String,
    /// How secrets are kept.
    pub secrets: SecretsManagerConfig,
    /// The URL of the queue of orgs to be looked at; `None` for a function that puts nothing there.
    pub scan_queue: Option<String>,
    /// The URL of the queue of saves; `None` for a function that puts nothing there.
    pub save_queue: Option<String>,
    /// The URL of the queue of notices; `None` for a function that puts nothing there.
    pub notice_queue: Option<String>,
    /// SES's configuration set that reports what became of letters.
    pub configuration_set: Option<String>,
}

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A variable is missing, or does not say what it should.
    #[error(transparent)]
    Variable(#[from] BadVariable),
    /// The HTTP client for Okta did not start.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The HTTP client for Microsoft did not start.
    #[error(transparent)]
    Microsoft(#[from] MicrosoftError),
}

impl Stack {
    /// Reads what `template.yaml` sets: `REGRANT_TABLE`, `REGRANT_SECRET_PREFIX`, `REGRANT_SECRET_KEY`,
    /// `REGRANT_POOLED_SECRETS`, `REGRANT_SCAN_QUEUE_URL`, `REGRANT_SAVE_QUEUE_URL`, `REGRANT_NOTICE_QUEUE_URL`,
    /// `REGRANT_MAIL_CONFIGURATION_SET`.
    pub fn from_env() -> Result<Self, BadVariable> {
        let missing =
            |variable| BadVariable { variable, reason: "it is not set; the stack's template sets it".to_owned() };
        let table = variable("REGRANT_TABLE").ok_or_else(|| missing("REGRANT_TABLE"))?;
        let pooled = variable("REGRANT_POOLED_SECRETS").unwrap_or_else(|| "0".to_owned());
        let not_a_number = |_| BadVariable { variable: "REGRANT_POOLED_SECRETS", reason: "it is no number".to_owned() };
        let defaults = SecretsManagerConfig::default();
        let secrets = SecretsManagerConfig {
            prefix: variable("REGRANT_SECRET_PREFIX").unwrap_or(defaults.prefix),
            kms_key: variable("REGRANT_SECRET_KEY"),
            pooled_secrets: pooled.parse().map_err(not_a_number)?,
        };
        let queues = ["REGRANT_SCAN_QUEUE_URL", "REGRANT_SAVE_QUEUE_URL", "REGRANT_NOTICE_QUEUE_URL"];
        let [scan_queue, save_queue, notice_queue] = queues.map(variable);
        let configuration_set = variable("REGRANT_MAIL_CONFIGURATION_SET");
        Ok(Self { table, secrets, scan_queue, save_queue, notice_queue, configuration_set })
    }
}

/// How AWS is called where nothing else is said: region and credentials as the environment gives them, each attempt
/// bounded, refusals of throttling and of server errors tried again.
pub fn loader() -> ConfigLoader {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(20))
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(5))
        // Bodies are small and whole; the attempt's own timeout sees to them.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

/// The ports over a stack.
pub fn ports(aws: &SdkConfig, stack: Stack, config: Config) -> Result<Ports, StartError> {
    let clock = Arc::new(SystemClock);
    let randomness = Arc::new(SystemRandomness);
    let sqs = aws_sdk_sqs::Client::new(aws);
    let queue = |name, url: Option<String>| -> Arc<dyn Queue> {
        match url {
            Some(url) => Arc::new(SqsQueue::new(sqs.clone(), url)),
            None => Arc::new(NoQueue(name)),
        }
    };
    let secrets = SecretsManagerVault::new(aws_sdk_secretsmanager::Client::new(aws), stack.secrets);
    Ok(Ports {
        vault: Arc::new(CachedVault::new(Arc::new(secrets), clock.clone())),
        ledger: Arc::new(DynamoLedger::new(aws_sdk_dynamodb::Client::new(aws), stack.table)),
        queue: queue("REGRANT_SCAN_QUEUE_URL", stack.scan_queue),
        saves: queue("REGRANT_SAVE_QUEUE_URL", stack.save_queue),
        notices: queue("REGRANT_NOTICE_QUEUE_URL", stack.notice_queue),
        mail: Arc::new(Ses::new(aws_sdk_sesv2::Client::new(aws), stack.configuration_set)),
        hooks: Arc::new(HookClient::new(config.okta.loopback)),
        loopback: config.okta.loopback,
        okta: Arc::new(OktaClient::new(config.okta, clock.clone(), randomness.clone())?),
        microsoft: Arc::new(MicrosoftClient::new(config.microsoft, clock.clone(), randomness.clone())?),
        settings: Arc::new(config.settings),
        clock,
        randomness,
    })
}

/// What a function needs, as its environment says, with connections open and `read_first` in memory.
pub async fn from_env(read_first: &[SecretName]) -> Result<Ports, StartError> {
    let (stack, config) = (Stack::from_env()?, environment::config()?);
    let ports = ports(&loader().load().await, stack, config)?;
    warm::warm_up(&ports, read_first).await;
    Ok(ports)
}

/// The queue of a function that puts nothing into it.
struct NoQueue(&'static str);

impl NoQueue {
    fn refuse<T>(&self, action: &'static str) -> Result<T, QueueError> {
        Err(QueueError::Service { action, reason: format!("{} is not set for this function", self.0) })
    }
}

#[async_trait]
impl Queue for NoQueue {
    async fn send(&self, messages: &[Message]) -> Result<(), QueueError> {
        if messages.is_empty() { Ok(()) } else { self.refuse("send messages") }
    }

    async fn receive(&self, _: u32, _: Duration) -> Result<Vec<Delivery>, QueueError> {
        self.refuse("receive messages")
    }

    async fn delete(&self, _: &str) -> Result<(), QueueError> {
        self.refuse("delete a message")
    }

    async fn release(&self, _: &str, _: Duration) -> Result<(), QueueError> {
        self.refuse("give a message back")
    }
}
