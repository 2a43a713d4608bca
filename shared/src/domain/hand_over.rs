//! The hand-over: the text on Okta's last page after Microsoft's consent, pasted by the person who consented.
//!
//! Microsoft redirects to Okta, and Okta's page shows `{"continue_oauth_flow_url":{"href":"…","method":"POST"}}` (Okta,
//! "Configure app provisioning connections"). Browsers copy that page in many forms: raw, formatted, as the rows of a JSON
//! viewer, or only the address. So the text around the URL does not matter, but the URL does: Regrant accepts exactly one URL
//! of this app's callback on this org's own host, and it never fetches or forwards pasted text (pasting a URL with a code is a
//! known way to steal a consent).

use std::borrow::Cow;

use secrecy::SecretString;
use url::Url;

use super::app::OFFICE365;
use super::id::{AppId, Sha256Digest};
use super::text::{UntrustedText, is_hidden, trimmed};

/// The longest accepted text, in bytes. Okta's text is well under 4,000; a JSON viewer may show it twice.
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAHandOver {
    /// It is empty.
    #[error("the text is empty")]
    Empty,
    /// It is longer than any page of Okta's.
    #[error("the text is too long; copy only the text of Okta's page")]
    TooLong,
    /// It has neither a URL nor a code with a `state`.
    #[error("this is not what Okta's last page shows: text that begins with {{\"continue_oauth_flow_url\"")]
    Shape,
    /// Its URL points to a host other than the org's.
    #[error(
        "the URL in this text is on {host}, not on this org's own host; do not use it, and tell your operator where it came from"
    )]
    AnotherHost {
        /// The host, as far as the URL has one.
        host: UntrustedText,
    },
    /// Its URL belongs to a different app or endpoint.
    #[error("the URL in this text belongs to a different app")]
    AnotherApp,
    /// It contains two different URLs of this app.
    #[error("the text contains two different URLs of this app; copy the text of one page only")]
    Several,
    /// Microsoft returned an error to Okta instead of a code.
    #[error("Microsoft returned an error to Okta, so no consent was given; open the consent again")]
    Declined,
    /// A code or `state` is missing, duplicated or malformed.
    #[error("the code or the state in this text is missing, duplicated or damaged; copy the whole text again")]
    Damaged,
    /// Its `state` does not belong to any link of this attempt.
    #[error("this text belongs to a consent that was not started here; start again from the link in your email")]
    AnotherAttempt,
}

/// Parses `text`: anything that contains exactly one URL of this app's callback, or `code=…&state=…` alone. `org` is the
/// org's base URL. `issued_states` are the digests of the `state` of each link that this attempt received.
pub fn parse(text: &str, org: &Url, app: &AppId, issued_states: &[Sha256Digest]) -> Result<HandOver, NotAHandOver> {
    let text = trimmed(text);
    if text.is_empty() {
        return Err(NotAHandOver::Empty);
    }
    if text.len() > MAX_TEXT_BYTES {
        return Err(NotAHandOver::TooLong);
    }
    let plain = without_escapes(text);
    let (code, state) = if plain.contains("://") { in_only_url(&plain, org, app)? } else { code_and_state(&plain)? };
    if !issued_states.iter().any(|issued| issued.matches(&state)) {
        return Err(NotAHandOver::AnotherAttempt);
    }
    Ok(HandOver { code: SecretString::from(code), state })
}

/// The code and the `state` in the only URL of this app's callback. Without one, the error is about the first other URL.
fn in_only_url(text: &str, org: &Url, app: &AppId) -> Result<(String, String), NotAHandOver> {
    let (mut found, mut other) = (None, None);
    for address in addresses(text) {
        match query_of(&address, org, app) {
            Ok(query) => {
                let values = code_and_state(&query)?;
                if found.as_ref().is_some_and(|known| *known != values) {
                    return Err(NotAHandOver::Several);
                }
                found = Some(values);
            }
            Err(why) => other = other.or(Some(why)),
        }
    }
    found.ok_or_else(|| other.unwrap_or(NotAHandOver::Shape))
}

/// Escapes that JSON and HTML allow in a URL or around it. JSON in a text of JSON is escaped twice, so backslashes come first.
const ESCAPES: [(&str, &str); 12] = [
    ("\\\\", "\\"),
    ("\\/", "/"),
    ("\\\"", "\""),
    ("\\n", "\n"),
    ("\\u0026", "&"),
    ("\\u003d", "="),
    ("\\u003D", "="),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&amp;", "&"),
    ("&#38;", "&"),
    ("&#x26;", "&"),
];

fn without_escapes(text: &str) -> String {
    ESCAPES.iter().fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// Every URL in `text`, without the quotes and punctuation around it.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let is_quote = |c: char| {
        matches!(
            c,
            '"' | '\'' | '<' | '>' | '`' | '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}'
        )
    };
    let ends = |c: char| c.is_whitespace() || is_hidden(c) || is_quote(c);
    let words: Vec<String> = text.split(ends).map(str::to_owned).collect();
    words.into_iter().filter_map(|word| {
        let before = word.get(..word.find("://")?)?;
        let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        Some(word.get(start..)?.trim_end_matches([',', ';', '.', ')', ']', '}']).to_owned())
    })
}

fn query_of(address: &str, org: &Url, app: &AppId) -> Result<String, NotAHandOver> {
    // The URL parser tolerates backslashes and similar. A URL that needs such tolerance is not Okta's.
    if address.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
        return Err(NotAHandOver::Shape);
    }
    let url = Url::parse(address).map_err(|_| NotAHandOver::Shape)?;
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !bare || url.origin() != org.origin() {
        return Err(NotAHandOver::AnotherHost { host: UntrustedText::new(url.host_str().unwrap_or_default()) });
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
            // An error response (RFC 6749 section 4.1.2.1).
            "error" => return Err(NotAHandOver::Declined),
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
