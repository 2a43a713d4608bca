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
    fn only_hidden_characters_are_escaped() {
        let label = UntrustedText::new("Büro \u{202e}cod.exe\u{1b}[31m\n<b>");
        assert_eq!(label.to_string(), "Büro \\u{202e}cod.exe\\u{1b}[31m\\u{a}<b>");
        assert_eq!(label.raw(), "Büro \u{202e}cod.exe\u{1b}[31m\n<b>");
    }
}
