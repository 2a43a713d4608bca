//! Authorizes requests by API token or access token, and by the permissions and scopes behind them.

use http::Method;
use http::header::AUTHORIZATION;

use crate::dpop::{self, Expected};
use crate::handler::{Request, RequestContext, header};
use crate::ledger::OrgLedger;
use crate::okta_error::OktaError;
use crate::org::{Org, TokenPower};

/// Why a request is not authorized.
pub(crate) enum Refusal {
    /// Okta's error response.
    Error(OktaError),
    /// Its access token is unknown or has expired: 401 without a body.
    Token,
    /// Its access token lacks this scope: 403 without a body.
    Scope(&'static str),
    /// Its `DPoP` proof lacks this nonce: 401 without a body.
    Nonce(String),
    /// Its `DPoP` proof is invalid, for this reason.
    Proof(&'static str),
}

/// Authorizes a request. The System Log needs `okta.logs.read` and a role that can read it; other reads need
/// `okta.apps.read` or `okta.apps.manage`; writes need `okta.apps.manage`.
pub(crate) fn authorize(
    context: &RequestContext<'_>,
    org: &Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
) -> Result<(), Refusal> {
    let logs = request.head.uri.path().trim_end_matches('/') == "/api/v1/logs";
    let accounts = request.head.uri.path().ends_with("/api/v1/orgs");
    let by_role = || if logs && org.refuses_logs { Err(Refusal::Error(OktaError::not_permitted())) } else { Ok(()) };
    let Some((scheme, value)) = header(request, &AUTHORIZATION).and_then(|value| value.split_once(' ')) else {
        return Err(Refusal::Error(OktaError::invalid_session()));
    };
    if scheme == "SSWS" && accounts {
        return Err(Refusal::Error(OktaError::invalid_token()));
    }
    if scheme == "SSWS" {
        let power = org.tokens.iter().find(|token| token.value == value).map(|token| token.power);
        return match power {
            Some(TokenPower::Full) => by_role(),
            Some(TokenPower::NoApps) => Err(Refusal::Error(OktaError::not_permitted())),
            Some(TokenPower::FeatureMissing) => Err(Refusal::Error(OktaError::feature_missing())),
            Some(TokenPower::Revoked) | None => Err(Refusal::Error(OktaError::invalid_token())),
        };
    }
    let token = ledger.access_tokens.get(value).filter(|token| token.expires > context.now);
    let Some(token) = token else { return Err(Refusal::Token) };
    match (scheme, &token.key_thumbprint) {
        ("Bearer", None) => {}
        ("DPoP", Some(bound)) => {
            let proof = request.head.headers.get("dpop").and_then(|value| value.to_str().ok());
            let proof = proof.ok_or(Refusal::Proof("The DPoP proof JWT header is missing."))?;
            let url = format!("{}{}", context.origin, request.head.uri.path());
            let expected = Expected {
                method: request.head.method.as_str(),
                url: &url,
                now: context.now,
                nonces: org.api_nonce.as_ref().map(std::slice::from_ref),
                access_token: Some(value),
            };
            let proof = dpop::verify(proof, &expected, &mut ledger.proof_ids).map_err(|error| match error {
                dpop::ProofError::Invalid(why) => Refusal::Proof(why),
                dpop::ProofError::NonceNeeded => Refusal::Nonce(org.api_nonce.clone().unwrap_or_default()),
            })?;
            if proof.thumbprint != *bound {
                return Err(Refusal::Proof("The DPoP proof's key is not the one the token is bound to."));
            }
        }
        _ => return Err(Refusal::Error(OktaError::invalid_token())),
    }
    let has = |scope: &str| token.scopes.iter().any(|granted| granted == scope);
    let reads = request.head.method == Method::GET;
    if accounts {
        return if has("okta.accounts.read") { Ok(()) } else { Err(Refusal::Scope("okta.accounts.read")) };
    }
    let has_scope =
        if logs { has("okta.logs.read") } else { has("okta.apps.manage") || (reads && has("okta.apps.read")) };
    let missing = match (logs, reads) {
        (true, _) => "okta.logs.read",
        (false, true) => "okta.apps.read",
        (false, false) => "okta.apps.manage",
    };
    if has_scope { by_role() } else { Err(Refusal::Scope(missing)) }
}
