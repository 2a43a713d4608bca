//! What an AWS service said when it refused, in words for people.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// What went wrong with a call: the service's code and message and its request id, or how the network failed; and what
/// to do about it where that is known. No request and no answer is quoted, since either may hold a secret.
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
        SdkError::TimeoutError(_) => "no answer in time; it is tried again".to_owned(),
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            "the service could not be reached; check the network, and the region".to_owned()
        }
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            "no request could be made, most often because there are no credentials; check the function's role, or \
             `aws sts get-caller-identity`"
                .to_owned()
        }
        _ => "the answer could not be read; it is tried again".to_owned(),
    }
}

/// The code of a refusal.
pub(crate) fn code<E, R>(error: &SdkError<E, R>) -> Option<&str>
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(refused) => refused.err().code(),
        _ => None,
    }
}

/// What to do about a code (each service's API reference, "Common Errors").
fn advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "AccessDeniedException" | "AccessDenied" => "the role lacks this permission, or the key's policy refuses it",
        "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => {
            "the credentials have expired; sign in again, or let the function's environment be replaced"
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidSignatureException" => {
            "the credentials are not of this account and region; check which are in use"
        }
        "ThrottlingException"
        | "Throttling"
        | "ProvisionedThroughputExceededException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException" => "it was asked too often and is tried again later",
        "ResourceNotFoundException" | "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" => {
            "it does not exist in this account and region; check the stack's outputs"
        }
        "ItemCollectionSizeLimitExceededException" => "there is too much under one key; report this",
        _ => return None,
    })
}
