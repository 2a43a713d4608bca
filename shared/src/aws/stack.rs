//! The resources of a stack, from the environment of a function.

use crate::aws::secrets_manager::SecretsManagerConfig;
use crate::environment::{BadVariable, variable};

/// The resources of a stack that a program uses.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The ledger's table.
    pub table: String,
    /// How secrets are stored.
    pub secrets: SecretsManagerConfig,
    /// The URL of the queue of orgs to scan; `None` for a function that sends nothing to it.
    pub scan_queue: Option<String>,
    /// The URL of the queue of saves; `None` for a function that sends nothing to it.
    pub save_queue: Option<String>,
    /// The URL of the queue of notifications; `None` for a function that sends nothing to it.
    pub notification_queue: Option<String>,
    /// The configuration set of SES that reports deliveries and bounces.
    pub configuration_set: Option<String>,
}

impl Stack {
    /// Reads the variables that `template.yaml` sets: `REGRANT_TABLE`, `REGRANT_SECRET_PREFIX`, `REGRANT_SECRET_KEY`,
    /// `REGRANT_POOLED_SECRETS`, `REGRANT_SCAN_QUEUE_URL`, `REGRANT_SAVE_QUEUE_URL`, `REGRANT_NOTIFICATION_QUEUE_URL`,
    /// `REGRANT_MAIL_CONFIGURATION_SET`.
    pub fn from_env() -> Result<Self, BadVariable> {
        let missing =
            |variable| BadVariable { variable, reason: "it is not set; the stack's template sets it".to_owned() };
        let table = variable("REGRANT_TABLE").ok_or_else(|| missing("REGRANT_TABLE"))?;
        let pooled = variable("REGRANT_POOLED_SECRETS").unwrap_or_else(|| "0".to_owned());
        let not_a_number =
            |_| BadVariable { variable: "REGRANT_POOLED_SECRETS", reason: "it is not a number".to_owned() };
        let defaults = SecretsManagerConfig::default();
        let secrets = SecretsManagerConfig {
            prefix: variable("REGRANT_SECRET_PREFIX").unwrap_or(defaults.prefix),
            kms_key: variable("REGRANT_SECRET_KEY"),
            pooled_secrets: pooled.parse().map_err(not_a_number)?,
        };
        let queues = ["REGRANT_SCAN_QUEUE_URL", "REGRANT_SAVE_QUEUE_URL", "REGRANT_NOTIFICATION_QUEUE_URL"];
        let [scan_queue, save_queue, notification_queue] = queues.map(variable);
        let configuration_set = variable("REGRANT_MAIL_CONFIGURATION_SET");
        Ok(Self { table, secrets, scan_queue, save_queue, notification_queue, configuration_set })
    }
}
