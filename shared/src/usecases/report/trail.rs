//! The audit trail as evidence: signs digests, exports trails, and verifies both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Write};
use std::time::Duration;

use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::id::{AppId, OrgId};
use crate::domain::trail::verify::{Anchor, FindingKind, Verified, Verifier};
use crate::domain::trail::{
    DIGEST_FORMAT, Digest, Hash, SignedDigest, SignedHead, TrailEntry, TrailHead, TrailId, canonical::canonical,
};
use crate::keyring::{DamagedKey, EvidenceKey, EvidencePublicKey};
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::usecases::Ports;
use crate::usecases::access::keys::{KeysError, create_keys};

/// How often a digest is signed.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How often to check whether one is due, which also bounds the delay after an error.
const CHECK_INTERVAL: Duration = Duration::from_hours(1);
/// How long before the previous digest to look for trails that grew. A clock may have been behind, and an index may have
/// lagged; naming a head twice does no harm.
const OVERLAP: SignedDuration = SignedDuration::from_hours(1);
/// The most heads in one digest, which is stored as one record. Further heads follow in the next digest.
const MAX_HEADS: u32 = 1_000;
/// How many records are read at a time.
const PAGE: u32 = 500;
/// The longest line of an export to read, in bytes. An export's first line names every trail.
const MAX_LINE_BYTES: u64 = 256 * 1024 * 1024;
/// The name and version of the format of an export.
pub const EXPORT_FORMAT: &str = "regrant-trail-export/1";

/// Why evidence could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum TrailError {
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The signing key could not be read or created.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key is damaged.
    #[error(transparent)]
    DamagedKey(#[from] DamagedKey),
    /// The file could not be read or written.
    #[error("the export could not be read or written: {0}")]
    Io(#[from] io::Error),
}

/// The public key that verifies this installation's digests.
pub async fn public_key(ports: &Ports) -> Result<EvidencePublicKey, TrailError> {
    Ok(create_keys(ports).await?.evidence().public()?)
}

/// Signs a digest of the trails that grew since the last one: several if there are many, and an empty one if there are
/// none, so that a missing digest shows. Returns what it signed; nothing if another worker signs at the same time.
pub async fn sign_digest(ports: &Ports) -> Result<Vec<SignedDigest>, TrailError> {
    let keys = create_keys(ports).await?;
    let latest = ports.ledger.latest_digest().await?.map(|signed| signed.digest);
    let since = latest.as_ref().map_or(Timestamp::MIN, |digest| before(digest.made_at, OVERLAP));
    let (mut number, mut previous) = latest.map_or_else(|| (0, Hash::none()), |digest| (digest.number, digest.hash()));
    let mut signed = Vec::new();
    let mut pages = paging::pages(MAX_HEADS, |page| ports.ledger.trail_heads(since, page));
    while let Some(heads) = pages.try_next().await? {
        let heads = heads.iter().map(SignedHead::from).collect();
        let digest = digest(keys.evidence(), number + 1, ports.clock.now(), previous, heads)?;
        if !ports.ledger.put_digest(&digest).await? {
            break;
        }
        (number, previous) = (digest.digest.number, digest.digest.hash());
        signed.push(digest);
    }
    Ok(signed)
}

fn before(time: Timestamp, duration: SignedDuration) -> Timestamp {
    time.saturating_sub(duration).unwrap_or(Timestamp::MIN)
}

fn digest(
    key: &EvidenceKey,
    number: u64,
    made_at: Timestamp,
    previous: Hash,
    heads: Vec<SignedHead>,
) -> Result<SignedDigest, DamagedKey> {
    let format = DIGEST_FORMAT.to_owned();
    let digest = Digest { format, number, made_at, previous, key: key.public()?.to_string(), heads };
    Ok(SignedDigest { signature: key.sign(&digest.canonical_bytes())?, digest })
}

/// Signs a digest if the last one is a day old.
pub async fn sign_digest_if_due(ports: &Ports) -> Result<Vec<SignedDigest>, TrailError> {
    let latest = ports.ledger.latest_digest().await?;
    let is_due = latest.is_none_or(|signed| ports.clock.now().duration_since(signed.digest.made_at) >= EVERY);
    if is_due { sign_digest(ports).await } else { Ok(Vec::new()) }
}

/// Signs a digest once a day. Never returns; logs errors and tries again an hour later.
pub async fn sign_digests_daily(ports: &Ports) {
    loop {
        match sign_digest_if_due(ports).await {
            Ok(signed) => {
                if let Some(last) = signed.last() {
                    tracing::info!(number = last.digest.number, "signed a digest of the audit trail");
                }
            }
            Err(error) => tracing::error!(%error, "could not sign a digest of the audit trail"),
        }
        ports.clock.sleep(CHECK_INTERVAL).await;
    }
}

/// The first line of an export: what it contains. It signs the head of each trail, so that nothing can be cut off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`EXPORT_FORMAT`].
    pub format: String,
    /// When it was made, in UTC.
    pub made_at: Timestamp,
    /// The orgs it is limited to. Empty for all.
    pub orgs: Vec<OrgId>,
    /// The public key that verifies it, in base64url.
    pub key: String,
    /// The head of each trail that it contains.
    pub heads: Vec<SignedHead>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SignedManifest {
    export: Manifest,
    signature: String,
}

impl Manifest {
    fn canonical_bytes(&self) -> Vec<u8> {
        canonical(self).unwrap_or_default().into_bytes()
    }
}

/// A line of an export.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Manifest(SignedManifest),
    Digest(SignedDigest),
    Entry(TrailEntry),
}

/// What an export contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Exported {
    /// Trails.
    pub trails: u64,
    /// Events.
    pub events: u64,
    /// Digests.
    pub digests: u64,
}

/// Writes an export as JSON lines: the signed manifest, every digest, and the trails of `orgs` (all if empty).
pub async fn export(ports: &Ports, orgs: &[OrgId], out: &mut (dyn Write + Send)) -> Result<Exported, TrailError> {
    let keys = create_keys(ports).await?;
    let mut heads = Vec::new();
    let mut listed = paging::items(PAGE, |page| ports.ledger.trail_heads(Timestamp::MIN, page));
    while let Some(head) = listed.try_next().await? {
        if orgs.is_empty() || orgs.contains(&head.org) {
            heads.push(head);
        }
    }
    let manifest = Manifest {
        format: EXPORT_FORMAT.to_owned(),
        made_at: ports.clock.now(),
        orgs: orgs.to_vec(),
        key: keys.evidence().public()?.to_string(),
        heads: heads.iter().map(SignedHead::from).collect(),
    };
    let signature = keys.evidence().sign(&manifest.canonical_bytes())?;
    let mut exported = Exported { trails: count(heads.len()), events: 0, digests: 0 };
    write_line(out, &SignedManifest { export: manifest, signature })?;
    let mut digests = paging::items(PAGE, |page| ports.ledger.digests(page));
    while let Some(digest) = digests.try_next().await? {
        exported.digests += 1;
        write_line(out, &digest)?;
    }
    for TrailHead { org, app, number, .. } in &heads {
        let mut entries = paging::items(PAGE, |page| ports.ledger.trail(org, app, page));
        while let Some(entry) = entries.try_next().await? {
            // Events that were appended meanwhile belong to the next export.
            if entry.number <= *number {
                exported.events += 1;
                write_line(out, &entry)?;
            }
        }
    }
    out.flush()?;
    Ok(exported)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn write_line(out: &mut dyn Write, line: &impl Serialize) -> io::Result<()> {
    crate::usecases::report::lines::write(out, line)
}

/// What to trust, and what to compare with.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Public keys that were obtained from the installation some other way than with the export.
    pub keys: BTreeSet<EvidencePublicKey>,
    /// Numbers and hashes of digests that were kept elsewhere, such as with a report.
    pub checkpoints: Vec<(u64, Hash)>,
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// What was followed, and what does not fit.
    #[serde(flatten)]
    pub verified: Verified,
    /// Keys that signed something and are not among the trusted ones. Their signatures are consistent, but the person
    /// who changed the trail may have made them.
    pub untrusted_keys: BTreeSet<String>,
}

struct Verifying<'a> {
    trust: &'a Trust,
    untrusted_keys: BTreeSet<String>,
    verifier: Verifier,
}

impl<'a> Verifying<'a> {
    fn new(trust: &'a Trust) -> Self {
        Self { trust, untrusted_keys: BTreeSet::new(), verifier: Verifier::default() }
    }

    /// Whether the key signed the message. Remembers a key that is not trusted.
    fn is_signed(&mut self, key: &str, message: &[u8], signature: &str) -> bool {
        let Ok(key) = key.parse::<EvidencePublicKey>() else { return false };
        if !self.trust.keys.contains(&key) {
            self.untrusted_keys.insert(key.to_string());
        }
        key.verifies(message, signature)
    }

    fn digest(&mut self, SignedDigest { digest, signature }: &SignedDigest) {
        let is_digest = digest.format == DIGEST_FORMAT;
        if !is_digest || !self.is_signed(&digest.key, &digest.canonical_bytes(), signature) {
            self.verifier.find(FindingKind::DigestForged { number: digest.number });
        }
        self.verifier.digest(digest);
    }

    fn manifest(&mut self, SignedManifest { export, signature }: &SignedManifest) {
        let is_export = export.format == EXPORT_FORMAT;
        if !is_export || !self.is_signed(&export.key, &export.canonical_bytes(), signature) {
            self.verifier.find(FindingKind::ExportForged);
        }
        self.verifier.heads(Anchor::Export, &export.heads);
    }

    fn finish(mut self, is_whole: bool, names: &BTreeMap<TrailId, (OrgId, AppId)>) -> Verification {
        for (number, hash) in &self.trust.checkpoints {
            self.verifier.checkpoint(*number, hash);
        }
        Verification { verified: self.verifier.finish(is_whole, names), untrusted_keys: self.untrusted_keys }
    }
}

/// Verifies every trail of this installation.
pub async fn verify(ports: &Ports, trust: &Trust) -> Result<Verification, TrailError> {
    let mut verifying = Verifying::new(trust);
    let mut digests = paging::items(PAGE, |page| ports.ledger.digests(page));
    while let Some(digest) = digests.try_next().await? {
        verifying.digest(&digest);
    }
    // A trail whose head was removed is found through its app.
    let mut names = BTreeMap::new();
    let mut heads = paging::items(PAGE, |page| ports.ledger.trail_heads(Timestamp::MIN, page));
    while let Some(TrailHead { org, app, .. }) = heads.try_next().await? {
        names.insert(TrailId::of(&org, &app), (org, app));
    }
    let every = AppFilter::default();
    let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&every, page));
    while let Some(record) = apps.try_next().await? {
        let (org, app) = (record.identity.org, record.identity.app);
        names.insert(TrailId::of(&org, &app), (org, app));
    }
    for (org, app) in names.values() {
        let mut entries = paging::items(PAGE, |page| ports.ledger.trail(org, app, page));
        while let Some(entry) = entries.try_next().await? {
            verifying.verifier.entry(&entry);
        }
    }
    Ok(verifying.finish(true, &names))
}

/// Verifies an export, without access to the installation.
pub fn verify_export(mut lines: impl BufRead, trust: &Trust) -> io::Result<Verification> {
    let mut verifying = Verifying::new(trust);
    let mut is_whole = false;
    let mut text = Vec::new();
    for number in 1_u64.. {
        text.clear();
        if io::Read::take(&mut lines, MAX_LINE_BYTES).read_until(b'\n', &mut text)? == 0 {
            break;
        }
        match (number, serde_json::from_slice(&text)) {
            (1, Ok(Line::Manifest(manifest))) => {
                is_whole = manifest.export.orgs.is_empty();
                verifying.manifest(&manifest);
            }
            (2.., Ok(Line::Digest(digest))) => verifying.digest(&digest),
            (2.., Ok(Line::Entry(entry))) => verifying.verifier.entry(&entry),
            (1, _) => verifying.verifier.find(FindingKind::ExportForged),
            _ => verifying.verifier.find(FindingKind::UnreadableLine { line: number }),
        }
    }
    if text.is_empty() && verifying.verifier.is_empty() {
        verifying.verifier.find(FindingKind::ExportForged);
    }
    Ok(verifying.finish(is_whole, &BTreeMap::new()))
}
