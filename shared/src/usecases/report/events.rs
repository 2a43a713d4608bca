//! Events of many apps in the order of time, once or as they happen.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use jiff::{SignedDuration, Timestamp};

use crate::domain::id::{AppId, OrgId};
use crate::domain::trail::{TrailEntry, TrailId};
use crate::ledger::{LedgerError, paging};
use crate::usecases::Ports;

/// How many records are read at a time.
const PAGE: u32 = 500;
/// How far back each look goes, because another worker's clock may be behind and an index may lag.
const OVERLAP: SignedDuration = SignedDuration::from_mins(5);

/// Which events.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Only events of these orgs. Empty for all.
    pub orgs: Vec<OrgId>,
    /// Only events of this app.
    pub app: Option<AppId>,
}

impl Selection {
    fn selects(&self, org: &OrgId, app: &AppId) -> bool {
        (self.orgs.is_empty() || self.orgs.contains(org)) && self.app.as_ref().is_none_or(|only| only == app)
    }
}

/// A reader that returns each event once.
#[derive(Debug)]
pub struct Follower {
    selection: Selection,
    /// Events before this time are not returned.
    from: Timestamp,
    /// Trails that have not grown since this time are not read again.
    grown_since: Timestamp,
    /// The last number that was returned of each trail.
    returned: BTreeMap<TrailId, u64>,
}

impl Follower {
    /// A reader of the events at `from` and later.
    pub const fn new(selection: Selection, from: Timestamp) -> Self {
        Self { selection, from, grown_since: from, returned: BTreeMap::new() }
    }

    /// The events since the last call, by time. Of each app, they are in the order of its trail.
    pub async fn next(&mut self, ports: &Ports) -> Result<Vec<TrailEntry>, LedgerError> {
        let now = ports.clock.now();
        let mut found = Vec::new();
        let mut heads = paging::items(PAGE, |page| ports.ledger.trail_heads(self.grown_since, page));
        while let Some(head) = heads.try_next().await? {
            if !self.selection.selects(&head.org, &head.app) {
                continue;
            }
            let id = TrailId::of(&head.org, &head.app);
            let returned = self.returned.get(&id).copied().unwrap_or_default();
            if head.number <= returned {
                continue;
            }
            let mut entries = paging::items(PAGE, |page| ports.ledger.trail(&head.org, &head.app, page));
            while let Some(entry) = entries.try_next().await? {
                let is_new = entry.number > returned && entry.number <= head.number;
                if let Some(at) = time_of(&entry).filter(|at| is_new && *at >= self.from) {
                    found.push((at, entry));
                }
            }
            self.returned.insert(id, head.number);
        }
        drop(heads);
        self.grown_since = now.saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN).max(self.from);
        // Stable, so that an app's events keep their order at equal times.
        found.sort_by_key(|(at, _)| *at);
        Ok(found.into_iter().map(|(_, entry)| entry).collect())
    }
}

/// The time of an event, which every version writes alike.
pub fn time_of(entry: &TrailEntry) -> Option<Timestamp> {
    entry.event.get("at")?.as_str()?.parse().ok()
}
