//! What a scan told, beside what has to be told.

use std::collections::HashMap;

use jiff::Timestamp;
use regrant::domain::access_problem::OrgWatch;
use regrant::domain::app::AppRecord;
use regrant::domain::id::AppId;
use regrant::domain::standing::Standing;
use regrant::ledger::{AppFilter, PageRequest};

use super::injury::{Injury, Sign};
use super::world::{AppInCare, OrgInCare, World};
use crate::walk::Failure;

/// At which scan that could see it an injury has to be found.
const FOUND_BY: u32 = 2;

/// The sum of all scans.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Injuries that were not found in time, or not at all.
    pub(super) missed: Vec<String>,
    /// Injuries that were found and then taken for healed.
    pub(super) forgotten: Vec<String>,
    /// Injuries that were healed and still told.
    pub(super) stuck: Vec<String>,
    /// What was told and never happened.
    pub(super) false_alarms: Vec<String>,
    /// Injuries that were none: there was nothing to hurt.
    pub(super) not_struck: Vec<String>,
    /// Apps whose standing rested on a look, over all days.
    pub(super) looked_at: u64,
    /// Apps that could not be looked at, over all days.
    pub(super) not_looked_at: u64,
}

impl Tally {
    pub(super) fn is_clean(&self) -> bool {
        let all = [&self.missed, &self.forgotten, &self.stuck, &self.false_alarms, &self.not_struck];
        all.into_iter().all(Vec::is_empty) && self.looked_at > self.not_looked_at
    }

    /// Takes in what the scan of a day told, which began at `since`.
    pub(super) async fn take(
        &mut self,
        world: &World,
        injuries: &mut [Injury],
        day: u32,
        since: Timestamp,
    ) -> Result<(), Failure> {
        let records = records(world).await?;
        let mut hurt: HashMap<usize, &mut Injury> = injuries.iter_mut().map(|injury| (injury.org, injury)).collect();
        for (index, org) in world.orgs.iter().enumerate() {
            let watch = world.ports.ledger.org_watch(&org.id).await?;
            let injury = hurt.remove(&index).filter(|injury| day >= injury.struck_on);
            for (number, app) in org.apps.iter().enumerate() {
                let record = records.get(&app.id).ok_or_else(|| format!("{} of {} has no record", app.id, org.name))?;
                self.judge(world, (org, app, record), injury.as_deref().filter(|_| number == 0), day);
            }
            self.judge_troubles(org, watch.as_ref(), injury.as_deref(), day);
            if let (Some(injury), Some(record)) = (injury, records.get(&org.apps[0].id)) {
                self.follow(world, injury, record, watch.as_ref(), (day, since));
            }
        }
        Ok(())
    }

    /// A look at the moment between a removal and the addition that belongs to it.
    pub(super) async fn look_between(&mut self, world: &World, injury: &Injury, day: u32) -> Result<(), Failure> {
        let org = &world.orgs[injury.org];
        let app = &org.apps[0];
        let record = world.ports.ledger.app(&org.id, &app.id).await?.ok_or("the app is gone")?;
        self.judge(world, (org, app, &record), None, day);
        Ok(())
    }

    /// Where an app stands, or stood when it was seen last.
    fn judge(
        &mut self,
        world: &World,
        (org, app, record): (&OrgInCare, &AppInCare, &AppRecord),
        injury: Option<&Injury>,
        day: u32,
    ) {
        let shown = if record.standing() == Standing::Unknown {
            self.not_looked_at += 1;
            record.last_known.as_ref().map(|known| known.standing)
        } else {
            self.looked_at += 1;
            Some(record.standing())
        };
        let Some(shown) = shown else { return };
        let injured = injury.filter(|injury| injury.may_show(day)).and_then(|injury| match injury.kind.sign() {
            Sign::Standing(standing) => Some((injury, standing)),
            _ => None,
        });
        match injured {
            Some((_, standing)) if shown == standing => {}
            Some((injury, _)) if shown == app.base && injury.is_on(day) && injury.found_after.is_some() => {
                self.forgotten.push(format!("{}, on day {day}", injury.name(world)));
            }
            _ if shown == app.base => {}
            _ => self.false_alarms.push(format!(
                "{} of {} stands {} and not {} on day {day}: {:?}",
                app.id, org.name, shown, app.base, record.assessment.reasons
            )),
        }
    }

    fn judge_troubles(&mut self, org: &OrgInCare, watch: Option<&OrgWatch>, injury: Option<&Injury>, day: u32) {
        let explained = |name: &str| {
            injury.is_some_and(|injury| injury.kind.sign() == Sign::AccessProblem(known(name)) && injury.may_show(day))
        };
        for problem in watch.into_iter().flat_map(|watch| &watch.problems) {
            if !explained(problem.kind.name()) {
                let (name, detail) = (problem.kind.name(), &problem.detail);
                self.false_alarms.push(format!("{} has {name} on day {day}: {detail}", org.name));
            }
        }
    }

    /// Follows an injury from the scan that could see it first to the one that saw that it is over.
    fn follow(
        &mut self,
        world: &World,
        injury: &mut Injury,
        record: &AppRecord,
        watch: Option<&OrgWatch>,
        (day, since): (u32, Timestamp),
    ) {
        let base = world.orgs[injury.org].apps[0].base;
        let has = |name: &str| watch.is_some_and(|watch| watch.problems.iter().any(|t| t.kind.name() == name));
        let (shows, is_over) = match injury.kind.sign() {
            Sign::None => return,
            Sign::Standing(standing) => (record.standing() == standing, record.standing() == base),
            Sign::AccessProblem(name) => (has(name), !has(name)),
        };
        if injury.is_on(day) {
            let seen = injury.kind.could_be_seen(record, since);
            injury.looks += u32::from(seen);
            if injury.found_after.is_none() && shows {
                injury.found_after = Some(injury.looks.max(1));
            }
            if injury.found_after.is_none() && seen && injury.looks == FOUND_BY {
                self.miss(world, injury, record);
            }
        } else if injury.over_after.is_none() {
            if injury.found_after.is_none() && injury.looks < FOUND_BY {
                // Repaired before it was found; one that was missed was counted then.
                self.miss(world, injury, record);
                injury.looks = FOUND_BY;
            }
            let seen = injury.kind.end_could_be_seen(record, since);
            injury.looks_after += u32::from(seen);
            if is_over && seen {
                injury.over_after = Some(injury.looks_after);
            } else if injury.looks_after == FOUND_BY && seen {
                self.stuck.push(format!("{}: {:?}", injury.name(world), record.assessment.reasons));
            }
        }
    }

    fn miss(&mut self, world: &World, injury: &Injury, record: &AppRecord) {
        let (looks, standing, reasons) = (injury.looks, record.standing(), &record.assessment.reasons);
        self.missed.push(format!("{} after {looks} looks: {standing}, {reasons:?}", injury.name(world)));
    }
}

/// The trouble's name as injuries have it.
fn known(name: &str) -> &'static str {
    ["graph-tokens-ended", "okta-credential-refused"].into_iter().find(|known| *known == name).unwrap_or("another")
}

/// Every app's record.
async fn records(world: &World) -> Result<HashMap<AppId, AppRecord>, Failure> {
    let (mut all, mut page) = (HashMap::new(), PageRequest::first(1_000));
    loop {
        let apps = world.ports.ledger.apps(&AppFilter::default(), page).await?;
        all.extend(apps.items.into_iter().map(|record| (record.identity.app.clone(), record)));
        let Some(after) = apps.next else { return Ok(all) };
        page = PageRequest { after: Some(after), limit: 1_000 };
    }
}
