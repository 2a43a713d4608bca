//! Compares what a scan reported with what it must report.

use std::collections::HashMap;

use jiff::Timestamp;
use regrant::domain::access_problem::OrgWatch;
use regrant::domain::app::AppRecord;
use regrant::domain::id::AppId;
use regrant::domain::standing::Standing;
use regrant::ledger::{AppFilter, PageRequest};

use super::incident::{Incident, Sign};
use super::world::{AppInCare, OrgInCare, World};
use crate::walk::Failure;

/// The scan by which an incident must be found, counting only scans that could see it.
const FOUND_BY: u32 = 2;

/// The totals of all scans.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Incidents that were found late or never.
    pub(super) missed: Vec<String>,
    /// Incidents that were found and then wrongly reported as repaired.
    pub(super) forgotten: Vec<String>,
    /// Incidents that were repaired and still reported.
    pub(super) stuck: Vec<String>,
    /// Reports without an incident.
    pub(super) false_alarms: Vec<String>,
    /// Incidents that could not be injected.
    pub(super) not_injected: Vec<String>,
    /// Scanned apps with a standing, over all days.
    pub(super) looked_at: u64,
    /// Apps that could not be scanned, over all days.
    pub(super) not_looked_at: u64,
}

impl Tally {
    pub(super) fn is_clean(&self) -> bool {
        let all = [&self.missed, &self.forgotten, &self.stuck, &self.false_alarms, &self.not_injected];
        all.into_iter().all(Vec::is_empty) && self.looked_at > self.not_looked_at
    }

    /// Adds the results of the day's scan, which began at `since`.
    pub(super) async fn take(
        &mut self,
        world: &World,
        incidents: &mut [Incident],
        day: u32,
        since: Timestamp,
    ) -> Result<(), Failure> {
        let records = records(world).await?;
        let mut hurt: HashMap<usize, &mut Incident> =
            incidents.iter_mut().map(|incident| (incident.org, incident)).collect();
        for (index, org) in world.orgs.iter().enumerate() {
            let watch = world.ports.ledger.org_watch(&org.id).await?;
            let incident = hurt.remove(&index).filter(|incident| day >= incident.injected_on);
            for (number, app) in org.apps.iter().enumerate() {
                let record = records.get(&app.id).ok_or_else(|| format!("{} of {} has no record", app.id, org.name))?;
                self.judge(world, (org, app, record), incident.as_deref().filter(|_| number == 0), day);
            }
            self.judge_troubles(org, watch.as_ref(), incident.as_deref(), day);
            if let (Some(incident), Some(record)) = (incident, records.get(&org.apps[0].id)) {
                self.follow(world, incident, record, watch.as_ref(), (day, since));
            }
        }
        Ok(())
    }

    /// Scans between the removal of a grant and the matching addition.
    pub(super) async fn scan_between(&mut self, world: &World, incident: &Incident, day: u32) -> Result<(), Failure> {
        let org = &world.orgs[incident.org];
        let app = &org.apps[0];
        let record = world.ports.ledger.app(&org.id, &app.id).await?.ok_or("the app is gone")?;
        self.judge(world, (org, app, &record), None, day);
        Ok(())
    }

    /// An app's current or last known standing.
    fn judge(
        &mut self,
        world: &World,
        (org, app, record): (&OrgInCare, &AppInCare, &AppRecord),
        incident: Option<&Incident>,
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
        let affected =
            incident.filter(|incident| incident.may_show(day)).and_then(|incident| match incident.kind.sign() {
                Sign::Standing(standing) => Some((incident, standing)),
                _ => None,
            });
        match affected {
            Some((_, standing)) if shown == standing => {}
            Some((incident, _)) if shown == app.base && incident.is_on(day) && incident.found_after.is_some() => {
                self.forgotten.push(format!("{}, on day {day}", incident.name(world)));
            }
            _ if shown == app.base => {}
            _ => self.false_alarms.push(format!(
                "{} of {} stands {} and not {} on day {day}: {:?}",
                app.id, org.name, shown, app.base, record.assessment.reasons
            )),
        }
    }

    fn judge_troubles(&mut self, org: &OrgInCare, watch: Option<&OrgWatch>, incident: Option<&Incident>, day: u32) {
        let explained = |name: &str| {
            incident.is_some_and(|incident| {
                incident.kind.sign() == Sign::AccessProblem(known(name)) && incident.may_show(day)
            })
        };
        for problem in watch.into_iter().flat_map(|watch| &watch.problems) {
            if !explained(problem.kind.name()) {
                let (name, detail) = (problem.kind.name(), &problem.detail);
                self.false_alarms.push(format!("{} has {name} on day {day}: {detail}", org.name));
            }
        }
    }

    /// Tracks an incident from the first scan that could see it to the one that saw its end.
    fn follow(
        &mut self,
        world: &World,
        incident: &mut Incident,
        record: &AppRecord,
        watch: Option<&OrgWatch>,
        (day, since): (u32, Timestamp),
    ) {
        let base = world.orgs[incident.org].apps[0].base;
        let has = |name: &str| watch.is_some_and(|watch| watch.problems.iter().any(|t| t.kind.name() == name));
        let (shows, is_over) = match incident.kind.sign() {
            Sign::None => return,
            Sign::Standing(standing) => (record.standing() == standing, record.standing() == base),
            Sign::AccessProblem(name) => (has(name), !has(name)),
        };
        if incident.is_on(day) {
            let seen = incident.kind.could_be_seen(record, since);
            incident.looks += u32::from(seen);
            if incident.found_after.is_none() && shows {
                incident.found_after = Some(incident.looks.max(1));
            }
            if incident.found_after.is_none() && seen && incident.looks == FOUND_BY {
                self.miss(world, incident, record);
            }
        } else if incident.over_after.is_none() {
            if incident.found_after.is_none() && incident.looks < FOUND_BY {
                // Repaired before it was found. A missed incident has already been counted.
                self.miss(world, incident, record);
                incident.looks = FOUND_BY;
            }
            let seen = incident.kind.end_could_be_seen(record, since);
            incident.looks_after += u32::from(seen);
            if is_over && seen {
                incident.over_after = Some(incident.looks_after);
            } else if incident.looks_after == FOUND_BY && seen {
                self.stuck.push(format!("{}: {:?}", incident.name(world), record.assessment.reasons));
            }
        }
    }

    fn miss(&mut self, world: &World, incident: &Incident, record: &AppRecord) {
        let (looks, standing, reasons) = (incident.looks, record.standing(), &record.assessment.reasons);
        self.missed.push(format!("{} after {looks} scans: {standing}, {reasons:?}", incident.name(world)));
    }
}

/// The access problem's name as incidents use it.
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
