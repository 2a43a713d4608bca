//! The console function on AWS Lambda.

use lambda_runtime::Error;
use regrant::aws::StackBuilder;
use regrant::aws::warm::FirstCall;
use regrant::lambda::{answer_http, run, start};
use regrant::vault::SecretName;
use regrant_console::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let ports = &StackBuilder::from_env()?.warmed_up(FirstCall::Org, &[SecretName::Keys]).await;
    run(started, "/rehearsal", |event| answer_http(router(ports.clone(), None), event)).await
}
