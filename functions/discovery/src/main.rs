//! The discovery function on AWS Lambda.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use regrant_discovery::{App, handle};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    regrant::logging::start();
    let app = App::new(regrant::aws::from_env().await?);
    let app = &app;
    let handler = |event: LambdaEvent<Value>| async move { handle(app, event).await.map_err(Error::from) };
    lambda_runtime::run(service_fn(handler)).await
}
