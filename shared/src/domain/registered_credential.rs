//! The secrets and certificates that a registration has in Microsoft Entra, and which of them is ours.
//!
//! Shapes and meanings are those of "passwordCredential resource type" and "keyCredential resource type" of Microsoft
//! Graph.

use std::fmt;

use jiff::Timestamp;

use super::tenant::KeyId;
use super::text::UntrustedText;

/// What kind of credential it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// `passwordCredentials`.
    Secret,
    /// `keyCredentials`.
    Certificate,
}

/// The first three characters of a secret: all that Graph shows of it. Not to be shown any further.
#[derive(Clone, PartialEq, Eq)]
pub struct Hint(String);

impl Hint {
    /// How many characters a hint has.
    const LENGTH: usize = 3;

    /// The hint of a secret, or a hint as Graph shows it: longer text is cut.
    pub fn of(secret: &str) -> Self {
        Self(secret.chars().take(Self::LENGTH).collect())
    }
}

impl fmt::Debug for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hint")
    }
}

/// A certificate's thumbprint, SHA-1 or SHA-256, as lower-case hexadecimal digits. Not a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbprint(String);

impl Thumbprint {
    /// The thumbprint with these bytes; `None` where they are neither a SHA-1 nor a SHA-256.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
        matches!(bytes.len(), 20 | 32).then(|| Self(digits.collect()))
    }

    /// The thumbprint that is written so: hexadecimal digits, however they are separated and capitalised.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect();
        let shaped = matches!(digits.len(), 40 | 64) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        shaped.then(|| Self(digits.to_ascii_lowercase()))
    }
}

/// A secret or a certificate of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredCredential {
    /// Its key.
    pub key_id: KeyId,
    /// What it is.
    pub kind: CredentialKind,
    /// What its owner calls it.
    pub display_name: UntrustedText,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Of a certificate, where Graph shows it (`customKeyIdentifier`).
    pub thumbprint: Option<Thumbprint>,
    /// Of a secret, where Graph shows it. Secrets of before hints were kept have none.
    pub hint: Option<Hint>,
}

/// What our own credential can be known by among those that are registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownBy {
    /// A certificate: by its SHA-1 or its SHA-256, as whoever uploaded it wrote it down.
    Thumbprints(Vec<Thumbprint>),
    /// A secret.
    Hint(Hint),
}

/// The registered credential that is ours, where that can be told. A certificate is known by its thumbprint and by
/// nothing else. A secret is known by its hint; where a secret has none, or several have ours, the one that ends last is
/// taken, since a secret is renewed by adding one.
pub fn ours<'a>(registered: &'a [RegisteredCredential], known: &KnownBy) -> Option<&'a RegisteredCredential> {
    let last = |is: &dyn Fn(&RegisteredCredential) -> bool| {
        registered.iter().filter(|one| is(one)).max_by_key(|one| one.ends_at)
    };
    match known {
        KnownBy::Thumbprints(all) => last(&|one| {
            one.kind == CredentialKind::Certificate && one.thumbprint.as_ref().is_some_and(|found| all.contains(found))
        }),
        KnownBy::Hint(hint) => {
            let secret = |one: &RegisteredCredential| one.kind == CredentialKind::Secret;
            last(&|one| secret(one) && one.hint.as_ref() == Some(hint))
                .or_else(|| last(&|one| secret(one) && one.hint.is_none()))
        }
    }
}

/// When our own credential ends, where that can be told.
pub fn ends_at(registered: &[RegisteredCredential], known: &KnownBy) -> Option<Timestamp> {
    ours(registered, known).map(|found| found.ends_at)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    const SHA1: &str = "1f03c565368756c9c99984d0e41911429d5e552b";

    fn secret(hint: Option<&str>, ends: &str) -> RegisteredCredential {
        RegisteredCredential {
            key_id: "cccccccc-0000-4000-8000-000000000001".parse().unwrap(),
            kind: CredentialKind::Secret,
            display_name: UntrustedText::new("Regrant"),
            ends_at: ends.parse().unwrap(),
            thumbprint: None,
            hint: hint.map(Hint::of),
        }
    }

    fn certificate(thumbprint: Option<&str>, ends: &str) -> RegisteredCredential {
        let thumbprint = thumbprint.map(|text| Thumbprint::parse(text).unwrap());
        RegisteredCredential { kind: CredentialKind::Certificate, thumbprint, ..secret(None, ends) }
    }

    fn told(registered: &[RegisteredCredential], known: &KnownBy) -> Option<String> {
        ends_at(registered, known).map(|at| at.to_string()[..4].to_owned())
    }

    #[test]
    fn a_secret_is_known_by_its_hint_and_else_by_ending_last() {
        let ours = KnownBy::Hint(Hint::of("abc~rest"));
        let (mine, other, older) = (
            secret(Some("abc"), "2027-01-01T00:00:00Z"),
            secret(Some("xyz"), "2030-01-01T00:00:00Z"),
            secret(None, "2028-01-01T00:00:00Z"),
        );
        assert_eq!(told(&[older.clone(), other.clone(), mine.clone()], &ours).as_deref(), Some("2027"));
        let renewed = secret(Some("abc"), "2029-01-01T00:00:00Z");
        assert_eq!(told(&[renewed, mine], &ours).as_deref(), Some("2029"), "two have it: the last one");
        assert_eq!(told(&[other.clone(), older], &ours).as_deref(), Some("2028"), "none is shown: the last of those");
        assert_eq!(told(&[other], &ours), None, "ours was removed");
        assert_eq!(told(&[certificate(Some(SHA1), "2027-01-01T00:00:00Z")], &ours), None);
        assert_eq!(told(&[], &ours), None);
    }

    #[test]
    fn a_certificate_is_known_by_its_thumbprint_only() {
        let ours = KnownBy::Thumbprints(vec![Thumbprint::parse(SHA1).unwrap(), Thumbprint::of(&[7; 32]).unwrap()]);
        let (mine, again, other, unnamed) = (
            certificate(Some("1F:03:C5:65:36:87:56:C9:C9:99:84:D0:E4:19:11:42:9D:5E:55:2B"), "2027-01-01T00:00:00Z"),
            certificate(Some(&"07".repeat(32)), "2028-01-01T00:00:00Z"),
            certificate(Some(&"ab".repeat(20)), "2030-01-01T00:00:00Z"),
            certificate(None, "2031-01-01T00:00:00Z"),
        );
        assert_eq!(told(&[unnamed.clone(), other.clone(), mine.clone()], &ours).as_deref(), Some("2027"));
        assert_eq!(told(&[again, mine], &ours).as_deref(), Some("2028"));
        assert_eq!(told(&[unnamed, other, secret(None, "2029-01-01T00:00:00Z")], &ours), None);
    }

    #[test]
    fn only_digests_are_thumbprints_and_a_hint_shows_nothing() {
        assert_eq!(Thumbprint::of(&[0x1f; 20]), Thumbprint::parse(&"1F ".repeat(20)));
        for bad in ["", "1f03", &"1f".repeat(21), &"zz".repeat(20)] {
            assert_eq!(Thumbprint::parse(bad), None, "{bad}");
        }
        assert_eq!((Thumbprint::of(&[1; 19]), Thumbprint::of(&[])), (None, None));
        assert!(!format!("{:?} {:?}", Hint::of("canary"), secret(Some("can"), "2027-01-01T00:00:00Z")).contains("can"));
    }
}
