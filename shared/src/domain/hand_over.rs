//! The hand-over: what Okta's last page shows after Microsoft's consent, brought to us by the same person.
//!
//! Microsoft answers to Okta, and Okta's page shows `{"continue_oauth_flow_url":{"href":"…","method":"POST"}}` (Okta,
//! "Configure app provisioning connections"). A code in a pasted URL is the classic way to steal a consent, so nothing
//! pasted is ever fetched or sent on: the code and the `state` are taken out of it, if everything around them is exactly
//! what this app on this org's own host shows.

use std::borrow::Cow;

use secrecy::SecretString;
use url::Url;

use super::app::OFFICE365;
use super::id::{AppId, Digest};

/// The longest text that is looked at, in bytes: Okta's is well under 4,000.
pub const LONGEST: usize = 16 << 10;
/// The longest code or `state`.
const LONGEST_VALUE: usize = 4 << 10;

/// What was handed over, taken apart.
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
    /// Nothing, or far too much.
    #[error("the text is empty or far too long; copy the whole page that Okta showed, and nothing else")]
    Size,
    /// Neither Okta's JSON, nor its URL, nor code and `state`.
    #[error("this is not what Okta's last page shows: text that begins with {{\"continue_oauth_flow_url\"")]
    Shape,
    /// Another host than the org's.
    #[error(
        "the address in it is not on this org's own host; do not use it, and tell your operator where it came from"
    )]
    AnotherHost,
    /// Another app, or another endpoint.
    #[error("the address in it is not this app's; it belongs to another attempt")]
    AnotherApp,
    /// A code or `state` is missing, doubled, or not of the right characters.
    #[error("the code or the state in it is missing, doubled or damaged; copy the whole text again")]
    Damaged,
    /// The `state` is of no link that was given out here.
    #[error("it belongs to a consent that was not started here; begin again from the link in your mail")]
    AnotherAttempt,
}

/// Takes `text` apart: Okta's JSON, the bare URL in it, or `code=…&state=…`. `org` is the org's base URL. `given_out`
/// are the digests of the `state` of each link that this attempt was given.
pub fn parse(text: &str, org: &Url, app: &AppId, given_out: &[Digest]) -> Result<HandOver, NotAHandOver> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
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
    if !given_out.iter().any(|given| given.matches(&state)) {
        return Err(NotAHandOver::AnotherAttempt);
    }
    Ok(HandOver { code: SecretString::from(code), state })
}

/// The address in Okta's JSON, which has no other member.
fn href(text: &str) -> Result<String, NotAHandOver> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shown {
        continue_oauth_flow_url: Link,
    }
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Link {
        href: String,
        #[serde(default)]
        method: Option<String>,
        #[serde(default)]
        hints: Option<serde::de::IgnoredAny>,
    }
    let shown: Shown = serde_json::from_str(text).map_err(|_| NotAHandOver::Shape)?;
    let link = shown.continue_oauth_flow_url;
    let _ = link.hints;
    match link.method.as_deref() {
        None | Some("POST") => Ok(link.href),
        Some(_) => Err(NotAHandOver::Shape),
    }
}

fn query_of(address: &str, org: &Url, app: &AppId) -> Result<String, NotAHandOver> {
    // The parser would forgive tabs, backslashes and the like; a text that needs forgiving is not Okta's.
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

/// One code, one `state`; Microsoft's `session_state` may stand beside them, and nothing else.
fn code_and_state(query: &str) -> Result<(String, String), NotAHandOver> {
    let (mut code, mut state) = (None, None);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let place = match name.as_ref() {
            "code" => &mut code,
            "state" => &mut state,
            "session_state" => continue,
            _ => return Err(NotAHandOver::Shape),
        };
        if place.replace(value).is_some() {
            return Err(NotAHandOver::Damaged);
        }
    }
    match (code, state) {
        (Some(code), Some(state)) => Ok((whole(code)?, whole(state)?)),
        (None, None) => Err(NotAHandOver::Shape),
        _ => Err(NotAHandOver::Damaged),
    }
}

/// RFC 6749 appendix A.5 and A.11: visible ASCII characters.
fn whole(value: Cow<'_, str>) -> Result<String, NotAHandOver> {
    let whole = (1..=LONGEST_VALUE).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_graphic());
    if whole { Ok(value.into_owned()) } else { Err(NotAHandOver::Damaged) }
}

#[cfg(test)]
mod tests;
