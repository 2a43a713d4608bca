//! JSON that is safe to print to a terminal or to embed in a page.
//!
//! Control characters, characters that change the text direction, and HTML markup are written as `\u` escapes. A parser
//! reads the original values.

use std::io::{self, Write};

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{Formatter, Serializer};

use crate::domain::text::is_hidden;
use crate::web::problem::Problem;

/// Writes `value` as JSON with such escapes.
pub fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Escaping)).map_err(io::Error::from)
}

/// A JSON response with such escapes.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        let mut body = Vec::new();
        match write(&mut body, &self.0) {
            Ok(()) => (StatusCode::OK, [(CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => Problem::internal(&error).into_response(),
        }
    }
}

/// Parses the body of an API operation. `None` if it is empty or `null`. `form` shows what a body looks like.
pub fn body<T: DeserializeOwned>(bytes: &[u8], form: &str) -> Result<Option<T>, Problem> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(bytes)
        .map_err(|_| Problem::bad_request(format!("The body must be JSON of the form {form}.")))
}

/// Parses the body of an API operation that needs one.
pub fn required_body<T: DeserializeOwned>(bytes: &[u8], form: &str) -> Result<T, Problem> {
    body(bytes, form)?.ok_or_else(|| Problem::bad_request(format!("A body is missing. It is JSON of the form {form}.")))
}

fn is_escaped(c: char) -> bool {
    is_hidden(c) || matches!(c, '<' | '>' | '&')
}

struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut plain = 0;
        for (at, hidden) in fragment.char_indices().filter(|(_, c)| is_escaped(*c)) {
            writer.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            plain = at + hidden.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[plain..])
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_without_changing_values() {
        for value in
            ["plain", "Büro \u{202e}x\u{200f}", "\u{e0041}tag", "\u{1b}[31m\n\"\\", "\u{85}\u{7f}", "<b>&amp;", ""]
        {
            let mut out = Vec::new();
            write(&mut out, &value).unwrap();
            let text = String::from_utf8(out).unwrap();
            assert!(!text.chars().any(is_escaped), "{text}");
            assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
        }
    }
}
