//! The consent-url function on AWS Lambda.

use lambda_runtime::Error;
use regrant::lambda::{answer_http, run, start};
use regrant_consent_url::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let router = router(regrant::aws::from_env().await?);
    run(started, |event| answer_http(router.clone(), event)).await
}
