//! Challenges of an error response: `WWW-Authenticate` (RFC 9110 section 11.6.1).
//!
//! Some errors are only in this header: a missing scope and an invalid token (RFC 6750 section 3.1), a missing nonce (RFC 9449
//! section 9), what the next sign-in must satisfy (Microsoft's claims challenges). A response may have several header lines,
//! and a line several challenges. Parsing is lenient: an unreadable part does not hide the others.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// The maximum numbers of parsed challenges and of parameters of one challenge.
const CHALLENGES: usize = 16;
const PARAMETERS: usize = 32;

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Challenge {
    /// The authentication scheme, such as `Bearer`.
    pub(crate) scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// A parameter, by its name in any case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Whether it has this `error`.
    pub(crate) fn reports(&self, error: &str) -> bool {
        self.parameter("error").is_some_and(|found| found.eq_ignore_ascii_case(error))
    }
}

/// Every challenge of a response, in the order of the header lines.
pub(crate) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let mut found = Vec::new();
    for line in headers.get_all(WWW_AUTHENTICATE) {
        parse(&String::from_utf8_lossy(line.as_bytes()), &mut found);
    }
    found
}

/// The OAuth error of a response (RFC 6750 section 3, RFC 9449 section 7.1): the first challenge for `Bearer` or `DPoP` that
/// has one.
pub(crate) fn oauth_error(headers: &HeaderMap) -> Option<Challenge> {
    let is_oauth = |challenge: &Challenge| {
        ["bearer", "dpop"].iter().any(|scheme| challenge.scheme.eq_ignore_ascii_case(scheme))
            && challenge.parameter("error").is_some()
    };
    challenges(headers).into_iter().find(is_oauth)
}

fn parse(line: &str, found: &mut Vec<Challenge>) {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let mut rest = line;
    let mut in_line = false;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let Some(first) = rest.chars().next() else { return };
        let (name, after) = rest.split_at(rest.find(|c| !is_token(c)).unwrap_or(rest.len()));
        if name.is_empty() {
            // Not a token, such as a stray quote or bracket.
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let Some(value) = after.trim_start().strip_prefix('=') else {
            if found.len() == CHALLENGES {
                return;
            }
            found.push(Challenge { scheme: name.to_owned(), parameters: Vec::new() });
            in_line = true;
            rest = after;
            continue;
        };
        let (value, next) = value_of(value.trim_start());
        rest = next;
        // A value without a name before it is a `token68`, which carries no parameters.
        if let Some(challenge) = found.last_mut().filter(|_| in_line)
            && challenge.parameters.len() < PARAMETERS
        {
            challenge.parameters.push((name.to_owned(), value));
        }
    }
}

/// A token or a quoted string, and the text after it. An unterminated string ends with the line.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c: char| c.is_whitespace() || c == ',').unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(WWW_AUTHENTICATE, line.parse().unwrap());
        }
        headers
    }

    fn read(lines: &[&str]) -> Vec<(String, Vec<(String, String)>)> {
        challenges(&headers(lines)).into_iter().map(|found| (found.scheme, found.parameters)).collect()
    }

    #[test]
    fn challenges_in_one_line_are_told_apart() {
        let found = read(&[
            r#"Newauth realm="apps", type=1, title="Login to \"apps\", now", Bearer error="insufficient_scope" , scope = "a b""#,
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0].1[2], ("title".to_owned(), r#"Login to "apps", now"#.to_owned()));
        assert_eq!(found[1].1[1], ("scope".to_owned(), "a b".to_owned()));
    }

    #[test]
    fn schemes_without_parameters_are_challenges() {
        let found = read(&["Negotiate", "NTLM TlRMTVNT==, Bearer", "DPoP algs=\"ES256\", error=use_dpop_nonce"]);
        let schemes: Vec<&str> = found.iter().map(|(scheme, _)| scheme.as_str()).collect();
        assert_eq!(schemes, ["Negotiate", "NTLM", "Bearer", "DPoP"]);
    }

    #[test]
    fn oauth_error_is_found_among_other_challenges() {
        let error =
            |lines: &[&str]| oauth_error(&headers(lines)).map(|found| found.parameter("error").unwrap().to_owned());
        let other = r#"Basic realm="error=\"invalid_token\"""#;
        for lines in [
            &[other, r#"Bearer realm="x", error="invalid_token""#][..],
            &[r#"Basic realm="x", bearer Error="invalid_token""#],
            &[r#"Bearer realm="", authorization_uri="https://x/y?a=b,c", DPoP error=invalid_token"#],
            &[r#"Bearer,,error="invalid_token","#],
        ] {
            assert_eq!(error(lines).as_deref(), Some("invalid_token"), "{lines:?}");
        }
        for lines in [&[other][..], &["Bearer"], &["error=\"invalid_token\""], &[r#"Bearer error="""#], &[]] {
            assert_eq!(error(lines), None, "{lines:?}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_parsed(lines in proptest::collection::vec("[ -~]{0,80}", 0..4)) {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            prop_assert!(challenges(&headers(&lines)).len() <= CHALLENGES);
        }
    }
}
