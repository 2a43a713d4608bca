//! The notify function on AWS Lambda.

use lambda_runtime::Error;
use regrant::aws::from_env;
use regrant::lambda::{run, start};
use regrant::vault::SecretName;
use regrant_notify::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let ports = &from_env(&[SecretName::Keys]).await?;
    run(started, |event| handle(ports, event)).await
}
