//! Verification of tokens that Microsoft signed. Nothing in a token is used before it is verified.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jsonwebtoken::Algorithm;
use secrecy::SecretString;
use serde::Deserialize;

use super::MicrosoftError;
use super::endpoints::Endpoints;
use super::keys::Keys;
use super::retrying_client::RetryingClient;
use crate::domain::administrator::{Mfa, Person};
use crate::domain::cloud::Cloud;
use crate::domain::tenant::{ClientId, TenantId};
use crate::domain::text::UntrustedText;
use crate::openid::signed_token::{BadToken, Rules, check_nonce};

/// Microsoft signs with this algorithm only (its metadata, `id_token_signing_alg_values_supported`).
const ALGORITHMS: &[Algorithm] = &[Algorithm::RS256];

/// The used claims of an ID token ("ID token claims reference").
#[derive(Deserialize)]
struct IdClaims {
    ver: String,
    tid: String,
    oid: Option<String>,
    nonce: Option<String>,
    preferred_username: Option<String>,
    wids: Option<BTreeSet<String>>,
    acrs: Option<Vec<String>>,
    uti: Option<String>,
}

/// The used claims of a version 1.0 access token for our own API ("Access token claims reference").
#[derive(Deserialize)]
struct AccessClaims {
    ver: String,
    tid: String,
    oid: Option<String>,
    amr: Option<Vec<String>>,
}

/// Verifies tokens of one tenant.
pub(super) struct Verifier<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) http: &'a RetryingClient,
    pub(super) keys: &'a Keys,
    pub(super) cloud: Cloud,
    pub(super) tenant: &'a TenantId,
    pub(super) now: Timestamp,
}

/// A verified person, and the authentication contexts that the ID token confirms.
pub(super) struct Identified {
    pub(super) person: Person,
    pub(super) contexts: Vec<String>,
}

impl Verifier<'_> {
    /// Verifies an ID token from a code exchange and returns the person (`OpenID` Connect Core section 3.1.3.7).
    pub(super) async fn identify(
        &self,
        token: &SecretString,
        client: &ClientId,
        nonce: &SecretString,
    ) -> Result<Identified, MicrosoftError> {
        let issuers = self.endpoints.issuers(self.cloud, self.tenant);
        let claims: IdClaims = self.verified_claims(token, &issuers, &[client.as_str().to_owned()]).await?;
        if claims.ver != "2.0" {
            return Err(untrusted("the ID token is not version 2.0"));
        }
        let tenant = self.expected_tenant(&claims.tid)?;
        check_nonce(claims.nonce.as_deref(), nonce)?;
        let object = claims.oid.and_then(|oid| oid.parse().ok());
        Ok(Identified {
            person: Person {
                tenant,
                object: object.ok_or_else(|| untrusted("the token does not identify an account"))?,
                username: UntrustedText::new(claims.preferred_username.unwrap_or_default()),
                roles: claims.wids,
                token_id: claims.uti,
            },
            contexts: claims.acrs.unwrap_or_default(),
        })
    }

    /// Whether a version 1.0 access token for our own API shows multi-factor authentication of the same person.
    pub(super) async fn mfa(&self, token: &SecretString, scope: &str, person: &Person) -> Result<Mfa, MicrosoftError> {
        let api = scope.rsplit_once('/').map_or(scope, |(api, _)| api);
        let audiences = [api.to_owned(), api.trim_start_matches("api://").to_owned()];
        let claims: AccessClaims =
            self.verified_claims(token, &self.endpoints.issuers_v1(self.cloud, self.tenant), &audiences).await?;
        self.expected_tenant(&claims.tid)?;
        if claims.ver != "1.0" || claims.oid.as_deref() != Some(person.object.as_str()) {
            return Err(untrusted(
                "the access token for our own API has a different version or belongs to a different account",
            ));
        }
        // "Access token claims reference": `ngcmfa` is equivalent to `mfa`; `wiaormfa` alone proves neither that nor
        // the opposite.
        Ok(match claims.amr {
            None => Mfa::NotVerified,
            Some(methods) if methods.iter().any(|method| method == "mfa" || method == "ngcmfa") => Mfa::Verified,
            Some(methods) if methods.iter().any(|method| method == "wiaormfa") => Mfa::NotVerified,
            Some(_) => Mfa::Refuted,
        })
    }

    /// Verifies algorithm, key, signature, issuer, audience and times of a token and returns its claims.
    async fn verified_claims<T: serde::de::DeserializeOwned>(
        &self,
        token: &SecretString,
        issuers: &[String],
        audiences: &[String],
    ) -> Result<T, MicrosoftError> {
        let rules = Rules { algorithms: ALGORITHMS, issuers, audiences };
        let name = rules.key_name(token)?.ok_or_else(|| untrusted("the token does not name its key"))?;
        let key = self.keys.find(self.http, self.endpoints, (self.cloud, self.tenant), &name, self.now).await?;
        let key = key.ok_or_else(|| untrusted("the token is signed with a key that is not the tenant's"))?;
        let claims = rules.claims(token, &key.key, self.now)?;
        match &key.issuer {
            Some(issuer) if !names_issuer(issuer, issuers, self.tenant) => {
                Err(untrusted("the token's key belongs to a different issuer"))
            }
            _ => Ok(claims),
        }
    }

    fn expected_tenant(&self, tid: &str) -> Result<TenantId, MicrosoftError> {
        let tenant = tid.parse().ok().filter(|tenant: &TenantId| tenant == self.tenant);
        tenant.ok_or_else(|| untrusted("the token belongs to a different tenant than the browser was sent to"))
    }
}

/// Whether a key may sign for the issuer: Microsoft's template contains `{tenantid}`, and version 1.0 tokens use the same
/// keys.
fn names_issuer(issuer: &str, issuers: &[String], tenant: &TenantId) -> bool {
    let whole = issuer.replace("{tenantid}", tenant.as_str());
    let same_tenant = whole.contains(tenant.as_str());
    issuers.contains(&whole) || (same_tenant && issuers.iter().any(|issuer| !issuer.ends_with("/v2.0")))
}

impl From<BadToken> for MicrosoftError {
    fn from(bad: BadToken) -> Self {
        match bad {
            BadToken::Algorithm => untrusted("the token is not signed with RS256"),
            bad => untrusted(&bad.to_string()),
        }
    }
}

fn untrusted(why: &str) -> MicrosoftError {
    MicrosoftError::Untrusted(why.to_owned())
}

#[cfg(test)]
mod tests;
