//! Empty AWS accounts for tests, in the emulator, which is a separate program.

use regrant::queue::Queues;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::net::{AddrParseError, SocketAddr};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use regrant::aws::Stack;
use regrant::aws::dynamodb::DynamoLedger;
use regrant::aws::secrets_manager::{SecretsManagerConfig, SecretsManagerVault};
use regrant::aws::ses::Ses;
use regrant::aws::sqs::SqsQueue;
use regrant_template::{STACK, Template};
use serde_json::{Value, json};

use crate::bench::Stores;
use crate::program::built;

/// The region of every account.
pub const REGION: &str = "eu-central-1";
/// The secret access key of every program: the emulator checks no signature.
const SECRET: &str = "secret-access-key";

/// The emulator's process. It exits when its standard input closes, at the latest with the test program.
struct Emulator {
    address: String,
    _process: Child,
    _input: ChildStdin,
}

static EMULATOR: OnceLock<Emulator> = OnceLock::new();

impl Emulator {
    fn start() -> Self {
        let program = built("regrant-aws-emulator", "aws-emulator").unwrap();
        let mut process = Command::new(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        Self { address, _input: process.stdin.take().unwrap(), _process: process }
    }
}

/// One recorded call of a program.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
pub struct Call {
    /// The program whose access key signed it.
    pub access_key: String,
    /// `service:Operation`.
    pub operation: String,
    /// The table, index, secret or queue; of an email, the sender.
    pub resource: String,
    /// The operations of a transaction; of an email, its configuration set.
    pub parts: Vec<String>,
}

/// An account for one test.
#[derive(Debug, Clone)]
pub struct Account {
    endpoint: String,
    http: reqwest::Client,
}

impl Account {
    /// Opens an empty account.
    pub async fn open() -> Self {
        let emulator = tokio::task::spawn_blocking(|| EMULATOR.get_or_init(Emulator::start)).await.unwrap();
        let http = reqwest::Client::new();
        let opened = http.post(format!("http://{}/accounts", emulator.address)).send().await.unwrap();
        let endpoint = opened.error_for_status().unwrap().text().await.unwrap();
        Self { endpoint, http }
    }

    /// An account of a different emulator, which supports fewer of the methods below.
    pub fn at(endpoint: &str) -> Self {
        Self { endpoint: endpoint.to_owned(), http: reqwest::Client::new() }
    }

    /// An unreachable account.
    pub async fn nowhere() -> Self {
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        Self { endpoint: format!("http://{closed}"), http: reqwest::Client::new() }
    }

    /// The address it listens on.
    pub fn address(&self) -> Result<SocketAddr, AddrParseError> {
        self.endpoint.trim_start_matches("http://").parse()
    }

    /// The connection settings of `program`. Its access key identifies its calls.
    pub async fn config(&self, program: &str) -> SdkConfig {
        let credentials = Credentials::new(access_key(program), SECRET, None, None, "tests");
        // Configured like the functions, but with short pauses and long timeouts for busy machines.
        let retries = RetryConfig::standard().with_max_attempts(5).with_initial_backoff(Duration::from_millis(1));
        let timeouts = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_mins(1)).build();
        regrant::aws::loader()
            .retry_config(retries)
            .timeout_config(timeouts)
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.endpoint)
            .load()
            .await
    }

    /// The connection settings as environment variables.
    pub fn environment(&self, program: &str) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", access_key(program)),
            ("AWS_SECRET_ACCESS_KEY", SECRET.to_owned()),
        ]
    }

    /// Creates an empty table with the template's keys and indexes.
    pub async fn make_table(&self, name: &str) {
        let table = template().of_type("AWS::DynamoDB::Table").next().unwrap().properties();
        let mut definition = json!({"TableName": name});
        for property in ["BillingMode", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes"] {
            definition[property] = table[property].clone();
        }
        self.call("dynamodb", "DynamoDB_20120810.CreateTable", &definition).await;
    }

    /// Creates an empty queue and returns its URL.
    pub async fn make_queue(&self, name: &str, attributes: Value) -> String {
        let made = json!({"QueueName": name, "Attributes": attributes});
        let made = self.call("sqs", "AmazonSQS.CreateQueue", &made).await;
        made["QueueUrl"].as_str().unwrap().to_owned()
    }

    /// Creates a full stack with the resource names of the template tests: table, queues and secret layout.
    pub async fn stack(&self, secrets: SecretsManagerConfig) -> Stack {
        let table = "regrant-Table".to_owned();
        self.make_table(&table).await;
        for dead_letters in ["ScanDeadLetters", "SaveDeadLetters", "NotificationDeadLetters"] {
            self.make_queue_of_stack(dead_letters).await;
        }
        let scan_queue = Some(self.make_queue_of_stack("ScanQueue").await);
        let save_queue = Some(self.make_queue_of_stack("SaveQueue").await);
        let notification_queue = Some(self.make_queue_of_stack("NotificationQueue").await);
        Stack { table, secrets, scan_queue, save_queue, notification_queue, configuration_set: None }
    }

    /// Creates a queue as in the template; attributes are text in the API ("`CreateQueue`", SQS API reference).
    async fn make_queue_of_stack(&self, name: &str) -> String {
        let queue = template().of_type("AWS::SQS::Queue").find(|queue| queue.name == name).unwrap().properties();
        let attributes = ["VisibilityTimeout", "MessageRetentionPeriod", "RedrivePolicy"];
        let text = |attribute| Some((attribute, queue.get(attribute)?.to_string()));
        let attributes: BTreeMap<_, _> = attributes.into_iter().filter_map(text).collect();
        self.make_queue(&format!("{STACK}-{name}"), json!(attributes)).await
    }

    /// The stores of a stack for `program`.
    pub async fn stores(&self, program: &str, stack: &Stack) -> Stores {
        let aws = self.config(program).await;
        let sqs = aws_sdk_sqs::Client::new(&aws);
        let secrets = aws_sdk_secretsmanager::Client::new(&aws);
        Stores {
            ledger: Arc::new(DynamoLedger::new(aws_sdk_dynamodb::Client::new(&aws), &stack.table)),
            vault: Arc::new(SecretsManagerVault::new(secrets, stack.secrets.clone())),
            queues: Queues {
                scans: Arc::new(SqsQueue::new(sqs.clone(), stack.scan_queue.clone().unwrap())),
                saves: Arc::new(SqsQueue::new(sqs.clone(), stack.save_queue.clone().unwrap())),
                notifications: Arc::new(SqsQueue::new(sqs, stack.notification_queue.clone().unwrap())),
            },
            mail: Arc::new(Ses::new(aws_sdk_sesv2::Client::new(&aws), stack.configuration_set.clone())),
        }
    }

    /// Every call so far.
    pub async fn calls(&self) -> Vec<Call> {
        self.ask("calls").await
    }

    /// Every email sent so far, in its raw form.
    pub async fn mails(&self) -> Vec<Value> {
        self.ask("mails").await
    }

    /// Advances the visibility timeout of messages in flight.
    pub async fn pass_time(&self, time: Duration) {
        self.tell(&format!("pass-time/{}", time.as_secs()), &Value::Null).await;
    }

    /// Makes the next `times` calls of `service:Operation` fail, after `after` successful ones.
    pub async fn fail(&self, operation: &str, (after, times): (usize, usize), error: (u16, &str, &str)) {
        let (status, error, message) = error;
        let fault = json!({
            "operation": operation, "after": after, "times": times, "status": status, "error": error,
            "message": message
        });
        self.tell("faults", &fault).await;
    }

    /// Deletes all data after `calls` further calls.
    pub async fn forget_after(&self, calls: usize) {
        self.restart_after(calls, 0).await;
    }

    /// Deletes all data after `calls` further calls; the next `outage` calls then fail, as during a restart.
    pub async fn restart_after(&self, calls: usize, outage: usize) {
        self.tell(&format!("forget-after/{calls}/{outage}"), &Value::Null).await;
    }

    /// Creates an SES configuration set and returns its name.
    pub async fn make_configuration_set(&self, name: &str) -> String {
        let client = aws_sdk_sesv2::Client::new(&self.config("test").await);
        client.create_configuration_set().configuration_set_name(name).send().await.unwrap();
        name.to_owned()
    }

    /// Verifies `domains` in SES as senders and recipients.
    pub async fn verify(&self, domains: &[&str]) {
        let client = aws_sdk_sesv2::Client::new(&self.config("test").await);
        for domain in domains {
            client.create_email_identity().email_identity(*domain).send().await.unwrap();
        }
    }

    /// Sends a call that no Regrant program may make.
    pub async fn call(&self, service: &str, target: &str, body: &Value) -> Value {
        let scope = format!("20260302/{REGION}/{service}/aws4_request");
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=host, Signature=0", access_key("test"));
        let answer = self
            .http
            .post(&self.endpoint)
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.0")
            .header("authorization", authorization)
            .body(body.to_string())
            .send()
            .await
            .unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{target}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn ask<T: serde::de::DeserializeOwned>(&self, what: &str) -> T {
        let asked = self.http.get(format!("{}/_emulator/{what}", self.endpoint)).send().await.unwrap();
        asked.error_for_status().unwrap().json().await.unwrap()
    }

    async fn tell(&self, what: &str, body: &Value) {
        let told = self.http.post(format!("{}/_emulator/{what}", self.endpoint)).json(body).send().await.unwrap();
        told.error_for_status().unwrap();
    }
}

/// The sender of every stack's emails.
pub const MAIL_FROM: &str = "regrant@example.com";

/// The project's own template, for a stack that sends emails.
pub fn template() -> &'static Template {
    static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        template.with_parameter("MailFrom", MAIL_FROM).unwrap()
    });
    &TEMPLATE
}

/// The access key of a program: its name, in the alphabet of access keys.
pub fn access_key(program: &str) -> String {
    format!("AKIA{}", program.to_ascii_uppercase().replace('-', ""))
}
