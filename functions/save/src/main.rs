//! The save function on AWS Lambda.

use lambda_runtime::Error;
use regrant::lambda::{run, start};
use regrant_save::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let ports = &regrant::aws::from_env().await?;
    run(started, |event| handle(ports, event)).await
}
