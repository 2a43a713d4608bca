//! The content of one person's digest: every org whose operator they are.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use jiff::Timestamp;

use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, MailAddress};
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::emails::UncheckedOrg;
use crate::ledger::{AppFilter, LedgerError, paging};
use crate::usecases::Ports;

use super::contacts::contacts_of;

/// The most apps that a digest lists. Its counts include all apps.
const MAX_LISTED_APPS: usize = 100;
/// How many records are read at a time.
const PAGE: u32 = 200;

/// The content of one person's digest.
#[derive(Default)]
pub(super) struct DigestFacts {
    pub(super) counts: Vec<(Standing, u64)>,
    /// The worst apps, worst first.
    pub(super) waiting: Vec<(OrgProfile, AppRecord)>,
    pub(super) not_checked: Vec<UncheckedOrg>,
    pub(super) orgs: u64,
    pub(super) last_scan: Option<Timestamp>,
    /// The checkpoint of the audit trail.
    pub(super) checkpoint: Option<String>,
}

/// The orgs whose operator has this address, by id.
pub(super) async fn orgs_looked_after(ports: &Ports, address: &MailAddress) -> Result<Vec<OrgProfile>, LedgerError> {
    let digest = address.digest();
    let mut looked_after = Vec::new();
    let mut orgs = paging::items(PAGE, |page| ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        let operators = contacts_of(&org, &ports.settings).of(Audience::OktaOperator);
        if operators.iter().any(|operator| operator.digest() == digest) {
            looked_after.push(org);
        }
    }
    Ok(looked_after)
}

impl DigestFacts {
    /// Reads the apps of `orgs`. One list has all apps, worst first, so this reads it once, however many orgs there are.
    pub(super) async fn gather(ports: &Ports, orgs: &[OrgProfile]) -> Result<Self, LedgerError> {
        let by_id: BTreeMap<&OrgId, &OrgProfile> = orgs.iter().map(|org| (&org.id, org)).collect();
        let mut facts = Self { orgs: u64::try_from(orgs.len()).unwrap_or(u64::MAX), ..Self::default() };
        let only = match orgs {
            [org] => AppFilter { org: Some(org.id.clone()), ..AppFilter::default() },
            _ => AppFilter::default(),
        };
        let mut apps = paging::items(PAGE, |page| ports.ledger.apps(&only, page));
        while let Some(app) = apps.try_next().await? {
            let Some(org) = by_id.get(&app.identity.org) else { continue };
            facts.count(app.standing());
            let needs_attention = app.standing().needs_action() || app.standing() == Standing::Unknown;
            if needs_attention && facts.waiting.len() < MAX_LISTED_APPS {
                facts.waiting.push(((*org).clone(), app));
            }
        }
        if let Some(scan) = ports.ledger.latest_scan(ports.clock.now()).await? {
            facts.last_scan = scan.finished_at;
            let unchecked = scan.orgs_not_seen.into_iter().filter_map(|not_seen| {
                Some(UncheckedOrg { domain: by_id.get(&not_seen.org)?.domain(), reason: not_seen.reason })
            });
            facts.not_checked = unchecked.collect();
        }
        let signed = ports.ledger.latest_digest().await?;
        facts.checkpoint = signed.map(|signed| format!("{}:{}", signed.digest.number, signed.digest.hash()));
        Ok(facts)
    }

    fn count(&mut self, standing: Standing) {
        match self.counts.iter_mut().find(|(counted, _)| *counted == standing) {
            Some((_, count)) => *count += 1,
            None => self.counts.push((standing, 1)),
        }
    }
}
