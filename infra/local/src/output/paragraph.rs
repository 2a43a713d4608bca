//! Wrapped paragraphs next to a label.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

/// Keeps the words of a command together while text is wrapped.
const NO_BREAK_SPACE: char = '\u{a0}';

/// `label` padded to `indent` columns, then `text` wrapped to `width` columns in total. Further lines have the same
/// indent. A command in backticks is not wrapped unless it is longer than a line.
pub fn paragraph(width: u16, label: &str, indent: u16, text: &str) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .force_no_tty()
        .add_row([label.to_owned(), unbroken_commands(text)])
        .set_constraints(
            [indent, width.saturating_sub(indent)].map(|width| ColumnConstraint::Absolute(Width::Fixed(width))),
        );
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    let mut paragraph = String::new();
    for line in table.lines() {
        paragraph.push_str(&line.trim_end().replace(NO_BREAK_SPACE, " "));
        paragraph.push('\n');
    }
    paragraph
}

fn unbroken_commands(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 1 { part.replace(' ', "\u{a0}") } else { part.to_owned() });
    parts.collect::<Vec<_>>().join("`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn long_text_wraps_under_itself() {
        for width in [40, 80, 120] {
            let text = paragraph(width, "  next", 10, &"one two three 四五六 ".repeat(12));
            assert!(text.lines().count() > 1);
            for (number, line) in text.lines().enumerate() {
                assert!(line.width() <= usize::from(width), "{line}");
                assert_eq!(line.starts_with("          "), number > 0, "{line}");
            }
        }
    }

    #[test]
    fn short_text_is_one_line() {
        assert_eq!(paragraph(80, "  ok", 8, "fine"), "  ok    fine\n");
    }

    #[test]
    fn commands_are_not_wrapped() {
        let text = paragraph(40, "", 4, "The org is not known; run `regrant org list` to see all orgs.");
        assert!(text.contains("`regrant org list`") && text.lines().count() > 1, "{text}");
    }
}
