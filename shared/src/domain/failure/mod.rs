//! Failures: what an error code means, why it comes, and who can do something about it.
//!
//! Codes and texts are Okta's, Microsoft's, Graph's and OAuth's (RFC 6749 section 5.2, RFC 9449). A code chooses words; what
//! is done next is decided by status, by OAuth's `error`, and by Okta's `errorCode`.

pub mod class;
pub mod consent;
mod graph;
mod microsoft;
mod okta;

use crate::domain::failure::class::FailureClass;
use serde::Serialize;

use crate::domain::failure::consent::ConsentFailure;

/// A code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Okta's `errorCode`, or OAuth's `error`.
    pub code: &'static str,
    /// Who can do something about it.
    pub class: FailureClass,
    /// Why it comes.
    pub cause: &'static str,
    /// What to do.
    pub next_step: &'static str,
    /// Which page tells a person about it during a sign-in.
    pub page: Option<ConsentFailure>,
}

const fn failure(code: &'static str, class: FailureClass, cause: &'static str, next_step: &'static str) -> Failure {
    Failure { code, class, cause, next_step, page: None }
}

const fn on_page(
    code: &'static str,
    class: FailureClass,
    cause: &'static str,
    next_step: &'static str,
    page: ConsentFailure,
) -> Failure {
    Failure { code, class, cause, next_step, page: Some(page) }
}

use crate::domain::failure::class::FailureClass::{Bug, Operator, Wait};

/// Where a code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Okta's Management API and its token endpoint.
    Okta,
    /// Microsoft's identity platform.
    Microsoft,
    /// Microsoft Graph.
    MicrosoftGraph,
}

impl Origin {
    /// Every origin, in the order of lists.
    pub const ALL: [Self; 3] = [Self::Okta, Self::Microsoft, Self::MicrosoftGraph];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Microsoft => "Microsoft",
            Self::MicrosoftGraph => "Microsoft Graph",
        }
    }
}

/// Every failure of one origin that is known by a code.
pub fn of(origin: Origin) -> &'static [Failure] {
    match origin {
        Origin::Okta => okta::OKTA,
        Origin::Microsoft => microsoft::MICROSOFT,
        Origin::MicrosoftGraph => graph::GRAPH,
    }
}

/// Every failure that is known by a code.
pub fn all() -> impl Iterator<Item = &'static Failure> {
    Origin::ALL.into_iter().flat_map(of)
}

/// What `code` means, however it is capitalised; an `AADSTS` number may be given without its letters.
pub fn find(code: &str) -> Option<&'static Failure> {
    let is = |failure: &&Failure, code: &str| failure.code.eq_ignore_ascii_case(code);
    all().find(|failure| is(failure, code)).or_else(|| {
        let number = code.bytes().all(|b| b.is_ascii_digit()).then(|| format!("AADSTS{code}"))?;
        all().find(|failure| is(failure, &number))
    })
}

/// Microsoft's own page about an `AADSTS` number, for one that is not known here.
pub fn microsofts_page(code: &str) -> Option<String> {
    let number = code.get(..6).filter(|letters| letters.eq_ignore_ascii_case("AADSTS")).map_or(code, |_| &code[6..]);
    let is_number = (4..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("https://login.microsoftonline.com/error?code={number}"))
}

/// The class of an Okta answer by status and `errorCode`. A known code says more than the status.
pub fn classify(status: u16, code: Option<&str>) -> FailureClass {
    let known = code.and_then(|code| of(Origin::Okta).iter().find(|failure| failure.code.eq_ignore_ascii_case(code)));
    match (known, status) {
        (Some(failure), _) => failure.class,
        (None, 429 | 500 | 502..) => Wait,
        (None, 400 | 405 | 406 | 415 | 501) => Bug,
        (None, _) => Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_code_stands_once_and_says_something() {
        let codes: BTreeSet<_> = all().map(|failure| failure.code.to_ascii_lowercase()).collect();
        assert_eq!(codes.len(), all().count());
        assert!(codes.len() >= 100, "{}", codes.len());
        assert!(all().all(|failure| failure.cause.ends_with('.') && failure.next_step.ends_with('.')));
    }

    #[test]
    fn a_number_is_found_with_its_emails_and_without() {
        assert_eq!(find("65004"), find("aadsts65004"));
        assert_eq!(find("65004").and_then(|failure| failure.page), Some(ConsentFailure::Declined));
        assert_eq!(find("99"), None);
        let page = Some("https://login.microsoftonline.com/error?code=165000".to_owned());
        assert_eq!((microsofts_page("AADSTS165000"), microsofts_page("165000")), (page.clone(), page));
        assert_eq!((microsofts_page("E0000011"), microsofts_page("1&x=2")), (None, None));
    }

    #[test]
    fn the_code_counts_before_the_status() {
        assert_eq!(classify(401, Some("E0000015")), Operator);
        assert_eq!(classify(400, Some("E0000029")), Wait);
        assert_eq!(classify(501, Some("E0000060")), Bug);
        assert_eq!(classify(400, Some("E0000003")), Bug);
        for status in [429, 500, 502, 503, 504] {
            assert_eq!(classify(status, None), Wait, "{status}");
        }
        assert_eq!(classify(501, None), Bug);
        assert_eq!(classify(404, None), Operator);
        assert_eq!(classify(403, Some("E9999999")), Operator);
    }
}
