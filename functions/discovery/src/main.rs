//! The discovery function on AWS Lambda.

use lambda_runtime::Error;
use regrant::aws::StackBuilder;
use regrant::aws::warm::FirstCall;
use regrant::lambda::{run, start};
use regrant_discovery::handler::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let ports = &StackBuilder::from_env()?.with_okta()?.warmed_up(FirstCall::Org, &[]).await;
    run(started, "/rehearsal", |event| handle(ports, event)).await
}
