//! The consent-url function on AWS Lambda.

use lambda_http::Error;
use regrant_consent_url::router;
use tracing_subscriber::EnvFilter;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let filter = EnvFilter::try_from_env("REGRANT_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().json().with_env_filter(filter).init();
    lambda_http::run(router(regrant::embedded::from_env().await?)).await
}
