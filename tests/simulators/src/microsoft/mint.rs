//! Tokens, as a tenant's issuer makes them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::person::{GLOBAL_ADMINISTRATOR, Person};
use super::world::World;

/// The default role that everybody's `wids` has.
const EVERYBODY: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/// What an ID token is minted for.
pub(super) struct IdTokenOf<'a> {
    pub(super) tenant: &'a str,
    pub(super) client: &'a str,
    pub(super) person: &'a Person,
    pub(super) nonce: Option<&'a str>,
    pub(super) contexts: &'a [String],
}

/// An ID token of version 2.0, bent as the tampering says.
pub(super) fn id_token(world: &mut World, of: &IdTokenOf<'_>) -> Option<String> {
    let bent = world.tampering.clone();
    if bent.missing {
        return None;
    }
    let now = world.clock.now().as_second();
    let tenant = bent.tenant.as_deref().unwrap_or(of.tenant);
    let issuer = bent.issuer.unwrap_or_else(|| format!("{}/{}/v2.0", world.login(), of.tenant));
    let mut claims = json!({
        "aud": bent.audience.as_deref().unwrap_or(of.client),
        "iss": issuer,
        "iat": now,
        "nbf": now + bent.not_before_in.unwrap_or(0),
        "exp": now + bent.expires_in.unwrap_or(3_600),
        "name": of.person.name,
        "oid": of.person.oid,
        "preferred_username": of.person.upn,
        "sub": format!("pairwise-{}", of.person.oid),
        "tid": tenant,
        "uti": world.dice().alphanumeric(22),
        "ver": bent.version.as_deref().unwrap_or("2.0"),
    });
    if let Some(nonce) = bent.nonce.as_deref().or(of.nonce) {
        claims["nonce"] = json!(nonce);
    }
    if !of.contexts.is_empty() {
        claims["acrs"] = json!(of.contexts);
    }
    if world.app(of.client).is_some_and(|app| app.role_claims) {
        let roles: Vec<&str> = of.person.roles.iter().map(String::as_str).chain([EVERYBODY]).collect();
        claims["wids"] = json!(roles);
    }
    if bent.nobody {
        claims.as_object_mut()?.remove("oid");
    }
    let kid = bent.kid.unwrap_or_else(|| world.signing.kid().to_owned());
    if bent.unsigned {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        return Some(format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT", "kid": kid})), part(&claims)));
    }
    if bent.signed_with_public_key {
        let header = Header { kid: Some(kid), ..Header::new(Algorithm::HS256) };
        return encode(&header, &claims, &EncodingKey::from_secret(world.signing.public().as_bytes())).ok();
    }
    let header = Header { kid: Some(kid), ..Header::new(Algorithm::RS256) };
    let token = encode(&header, &claims, &world.signing.key()?).ok()?;
    if !bent.wrong_signature {
        return Some(token);
    }
    let (signed, _) = token.rsplit_once('.')?;
    let another = encode(&header, &json!({"exp": 1}), &world.signing.key()?).ok()?;
    Some(format!("{signed}.{}", another.rsplit_once('.')?.1))
}

/// An access token of version 1.0 for an API whose scope is `api://GUID/name`: it says how the person signed in.
pub(super) fn api_token(world: &mut World, tenant: &str, person: &Person, scope: &str) -> Option<String> {
    let now = world.clock.now().as_second();
    let audience = scope.rsplit_once('/').map_or(scope, |(api, _)| api);
    let methods = if person.mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) };
    let claims = json!({
        "aud": audience,
        "iss": format!("{}/{tenant}/sts/", world.login()),
        "iat": now, "nbf": now, "exp": now + 3_600,
        "amr": methods,
        "oid": person.oid,
        "tid": tenant,
        "ver": "1.0",
        "wids": person.roles.iter().filter(|role| *role == GLOBAL_ADMINISTRATOR).collect::<Vec<_>>(),
    });
    let header = Header { kid: Some(world.signing.kid().to_owned()), ..Header::new(Algorithm::RS256) };
    encode(&header, &claims, &world.signing.key()?).ok()
}
