//! Digests, exports and their verification.

use std::time::Duration;

use regrant::domain::event::{AppEvent, EventKind};
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::standing::Standing;
use regrant::domain::trail::Hash;
use regrant::domain::trail::verify::FindingKind;
use regrant::usecases::report::trail::{
    Trust, Verification, export, public_key, sign_digest, sign_digest_if_due, verify, verify_export,
};
use regrant_tests::bench::Bench;
use serde_json::{Value, json};

use super::{SMALL, bench};

async fn exported(bench: &Bench, orgs: &[OrgId]) -> Vec<String> {
    let mut out = Vec::new();
    export(&bench.ports, orgs, &mut out).await.unwrap();
    String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
}

async fn trust(bench: &Bench) -> Trust {
    Trust { keys: [public_key(&bench.ports).await.unwrap()].into(), ..Trust::default() }
}

fn verified(lines: &[String], trust: &Trust) -> Verification {
    verify_export(lines.join("\n").as_bytes(), trust).unwrap()
}

fn kinds(verification: &Verification) -> Vec<FindingKind> {
    verification.verified.findings.iter().map(|finding| finding.kind.clone()).collect()
}

/// The place of the first event with this number.
fn place(lines: &[String], number: u64) -> usize {
    let number = format!("\"number\":{number},\"previous\"");
    lines.iter().position(|line| line.starts_with("{\"org\"") && line.contains(&number)).unwrap()
}

#[tokio::test]
async fn untouched_trails_are_intact() {
    let bench = bench(SMALL).await;
    let signed = sign_digest(&bench.ports).await.unwrap();
    assert_eq!(signed[0].digest.heads.len(), 120);
    let trust = trust(&bench).await;
    let own = verify(&bench.ports, &trust).await.unwrap();
    assert_eq!((own.verified.trails, own.verified.events, own.verified.unsigned_events), (120, 360, 0));
    assert_eq!((own.verified.findings.len(), own.untrusted_keys.len()), (0, 0));
    assert_eq!(verified(&exported(&bench, &[]).await, &trust), own, "an export shows the same");
    let org: OrgId = "00o00003".parse().unwrap();
    let part = verified(&exported(&bench, &[org]).await, &trust);
    assert_eq!((part.verified.trails, part.verified.findings.len()), (3, 0), "digests name other trails too");
}

#[tokio::test]
async fn export_is_not_trusted_without_its_key() {
    let bench = bench(SMALL).await;
    sign_digest(&bench.ports).await.unwrap();
    let lines = exported(&bench, &[]).await;
    let nothing_trusted = verified(&lines, &Trust::default());
    let key = public_key(&bench.ports).await.unwrap().to_string();
    assert_eq!(nothing_trusted.untrusted_keys.into_iter().collect::<Vec<_>>(), std::slice::from_ref(&key));
    // An attacker who signs again with another key is not trusted either, and one who keeps the key cannot sign.
    let forged = lines[0].replace(&key, &format!("{}A", &key[..42]));
    let lines = [&[forged], &lines[1..]].concat();
    assert!(kinds(&verified(&lines, &trust(&bench).await)).contains(&FindingKind::ExportForged));
}

type Change = Box<dyn Fn(&mut Vec<String>)>;
type Names = Box<dyn Fn(&FindingKind) -> bool>;

#[tokio::test]
async fn every_single_change_of_an_export_is_named() {
    let bench = bench(SMALL).await;
    sign_digest(&bench.ports).await.unwrap();
    let (trust, lines) = (trust(&bench).await, exported(&bench, &[]).await);
    let (first, middle, last) = (place(&lines, 1), place(&lines, 2), place(&lines, 3));
    let app = |line: &str| serde_json::from_str::<Value>(line).unwrap()["app"].as_str().unwrap().to_owned();
    let cases: [(&str, Change, Names); 7] = [
        (
            "an event is changed",
            Box::new(move |lines| lines[middle] = lines[middle].replace("needs-consent", "consented")),
            Box::new(|kind| *kind == FindingKind::Changed { number: 2 }),
        ),
        (
            "an event is changed and hashed again",
            Box::new(move |lines| lines[middle] = rehashed(&lines[middle])),
            Box::new(|kind| *kind == FindingKind::Replaced { number: 3 }),
        ),
        (
            "the last event is changed and hashed again",
            Box::new(move |lines| lines[last] = rehashed(&lines[last])),
            Box::new(|kind| matches!(kind, FindingKind::Rewritten { number: 3, .. })),
        ),
        (
            "an event is removed",
            Box::new(move |lines| drop(lines.remove(middle))),
            Box::new(|kind| *kind == FindingKind::Removed { first: 2, last: 2 }),
        ),
        (
            "the last event is cut off",
            Box::new(move |lines| drop(lines.remove(last))),
            Box::new(|kind| matches!(kind, FindingKind::CutOff { first: 3, last: 3, .. })),
        ),
        (
            "two events are exchanged",
            Box::new(move |lines| lines.swap(first, middle)),
            Box::new(|kind| *kind == FindingKind::OutOfOrder { number: 1 }),
        ),
        (
            "an event is there twice",
            Box::new(move |lines| lines.insert(middle, lines[middle].clone())),
            Box::new(|kind| *kind == FindingKind::OutOfOrder { number: 2 }),
        ),
    ];
    for (what, change, is_named) in cases {
        let mut changed = lines.clone();
        change(&mut changed);
        let findings = verified(&changed, &trust).verified.findings;
        let found = findings.iter().find(|finding| is_named(&finding.kind));
        let named = found.and_then(|finding| finding.app.as_ref()).map(AppId::to_string);
        assert_eq!(named, Some(app(&lines[middle])), "{what}: {findings:?}");
    }
}

/// The line with a different event and the hash that fits it.
fn rehashed(line: &str) -> String {
    let mut entry: Value = serde_json::from_str(line).unwrap();
    entry["event"]["reasons"] = json!(["Something else."]);
    let mut hashed = entry.clone();
    hashed.as_object_mut().unwrap().remove("hash");
    let canonical = regrant::domain::trail::canonical::canonical(&hashed).unwrap();
    entry["hash"] = json!(Hash::of(canonical));
    entry.to_string()
}

#[tokio::test]
async fn removed_trails_and_digests_are_named() {
    let bench = bench(SMALL).await;
    sign_digest(&bench.ports).await.unwrap();
    bench.clock.advance(Duration::from_hours(24));
    sign_digest(&bench.ports).await.unwrap();
    let (trust, lines) = (trust(&bench).await, exported(&bench, &[]).await);
    let without = |gone: &dyn Fn(&str) -> bool| lines.iter().filter(|line| !gone(line)).cloned().collect::<Vec<_>>();
    let no_trail = without(&|line| line.contains("0oa00003001"));
    assert!(matches!(kinds(&verified(&no_trail, &trust))[..], [FindingKind::TrailMissing { number: 3, .. }]));
    let no_digest = without(&|line| line.starts_with("{\"digest\"") && line.contains("\"number\":1,\"made_at\""));
    assert_eq!(kinds(&verified(&no_digest, &trust)), [FindingKind::DigestMissing { number: 2 }]);
    let damaged = without(&|line| line.starts_with("{\"export\""));
    assert!(kinds(&verified(&damaged, &trust)).contains(&FindingKind::ExportForged));
    assert_eq!(kinds(&verified(&[], &trust)), [FindingKind::ExportForged], "an empty file is not an export");
    let noise = [lines.clone(), vec!["{}".to_owned()]].concat();
    assert_eq!(kinds(&verified(&noise, &trust)), [FindingKind::UnreadableLine { line: noise.len() as u64 }]);
}

#[tokio::test]
async fn checkpoint_finds_a_rewritten_installation() {
    let bench = bench(SMALL).await;
    let signed = sign_digest(&bench.ports).await.unwrap();
    let noted = (1, signed[0].digest.hash());
    let trust = |checkpoint: (u64, Hash)| {
        let checkpoints = vec![checkpoint];
        async { Trust { checkpoints, ..trust(&bench).await } }
    };
    let own = verify(&bench.ports, &trust(noted.clone()).await).await.unwrap();
    assert_eq!(kinds(&own), []);
    for other in [(1, Hash::of("other")), (2, noted.1)] {
        let found = verify(&bench.ports, &trust(other.clone()).await).await.unwrap();
        assert_eq!(kinds(&found), [FindingKind::CheckpointDiffers { number: other.0 }]);
    }
}

#[tokio::test]
async fn digest_is_signed_once_a_day_and_names_what_grew() {
    let bench = bench(SMALL).await;
    let number = |signed: Vec<regrant::domain::trail::SignedDigest>| {
        signed.iter().map(|signed| (signed.digest.number, signed.digest.heads.len())).collect::<Vec<_>>()
    };
    assert_eq!(number(sign_digest_if_due(&bench.ports).await.unwrap()), [(1, 120)]);
    assert_eq!(number(sign_digest_if_due(&bench.ports).await.unwrap()), []);
    bench.clock.advance(Duration::from_hours(24));
    let (org, app): (OrgId, AppId) = ("00o00001".parse().unwrap(), "0oa00001000".parse().unwrap());
    let event = AppEvent::automatic(bench.ports.clock.now(), EventKind::Found { standing: Standing::Broken });
    bench.ports.ledger.append_event(&org, &app, &event).await.unwrap();
    let unsigned = verify(&bench.ports, &trust(&bench).await).await.unwrap().verified;
    assert_eq!((unsigned.unsigned_events, unsigned.findings.len()), (1, 0));
    bench.clock.advance(Duration::from_hours(2));
    assert_eq!(number(sign_digest_if_due(&bench.ports).await.unwrap()), [(2, 1)]);
    bench.clock.advance(Duration::from_hours(24));
    assert_eq!(number(sign_digest_if_due(&bench.ports).await.unwrap()), [(3, 0)], "a digest without heads shows life");
    let own = verify(&bench.ports, &trust(&bench).await).await.unwrap().verified;
    assert_eq!((own.digests, own.unsigned_events, own.findings.len()), (3, 0, 0));
}
