//! Okta's consent link, kept in a sealed cookie of the browser that it was issued to.
//!
//! The session's page shows the link itself, so that the person sees where it leads. The link contains Okta's `state`, so
//! the ledger stores only its digest.

use axum::http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::cookies;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::id::SessionId;
use crate::usecases::Ports;
use crate::usecases::access::keys::{keys, open_with_keys};
use crate::usecases::consent::session::cookie_name;
use crate::usecases::records::consent_error::ConsentError;

/// The longest link, in bytes, whose sealed form fits into a cookie (RFC 6265 section 6.1: 4,096 bytes with its name and
/// attributes). Okta's are well under 1,000.
const MAX_LINK_BYTES: usize = 2_400;

/// The name of the link's cookie.
pub fn link_cookie_name(session: &SessionId) -> String {
    format!("{}-link", cookie_name(session))
}

/// The value of the link's cookie.
pub async fn seal_link(ports: &Ports, session: &SessionId, link: &Url) -> Result<String, ConsentError> {
    if link.as_str().len() > MAX_LINK_BYTES {
        return Err(ConsentError::new(
            ConsentFailure::Untrusted,
            "Okta's consent link is longer than Okta's links are",
        ));
    }
    let value = SecretString::from(link.as_str());
    let sealed = keys(ports).await?.seal_cookie(&link_cookie_name(session), &value);
    sealed.ok_or_else(|| {
        ConsentError::new(
            ConsentFailure::NotStored,
            "the key that seals cookies is damaged; rotate the keys with `regrant keys rotate`",
        )
    })
}

/// The link in the browser's cookie. `None` if it has none, or not one of this session.
pub async fn link_of_browser(
    ports: &Ports,
    session: &SessionId,
    headers: &HeaderMap,
) -> Result<Option<Url>, ConsentError> {
    let name = link_cookie_name(session);
    let Some(sealed) = cookies::get(headers, &name) else { return Ok(None) };
    let opened = open_with_keys(ports, |keys| keys.open_cookie(&name, &sealed).ok_or(())).await?;
    Ok(opened.ok().and_then(|link| Url::parse(link.expose_secret()).ok()))
}
