//! An operator's session in the console: sealed in the browser's cookie, so that nothing is stored.
//!
//! The cookie says who signed in. The ledger's access rules say what that person may do, and are read with every request: a
//! session ends at once when its last role is revoked.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::access_policy::{Access, AccessRules, Identity};
use crate::domain::actor::{Actor, Interface};
use crate::domain::id::Sha256Digest;
use crate::domain::text::UntrustedText;
use crate::randomness::secret;
use crate::usecases::Ports;
use crate::usecases::access::keys::{KeysError, keys, open_with_keys};
use crate::vault::{exposed, seal, unseal};

/// The longest duration of a session.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(8);
/// The name of the cookie. The prefix makes browsers require `Secure`, the path `/` and no `Domain` (RFC 6265bis section
/// 4.1.3.2).
pub const COOKIE: &str = "__Host-regrant-console";

/// Who signed in to the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "kebab-case")]
pub enum SignedIn {
    /// The person who runs `regrant serve` on this machine, by a one-time URL.
    ThisMachine {
        /// That person.
        actor: Actor,
    },
    /// An operator whom the identity provider identified.
    Operator {
        /// The identity, with the claims that a rule named at the sign-in.
        identity: Identity,
    },
}

/// A session of the console.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OperatorSession {
    /// Who.
    pub signed_in: SignedIn,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The secret of its forms.
    #[serde(serialize_with = "exposed")]
    form_secret: SecretString,
}

impl OperatorSession {
    /// A new session. Its identity keeps only the claims that a rule names: a browser stores 4,096 bytes of a cookie.
    pub fn new(ports: &Ports, signed_in: SignedIn, rules: &AccessRules) -> Self {
        let signed_in = match signed_in {
            SignedIn::Operator { mut identity } => {
                identity.claims.retain(|name, values| {
                    values.retain(|value| {
                        rules.rules.iter().any(|rule| rule.claim.claim == *name && rule.claim.value == *value)
                    });
                    !values.is_empty()
                });
                SignedIn::Operator { identity }
            }
            local @ SignedIn::ThisMachine { .. } => local,
        };
        let now = ports.clock.now();
        let ends_at = now.saturating_add(LIFETIME).unwrap_or(now);
        Self { signed_in, ends_at, form_secret: secret(&*ports.randomness) }
    }

    /// What the operator may do now.
    pub fn access(&self, rules: &AccessRules) -> Access {
        match &self.signed_in {
            SignedIn::ThisMachine { .. } => Access::everything(),
            SignedIn::Operator { identity } => rules.access_of(identity),
        }
    }

    /// The operator as the actor of events.
    pub fn actor(&self) -> Actor {
        match &self.signed_in {
            SignedIn::ThisMachine { actor } => actor.clone(),
            SignedIn::Operator { identity } => Actor::Operator {
                issuer: UntrustedText::new(&identity.issuer),
                subject: UntrustedText::new(&identity.subject),
                name: identity.name.as_ref().map(UntrustedText::new),
                via: Interface::Console,
            },
        }
    }

    /// The token in each form, which prevents cross-site request forgery.
    pub fn form_token(&self) -> String {
        Sha256Digest::of(&format!("console form {}", self.form_secret.expose_secret())).as_str().to_owned()
    }

    /// Whether `token` is this session's form token.
    pub fn is_form_token(&self, token: &str) -> bool {
        Sha256Digest::of(&format!("console form {}", self.form_secret.expose_secret())).matches_digits(token)
    }
}

/// The value of a session's cookie. `None` if the key that seals it is damaged.
pub async fn seal_session(ports: &Ports, session: &OperatorSession) -> Result<Option<String>, KeysError> {
    Ok(keys(ports).await?.seal_cookie(COOKIE, &seal(session)))
}

/// The session in a cookie. `None` if this installation did not seal it, or if it has ended.
pub async fn open_session(ports: &Ports, sealed: &str) -> Result<Option<OperatorSession>, KeysError> {
    let opened = open_with_keys(ports, |keys| keys.open_cookie(COOKIE, sealed).ok_or(())).await?.ok();
    let session = opened.and_then(|opened| unseal::<OperatorSession>("console cookie", &opened).ok());
    Ok(session.filter(|session| ports.clock.now() < session.ends_at))
}
