//! Records who called what, so that tests can compare calls with a role's grants.

use std::sync::Arc;

use axum::http::request::Parts;
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;

/// One recorded call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    /// The access key that signed it. Each program of a test has its own.
    pub(crate) access_key: String,
    /// `service:Operation`, like the IAM action if both have the same name.
    pub(crate) operation: String,
    /// Its resource: a table, an index, a secret, a queue or a sender.
    pub(crate) resource: String,
    /// Further resources or actions that need a grant: the operations inside a `DynamoDB` transaction, the configuration set of an email.
    pub(crate) parts: Vec<String>,
}

/// Every call of an account.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<Mutex<Vec<Call>>>);

impl Calls {
    pub(crate) fn note(&self, parts: &Parts, body: &[u8]) -> Call {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let (access_key, service) = signer(parts);
        let operation = match parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok()) {
            Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
            // SES has a REST API.
            None => format!("{} {}", parts.method, parts.uri.path()),
        };
        let call = Call {
            access_key,
            operation: format!("{service}:{operation}"),
            resource: resource(&body),
            parts: parts_of(&body),
        };
        self.0.lock().push(call.clone());
        call
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        self.0.lock().clone()
    }
}

/// The access key and the service of a signature of version 4:
/// `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
fn signer(parts: &Parts) -> (String, String) {
    let header = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scope = header.split("Credential=").nth(1).and_then(|rest| rest.split(',').next()).unwrap_or_default();
    let mut scope = scope.split('/');
    (scope.next().unwrap_or_default().to_owned(), scope.nth(2).unwrap_or_default().to_owned())
}

fn resource(body: &Value) -> String {
    let member = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let first_of_transaction = || {
        let item = body.pointer("/TransactItems/0")?.as_object()?.values().next()?;
        item.get("TableName").and_then(Value::as_str).map(str::to_owned)
    };
    let first_of_batch = || body.get("RequestItems")?.as_object()?.keys().next().cloned();
    match (member("TableName"), member("IndexName")) {
        (Some(table), Some(index)) => format!("{table}/index/{index}"),
        (table, _) => table
            .or_else(|| member("SecretId"))
            .or_else(|| member("Name"))
            .or_else(|| member("QueueUrl"))
            .or_else(|| member("FromEmailAddress"))
            .or_else(first_of_transaction)
            .or_else(first_of_batch)
            .unwrap_or_default(),
    }
}

/// `Put`, `Update`, `Delete` and `ConditionCheck` of a transaction, or the configuration set of an email.
fn parts_of(body: &Value) -> Vec<String> {
    let items = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
    let mut parts: Vec<String> = items.filter_map(Value::as_object).flat_map(|item| item.keys().cloned()).collect();
    parts.extend(body.get("ConfigurationSetName").and_then(Value::as_str).map(str::to_owned));
    parts.sort();
    parts.dedup();
    parts
}
