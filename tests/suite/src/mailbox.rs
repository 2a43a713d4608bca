//! A transport that keeps the emails it is given, and that can be shut for a while.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::mail::{Email, MailError, MailTransport, MessageId};
use url::Url;

/// Emails, in the order in which they were taken. The same one taken twice is there twice.
#[derive(Debug, Default)]
pub struct Mailbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    emails: Vec<Email>,
    taken: u64,
    is_shut: bool,
}

impl Mailbox {
    /// An empty one, open.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Every email that was not taken out yet.
    pub fn emails(&self) -> Vec<Email> {
        self.0.lock().emails.clone()
    }

    /// Takes every email out.
    pub fn empty(&self) -> Vec<Email> {
        std::mem::take(&mut self.0.lock().emails)
    }

    /// Shuts it, or opens it again. While it is shut every email is to come again later.
    pub fn shut(&self, is_shut: bool) {
        self.0.lock().is_shut = is_shut;
    }
}

#[async_trait]
impl MailTransport for Mailbox {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        // As every transport: what cannot be a mail is refused for good.
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

/// The request that an email says it is about, in its header.
pub fn request(email: &Email) -> &str {
    header(email, "X-Regrant-Request").unwrap()
}

/// Every link of an email: of its text, of its HTML, and of the headers that mail programs act on.
pub fn links(email: &Email) -> BTreeSet<Url> {
    // A link stands alone on its line; a line of prose may begin with an address too.
    let is_link = |line: &&str| line.starts_with("https://") && !line.contains(char::is_whitespace);
    let of_text = email.text.lines().filter(is_link);
    let of_html = email.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let of_headers = header(email, "List-Unsubscribe").map(|value| value.trim_matches(['<', '>']));
    of_text.chain(of_html).chain(of_headers).map(|link| Url::parse(link.trim()).unwrap()).collect()
}

/// The path of the link whose path begins so, where the email has one.
pub fn link(email: &Email, begins: &str) -> Option<String> {
    links(email).into_iter().map(|link| link.path().to_owned()).find(|path| path.starts_with(begins))
}
