//! Tokens that Microsoft signed, checked before anything in them is believed.

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

/// How far our clock and Microsoft's may be apart, in seconds.
const LEEWAY: i64 = 300;
/// The longest token that is looked at.
const LONGEST: usize = 64 << 10;

/// What is read of an ID token ("ID token claims reference").
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

/// What is read of a version 1.0 access token for our own API ("Access token claims reference").
#[derive(Deserialize)]
struct AccessClaims {
    #[serde(flatten)]
    times: Times,
    ver: String,
    tid: String,
    oid: Option<String>,
    amr: Option<Vec<String>>,
}

/// Checks tokens of one tenant.
pub(super) struct Verifier<'a> {
    pub(super) endpoints: &'a Endpoints,
    pub(super) http: &'a RetryingClient,
    pub(super) keys: &'a Keys,
    pub(super) cloud: Cloud,
    pub(super) tenant: &'a TenantId,
    pub(super) now: Timestamp,
}

/// A person, and the authentication contexts that the ID token confirms.
pub(super) struct Identified {
    pub(super) person: Person,
    pub(super) contexts: Vec<String>,
}

impl Verifier<'_> {
    /// Who an ID token of a code's redemption is of (`OpenID` Connect Core section 3.1.3.7).
    pub(super) async fn identify(
        &self,
        token: &SecretString,
        client: &ClientId,
        nonce: &SecretString,
    ) -> Result<Identified, MicrosoftError> {
        let issuers = self.endpoints.issuers(self.cloud, self.tenant);
        let claims: IdClaims = self.checked(token, &issuers, &[client.as_str().to_owned()]).await?;
        self.in_time(&claims.times)?;
        if claims.ver != "2.0" {
            return Err(untrusted("it is an ID token of another version than 2.0"));
        }
        let tenant = self.expected_tenant(&claims.tid)?;
        let is_ours: bool = claims.nonce.unwrap_or_default().as_bytes().ct_eq(nonce.expose_secret().as_bytes()).into();
        if !is_ours {
            return Err(untrusted("its nonce is not the one this browser was sent with"));
        }
        let object = claims.oid.and_then(|oid| oid.parse().ok());
        Ok(Identified {
            person: Person {
                tenant,
                object: object.ok_or_else(|| untrusted("it does not say whose it is"))?,
                username: UntrustedText::new(claims.preferred_username.unwrap_or_default()),
                roles: claims.wids,
                token_id: claims.uti,
            },
            contexts: claims.acrs.unwrap_or_default(),
        })
    }

    /// What a version 1.0 access token for an API of ours says of multi-factor authentication, for the same person.
    pub(super) async fn mfa(&self, token: &SecretString, scope: &str, person: &Person) -> Result<Mfa, MicrosoftError> {
        let api = scope.rsplit_once('/').map_or(scope, |(api, _)| api);
        let audiences = [api.to_owned(), api.trim_start_matches("api://").to_owned()];
        let claims: AccessClaims =
            self.checked(token, &self.endpoints.issuers_v1(self.cloud, self.tenant), &audiences).await?;
        self.in_time(&claims.times)?;
        self.expected_tenant(&claims.tid)?;
        if claims.ver != "1.0" || claims.oid.as_deref() != Some(person.object.as_str()) {
            return Err(untrusted("the access token for our own API is of another version or another person"));
        }
        // "Access token claims reference": `ngcmfa` is equivalent to `mfa`; `wiaormfa` alone proves neither that nor
        // the contrary.
        Ok(match claims.amr {
            None => Mfa::NotProven,
            Some(methods) if methods.iter().any(|method| method == "mfa" || method == "ngcmfa") => Mfa::Proven,
            Some(methods) if methods.iter().any(|method| method == "wiaormfa") => Mfa::NotProven,
            Some(_) => Mfa::Refuted,
        })
    }

    /// The claims of a token whose algorithm, key, signature, issuer and audience hold.
    async fn checked<T: serde::de::DeserializeOwned>(
        &self,
        token: &SecretString,
        issuers: &[String],
        audiences: &[String],
    ) -> Result<T, MicrosoftError> {
        let token = token.expose_secret();
        if token.len() > LONGEST {
            return Err(untrusted("it is longer than any token"));
        }
        let header = decode_header(token).map_err(|_| untrusted("it is not a signed token"))?;
        // Before anything else: neither `none` nor a secret made of the public key.
        if header.alg != Algorithm::RS256 {
            return Err(untrusted("it is not signed with RS256"));
        }
        let name = header.kid.ok_or_else(|| untrusted("it does not name its key"))?;
        let key = self.keys.find(self.http, self.endpoints, (self.cloud, self.tenant), &name, self.now).await?;
        let key = key.ok_or_else(|| untrusted("it is signed with a key that is not the tenant's"))?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(audiences);
        validation.set_issuer(issuers);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        // By the injected clock instead.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<T>(token, &key.key, &validation)
            .map_err(|error| untrusted(&format!("it does not hold: {}", kind(&error))))?
            .claims;
        match &key.issuer {
            Some(issuer) if !names_issuer(issuer, issuers, self.tenant) => {
                Err(untrusted("its key belongs to another issuer"))
            }
            _ => Ok(claims),
        }
    }

    fn in_time(&self, times: &Times) -> Result<(), MicrosoftError> {
        let now = self.now.as_second();
        let early = times.nbf.into_iter().chain(times.iat).any(|from| now + LEEWAY < from);
        if early {
            return Err(untrusted("it is not valid yet; compare this machine's clock"));
        }
        if now >= times.exp.saturating_add(LEEWAY) {
            return Err(untrusted("it has ended"));
        }
        Ok(())
    }

    fn expected_tenant(&self, tid: &str) -> Result<TenantId, MicrosoftError> {
        let tenant = tid.parse().ok().filter(|tenant: &TenantId| tenant == self.tenant);
        tenant.ok_or_else(|| untrusted("it is of another tenant than the browser was sent to"))
    }
}

/// A key's issuer, with the tenant in the place of Microsoft's template; version 1.0 tokens share the keys.
fn names_issuer(issuer: &str, issuers: &[String], tenant: &TenantId) -> bool {
    let whole = issuer.replace("{tenantid}", tenant.as_str());
    let same_tenant = whole.contains(tenant.as_str());
    issuers.contains(&whole) || (same_tenant && issuers.iter().any(|issuer| !issuer.ends_with("/v2.0")))
}

/// What is wrong, without the token: the library's own words could quote it.
fn kind(error: &jsonwebtoken::errors::Error) -> &'static str {
    use jsonwebtoken::errors::ErrorKind;
    match error.kind() {
        ErrorKind::InvalidSignature => "the signature is wrong",
        ErrorKind::InvalidAudience => "it is for another client",
        ErrorKind::InvalidIssuer => "it is from another issuer",
        ErrorKind::MissingRequiredClaim(_) => "a claim is missing",
        _ => "it cannot be read",
    }
}

fn untrusted(why: &str) -> MicrosoftError {
    MicrosoftError::Untrusted(why.to_owned())
}

#[cfg(test)]
mod tests;
