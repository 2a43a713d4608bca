//! Microsoft Graph's codes ("Microsoft Graph error responses and resource types").

use super::{Failure, failure, on_page};
use crate::domain::failure::class::FailureClass::{Bug, Operator, Person, Wait};
use crate::domain::failure::consent::ConsentFailure::{MicrosoftDown, NotAdministrator, SessionLost};

pub(super) static GRAPH: &[Failure] = &[
    on_page(
        "Authorization_RequestDenied",
        Person,
        "The account may not read the directory: it holds no role that lets it.",
        "Sign in with a Global Administrator account.",
        NotAdministrator,
    ),
    failure(
        "Authorization_IdentityNotFound",
        Operator,
        "The account or the app is not in the tenant any more.",
        "Let an administrator of the tenant sign in again.",
    ),
    on_page(
        "InvalidAuthenticationToken",
        Person,
        "The access token has ended or was revoked.",
        "Sign in again from the link in the mail.",
        SessionLost,
    ),
    failure(
        "AuthenticationError",
        Operator,
        "The access token was not accepted.",
        "Let an administrator of the tenant sign in again.",
    ),
    failure(
        "Request_ResourceNotFound",
        Operator,
        "What was asked for is not in the tenant: nobody has consented to it yet, or it was removed.",
        "Let an administrator consent again.",
    ),
    failure("Request_BadRequest", Bug, "Graph could not read the request.", "Report it with Graph's request-id."),
    failure("Request_UnsupportedQuery", Bug, "Graph does not support the query.", "Report it with Graph's request-id."),
    failure(
        "Directory_ConcurrencyViolation",
        Wait,
        "Somebody else changed the directory at the same moment.",
        "Nothing; it is tried again by itself.",
    ),
    failure(
        "Directory_ReplicaUnavailable",
        Wait,
        "A part of the directory is not reachable for a moment.",
        "Nothing; it is tried again by itself.",
    ),
    on_page(
        "TooManyRequests",
        Wait,
        "Graph asks everybody of this tenant to slow down.",
        "Try again in a few minutes.",
        MicrosoftDown,
    ),
    on_page(
        "serviceNotAvailable",
        Wait,
        "Graph cannot serve for a moment.",
        "Try again in a few minutes.",
        MicrosoftDown,
    ),
    on_page(
        "UnknownError",
        Wait,
        "Graph had an error that it does not name.",
        "Try again in a few minutes; with Graph's request-id Microsoft can say more.",
        MicrosoftDown,
    ),
    on_page(
        "generalException",
        Wait,
        "Graph had an error that it does not name.",
        "Try again in a few minutes; with Graph's request-id Microsoft can say more.",
        MicrosoftDown,
    ),
];
