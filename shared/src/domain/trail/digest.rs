//! Digests: signed statements of how far each trail had grown, each of which names the one before it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::canonical::canonical;
use super::{Hash, TrailHead, TrailId};

/// The name and version of a digest's format. It is signed too, so that no other signed statement is valid as a digest.
pub const DIGEST_FORMAT: &str = "regrant-trail-digest/1";

/// A statement of how far trails had grown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// [`DIGEST_FORMAT`].
    pub format: String,
    /// Its number, from 1.
    pub number: u64,
    /// When it was made, in UTC.
    pub made_at: Timestamp,
    /// The hash of the digest before it; zeros for the first.
    pub previous: Hash,
    /// The public key that verifies it (Ed25519), in base64url without padding.
    pub key: String,
    /// The heads of the trails that grew since the previous digest, by time of their last event.
    pub heads: Vec<SignedHead>,
}

/// The head of a trail in a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// Which trail.
    pub trail: TrailId,
    /// Its last event's number.
    pub number: u64,
    /// Its last event's hash.
    pub hash: Hash,
    /// When it last grew, in UTC.
    pub at: Timestamp,
}

impl From<&TrailHead> for SignedHead {
    fn from(head: &TrailHead) -> Self {
        let trail = TrailId::of(&head.org, &head.app);
        Self { trail, number: head.number, hash: head.hash.clone(), at: head.at }
    }
}

/// A digest with its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedDigest {
    /// The digest.
    pub digest: Digest,
    /// The signature over its canonical JSON (Ed25519, RFC 8032), in base64url without padding.
    pub signature: String,
}

impl Digest {
    /// The bytes that are signed and hashed: its canonical JSON. Empty if it cannot be written, which no signature fits.
    pub fn canonical_bytes(&self) -> Vec<u8> {
        canonical(self).unwrap_or_default().into_bytes()
    }

    /// Its hash, which the next digest names.
    pub fn hash(&self) -> Hash {
        Hash::of(self.canonical_bytes())
    }
}
