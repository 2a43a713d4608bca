//! The callback function on AWS Lambda.

use lambda_http::Error;
use regrant_callback::router;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    regrant::logging::start();
    lambda_http::run(router(regrant::aws::from_env().await?)).await
}
