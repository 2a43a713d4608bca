//! The content of one email, in order, before it is rendered as text and HTML. Both renderers show every part.

use url::Url;

use crate::domain::contact::Language;

/// One email's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) language: Language,
    /// The subject, on one line.
    pub(super) subject: String,
    /// The preview text that inboxes show next to the subject.
    pub(super) preheader: String,
    pub(super) tone: Tone,
    /// The only `h1`.
    pub(super) heading: String,
    pub(super) blocks: Vec<Block>,
    /// The footer's paragraphs.
    pub(super) small_print: Vec<String>,
}

/// The colour of an email. The words say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Calm,
    Urgent,
    Good,
}

impl Tone {
    /// The CSS class.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Urgent => "urgent",
            Self::Good => "good",
        }
    }
}

/// A part of an email. Text between backticks is a command or an identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Heading(String),
    /// The heading of everything that a reader in a hurry can skip.
    Details(String),
    Paragraph(String),
    /// A highlighted paragraph that the reader must not miss.
    Callout(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// Things to do, in this order.
    Steps(Vec<String>),
    List(Vec<String>),
    /// Commands to type as they are.
    Commands(Vec<String>),
    /// The only button, with a note about its link.
    Action {
        label: String,
        url: Url,
        note: String,
    },
    /// A secondary link.
    Link {
        label: String,
        url: Url,
    },
    /// Several things to open, each with facts on one line.
    Links(Vec<LinkRow>),
    /// Rows under column names. The first cell names its row.
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

/// One of several things to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkRow {
    pub(super) name: String,
    pub(super) facts: String,
    /// The link and its text; `None` if there is nothing to open.
    pub(super) link: Option<(String, Url)>,
}

/// The language tag for HTML and `Content-Language` (BCP 47).
pub(super) const fn language_tag(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::De => "de",
    }
}

impl Document {
    /// Returns every text that each rendering must show. Tests compare links separately.
    #[cfg(test)]
    pub(super) fn visible_texts(&self) -> Vec<&str> {
        let mut texts = vec![self.heading.as_str()];
        for block in &self.blocks {
            match block {
                Block::Heading(text) | Block::Details(text) | Block::Paragraph(text) | Block::Callout(text) => {
                    texts.push(text);
                }
                Block::Facts(pairs) => texts.extend(pairs.iter().flat_map(|(name, value)| [&**name, &**value])),
                Block::Steps(items) | Block::List(items) | Block::Commands(items) => {
                    texts.extend(items.iter().map(String::as_str));
                }
                Block::Action { label, note, .. } => texts.extend([&**label, &**note]),
                Block::Link { label, .. } => texts.push(label),
                Block::Links(rows) => texts.extend(rows.iter().flat_map(|row| [&*row.name, &*row.facts])),
                Block::Table { columns, rows } => {
                    texts.extend(columns.iter().skip(1).chain(rows.iter().flatten()).map(String::as_str));
                }
            }
        }
        texts.extend(self.small_print.iter().map(String::as_str));
        texts
    }
}
