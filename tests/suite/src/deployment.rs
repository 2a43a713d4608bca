//! A deployed stack: the real functions as processes, and an emulation of what AWS does between them.
//!
//! Functions receive HTTP requests as from API Gateway and messages as from SQS event source mappings. Records, secrets and
//! queues are in the emulator. Each function has its own access key, which identifies its calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use axum::http::request::Parts;
use regrant::aws::Stack;
use regrant_template::routes;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::api_gateway;
use crate::aws::{Account, MAIL_FROM, template};
use crate::consent::{PUBLIC_URL, Simulation};
use crate::runtime_api::{Answer, Host, LambdaProcess};

/// All functions.
pub const FUNCTIONS: [&str; 6] = ["discovery", "consent-url", "callback", "save", "notify", "console"];

type Functions = BTreeMap<&'static str, Mutex<LambdaProcess>>;

/// A deployed stack.
#[derive(Clone)]
pub struct Deployment {
    functions: Arc<Functions>,
    queues: aws_sdk_sqs::Client,
    stack: Stack,
}

/// The template's variables for every function, and those that point it to the simulators.
pub fn environment(
    account: &Account,
    stack: &Stack,
    simulation: &Simulation,
    function: &str,
) -> Vec<(&'static str, String)> {
    let simulator = format!("{},{}", simulation.microsoft.login_url(), simulation.microsoft.graph_url());
    let mut variables = account.environment(function);
    variables.extend([
        ("REGRANT_TABLE", stack.table.clone()),
        ("REGRANT_SECRET_PREFIX", stack.secrets.prefix.clone()),
        ("REGRANT_POOLED_SECRETS", stack.secrets.pooled_secrets.to_string()),
        ("REGRANT_PUBLIC_URL", PUBLIC_URL.to_owned()),
        ("REGRANT_INSTALLATION", "regrant-test".to_owned()),
        ("REGRANT_LOG", "trace".to_owned()),
        ("REGRANT_ALLOW_LOOPBACK", "1".to_owned()),
        ("REGRANT_MICROSOFT_SIMULATOR", simulator),
    ]);
    variables.extend(stack.scan_queue.clone().map(|url| ("REGRANT_SCAN_QUEUE_URL", url)));
    variables.extend(stack.save_queue.clone().map(|url| ("REGRANT_SAVE_QUEUE_URL", url)));
    variables.extend(stack.notification_queue.clone().map(|url| ("REGRANT_NOTIFICATION_QUEUE_URL", url)));
    if ["notify", "console"].contains(&function) {
        variables.push(("REGRANT_MAIL_FROM", MAIL_FROM.to_owned()));
    }
    if function == "notify" {
        variables.extend(stack.configuration_set.clone().map(|name| ("REGRANT_MAIL_CONFIGURATION_SET", name)));
    }
    variables
}

impl Deployment {
    /// Starts every function. Each logs everything to a file of its name in `logs`.
    pub async fn start(account: &Account, stack: &Stack, simulation: &Simulation, logs: &Path) -> Self {
        Self::start_under(Host::Here, account, stack, simulation, logs).await
    }

    /// Starts every function under the given Runtime API.
    pub async fn start_under(
        host: Host<'_>,
        account: &Account,
        stack: &Stack,
        simulation: &Simulation,
        logs: &Path,
    ) -> Self {
        let mut functions = Functions::new();
        for name in FUNCTIONS {
            let variables = environment(account, stack, simulation, name);
            let process = LambdaProcess::start_under(host, name, &variables, &logs.join(name)).await;
            functions.insert(name, Mutex::new(process));
        }
        let queues = aws_sdk_sqs::Client::new(&account.config("mapping").await);
        Self { functions: Arc::new(functions), queues, stack: stack.clone() }
    }

    /// Sends an event to a function.
    pub async fn invoke(&self, function: &str, event: Value) -> Answer {
        self.functions[function].lock().await.invoke(event).await
    }

    /// The HTTP API.
    pub fn router(&self) -> Router {
        let deployment = self.clone();
        Router::new().fallback(async move |request: Request| {
            let (parts, body) = request.into_parts();
            deployment.http(&parts, &to_bytes(body, 1 << 20).await.unwrap()).await
        })
    }

    async fn http(&self, parts: &Parts, body: &Bytes) -> Response<Body> {
        let Some(function) = route(parts) else {
            return Response::builder().status(404).body(Body::from(r#"{"message":"Not Found"}"#)).unwrap();
        };
        let (fine, answer) = self.invoke(function, api_gateway::event(parts, body)).await;
        assert!(fine, "{answer}");
        api_gateway::response(&answer)
    }

    /// Delivers visible messages to their functions. Returns the number of messages.
    pub async fn deliver(&self) -> usize {
        let scans = self.deliver_from(self.stack.scan_queue.as_deref(), "discovery").await;
        let saves = self.deliver_from(self.stack.save_queue.as_deref(), "save").await;
        scans + saves + self.deliver_from(self.stack.notification_queue.as_deref(), "notify").await
    }

    /// Delivers until all queues are empty, advancing time in between.
    pub async fn deliver_all(&self, account: &Account) {
        let mut quiet = 0;
        while quiet < 2 {
            quiet = if self.deliver().await == 0 { quiet + 1 } else { 0 };
            account.pass_time(Duration::from_secs(91)).await;
        }
    }

    async fn deliver_from(&self, queue: Option<&str>, function: &str) -> usize {
        let queue = queue.unwrap();
        let received = self
            .queues
            .receive_message()
            .queue_url(queue)
            .max_number_of_messages(10)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .send()
            .await
            .unwrap();
        let messages = received.messages.unwrap_or_default();
        if messages.is_empty() {
            return 0;
        }
        let (fine, answer) = self.invoke(function, batch(&messages)).await;
        assert!(fine, "{answer}");
        let failures: Vec<_> = answer["batchItemFailures"].as_array().unwrap().iter().collect();
        for message in &messages {
            let failed = failures.iter().any(|failure| failure["itemIdentifier"].as_str() == message.message_id());
            if !failed {
                let receipt = message.receipt_handle().unwrap();
                self.queues.delete_message().queue_url(queue).receipt_handle(receipt).send().await.unwrap();
            }
        }
        messages.len()
    }
}

/// The function of the template's route for a request; API Gateway takes the most specific one that fits ("Routing
/// API requests").
fn route(parts: &Parts) -> Option<&'static str> {
    static ROUTES: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| routes(template()));
    let wanted: Vec<_> = parts.uri.path().split('/').collect();
    let fits = |key: &str| {
        let (method, path) = key.split_once(' ').unwrap();
        let segments: Vec<_> = path.split('/').collect();
        let fit = |(segment, wanted): (&&str, &&str)| segment.starts_with('{') || segment == wanted;
        let is_greedy = path.ends_with("+}");
        let has_length = if is_greedy { wanted.len() >= segments.len() } else { wanted.len() == segments.len() };
        (method == parts.method.as_str() && has_length && segments.iter().zip(&wanted).all(fit))
            .then(|| (!is_greedy, segments.iter().filter(|segment| !segment.starts_with('{')).count()))
    };
    let fitting = ROUTES.iter().filter_map(|(key, function)| Some((fits(key)?, *function)));
    fitting.max_by_key(|(rank, _)| *rank).map(|(_, function)| function)
}

/// A batch as an event source mapping sends it (Lambda docs, "Using Lambda with Amazon SQS").
fn batch(messages: &[Message]) -> Value {
    let record = |message: &Message| {
        let attributes = message.attributes().into_iter().flatten();
        let attributes: BTreeMap<_, _> = attributes.map(|(name, value)| (name.as_str(), value)).collect();
        json!({
            "messageId": message.message_id(), "receiptHandle": message.receipt_handle(), "body": message.body(),
            "attributes": attributes, "messageAttributes": {}, "md5OfBody": message.md5_of_body(),
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
            "awsRegion": "eu-central-1"
        })
    };
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}
