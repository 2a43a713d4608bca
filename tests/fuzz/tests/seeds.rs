//! Runs every fuzz target on its seeds and on changed copies of them. The changes are the same in each run.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use regrant_fuzz::{TARGETS, run};

const CHANGED_COPIES: usize = 40;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds")
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = fs::read_dir(folder().join(target)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// A copy in which some bytes are replaced, removed, repeated, or come from another seed.
fn changed(seed: &[u8], other: &[u8], rng: &mut SmallRng) -> Vec<u8> {
    let mut copy = seed.to_vec();
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..=copy.len());
        let end = rng.random_range(at..=copy.len().min(at + 12));
        let piece = match rng.random_range(0..4) {
            0 => Vec::new(),
            1 => vec![rng.random()],
            2 => copy[at..end].repeat(2),
            _ => {
                let from = rng.random_range(0..=other.len());
                other[from..other.len().min(from + 12)].to_vec()
            }
        };
        copy.splice(at..end, piece);
    }
    copy
}

#[test]
fn targets_withstand_seeds_and_changed_copies() {
    let mut rng = SmallRng::seed_from_u64(21);
    for target in TARGETS {
        let seeds = seeds(target.name);
        assert!(seeds.len() >= 2, "{} has too few seeds", target.name);
        for seed in &seeds {
            run(target.name, seed);
            for _ in 0..CHANGED_COPIES {
                let other = &seeds[rng.random_range(0..seeds.len())];
                run(target.name, &changed(seed, other, &mut rng));
            }
        }
    }
}

#[test]
fn each_target_has_seeds_and_a_libfuzzer_binary() {
    let names: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let folders = fs::read_dir(folder()).unwrap();
    assert_eq!(folders.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>(), names);
    let manifest = fs::read_to_string(folder().join("../libfuzzer/Cargo.toml")).unwrap();
    let binaries = manifest.split("[[bin]]").skip(1).map(|binary| binary.split('"').nth(1).unwrap().to_owned());
    assert_eq!(binaries.collect::<BTreeSet<_>>(), names);
}
