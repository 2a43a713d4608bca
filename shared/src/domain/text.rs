//! Text from other systems that Regrant displays.
//!
//! An app's label may contain HTML, control characters or marks that reverse the reading direction. [`UntrustedText`]
//! stores such text unchanged and displays it safely.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Text from outside: stored unchanged, displayed with every invisible or direction-changing character escaped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct UntrustedText(String);

impl UntrustedText {
    /// Wraps `text` without changing it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as received. Never print it to a terminal, a log or a page.
    pub fn raw(&self) -> &str {
        &self.0
    }
}

/// Whether a character is invisible: controls, line separators, and Unicode's direction marks
/// (UAX #9: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), zero-width and tag characters.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Removes what copying adds around a value: whitespace of any script, and byte order marks. PowerShell 5.1 writes one at
/// the start of everything that it pipes.
pub fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
}

/// A character that no one can see, for an error message: `U+200B (zero width space)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HiddenCharacter(char);

impl HiddenCharacter {
    /// The first character of `text` that is invisible, or whitespace other than a space.
    pub fn first_in(text: &str) -> Option<Self> {
        text.chars().find(|c| is_hidden(*c) || (c.is_whitespace() && *c != ' ')).map(Self)
    }

    const fn name(self) -> &'static str {
        match self.0 {
            '\0' => "null",
            '\t' => "tab",
            '\n' => "line feed",
            '\r' => "carriage return",
            '\u{1b}' => "escape",
            '\u{a0}' => "no-break space",
            '\u{ad}' => "soft hyphen",
            '\u{200b}' => "zero width space",
            '\u{200c}' => "zero width non-joiner",
            '\u{200d}' => "zero width joiner",
            '\u{200e}' => "left-to-right mark",
            '\u{200f}' => "right-to-left mark",
            '\u{2028}' => "line separator",
            '\u{2029}' => "paragraph separator",
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => "direction mark",
            '\u{202f}' => "narrow no-break space",
            '\u{2060}' => "word joiner",
            '\u{3000}' => "ideographic space",
            '\u{feff}' => "byte order mark",
            c if c.is_whitespace() => "unusual space",
            _ => "invisible character",
        }
    }
}

impl fmt::Display for HiddenCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "U+{:04X} ({})", u32::from(self.0), self.name())
    }
}

impl fmt::Display for UntrustedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = String::with_capacity(self.0.len());
        for c in self.0.chars() {
            if is_hidden(c) { shown.extend(c.escape_unicode()) } else { shown.push(c) }
        }
        f.pad(&shown)
    }
}

impl maud::Render for UntrustedText {
    fn render_to(&self, buffer: &mut String) {
        self.to_string().render_to(buffer);
    }
}

impl fmt::Debug for UntrustedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_order_marks_and_unicode_spaces_are_trimmed() {
        for around in ["\u{feff}", "\u{a0}", "\u{3000}\r\n", "\u{feff} \t", "\u{2028}"] {
            assert_eq!(trimmed(&format!("{around}a b{around}")), "a b", "{around:?}");
        }
        assert_eq!(trimmed("\u{feff} \n"), "");
    }

    #[test]
    fn hidden_characters_are_named() {
        let named = |text| HiddenCharacter::first_in(text).map(|found| found.to_string());
        assert_eq!(named("two words"), None);
        assert_eq!(named("a\u{200b}b").as_deref(), Some("U+200B (zero width space)"));
        assert_eq!(named("a\u{a0}b").as_deref(), Some("U+00A0 (no-break space)"));
        assert_eq!(named("a\u{e0041}b").as_deref(), Some("U+E0041 (invisible character)"));
        assert_eq!(named("a\u{feff}b").as_deref(), Some("U+FEFF (byte order mark)"));
    }

    #[test]
    fn only_hidden_characters_are_escaped() {
        let label = UntrustedText::new("Büro \u{202e}cod.exe\u{1b}[31m\n<b>");
        assert_eq!(label.to_string(), "Büro \\u{202e}cod.exe\\u{1b}[31m\\u{a}<b>");
        assert_eq!(label.raw(), "Büro \u{202e}cod.exe\u{1b}[31m\n<b>");
    }
}
