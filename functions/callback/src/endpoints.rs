//! The redirect URIs, and the page about a failed sign-in.

use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use regrant::domain::cloud::Cloud;
use regrant::domain::failure::consent::ConsentFailure;
use regrant::usecases::Ports;
use regrant::usecases::consent::complete_sign_in::{AuthorizationResponse, AuthorizationResult, complete_sign_in};
use regrant::usecases::records::consent_error::ConsentError;
use regrant::web::consent::{consent_error_page, see_other, session_path};
use regrant::web::cookies;
use regrant::web::pages::{Page, home};
use regrant::web::parameters::Parameters;
use regrant::web::reader::Reader;
use secrecy::SecretString;

/// Maximum length of a parameter, in bytes.
const MAX_PARAMETER_BYTES: usize = 4 << 10;

/// `GET /oauth/microsoft/callback` and its like: completes the sign-in and redirects to the session's page, or to
/// [`failed`] if the answer belongs to no session of this browser.
pub(crate) async fn callback(
    cloud: Cloud,
    State(ports): State<Ports>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let completed = match CallbackQuery::parse(query.as_deref().unwrap_or_default()) {
        Ok(CallbackQuery { state, issuer, answer }) => {
            let callback = AuthorizationResponse { cloud, state: &state, issuer: issuer.as_deref(), result: answer };
            complete_sign_in(&ports, callback, |name| cookies::get(&headers, name)).await
        }
        Err(error) => Err(error),
    };
    match completed {
        Ok(session) => see_other(&session_path(&session)),
        Err(error) => {
            tracing::info!(failure = error.failure.name(), cause = %error.cause, "rejected a callback");
            see_other(&format!("/oauth/failed/{}", error.failure.name()))
        }
    }
}

/// `GET /`: says what this service is.
pub(crate) async fn show_home(State(ports): State<Ports>, reader: Reader) -> Page {
    home(&reader.presentation(&ports.settings, None))
}

/// `GET /oauth/failed/{failure}`: explains a failed sign-in that belongs to no session of this browser.
pub(crate) async fn failed(State(ports): State<Ports>, reader: Reader, Path(name): Path<String>) -> Page {
    let failure = ConsentFailure::ALL.into_iter().find(|failure| failure.name() == name);
    let error = ConsentError::new(failure.unwrap_or(ConsentFailure::SessionLost), "shown after a rejected callback");
    consent_error_page(&ports, reader, &error)
}

/// The query of Microsoft's redirect.
struct CallbackQuery {
    state: String,
    issuer: Option<String>,
    answer: AuthorizationResult,
}

impl CallbackQuery {
    /// Reads one `state`, an optional `iss`, and either one `code` or one `error`. Ignores all other parameters, such as
    /// `session_state`, `admin_consent` and `tenant`: Microsoft does not sign them.
    fn parse(query: &str) -> Result<Self, ConsentError> {
        let rejected = |cause: &str| ConsentError::new(ConsentFailure::SessionLost, cause);
        let parameters = Parameters::parse(query.as_bytes()).map_err(|error| rejected(&error.to_string()))?;
        let get = |name: &str| match parameters.get(name) {
            Some(value) if value.len() > MAX_PARAMETER_BYTES => {
                Err(rejected("a parameter is longer than any that Microsoft sends"))
            }
            value => Ok(value.map(str::to_owned)),
        };
        let state = get("state")?.ok_or_else(|| rejected("the query has no state"))?;
        let answer = match (get("code")?, get("error")?) {
            (Some(code), None) => AuthorizationResult::Code(SecretString::from(code)),
            (None, Some(error)) => {
                AuthorizationResult::Error { error, code: error_code(parameters.get("error_description")) }
            }
            (Some(_), Some(_)) => return Err(rejected("the query has both a code and an error")),
            (None, None) => return Err(rejected("the query has neither a code nor an error")),
        };
        Ok(Self { state, issuer: get("iss")?, answer })
    }
}

/// The `AADSTS` code at the start of an error description. The rest is discarded: anyone can forge this query.
fn error_code(description: Option<&str>) -> Option<String> {
    let digits: String = description?.strip_prefix("AADSTS")?.chars().take_while(char::is_ascii_digit).collect();
    (4..=9).contains(&digits.len()).then(|| format!("AADSTS{digits}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests may panic")]
mod tests {
    use super::*;

    fn answer(query: &str) -> Result<AuthorizationResult, ConsentError> {
        CallbackQuery::parse(query).map(|query| query.answer)
    }

    #[test]
    fn query_has_either_code_or_error() {
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
        assert!(answer(&format!("code={}&state=s", "a".repeat(MAX_PARAMETER_BYTES + 1))).is_err());
    }

    #[test]
    fn only_the_error_code_is_read_from_a_description() {
        assert_eq!(error_code(Some("AADSTS50020: User account")).as_deref(), Some("AADSTS50020"));
        for text in ["", "AADSTS", "AADSTS<script>", "x AADSTS65004", "AADSTS1", "AADSTS12345678901"] {
            assert_eq!(error_code(Some(text)), None, "{text}");
        }
    }
}
