//! Tokens that are not what they should be. For tests that attack.

/// What is wrong with the ID tokens that are minted.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that may be wrong, alone or with others")]
pub struct TokenTampering {
    /// `alg` is `none`, and there is no signature.
    pub unsigned: bool,
    /// Signed with HS256, with the public key as the secret.
    pub signed_with_public_key: bool,
    /// The signature is another token's.
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
    /// Seconds that `exp` is after now.
    pub expires_in: Option<i64>,
    /// Seconds that `nbf` is after now.
    pub not_before_in: Option<i64>,
    /// `ver`.
    pub version: Option<String>,
    /// There is no ID token.
    pub missing: bool,
    /// There is no `oid`.
    pub nobody: bool,
}
