//! The keys of this installation: they sign links and seal cookies.
//!
//! There is a current and a previous version of each, so that links and sessions made just before a rotation still open.
//! Links carry JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256; cookies are sealed with AES-256-GCM by the
//! `cookie` library.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cookie::{Cookie, CookieJar};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::domain::contact::MailAddress;
use crate::domain::id::{AppId, InvitationId, NotificationId, OrgId, RequestId};
use crate::domain::invitation::Invitation;
use crate::randomness::{Randomness, token};
use crate::vault::{NotUnsealed, exposed, seal, unseal};

/// What an invitation's token is for, and by whom: a token of another purpose is none.
const ISSUER: &str = "regrant";
const AUDIENCE: &str = "regrant-consent";
const MUTE_AUDIENCE: &str = "regrant-mute";
const REQUEST_AUDIENCE: &str = "regrant-request";
/// The longest token that is looked at.
const LONGEST_TOKEN: usize = 1_024;
/// The longest sealed cookie that is looked at; browsers keep no more than 4,096 bytes.
const LONGEST_COOKIE: usize = 4_096;

/// The keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Keyring {
    current: VersionedKey,
    previous: Option<VersionedKey>,
    /// When the current key was created. Keys from before this was recorded have no date.
    #[serde(default)]
    created_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct VersionedKey {
    id: String,
    /// 256 bits, for HMAC-SHA-256.
    #[serde(serialize_with = "exposed")]
    signing: SecretString,
    /// 512 bits, of which the library takes what it needs.
    #[serde(serialize_with = "exposed")]
    sealing: SecretString,
}

/// What an invitation's token says.
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

/// What the token of a link that mutes says. It never ends: whoever wants no more reminders does not want them later.
#[derive(Clone, Serialize, Deserialize)]
struct MuteClaims {
    iss: String,
    aud: String,
    req: RequestId,
    sub: MailAddress,
}

/// What the token of the link in an email to an operator says. The ledger keeps nothing of the link, so its end is here.
#[derive(Clone, Serialize, Deserialize)]
struct RequestClaims {
    iss: String,
    aud: String,
    req: RequestId,
    sub: NotificationId,
    exp: i64,
}

/// A reader who wants nothing more that comes again about a request, with a signature that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMute {
    /// The request.
    pub request: RequestId,
    /// The reader.
    pub address: MailAddress,
}

/// The email whose link shows how its request stands, with a signature that holds. Whether the link has ended is for its
/// reader to be told, so an ended one is read like any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The request.
    pub request: RequestId,
    /// The email.
    pub notification: NotificationId,
    /// When its link ends, in whole seconds.
    pub ends_at: Timestamp,
}

/// An invitation as its link names it, with a signature that holds. Whether it is still open is in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInvitation {
    /// Which invitation.
    pub id: InvitationId,
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
}

/// The signature does not hold, or the token is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the link was not made here, or was cut on its way; ask for a new one")]
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
    /// New keys.
    pub fn new(randomness: &dyn Randomness) -> Self {
        Self { current: VersionedKey::new(randomness), previous: None, created_at: None }
    }

    /// The keys after a rotation: what the one before the last signed and sealed no longer opens.
    #[must_use]
    pub fn rotated(self, randomness: &dyn Randomness) -> Self {
        Self { current: VersionedKey::new(randomness), previous: Some(self.current), created_at: None }
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

    /// As the vault keeps them.
    pub fn seal(&self) -> SecretString {
        seal(self)
    }

    /// From what the vault keeps.
    pub fn unseal(secret: &SecretString) -> Result<Self, NotUnsealed> {
        unseal("keys", secret)
    }

    fn keys(&self) -> impl Iterator<Item = &VersionedKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The token that an invitation's link carries.
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

    /// The invitation of a token whose signature holds. Its end is the ledger's to tell, so that an expired link gets
    /// its own page.
    pub fn read(&self, token: &str) -> Result<SignedInvitation, Forged> {
        let claims: TokenClaims = self.claims(token, AUDIENCE, &["iss", "aud", "exp"])?;
        Ok(SignedInvitation { id: claims.jti, org: claims.org, app: claims.app })
    }

    /// The token of a link that mutes.
    pub fn sign_mute(&self, mute: &SignedMute) -> Result<String, jsonwebtoken::errors::Error> {
        let SignedMute { request, address } = mute.clone();
        self.token(&MuteClaims { iss: ISSUER.to_owned(), aud: MUTE_AUDIENCE.to_owned(), req: request, sub: address })
    }

    /// What a token mutes, where its signature holds.
    pub fn read_mute(&self, token: &str) -> Result<SignedMute, Forged> {
        let claims: MuteClaims = self.claims(token, MUTE_AUDIENCE, &["iss", "aud"])?;
        Ok(SignedMute { request: claims.req, address: claims.sub })
    }

    /// The token of a link that shows how a request stands.
    pub fn sign_request(&self, email: &SignedRequest) -> Result<String, jsonwebtoken::errors::Error> {
        let SignedRequest { request, notification, ends_at } = email.clone();
        let (iss, aud) = (ISSUER.to_owned(), REQUEST_AUDIENCE.to_owned());
        self.token(&RequestClaims { iss, aud, req: request, sub: notification, exp: ends_at.as_second() })
    }

    /// Which email's link a token is of, where its signature holds. Whoever shows the request looks at the end.
    pub fn read_request(&self, token: &str) -> Result<SignedRequest, Forged> {
        let claims: RequestClaims = self.claims(token, REQUEST_AUDIENCE, &["iss", "aud", "exp"])?;
        let ends_at = Timestamp::from_second(claims.exp).map_err(|_| Forged)?;
        Ok(SignedRequest { request: claims.req, notification: claims.sub, ends_at })
    }

    fn token(&self, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
        let header = Header { kid: Some(self.current.id.clone()), ..Header::new(Algorithm::HS256) };
        encode(&header, claims, &EncodingKey::from_secret(self.current.signing.expose_secret().as_bytes()))
    }

    /// The claims of a token for `audience` whose signature holds.
    fn claims<T: DeserializeOwned + Clone>(&self, token: &str, audience: &str, required: &[&str]) -> Result<T, Forged> {
        if token.len() > LONGEST_TOKEN {
            return Err(Forged);
        }
        let kid = decode_header(token).map_err(|_| Forged)?.kid;
        let key = self.keys().find(|key| Some(&key.id) == kid.as_ref()).ok_or(Forged)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(required);
        // By the ledger or whoever reads it, with the injected clock instead.
        validation.validate_exp = false;
        let key = DecodingKey::from_secret(key.signing.expose_secret().as_bytes());
        Ok(decode::<T>(token, &key, &validation).map_err(|_| Forged)?.claims)
    }

    /// `value` sealed for a cookie of this name: it opens under no other name.
    pub fn seal_cookie(&self, name: &str, value: &SecretString) -> Option<String> {
        let mut jar = CookieJar::new();
        let cookie = Cookie::new(name.to_owned(), value.expose_secret().to_owned());
        jar.private_mut(&self.current.sealing_key()?).add(cookie);
        jar.get(name).map(|sealed| sealed.value().to_owned())
    }

    /// What was sealed for a cookie of this name.
    pub fn open_cookie(&self, name: &str, sealed: &str) -> Option<SecretString> {
        if sealed.len() > LONGEST_COOKIE {
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
