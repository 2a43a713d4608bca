//! Handles one request to Microsoft: counts it, injects a fault and answers it.

use std::sync::Arc;

use http::header::{COOKIE, HOST};
use http::{Method, StatusCode};
use parking_lot::Mutex;

use super::directory::Outage;
use super::faults::{Side, faulty_outcome, outage_answer};
use super::world::World;
use super::{authorize, graph, token};
use crate::answer::Answer;
use crate::handler::Outcome;
use crate::listener::RequestHandler;

pub(super) struct Handler {
    pub(super) world: Arc<Mutex<World>>,
}

impl RequestHandler for Handler {
    fn serve(&self, head: &http::request::Parts, body: &[u8]) -> Outcome {
        let mut world = self.world.lock();
        let host = head.headers.get(HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let side = if host.starts_with("graph.") { Side::Graph } else { Side::Login };
        let path = head.uri.path();
        world.record_request(format!("{} {path}", head.method));
        let now = world.clock.now();
        let tenant = match side {
            Side::Graph => graph::tenant_of(&world, head),
            Side::Login => path.split('/').nth(1).and_then(|name| world.tenant(name)),
        };
        let on = |outage: &Outage| outage.until > now;
        let outage = tenant.and_then(|tenant| tenant.outage).filter(on).or(world.outage.filter(on));
        let tenant = tenant.map(|tenant| tenant.id.clone()).unwrap_or_default();
        let scripted = world.faults.take(path);
        if let (None, Some(outage)) = (&scripted, outage) {
            return Outcome::Answered(outage_answer(outage, side, now));
        }
        // A fault plan never affects interactive pages; a scripted fault can.
        let may_draw = side == Side::Graph || path.ends_with("/oauth2/v2.0/token");
        let fault = scripted.or_else(|| {
            let counter = may_draw.then(|| world.draw(&tenant))?;
            world.plan.draw(world.seed, &tenant, counter)
        });
        let mut answer = || route(&mut world, side, head, body);
        match fault {
            None => Outcome::Answered(answer()),
            Some(fault) => faulty_outcome(fault, side, answer),
        }
    }
}

fn route(world: &mut World, side: Side, head: &http::request::Parts, body: &[u8]) -> Answer {
    let path = head.uri.path();
    let query = head.uri.query().unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if side == Side::Graph {
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
            let cookies = head.headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
            authorize::page(world, tenant, path, query, cookies)
        }
        [tenant, "oauth2", "v2.0", "authorize"] | [tenant, "oauth2", "authorize"] if post => {
            authorize::decided(world, tenant, path, body)
        }
        [tenant, "oauth2", "v2.0", "token"] if post => token::answer(world, tenant, head, body),
        _ => Answer::text(StatusCode::NOT_FOUND, "text/html", "<h1>404</h1>".to_owned()),
    }
}
