//! Randomness, as something that is handed in.

use rand::TryRngCore;

use crate::domain::id::ScanId;

/// Where unpredictable bytes come from.
pub trait Randomness: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // The operating system's generator does not fail once the system has started; where it does, a predictable
        // value would be worse than stopping.
        #[expect(clippy::expect_used, reason = "no safe way on without randomness")]
        rand::rngs::OsRng.try_fill_bytes(bytes).expect("the operating system gives randomness");
    }
}

/// A generator that gives the same bytes for the same seed. For tests.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
pub struct SeededRandomness(parking_lot::Mutex<rand::rngs::StdRng>);

#[cfg(any(test, feature = "testing"))]
impl SeededRandomness {
    /// A generator for `seed`.
    pub fn new(seed: u64) -> Self {
        use rand::SeedableRng;
        Self(parking_lot::Mutex::new(rand::rngs::StdRng::seed_from_u64(seed)))
    }
}

#[cfg(any(test, feature = "testing"))]
impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        use rand::RngCore;
        self.0.lock().fill_bytes(bytes);
    }
}

/// 128 unpredictable bits in 32 lower-case hexadecimal digits.
pub fn token(randomness: &dyn Randomness) -> String {
    let mut bytes = [0u8; 16];
    randomness.fill(&mut bytes);
    format!("{:032x}", u128::from_be_bytes(bytes))
}

/// A new scan's id.
pub fn scan_id(randomness: &dyn Randomness) -> ScanId {
    ScanId::from_digits(token(randomness))
}
