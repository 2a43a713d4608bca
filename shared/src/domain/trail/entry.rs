//! An event in its app's chain.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::canonical::canonical;
use crate::domain::event::AppEvent;
use crate::domain::id::{AppId, OrgId};

/// A SHA-256, in lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(String);

/// The text is not a SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 has 64 lower-case hexadecimal digits; check where this value was copied from")]
pub struct NotAHash;

impl TryFrom<String> for Hash {
    type Error = NotAHash;
    fn try_from(text: String) -> Result<Self, NotAHash> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_digit) { Ok(Self(text)) } else { Err(NotAHash) }
    }
}

impl std::str::FromStr for Hash {
    type Err = NotAHash;
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        Self::try_from(text.to_owned())
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.get(..12).unwrap_or(&self.0))
    }
}

impl Hash {
    /// The hash of some bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        use fmt::Write as _;
        let mut digits = String::with_capacity(64);
        for byte in Sha256::digest(bytes) {
            // Writing to a `String` cannot fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Self(digits)
    }

    /// What the first event and the first digest name as their predecessor: zeros.
    pub fn none() -> Self {
        Self("0".repeat(64))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of an app's trail in digests: a hash of org and app, so that a digest, which is one for the whole
/// installation, names no other customer's apps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TrailId(Hash);

impl TrailId {
    /// The trail of an app.
    pub fn of(org: &OrgId, app: &AppId) -> Self {
        Self(self::Hash::of(format!("{org}/{app}")))
    }
}

impl fmt::Display for TrailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The last event of an app's trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailHead {
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// The last event's number; 0 without events.
    pub number: u64,
    /// The last event's hash.
    pub hash: Hash,
    /// When the trail last grew, in UTC. Never earlier than before, even if a clock goes back.
    pub at: Timestamp,
}

impl TrailHead {
    /// A trail without events.
    pub fn empty(org: &OrgId, app: &AppId) -> Self {
        Self { org: org.clone(), app: app.clone(), number: 0, hash: Hash::none(), at: Timestamp::MIN }
    }

    /// The next entry and the head after it; `None` if the event cannot be written as JSON.
    pub fn append(&self, event: &AppEvent) -> Option<(TrailEntry, Self)> {
        let entry = TrailEntry::new(self, serde_json::to_value(event).ok()?)?;
        let (number, hash) = (entry.number, entry.hash.clone());
        Some((entry, Self { number, hash, at: self.at.max(event.at), ..self.clone() }))
    }
}

/// An event in its app's chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEntry {
    /// The app's org.
    pub org: OrgId,
    /// The app.
    pub app: AppId,
    /// Its number in the app's trail, from 1.
    pub number: u64,
    /// The hash of the event before it; zeros for the first.
    pub previous: Hash,
    /// The event, as it was written. Kept as JSON, so that a later version verifies an event that it does not know.
    pub event: Value,
    /// Its own hash.
    pub hash: Hash,
}

/// What the hash of an entry covers.
#[derive(Serialize)]
struct Hashed<'a> {
    org: &'a OrgId,
    app: &'a AppId,
    number: u64,
    previous: &'a Hash,
    event: &'a Value,
}

impl TrailEntry {
    fn new(head: &TrailHead, event: Value) -> Option<Self> {
        let number = head.number.checked_add(1)?;
        let (org, app, previous) = (head.org.clone(), head.app.clone(), head.hash.clone());
        let hash = hash_of(&Hashed { org: &org, app: &app, number, previous: &previous, event: &event })?;
        Some(Self { org, app, number, previous, event, hash })
    }

    /// Whether its hash is that of its content.
    pub fn is_intact(&self) -> bool {
        let Self { org, app, number, previous, event, hash } = self;
        hash_of(&Hashed { org, app, number: *number, previous, event }).as_ref() == Some(hash)
    }

    /// The event; `None` if a newer version wrote it.
    pub fn app_event(&self) -> Option<AppEvent> {
        AppEvent::deserialize(&self.event).ok()
    }
}

fn hash_of(hashed: &Hashed<'_>) -> Option<Hash> {
    canonical(hashed).map(Hash::of)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hash_covers_place_and_content() {
        let head = TrailHead::empty(&"00o1".parse().unwrap(), &"0oa1".parse().unwrap());
        let entry = TrailEntry::new(&head, json!({"event": "found", "standing": "broken"})).unwrap();
        let text = format!(
            r#"{{"app":"0oa1","event":{{"event":"found","standing":"broken"}},"number":1,"org":"00o1","previous":"{}"}}"#,
            "0".repeat(64)
        );
        assert_eq!(entry.hash, Hash::of(text), "as the documentation tells auditors to compute it");
        assert!(entry.is_intact());
        for changed in [
            TrailEntry { app: "0oa2".parse().unwrap(), ..entry.clone() },
            TrailEntry { org: "00o2".parse().unwrap(), ..entry.clone() },
            TrailEntry { number: 2, ..entry.clone() },
            TrailEntry { previous: Hash::of("x"), ..entry.clone() },
            TrailEntry { event: json!({"event": "found"}), ..entry.clone() },
            TrailEntry { hash: Hash::of("x"), ..entry.clone() },
        ] {
            assert!(!changed.is_intact(), "{changed:?}");
        }
    }
}
