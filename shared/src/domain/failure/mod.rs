//! The failure catalogue: what each error code means, what causes it, and who can resolve it.
//!
//! It covers the codes of Okta, Microsoft and Graph and of OAuth (RFC 6749 section 5.2, RFC 9449). For a response to
//! Regrant, a code chooses wording only: control flow depends on the HTTP status, OAuth's `error` and Okta's `errorCode`. For
//! an event of Okta's System Log, [`Failure::ends_consent`] decides, because there is nothing else to go by.

pub mod class;
pub mod consent;
mod graph;
pub mod machine;
mod microsoft;
mod okta;
mod published;

use serde::Serialize;

use crate::domain::failure::class::FailureClass;
use crate::domain::failure::consent::ConsentFailure;

/// An error code and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Okta's `errorCode`, Graph's `code`, Microsoft's `AADSTS` number, or OAuth's `error`.
    pub code: &'static str,
    /// Who can resolve it.
    pub class: FailureClass,
    /// What causes it, in a sentence for people.
    pub cause: &'static str,
    /// What to do about it, in a sentence for people.
    pub next_step: &'static str,
    /// The page that explains it if it happens during a sign-in.
    pub page: Option<ConsentFailure>,
}

impl Failure {
    /// Whether it proves that Microsoft refuses Okta's own sign-in until a person acts. Never true for a code that clears
    /// without action, that only a browser meets, or that is unknown.
    pub fn ends_consent(&self) -> bool {
        published::ENDS_CONSENT.contains(&self.code)
    }

    /// Whether it is about an account's existence, state or password, so that it matters whose account it is.
    pub fn is_about_an_account(&self) -> bool {
        published::ABOUT_AN_ACCOUNT.contains(&self.code)
    }
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

/// Where an error code comes from.
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
    /// Every origin, in the order of printed lists.
    pub const ALL: [Self; 3] = [Self::Okta, Self::Microsoft, Self::MicrosoftGraph];

    /// The name shown to people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Microsoft => "Microsoft",
            Self::MicrosoftGraph => "Microsoft Graph",
        }
    }
}

/// Every known failure of one origin.
pub fn failures_of(origin: Origin) -> impl Iterator<Item = &'static Failure> {
    let (first, rest): (&[Failure], &[Failure]) = match origin {
        Origin::Okta => (okta::OKTA, &[]),
        Origin::Microsoft => (microsoft::MICROSOFT, published::PUBLISHED),
        Origin::MicrosoftGraph => (graph::GRAPH, &[]),
    };
    first.iter().chain(rest)
}

/// Finds a code of a sign-in at Microsoft: an `AADSTS` number with its prefix, or an OAuth error, which Okta's token endpoint
/// uses too.
pub fn of_microsoft(code: &str) -> Option<&'static Failure> {
    let is_oauth = |code: &str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let known = all().find(|failure| failure.code.eq_ignore_ascii_case(code));
    known.filter(|failure| failure.code.starts_with("AADSTS") || is_oauth(failure.code))
}

/// Every known failure.
pub fn all() -> impl Iterator<Item = &'static Failure> {
    Origin::ALL.into_iter().flat_map(failures_of)
}

/// Finds a code, ignoring case. The prefix `AADSTS` may be omitted.
pub fn find(code: &str) -> Option<&'static Failure> {
    let is = |failure: &&Failure, code: &str| failure.code.eq_ignore_ascii_case(code);
    all().find(|failure| is(failure, code)).or_else(|| {
        let number = code.bytes().all(|b| b.is_ascii_digit()).then(|| format!("AADSTS{code}"))?;
        all().find(|failure| is(failure, &number))
    })
}

/// The address of Microsoft's own page about an `AADSTS` number, for one that the catalogue does not list.
pub fn microsofts_page(code: &str) -> Option<String> {
    let number = match code.split_at_checked(6) {
        Some((letters, number)) if letters.eq_ignore_ascii_case("AADSTS") => number,
        _ => code,
    };
    let is_number = (4..=9).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| format!("https://login.microsoftonline.com/error?code={number}"))
}

/// Who can resolve an Okta error, from its status and `errorCode`. A known code takes precedence over the status.
pub fn classify(status: u16, code: Option<&str>) -> FailureClass {
    let known = code.and_then(|code| failures_of(Origin::Okta).find(|failure| failure.code.eq_ignore_ascii_case(code)));
    match (known, status) {
        (Some(failure), _) => failure.class,
        (None, 408 | 423 | 425 | 429 | 500 | 502..) => Wait,
        (None, 400 | 405 | 406 | 415 | 501) => Bug,
        (None, _) => Operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_and_explained() {
        let codes: BTreeSet<_> = all().map(|failure| failure.code.to_ascii_lowercase()).collect();
        assert_eq!(codes.len(), all().count());
        assert!(codes.len() >= 100, "{}", codes.len());
        assert!(all().all(|failure| failure.cause.ends_with('.') && failure.next_step.ends_with('.')));
    }

    #[test]
    fn only_lasting_refusals_end_a_consent() {
        for code in published::ENDS_CONSENT {
            let failure = of_microsoft(code);
            assert!(failure.is_some_and(|failure| matches!(failure.class, Operator | FailureClass::Person)), "{code}");
        }
        assert!(failures_of(Origin::Microsoft).count() >= 330, "{}", failures_of(Origin::Microsoft).count());
        let ends = |code: &str| of_microsoft(code).map(Failure::ends_consent);
        for code in ["AADSTS50079", "AADSTS65001", "AADSTS700082", "AADSTS7000222", "invalid_grant"] {
            assert_eq!(ends(code), Some(true), "{code}");
        }
        for code in ["AADSTS90033", "AADSTS90024", "AADSTS50196", "AADSTS50140", "AADSTS50053", "server_error"] {
            assert_eq!(ends(code), Some(false), "{code}");
        }
        assert_eq!(ends("AADSTS999999"), None);
    }

    #[test]
    fn aadsts_prefix_is_optional() {
        assert_eq!(find("65004"), find("aadsts65004"));
        assert_eq!(find("65004").and_then(|failure| failure.page), Some(ConsentFailure::Declined));
        assert_eq!(find("99"), None);
        let page = Some("https://login.microsoftonline.com/error?code=165000".to_owned());
        assert_eq!((microsofts_page("AADSTS165000"), microsofts_page("165000")), (page.clone(), page));
        assert_eq!((microsofts_page("E0000011"), microsofts_page("1&x=2")), (None, None));
    }

    #[test]
    fn known_code_outranks_the_status() {
        assert_eq!(classify(401, Some("E0000015")), Operator);
        assert_eq!(classify(400, Some("E0000029")), Wait);
        assert_eq!(classify(501, Some("E0000060")), Bug);
        assert_eq!(classify(400, Some("E0000003")), Bug);
        for status in [408, 423, 425, 429, 500, 502, 503, 504] {
            assert_eq!(classify(status, None), Wait, "{status}");
        }
        assert_eq!(classify(501, None), Bug);
        assert_eq!(classify(404, None), Operator);
        assert_eq!(classify(403, Some("E9999999")), Operator);
    }
}
