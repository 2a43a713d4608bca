//! Reproducible randomness: every draw depends on a seed, a name and a counter.

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

const ALPHANUMERIC: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";

/// A random number generator that draws the same values for the same `(seed, name, counter)` on every machine.
pub(crate) struct SeededRng(SmallRng);

impl SeededRng {
    pub(crate) fn new(seed: u64, name: &str, counter: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(counter.to_le_bytes());
        hash.update(name.as_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        Self(SmallRng::from_seed(digest))
    }

    /// A number from 0, inclusive, to 1, exclusive.
    pub(crate) fn chance(&mut self) -> f64 {
        self.0.random()
    }

    /// A number from 0, inclusive, to `end`, exclusive; 0 if `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    pub(crate) fn alphanumeric(&mut self, length: usize) -> String {
        self.text(ALPHANUMERIC, length)
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text(HEX, length)
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length)
            .map(|_| alphabet.get(self.0.random_range(0..alphabet.len())).map_or('0', |&b| char::from(b)))
            .collect()
    }
}
