//! The token signing keys.

use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

/// Two invented keys with their moduli.
const KEYS: [(&str, &str, &str); 2] = [
    (
        "simulated-key-1",
        include_str!("keys/signing-1.pem"),
        "09TqCI0Z-TQ4kFhfP4YTxJOTUHHIBEKvcfjAoOWxPyfLSKPrlXGjvJTbDcWEKFTpSaPcfFZ_1Bi7FatopFhx5bIaUVzO65t2s_a12sHQYmBd8y-cCQIJoP-1wWu7CXjfNCKL_Bd42r5tGNnG-UC0iJ34T1IOmiWWgOhjoq7YdNa0Et0U9UQXuZ3yxLbNI9YpoRtk949K9DOvhPm0v0At3DHmc5lkJN3JCJ29Y_Z4l8wMd-zkacQvSQa1QHbYToZfghCgVsyWuck2o5z14sD9Xqs3rAa7tZDmbBXJNsZnWiksavNQUzbLxj0dzoCkbi3XubljMZbcrDYNbpUeg4QQUQ",
    ),
    (
        "simulated-key-2",
        include_str!("keys/signing-2.pem"),
        "h4PyrPdtjxiwDHITO_Ubgmqeu67Gn4D5cwb4_NwjVZ-FNgDNnkjGJbGBStiCV6TODYeMAJ-N_DU5LPPKQ10agFgtfWe6Hmf405yqsfIKgC1T-qGP3ztYpS0vYwQcyyvA96Vvu6WAJih1sWV6KjRdJ-dR5J-6Bu6duMdw2LAn95bUMVzNQSTsUBbrN0C_xNhuIEK2AvwAiW6D9oUDfXe3zRLu0hA_boQ-2DMW18C6Ve1UOwdu5G9P6d8rFypwDC5Tas6cUHATKmsPZgM0ilGjnfzMIex8WAogRTPUmUr5AisuQYwZeWbzGqz72PD_kzB1xzGEfBaS3VopCXD38CBJbQ",
    ),
];

/// The current signing key and the published keys.
#[derive(Debug, Default)]
pub(super) struct Signing {
    current: usize,
}

impl Signing {
    pub(super) fn rotate(&mut self) {
        self.current = (self.current + 1) % KEYS.len();
    }

    pub(super) fn kid(&self) -> &'static str {
        KEYS[self.current].0
    }

    pub(super) fn key(&self) -> Option<EncodingKey> {
        EncodingKey::from_rsa_pem(KEYS[self.current].1.as_bytes()).ok()
    }

    /// The modulus of the signing key, which is public.
    pub(super) fn public(&self) -> &'static str {
        KEYS[self.current].2
    }

    /// The published keys. An unused key is not published, so that a client must refetch the keys after a rotation.
    pub(super) fn published(&self, issuer: &str) -> Value {
        let keys: Vec<Value> = KEYS
            .iter()
            .take(self.current + 1)
            .map(|(kid, _, n)| json!({"kty": "RSA", "use": "sig", "kid": kid, "n": n, "e": "AQAB", "issuer": issuer}))
            .collect();
        json!({ "keys": keys })
    }
}
