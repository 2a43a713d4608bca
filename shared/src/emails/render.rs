//! A document as text and as HTML: one template each, for every kind of email.

use std::fmt::Write as _;

use askama::Template;
use textwrap::{Options, WordSplitter};
use url::Url;

use super::document::{Block, Document};
use crate::domain::contact::Language;

/// The longest line of the text, in columns. Links alone may be longer, since a broken one leads nowhere.
const WIDTH: usize = 76;
/// How wide the names of facts may be before their values begin on a line of their own.
const NAMES: usize = 26;

#[derive(Template)]
#[template(path = "email.txt", escape = "none")]
struct Text<'a> {
    document: &'a Document,
}

#[derive(Template)]
#[template(path = "email.html")]
struct Html<'a> {
    document: &'a Document,
}

/// The whole document as text.
pub(super) fn text(document: &Document) -> Result<String, askama::Error> {
    Text { document }.render()
}

/// The whole document as HTML.
pub(super) fn html(document: &Document) -> Result<String, askama::Error> {
    Html { document }.render()
}

/// `text` in lines; the first begins with `first`, every other with `rest`.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(true)
        // A command or a name that is torn apart cannot be compared or copied.
        .word_splitter(WordSplitter::NoHyphenation);
    let mut lines = textwrap::fill(text, options);
    lines.push('\n');
    lines
}

fn ruled(text: &str, rule: &str) -> String {
    let lines = wrapped(text, "", "");
    let width = lines.lines().map(textwrap::core::display_width).max().unwrap_or_default();
    format!("{lines}{}\n", rule.repeat(width))
}

#[expect(clippy::unused_self, reason = "a template calls what belongs to it by `self`")]
impl Text<'_> {
    fn heading(&self, text: &str) -> String {
        ruled(text, "*")
    }

    fn section(&self, text: &str) -> String {
        format!("\n\n{}", ruled(text, "-"))
    }

    fn paragraph(&self, text: &str) -> String {
        if text.is_empty() { String::new() } else { format!("\n{}", wrapped(text, "", "")) }
    }

    fn callout(&self, text: &str) -> String {
        format!("\n{}", wrapped(text, "! ", "! "))
    }

    fn facts(&self, facts: &[(String, String)]) -> String {
        let width = |name: &str| textwrap::core::display_width(name);
        let column = facts.iter().map(|(name, _)| width(name)).max().unwrap_or_default().min(NAMES);
        let rest = " ".repeat(column + 5);
        let mut text = String::from("\n");
        for (name, value) in facts {
            if width(name) > column {
                text.push_str(&wrapped(&format!("{name}:"), "  ", "  "));
                text.push_str(&wrapped(value, "      ", "      "));
            } else {
                let first = format!("  {name}:{}", " ".repeat(column - width(name) + 2));
                text.push_str(&wrapped(value, &first, &rest));
            }
        }
        text
    }

    fn steps(&self, items: &[String]) -> String {
        let mut text = String::from("\n");
        for (at, item) in items.iter().enumerate() {
            text.push_str(&wrapped(item, &format!("{}. ", at + 1), "   "));
        }
        text
    }

    fn list(&self, items: &[String]) -> String {
        let mut text = String::from("\n");
        for item in items {
            text.push_str(&wrapped(item, "- ", "  "));
        }
        text
    }

    fn commands(&self, commands: &[String]) -> String {
        let mut text = String::from("\n");
        for command in commands {
            text.push_str(&wrapped(command, "    ", "    "));
        }
        text
    }

    /// A link stands alone on its line, so that every mail program finds both of its ends.
    fn link(&self, label: &str, url: &Url) -> String {
        format!("\n{}\n{url}\n", wrapped(&format!("{label}:"), "", ""))
    }

    fn table(&self, columns: &[String], rows: &[Vec<String>]) -> String {
        let mut text = String::new();
        for row in rows {
            let mut cells = columns.iter().zip(row);
            if let Some((_, name)) = cells.next() {
                text.push('\n');
                text.push_str(&wrapped(name, "* ", "  "));
            }
            for (column, cell) in cells {
                text.push_str(&wrapped(&format!("{column}: {cell}"), "  ", "    "));
            }
        }
        text
    }

    fn small_print(&self, texts: &[String]) -> String {
        let mut text = String::from("\n\n-- \n");
        for paragraph in texts {
            let _ = write!(text, "{}", wrapped(paragraph, "", ""));
        }
        text
    }
}

impl Html<'_> {
    const fn language(&self) -> &'static str {
        code(self.document.language)
    }

    /// What stands between backticks, and what does not.
    fn parts(text: &str) -> impl Iterator<Item = (bool, &str)> {
        text.split('`').enumerate().map(|(at, part)| (at % 2 == 1, part))
    }

    fn cells<'b>(columns: &'b [String], row: &'b [String]) -> impl Iterator<Item = (&'b String, &'b String)> {
        columns.iter().zip(row)
    }
}

/// The language as HTML and `Content-Language` name it (BCP 47).
pub(super) const fn code(language: Language) -> &'static str {
    match language {
        Language::En => "en",
        Language::De => "de",
    }
}
