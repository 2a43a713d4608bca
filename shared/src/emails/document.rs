//! What an email holds, in order, before it is text or HTML. Both templates show every part of it.

use url::Url;

use crate::domain::contact::Language;

/// One email's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) language: Language,
    /// One line.
    pub(super) subject: String,
    /// What lists of mails show beside the subject.
    pub(super) preheader: String,
    pub(super) tone: Tone,
    /// The one heading of the first rank.
    pub(super) heading: String,
    pub(super) blocks: Vec<Block>,
    /// What comes last, in small emails.
    pub(super) small_print: Vec<String>,
}

/// How an email looks at first sight. The words say it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Calm,
    Urgent,
    Good,
}

impl Tone {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Urgent => "urgent",
            Self::Good => "good",
        }
    }
}

/// A part of an email. What stands between backticks is a command or a name to be compared email by email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    Heading(String),
    Paragraph(String),
    /// What the reader must not overlook.
    Callout(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// Things to do, in this order.
    Steps(Vec<String>),
    List(Vec<String>),
    /// Commands, to be typed as they are.
    Commands(Vec<String>),
    /// The one button: its words, where it leads, and what to know about it.
    Action {
        label: String,
        url: Url,
        note: String,
    },
    /// A link beside the way.
    Link {
        label: String,
        url: Url,
    },
    /// Rows under column names. The first column names the row.
    Table {
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
}

impl Document {
    /// Every text of it that a reader must find, whatever shows the email. Links are compared apart.
    #[cfg(test)]
    pub(super) fn facts(&self) -> Vec<&str> {
        let mut facts = vec![self.heading.as_str()];
        for block in &self.blocks {
            match block {
                Block::Heading(text) | Block::Paragraph(text) | Block::Callout(text) => facts.push(text),
                Block::Facts(pairs) => facts.extend(pairs.iter().flat_map(|(name, value)| [&**name, &**value])),
                Block::Steps(items) | Block::List(items) | Block::Commands(items) => {
                    facts.extend(items.iter().map(String::as_str));
                }
                Block::Action { label, note, .. } => facts.extend([&**label, &**note]),
                Block::Link { label, .. } => facts.push(label),
                Block::Table { columns, rows } => {
                    facts.extend(columns.iter().skip(1).chain(rows.iter().flatten()).map(String::as_str));
                }
            }
        }
        facts.extend(self.small_print.iter().map(String::as_str));
        facts
    }
}
