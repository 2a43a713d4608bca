//! Verification of tokens that Microsoft signed. Nothing in a token is used before it is verified.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::MicrosoftError;
use super::endpoints::Endpoints;
use super::keys::Keys;
use super::retrying_client::RetryingClient;
use crate::domain::administrator::{Mfa, Person};
use crate::domain::cloud::Cloud;
use crate::domain::tenant::{ClientId, TenantId};
use crate::domain::text::UntrustedText;

/// The allowed difference between our clock and Microsoft's, in seconds.
const LEEWAY: i64 = 300;
/// The longest accepted token, in bytes.
const MAX_TOKEN_BYTES: usize = 64 << 10;

/// The used claims of an ID token ("ID token claims reference").
#[derive(Deserialize)]
struct IdClaims {
    #[serde(flatten)]
    times: Times,
    ver: String,
    tid: String,
    oid: Option<String>,
    nonce: Option<String>,
    preferred_username: Option<String>,
    wids: Option<BTreeSet<String>>,
    acrs: Option<Vec<String>>,
    uti: Option<String>,
}

#[derive(Deserialize)]
struct Times {
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

/// The used claims of a version 1.0 access token for our own API ("Access token claims reference").
#[derive(Deserialize)]
struct AccessClaims {
    #[serde(flatten)]
    times: Times,
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
        self.in_time(&claims.times)?;
        if claims.ver != "2.0" {
            return Err(untrusted("the ID token is not version 2.0"));
        }
        let tenant = self.expected_tenant(&claims.tid)?;
        let is_same: bool = claims.nonce.unwrap_or_default().as_bytes().ct_eq(nonce.expose_secret().as_bytes()).into();
        if !is_same {
            return Err(untrusted("the nonce is not the one that this browser was sent with"));
        }
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
        self.in_time(&claims.times)?;
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

    /// Verifies algorithm, key, signature, issuer and audience of a token and returns its claims.
    async fn verified_claims<T: serde::de::DeserializeOwned>(
        &self,
        token: &SecretString,
        issuers: &[String],
        audiences: &[String],
    ) -> Result<T, MicrosoftError> {
        let token = token.expose_secret();
        if token.len() > MAX_TOKEN_BYTES {
            return Err(untrusted("the token is too long"));
        }
        let header = decode_header(token).map_err(|_| untrusted("the token is not a signed token"))?;
        // Checked first, to exclude `none` and an HMAC with the public key as its secret.
        if header.alg != Algorithm::RS256 {
            return Err(untrusted("the token is not signed with RS256"));
        }
        let name = header.kid.ok_or_else(|| untrusted("the token does not name its key"))?;
        let key = self.keys.find(self.http, self.endpoints, (self.cloud, self.tenant), &name, self.now).await?;
        let key = key.ok_or_else(|| untrusted("the token is signed with a key that is not the tenant's"))?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(audiences);
        validation.set_issuer(issuers);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        // The times are checked with the injected clock instead.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<T>(token, &key.key, &validation)
            .map_err(|error| untrusted(&format!("the token is invalid: {}", kind(&error))))?
            .claims;
        match &key.issuer {
            Some(issuer) if !names_issuer(issuer, issuers, self.tenant) => {
                Err(untrusted("the token's key belongs to a different issuer"))
            }
            _ => Ok(claims),
        }
    }

    fn in_time(&self, times: &Times) -> Result<(), MicrosoftError> {
        let now = self.now.as_second();
        let early = times.nbf.into_iter().chain(times.iat).any(|from| now + LEEWAY < from);
        if early {
            return Err(untrusted("the token is not valid yet; check this machine's clock"));
        }
        if now >= times.exp.saturating_add(LEEWAY) {
            return Err(untrusted("the token has expired"));
        }
        Ok(())
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

/// A description of the error without the token, which the library's own message could contain.
fn kind(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => "the signature is wrong",
        ErrorKind::InvalidAudience => "it is for a different client",
        ErrorKind::InvalidIssuer => "it is from a different issuer",
        ErrorKind::MissingRequiredClaim(_) => "a claim is missing",
        _ => "its claims cannot be decoded",
    }
}

fn untrusted(why: &str) -> MicrosoftError {
    MicrosoftError::Untrusted(why.to_owned())
}

#[cfg(test)]
mod tests;
