//! Scans two thousand orgs daily for three months with a tenth of all responses faulty. Every incident must be found by the
//! second scan that could see it, its end must be noticed, and nothing else may be reported.
//!
//! Each scan makes some 8 to 10 real calls over loopback, about 1.8 million calls in the full size, which dominate the run
//! time. `calls_answered` counts them. Three of five orgs are also monitored at Microsoft; every tenth org has two apps
//! with other standings.

mod incident;
mod stream;
mod tally;
mod world;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use regrant::clock::Clock as _;
use regrant::usecases::scan::start::Selection;
use serde_json::json;

use crate::walk::Failure;

use super::{Outcome, Report, Size};
use incident::{Incident, Kind, Sign};
use tally::Tally;
use world::{FAULTY, World};

pub(crate) const NAME: &str = "watch";

const SEED: u64 = 90;
/// The target time to detect a broken consent with Okta's log streaming.
const STREAM_TARGET_SECONDS: i64 = 5 * 60;

/// The size of a run.
struct Extent {
    orgs: u32,
    days: u32,
    incidents: usize,
    /// The days on which incidents start.
    injected_on: RangeInclusive<u32>,
    /// The duration of an incident, in days.
    stands: RangeInclusive<u32>,
    /// The number of consents that break while the log is streamed.
    streamed: usize,
}

const FULL: Extent =
    Extent { orgs: 2_000, days: 90, incidents: 200, injected_on: 1..=75, stands: 7..=10, streamed: 20 };
const SMALL: Extent =
    Extent { orgs: 40, days: 12, incidents: Kind::ALL.len(), injected_on: 1..=3, stands: 5..=5, streamed: 2 };

pub(crate) async fn prove(size: Size) -> Outcome {
    let extent = if size == Size::Full { FULL } else { SMALL };
    let mut world = World::set(extent.orgs).await?;
    let mut incidents = planned(&extent, &world);
    let mut tally = Tally::default();
    for day in 1..=extent.days {
        world.wait_for_the_morning_of(day);
        apply_incidents(day, &world, &incidents, &mut tally).await?;
        let since = world.clock.now();
        world.scan(&Selection::All).await?;
        tally.take(&world, &mut incidents, day, since).await?;
    }
    let seconds = stream::seconds_to_see(&world, &unaffected(&world, &incidents, extent.streamed)).await?;

    let signs = incidents.iter().filter(|incident| incident.kind.sign() != Sign::None).count();
    let found = incidents.iter().filter(|incident| incident.found_after.is_some()).count();
    let streamed_in_time = seconds.iter().all(|seconds| (0..=STREAM_TARGET_SECONDS).contains(seconds));
    let holds = tally.is_clean() && found == signs && signs > 0 && streamed_in_time && !seconds.is_empty();
    Ok(Report::new(
        NAME,
        holds,
        [
            ("orgs", json!(extent.orgs)),
            ("apps", json!(world.orgs.iter().map(|org| org.apps.len()).sum::<usize>())),
            ("days", json!(extent.days)),
            ("faulty_share", json!(FAULTY)),
            ("calls_answered", json!(world.kill_point.calls())),
            ("injected", json!(incidents.len())),
            ("injected_by_kind", json!(by_kind(&incidents))),
            ("injected_that_have_to_be_told", json!(signs)),
            ("found", json!(found)),
            ("missed", json!(tally.missed.len())),
            ("missed_ones", json!(tally.missed)),
            ("forgotten_ones", json!(tally.forgotten)),
            ("not_seen_to_be_over", json!(tally.stuck)),
            ("false_alarms", json!(tally.false_alarms.len())),
            ("false_alarms_ones", json!(tally.false_alarms)),
            ("not_injured_at_all", json!(tally.not_injected)),
            ("scans_to_find", json!(distribution(&incidents, |incident| incident.found_after))),
            ("scans_to_see_that_it_is_over", json!(distribution(&incidents, |incident| incident.over_after))),
            ("app_days_looked_at", json!(tally.looked_at)),
            ("app_days_not_looked_at", json!(tally.not_looked_at)),
            ("seconds_by_log_stream", json!(seconds)),
            ("seconds_by_log_stream_target", json!(STREAM_TARGET_SECONDS)),
        ],
    ))
}

/// Plans each kind of incident equally often, each in its own org that is monitored on both sides.
fn planned(extent: &Extent, world: &World) -> Vec<Incident> {
    let mut rng = SmallRng::seed_from_u64(SEED);
    let watched = world.orgs.iter().enumerate().filter(|(_, org)| org.is_watched).map(|(index, _)| index);
    let watched: Vec<usize> = watched.collect();
    let apart = (watched.len() / extent.incidents).max(1);
    let places = watched.into_iter().step_by(apart);
    let kinds = Kind::ALL.into_iter().cycle();
    places
        .zip(kinds)
        .take(extent.incidents)
        .map(|(org, kind)| {
            let injected_on = rng.random_range(extent.injected_on.clone());
            let stands = if kind.sign() == Sign::None { 1 } else { rng.random_range(extent.stands.clone()) };
            Incident::new(kind, org, injected_on, injected_on + stands)
        })
        .collect()
}

/// Repairs, injects and continues the incidents of a day.
async fn apply_incidents(day: u32, world: &World, incidents: &[Incident], tally: &mut Tally) -> Result<(), Failure> {
    for incident in incidents {
        let org = &world.orgs[incident.org];
        let done = if day == incident.repaired_on {
            incident.kind.repair(world, org).await?
        } else if day == incident.injected_on {
            incident.kind.inject(world, org)
        } else {
            incident.is_on(day).then(|| incident.kind.recur(world, org)).is_none_or(|done| done)
        };
        if !done {
            tally.not_injected.push(format!("{} on day {day}", incident.name(world)));
        }
        if day == incident.injected_on && incident.kind == Kind::ConsentedAgain {
            // Between the events: the old grants are gone, and the new ones are not yet visible.
            world.scan(&Selection::Orgs(vec![org.id.clone()])).await?;
            tally.scan_between(world, incident, day).await?;
        }
    }
    Ok(())
}

/// Orgs without an incident.
fn unaffected(world: &World, incidents: &[Incident], most: usize) -> Vec<usize> {
    let is_affected = |index: &usize| incidents.iter().any(|incident| incident.org == *index);
    (0..world.orgs.len()).filter(|index| !is_affected(index)).take(most).collect()
}

fn by_kind(incidents: &[Incident]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for incident in incidents {
        *counts.entry(format!("{:?}", incident.kind)).or_default() += 1;
    }
    counts
}

/// The number of incidents per number of scans.
fn distribution(incidents: &[Incident], took: impl Fn(&Incident) -> Option<u32>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for scans in incidents.iter().filter(|incident| incident.kind.sign() != Sign::None).filter_map(took) {
        *counts.entry(scans.to_string()).or_default() += 1;
    }
    counts
}
