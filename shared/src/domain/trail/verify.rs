//! Verification of trails: names every event that was changed, removed, reordered, added or cut off.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{Digest, Hash, SignedHead, TrailEntry, TrailId};
use crate::domain::id::{AppId, OrgId};

/// A signed statement that names the head of a trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// The digest with this number.
    Digest(u64),
    /// The signed first line of an export.
    Export,
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(number) => write!(f, "digest {number}"),
            Self::Export => f.write_str("the export's first line"),
        }
    }
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The trail's org, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OrgId>,
    /// The trail's app, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// What does not fit.
    #[serde(flatten)]
    pub kind: FindingKind,
}

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "finding", rename_all = "kebab-case")]
pub enum FindingKind {
    /// An event is not what it was when it was written.
    Changed {
        /// Its number.
        number: u64,
    },
    /// An event does not follow the one before it: one of the two was replaced.
    Replaced {
        /// The number of the later one.
        number: u64,
    },
    /// Events are missing.
    Removed {
        /// The first missing number.
        first: u64,
        /// The last missing number.
        last: u64,
    },
    /// An event is in the wrong place, or there twice.
    OutOfOrder {
        /// Its number.
        number: u64,
    },
    /// A signed statement names later events than there are.
    CutOff {
        /// The first missing number.
        first: u64,
        /// The last missing number.
        last: u64,
        /// What names it.
        anchor: Anchor,
    },
    /// A trail differs from the one that was signed: events up to this one were rewritten.
    Rewritten {
        /// The number of the event that was signed.
        number: u64,
        /// What names it.
        anchor: Anchor,
    },
    /// A trail that a signed statement names is missing as a whole.
    TrailMissing {
        /// The trail.
        trail: TrailId,
        /// Its last event's number.
        number: u64,
        /// What names it.
        anchor: Anchor,
    },
    /// A digest is missing, or the chain of digests is broken at this one.
    DigestMissing {
        /// The number of the digest that does not follow the one before it.
        number: u64,
    },
    /// A digest's signature is wrong.
    DigestForged {
        /// Its number.
        number: u64,
    },
    /// The signature of an export's first line is wrong, or the line is missing.
    ExportForged,
    /// A line is not what an export contains.
    UnreadableLine {
        /// Its number, from 1.
        line: u64,
    },
    /// The checkpoint does not match the digest with its number.
    CheckpointDiffers {
        /// The digest's number.
        number: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (org, app) = (self.org.as_ref(), self.app.as_ref());
        if let (Some(org), Some(app)) = (org, app) {
            write!(f, "app {app} of org {org}: ")?;
        }
        let events = |first: &u64, last: &u64| {
            if first == last { format!("event {first} is") } else { format!("events {first} to {last} are") }
        };
        match &self.kind {
            FindingKind::Changed { number } => write!(f, "event {number} was changed after it was written"),
            FindingKind::Replaced { number } => {
                write!(
                    f,
                    "event {number} does not follow event {}: one of the two was replaced",
                    number.saturating_sub(1)
                )
            }
            FindingKind::Removed { first, last } => write!(f, "{} missing", events(first, last)),
            FindingKind::OutOfOrder { number } => write!(f, "event {number} is out of order, or there twice"),
            FindingKind::CutOff { first, last, anchor } => {
                write!(f, "{} missing at the end; {anchor} names the last of them", events(first, last))
            }
            FindingKind::Rewritten { number, anchor } => {
                write!(f, "event {number} is not the one that {anchor} names; it or an earlier event was rewritten")
            }
            FindingKind::TrailMissing { trail, number, anchor } => {
                write!(f, "the whole trail {trail} with {number} events is missing; {anchor} names it")
            }
            FindingKind::DigestMissing { number } => {
                write!(f, "digest {number} does not follow the digest before it: one was removed or replaced")
            }
            FindingKind::DigestForged { number } => write!(f, "the signature of digest {number} is wrong"),
            FindingKind::ExportForged => f.write_str("the signature of the export's first line is wrong or missing"),
            FindingKind::UnreadableLine { line } => write!(f, "line {line} is not a line of an export"),
            FindingKind::CheckpointDiffers { number } => {
                write!(f, "digest {number} is missing, or not the one that the checkpoint names")
            }
        }
    }
}

/// The hashes of one trail's events that were signed, by number, and what signs them.
type SignedHashes = BTreeMap<u64, (Anchor, Hash)>;

/// How far a trail was followed.
#[derive(Debug)]
struct Followed {
    org: OrgId,
    app: AppId,
    number: u64,
    hash: Hash,
    /// The hashes that signed heads need, by number.
    signed: SignedHashes,
}

/// Follows trails, one entry at a time. Give it every digest first, then the entries of each trail in the order of writing.
#[derive(Debug, Default)]
pub struct Verifier {
    digests: BTreeMap<u64, Hash>,
    last_digest: Option<(u64, Hash)>,
    /// The signed heads of each trail.
    heads: BTreeMap<TrailId, SignedHashes>,
    trails: BTreeMap<TrailId, Followed>,
    entries: u64,
    findings: Vec<Finding>,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many trails there were.
    pub trails: u64,
    /// How many events.
    pub events: u64,
    /// How many of them follow the last digest that names their trail: only the chain protects them, and cutting them off
    /// would not show.
    pub unsigned_events: u64,
    /// How many digests there were.
    pub digests: u64,
    /// The number and hash of the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_digest: Option<(u64, Hash)>,
    /// What does not fit.
    pub findings: Vec<Finding>,
}

impl Verifier {
    /// Follows a digest whose signature was verified. Digests come in the order of their numbers.
    pub fn digest(&mut self, digest: &Digest) {
        let (number, hash) = self.last_digest.clone().unwrap_or_else(|| (0, Hash::none()));
        if digest.number != number.saturating_add(1) || digest.previous != hash {
            self.find(FindingKind::DigestMissing { number: digest.number });
        }
        let hash = digest.hash();
        self.digests.insert(digest.number, hash.clone());
        self.last_digest = Some((digest.number, hash));
        self.heads(Anchor::Digest(digest.number), &digest.heads);
    }

    /// Remembers the heads of trails that a signed statement names.
    pub fn heads(&mut self, anchor: Anchor, heads: &[SignedHead]) {
        for SignedHead { trail, number, hash, .. } in heads {
            let known = self.heads.entry(trail.clone()).or_default().entry(*number);
            // Two statements about one event must agree; the one that the event does not fit is the one to report.
            let known = known.or_insert_with(|| (anchor, hash.clone()));
            if known.1 != *hash {
                self.findings.push(Finding {
                    org: None,
                    app: None,
                    kind: FindingKind::Rewritten { number: *number, anchor },
                });
            }
        }
    }

    /// Compares a checkpoint that was kept elsewhere with the digest of its number. Give it
    /// every digest first.
    pub fn checkpoint(&mut self, number: u64, hash: &Hash) {
        if self.digests.get(&number) != Some(hash) {
            self.find(FindingKind::CheckpointDiffers { number });
        }
    }

    /// Whether nothing has been followed or found.
    pub fn is_empty(&self) -> bool {
        self.entries == 0 && self.digests.is_empty() && self.findings.is_empty()
    }

    /// Reports something that was found elsewhere, such as a wrong signature.
    pub fn find(&mut self, kind: FindingKind) {
        self.findings.push(Finding { org: None, app: None, kind });
    }

    /// Follows an entry.
    pub fn entry(&mut self, entry: &TrailEntry) {
        self.entries += 1;
        let id = TrailId::of(&entry.org, &entry.app);
        let heads = self.heads.get(&id);
        let followed = self.trails.entry(id).or_insert_with(|| Followed {
            org: entry.org.clone(),
            app: entry.app.clone(),
            number: 0,
            hash: Hash::none(),
            signed: heads.cloned().unwrap_or_default(),
        });
        let number = entry.number;
        let expected = followed.number.saturating_add(1);
        let mut kinds = Vec::new();
        if !entry.is_intact() {
            kinds.push(FindingKind::Changed { number });
        }
        if number < expected {
            kinds.push(FindingKind::OutOfOrder { number });
        } else {
            if number > expected {
                kinds.push(FindingKind::Removed { first: expected, last: number - 1 });
            } else if entry.previous != followed.hash {
                kinds.push(FindingKind::Replaced { number });
            }
            (followed.number, followed.hash) = (number, entry.hash.clone());
        }
        if let Some((anchor, hash)) = followed.signed.remove(&number)
            && hash != entry.hash
        {
            kinds.push(FindingKind::Rewritten { number, anchor });
        }
        let (org, app) = (Some(&entry.org), Some(&entry.app));
        self.findings.extend(kinds.into_iter().map(|kind| Finding { org: org.cloned(), app: app.cloned(), kind }));
    }

    /// The result. `names` finds org and app of a trail of which nothing is left. `is_whole` says whether every trail that a
    /// digest names has to be there; an export of some orgs lacks the others.
    pub fn finish(mut self, is_whole: bool, names: &BTreeMap<TrailId, (OrgId, AppId)>) -> Verified {
        let mut unsigned_events = 0;
        for (id, followed) in &self.trails {
            let last_signed =
                self.heads.get(id).and_then(|heads| heads.keys().next_back().copied()).unwrap_or_default();
            unsigned_events += followed.number.saturating_sub(last_signed);
            let missing = followed.signed.range(followed.number.saturating_add(1)..).next_back();
            self.findings.extend(missing.map(|(number, (anchor, _))| {
                let (first, last, anchor) = (followed.number.saturating_add(1), *number, *anchor);
                let (org, app) = (Some(followed.org.clone()), Some(followed.app.clone()));
                Finding { org, app, kind: FindingKind::CutOff { first, last, anchor } }
            }));
        }
        let is_there = |id: &TrailId| self.trails.contains_key(id);
        let in_export = |heads: &SignedHashes| heads.values().any(|(anchor, _)| *anchor == Anchor::Export);
        for (id, heads) in self.heads.iter().filter(|(id, heads)| (is_whole || in_export(heads)) && !is_there(id)) {
            let Some((number, (anchor, _))) = heads.last_key_value() else { continue };
            let kind = FindingKind::TrailMissing { trail: id.clone(), number: *number, anchor: *anchor };
            let owner = names.get(id);
            let (org, app) = (owner.map(|(org, _)| org.clone()), owner.map(|(_, app)| app.clone()));
            self.findings.push(Finding { org, app, kind });
        }
        Verified {
            trails: u64::try_from(self.trails.len()).unwrap_or(u64::MAX),
            events: self.entries,
            unsigned_events,
            digests: u64::try_from(self.digests.len()).unwrap_or(u64::MAX),
            last_digest: self.last_digest,
            findings: self.findings,
        }
    }
}
