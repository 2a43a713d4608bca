//! Renders a document as the plain text part of an email.
//!
//! Each part writes the empty line before it and ends its last line.

use textwrap::{Options, WordSplitter};
use url::Url;

use super::document::{Block, Document, LinkRow};

/// The longest line of the text, in columns. Only links may be longer, because a broken link does not work.
const WIDTH: usize = 76;
/// The widest name column of facts, in columns. The value of a longer name begins on the next line.
const NAME_COLUMN: usize = 26;

/// Renders the whole document.
pub(super) fn render(document: &Document) -> String {
    let mut text = underlined(&document.heading, "*");
    for part in &document.blocks {
        text.push_str(&block(part));
    }
    text.push_str("\n\n-- \n");
    for paragraph in &document.small_print {
        text.push_str(&wrapped(paragraph, "", ""));
    }
    text
}

fn block(block: &Block) -> String {
    match block {
        Block::Heading(text) => format!("\n\n{}", underlined(text, "-")),
        Block::Details(text) => format!("\n\n{}\n{}", "=".repeat(WIDTH), wrapped(text, "", "")),
        Block::Paragraph(text) => paragraph(text),
        Block::Callout(text) => format!("\n{}", wrapped(text, "! ", "! ")),
        Block::Facts(facts) => format!("\n{}", self::facts(facts)),
        Block::Steps(items) => {
            let items = items.iter().enumerate().map(|(at, item)| wrapped(item, &format!("{}. ", at + 1), "   "));
            format!("\n{}", items.collect::<String>())
        }
        Block::List(items) => format!("\n{}", items.iter().map(|item| wrapped(item, "- ", "  ")).collect::<String>()),
        Block::Commands(commands) => {
            format!("\n{}", commands.iter().map(|command| wrapped(command, "    ", "    ")).collect::<String>())
        }
        Block::Action { label, url, note } => format!("{}{}", link(label, url), paragraph(note)),
        Block::Link { label, url } => link(label, url),
        Block::Links(rows) => rows.iter().map(link_row).collect(),
        Block::Table { columns, rows } => table(columns, rows),
    }
}

/// Wraps `text` into lines. The first line begins with `first`, each further line with `rest`.
fn wrapped(text: &str, first: &str, rest: &str) -> String {
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(true)
        // A hyphenated command or name cannot be compared or copied.
        .word_splitter(WordSplitter::NoHyphenation);
    let mut lines = textwrap::fill(text, options);
    lines.push('\n');
    lines
}

fn underlined(text: &str, rule: &str) -> String {
    let lines = wrapped(text, "", "");
    let width = lines.lines().map(textwrap::core::display_width).max().unwrap_or_default();
    format!("{lines}{}\n", rule.repeat(width))
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\n{}", wrapped(text, "", "")) }
}

fn facts(facts: &[(String, String)]) -> String {
    let width = |name: &str| textwrap::core::display_width(name);
    let column = facts.iter().map(|(name, _)| width(name)).max().unwrap_or_default().min(NAME_COLUMN);
    let rest = " ".repeat(column + 5);
    let lines = facts.iter().map(|(name, value)| {
        if width(name) > column {
            wrapped(&format!("{name}:"), "  ", "  ") + &wrapped(value, "      ", "      ")
        } else {
            let first = format!("  {name}:{}", " ".repeat(column - width(name) + 2));
            wrapped(value, &first, &rest)
        }
    });
    lines.collect()
}

/// A link stands alone on its line, so that every email program finds both of its ends.
fn link(label: &str, url: &Url) -> String {
    format!("\n{}\n{url}\n", wrapped(&format!("{label}:"), "", ""))
}

fn link_row(row: &LinkRow) -> String {
    let url = row.link.as_ref().map(|(_, url)| format!("{url}\n")).unwrap_or_default();
    format!("\n{}{}{url}", wrapped(&row.name, "* ", "  "), wrapped(&row.facts, "  ", "  "))
}

fn table(columns: &[String], rows: &[Vec<String>]) -> String {
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
