//! How AWS is called: by whom, where, and for how long.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_sdk_dynamodb::config::SharedCredentialsProvider;

use super::http::http_client;
use crate::environment::{BadVariable, variable};

/// How AWS is called where nothing else is said: region and credentials as the machine gives them (environment, profiles,
/// roles), each attempt bounded, refusals of throttling and of server errors tried again.
pub fn loader() -> ConfigLoader {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        .timeout_config(timeouts())
        .retry_config(retries())
        .stalled_stream_protection(without_streams())
}

/// The same in a function. Lambda says region and credentials in the environment (Lambda docs, "Working with environment
/// variables"), so nothing is looked for elsewhere, and none of what would look is in the package.
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

/// Bodies are small and whole; the attempt's own timeout sees to them.
fn without_streams() -> StalledStreamProtectionConfig {
    StalledStreamProtectionConfig::disabled()
}
