//! Error codes of Microsoft Graph ("Microsoft Graph error responses and resource types").

use super::{Failure, failure, on_page};
use crate::domain::failure::class::FailureClass::{Bug, Operator, Person, Wait};
use crate::domain::failure::consent::ConsentFailure::{MicrosoftDown, NotAdministrator, SessionLost};

pub(super) static GRAPH: &[Failure] = &[
    on_page(
        "Authorization_RequestDenied",
        Person,
        "This account is not allowed to read the directory. It does not hold a role that allows it.",
        "Sign in with a Global Administrator account.",
        NotAdministrator,
    ),
    failure(
        "Authorization_IdentityNotFound",
        Operator,
        "The account or the app no longer exists in the tenant.",
        "Ask an administrator of the tenant to sign in again.",
    ),
    on_page(
        "InvalidAuthenticationToken",
        Person,
        "The access token has expired or was revoked.",
        "Sign in again from the link in your email.",
        SessionLost,
    ),
    failure(
        "AuthenticationError",
        Operator,
        "Microsoft rejected the access token.",
        "Ask an administrator of the tenant to sign in again.",
    ),
    failure(
        "Request_ResourceNotFound",
        Operator,
        "The object does not exist in the tenant. No one has consented to it yet, or it was removed.",
        "Ask an administrator to consent again.",
    ),
    failure(
        "CredentialTypeNotAllowedAsPerAppPolicy",
        Operator,
        "The tenant's app management policy forbids new secrets, so Okta cannot rotate the secret of its provisioning app.",
        "Ask the tenant's administrator to exempt Okta's provisioning app from passwordAddition.",
    ),
    failure(
        "CredentialInvalidLifetimeAsPerAppPolicy",
        Operator,
        "Okta asked for a secret that lives longer than the tenant's app management policy allows.",
        "Ask the tenant's administrator to exempt Okta's provisioning app from passwordLifetime, or to allow a longer one.",
    ),
    failure("Request_BadRequest", Bug, "Graph could not read the request.", "Report it with Graph's request-id."),
    failure("Request_UnsupportedQuery", Bug, "Graph does not support the query.", "Report it with Graph's request-id."),
    failure(
        "Directory_ConcurrencyViolation",
        Wait,
        "Another change to the directory happened at the same moment.",
        "No action needed. Regrant retries automatically.",
    ),
    failure(
        "Directory_ReplicaUnavailable",
        Wait,
        "Part of the directory is temporarily unreachable.",
        "No action needed. Regrant retries automatically.",
    ),
    on_page(
        "TooManyRequests",
        Wait,
        "Graph is limiting requests for this tenant.",
        "Try again in a few minutes.",
        MicrosoftDown,
    ),
    on_page(
        "serviceNotAvailable",
        Wait,
        "Graph is temporarily unavailable.",
        "Try again in a few minutes.",
        MicrosoftDown,
    ),
    on_page(
        "UnknownError",
        Wait,
        "Graph reported an unspecified error.",
        "Try again in a few minutes. If it persists, give Graph's request-id to Microsoft Support.",
        MicrosoftDown,
    ),
    on_page(
        "generalException",
        Wait,
        "Graph reported an unspecified error.",
        "Try again in a few minutes. If it persists, give Graph's request-id to Microsoft Support.",
        MicrosoftDown,
    ),
];
