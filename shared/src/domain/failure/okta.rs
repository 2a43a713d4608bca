//! Okta's codes ("Error codes" in its developer docs), and OAuth's words at its token endpoint.

use super::{Failure, failure};
use crate::domain::failure::class::FailureClass::{Bug, Operator, Wait};

const REPORT: &str = "Report it with Okta's errorId; nothing in the org needs to change.";

pub(super) static OKTA: &[Failure] = &[
    failure(
        "E0000001",
        Operator,
        "Okta refused the request's values; the cause beside it says which.",
        "Read the cause. \"Provisioning is not enabled\" and \"not supported\" are answers, not faults.",
    ),
    failure("E0000003", Bug, "Okta could not read the body of the request.", REPORT),
    failure(
        "E0000004",
        Operator,
        "Okta did not accept the credential.",
        "Make a new API token, or check the service app's key, and add the org again.",
    ),
    failure(
        "E0000005",
        Operator,
        "Okta knows no session or token for the request.",
        "Add the org again with a valid credential.",
    ),
    failure(
        "E0000006",
        Operator,
        "The credential is good; its role or scope is too small.",
        "Grant the scope okta.apps.read and a role that sees the Office 365 apps.",
    ),
    failure(
        "E0000007",
        Operator,
        "The app was deleted, or the credential's role does not see it.",
        "If the app exists, widen the resource set of the credential's role.",
    ),
    failure(
        "E0000008",
        Operator,
        "There is nothing at the path, so this is another host or another product.",
        "Check the org's host.",
    ),
    failure(
        "E0000009",
        Wait,
        "Okta had an internal error.",
        "Scan again later; with the errorId Okta Support can say more.",
    ),
    failure(
        "E0000010",
        Wait,
        "The org is read-only for the moment, for maintenance as a rule.",
        "Nothing; reading goes on and writing waits.",
    ),
    failure(
        "E0000011",
        Operator,
        "The token expired, was revoked, lay idle for 30 days, or its owner was deactivated.",
        "Make a new one and run `regrant org add` again.",
    ),
    failure(
        "E0000015",
        Operator,
        "The org's licence does not include the feature; the credential is fine.",
        "Ask Okta about the feature, or go on without what needs it.",
    ),
    failure("E0000019", Bug, "Okta did not like the request's headers.", REPORT),
    failure("E0000021", Bug, "Okta did not like the request's content type.", REPORT),
    failure("E0000022", Bug, "The endpoint does not take the request's method.", REPORT),
    failure(
        "E0000029",
        Wait,
        "A page's cursor is no longer valid; the list has to start again.",
        "Nothing; the list is started again by itself.",
    ),
    failure(
        "E0000047",
        Wait,
        "The rate limit of the org is used up, by anybody.",
        "Nothing; it opens again within a minute.",
    ),
    failure("E0000060", Bug, "Okta does not support the operation.", REPORT),
    failure("E0000239", Wait, "Okta is working on the object and has locked it.", "Nothing; scan again later."),
    failure(
        "invalid_client",
        Operator,
        "The service app is unknown, or its key does not match.",
        "Compare client id, key id and public key with the service app in Okta.",
    ),
    failure(
        "invalid_scope",
        Operator,
        "The service app was not granted the scope that was asked for.",
        "Grant okta.apps.read under Okta API Scopes; only a Super Admin can.",
    ),
    failure(
        "unauthorized_client",
        Operator,
        "The app may not use client credentials.",
        "Use an app of the type API Services.",
    ),
    failure(
        "invalid_dpop_proof",
        Wait,
        "The service app asks for proof of possession.",
        "Nothing; the proof is made and the request repeated by itself.",
    ),
    failure(
        "use_dpop_nonce",
        Wait,
        "Okta asks for its nonce in the proof of possession.",
        "Nothing; the request is repeated with it by itself.",
    ),
    failure("invalid_request", Bug, "The token endpoint could not read the request.", REPORT),
];
