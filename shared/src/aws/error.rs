//! Error texts for failed calls to AWS services.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Describes a failed call: the service's code, message and request id, or the network failure, and what to do about it if
/// known. Quotes neither request nor response, since either may contain a secret.
pub(crate) fn reason<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(refused) => {
            let refused = refused.err();
            let code = refused.code().unwrap_or("an error without a code");
            let said = refused.message().map(|message| format!(": {message}")).unwrap_or_default();
            let id = refused.meta().extra("aws_request_id").map(|id| format!(" (request {id})")).unwrap_or_default();
            match advice(code) {
                Some(advice) => format!("{code}{said}{id}; {advice}"),
                None => format!("{code}{said}{id}"),
            }
        }
        SdkError::TimeoutError(_) => "no response in time; it is retried".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            "the service could not be reached; check the network, and the region".to_owned()
        }
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            "the request could not be built, usually because there are no credentials; check the function's role, or \
             `aws sts get-caller-identity`"
                .to_owned()
        }
        _ => "the response could not be read; it is retried".to_owned(),
    }
}

/// The error code of the service.
pub(crate) fn code<E, R>(error: &SdkError<E, R>) -> Option<&str>
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(refused) => refused.err().code(),
        _ => None,
    }
}

/// What to do about an error code (each service's API reference, "Common Errors").
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "AccessDeniedException" | "AccessDenied" => "the role lacks this permission, or the key's policy denies it",
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => {
            "the credentials have expired; sign in again, or let the function's environment be replaced"
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidSignatureException" => {
            "the credentials do not belong to this account and region; check which are in use"
        }
        "ThrottlingException"
        | "Throttling"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException" => "requests are throttled and are retried later",
        "ResourceNotFoundException" | "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" => {
            "it does not exist in this account and region; check the stack's outputs"
        }
        "ItemCollectionSizeLimitExceededException" => "there is too much data under one key; report this",
        _ => return None,
    })
}
