//! The secrets and certificates of a registration in Microsoft Entra, and which of them is ours.
//!
//! Shapes and meanings follow "passwordCredential resource type" and "keyCredential resource type" of Microsoft Graph.

use std::fmt;

use jiff::Timestamp;

use super::tenant::KeyId;
use super::text::UntrustedText;

/// The kind of a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisteredCredentialKind {
    /// `passwordCredentials`.
    Secret,
    /// `keyCredentials`.
    Certificate,
}

/// The first three characters of a secret, which is all that Graph shows of it. Never displayed.
#[derive(Clone, PartialEq, Eq)]
pub struct Hint(String);

impl Hint {
    /// The number of characters of a hint.
    const LENGTH: usize = 3;

    /// The hint of a secret, or a hint as Graph shows it. Longer text is truncated.
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
    /// Formats the bytes of a thumbprint; `None` if the length is neither SHA-1's nor SHA-256's.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digits = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
        matches!(bytes.len(), 20 | 32).then(|| Self(digits.collect()))
    }

    /// Parses hexadecimal digits in any case, with or without separators.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect();
        let shaped = matches!(digits.len(), 40 | 64) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        shaped.then(|| Self(digits.to_ascii_lowercase()))
    }
}

/// A secret or a certificate of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredCredential {
    /// Its key id.
    pub key_id: KeyId,
    /// Its kind.
    pub kind: RegisteredCredentialKind,
    /// The name that its owner gave it.
    pub display_name: UntrustedText,
    /// When it expires.
    pub ends_at: Timestamp,
    /// The thumbprint of a certificate, if Graph shows it (`customKeyIdentifier`).
    pub thumbprint: Option<Thumbprint>,
    /// The hint of a secret, if Graph shows it. Older secrets have none.
    pub hint: Option<Hint>,
}

/// How to recognise our own credential among the registered ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownBy {
    /// A certificate, by its SHA-1 or its SHA-256, as recorded by the person who uploaded it.
    Thumbprints(Vec<Thumbprint>),
    /// A secret, by its hint.
    Hint(Hint),
}

/// Finds our own credential among the registered ones, if it can be identified. A certificate is identified only by its
/// thumbprint. A secret is identified by its hint; if several match, or none has a hint, the one that expires last counts,
/// because a secret is renewed by adding a new one.
pub fn own_credential<'a>(registered: &'a [RegisteredCredential], known: &KnownBy) -> Option<&'a RegisteredCredential> {
    let last = |is: &dyn Fn(&RegisteredCredential) -> bool| {
        registered.iter().filter(|one| is(one)).max_by_key(|one| one.ends_at)
    };
    match known {
        KnownBy::Thumbprints(all) => last(&|one| {
            one.kind == RegisteredCredentialKind::Certificate
                && one.thumbprint.as_ref().is_some_and(|found| all.contains(found))
        }),
        KnownBy::Hint(hint) => {
            let secret = |one: &RegisteredCredential| one.kind == RegisteredCredentialKind::Secret;
            last(&|one| secret(one) && one.hint.as_ref() == Some(hint))
                .or_else(|| last(&|one| secret(one) && one.hint.is_none()))
        }
    }
}

/// When our own credential expires, if it can be identified.
pub fn own_credential_ends_at(registered: &[RegisteredCredential], known: &KnownBy) -> Option<Timestamp> {
    own_credential(registered, known).map(|found| found.ends_at)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;

    const SHA1: &str = "1f03c565368756c9c99984d0e41911429d5e552b";

    fn secret(hint: Option<&str>, ends: &str) -> RegisteredCredential {
        RegisteredCredential {
            key_id: "cccccccc-0000-4000-8000-000000000001".parse().unwrap(),
            kind: RegisteredCredentialKind::Secret,
            display_name: UntrustedText::new("Regrant"),
            ends_at: ends.parse().unwrap(),
            thumbprint: None,
            hint: hint.map(Hint::of),
        }
    }

    fn certificate(thumbprint: Option<&str>, ends: &str) -> RegisteredCredential {
        let thumbprint = thumbprint.map(|text| Thumbprint::parse(text).unwrap());
        RegisteredCredential { kind: RegisteredCredentialKind::Certificate, thumbprint, ..secret(None, ends) }
    }

    fn end_year(registered: &[RegisteredCredential], known: &KnownBy) -> Option<String> {
        own_credential_ends_at(registered, known).map(|at| at.to_string()[..4].to_owned())
    }

    #[test]
    fn secret_is_found_by_hint_then_by_latest_end() {
        let ours = KnownBy::Hint(Hint::of("abc~rest"));
        let (mine, other, older) = (
            secret(Some("abc"), "2027-01-01T00:00:00Z"),
            secret(Some("xyz"), "2030-01-01T00:00:00Z"),
            secret(None, "2028-01-01T00:00:00Z"),
        );
        assert_eq!(end_year(&[older.clone(), other.clone(), mine.clone()], &ours).as_deref(), Some("2027"));
        let renewed = secret(Some("abc"), "2029-01-01T00:00:00Z");
        assert_eq!(end_year(&[renewed, mine], &ours).as_deref(), Some("2029"), "both match: the last one counts");
        assert_eq!(end_year(&[other.clone(), older], &ours).as_deref(), Some("2028"), "no match: one without a hint");
        assert_eq!(end_year(&[other], &ours), None, "ours was removed");
        assert_eq!(end_year(&[certificate(Some(SHA1), "2027-01-01T00:00:00Z")], &ours), None);
        assert_eq!(end_year(&[], &ours), None);
    }

    #[test]
    fn certificate_is_found_by_thumbprint_only() {
        let ours = KnownBy::Thumbprints(vec![Thumbprint::parse(SHA1).unwrap(), Thumbprint::of(&[7; 32]).unwrap()]);
        let (mine, again, other, unnamed) = (
            certificate(Some("1F:03:C5:65:36:87:56:C9:C9:99:84:D0:E4:19:11:42:9D:5E:55:2B"), "2027-01-01T00:00:00Z"),
            certificate(Some(&"07".repeat(32)), "2028-01-01T00:00:00Z"),
            certificate(Some(&"ab".repeat(20)), "2030-01-01T00:00:00Z"),
            certificate(None, "2031-01-01T00:00:00Z"),
        );
        assert_eq!(end_year(&[unnamed.clone(), other.clone(), mine.clone()], &ours).as_deref(), Some("2027"));
        assert_eq!(end_year(&[again, mine], &ours).as_deref(), Some("2028"));
        assert_eq!(end_year(&[unnamed, other, secret(None, "2029-01-01T00:00:00Z")], &ours), None);
    }

    #[test]
    fn thumbprints_are_validated_and_hints_stay_hidden() {
        assert_eq!(Thumbprint::of(&[0x1f; 20]), Thumbprint::parse(&"1F ".repeat(20)));
        for bad in ["", "1f03", &"1f".repeat(21), &"zz".repeat(20)] {
            assert_eq!(Thumbprint::parse(bad), None, "{bad}");
        }
        assert_eq!((Thumbprint::of(&[1; 19]), Thumbprint::of(&[])), (None, None));
        assert!(!format!("{:?} {:?}", Hint::of("canary"), secret(Some("can"), "2027-01-01T00:00:00Z")).contains("can"));
    }
}
