//! The keys of this installation, which sign links and seal cookies.
//!
//! The keyring has a current and a previous key, so that links and sessions from before a rotation stay valid.
//! Links carry JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256; cookies are sealed with AES-256-GCM by the
//! `cookie` library.

mod evidence;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use evidence::{DamagedKey, EvidenceKey, EvidencePublicKey, NotAPublicKey};

use crate::domain::contact::MailAddress;
use crate::domain::id::{AppId, InvitationId, NotificationId, OrgId, RequestId};
use crate::domain::invitation::Invitation;
use crate::randomness::{Randomness, token};
use crate::vault::{NotUnsealed, exposed, seal, unseal};

/// Issuer and audience of an invitation's token. Each kind of token has its own audience, so none is valid as another.
const ISSUER: &str = "regrant";
const AUDIENCE: &str = "regrant-consent";
const MUTE_AUDIENCE: &str = "regrant-mute";
const REQUEST_AUDIENCE: &str = "regrant-request";
/// The longest token to parse, in bytes.
const MAX_TOKEN_BYTES: usize = 1_024;
/// The longest sealed cookie to open, in bytes: browsers store 4,096 bytes at most.
const MAX_COOKIE_BYTES: usize = 4_096;

/// The signing and sealing keys: a current and, after a rotation, a previous version.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keyring {
    current: VersionedKey,
    previous: Option<VersionedKey>,
    /// When the current key was created. Keys from before this was recorded have no date.
    #[serde(default)]
    created_at: Option<Timestamp>,
    /// Signs digests of the audit trail.
    evidence: EvidenceKey,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct VersionedKey {
    id: String,
    /// 256 bits, for HMAC-SHA-256.
    #[serde(serialize_with = "exposed")]
    signing: SecretString,
    /// 512 bits, of which the library uses what it needs.
    #[serde(serialize_with = "exposed")]
    sealing: SecretString,
}

/// The claims of an invitation's token.
#[derive(Clone, Serialize, Deserialize)]
struct TokenClaims {
    iss: String,
    aud: String,
    jti: InvitationId,
    org: OrgId,
    app: AppId,
    iat: i64,
    exp: i64,
}

/// The claims of a mute link's token. It never expires, as an opt-out has no end.
#[derive(Clone, Serialize, Deserialize)]
struct MuteClaims {
    iss: String,
    aud: String,
    req: RequestId,
    sub: MailAddress,
}

/// The claims of the token of a link in an operator's email. The ledger does not store the link, so the token has its end.
#[derive(Clone, Serialize, Deserialize)]
struct RequestClaims {
    iss: String,
    aud: String,
    req: RequestId,
    sub: NotificationId,
    exp: i64,
}

/// A verified mute link: its reader wants no more recurring email about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMute {
    /// The request.
    pub request: RequestId,
    /// The reader.
    pub address: MailAddress,
}

/// A verified link to a request's status page. The request may have ended, which the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The request.
    pub request: RequestId,
    /// The notification whose email has the link.
    pub notification: NotificationId,
    /// When the link ends, in whole seconds.
    pub ends_at: Timestamp,
}

/// A verified invitation link. The ledger knows whether the invitation is still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInvitation {
    /// Which invitation.
    pub id: InvitationId,
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
}

/// The signature is invalid, or the token is not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this link was not issued by this installation, or is incomplete; ask for a new one")]
pub struct Forged;

impl VersionedKey {
    fn new(randomness: &dyn Randomness) -> Self {
        let secret = |bits: usize| {
            let mut bytes = vec![0u8; bits / 8];
            randomness.fill(&mut bytes);
            SecretString::from(URL_SAFE_NO_PAD.encode(bytes))
        };
        Self { id: token(randomness)[..8].to_owned(), signing: secret(256), sealing: secret(512) }
    }

    fn sealing_key(&self) -> Option<cookie::Key> {
        let bytes = URL_SAFE_NO_PAD.decode(self.sealing.expose_secret()).ok()?;
        cookie::Key::try_from(bytes.as_slice()).ok()
    }
}

impl Keyring {
    /// A keyring with a new key.
    pub fn new(randomness: &dyn Randomness) -> Self {
        let evidence = EvidenceKey::new(randomness);
        Self { current: VersionedKey::new(randomness), previous: None, created_at: None, evidence }
    }

    /// The keyring after a rotation. The previous key is dropped, which invalidates everything it signed and sealed. The key
    /// that signs the audit trail stays.
    #[must_use]
    pub fn rotated(self, randomness: &dyn Randomness) -> Self {
        Self { current: VersionedKey::new(randomness), previous: Some(self.current), created_at: None, ..self }
    }

    /// The same keys, with the time at which the current key was created.
    #[must_use]
    pub fn dated(self, created_at: Timestamp) -> Self {
        Self { created_at: Some(created_at), ..self }
    }

    /// When the current key was created, if that was recorded.
    pub const fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// The keyring, serialized for the vault.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// The keyring from the vault.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("keys", secret)
    }

    /// The key that signs digests of the audit trail.
    pub const fn evidence(&self) -> &EvidenceKey {
        &self.evidence
    }

    fn keys(&self) -> impl Iterator<Item = &VersionedKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The token for an invitation's link.
    pub fn sign(&self, invitation: &Invitation) -> Result<String, jsonwebtoken::errors::Error> {
        let claims = TokenClaims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            jti: invitation.id.clone(),
            org: invitation.org.clone(),
            app: invitation.app.clone(),
            iat: invitation.created_at.as_second(),
            exp: invitation.expires_at.as_second(),
        };
        self.token(&claims)
    }

    /// Verifies an invitation's token. Accepts an expired one: the caller compares the ledger's record with the clock, so that
    /// an expired link gets its own page.
    pub fn read(&self, token: &str) -> Result<SignedInvitation, Forged> {
        let claims: TokenClaims = self.claims(token, AUDIENCE, &["iss", "aud", "exp"])?;
        Ok(SignedInvitation { id: claims.jti, org: claims.org, app: claims.app })
    }

    /// The token for a mute link.
    pub fn sign_mute(&self, mute: &SignedMute) -> Result<String, jsonwebtoken::errors::Error> {
        let SignedMute { request, address } = mute.clone();
        self.token(&MuteClaims { iss: ISSUER.to_owned(), aud: MUTE_AUDIENCE.to_owned(), req: request, sub: address })
    }

    /// Verifies a mute link's token.
    pub fn read_mute(&self, token: &str) -> Result<SignedMute, Forged> {
        let claims: MuteClaims = self.claims(token, MUTE_AUDIENCE, &["iss", "aud"])?;
        Ok(SignedMute { request: claims.req, address: claims.sub })
    }

    /// The token for a link to a request's status page.
    pub fn sign_request(&self, email: &SignedRequest) -> Result<String, jsonwebtoken::errors::Error> {
        let SignedRequest { request, notification, ends_at } = email.clone();
        let (iss, aud) = (ISSUER.to_owned(), REQUEST_AUDIENCE.to_owned());
        self.token(&RequestClaims { iss, aud, req: request, sub: notification, exp: ends_at.as_second() })
    }

    /// Verifies the token of a link to a request's status page. Accepts one that has ended; the caller checks `ends_at`.
    pub fn read_request(&self, token: &str) -> Result<SignedRequest, Forged> {
        let claims: RequestClaims = self.claims(token, REQUEST_AUDIENCE, &["iss", "aud", "exp"])?;
        let ends_at = Timestamp::from_second(claims.exp).map_err(|_| Forged)?;
        Ok(SignedRequest { request: claims.req, notification: claims.sub, ends_at })
    }

    fn token(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { kid: Some(self.current.id.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &EncodingKey::from_secret(self.current.signing.expose_secret().as_bytes()))
    }

    /// Verifies signature, issuer and audience of a token, and returns its claims.
    fn claims<T: DeserializeOwned + Clone>(&self, token: &str, audience: &str, required: &[&str]) -> Result<T, Forged> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Forged);
        }
        let kid = decode_header(token).map_err(|_| Forged)?.kid;
        let key = self.keys().find(|key| Some(&key.id) == kid.as_ref()).ok_or(Forged)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(required);
        // The callers check expiry, with the injected clock.
        validation.validate_exp = false;
        let key = DecodingKey::from_secret(key.signing.expose_secret().as_bytes());
        Ok(decode::<T>(token, &key, &validation).map_err(|_| Forged)?.claims)
    }

    /// Seals a value for the cookie `name`; it does not open under any other name. `None` if the key is damaged.
    pub fn seal_cookie(&self, name: &str, value: &SecretString) -> Option<String> {
        let mut jar = CookieJar::new();
        let cookie = Cookie::new(name.to_owned(), value.expose_secret().to_owned());
        jar.private_mut(&self.current.sealing_key()?).add(cookie);
        jar.get(name).map(|sealed| sealed.value().to_owned())
    }

    /// Opens a value that was sealed for the cookie `name`, by the current or the previous key.
    pub fn open_cookie(&self, name: &str, sealed: &str) -> Option<SecretString> {
        if sealed.len() > MAX_COOKIE_BYTES {
            return None;
        }
        let jar = CookieJar::new();
        self.keys().find_map(|key| {
            let cookie = Cookie::new(name.to_owned(), sealed.to_owned());
            let opened = jar.private(&key.sealing_key()?).decrypt(cookie)?;
            Some(SecretString::from(opened.value().to_owned()))
        })
    }
}

#[cfg(test)]
mod tests;
