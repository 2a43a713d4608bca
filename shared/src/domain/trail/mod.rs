//! The audit trail: each app's events as a hash chain, and signed digests that name the head of each chain.
//!
//! Every event has a number in its app's trail, the hash of the event before it, and its own hash: the SHA-256 of the
//! canonical JSON ([`canonical`]) of org, app, number, previous hash and event. A change of one event therefore breaks the
//! chain at that event or at the next one. A chain alone does not show that its end was cut off, or that it was rewritten
//! from some event on. A [`Digest`] shows both: it is signed, names the heads of the trails that grew since the previous
//! digest, and names that digest.

pub mod canonical;
mod digest;
mod entry;
pub mod verify;

pub use digest::{DIGEST_FORMAT, Digest, SignedDigest, SignedHead};
pub use entry::{Hash, NotAHash, TrailEntry, TrailHead, TrailId};
