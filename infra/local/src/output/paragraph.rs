//! Paragraphs of at most 80 columns, beside a label.

use comfy_table::{ColumnConstraint, ContentArrangement, Table, TableStyle, Width};

/// How wide anything for people is.
const WIDTH: u16 = 80;

/// `label` padded to `indent` columns, then `text`, wrapped, with every further line indented as far.
pub fn paragraph(label: &str, indent: u16, text: &str) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .force_no_tty()
        .add_row([label, text])
        .set_constraints(
            [indent, WIDTH.saturating_sub(indent)].map(|width| ColumnConstraint::Absolute(Width::Fixed(width))),
        );
    for column in table.column_iter_mut() {
        column.set_padding((0, 0));
    }
    let mut paragraph = String::new();
    for line in table.lines() {
        paragraph.push_str(line.trim_end());
        paragraph.push('\n');
    }
    paragraph
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn long_text_is_wrapped_under_itself() {
        let text = paragraph("  next", 10, &"one two three 四五六 ".repeat(12));
        assert!(text.lines().count() > 1);
        for (number, line) in text.lines().enumerate() {
            assert!(line.width() <= 80, "{line}");
            assert_eq!(line.starts_with("          "), number > 0, "{line}");
        }
    }

    #[test]
    fn short_text_is_one_line() {
        assert_eq!(paragraph("  ok", 8, "fine"), "  ok    fine\n");
    }
}
