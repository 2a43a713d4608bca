//! A mail transport that stores emails in memory and can be made unavailable.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::mail::{Email, MailError, MailTransport, MessageId};
use url::Url;

/// Accepted emails, in order, including duplicates.
#[derive(Debug, Default)]
pub struct Mailbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    emails: Vec<Email>,
    taken: u64,
    is_shut: bool,
}

impl Mailbox {
    /// An empty, available mailbox.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Every email that has not been removed yet.
    pub fn emails(&self) -> Vec<Email> {
        self.0.lock().emails.clone()
    }

    /// Removes and returns every email.
    pub fn empty(&self) -> Vec<Email> {
        std::mem::take(&mut self.0.lock().emails)
    }

    /// Makes it unavailable or available. While it is unavailable every send fails temporarily.
    pub fn shut(&self, is_shut: bool) {
        self.0.lock().is_shut = is_shut;
    }
}

#[async_trait]
impl MailTransport for Mailbox {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        // Like every transport: an invalid email is rejected permanently.
        email.to_mime()?;
        let mut state = self.0.lock();
        if state.is_shut {
            return Err(MailError::NotNow { reason: "the mailbox is shut".to_owned() });
        }
        state.emails.push(email.clone());
        state.taken += 1;
        Ok(MessageId(state.taken.to_string()))
    }
}

/// The value of an email's header.
pub fn header<'a>(email: &'a Email, name: &str) -> Option<&'a str> {
    email.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The request id in an email's header.
pub fn request(email: &Email) -> &str {
    header(email, "X-Regrant-Request").unwrap()
}

/// Every link of an email: in its text, its HTML, and the headers that mail clients act on.
pub fn links(email: &Email) -> BTreeSet<Url> {
    // A link is alone on its line; a line of prose may also begin with an address.
    let is_link = |line: &&str| line.starts_with("https://") && !line.contains(char::is_whitespace);
    let of_text = email.text.lines().filter(is_link);
    let of_html = email.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let of_headers = header(email, "List-Unsubscribe").map(|value| value.trim_matches(['<', '>']));
    of_text.chain(of_html).chain(of_headers).map(|link| Url::parse(link.trim()).unwrap()).collect()
}

/// The path of the email's link with this path prefix, if any.
pub fn link(email: &Email, begins: &str) -> Option<String> {
    links(email).into_iter().map(|link| link.path().to_owned()).find(|path| path.starts_with(begins))
}
