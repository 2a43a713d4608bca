//! The headers that make emails of one request a thread, and that tell programs what they are.

use url::Url;

use super::context::EmailContext;
use super::render::code;
use crate::mail::{NOTIFICATION_TAG, REQUEST_TAG};

/// `<…>`, worked out from the notification: the same notification is the same mail, however often it is sent.
pub(super) fn message_id(context: &EmailContext<'_>) -> String {
    format!("<{}@{}>", context.notification.id, context.sender.domain.as_str())
}

/// Every further header.
pub(super) fn headers(context: &EmailContext<'_>) -> Vec<(String, String)> {
    let (request, domain) = (&context.notification.request, context.sender.domain.as_str());
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
        header("Content-Language", code(context.language).to_owned()),
    ];
    if let Some(url) = context.mute.filter(|url| context.notification.about.can_be_muted() && is_https(url)) {
        headers.push(header("List-Unsubscribe", format!("<{url}>")));
        // RFC 8058 section 3.1.
        headers.push(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

/// What a transport says again when it reports what became of the email.
pub(super) fn tags(context: &EmailContext<'_>) -> Vec<(String, String)> {
    let notification = context.notification;
    vec![
        (REQUEST_TAG.to_owned(), notification.request.to_string()),
        (NOTIFICATION_TAG.to_owned(), notification.id.to_string()),
    ]
}

/// RFC 8058 demands https; a URL's own text has no character that could end it early.
fn is_https(url: &Url) -> bool {
    url.scheme() == "https"
}
