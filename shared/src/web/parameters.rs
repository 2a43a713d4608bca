//! Strict parsing of query and form parameters.
//!
//! Repeated parameters are rejected, because two parsers may pick different values (RFC 6749 section 3.1). So are
//! parameters that are not UTF-8, and input longer than any legitimate request.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::IntoParams;

use super::problem::Problem;
use crate::domain::text::UntrustedText;

/// Maximum length of a query or form, in bytes. The text of Okta's last page is the longest legitimate value.
pub const MAX_BYTES: usize = 32 << 10;
const MAX_PARAMETERS: usize = 32;
/// The most characters of an unknown name that an error quotes.
const MAX_SHOWN: usize = 40;

/// Why parameters were rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// More than the maximum length, or more than 32 parameters.
    #[error("the query or form is too long, or has too many parameters")]
    TooLarge,
    /// Two parameters have the same name.
    #[error("a parameter is repeated")]
    Repeated,
    /// A name or value is not UTF-8 after percent-decoding.
    #[error("a parameter is not UTF-8")]
    NotUtf8,
}

/// Parameters with distinct names.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Parses `application/x-www-form-urlencoded`, the format of queries and forms.
    pub fn parse(encoded: &[u8]) -> Result<Self, ParametersError> {
        Self::parse_up_to(encoded, MAX_BYTES)
    }

    /// The same, with a maximum length for forms of signed-in operators, which may contain lists.
    pub fn parse_up_to(encoded: &[u8], most: usize) -> Result<Self, ParametersError> {
        if encoded.len() > most {
            return Err(ParametersError::TooLarge);
        }
        let mut parsed: Vec<(String, String)> = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = decode(&pair[..at])?;
            let value = decode(pair.get(at + 1..).unwrap_or_default())?;
            if parsed.iter().any(|(known, _)| *known == name) {
                return Err(ParametersError::Repeated);
            }
            if parsed.len() == MAX_PARAMETERS {
                return Err(ParametersError::TooLarge);
            }
            parsed.push((name, value));
        }
        Ok(Self(parsed))
    }

    /// The parameters that have a value, as a JSON object of strings.
    fn into_object(self) -> Value {
        let given = self.0.into_iter().filter(|(_, value)| !value.is_empty());
        Value::Object(given.map(|(name, value)| (name, Value::String(value))).collect())
    }

    /// The first parameter that `known` does not list.
    fn unknown(&self, known: &[String]) -> Option<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).find(|name| !known.iter().any(|known| known == name))
    }

    /// The value of a parameter. `None` if it is missing or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// The query of an API operation. `T` documents its parameters in the OpenAPI document, and no others are accepted. Each is
/// an `Option<String>`; an empty value counts as absent.
#[derive(Debug, Clone, Copy)]
pub struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned + IntoParams, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let given = Parameters::parse(query.as_bytes())
            .map_err(|error| Problem::bad_request(format!("The query cannot be used: {error}.")))?;
        let known: Vec<String> = T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
        if let Some(name) = given.unknown(&known) {
            let name = UntrustedText::new(name.chars().take(MAX_SHOWN).collect::<String>());
            let detail = format!("The query parameter \"{name}\" is unknown; use {}.", known.join(", "));
            return Err(Problem::bad_request(detail));
        }
        // Every known parameter is text, so this only fails if `T` is not as documented.
        serde_json::from_value(given.into_object()).map(Self).map_err(|error| Problem::internal(&error))
    }
}

/// Decodes one name or value. The library would replace invalid UTF-8, so we check for it ourselves.
fn decode(part: &[u8]) -> Result<String, ParametersError> {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Cow<'_, [u8]> = percent_encoding::percent_decode(&spaced).into();
    String::from_utf8(bytes.into_owned()).map_err(|_| ParametersError::NotUtf8)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let read = Parameters::parse(b"code=a%2Bb+c&state=&&flag&n%C3%A4me=%E2%9C%93").unwrap();
        assert_eq!(read.get("code"), Some("a+b c"));
        assert_eq!(read.get("n\u{e4}me"), Some("\u{2713}"));
        assert_eq!((read.get("state"), read.get("flag"), read.get("other")), (None, None, None));
    }

    #[test]
    fn repeated_oversized_and_non_utf8_parameters_are_rejected() {
        assert_eq!(Parameters::parse(b"state=a&state=b").unwrap_err(), ParametersError::Repeated);
        assert_eq!(Parameters::parse(b"state=a&st%61te=b").unwrap_err(), ParametersError::Repeated);
        assert_eq!(Parameters::parse(b"code=%FF%FE").unwrap_err(), ParametersError::NotUtf8);
        assert_eq!(Parameters::parse(b"%C0%80=1").unwrap_err(), ParametersError::NotUtf8);
        assert_eq!(Parameters::parse(&vec![b'a'; MAX_BYTES + 1]).unwrap_err(), ParametersError::TooLarge);
        let many = (0..=MAX_PARAMETERS).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        assert_eq!(Parameters::parse(many.as_bytes()).unwrap_err(), ParametersError::TooLarge);
    }
}
