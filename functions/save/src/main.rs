//! The save function on AWS Lambda.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use regrant_save::handle;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    regrant::logging::start();
    let ports = regrant::aws::from_env().await?;
    let ports = &ports;
    let handler = |event: LambdaEvent<Value>| async move { handle(ports, event).await.map_err(Error::from) };
    lambda_runtime::run(service_fn(handler)).await
}
