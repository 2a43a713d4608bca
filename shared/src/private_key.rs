//! Private keys that sign assertions: RSA, and EC on the curve P-256.
//!
//! People bring keys in every form that tools write. What holds a usable key is accepted; everything else is refused with
//! its name and the command that converts it. No error contains any part of a key.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::domain::text::trimmed;

/// The kind of a key, which decides the algorithms it signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, 2048 bits or more.
    Rsa,
    /// EC on the curve P-256.
    P256,
}

/// A private key that can sign.
#[derive(Clone)]
pub struct PrivateKey {
    /// Its kind.
    pub kind: KeyKind,
    /// The key, for signing JSON Web Tokens.
    pub(crate) signing: EncodingKey,
}

/// Why a text or a file is not a usable private key. Reads as the rest of a sentence about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrivateKeyError {
    /// It is encrypted.
    #[error("is encrypted with a passphrase; decrypt it: `openssl pkey -in KEY -out key.pem`")]
    Encrypted,
    /// It is a public key.
    #[error("is a public key; use the file with the private key that belongs to it")]
    Public,
    /// It is a certificate or a request for one.
    #[error("is a certificate; use the file with the private key that belongs to it")]
    Certificate,
    /// It is a JSON Web Key.
    #[error("is a JSON Web Key; in the Okta Admin Console, choose PEM when it shows the key")]
    Jwk,
    /// It is in OpenSSH's own format.
    #[error("is in OpenSSH's format; convert a copy of it: `ssh-keygen -p -m PKCS8 -N '' -f KEY`")]
    OpenSsh,
    /// It is in `PuTTY`'s format.
    #[error("is in PuTTY's format; convert it: `puttygen KEY -O private-openssh -o key.pem`")]
    Putty,
    /// It is binary.
    #[error("is in binary form (DER); convert it: `openssl pkey -inform DER -in KEY -out key.pem`")]
    Der,
    /// It is a PKCS #12 file.
    #[error("is a PKCS #12 file; extract the key: `openssl pkcs12 -in KEY -nocerts -nodes -out key.pem`")]
    Pkcs12,
    /// The markers are missing.
    #[error("has no line `-----BEGIN PRIVATE KEY-----`; copy the whole file, with its first and its last line")]
    NoMarkers,
    /// The end is missing.
    #[error("ends before its line `-----END …`; it was not copied completely")]
    Truncated,
    /// What is between the markers is not a key.
    #[error(
        "is damaged between its first and its last line; copy it again, or check it: `openssl pkey -in KEY -noout -check`"
    )]
    Damaged,
    /// It is on a different curve.
    #[error(
        "is on the curve {0}, and only P-256 is supported; create a key and register its public key: \
         `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem`"
    )]
    Curve(&'static str),
    /// It is of a different algorithm.
    #[error(
        "is a {0} key, and only RSA and EC P-256 are supported; create a key and register its public key: \
         `openssl genrsa -out key.pem 2048`"
    )]
    Algorithm(&'static str),
    /// It is RSA with fewer than 2048 bits.
    #[error(
        "is an RSA key with fewer than 2048 bits; create a longer one and register its public key: \
         `openssl genrsa -out key.pem 2048`"
    )]
    TooShort,
}

impl PrivateKey {
    /// Parses a key: PKCS #8, PKCS #1 or SEC 1, in PEM. Accepts line ends that were lost or written as `\n`, quotes around
    /// it, a further base64 around all of it, and other blocks in front of it, as `openssl ecparam -genkey` writes them.
    pub fn parse(text: &SecretString) -> Result<Self, PrivateKeyError> {
        let text = Zeroizing::new(unquoted(text.expose_secret()));
        let text = encoded_once_more(&text).unwrap_or(text);
        let Block { label, body } = private_block(&text)?;
        match label {
            "ENCRYPTED PRIVATE KEY" => return Err(PrivateKeyError::Encrypted),
            "OPENSSH PRIVATE KEY" => return Err(PrivateKeyError::OpenSsh),
            "DSA PRIVATE KEY" => return Err(PrivateKeyError::Algorithm("DSA")),
            // RFC 1421 section 4.6.1.1, as OpenSSL encrypted keys before PKCS #8.
            _ if body.contains("Proc-Type:") => return Err(PrivateKeyError::Encrypted),
            _ => {}
        }
        let body: Zeroizing<String> = Zeroizing::new(body.chars().filter(|c| !c.is_whitespace()).collect());
        let der = Zeroizing::new(STANDARD.decode(&*body).map_err(|_| PrivateKeyError::Damaged)?);
        if label == "RSA PRIVATE KEY" {
            return Self::rsa(&RsaKeyPair::from_der(&der), || EncodingKey::from_rsa_der(&der));
        }
        if let Ok(key) = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, &der) {
            let pkcs8 = key.to_pkcs8v1().map_err(|_| PrivateKeyError::Damaged)?;
            return Ok(Self { kind: KeyKind::P256, signing: EncodingKey::from_ec_der(pkcs8.as_ref()) });
        }
        if let Some(other) = unsupported(&der) {
            return Err(other);
        }
        let pem = Zeroizing::new(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", *body));
        let signing = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| PrivateKeyError::Damaged)?;
        Self::rsa(&RsaKeyPair::from_pkcs8(&der), || signing)
    }

    fn rsa(
        checked: &Result<RsaKeyPair, aws_lc_rs::error::KeyRejected>,
        signing: impl FnOnce() -> EncodingKey,
    ) -> Result<Self, PrivateKeyError> {
        match checked {
            Ok(_) => Ok(Self { kind: KeyKind::Rsa, signing: signing() }),
            Err(rejected) if rejected.to_string() == "TooSmall" => Err(PrivateKeyError::TooShort),
            Err(_) => Err(PrivateKeyError::Damaged),
        }
    }
}

impl PrivateKeyError {
    /// The form of a file that is not text, if it is one of a key.
    pub fn of_binary(bytes: &[u8]) -> Option<Self> {
        // A DER sequence: its tag, its length in one to four bytes, then its members (X.690 section 8.1).
        let content = match bytes {
            [0x30, 0x81, _, content @ ..] | [0x30, 0x82, _, _, content @ ..] | [0x30, 0x83, _, _, _, content @ ..] => {
                content
            }
            [0x30, length, content @ ..] if *length < 0x80 => content,
            _ => return None,
        };
        // The version of a PKCS #12 file is 3 (RFC 7292 section 4); those of keys are 0 and 1.
        Some(if content.starts_with(&[0x02, 0x01, 0x03]) { Self::Pkcs12 } else { Self::Der })
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateKey").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The text without quotes, and with line ends in place of `\n`, as in JSON and in shell variables.
fn unquoted(text: &str) -> String {
    let text = trimmed(text);
    let unwrapped = ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    trimmed(unwrapped.unwrap_or(text)).replace("\\r", "").replace("\\n", "\n")
}

/// The PEM in a text that is its base64, as secret stores and pipelines pass multi-line values on.
fn encoded_once_more(text: &str) -> Option<Zeroizing<String>> {
    if text.contains("-----BEGIN ") {
        return None;
    }
    let packed: Zeroizing<String> = Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
    let pem = String::from_utf8(STANDARD.decode(&*packed).ok()?).ok().map(Zeroizing::new)?;
    pem.contains("-----BEGIN ").then_some(pem)
}

/// A block of PEM (RFC 7468 section 2).
struct Block<'a> {
    label: &'a str,
    body: &'a str,
}

/// The first block with a private key.
fn private_block(text: &str) -> Result<Block<'_>, PrivateKeyError> {
    let mut rest = text;
    let mut other = None;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let (label, body) = begun.split_once("-----").ok_or(PrivateKeyError::Truncated)?;
        let end = format!("-----END {label}-----");
        if label.ends_with("PRIVATE KEY") {
            let (body, _) = body.split_once(&end).ok_or(PrivateKeyError::Truncated)?;
            return Ok(Block { label, body });
        }
        other = other.or(match label {
            label if label.ends_with("PUBLIC KEY") => Some(PrivateKeyError::Public),
            label if label.contains("CERTIFICATE") => Some(PrivateKeyError::Certificate),
            _ => None,
        });
        rest = body;
    }
    Err(other.unwrap_or_else(|| without_blocks(text)))
}

/// What a text without PEM is.
fn without_blocks(text: &str) -> PrivateKeyError {
    if text.starts_with('{') {
        PrivateKeyError::Jwk
    } else if text.starts_with("PuTTY-User-Key-File") {
        PrivateKeyError::Putty
    } else if ["ssh-", "ecdsa-sha2-"].iter().any(|prefix| text.starts_with(prefix)) {
        PrivateKeyError::Public
    } else {
        PrivateKeyError::NoMarkers
    }
}

/// The name of a valid key that is not supported.
fn unsupported(der: &[u8]) -> Option<PrivateKeyError> {
    let is_on = |curve| EcdsaKeyPair::from_private_key_der(curve, der).is_ok();
    if is_on(&ECDSA_P384_SHA384_FIXED_SIGNING) {
        Some(PrivateKeyError::Curve("P-384"))
    } else if is_on(&ECDSA_P521_SHA512_FIXED_SIGNING) {
        Some(PrivateKeyError::Curve("P-521"))
    } else if is_on(&ECDSA_P256K1_SHA256_FIXED_SIGNING) {
        Some(PrivateKeyError::Curve("secp256k1"))
    } else if Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).is_ok() {
        Some(PrivateKeyError::Algorithm("Ed25519"))
    } else {
        None
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use aws_lc_rs::encoding::AsDer as _;
    use aws_lc_rs::rsa::KeySize;
    use aws_lc_rs::signature::EcdsaSigningAlgorithm;
    use rcgen::{KeyPair, PKCS_ED25519};

    use super::*;

    fn pem(label: &str, der: &[u8]) -> String {
        let lines: Vec<String> =
            STANDARD.encode(der).as_bytes().chunks(64).map(|l| String::from_utf8(l.to_vec()).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    }

    fn ec(curve: &'static EcdsaSigningAlgorithm) -> EcdsaKeyPair {
        EcdsaKeyPair::generate(curve).unwrap()
    }

    fn pkcs8(key: &EcdsaKeyPair) -> String {
        pem("PRIVATE KEY", key.to_pkcs8v1().unwrap().as_ref())
    }

    fn sec1(key: &EcdsaKeyPair) -> String {
        pem("EC PRIVATE KEY", key.private_key().as_der().unwrap().as_ref())
    }

    fn p256() -> EcdsaKeyPair {
        ec(&ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    fn parsed(text: &str) -> Result<KeyKind, PrivateKeyError> {
        let key = PrivateKey::parse(&text.to_owned().into())?;
        let header = jsonwebtoken::Header::new(match key.kind {
            KeyKind::Rsa => jsonwebtoken::Algorithm::RS256,
            KeyKind::P256 => jsonwebtoken::Algorithm::ES256,
        });
        jsonwebtoken::encode(&header, &serde_json::json!({}), &key.signing).unwrap();
        Ok(key.kind)
    }

    #[test]
    fn every_pem_form_of_a_key_signs() {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let rsa = rsa.as_der().unwrap();
        assert_eq!(parsed(&pem("PRIVATE KEY", rsa.as_ref())), Ok(KeyKind::Rsa));
        assert_eq!(parsed(&pkcs8(&p256())), Ok(KeyKind::P256));
        assert_eq!(parsed(&sec1(&p256())), Ok(KeyKind::P256));
        let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
        assert_eq!(parsed(&format!("{parameters}{}", sec1(&p256()))), Ok(KeyKind::P256));
    }

    #[test]
    fn pasted_keys_are_repaired() {
        let key = pkcs8(&p256());
        for pasted in [
            key.replace('\n', "\r\n"),
            key.replace('\n', "\\n"),
            key.replace('\n', "\\r\\n"),
            key.replace('\n', " "),
            format!("\u{feff}{key}"),
            STANDARD.encode(&key),
            format!("\u{feff}{}\r\n", STANDARD.encode(key.replace('\n', "\r\n"))),
            format!("\"{}\"", key.replace('\n', "\\n")),
            key.lines().flat_map(|line| ["    ", line, "\n"]).collect(),
        ] {
            assert_eq!(parsed(&pasted), Ok(KeyKind::P256), "{pasted:?}");
        }
    }

    #[test]
    fn each_unusable_form_is_named() {
        let key = pkcs8(&p256());
        let ed25519 = KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_pem();
        let legacy = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----";
        for (text, expected) in [
            (pem("ENCRYPTED PRIVATE KEY", b"x"), PrivateKeyError::Encrypted),
            (legacy.to_owned(), PrivateKeyError::Encrypted),
            (pem("PUBLIC KEY", b"x"), PrivateKeyError::Public),
            ("ssh-rsa AAAAB3 ada@example.com".to_owned(), PrivateKeyError::Public),
            (pem("CERTIFICATE", b"x"), PrivateKeyError::Certificate),
            (pem("CERTIFICATE REQUEST", b"x"), PrivateKeyError::Certificate),
            ("{\"kty\":\"RSA\"}".to_owned(), PrivateKeyError::Jwk),
            (pem("OPENSSH PRIVATE KEY", b"x"), PrivateKeyError::OpenSsh),
            ("PuTTY-User-Key-File-3: ssh-rsa".to_owned(), PrivateKeyError::Putty),
            (pem("DSA PRIVATE KEY", b"x"), PrivateKeyError::Algorithm("DSA")),
            (pkcs8(&ec(&ECDSA_P384_SHA384_FIXED_SIGNING)), PrivateKeyError::Curve("P-384")),
            (sec1(&ec(&ECDSA_P384_SHA384_FIXED_SIGNING)), PrivateKeyError::Curve("P-384")),
            (pkcs8(&ec(&ECDSA_P521_SHA512_FIXED_SIGNING)), PrivateKeyError::Curve("P-521")),
            (pkcs8(&ec(&ECDSA_P256K1_SHA256_FIXED_SIGNING)), PrivateKeyError::Curve("secp256k1")),
            (ed25519, PrivateKeyError::Algorithm("Ed25519")),
            (key[..key.len() - 30].to_owned(), PrivateKeyError::Truncated),
            (key.replacen('M', "*", 1), PrivateKeyError::Damaged),
            (pem("PRIVATE KEY", b"not a key"), PrivateKeyError::Damaged),
            (pem("EC PRIVATE KEY", b"not a key"), PrivateKeyError::Damaged),
            (STANDARD.encode("a key without its markers"), PrivateKeyError::NoMarkers),
            (String::new(), PrivateKeyError::NoMarkers),
        ] {
            assert_eq!(parsed(&text), Err(expected), "{text}");
        }
    }

    #[test]
    fn short_rsa_keys_are_refused() {
        // 1024 bits, made for this test alone.
        let short = include_str!("private_key/rsa-1024.pem");
        assert_eq!(parsed(short), Err(PrivateKeyError::TooShort));
    }

    #[test]
    fn binary_keys_are_recognised() {
        let key = p256().to_pkcs8v1().unwrap();
        assert_eq!(PrivateKeyError::of_binary(key.as_ref()), Some(PrivateKeyError::Der));
        assert_eq!(PrivateKeyError::of_binary(&[0x30, 0x82, 9, 0, 2, 1, 3, 0x30]), Some(PrivateKeyError::Pkcs12));
        assert_eq!(PrivateKeyError::of_binary(b"\x89PNG"), None);
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = pkcs8(&p256());
        let printed = format!("{:?}", PrivateKey::parse(&key.clone().into()).unwrap());
        assert!(!printed.contains(&key[40..60]), "{printed}");
    }
}
