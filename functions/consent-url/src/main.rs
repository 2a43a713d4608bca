//! The consent-url function on AWS Lambda.

use lambda_runtime::Error;
use regrant::aws::StackBuilder;
use regrant::aws::warm::{CONSENT_SECRETS, FirstCall};
use regrant::lambda::{answer_http, run, start};
use regrant_consent_url::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let router = router(StackBuilder::from_env()?.with_okta()?.warmed_up(FirstCall::OrgAndApp, &CONSENT_SECRETS).await);
    run(started, "/rehearsal", |event| answer_http(router.clone(), event)).await
}
