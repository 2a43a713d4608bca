//! The discovery function on AWS Lambda.

use lambda_runtime::Error;
use regrant::lambda::{run, start};
use regrant_discovery::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let app = &App::new(regrant::aws::from_env(&[]).await?);
    run(started, |event| handle(app, event)).await
}
