//! A carrier that keeps the letters it is given, and that can be shut for a while.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use regrant::mail::{Carrier, Letter, MailError, MessageId};
use url::Url;

/// Letters, in the order in which they were taken. The same one taken twice is there twice.
#[derive(Debug, Default)]
pub struct Letterbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    letters: Vec<Letter>,
    taken: u64,
    is_shut: bool,
}

impl Letterbox {
    /// An empty one, open.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Every letter that was not taken out yet.
    pub fn letters(&self) -> Vec<Letter> {
        self.0.lock().letters.clone()
    }

    /// Takes every letter out.
    pub fn empty(&self) -> Vec<Letter> {
        std::mem::take(&mut self.0.lock().letters)
    }

    /// Shuts it, or opens it again. While it is shut every letter is to come again later.
    pub fn shut(&self, is_shut: bool) {
        self.0.lock().is_shut = is_shut;
    }
}

#[async_trait]
impl Carrier for Letterbox {
    async fn send(&self, letter: &Letter) -> Result<MessageId, MailError> {
        // As every carrier: what cannot be a mail is refused for good.
        letter.to_mime()?;
        let mut state = self.0.lock();
        if state.is_shut {
            return Err(MailError::NotNow { reason: "the letterbox is shut".to_owned() });
        }
        state.letters.push(letter.clone());
        state.taken += 1;
        Ok(MessageId(state.taken.to_string()))
    }
}

/// The value of a letter's header.
pub fn header<'a>(letter: &'a Letter, name: &str) -> Option<&'a str> {
    letter.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The request that a letter says it is about, in its header.
pub fn request(letter: &Letter) -> &str {
    header(letter, "X-Regrant-Request").unwrap()
}

/// Every link of a letter: of its text, of its HTML, and of the headers that mail programs act on.
pub fn links(letter: &Letter) -> BTreeSet<Url> {
    // A link stands alone on its line; a line of prose may begin with an address too.
    let is_link = |line: &&str| line.starts_with("https://") && !line.contains(char::is_whitespace);
    let of_text = letter.text.lines().filter(is_link);
    let of_html = letter.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let of_headers = header(letter, "List-Unsubscribe").map(|value| value.trim_matches(['<', '>']));
    of_text.chain(of_html).chain(of_headers).map(|link| Url::parse(link.trim()).unwrap()).collect()
}

/// The path of the link whose path begins so, where the letter has one.
pub fn link(letter: &Letter, begins: &str) -> Option<String> {
    links(letter).into_iter().map(|link| link.path().to_owned()).find(|path| path.starts_with(begins))
}
