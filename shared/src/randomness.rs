//! The port for randomness, and the ids and secrets made from it.

use rand::TryRngCore;

use crate::domain::id::{InvitationId, RequestId, SaveId, ScanId, SessionId};

/// A source of unpredictable bytes.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` with random values.
    fn fill(&self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // The operating system's generator does not fail once the system has started; if it does, a predictable value
        // would be worse than a panic.
        #[expect(clippy::expect_used, reason = "nothing is safe without randomness")]
        rand::rngs::OsRng.try_fill_bytes(bytes).expect("the operating system provides randomness");
    }
}

/// A generator that returns the same bytes for the same seed. For tests.
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

/// 256 unpredictable bits in 43 characters of base64url: a `state`, a nonce, a browser's secret.
pub fn secret(randomness: &dyn Randomness) -> secrecy::SecretString {
    use base64::Engine as _;
    let mut bytes = [0u8; 32];
    randomness.fill(&mut bytes);
    secrecy::SecretString::from(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
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

/// A new invitation's id.
pub fn invitation_id(randomness: &dyn Randomness) -> InvitationId {
    InvitationId::from_digits(token(randomness))
}

/// A new session's id.
pub fn session_id(randomness: &dyn Randomness) -> SessionId {
    SessionId::from_digits(token(randomness))
}

/// A new request's id: 50 unpredictable bits in symbols that are easy to read out over the phone (Crockford's Base32).
pub fn request_id(randomness: &dyn Randomness) -> RequestId {
    const SYMBOLS: [char; 32] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N',
        'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
    ];
    let mut bytes = [0u8; 10];
    randomness.fill(&mut bytes);
    let symbols: String = bytes.iter().map(|byte| SYMBOLS[usize::from(byte % 32)]).collect();
    RequestId::from_symbols(&symbols)
}

/// A new save's id.
pub fn save_id(randomness: &dyn Randomness) -> SaveId {
    SaveId::from_digits(token(randomness))
}
