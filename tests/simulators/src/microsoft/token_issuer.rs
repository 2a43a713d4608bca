//! Issues ID tokens and API access tokens, optionally tampered with.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::person::{GLOBAL_ADMINISTRATOR, Person};
use super::world::World;

/// The default role that every person's `wids` contains.
const DEFAULT_ROLE: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

/// Deliberate defects of issued ID tokens, for attack tests.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent defect")]
pub struct TokenTampering {
    /// `alg` is `none`, without a signature.
    pub unsigned: bool,
    /// Signed with HS256, with the public key as the secret.
    pub signed_with_public_key: bool,
    /// The signature belongs to a different token.
    pub wrong_signature: bool,
    /// `kid`.
    pub kid: Option<String>,
    /// `aud`.
    pub audience: Option<String>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `tid`.
    pub tenant: Option<String>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// `exp`, in seconds from now.
    pub expires_in: Option<i64>,
    /// `nbf`, in seconds from now.
    pub not_before_in: Option<i64>,
    /// `ver`.
    pub version: Option<String>,
    /// The response has no ID token.
    pub missing: bool,
    /// There is no `oid` claim.
    pub no_object_id: bool,
}

/// The subject and recipient of an ID token.
pub(super) struct IdTokenRequest<'a> {
    pub(super) tenant: &'a str,
    pub(super) client: &'a str,
    pub(super) person: &'a Person,
    pub(super) nonce: Option<&'a str>,
    pub(super) contexts: &'a [String],
}

/// Issues an ID token of version 2.0, with the configured tampering.
pub(super) fn id_token(world: &mut World, request: &IdTokenRequest<'_>) -> Option<String> {
    let tampering = world.tampering.clone();
    if tampering.missing {
        return None;
    }
    let now = world.clock.now().as_second();
    let tenant = tampering.tenant.as_deref().unwrap_or(request.tenant);
    let issuer = tampering.issuer.unwrap_or_else(|| format!("{}/{}/v2.0", world.login(), request.tenant));
    let mut claims = json!({
        "aud": tampering.audience.as_deref().unwrap_or(request.client),
        "iss": issuer,
        "iat": now,
        "nbf": now + tampering.not_before_in.unwrap_or(0),
        "exp": now + tampering.expires_in.unwrap_or(3_600),
        "name": request.person.name,
        "oid": request.person.oid,
        "preferred_username": request.person.upn,
        "sub": format!("pairwise-{}", request.person.oid),
        "tid": tenant,
        "uti": world.rng().alphanumeric(22),
        "ver": tampering.version.as_deref().unwrap_or("2.0"),
    });
    if let Some(nonce) = tampering.nonce.as_deref().or(request.nonce) {
        claims["nonce"] = json!(nonce);
    }
    if !request.contexts.is_empty() {
        claims["acrs"] = json!(request.contexts);
    }
    // A partner's administrator holds no role of the tenant itself, so only Graph can say more.
    if world.app(request.client).is_some_and(|app| app.role_claims) && !request.person.is_partner {
        let roles: Vec<&str> = request.person.roles.iter().map(String::as_str).chain([DEFAULT_ROLE]).collect();
        claims["wids"] = json!(roles);
    }
    if tampering.no_object_id {
        claims.as_object_mut()?.remove("oid");
    }
    let kid = tampering.kid.unwrap_or_else(|| world.signing.kid().to_owned());
    if tampering.unsigned {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        return Some(format!("{}.{}.", part(&json!({"alg": "none", "typ": "JWT", "kid": kid})), part(&claims)));
    }
    if tampering.signed_with_public_key {
        let header = Header { kid: Some(kid), ..Header::new(Algorithm::HS256) };
        return encode(&header, &claims, &EncodingKey::from_secret(world.signing.public().as_bytes())).ok();
    }
    let header = Header { kid: Some(kid), ..Header::new(Algorithm::RS256) };
    let token = encode(&header, &claims, &world.signing.key()?).ok()?;
    if !tampering.wrong_signature {
        return Some(token);
    }
    let (signed, _) = token.rsplit_once('.')?;
    let another = encode(&header, &json!({"exp": 1}), &world.signing.key()?).ok()?;
    Some(format!("{signed}.{}", another.rsplit_once('.')?.1))
}

/// Issues an access token of version 1.0 for an API with the scope `api://GUID/name`, with the person's authentication
/// methods.
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
