//! Wrapped paragraphs next to a label.

use std::borrow::Cow;

use textwrap::WordSeparator;
use textwrap::core::{Word, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

/// Keeps the words of a command together while text is wrapped.
const NO_BREAK_SPACE: char = '\u{a0}';
/// The narrowest text. In a narrower terminal, lines are too long rather than one character each.
const NARROWEST: usize = 20;

/// `label` padded to `indent` columns, then `text` wrapped to `width` columns in total. Further lines have the same
/// indent. A label that does not fit has its own line. What people copy is never wrapped: commands in backticks, URLs and
/// paths.
pub fn paragraph(width: u16, label: &str, indent: u16, text: &str) -> String {
    let indent = usize::from(indent);
    let room = usize::from(width).saturating_sub(indent).max(NARROWEST);
    let mut paragraph = String::new();
    let label = label.trim_end();
    let label_width = display_width(label);
    let mut begun = indent == 0 || label_width < indent;
    if begun {
        paragraph.push_str(label);
        paragraph.push_str(&" ".repeat(indent.saturating_sub(label_width)));
    } else {
        paragraph.push_str(label);
        paragraph.push('\n');
    }
    for line in wrapped(text, room) {
        if !begun {
            paragraph.push_str(&" ".repeat(indent));
        }
        begun = false;
        paragraph.push_str(&line);
        paragraph.truncate(paragraph.trim_end().len());
        paragraph.push('\n');
    }
    paragraph
}

/// `text` in lines of at most `room` columns, except what is never wrapped.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let text = unbroken_commands(text);
    text.lines().flat_map(|line| wrapped_line(line, room)).collect()
}

fn wrapped_line(line: &str, room: usize) -> Vec<String> {
    let words: Vec<Word<'_>> = WordSeparator::AsciiSpace
        .find_words(line)
        .flat_map(|word| if is_unbreakable(word.word) { vec![word] } else { word.break_apart(room).collect() })
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "terminals are narrower than 2^52 columns")]
    let lines = wrap_first_fit(&words, &[room as f64]);
    let joined = lines.into_iter().map(|words| {
        let parts = words.iter().flat_map(|word| [word.word, word.whitespace]).collect::<String>();
        parts.trim_end().replace(NO_BREAK_SPACE, " ")
    });
    joined.collect()
}

/// Whether a word is something that people copy.
fn is_unbreakable(word: &str) -> bool {
    word.contains('`') || word.contains("://") || word.starts_with('/')
}

fn unbroken_commands(text: &str) -> Cow<'_, str> {
    if !text.contains('`') {
        return Cow::Borrowed(text);
    }
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| if at % 2 == 1 { part.replace(' ', "\u{a0}") } else { part.to_owned() });
    Cow::Owned(parts.collect::<Vec<_>>().join("`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn long_text_wraps_under_itself() {
        for width in [40, 80, 120, 200] {
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
    fn long_labels_have_their_own_line() {
        assert_eq!(paragraph(80, "  ok  acme.okta.com", 8, "fine"), "  ok  acme.okta.com\n        fine\n");
    }

    #[test]
    fn what_people_copy_is_not_wrapped() {
        let command = "`regrant waive acme.okta.com 0oa1 --until 2w --reason merger`";
        let url = "https://acme.okta.com/a/very/long/path/that/does/not/fit/on/one/line";
        for width in [20, 40, 80] {
            let text = paragraph(width, "", 4, &format!("Postpone it with {command}, or see {url} for more."));
            assert!(text.contains(command) && text.contains(url), "{text}");
            assert!(text.lines().count() > 2, "{text}");
        }
    }

    #[test]
    fn long_words_are_broken() {
        let text = paragraph(40, "", 0, &"組織".repeat(60));
        assert!(text.lines().all(|line| line.width() <= 40), "{text}");
    }
}
