//! Behavior that an emulator lacks: rejecting a label that a different writer has moved, keeping the name of a deleted secret
//! for a while, limiting versions.

use std::sync::Arc;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::ErrorMetadata;
use aws_sdk_secretsmanager::operation::create_secret::{CreateSecretError, CreateSecretOutput};
use aws_sdk_secretsmanager::operation::get_secret_value::GetSecretValueOutput;
use aws_sdk_secretsmanager::operation::put_secret_value::{PutSecretValueError, PutSecretValueOutput};
use aws_sdk_secretsmanager::operation::update_secret_version_stage::{
    UpdateSecretVersionStageError, UpdateSecretVersionStageOutput,
};
use aws_sdk_secretsmanager::types::error::{
    InvalidParameterException, InvalidRequestException, LimitExceededException, ResourceNotFoundException,
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use parking_lot::Mutex;

use super::*;

fn meta(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message("as the service says").build()
}

fn vault(client: Client, pooled_secrets: u32) -> SecretsManagerVault {
    SecretsManagerVault::new(client, SecretsManagerConfig { pooled_secrets, ..SecretsManagerConfig::default() })
}

fn okta(org: &str) -> SecretName {
    SecretName::Okta(org.parse().unwrap())
}

#[tokio::test]
async fn a_lost_race_for_a_shared_secret_is_retried() {
    let globex = r#"{"regrant/okta/00oglobex":{"current":"globex"}}"#;
    let reads = mock!(Client::get_secret_value)
        .sequence()
        .output(|| version("one", EMPTY))
        .output(move || version("two", globex))
        .build();
    let written = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&written);
    let put = mock!(Client::put_secret_value).then_compute_output(move |request| {
        seen.lock().push(request.secret_string().unwrap_or_default().to_owned());
        PutSecretValueOutput::builder().build()
    });
    let from = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&from);
    let moved = mock!(Client::update_secret_version_stage)
        .match_requests(move |request| {
            seen.lock().push(request.remove_from_version_id().unwrap_or_default().to_owned());
            true
        })
        .sequence()
        .error(|| {
            let refused = InvalidParameterException::builder().meta(meta("InvalidParameterException")).build();
            UpdateSecretVersionStageError::InvalidParameterException(refused)
        })
        .output(|| UpdateSecretVersionStageOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&reads, &put, &moved]);
    vault(client, 1).put_pending(&okta("00oacme"), &SecretString::from("acme")).await.unwrap();
    let written = written.lock();
    let last = written.last().unwrap();
    assert_eq!(written.len(), 2);
    assert!(last.contains("globex") && last.contains("acme"), "neither overwrites the other: {last}");
    assert_eq!(*from.lock(), ["one", "two"], "the label moves only from the version that was read");
}

fn version(id: &str, value: &str) -> GetSecretValueOutput {
    GetSecretValueOutput::builder().version_id(id).secret_string(value).version_stages("AWSCURRENT").build()
}

fn absent() -> PutSecretValueError {
    let absent = ResourceNotFoundException::builder().meta(meta("ResourceNotFoundException")).build();
    PutSecretValueError::ResourceNotFoundException(absent)
}

#[tokio::test(start_paused = true)]
async fn creation_waits_for_a_pending_deletion() {
    let put = mock!(Client::put_secret_value)
        .sequence()
        .error(absent)
        .output(|| PutSecretValueOutput::builder().build())
        .build();
    let make = mock!(Client::create_secret)
        .sequence()
        .error(|| {
            let deleting = InvalidRequestException::builder().meta(meta("InvalidRequestException")).build();
            CreateSecretError::InvalidRequestException(deleting)
        })
        .times(3)
        .output(|| CreateSecretOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&put, &make]);
    vault(client, 0).put_pending(&okta("00oacme"), &SecretString::from("token")).await.unwrap();
    assert_eq!((make.num_calls(), put.num_calls()), (4, 2));
}

#[tokio::test]
async fn a_resent_write_keeps_its_request_token() {
    let tokens = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&tokens);
    let put = mock!(Client::put_secret_value)
        .match_requests(move |request| {
            seen.lock().push(request.client_request_token().unwrap_or_default().to_owned());
            true
        })
        .sequence()
        .http_status(500, None)
        .output(|| PutSecretValueOutput::builder().build())
        .build();
    let client = mock_client!(aws_sdk_secretsmanager, [&put]);
    vault(client, 0).put_pending(&okta("00oacme"), &SecretString::from("token")).await.unwrap();
    let tokens = tokens.lock();
    assert_eq!(put.num_calls(), 2);
    assert!(!tokens[0].is_empty() && tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
}

#[tokio::test]
async fn the_daily_version_limit_is_explained() {
    let full = mock!(Client::put_secret_value).then_error(|| {
        let full = LimitExceededException::builder().meta(meta("LimitExceededException")).build();
        PutSecretValueError::LimitExceededException(full)
    });
    let client = mock_client!(aws_sdk_secretsmanager, RuleMode::MatchAny, [&full]);
    let error = vault(client, 0).put_pending(&okta("00oacme"), &SecretString::from("token")).await.unwrap_err();
    assert!(error.to_string().contains("tomorrow"), "{error}");
}
