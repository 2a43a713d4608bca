//! Operators' sign-in to the console with the installation's `OpenID` provider.
//!
//! The secrets of an attempt are sealed in the browser's own cookie and nothing is stored, so an answer can only complete the
//! attempt of the browser that began it.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::domain::access_policy::Identity;
use crate::openid::{OpenIdError, Provider, SignInSecrets};
use crate::randomness::secret;
use crate::usecases::Ports;
use crate::usecases::access::keys::{KeysError, keys, open_with_keys};
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError, exposed, seal, unseal};

/// How long an attempt may take.
pub const ATTEMPT_LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// The name of an attempt's cookie.
pub const ATTEMPT_COOKIE: &str = "__Host-regrant-console-attempt";
/// The path of the redirect URI.
pub const CALLBACK: &str = "/console/callback";

/// Why no operator was signed in.
#[derive(Debug, thiserror::Error)]
pub enum OperatorSignInError {
    /// No provider is set up.
    #[error("no identity provider is set up for the console; set one with `regrant console set`")]
    NoProvider,
    /// No public URL is set.
    #[error(
        "no public URL is set, so the provider cannot send browsers back; set REGRANT_PUBLIC_URL or pass --public-url"
    )]
    NoPublicUrl,
    /// The answer does not belong to an attempt of this browser.
    #[error("the answer does not belong to a sign-in of this browser, or it took longer than ten minutes; begin again")]
    Mismatch,
    /// The provider returned an error.
    #[error("the identity provider returned the error {0}")]
    Refused(String),
    /// The provider's response could not be used.
    #[error(transparent)]
    OpenId(#[from] OpenIdError),
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The stored secret cannot be read.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// The keys that seal cookies could not be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The key that seals cookies is damaged.
    #[error("the key that seals cookies is damaged; rotate the keys with `regrant keys rotate`")]
    NotSealed,
}

impl OperatorSignInError {
    /// What the person at the browser learns. Causes inside Regrant are only logged.
    pub fn for_the_person(&self) -> String {
        match self {
            Self::Vault(_) | Self::NotUnsealed(_) | Self::Keys(_) | Self::NotSealed => {
                "Regrant could not read its own secrets; its log has the cause".to_owned()
            }
            other => {
                let text = other.to_string();
                let mut chars = text.chars();
                chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default() + chars.as_str()
            }
        }
    }
}

/// The secrets of an attempt.
#[derive(Serialize, Deserialize)]
struct Attempt {
    #[serde(serialize_with = "exposed")]
    state: SecretString,
    #[serde(serialize_with = "exposed")]
    nonce: SecretString,
    #[serde(serialize_with = "exposed")]
    code_verifier: SecretString,
    ends_at: Timestamp,
}

impl Attempt {
    const fn secrets(&self) -> SignInSecrets<'_> {
        SignInSecrets { state: &self.state, nonce: &self.nonce, code_verifier: &self.code_verifier }
    }
}

/// A begun sign-in.
#[derive(Debug)]
pub struct BegunSignIn {
    /// The provider's sign-in page.
    pub location: Url,
    /// The value of the attempt's cookie.
    pub cookie: String,
}

/// The provider's answer, from the query of the redirect.
#[derive(Debug, Clone, Copy)]
pub struct ProviderAnswer<'a> {
    /// `state`.
    pub state: &'a str,
    /// `code`.
    pub code: Option<&'a str>,
    /// `error`.
    pub error: Option<&'a str>,
    /// `iss` (RFC 9207).
    pub issuer: Option<&'a str>,
}

/// Stores the provider, after reading its metadata.
pub async fn set_operator_provider(ports: &Ports, provider: &Provider) -> Result<(), OperatorSignInError> {
    let attempt = new_attempt(ports);
    let anywhere = provider.issuer.clone();
    ports.openid.authorize_url(provider, &anywhere, attempt.secrets()).await?;
    let name = SecretName::OperatorSignIn;
    ports.vault.put_pending(&name, &provider.seal()).await?;
    Ok(ports.vault.promote(&name).await?)
}

/// Removes the provider. Sessions that it began end when they expire or lose their roles.
pub async fn remove_operator_provider(ports: &Ports) -> Result<(), VaultError> {
    ports.vault.remove(&SecretName::OperatorSignIn).await
}

/// The provider, if one is set up.
pub async fn operator_provider(ports: &Ports) -> Result<Option<Provider>, OperatorSignInError> {
    let secret = ports.vault.get(&SecretName::OperatorSignIn, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(Provider::unseal).transpose()?)
}

async fn set_up(ports: &Ports) -> Result<(Provider, Url), OperatorSignInError> {
    let provider = operator_provider(ports).await?.ok_or(OperatorSignInError::NoProvider)?;
    let public_url = ports.settings.public_url.as_ref().ok_or(OperatorSignInError::NoPublicUrl)?;
    Ok((provider, public_url.at(CALLBACK)))
}

fn new_attempt(ports: &Ports) -> Attempt {
    let new = || secret(&*ports.randomness);
    let now = ports.clock.now();
    let ends_at = now.saturating_add(ATTEMPT_LIFETIME).unwrap_or(now);
    Attempt { state: new(), nonce: new(), code_verifier: new(), ends_at }
}

/// Begins a sign-in.
pub async fn begin_sign_in(ports: &Ports) -> Result<BegunSignIn, OperatorSignInError> {
    let (provider, redirect_uri) = set_up(ports).await?;
    let attempt = new_attempt(ports);
    let location = ports.openid.authorize_url(&provider, &redirect_uri, attempt.secrets()).await?;
    let cookie = keys(ports).await?.seal_cookie(ATTEMPT_COOKIE, &seal(&attempt));
    Ok(BegunSignIn { location, cookie: cookie.ok_or(OperatorSignInError::NotSealed)? })
}

/// Completes the sign-in of the browser that has `cookie`, and returns whom the provider identified.
pub async fn complete_operator_sign_in(
    ports: &Ports,
    answer: &ProviderAnswer<'_>,
    cookie: Option<&str>,
) -> Result<Identity, OperatorSignInError> {
    let (provider, redirect_uri) = set_up(ports).await?;
    let cookie = cookie.ok_or(OperatorSignInError::Mismatch)?;
    let opened = open_with_keys(ports, |keys| keys.open_cookie(ATTEMPT_COOKIE, cookie).ok_or(())).await?;
    let opened = opened.map_err(|()| OperatorSignInError::Mismatch)?;
    let attempt: Attempt = unseal("sign-in attempt", &opened)?;
    let is_own: bool = attempt.state.expose_secret().as_bytes().ct_eq(answer.state.as_bytes()).into();
    if !is_own || ports.clock.now() >= attempt.ends_at {
        return Err(OperatorSignInError::Mismatch);
    }
    if answer
        .issuer
        .is_some_and(|issuer| issuer.trim_end_matches('/') != provider.issuer.as_str().trim_end_matches('/'))
    {
        return Err(OperatorSignInError::Mismatch);
    }
    if let Some(error) = answer.error {
        let name: String = error.chars().filter(char::is_ascii_graphic).take(64).collect();
        return Err(OperatorSignInError::Refused(name));
    }
    let code = SecretString::from(answer.code.ok_or(OperatorSignInError::Mismatch)?.to_owned());
    Ok(ports.openid.redeem(&provider, &redirect_uri, &code, attempt.secrets()).await?)
}

/// Where the person can also sign out at the provider, if it offers that.
pub async fn end_session_url(ports: &Ports) -> Option<Url> {
    let provider = operator_provider(ports).await.ok().flatten()?;
    let back = ports.settings.public_url.as_ref()?.at("/console/sign-in");
    ports.openid.end_session_url(&provider, &back).await.ok().flatten()
}
