//! The headers that make letters of one request a thread, and that tell programs what they are.

use url::Url;

use super::render::code;
use super::telling::Telling;
use crate::mail::{NOTICE_TAG, REQUEST_TAG};

/// `<…>`, worked out from the notice: the same notice is the same mail, however often it is sent.
pub(super) fn message_id(telling: &Telling<'_>) -> String {
    format!("<{}@{}>", telling.notice.id, telling.sender.domain.as_str())
}

/// Every further header.
pub(super) fn headers(telling: &Telling<'_>) -> Vec<(String, String)> {
    let (request, domain) = (&telling.notice.request, telling.sender.domain.as_str());
    // No mail has this id. Threads are made of common ancestors, seen or not (RFC 5322 section 3.6.4).
    let root = format!("<{request}@{domain}>");
    let header = |name: &str, value: String| (name.to_owned(), value);
    let mut headers = vec![
        header("In-Reply-To", root.clone()),
        header("References", root),
        // RFC 2919.
        header("List-Id", format!("Regrant <{domain}>")),
        // RFC 3834 section 5: nobody's absence note answers it. Exchange looks at the other.
        header("Auto-Submitted", "auto-generated".to_owned()),
        header("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()),
        header("X-Regrant-Request", request.to_string()),
        header("Content-Language", code(telling.language).to_owned()),
    ];
    if let Some(url) = telling.mute.filter(|url| telling.notice.about.can_be_muted() && is_https(url)) {
        headers.push(header("List-Unsubscribe", format!("<{url}>")));
        // RFC 8058 section 3.1.
        headers.push(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

/// What a carrier says again when it reports what became of the letter.
pub(super) fn tags(telling: &Telling<'_>) -> Vec<(String, String)> {
    let notice = telling.notice;
    vec![(REQUEST_TAG.to_owned(), notice.request.to_string()), (NOTICE_TAG.to_owned(), notice.id.to_string())]
}

/// RFC 8058 demands https; a URL's own text has no character that could end it early.
fn is_https(url: &Url) -> bool {
    url.scheme() == "https"
}
