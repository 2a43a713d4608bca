//! One request from door to door: counted, failed on purpose, authorised, answered.

use http::header::{AUTHORIZATION, CACHE_CONTROL, DATE, LOCATION, SERVER, WWW_AUTHENTICATE};
use http::{HeaderName, Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use crate::answer::Answer;
use crate::assignments::Assigned;
use crate::authority::Refusal;
use crate::dice::Dice;
use crate::fault::{Fault, FaultPlan};
use crate::ledger::{CredentialKind, OrgLedger, RecordedRequest};
use crate::microsoft::MicrosoftSimulator;
use crate::oauth::{self, TokenCall};
use crate::okta_error::OktaError;
use crate::org::Org;
use crate::rate::{Bucket, RateState};
use crate::system_log::{self, Reading, SystemLog};
use crate::{applications, assignments, authority, connections, consents, features, wire};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-okta-request-id");
const LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// What the simulator lends to every request.
pub(crate) struct Installation<'a> {
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
    /// `http://acme.localhost:PORT`.
    pub(crate) origin: &'a str,
    pub(crate) plan: &'a FaultPlan,
    /// Where consent links lead, and where codes are redeemed.
    pub(crate) microsoft: Option<&'a MicrosoftSimulator>,
    /// The org's System Log.
    pub(crate) log: &'a SystemLog,
}

impl Installation<'_> {
    /// What the System Log needs of it.
    fn reading(&self) -> Reading<'_> {
        Reading { seed: self.seed, now: self.now, origin: self.origin }
    }
}

/// A request, read whole.
pub(crate) struct Request<'a> {
    pub(crate) head: &'a http::request::Parts,
    pub(crate) body: &'a [u8],
}

/// How a request ends.
pub(crate) enum Outcome {
    /// With this answer, whole.
    Answered(Answer),
    /// With half of this answer.
    Truncated(Answer),
    /// With that many bytes.
    Huge(Answer, u64),
    /// With nothing, for as long as the client waits.
    Silence,
    /// With nothing, at once.
    Closed,
}

impl Outcome {
    fn status(&self) -> Option<u16> {
        match self {
            Self::Answered(answer) | Self::Truncated(answer) | Self::Huge(answer, _) => Some(answer.status.as_u16()),
            Self::Silence | Self::Closed => None,
        }
    }
}

/// Serves one request and records it.
pub(crate) fn serve(
    installation: &Installation<'_>,
    org: &mut Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
) -> Outcome {
    let uri = &request.head.uri;
    let authorization = header(request, &AUTHORIZATION);
    let counter = ledger.counter;
    ledger.counter += 1;
    let bucket = Bucket::of(&request.head.method, uri.path());
    let rate = ledger.count_call(bucket, bucket.limit(org), installation.now);
    // A call over the limit never reaches what could fail, so it uses up no scripted fault.
    let fault = if rate.exceeded {
        None
    } else {
        let scripted = org.faults.take(uri.path());
        scripted
            .or_else(|| org.faults.own_plan().unwrap_or(installation.plan).draw(installation.seed, &org.name, counter))
    };
    let mut dice = Dice::new(installation.seed, &org.name, counter);
    let credential = CredentialKind::of(authorization);
    let outcome = decide(installation, org, ledger, request, rate, fault, &mut dice);
    ledger.record(RecordedRequest {
        method: request.head.method.to_string(),
        path_and_query: uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string),
        at: installation.now,
        credential,
        status: outcome.status(),
    });
    outcome
}

fn decide(
    installation: &Installation<'_>,
    org: &mut Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
    mut rate: RateState,
    fault: Option<Fault>,
    dice: &mut Dice,
) -> Outcome {
    let dress = |answer, rate: RateState, skew, dice: &mut Dice| dressed(answer, rate, installation.now, skew, dice);
    if rate.exceeded {
        return Outcome::Answered(dress(OktaError::rate_limited().answer(dice), rate, 0, dice));
    }
    let mut answer = || match route(installation, org, ledger, request, dice) {
        Ok(answer) => answer,
        Err(error) => error.answer(dice),
    };
    let mut skew = 0;
    let answer = match fault {
        None => answer(),
        Some(Fault::ClockSkew(seconds)) => {
            skew = seconds;
            answer()
        }
        Some(Fault::Timeout) => return Outcome::Silence,
        Some(Fault::Reset) => return Outcome::Closed,
        Some(Fault::Truncated) => {
            let answer = answer();
            return Outcome::Truncated(dress(answer, rate, 0, dice));
        }
        Some(Fault::HugeBody(length)) => {
            let answer = Answer::json(StatusCode::OK, &json!([]));
            return Outcome::Huge(dress(answer, rate, 0, dice), length);
        }
        Some(Fault::RateLimited) => {
            rate.remaining = 0;
            OktaError::rate_limited().answer(dice)
        }
        Some(Fault::ConcurrencyLimited) => {
            rate.limit = 0;
            rate.remaining = 0;
            OktaError::rate_limited().answer(dice)
        }
        Some(Fault::ServerError) => OktaError::internal().answer(dice),
        Some(Fault::ReadOnly) => OktaError::read_only().answer(dice),
        Some(Fault::DeadCredential) => OktaError::invalid_token().answer(dice),
        Some(Fault::FrontDoor) => {
            let page = "<html><head><title>503</title></head><body>Service Temporarily Unavailable</body></html>";
            return Outcome::Answered(
                Answer::text(StatusCode::SERVICE_UNAVAILABLE, "text/html", page.to_owned())
                    .with_header(DATE, &http_date(installation.now.as_second())),
            );
        }
        Some(Fault::NotJson) => Answer::text(StatusCode::OK, "application/json", "{\"id\": tru".to_owned()),
        Some(Fault::OtherShape) => {
            Answer::json(StatusCode::OK, &json!({ "maintenance": true, "status": ["a", "list"], "id": 7 }))
        }
        Some(Fault::Redirect(there)) => Answer::empty(StatusCode::FOUND).with_header(LOCATION, &there),
    };
    Outcome::Answered(dress(answer, rate, skew, dice))
}

/// The answer with the headers that Okta puts on every one.
fn dressed(answer: Answer, rate: RateState, now: Timestamp, skew: i64, dice: &mut Dice) -> Answer {
    answer
        .with_header(DATE, &http_date(now.as_second().saturating_add(skew)))
        .with_header(SERVER, "nginx")
        .with_header(CACHE_CONTROL, "no-cache, no-store")
        .with_header(REQUEST_ID, &dice.hex(32))
        .with_header(LIMIT, &rate.limit.to_string())
        .with_header(REMAINING, &rate.remaining.to_string())
        .with_header(RESET, &rate.reset.saturating_add(skew).to_string())
}

/// `Date` as HTTP writes it (RFC 9110 section 5.6.7).
pub(crate) fn http_date(second: i64) -> String {
    let since_1970 = std::time::Duration::from_secs(u64::try_from(second).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_1970)
}

pub(crate) fn header<'a>(request: &Request<'a>, name: &HeaderName) -> Option<&'a str> {
    request.head.headers.get(name).and_then(|value| value.to_str().ok())
}

fn route(
    installation: &Installation<'_>,
    org: &mut Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
    dice: &mut Dice,
) -> Result<Answer, OktaError> {
    let method = &request.head.method;
    let path = request.head.uri.path();
    let query = request.head.uri.query().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let get = *method == Method::GET;
    let post = *method == Method::POST;
    match segments.as_slice() {
        [".well-known", "okta-organization"] if get => {
            return Ok(Answer::json(StatusCode::OK, &wire::organization(org, installation.origin)));
        }
        ["oauth2", "v1", "token"] if post => {
            let proof = request.head.headers.get("dpop").and_then(|value| value.to_str().ok());
            let call = TokenCall {
                body: request.body,
                proof,
                origin: installation.origin,
                now: installation.now,
                seed: installation.seed,
            };
            return Ok(oauth::token(org, ledger, &call, dice));
        }
        // The browser comes back from Microsoft with no credential of Okta's.
        ["api", "v1", "apps", "office365", id, "oauth2", "callback"] if get => {
            return consents::landing(org, id, query, installation.origin);
        }
        [".well-known", "okta-organization"] | ["oauth2", "v1", "token"] => return Err(OktaError::wrong_method()),
        ["api", "v1", ..] => {}
        _ => return Err(OktaError::no_such_path()),
    }
    match authority::authorise(installation, org, ledger, request) {
        Ok(()) => {}
        Err(Refusal::Error(error)) => return Err(error),
        Err(Refusal::Proof(why)) => {
            let challenge = format!("DPoP error=\"invalid_dpop_proof\", error_description=\"{why}\"");
            return Ok(OktaError::invalid_token().answer(dice).with_header(WWW_AUTHENTICATE, &challenge));
        }
    }
    let origin = installation.origin;
    let rest = match segments.as_slice() {
        ["api", "v1", "apps", rest @ ..] => rest,
        ["api", "v1", "logs"] if get => return system_log::list(org, installation.log, query, &installation.reading()),
        ["api", "v1", "logs"] => return Err(OktaError::wrong_method()),
        _ => return Err(OktaError::no_such_path()),
    };
    match rest {
        [] if get => applications::list(org, query, origin),
        [id] if get => applications::get(org, id, origin),
        ["office365", id, "oauth2", "callback"] if post => {
            consents::complete(org, id, query, installation.origin, installation.microsoft)
        }
        [id, "connections", "default"] if get => {
            consents::give_out_link(org, id, origin, installation.microsoft, dice);
            connections::get(org, id, origin, dice)
        }
        [id, "connections", "default"] if post => {
            connections::post(org, id, query, request.body)?;
            consents::give_out_link(org, id, origin, installation.microsoft, dice);
            connections::get(org, id, origin, dice)
        }
        [id, "connections", "default", "lifecycle", "activate"] if post => connections::switch(org, id, true),
        [id, "connections", "default", "lifecycle", "deactivate"] if post => connections::switch(org, id, false),
        [id, "users"] if get => assignments::list(org, id, Assigned::Users, query, origin),
        [id, "groups"] if get => assignments::list(org, id, Assigned::Groups, query, origin),
        [id, "features"] if get => features::list(org, id, origin),
        [id, "features", name] if get => features::get(org, id, name, origin),
        []
        | [_]
        | [_, "connections", "default"]
        | [_, "connections", "default", "lifecycle", "activate" | "deactivate"]
        | [_, "users" | "groups" | "features"]
        | [_, "features", _] => Err(OktaError::wrong_method()),
        _ => Err(OktaError::no_such_path()),
    }
}
