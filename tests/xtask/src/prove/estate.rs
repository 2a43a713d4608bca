//! The console's estate page on the embedded ledger, at every filter, with few and with many orgs.

use std::sync::Arc;
use std::time::Instant;

use regrant::domain::actor::Actor;
use regrant::domain::app::{AppIdentity, AppRecord};
use regrant::domain::org::OrgProfile;
use regrant::domain::signal::{Check, Signal, SignalKind};
use regrant::domain::standing::{Assessment, Standing};
use regrant::domain::text::UntrustedText;
use regrant::embedded;
use regrant::randomness::request_id;
use regrant::testing::records::{app_identity, org_profile};
use regrant::usecases::Ports;
use regrant_console::LocalSignIn;
use regrant_tests::consent::Browser;
use serde_json::{Value, json};

use super::{Outcome, Report, Size};
use crate::walk::Failure;

pub(crate) const NAME: &str = "estate";

/// The target, in milliseconds.
const TARGET_MS: f64 = 100.0;
const APPS_PER_ORG: usize = 3;
const ORGS_PER_CUSTOMER: usize = 33;
/// The queries of the page's filters, orders and pages.
const QUERIES: [&str; 12] = [
    "",
    "standing=needs-action",
    "standing=broken",
    "standing=consented",
    "standing=unknown",
    "customer=Customer%201",
    "org=org1",
    "tenant=tenant2",
    "waiting=administrator",
    "q=app%201",
    "sort=since",
    "sort=customer&standing=needs-action&q=org",
];

pub(crate) async fn prove(size: Size) -> Outcome {
    let (rounds, large) = if size == Size::Full { (15, 10_000) } else { (1, 200) };
    let few = measure(100, rounds).await?;
    let many = measure(large, rounds).await?;
    let slowest = many.iter().map(|(_, ms)| *ms).fold(0.0, f64::max);
    let slowest_of_few = few.iter().map(|(_, ms)| *ms).fold(0.0, f64::max);
    let by_query: serde_json::Map<String, Value> =
        many.iter().map(|(query, ms)| ((*query).to_owned(), json!(rounded(*ms)))).collect();
    Ok(Report::new(
        NAME,
        size == Size::Small || slowest < TARGET_MS,
        [
            ("orgs", json!(large)),
            ("apps", json!(large * APPS_PER_ORG)),
            ("customers", json!(large.div_ceil(ORGS_PER_CUSTOMER))),
            ("slowest_median_ms", json!(rounded(slowest))),
            ("slowest_median_ms_with_100_orgs", json!(rounded(slowest_of_few))),
            ("median_ms_by_query", Value::Object(by_query)),
        ],
    ))
}

fn rounded(ms: f64) -> f64 {
    (ms * 10.0).round() / 10.0
}

/// The median time of each query's page.
async fn measure(orgs: usize, rounds: usize) -> Result<Vec<(&'static str, f64)>, Failure> {
    let folder = tempfile::tempdir()?;
    let ports = embedded::open(&folder.path().join("data"), embedded::Config::default()).await?;
    regrant::usecases::access::keys::create_keys(&ports).await?;
    for index in 0..orgs {
        add(&ports, index).await?;
    }
    let actor = Actor::OsUser { name: UntrustedText::new("operator") };
    let (sign_in, path) = LocalSignIn::new(actor, &*ports.randomness);
    let mut browser = Browser::new(regrant_console::router(ports, Some(Arc::new(sign_in))));
    browser.get(&path).await;
    let mut medians = Vec::new();
    for query in QUERIES {
        let mut times = Vec::new();
        for _ in 0..rounds {
            let started = Instant::now();
            let page = browser.get(&format!("/console?{query}")).await;
            times.push(started.elapsed().as_secs_f64() * 1_000.0);
            if !page.body.contains("<tbody>") {
                return Err(format!("the page of {query:?} has no table").into());
            }
        }
        times.sort_by(f64::total_cmp);
        medians.push((query, times[times.len() / 2]));
    }
    Ok(medians)
}

async fn add(ports: &Ports, index: usize) -> Result<(), Failure> {
    let now = ports.clock.now();
    let customer = Some(format!("Customer {}", index / ORGS_PER_CUSTOMER).parse()?);
    let org = OrgProfile { customer, ..org_profile(&format!("org{index}")) };
    ports.ledger.put_org(&org).await?;
    for app in 0..APPS_PER_ORG {
        let standing = Standing::ALL[(index + app) % Standing::ALL.len()];
        let label = format!("Microsoft Office 365, app {app} of {index}");
        let identity = AppIdentity {
            tenant: Some(format!("tenant{index}").into()),
            ..app_identity(org.id.as_str(), &format!("app{index}-{app}"), &label)
        };
        let reason = "The connection could not be read: the server returned 503.".to_owned();
        let signal = |check| Signal::okta(now, SignalKind::CheckFailed { check, reason: reason.clone() });
        let signals = vec![signal(Check::App), signal(Check::Connection), signal(Check::Features)];
        let assessment = Assessment { standing, verified: false, reasons: vec![reason.clone()] };
        let request = request_id(&*ports.randomness);
        ports.ledger.record_app(&AppRecord::assessed(identity, signals, assessment, now, None, request), &[]).await?;
    }
    Ok(())
}
