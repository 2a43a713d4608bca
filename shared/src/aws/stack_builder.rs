//! A stack's ports, opened one after the other, so that the package of a function holds only what it uses.

use std::sync::Arc;

use aws_config::SdkConfig;

use super::config::on_lambda;
use super::stack::Stack;
use super::warm::{self, FirstCall};
use crate::aws::absent_ports::{NoEmails, NoHooks, NoOkta, NoQueue};
use crate::aws::cached_vault::CachedVault;
use crate::aws::dynamodb::DynamoLedger;
use crate::aws::secrets_manager::SecretsManagerVault;
use crate::aws::ses::Ses;
use crate::aws::sqs::SqsQueue;
use crate::clock::SystemClock;
use crate::environment::{self, BadVariable, Config};
use crate::hooks::client::HookClient;
use crate::http::transport::TransportError;
use crate::microsoft::MicrosoftError;
use crate::microsoft::client::MicrosoftClient;
use crate::okta::OktaError;
use crate::okta::client::OktaClient;
use crate::okta::config::OktaConfig;
use crate::openid::OpenIdClient;
use crate::queue::{Message, Queue, Queues};
use crate::randomness::SystemRandomness;
use crate::usecases::Ports;
use crate::vault::SecretName;

/// Why a function did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A variable is missing, or does not say what it should.
    #[error(transparent)]
    Variable(#[from] BadVariable),
    /// The HTTP client for Okta did not start.
    #[error(transparent)]
    Okta(#[from] OktaError),
    /// The HTTP client for the operators' provider did not start.
    #[error(transparent)]
    OpenId(#[from] TransportError),
    /// The HTTP client for Microsoft did not start.
    #[error(transparent)]
    Microsoft(#[from] MicrosoftError),
}

/// A stack's ports, as far as they are open: records, secrets, queues and Microsoft from the beginning.
pub struct StackBuilder {
    aws: SdkConfig,
    okta: OktaConfig,
    configuration_set: Option<String>,
    ports: Ports,
}

impl StackBuilder {
    /// Opens a stack.
    pub fn of(aws: SdkConfig, stack: Stack, config: Config) -> Result<Self, StartError> {
        let clock = Arc::new(SystemClock);
        let randomness = Arc::new(SystemRandomness);
        let sqs = aws_sdk_sqs::Client::new(&aws);
        let secrets = SecretsManagerVault::new(aws_sdk_secretsmanager::Client::new(&aws), stack.secrets);
        let ports = Ports {
            vault: Arc::new(CachedVault::new(Arc::new(secrets), clock.clone())),
            ledger: Arc::new(DynamoLedger::new(aws_sdk_dynamodb::Client::new(&aws), stack.table)),
            queues: Queues {
                scans: queue(&sqs, "REGRANT_SCAN_QUEUE_URL", stack.scan_queue),
                saves: queue(&sqs, "REGRANT_SAVE_QUEUE_URL", stack.save_queue),
                notifications: queue(&sqs, "REGRANT_NOTIFICATION_QUEUE_URL", stack.notification_queue),
            },
            mail: Arc::new(NoEmails),
            hooks: Arc::new(NoHooks),
            loopback: config.okta.loopback,
            okta: Arc::new(NoOkta),
            microsoft: Arc::new(MicrosoftClient::new(config.microsoft, clock.clone(), randomness.clone())?),
            openid: OpenIdClient::new(config.okta.loopback, clock.clone())?,
            settings: Arc::new(config.settings),
            clock,
            randomness,
            actor: None,
        };
        Ok(Self { aws, okta: config.okta, configuration_set: stack.configuration_set, ports })
    }

    /// Opens the stack that a function's environment names.
    pub fn from_env() -> Result<Self, StartError> {
        Self::of(on_lambda()?, Stack::from_env()?, environment::config()?)
    }

    /// Okta too.
    pub fn with_okta(mut self) -> Result<Self, StartError> {
        let (clock, randomness) = (self.ports.clock.clone(), self.ports.randomness.clone());
        self.ports.okta = Arc::new(OktaClient::new(self.okta.clone(), clock, randomness)?);
        Ok(self)
    }

    /// Emails and hooks too.
    #[must_use]
    pub fn with_emails_and_hooks(mut self) -> Self {
        let ses = aws_sdk_sesv2::Client::new(&self.aws);
        self.ports.mail = Arc::new(Ses::new(ses, self.configuration_set.take()));
        self.ports.hooks = Arc::new(HookClient::new(self.ports.loopback));
        self
    }

    /// The ports, as they are.
    pub fn ports(self) -> Ports {
        self.ports
    }

    /// The ports with their connections open, the ledger's by `first`, and `read_first` in memory: what a function starts
    /// with.
    pub async fn warmed_up(self, first: FirstCall, read_first: &[SecretName]) -> Ports {
        warm::warm_up(&self.ports, first, read_first).await;
        self.ports
    }
}

/// The queue at `url`, or one that refuses every message and names the variable that is not set.
fn queue<M: Message>(sqs: &aws_sdk_sqs::Client, variable: &'static str, url: Option<String>) -> Arc<dyn Queue<M>> {
    match url {
        Some(url) => Arc::new(SqsQueue::new(sqs.clone(), url)),
        None => Arc::new(NoQueue(variable)),
    }
}
