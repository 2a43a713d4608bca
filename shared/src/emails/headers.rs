//! Headers that thread the emails of one request, and that mark them as automatic for email programs.

use url::Url;

use super::context::EmailContext;
use super::document::language_tag;
use crate::mail::{NOTIFICATION_TAG, REQUEST_TAG};

/// The header that identifies a notification: a resent email has the same value. Unlike `Message-ID` and `Date`, which
/// Amazon SES replaces (SES developer guide, "Header fields"), every transport keeps it.
pub const NOTIFICATION_HEADER: &str = "X-Regrant-Notification";

/// The `Message-ID`, derived from the notification. A folder and SMTP keep it; Amazon SES replaces it.
pub(super) fn message_id(context: &EmailContext<'_>) -> String {
    format!("<{}@{}>", context.notification.id, context.sender.domain.as_str())
}

/// Every other header.
pub(super) fn headers(context: &EmailContext<'_>) -> Vec<(String, String)> {
    let (request, domain) = (&context.notification.request, context.sender.domain.as_str());
    // No email has this id. A common ancestor makes a thread even if no one received it (RFC 5322 section 3.6.4).
    let root = format!("<{request}@{domain}>");
    let header = |name: &str, value: String| (name.to_owned(), value);
    let mut headers = vec![
        header("In-Reply-To", root.clone()),
        header("References", root),
        // RFC 2919.
        header("List-Id", format!("Regrant <{domain}>")),
        // Suppresses automatic replies (RFC 3834 section 5). Exchange reads the second header instead.
        header("Auto-Submitted", "auto-generated".to_owned()),
        header("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()),
        header("X-Regrant-Request", request.to_string()),
        header(NOTIFICATION_HEADER, context.notification.id.to_string()),
        header("Content-Language", language_tag(context.language).to_owned()),
    ];
    if let Some(url) = context.mute.filter(|url| context.notification.about.can_be_muted() && is_https(url)) {
        headers.push(header("List-Unsubscribe", format!("<{url}>")));
        // RFC 8058 section 3.1.
        headers.push(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers
}

/// The tags that a mail transport repeats in delivery reports.
pub(super) fn tags(context: &EmailContext<'_>) -> Vec<(String, String)> {
    let notification = context.notification;
    vec![
        (REQUEST_TAG.to_owned(), notification.request.to_string()),
        (NOTIFICATION_TAG.to_owned(), notification.id.to_string()),
    ]
}

/// RFC 8058 requires https. A serialized URL contains no character that could end it early.
fn is_https(url: &Url) -> bool {
    url.scheme() == "https"
}
