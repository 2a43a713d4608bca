//! Error codes of Okta's Management API ("Error codes" in its developer docs), and the OAuth codes of its token endpoint.

use super::{Failure, failure};
use crate::domain::failure::class::FailureClass::{Bug, Operator, Wait};

const REPORT: &str = "Report it with Okta's errorId; nothing in the org needs to change.";

pub(super) static OKTA: &[Failure] = &[
    failure(
        "E0000001",
        Operator,
        "Okta rejected a value in the request. Its errorCauses say which.",
        "Read the cause. \"Provisioning is not enabled\" and \"not supported\" are information, not faults.",
    ),
    failure("E0000003", Bug, "Okta could not parse the request body.", REPORT),
    failure(
        "E0000004",
        Operator,
        "Okta rejected the credential.",
        "Create a new API token, or check the service app's key. Then add the org again.",
    ),
    failure(
        "E0000005",
        Operator,
        "Okta does not recognise the session or token of the request.",
        "Add the org again with a valid credential.",
    ),
    failure(
        "E0000006",
        Operator,
        "The credential is valid, but its role or scope is insufficient.",
        "Grant the scope okta.apps.read and a role that can view the Office 365 apps.",
    ),
    failure(
        "E0000007",
        Operator,
        "The app was deleted, or the credential's role cannot view it.",
        "If the app exists, extend the resource set of the credential's role.",
    ),
    failure(
        "E0000008",
        Operator,
        "The endpoint does not exist, so the host is not an Okta org or is a different product.",
        "Check the org's host name.",
    ),
    failure(
        "E0000009",
        Wait,
        "Okta had an internal error.",
        "Scan again later. If it persists, give the errorId to Okta Support.",
    ),
    failure(
        "E0000010",
        Wait,
        "The org is temporarily read-only, usually for maintenance.",
        "No action needed. Regrant keeps reading and writes later.",
    ),
    failure(
        "E0000011",
        Operator,
        "The token expired, was revoked, was unused for 30 days, or its owner was deactivated.",
        "Create a new token and run `regrant org add` again.",
    ),
    failure(
        "E0000015",
        Operator,
        "The org's licence does not include this feature. The credential is valid.",
        "Ask Okta about the feature, or continue without it.",
    ),
    failure("E0000019", Bug, "Okta rejected the request's headers.", REPORT),
    failure("E0000021", Bug, "Okta rejected the request's content type.", REPORT),
    failure("E0000022", Bug, "The endpoint does not support the request's method.", REPORT),
    failure(
        "E0000029",
        Wait,
        "The page cursor is no longer valid, so the list must restart.",
        "No action needed. Regrant restarts the list automatically.",
    ),
    failure(
        "E0000047",
        Wait,
        "The org's rate limit is used up. Other clients share it.",
        "No action needed. The limit resets within a minute.",
    ),
    failure("E0000060", Bug, "Okta does not support this operation.", REPORT),
    failure(
        "E0000239",
        Wait,
        "Okta is processing the object and has locked it.",
        "No action needed. Scan again later.",
    ),
    failure(
        "invalid_client",
        Operator,
        "The service app does not exist, or its key does not match.",
        "Compare the client id, key id and public key with the service app in Okta.",
    ),
    failure(
        "invalid_scope",
        Operator,
        "The service app was not granted the requested scope.",
        "Grant okta.apps.read under Okta API Scopes. Only a Super Administrator can do this.",
    ),
    failure(
        "unauthorized_client",
        Operator,
        "The app does not allow the client credentials grant.",
        "Use an app of the type API Services.",
    ),
    failure(
        "invalid_dpop_proof",
        Wait,
        "The service app requires proof of possession (DPoP).",
        "No action needed. Regrant creates the proof and repeats the request automatically.",
    ),
    failure(
        "use_dpop_nonce",
        Wait,
        "Okta requires its nonce in the proof of possession (DPoP).",
        "No action needed. Regrant repeats the request with the nonce automatically.",
    ),
    failure("invalid_request", Bug, "The token endpoint could not parse the request.", REPORT),
];
