//! Pagination by the `Link` header (RFC 8288).
//!
//! Okta sends one header line per relation. A line may also contain several links, and a URL may contain commas.

use http::HeaderMap;
use url::Url;

use super::{OktaError, OrgUrl};

/// The URL of `rel="next"`, checked to be on the org's own origin; `None` on the last page.
pub(crate) fn next_page(headers: &HeaderMap, org: &OrgUrl) -> Result<Option<Url>, OktaError> {
    // An unreadable line might contain the next link. Skipping it would end the list too early.
    let unreadable = || OktaError::NotOkta { host: org.host(), what: "an unreadable Link header".to_owned() };
    let mut lines = Vec::new();
    for value in headers.get_all(http::header::LINK) {
        let line = value.to_str().ok().filter(|line| line.contains('<') && line.contains('>'));
        lines.push(line.ok_or_else(unreadable)?);
    }
    let Some(target) = lines.into_iter().flat_map(links).find(|link| link.is_next).map(|link| link.target) else {
        return Ok(None);
    };
    let not_okta = || OktaError::NotOkta { host: org.host(), what: "a next link that is not a URL".to_owned() };
    let next = org.as_url().join(target).map_err(|_| not_okta())?;
    if org.is_origin_of(&next) {
        Ok(Some(next))
    } else {
        Err(OktaError::LeadsElsewhere { host: org.host(), elsewhere: crate::http::transport::shown_host(&next) })
    }
}

struct WebLink<'a> {
    target: &'a str,
    is_next: bool,
}

/// Parses the links of one header line: `<target>; rel="next", <target>; rel="self"`.
fn links(line: &str) -> impl Iterator<Item = WebLink<'_>> {
    line.split('<').skip(1).filter_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let is_next = parameters.split([';', ',']).any(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                let value = value.trim().trim_matches('"');
                name.trim().eq_ignore_ascii_case("rel")
                    && value.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("next"))
            })
        });
        Some(WebLink { target, is_next })
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::http::loopback::LoopbackPolicy;

    fn next_of(lines: &[&str]) -> Result<Option<String>, OktaError> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("Link", line.parse().unwrap());
        }
        let (org, _) = OrgUrl::parse("acme.okta.com", LoopbackPolicy::Refuse).unwrap();
        next_page(&headers, &org).map(|url| url.map(String::from))
    }

    #[test]
    fn next_link_is_found_in_separate_and_shared_lines() {
        let own = r#"<https://acme.okta.com/api/v1/apps?limit=2>; rel="self""#;
        let next = r#"<https://acme.okta.com/api/v1/apps?after=0oa1,2&limit=2>; rel="next""#;
        let expected = "https://acme.okta.com/api/v1/apps?after=0oa1,2&limit=2";
        assert_eq!(next_of(&[own, next]).unwrap().as_deref(), Some(expected));
        assert_eq!(next_of(&[&format!("{own}, {next}")]).unwrap().as_deref(), Some(expected));
        assert_eq!(next_of(&[own]).unwrap(), None);
        assert_eq!(next_of(&[]).unwrap(), None);
    }

    #[test]
    fn unreadable_line_does_not_end_the_list() {
        for line in ["", "rel=next", "<https://acme.okta.com/api/v1/apps?after=0oa1; rel=next"] {
            assert!(matches!(next_of(&[line]), Err(OktaError::NotOkta { .. })), "{line:?}");
        }
    }

    #[test]
    fn next_link_on_a_different_origin_is_refused() {
        for target in [
            "https://evil.example/api/v1/apps",
            "http://acme.okta.com/api/v1/apps",
            "https://acme.okta.com:8443/api/v1/apps",
            "https://acme.okta.com@evil.example/api/v1/apps",
            "https://user@acme.okta.com/api/v1/apps",
            "//evil.example/api",
        ] {
            let refused = next_of(&[&format!("<{target}>; rel=next")]);
            assert!(matches!(refused, Err(OktaError::LeadsElsewhere { .. })), "{target}: {refused:?}");
        }
    }
}
