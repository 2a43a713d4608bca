//! A key pair generated for one test.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// The bytes before the point in the `SubjectPublicKeyInfo` of a P-256 key (RFC 5480).
const P256_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

pub(super) struct Key {
    private: EncodingKey,
    point: Vec<u8>,
}

impl Key {
    pub(super) fn new() -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        Self { private: EncodingKey::from_ec_der(document.as_ref()), point: pair.public_key().as_ref().to_vec() }
    }

    pub(super) fn public_pem(&self) -> String {
        let der = [P256_PREFIX.as_slice(), &self.point].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    pub(super) fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&Header::new(Algorithm::ES256), claims, &self.private).unwrap()
    }

    pub(super) fn proof(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some("dpop+jwt".to_owned());
        let (x, y) = self.point[1..].split_at(32);
        let jwk =
            json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) });
        header.jwk = Some(serde_json::from_value(jwk).unwrap());
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }
}

/// An RS256 assertion and the public key that verifies it.
pub(super) fn rsa_signed(claims: &Value) -> (String, String) {
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let pem = |what: &str, der: &[u8]| {
        let dashes = "-----";
        format!("{dashes}BEGIN {what}{dashes}\n{}\n{dashes}END {what}{dashes}\n", STANDARD.encode(der))
    };
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let key = EncodingKey::from_rsa_pem(pem("PRIVATE KEY", private.as_ref()).as_bytes()).unwrap();
    let signed = jsonwebtoken::encode(&Header::new(Algorithm::RS256), claims, &key).unwrap();
    (signed, pem("PUBLIC KEY", public.as_ref()))
}
