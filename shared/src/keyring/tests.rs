//! Which tokens and cookies each keyring accepts.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use super::*;
use crate::domain::request::LINK_LIFETIME;
use crate::randomness::SeededRandomness;
use crate::testing::records;

fn invitation() -> Invitation {
    records::invitation("inv1", "00oInvented", "0oaInvented", Timestamp::UNIX_EPOCH)
}

#[test]
fn a_link_survives_one_key_rotation() {
    let randomness = SeededRandomness::new(1);
    let keys = Keyring::new(&randomness);
    let token = keys.sign(&invitation()).unwrap();
    let signed = SignedInvitation { id: invitation().id, org: invitation().org, app: invitation().app };
    assert_eq!(keys.read(&token), Ok(signed.clone()));
    let rotated = Keyring::unseal(&keys.rotated(&randomness).seal()).unwrap();
    assert_eq!(rotated.read(&token), Ok(signed));
    assert_eq!(rotated.rotated(&randomness).read(&token), Err(Forged));
}

#[test]
fn a_changed_link_is_rejected() {
    let keys = Keyring::new(&SeededRandomness::new(2));
    let token = keys.sign(&invitation()).unwrap();
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        // The last character of each part has unused bits, so a different character may decode to the same bytes.
        let last = at + 1 == token.len() || token.as_bytes()[at + 1] == b'.' || bytes[at] == b'.';
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(last || keys.read(&changed).is_err(), "{at}");
    }
    assert_eq!(keys.read(&token[..token.len() - 4]), Err(Forged));
    assert_eq!(keys.read(&"a".repeat(MAX_TOKEN_BYTES + 1)), Err(Forged));
}

#[test]
fn tokens_with_wrong_audience_or_signature_are_rejected() {
    let keys = Keyring::new(&SeededRandomness::new(3));
    let key = EncodingKey::from_secret(keys.current.signing.expose_secret().as_bytes());
    let claims = |aud: &str| serde_json::json!({"iss": ISSUER, "aud": aud, "jti": "i", "org": "o", "app": "a", "iat": 0, "exp": 1});
    let header = Header { kid: Some(keys.current.id.clone()), ..Header::new(Algorithm::HS256) };
    assert!(keys.read(&encode(&header, &claims(AUDIENCE), &key).unwrap()).is_ok());
    assert_eq!(keys.read(&encode(&header, &claims("other"), &key).unwrap()), Err(Forged));
    let other = Header { kid: Some(keys.current.id.clone()), ..Header::new(Algorithm::HS512) };
    assert_eq!(keys.read(&encode(&other, &claims(AUDIENCE), &key).unwrap()), Err(Forged));
    let none = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","kid":"{}"}}"#, keys.current.id));
    let body = URL_SAFE_NO_PAD.encode(claims(AUDIENCE).to_string());
    assert_eq!(keys.read(&format!("{none}.{body}.")), Err(Forged));
}

#[test]
fn mute_tokens_and_other_tokens_are_not_interchangeable() {
    let keys = Keyring::new(&SeededRandomness::new(5));
    let mute = SignedMute { request: "RG-A".parse().unwrap(), address: "ada@contoso.example".parse().unwrap() };
    let token = keys.sign_mute(&mute).unwrap();
    assert_eq!(keys.read_mute(&token), Ok(mute));
    assert_eq!(keys.read(&token), Err(Forged));
    assert_eq!(keys.read_mute(&keys.sign(&invitation()).unwrap()), Err(Forged));
    assert_eq!(keys.read_mute(&token[..token.len() - 4]), Err(Forged));
    assert_eq!(Keyring::new(&SeededRandomness::new(6)).read_mute(&token), Err(Forged));
}

fn email() -> SignedRequest {
    let ends_at = Timestamp::UNIX_EPOCH + LINK_LIFETIME;
    SignedRequest { request: "RG-A".parse().unwrap(), notification: "n0t1ce".parse().unwrap(), ends_at }
}

#[test]
fn request_tokens_are_not_valid_for_anything_else() {
    let randomness = SeededRandomness::new(7);
    let keys = Keyring::new(&randomness);
    let token = keys.sign_request(&email()).unwrap();
    assert_eq!(keys.read_request(&token), Ok(email()), "even if it has ended: the page tells the reader");
    assert_eq!((keys.read(&token), keys.read_mute(&token)), (Err(Forged), Err(Forged)));
    let mute = SignedMute { request: email().request, address: "ada@contoso.example".parse().unwrap() };
    for other in
        [keys.sign(&invitation()).unwrap(), keys.sign_mute(&mute).unwrap(), token[..token.len() - 4].to_owned()]
    {
        assert_eq!(keys.read_request(&other), Err(Forged));
    }
    let rotated = keys.rotated(&randomness);
    assert_eq!(rotated.read_request(&token), Ok(email()));
    assert_eq!(rotated.rotated(&randomness).read_request(&token), Err(Forged));
}

#[test]
fn a_request_token_needs_a_valid_expiry() {
    let keys = Keyring::new(&SeededRandomness::new(8));
    let mut claims = serde_json::json!({"iss": ISSUER, "aud": REQUEST_AUDIENCE, "req": "RG-A", "sub": "n", "exp": 1});
    assert!(keys.read_request(&keys.token(&claims).unwrap()).is_ok());
    claims["exp"] = i64::MAX.into();
    assert_eq!(keys.read_request(&keys.token(&claims).unwrap()), Err(Forged));
    claims.as_object_mut().unwrap().remove("exp");
    assert_eq!(keys.read_request(&keys.token(&claims).unwrap()), Err(Forged));
}

#[test]
fn tokens_with_the_longest_ids_fit_the_limit() {
    let keys = Keyring::new(&SeededRandomness::new(9));
    let longest = "x".repeat(64);
    let email = SignedRequest { request: longest.parse().unwrap(), notification: longest.parse().unwrap(), ..email() };
    assert_eq!(keys.read_request(&keys.sign_request(&email).unwrap()), Ok(email));
}

#[test]
fn a_cookie_only_opens_under_its_name_and_keys() {
    let randomness = SeededRandomness::new(4);
    let keys = Keyring::new(&randomness);
    let sealed = keys.seal_cookie("__Host-a", &"canary".to_owned().into()).unwrap();
    assert!(!sealed.contains("canary"));
    let opened = |keys: &Keyring, name| keys.open_cookie(name, &sealed).map(|value| value.expose_secret().to_owned());
    assert_eq!(opened(&keys, "__Host-a").as_deref(), Some("canary"));
    assert_eq!(opened(&keys, "__Host-b"), None);
    assert_eq!(opened(&Keyring::new(&randomness), "__Host-a"), None);
    let rotated = keys.rotated(&randomness);
    assert_eq!(opened(&rotated, "__Host-a").as_deref(), Some("canary"));
    assert_eq!(opened(&rotated.rotated(&randomness), "__Host-a"), None);
}
