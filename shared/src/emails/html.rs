//! Renders a document as the HTML part of an email. The HTML loads nothing: no image, font, script or external style.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::document::{Block, Document, language_tag};

const STYLE: &str = include_str!("email.css");

/// Renders the whole document.
pub(super) fn render(document: &Document) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language_tag(document.language)) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                meta name="format-detection" content="telephone=no";
                title { (document.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                div.preheader { (document.preheader) }
                div class={ "sheet " (document.tone.name()) } role="article" aria-label=(document.heading) {
                    p.brand { "Regrant" }
                    h1 { (document.heading) }
                    @for part in &document.blocks { (PreEscaped("\n")) (block(part)) }
                    (PreEscaped("\n"))
                    div.end { @for text in &document.small_print { p { (inline_code(text)) } } }
                }
            }
        }
    };
    page.into_string()
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Heading(text) => h2 { (text) },
            Block::Details(text) => h2.details { (text) },
            Block::Paragraph(text) => p { (inline_code(text)) },
            Block::Callout(text) => p.callout { (inline_code(text)) },
            Block::Facts(facts) => dl.facts {
                @for (name, value) in facts { dt { (name) } dd { (inline_code(value)) } }
            },
            Block::Steps(items) => ol { @for item in items { li { (inline_code(item)) } } },
            Block::List(items) => ul { @for item in items { li { (inline_code(item)) } } },
            Block::Commands(commands) => pre { (commands.join("\n")) },
            Block::Action { label, url, note } => {
                p.go { a href=(url) { (label) } }
                p.note { (inline_code(note)) }
            },
            Block::Link { label, url } => p { a href=(url) { (label) } },
            Block::Links(rows) => ul.links {
                @for row in rows {
                    li {
                        b { (row.name) } " "
                        span { (inline_code(&row.facts)) }
                        @if let Some((label, url)) = &row.link { " " a href=(url) { (label) } }
                    }
                }
            },
            Block::Table { columns, rows } => (table(columns, rows)),
        }
    }
}

/// `data-name` repeats the column's name on each cell, for screens too narrow for a table.
fn table(columns: &[String], rows: &[Vec<String>]) -> Markup {
    html! {
        table.many[columns.len() > 3] {
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody {
                @for row in rows {
                    tr {
                        @for (at, (name, cell)) in columns.iter().zip(row).enumerate() {
                            td data-name=[(at > 0).then_some(name)] { (inline_code(cell)) }
                        }
                    }
                }
            }
        }
    }
}

/// Renders `text` with each part between backticks as code.
pub(crate) fn inline_code(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
