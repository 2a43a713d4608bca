//! The hand-over: the text on Okta's last page after Microsoft's consent, pasted by the person who consented.
//!
//! Microsoft redirects to Okta, and Okta's page shows `{"continue_oauth_flow_url":{"href":"…","method":"POST"}}` (Okta,
//! "Configure app provisioning connections"). Pasting a URL with a code is a known way to steal a consent, so Regrant never
//! fetches or forwards pasted text. It extracts the code and the `state`, and only if everything around them is exactly
//! what Okta shows for this app on this org's own host.

use std::borrow::Cow;

use secrecy::SecretString;
use url::Url;

use super::app::OFFICE365;
use super::id::{AppId, Sha256Digest};

/// The longest accepted text, in bytes. Okta's text is well under 4,000.
pub const MAX_TEXT_BYTES: usize = 16 << 10;
/// The longest accepted code or `state`, in bytes.
const MAX_VALUE_BYTES: usize = 4 << 10;

/// The parsed hand-over.
#[derive(Debug, Clone)]
pub struct HandOver {
    /// Microsoft's authorization code.
    pub code: SecretString,
    /// Okta's `state`.
    pub state: String,
}

/// Why a text is not a hand-over for this app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAHandOver {
    /// It is empty or too long.
    #[error("the text is empty or too long; copy the whole text of Okta's page and nothing else")]
    Size,
    /// It is neither Okta's JSON, nor the URL in it, nor a code with a `state`.
    #[error("this is not what Okta's last page shows: text that begins with {{\"continue_oauth_flow_url\"")]
    Shape,
    /// Its URL points to a host other than the org's.
    #[error(
        "the URL in this text is not on this org's own host; do not use it, and tell your operator where it came from"
    )]
    AnotherHost,
    /// Its URL belongs to a different app or endpoint.
    #[error("the URL in this text belongs to a different app")]
    AnotherApp,
    /// A code or `state` is missing, duplicated or malformed.
    #[error("the code or the state in this text is missing, duplicated or damaged; copy the whole text again")]
    Damaged,
    /// Its `state` does not belong to any link of this attempt.
    #[error("this text belongs to a consent that was not started here; start again from the link in your email")]
    AnotherAttempt,
}

/// Parses `text`: Okta's JSON, the bare URL in it, or `code=…&state=…`. `org` is the org's base URL. `issued_states` are
/// the digests of the `state` of each link that this attempt received.
pub fn parse(text: &str, org: &Url, app: &AppId, issued_states: &[Sha256Digest]) -> Result<HandOver, NotAHandOver> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_TEXT_BYTES {
        return Err(NotAHandOver::Size);
    }
    let query = if text.starts_with('{') {
        query_of(&href(text)?, org, app)?
    } else if text.contains("://") {
        query_of(text, org, app)?
    } else {
        text.to_owned()
    };
    let (code, state) = code_and_state(&query)?;
    if !issued_states.iter().any(|issued| issued.matches(&state)) {
        return Err(NotAHandOver::AnotherAttempt);
    }
    Ok(HandOver { code: SecretString::from(code), state })
}

/// Extracts the URL from Okta's JSON, which has no other member.
fn href(text: &str) -> Result<String, NotAHandOver> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct OktaPage {
        continue_oauth_flow_url: ContinueUrl,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ContinueUrl {
        href: String,
        #[serde(default)]
        method: Option<String>,
        #[serde(default)]
        hints: Option<serde::de::IgnoredAny>,
    }
    let page: OktaPage = serde_json::from_str(text).map_err(|_| NotAHandOver::Shape)?;
    let continue_url = page.continue_oauth_flow_url;
    let _ = continue_url.hints;
    match continue_url.method.as_deref() {
        None | Some("POST") => Ok(continue_url.href),
        Some(_) => Err(NotAHandOver::Shape),
    }
}

fn query_of(address: &str, org: &Url, app: &AppId) -> Result<String, NotAHandOver> {
    // The URL parser tolerates tabs, backslashes and similar. A URL that needs such tolerance is not Okta's.
    if address.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
        return Err(NotAHandOver::Shape);
    }
    let url = Url::parse(address).map_err(|_| NotAHandOver::Shape)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !bare || url.origin() != org.origin() {
        return Err(NotAHandOver::AnotherHost);
    }
    if url.path() != format!("/api/v1/apps/{OFFICE365}/{app}/oauth2/callback") {
        return Err(NotAHandOver::AnotherApp);
    }
    url.query().map(str::to_owned).ok_or(NotAHandOver::Damaged)
}

/// Extracts one code and one `state`. Microsoft's `session_state` is ignored; any other parameter is an error.
fn code_and_state(query: &str) -> Result<(String, String), NotAHandOver> {
    let (mut code, mut state) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let value_slot = match name.as_ref() {
            "code" => &mut code,
            "state" => &mut state,
            "session_state" => continue,
            _ => return Err(NotAHandOver::Shape),
        };
        if value_slot.replace(value).is_some() {
            return Err(NotAHandOver::Damaged);
        }
    }
    match (code, state) {
        (Some(code), Some(state)) => Ok((intact(code)?, intact(state)?)),
        (None, None) => Err(NotAHandOver::Shape),
        _ => Err(NotAHandOver::Damaged),
    }
}

/// Accepts visible ASCII only (RFC 6749 appendix A.5 and A.11).
fn intact(value: Cow<'_, str>) -> Result<String, NotAHandOver> {
    let is_intact = (1..=MAX_VALUE_BYTES).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
    if is_intact { Ok(value.into_owned()) } else { Err(NotAHandOver::Damaged) }
}

#[cfg(test)]
mod tests;
