//! The callback function on AWS Lambda.

use lambda_runtime::Error;
use regrant::aws::StackBuilder;
use regrant::aws::warm::{CONSENT_SECRETS, FirstCall};
use regrant::lambda::{answer_http, run, start};
use regrant_callback::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let started = start()?;
    let router = router(StackBuilder::from_env()?.warmed_up(FirstCall::Org, &CONSENT_SECRETS).await);
    run(started, "/oauth/microsoft/callback?error=access_denied&state=rehearsal", |event| {
        answer_http(router.clone(), event)
    })
    .await
}
