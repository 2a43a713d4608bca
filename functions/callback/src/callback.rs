//! `GET /oauth/microsoft/callback`

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use regrant::domain::cloud::Cloud;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::usecases::Ports;
use regrant::usecases::consent::complete_sign_in::{AuthorizationResponse, AuthorizationResult, complete_sign_in};
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::{failure_page, see_other, session_path};
use regrant::web::cookies;
use regrant::web::pages::Page;
use regrant::web::parameters::Parameters;
use secrecy::SecretString;

/// The longest code, `state` or error that is looked at.
const LONGEST: usize = 4 << 10;

/// Takes Microsoft's answer and leads to the session's page; where there is none, to a page that says so.
pub(crate) async fn callback(
    cloud: Cloud,
    State(ports): State<Ports>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let completed = match read(cloud, query.as_deref().unwrap_or_default()) {
        Ok(Read { state, issuer, answer }) => {
            let callback = AuthorizationResponse { cloud, state: &state, issuer: issuer.as_deref(), result: answer };
            complete_sign_in(&ports, callback, |name| cookies::get(&headers, name)).await
        }
        Err(stopped) => Err(stopped),
    };
    match completed {
        Ok(session) => see_other(&session_path(&session)),
        Err(stopped) => {
            tracing::info!(failure = stopped.failure.name(), cause = %stopped.cause, "a callback was not taken");
            see_other(&format!("/oauth/failed/{}", stopped.failure.name()))
        }
    }
}

struct Read {
    state: String,
    issuer: Option<String>,
    answer: AuthorizationResult,
}

/// Reads the query: one `state`, and either one code or one error. Everything else that may stand beside them
/// (`session_state`, `admin_consent`, `tenant`) is unsigned and left alone.
fn read(_: Cloud, query: &str) -> Result<Read, ConsentError> {
    let refused = |why: &str| ConsentError::new(ConsentFailure::SessionLost, why);
    let parameters = Parameters::parse(query.as_bytes()).map_err(|error| refused(&error.to_string()))?;
    let short = |name: &str| match parameters.get(name) {
        Some(value) if value.len() > LONGEST => Err(refused("a parameter is longer than any of Microsoft's")),
        value => Ok(value.map(str::to_owned)),
    };
    let state = short("state")?.ok_or_else(|| refused("there is no state"))?;
    let answer = match (short("code")?, short("error")?) {
        (Some(code), None) => AuthorizationResult::Code(SecretString::from(code)),
        (None, Some(error)) => AuthorizationResult::Error { error, code: number(parameters.get("error_description")) },
        (Some(_), Some(_)) => return Err(refused("there are a code and an error")),
        (None, None) => return Err(refused("there is neither a code nor an error")),
    };
    Ok(Read { state, issuer: short("iss")?, answer })
}

/// The `AADSTS` number that a description begins with. The rest of it is anybody's text, and goes nowhere.
fn number(description: Option<&str>) -> Option<String> {
    let digits: String = description?.strip_prefix("AADSTS")?.chars().take_while(char::is_ascii_digit).collect();
    (4..=9).contains(&digits.len()).then(|| format!("AADSTS{digits}"))
}

/// `GET /oauth/failed/{failure}`: tells of an answer that belongs to no session of this browser.
pub(crate) async fn failed(Path(name): Path<String>) -> Page {
    let failure = ConsentFailure::ALL.into_iter().find(|failure| failure.name() == name);
    failure_page(failure.unwrap_or(ConsentFailure::SessionLost), None, None, None, false)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use super::*;

    fn answer(query: &str) -> Result<AuthorizationResult, ConsentError> {
        read(Cloud::Global, query).map(|read| read.answer)
    }

    #[test]
    fn a_code_or_an_error_is_read_and_never_both() {
        assert!(matches!(answer("code=c&state=s&session_state=x").unwrap(), AuthorizationResult::Code(_)));
        let AuthorizationResult::Error { error, code } =
            answer("error=access_denied&error_description=AADSTS65004%3A+no&state=s&admin_consent=True").unwrap()
        else {
            unreachable!()
        };
        assert_eq!((error.as_str(), code.as_deref()), ("access_denied", Some("AADSTS65004")));
        for bad in [
            "",
            "state=s",
            "code=c",
            "code=c&error=e&state=s",
            "code=c&state=",
            "code=c&state=a&state=b",
            "code=%FF&state=s",
        ] {
            assert!(answer(bad).is_err(), "{bad}");
        }
        assert!(answer(&format!("code={}&state=s", "a".repeat(LONGEST + 1))).is_err());
    }

    #[test]
    fn a_description_gives_its_number_and_nothing_else() {
        assert_eq!(number(Some("AADSTS50020: User account")).as_deref(), Some("AADSTS50020"));
        for text in ["", "AADSTS", "AADSTS<script>", "x AADSTS65004", "AADSTS1", "AADSTS12345678901"] {
            assert_eq!(number(Some(text)), None, "{text}");
        }
    }
}
