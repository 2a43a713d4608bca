//! One request from door to door: counted, failed on purpose, answered.

use std::sync::Arc;

use http::header::{HOST, LOCATION, RETRY_AFTER};
use http::{Method, StatusCode};
use parking_lot::Mutex;
use serde_json::json;

use super::world::World;
use super::{authorize, graph, token};
use crate::answer::Answer;
use crate::fault::Fault;
use crate::front_door::Outcome;
use crate::listener::Serves;

pub(super) struct Door {
    pub(super) world: Arc<Mutex<World>>,
}

impl Serves for Door {
    fn serve(&self, head: &http::request::Parts, body: &[u8]) -> Outcome {
        let mut world = self.world.lock();
        let host = head.headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let path = head.uri.path().to_owned();
        world.requests.push(format!("{} {path}", head.method));
        let fault = world.faults.take(&path);
        let mut answer = || route(&mut world, host, head, body);
        match fault {
            None | Some(Fault::ClockSkew(_)) => Outcome::Answered(answer()),
            Some(Fault::Timeout) => Outcome::Silence,
            Some(Fault::Reset) => Outcome::Closed,
            Some(Fault::Truncated) => Outcome::Truncated(answer()),
            Some(Fault::HugeBody(length)) => Outcome::Huge(Answer::json(StatusCode::OK, &json!({})), length),
            Some(Fault::RateLimited | Fault::ConcurrencyLimited) => Outcome::Answered(
                Answer::json(StatusCode::TOO_MANY_REQUESTS, &json!({"error": {"code": "TooManyRequests"}}))
                    .with_header(RETRY_AFTER, "2"),
            ),
            Some(Fault::ServerError) => Outcome::Answered(Answer::json(
                StatusCode::INTERNAL_SERVER_ERROR,
                &json!({"error": {"code": "generalException", "message": "An error."}}),
            )),
            Some(Fault::ReadOnly | Fault::FrontDoor) => {
                let page = "<html><body>Our services aren't available right now</body></html>".to_owned();
                Outcome::Answered(Answer::text(StatusCode::SERVICE_UNAVAILABLE, "text/html", page))
            }
            Some(Fault::NotJson) => {
                Outcome::Answered(Answer::text(StatusCode::OK, "application/json", "{\"id\": tru".to_owned()))
            }
            Some(Fault::OtherShape) => {
                Outcome::Answered(Answer::json(StatusCode::OK, &json!({"value": "none", "id": 7})))
            }
            Some(Fault::Redirect(there)) => {
                Outcome::Answered(Answer::empty(StatusCode::FOUND).with_header(LOCATION, &there))
            }
            Some(Fault::DeadCredential) => Outcome::Answered(Answer::json(
                StatusCode::UNAUTHORIZED,
                &json!({"error": {"code": "InvalidAuthenticationToken", "message": "Access token has expired."}}),
            )),
        }
    }
}

fn route(world: &mut World, host: &str, head: &http::request::Parts, body: &[u8]) -> Answer {
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if host.starts_with("graph.") {
        return graph::answer(world, head, &segments, query);
    }
    let (get, post) = (head.method == Method::GET, head.method == Method::POST);
    match segments.as_slice() {
        [tenant, "v2.0", ".well-known", "openid-configuration"] if get => authorize::metadata(world, tenant),
        [_, "discovery", "v2.0", "keys"] if get => {
            let issuer = format!("{}/{{tenantid}}/v2.0", world.login());
            Answer::json(StatusCode::OK, &world.signing.published(&issuer))
        }
        [tenant, "oauth2", "v2.0", "authorize"] | [tenant, "oauth2", "authorize"] if get => {
            authorize::page(world, tenant, path, query)
        }
        [tenant, "oauth2", "v2.0", "authorize"] | [tenant, "oauth2", "authorize"] if post => {
            authorize::decided(world, tenant, path, body)
        }
        [tenant, "oauth2", "v2.0", "token"] if post => token::answer(world, tenant, head, body),
        _ => Answer::text(StatusCode::NOT_FOUND, "text/html", "<h1>404</h1>".to_owned()),
    }
}
