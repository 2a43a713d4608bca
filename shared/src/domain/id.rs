//! Identifiers from other systems, checked so that they are safe in a path, a storage key or a file name.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::checked_text::checked_text;

/// A string is not a valid identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be 1 to 64 letters, digits, `-` or `_`; check where this value was copied from")]
pub struct InvalidId {
    what: &'static str,
}

fn id(text: &str, what: &'static str) -> Result<Arc<str>, InvalidId> {
    let fits = (1..=64).contains(&text.len());
    let is_id = fits && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if is_id { Ok(text.into()) } else { Err(InvalidId { what }) }
}

checked_text! {
    id => InvalidId;
    /// An Okta org, keyed by the `id` in its `/.well-known/okta-organization` (`00o…`).
    OrgId: "an Okta org id";
    /// An app integration in an org (`0oa…`), as in `/api/v1/apps/{appId}`.
    AppId: "an Okta app id";
    /// A scan.
    ScanId: "a scan id";
    /// An invitation.
    InvitationId: "an invitation id";
    /// An authorization session.
    SessionId: "a session id";
    /// A save.
    SaveId: "a save id";
    /// A request: the reference that emails, pages and `regrant status` show for one matter (`RG-…`).
    RequestId: "a request id";
    /// A notification: one message to one recipient.
    NotificationId: "a notification id";
    /// An event of Okta's System Log, keyed by its `uuid`. Okta may return an event twice; its id stays the same.
    LogEventId: "a System Log event id";
}

macro_rules! from_digits {
    ($($name:ident),+) => {
        $(impl $name {
            /// Builds the id from hexadecimal digits, which are always valid.
            pub(crate) fn from_digits(digits: String) -> Self {
                Self(digits.into())
            }
        })+
    };
}

from_digits!(ScanId, InvitationId, SessionId, SaveId, NotificationId);

impl RequestId {
    /// The id under which standing changes of an app are filed if no request was ever opened for it.
    pub(crate) fn of_changes(app: &AppId) -> Self {
        // An app id has 20 characters. A longer one is truncated and still belongs to one app.
        Self(format!("changes-{}", app.as_str().get(..56).unwrap_or(app.as_str())).into())
    }

    /// The id of a person's digests, by the digest of their address. It is the same every week, so that muting it lasts.
    pub(crate) fn of_digests(address: &Sha256Digest) -> Self {
        const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        // Two hexadecimal digits each; 32 of their 256 values suffice for a symbol.
        let pairs = address.as_str().as_bytes().chunks_exact(2).take(10);
        let byte = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let symbols = pairs.map(|pair| char::from(SYMBOLS[usize::from(byte(pair).unwrap_or_default() % 32)]));
        Self::from_symbols(&symbols.collect::<String>())
    }

    /// Builds the id from ten unambiguous letters and digits, shown in two groups of five.
    pub(crate) fn from_symbols(symbols: &str) -> Self {
        let (one, two) = symbols.split_at_checked(5).unwrap_or((symbols, ""));
        Self(format!("RG-{one}-{two}").into())
    }
}

/// The SHA-256 of a secret, in lower-case hexadecimal digits. It identifies what the secret belongs to without storing it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256Digest(Box<str>);

impl Sha256Digest {
    /// Hashes `secret`.
    pub fn of(secret: &str) -> Self {
        use sha2::{Digest as _, Sha256};
        use std::fmt::Write as _;
        let mut digits = String::with_capacity(64);
        for byte in Sha256::digest(secret.as_bytes()) {
            // Writing to a `String` cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Self(digits.into())
    }

    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `digits` equal this digest, compared in constant time.
    pub fn matches_digits(&self, digits: &str) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0.as_bytes().ct_eq(digits.as_bytes()).into()
    }

    /// Whether `secret` has this digest, compared in constant time.
    pub fn matches(&self, secret: &str) -> bool {
        self.matches_digits(Self::of(secret).as_str())
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get(..8).unwrap_or(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_matches_only_its_secret() {
        let digest = Sha256Digest::of("abc");
        assert_eq!(digest.as_str(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(digest.matches("abc") && !digest.matches("abd") && !digest.matches(""));
    }

    #[test]
    fn ids_that_could_escape_a_path_are_refused() {
        for bad in ["", "../x", "a/b", "a?b", "a b", "0oa%2f", "ä", &"x".repeat(65)] {
            assert!(bad.parse::<AppId>().is_err(), "{bad:?}");
        }
        assert_eq!("0oaws5pwpwkusGK6P1d7".parse::<AppId>().map(String::from).as_deref(), Ok("0oaws5pwpwkusGK6P1d7"));
    }
}
