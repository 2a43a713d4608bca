//! Signing in and out.

use axum::extract::{RawQuery, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use parking_lot::Mutex;
use regrant::domain::actor::Actor;
use regrant::domain::id::Sha256Digest;
use regrant::randomness::{Randomness, token};
use regrant::usecases::access::operator_session::{COOKIE, LIFETIME, OperatorSession, SignedIn, seal_session};
use regrant::usecases::access::operator_sign_in::{
    ATTEMPT_COOKIE, ATTEMPT_LIFETIME, OperatorSignInError, ProviderAnswer, begin_sign_in, complete_operator_sign_in,
    end_session_url, operator_provider,
};
use regrant::web::consent::see_other;
use regrant::web::cookies;
use regrant::web::parameters::Parameters;

use crate::Console;
use crate::operator::{Operator, failed};
use crate::pages::layout::{problem, sign_in_page, signed_out_page};

/// The sign-in of the person who runs this process: a URL that works once.
pub struct LocalSignIn {
    actor: Actor,
    open: Mutex<Option<Sha256Digest>>,
}

impl LocalSignIn {
    /// A sign-in for `actor`, and the path and query of its URL.
    pub fn new(actor: Actor, randomness: &dyn Randomness) -> (Self, String) {
        let token = token(randomness);
        let sign_in = Self { actor, open: Mutex::new(Some(Sha256Digest::of(&token))) };
        (sign_in, format!("/console/sign-in/local?token={token}"))
    }

    /// Uses the URL up. `false` if it was used before, or if the token is not its token.
    fn redeem(&self, token: &str) -> bool {
        let mut open = self.open.lock();
        let matches = open.as_ref().is_some_and(|digest| digest.matches(token));
        if matches {
            *open = None;
        }
        matches
    }
}

/// `GET /console/sign-in`
pub(crate) async fn show(State(console): State<Console>) -> Response {
    let provider = match operator_provider(&console.ports).await {
        Ok(provider) => provider,
        Err(error) => return failed(&error),
    };
    sign_in_page(provider.as_ref().map(|provider| &provider.issuer), console.local.is_some()).into_response()
}

/// `GET /console/sign-in/begin`: sends the browser to the identity provider. A link and not a form: browsers apply
/// `form-action` to redirects too.
pub(crate) async fn begin(State(console): State<Console>) -> Response {
    let begun = match begin_sign_in(&console.ports).await {
        Ok(begun) => begun,
        Err(error) => return not_signed_in(&error),
    };
    match cookies::set_for(ATTEMPT_COOKIE, &begun.cookie, ATTEMPT_LIFETIME) {
        Some(cookie) => with_cookie(see_other(begun.location.as_str()), cookie),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /console/callback`: the identity provider's answer.
pub(crate) async fn callback(
    State(console): State<Console>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let Ok(parameters) = Parameters::parse(query.unwrap_or_default().as_bytes()) else {
        return not_signed_in(&OperatorSignInError::Mismatch);
    };
    let answer = ProviderAnswer {
        state: parameters.get("state").unwrap_or_default(),
        code: parameters.get("code"),
        error: parameters.get("error"),
        issuer: parameters.get("iss"),
    };
    let cookie = cookies::get(&headers, ATTEMPT_COOKIE);
    let response = match complete_operator_sign_in(&console.ports, &answer, cookie.as_deref()).await {
        Ok(identity) => begin_session(&console, SignedIn::Operator { identity }).await,
        Err(error) => not_signed_in(&error),
    };
    // The attempt is over, whether it succeeded or not.
    let gone =
        HeaderValue::from_static("__Host-regrant-console-attempt=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    with_cookie(response, gone)
}

fn not_signed_in(error: &OperatorSignInError) -> Response {
    tracing::info!(%error, "an operator was not signed in");
    problem(StatusCode::FORBIDDEN, "Not signed in", &format!("{}.", error.for_the_person())).into_response()
}

/// `GET /console/sign-in/local`: the one-time URL.
pub(crate) async fn local(State(console): State<Console>, RawQuery(query): RawQuery) -> Response {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    let token = parameters.get("token").unwrap_or_default();
    let Some(local) = console.local.as_ref().filter(|local| local.redeem(token)) else {
        return problem(
            StatusCode::FORBIDDEN,
            "This URL no longer works",
            "A sign-in URL works once. Restart Regrant: it prints a new one in its terminal.",
        )
        .into_response();
    };
    begin_session(&console, SignedIn::ThisMachine { actor: local.actor.clone() }).await
}

/// Sets the session's cookie and opens the console.
async fn begin_session(console: &Console, signed_in: SignedIn) -> Response {
    let rules = match console.ports.ledger.access_rules().await {
        Ok(rules) => rules,
        Err(error) => return failed(&error),
    };
    let session = OperatorSession::new(&console.ports, signed_in, &rules);
    let cookie = match seal_session(&console.ports, &session).await {
        Ok(sealed) => sealed.and_then(|sealed| cookies::set_for(COOKIE, &sealed, LIFETIME)),
        Err(error) => return failed(&error),
    };
    let Some(cookie) = cookie else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    tracing::info!(by = %session.actor(), "signed in to the console");
    with_cookie(see_other("/console"), cookie)
}

fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(SET_COOKIE, cookie);
    response
}

/// `POST /console/sign-out`
pub(crate) async fn sign_out(operator: Operator, headers: HeaderMap, body: axum::body::Bytes) -> Response {
    if let Err(refused) = operator.form(&headers, &body) {
        return refused;
    }
    let elsewhere = match &operator.session.signed_in {
        SignedIn::Operator { .. } => end_session_url(&operator.ports).await,
        SignedIn::ThisMachine { .. } => None,
    };
    let gone = HeaderValue::from_static("__Host-regrant-console=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    with_cookie(signed_out_page(elsewhere.as_ref()).into_response(), gone)
}
