//! Finds the resources of a deployed stack through its CloudFormation outputs.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::DisplayErrorContext;
use aws_sdk_cloudformation::types::StackStatus;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::aws::{Stack, StackBuilder, StartError, loader};
use regrant::environment::Config;
use regrant::settings::PublicUrl;
use regrant::usecases::Ports;

/// Why a stack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// `CloudFormation` did not return a description of the stack.
    #[error("the stack {name} could not be described: {reason}; check --stack, AWS_PROFILE and AWS_REGION")]
    NotDescribed {
        /// The stack's name.
        name: String,
        /// The error of the service.
        reason: String,
    },
    /// The stack is being created, updated or deleted, or one of these failed.
    #[error("the stack {name} is {status}; wait until it is complete, or deploy it again")]
    NotReady {
        /// The stack's name.
        name: String,
        /// The status that `CloudFormation` reports.
        status: String,
    },
    /// An output of this version's template is missing.
    #[error(
        "the stack {name} has no usable output {output}; check that it is a Regrant stack, and deploy this version's template"
    )]
    NoOutput {
        /// The stack's name.
        name: String,
        /// The output's key.
        output: &'static str,
    },
    /// The AWS clients could not be created.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// A stack and how to reach it.
pub struct Described {
    /// Account, region and credentials.
    pub aws: SdkConfig,
    /// Table, queues and secrets.
    pub stack: Stack,
    /// Where browsers reach it.
    pub public_url: PublicUrl,
    /// The URLs of its queues' dead-letter queues.
    pub dead_letters: Vec<String>,
    /// The URL of the dead-letter queue for events that no function could process.
    pub dead_events: String,
}

impl Described {
    /// Reads the outputs of a stack.
    pub async fn read(name: &str) -> Result<Self, Box<StackError>> {
        let aws = loader().load().await;
        let outputs = outputs(&Client::new(&aws), name).await?;
        Ok(Self::of_outputs(name, aws, &outputs)?)
    }

    fn of_outputs(name: &str, aws: SdkConfig, outputs: &BTreeMap<String, String>) -> Result<Self, StackError> {
        let missing = |output| StackError::NoOutput { name: name.to_owned(), output };
        let output = |key| outputs.get(key).filter(|value| !value.is_empty()).cloned().ok_or_else(|| missing(key));
        let pooled = output("PooledSecrets")?;
        let loopback = regrant::http::loopback::LoopbackPolicy::Refuse;
        Ok(Self {
            aws,
            stack: Stack {
                table: output("TableName")?,
                secrets: SecretsManagerConfig {
                    prefix: output("SecretPrefix")?,
                    kms_key: Some(output("SecretKeyArn")?),
                    pooled_secrets: pooled.parse().map_err(|_| missing("PooledSecrets"))?,
                },
                scan_queue: Some(output("ScanQueueUrl")?),
                save_queue: Some(output("SaveQueueUrl")?),
                notification_queue: Some(output("NotificationQueueUrl")?),
                configuration_set: None,
            },
            public_url: PublicUrl::parse(&output("ApiUrl")?, loopback).map_err(|_| missing("ApiUrl"))?,
            dead_letters: vec![
                output("ScanDeadLettersUrl")?,
                output("SaveDeadLettersUrl")?,
                output("NotificationDeadLettersUrl")?,
            ],
            dead_events: output("ScheduleDeadLettersUrl")?,
        })
    }

    /// The ports of the use cases. Links start with the stack's own URL unless `config` sets another.
    pub fn ports(&self, mut config: Config) -> Result<Ports, Box<StackError>> {
        config.settings.public_url.get_or_insert_with(|| self.public_url.clone());
        let builder = StackBuilder::of(self.aws.clone(), self.stack.clone(), config).map_err(StackError::from)?;
        Ok(builder.with_okta().map_err(StackError::from)?.with_emails_and_hooks().ports())
    }
}

async fn outputs(client: &Client, name: &str) -> Result<BTreeMap<String, String>, StackError> {
    let not_described = |reason: String| StackError::NotDescribed { name: name.to_owned(), reason };
    let answer = client.describe_stacks().stack_name(name).send().await;
    let answer = answer.map_err(|error| not_described(DisplayErrorContext(&error).to_string()))?;
    let stack = answer.stacks.unwrap_or_default().into_iter().next();
    let stack = stack.ok_or_else(|| not_described("no stack has this name".to_owned()))?;
    let ready = [StackStatus::CreateComplete, StackStatus::UpdateComplete, StackStatus::UpdateRollbackComplete];
    let status = stack.stack_status;
    if !status.as_ref().is_some_and(|status| ready.contains(status)) {
        let status = status.map_or_else(|| "in an unknown state".to_owned(), |status| status.as_str().to_owned());
        return Err(StackError::NotReady { name: name.to_owned(), status });
    }
    let outputs = stack.outputs.unwrap_or_default().into_iter();
    Ok(outputs.filter_map(|output| Some((output.output_key?, output.output_value?))).collect())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use aws_sdk_cloudformation::operation::describe_stacks::DescribeStacksOutput;
    use aws_sdk_cloudformation::types::{Output, Stack as CloudFormationStack};
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    use super::*;

    const OUTPUTS: [(&str, &str); 12] = [
        ("ApiUrl", "https://regrant.example.com"),
        ("TableName", "regrant-Table"),
        ("SecretPrefix", "regrant"),
        ("SecretKeyArn", "arn:aws:kms:eu-central-1:123456789012:key/1"),
        ("PooledSecrets", "20"),
        ("ScanQueueUrl", "https://sqs.example/scan"),
        ("SaveQueueUrl", "https://sqs.example/save"),
        ("ScanDeadLettersUrl", "https://sqs.example/scan-dead"),
        ("NotificationQueueUrl", "https://sqs.example/notification"),
        ("SaveDeadLettersUrl", "https://sqs.example/save-dead"),
        ("NotificationDeadLettersUrl", "https://sqs.example/notification-dead"),
        ("ScheduleDeadLettersUrl", "https://sqs.example/schedule-dead"),
    ];

    fn client(status: StackStatus) -> Client {
        let described = mock!(Client::describe_stacks).then_output(move || {
            let output = |(key, value)| Output::builder().output_key(key).output_value(value).build();
            let outputs = OUTPUTS.map(output).into();
            let stack = CloudFormationStack::builder().set_outputs(Some(outputs)).stack_status(status.clone());
            DescribeStacksOutput::builder().stacks(stack.build()).build()
        });
        mock_client!(aws_sdk_cloudformation, RuleMode::MatchAny, [&described])
    }

    #[tokio::test]
    async fn outputs_describe_the_stack() {
        let outputs = outputs(&client(StackStatus::UpdateComplete), "regrant").await.unwrap();
        let described = Described::of_outputs("regrant", SdkConfig::builder().build(), &outputs).unwrap();
        assert_eq!(described.stack.table, "regrant-Table");
        assert_eq!(described.stack.secrets.pooled_secrets, 20);
        assert_eq!(described.stack.save_queue.as_deref(), Some("https://sqs.example/save"));
        assert_eq!(described.dead_letters.len(), 3);
        assert_eq!(described.dead_events, "https://sqs.example/schedule-dead");
    }

    #[tokio::test]
    async fn incomplete_stacks_are_refused() {
        let refused = outputs(&client(StackStatus::RollbackComplete), "regrant").await.unwrap_err().to_string();
        assert!(refused.contains("ROLLBACK_COMPLETE"), "{refused}");
    }

    #[test]
    fn a_missing_output_is_named_in_the_error() {
        for missing in OUTPUTS {
            let outputs = OUTPUTS.iter().filter(|output| **output != missing);
            let outputs = outputs.map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            let refused = Described::of_outputs("regrant", SdkConfig::builder().build(), &outputs).err().unwrap();
            assert!(refused.to_string().contains(missing.0), "{refused}");
        }
    }
}
