//! Three months of two thousand orgs on both sides, a tenth of all answers faulty: whatever happens to a consent is found by
//! the second scan at the latest that could see it, nothing else is told, and what is over is seen to be over.
//!
//! Every org is scanned every day, for real: some 8 to 10 calls over loopback, so about 1.8 million calls in the full size,
//! which is what a run takes its time for. `calls_answered` says how many there were. Three orgs of five are watched at
//! Microsoft too; of every tenth one two further apps stand elsewhere than on consent.

mod injury;
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

use super::{Outcome, Size, Verification};
use crate::walk::Failure;
use injury::{Injury, Kind, Sign};
use tally::Tally;
use world::{FAULTY, World};

pub(crate) const NAME: &str = "watch";

const SEED: u64 = 90;
/// How long it may take until a consent that broke is known, where Okta streams its log.
const STREAM_TARGET_SECONDS: i64 = 5 * 60;

/// How much of everything.
struct Extent {
    orgs: u32,
    days: u32,
    injuries: usize,
    /// On which days something may happen.
    struck_on: RangeInclusive<u32>,
    /// How many days it stands.
    stands: RangeInclusive<u32>,
    /// How many consents break before a log stream.
    streamed: usize,
}

const FULL: Extent = Extent { orgs: 2_000, days: 90, injuries: 200, struck_on: 1..=75, stands: 7..=10, streamed: 20 };
const SMALL: Extent =
    Extent { orgs: 40, days: 12, injuries: Kind::ALL.len(), struck_on: 1..=3, stands: 5..=5, streamed: 2 };

pub(crate) async fn prove(size: Size) -> Outcome {
    let extent = if size == Size::Full { FULL } else { SMALL };
    let mut world = World::set(extent.orgs).await?;
    let mut injuries = planned(&extent, &world);
    let mut tally = Tally::default();
    for day in 1..=extent.days {
        world.wait_for_the_morning_of(day);
        happenings_of(day, &world, &injuries, &mut tally).await?;
        let since = world.clock.now();
        world.scan(&Selection::All).await?;
        tally.take(&world, &mut injuries, day, since).await?;
    }
    let seconds = stream::seconds_to_see(&world, &unhurt(&world, &injuries, extent.streamed)).await?;

    let signs = injuries.iter().filter(|injury| injury.kind.sign() != Sign::None).count();
    let found = injuries.iter().filter(|injury| injury.found_after.is_some()).count();
    let streamed_in_time = seconds.iter().all(|seconds| (0..=STREAM_TARGET_SECONDS).contains(seconds));
    let holds = tally.is_clean() && found == signs && signs > 0 && streamed_in_time && !seconds.is_empty();
    Ok(Verification::new(
        NAME,
        holds,
        [
            ("orgs", json!(extent.orgs)),
            ("apps", json!(world.orgs.iter().map(|org| org.apps.len()).sum::<usize>())),
            ("days", json!(extent.days)),
            ("faulty_share", json!(FAULTY)),
            ("calls_answered", json!(world.gate.calls())),
            ("injected", json!(injuries.len())),
            ("injected_by_kind", json!(by_kind(&injuries))),
            ("injected_that_have_to_be_told", json!(signs)),
            ("found", json!(found)),
            ("missed", json!(tally.missed.len())),
            ("missed_ones", json!(tally.missed)),
            ("forgotten_ones", json!(tally.forgotten)),
            ("not_seen_to_be_over", json!(tally.stuck)),
            ("false_alarms", json!(tally.false_alarms.len())),
            ("false_alarms_ones", json!(tally.false_alarms)),
            ("not_injured_at_all", json!(tally.not_struck)),
            ("scans_to_find", json!(distribution(&injuries, |injury| injury.found_after))),
            ("scans_to_see_that_it_is_over", json!(distribution(&injuries, |injury| injury.over_after))),
            ("app_days_looked_at", json!(tally.looked_at)),
            ("app_days_not_looked_at", json!(tally.not_looked_at)),
            ("seconds_by_log_stream", json!(seconds)),
            ("seconds_by_log_stream_target", json!(STREAM_TARGET_SECONDS)),
        ],
    ))
}

/// Each kind as often as every other, each in an org of its own that is watched on both sides.
fn planned(extent: &Extent, world: &World) -> Vec<Injury> {
    let mut dice = SmallRng::seed_from_u64(SEED);
    let watched = world.orgs.iter().enumerate().filter(|(_, org)| org.is_watched).map(|(index, _)| index);
    let watched: Vec<usize> = watched.collect();
    let apart = (watched.len() / extent.injuries).max(1);
    let places = watched.into_iter().step_by(apart);
    let kinds = Kind::ALL.into_iter().cycle();
    places
        .zip(kinds)
        .take(extent.injuries)
        .map(|(org, kind)| {
            let struck_on = dice.random_range(extent.struck_on.clone());
            let stands = if kind.sign() == Sign::None { 1 } else { dice.random_range(extent.stands.clone()) };
            Injury::new(kind, org, struck_on, struck_on + stands)
        })
        .collect()
}

/// What is repaired on a day, what happens on it, and what goes on.
async fn happenings_of(day: u32, world: &World, injuries: &[Injury], tally: &mut Tally) -> Result<(), Failure> {
    for injury in injuries {
        let org = &world.orgs[injury.org];
        let done = if day == injury.repaired_on {
            injury.kind.repair(world, org).await?
        } else if day == injury.struck_on {
            injury.kind.strike(world, org)
        } else {
            injury.is_on(day).then(|| injury.kind.go_on(world, org)).is_none_or(|done| done)
        };
        if !done {
            tally.not_struck.push(format!("{} on day {day}", injury.name(world)));
        }
        if day == injury.struck_on && injury.kind == Kind::ConsentedAgain {
            // The very moment: what was granted is gone already, and what is granted anew does not show yet.
            world.scan(&Selection::Orgs(vec![org.id.clone()])).await?;
            tally.look_between(world, injury, day).await?;
        }
    }
    Ok(())
}

/// Orgs that nothing ever happened to.
fn unhurt(world: &World, injuries: &[Injury], most: usize) -> Vec<usize> {
    let is_hurt = |index: &usize| injuries.iter().any(|injury| injury.org == *index);
    (0..world.orgs.len()).filter(|index| !is_hurt(index)).take(most).collect()
}

fn by_kind(injuries: &[Injury]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for injury in injuries {
        *counts.entry(format!("{:?}", injury.kind)).or_default() += 1;
    }
    counts
}

/// How many took how many scans.
fn distribution(injuries: &[Injury], took: impl Fn(&Injury) -> Option<u32>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for scans in injuries.iter().filter(|injury| injury.kind.sign() != Sign::None).filter_map(took) {
        *counts.entry(scans.to_string()).or_default() += 1;
    }
    counts
}
