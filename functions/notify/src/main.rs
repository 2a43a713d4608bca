//! The notify function on AWS Lambda.

use lambda_runtime::Error;
use regrant::aws::StackBuilder;
use regrant::aws::warm::FirstCall;
use regrant::lambda::{run, start};
use regrant::vault::SecretName;
use regrant_notify::handler::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let ports = &StackBuilder::from_env()?.with_emails_and_hooks().warmed_up(FirstCall::Org, &[SecretName::Keys]).await;
    run(started, "/rehearsal", |event| handle(ports, event)).await
}
