//! Configuration of the AWS clients: region, credentials, timeouts and retries.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;

use super::http::http_client;
use crate::environment::{BadVariable, variable};

/// The default configuration: region and credentials from the machine (environment, profiles, roles), a timeout for each
/// attempt, and retries after throttling and server errors.
pub fn loader() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .timeout_config(timeouts())
        .retry_config(retries())
        .stalled_stream_protection(without_streams())
}

/// The configuration in a function. Lambda sets region and credentials in the environment (Lambda docs, "Working with
/// environment variables"), so other sources are neither searched nor part of the package.
pub(super) fn on_lambda() -> Result<SdkConfig, BadVariable> {
    let missing = || BadVariable { variable: "AWS_REGION", reason: "it is not set; Lambda sets it".to_owned() };
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(variable("AWS_REGION").ok_or_else(missing)?))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .http_client(http_client())
        .timeout_config(timeouts())
        .retry_config(retries())
        .stalled_stream_protection(without_streams());
    config.set_endpoint_url(variable("AWS_ENDPOINT_URL"));
    config.set_use_fips(variable("AWS_USE_FIPS_ENDPOINT").map(|value| value == "true"));
    config.set_use_dual_stack(variable("AWS_USE_DUALSTACK_ENDPOINT").map(|value| value == "true"));
    Ok(config.build())
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(20))
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(5)
}

/// Bodies are small and not streamed; the timeout of an attempt covers them.
fn without_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::disabled()
}
