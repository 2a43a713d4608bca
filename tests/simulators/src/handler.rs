//! Handles one request to Okta: counts it, injects a fault, authorizes it and answers it.

use http::header::{AUTHORIZATION, CACHE_CONTROL, DATE, LOCATION, SERVER, WWW_AUTHENTICATE};
use http::{HeaderName, Method, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use crate::answer::Answer;
use crate::assignments::Assigned;
use crate::authority::Refusal;
use crate::fault::{Fault, FaultPlan};
use crate::ledger::{CredentialKind, OrgLedger, RecordedRequest};
use crate::microsoft::MicrosoftSimulator;
use crate::oauth::{self, TokenCall};
use crate::okta_error::{self, OktaError};
use crate::org::Org;
use crate::rate::{Bucket, RateState};
use crate::seeded_rng::SeededRng;
use crate::system_log::{self, Reading, SystemLog};
use crate::{aerial, applications, assignments, authority, connections, consents, features, wire};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-okta-request-id");
const LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// The simulator's state that every request reads.
pub(crate) struct RequestContext<'a> {
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
    /// `http://acme.localhost:PORT`.
    pub(crate) origin: &'a str,
    pub(crate) plan: &'a FaultPlan,
    /// The simulator that consent links lead to and that redeems codes.
    pub(crate) microsoft: Option<&'a MicrosoftSimulator>,
    /// The org's System Log.
    pub(crate) log: &'a SystemLog,
}

impl RequestContext<'_> {
    /// The part of it that the System Log needs.
    fn reading(&self) -> Reading<'_> {
        Reading { seed: self.seed, now: self.now, origin: self.origin }
    }
}

/// A request with its full body.
pub(crate) struct Request<'a> {
    pub(crate) head: &'a http::request::Parts,
    pub(crate) body: &'a [u8],
}

/// The outcome of a request.
pub(crate) enum Outcome {
    /// A complete response.
    Answered(Answer),
    /// A response whose body breaks off halfway.
    Truncated(Answer),
    /// A response with a streamed body of this many bytes.
    Huge(Answer, u64),
    /// No response for as long as the client waits.
    Silence,
    /// The connection closes immediately, without a response.
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

/// Handles one request and records it.
pub(crate) fn serve(
    context: &RequestContext<'_>,
    org: &mut Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
) -> Outcome {
    let uri = &request.head.uri;
    let authorization = header(request, &AUTHORIZATION);
    let counter = ledger.counter;
    ledger.counter += 1;
    let bucket = Bucket::of(&request.head.method, uri.path());
    let rate = ledger.count_call(bucket, bucket.limit(org), context.now);
    // A rate-limited call uses up no scripted fault.
    let fault = if rate.exceeded {
        None
    } else {
        let scripted = org.faults.take(uri.path());
        scripted.or_else(|| org.faults.own_plan().unwrap_or(context.plan).draw(context.seed, &org.name, counter))
    };
    let mut rng = SeededRng::new(context.seed, &org.name, counter);
    let credential = CredentialKind::of(authorization);
    let outcome = decide(context, org, ledger, request, rate, fault, &mut rng);
    ledger.record(RecordedRequest {
        method: request.head.method.to_string(),
        path_and_query: uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string),
        at: context.now,
        credential,
        status: outcome.status(),
    });
    outcome
}

fn decide(
    context: &RequestContext<'_>,
    org: &mut Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
    mut rate: RateState,
    fault: Option<Fault>,
    rng: &mut SeededRng,
) -> Outcome {
    let with_headers =
        |answer, rate: RateState, skew, rng: &mut SeededRng| with_okta_headers(answer, rate, context.now, skew, rng);
    if rate.exceeded {
        return Outcome::Answered(with_headers(OktaError::rate_limited().answer(rng), rate, 0, rng));
    }
    let mut answer = || match route(context, org, ledger, request, rng) {
        Ok(answer) => answer,
        Err(error) => error.answer(rng),
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
            return Outcome::Truncated(with_headers(answer, rate, 0, rng));
        }
        Some(Fault::HugeBody(length)) => {
            let answer = Answer::json(StatusCode::OK, &json!([]));
            return Outcome::Huge(with_headers(answer, rate, 0, rng), length);
        }
        Some(Fault::RateLimited) => {
            rate.remaining = 0;
            OktaError::rate_limited().answer(rng)
        }
        Some(Fault::ConcurrencyLimited) => {
            rate.limit = 0;
            rate.remaining = 0;
            OktaError::rate_limited().answer(rng)
        }
        Some(Fault::ServerError) => OktaError::internal().answer(rng),
        Some(Fault::ReadOnly) => OktaError::read_only().answer(rng),
        Some(Fault::DeadCredential) => OktaError::invalid_token().answer(rng),
        Some(Fault::Locked) => OktaError::locked().answer(rng),
        Some(Fault::Challenge(status, header)) => okta_error::challenge(status, &header),
        Some(Fault::EdgeProxyError) => {
            let page = "<html><head><title>503</title></head><body>Service Temporarily Unavailable</body></html>";
            return Outcome::Answered(
                Answer::text(StatusCode::SERVICE_UNAVAILABLE, "text/html", page.to_owned())
                    .with_header(DATE, &http_date(context.now.as_second())),
            );
        }
        Some(Fault::NotJson) => Answer::text(StatusCode::OK, "application/json", "{\"id\": tru".to_owned()),
        Some(Fault::OtherShape) => {
            Answer::json(StatusCode::OK, &json!({ "maintenance": true, "status": ["a", "list"], "id": 7 }))
        }
        Some(Fault::Redirect(there)) => Answer::empty(StatusCode::FOUND).with_header(LOCATION, &there),
    };
    Outcome::Answered(with_headers(answer, rate, skew, rng))
}

/// Adds the headers that Okta sends with every response.
fn with_okta_headers(answer: Answer, rate: RateState, now: Timestamp, skew: i64, rng: &mut SeededRng) -> Answer {
    answer
        .with_header(DATE, &http_date(now.as_second().saturating_add(skew)))
        .with_header(SERVER, "nginx")
        .with_header(CACHE_CONTROL, "no-cache, no-store")
        .with_header(REQUEST_ID, &rng.hex(32))
        .with_header(LIMIT, &rate.limit.to_string())
        .with_header(REMAINING, &rate.remaining.to_string())
        .with_header(RESET, &rate.reset.saturating_add(skew).to_string())
}

/// Formats the `Date` header (RFC 9110 section 5.6.7).
pub(crate) fn http_date(second: i64) -> String {
    let since_1970 = std::time::Duration::from_secs(u64::try_from(second).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_1970)
}

pub(crate) fn header<'a>(request: &Request<'a>, name: &HeaderName) -> Option<&'a str> {
    request.head.headers.get(name).and_then(|value| value.to_str().ok())
}

fn route(
    context: &RequestContext<'_>,
    org: &mut Org,
    ledger: &mut OrgLedger,
    request: &Request<'_>,
    rng: &mut SeededRng,
) -> Result<Answer, OktaError> {
    let method = &request.head.method;
    let path = request.head.uri.path();
    let query = request.head.uri.query().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let get = *method == Method::GET;
    let post = *method == Method::POST;
    match segments.as_slice() {
        [".well-known", "okta-organization"] if get => {
            return Ok(Answer::json(StatusCode::OK, &wire::organization(org, context.origin)));
        }
        ["oauth2", "v1", "token"] if post => {
            let proof = request.head.headers.get("dpop").and_then(|value| value.to_str().ok());
            let call =
                TokenCall { body: request.body, proof, origin: context.origin, now: context.now, seed: context.seed };
            return Ok(oauth::token(org, ledger, &call, rng));
        }
        // The browser returns from Microsoft without an Okta credential.
        ["api", "v1", "apps", "office365", id, "oauth2", "callback"] if get => {
            return consents::landing(org, id, query, context.origin);
        }
        [".well-known", "okta-organization"] | ["oauth2", "v1", "token"] => return Err(OktaError::wrong_method()),
        ["api", "v1", ..] => {}
        [account, "api", "v1", "orgs"] if get && org.aerial_account.as_deref() == Some(*account) => {}
        _ => return Err(OktaError::no_such_path()),
    }
    match authority::authorize(context, org, ledger, request) {
        Ok(()) => {}
        Err(Refusal::Error(error)) => return Err(error),
        Err(Refusal::Token) => {
            return Ok(okta_error::challenge(401, r#"Bearer realm="IdpMyAccountAPI", error="invalid_token""#));
        }
        Err(Refusal::Scope(scope)) => {
            let origin = context.origin;
            let header = format!(
                "Bearer authorization_uri=\"{origin}/oauth2/v1/authorize\", realm=\"{origin}\", scope=\"{scope}\", \
                 error=\"insufficient_scope\", error_description=\"The access token provided does not contain the required \
                 scopes.\", resource=\"/api/v1/apps\""
            );
            return Ok(okta_error::challenge(403, &header));
        }
        Err(Refusal::Nonce(nonce)) => {
            let header =
                "DPoP error=\"use_dpop_nonce\", error_description=\"Resource server requires nonce in DPoP proof.\"";
            let name = HeaderName::from_static("dpop-nonce");
            return Ok(okta_error::challenge(401, header).with_header(name, &nonce));
        }
        Err(Refusal::Proof(why)) => {
            let challenge = format!("DPoP error=\"invalid_dpop_proof\", error_description=\"{why}\"");
            return Ok(OktaError::invalid_token().answer(rng).with_header(WWW_AUTHENTICATE, &challenge));
        }
    }
    let origin = context.origin;
    let rest = match segments.as_slice() {
        ["api", "v1", "apps", rest @ ..] => rest,
        ["api", "v1", "logs"] if get => return system_log::list(org, context.log, query, &context.reading()),
        ["api", "v1", "logs"] => return Err(OktaError::wrong_method()),
        [_, "api", "v1", "orgs"] => return aerial::list(org, path, query, origin),
        _ => return Err(OktaError::no_such_path()),
    };
    match rest {
        [] if get => applications::list(org, query, origin),
        [id] if get => applications::get(org, id, origin),
        ["office365", id, "oauth2", "callback"] if post => {
            consents::complete(org, id, query, context.origin, context.microsoft)
        }
        [id, "connections", "default"] if get => {
            consents::give_out_link(org, id, origin, context.microsoft, rng);
            connections::get(org, id, origin, rng)
        }
        [id, "connections", "default"] if post => {
            connections::post(org, id, query, request.body)?;
            consents::give_out_link(org, id, origin, context.microsoft, rng);
            connections::get(org, id, origin, rng)
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
