//! Parameters of a query or a form, read strictly.
//!
//! A parameter that comes twice is refused, since two readers may each take another one (RFC 6749 section 3.1); so is
//! what is not UTF-8 and what is longer than anything honest.

use std::borrow::Cow;

/// The longest query or form, in bytes. A hand-over is the longest thing anybody sends.
pub const LONGEST: usize = 32 << 10;
/// How many parameters there may be.
const MOST: usize = 32;

/// Why parameters are not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadParameters {
    /// Too many bytes or too many parameters.
    #[error("the parameters are too long or too many")]
    Size,
    /// A name comes twice.
    #[error("a parameter comes twice")]
    Twice,
    /// Not UTF-8 once the percent signs are taken away.
    #[error("a parameter is not UTF-8")]
    NotUtf8,
}

/// Parameters, each at most once.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Reads `application/x-www-form-urlencoded`, as queries and forms have it.
    pub fn parse(encoded: &[u8]) -> Result<Self, BadParameters> {
        if encoded.len() > LONGEST {
            return Err(BadParameters::Size);
        }
        let mut read: Vec<(String, String)> = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = decoded(&pair[..at])?;
            let value = decoded(pair.get(at + 1..).unwrap_or_default())?;
            if read.iter().any(|(known, _)| *known == name) {
                return Err(BadParameters::Twice);
            }
            if read.len() == MOST {
                return Err(BadParameters::Size);
            }
            read.push((name, value));
        }
        Ok(Self(read))
    }

    /// The value of a parameter; an empty one counts as missing.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// One name or value. The library replaces what is not UTF-8; here it is refused, so it is looked for first.
fn decoded(part: &[u8]) -> Result<String, BadParameters> {
    let spaced: Vec<u8> = part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Cow<'_, [u8]> = percent_encoding::percent_decode(&spaced).into();
    String::from_utf8(bytes.into_owned()).map_err(|_| BadParameters::NotUtf8)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_read_once() {
        let read = Parameters::parse(b"code=a%2Bb+c&state=&&flag&n%C3%A4me=%E2%9C%93").unwrap();
        assert_eq!(read.get("code"), Some("a+b c"));
        assert_eq!(read.get("n\u{e4}me"), Some("\u{2713}"));
        assert_eq!((read.get("state"), read.get("flag"), read.get("other")), (None, None, None));
    }

    #[test]
    fn what_comes_twice_is_too_long_or_is_not_utf_8_is_refused() {
        assert_eq!(Parameters::parse(b"state=a&state=b").unwrap_err(), BadParameters::Twice);
        assert_eq!(Parameters::parse(b"state=a&st%61te=b").unwrap_err(), BadParameters::Twice);
        assert_eq!(Parameters::parse(b"code=%FF%FE").unwrap_err(), BadParameters::NotUtf8);
        assert_eq!(Parameters::parse(b"%C0%80=1").unwrap_err(), BadParameters::NotUtf8);
        assert_eq!(Parameters::parse(&vec![b'a'; LONGEST + 1]).unwrap_err(), BadParameters::Size);
        let many = (0..=MOST).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        assert_eq!(Parameters::parse(many.as_bytes()).unwrap_err(), BadParameters::Size);
    }
}
