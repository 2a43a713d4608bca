//! An estate of many orgs in a ledger, without any request: customers, apps of every standing, waivers, a scan.

use jiff::{SignedDuration, Timestamp};
use regrant::domain::app::{AppIdentity, AppRecord, ConsentRecord};
use regrant::domain::event::{AppEvent, EventKind};
use regrant::domain::id::OrgId;
use regrant::domain::milestones::Milestones;
use regrant::domain::org::{CredentialKind, OrgProfile};
use regrant::domain::request::Request;
use regrant::domain::scan::OrgScanResult;
use regrant::domain::signal::{Check, Signal, SignalKind};
use regrant::domain::standing::{Assessment, LastKnown, Standing};
use regrant::domain::tenant::TenantName;
use regrant::domain::text::UntrustedText;
use regrant::domain::waiver::Waiver;
use regrant::ledger::Ledger;
use regrant::testing::records::{self, app_identity, app_record};

/// The size of an estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estate {
    /// Orgs.
    pub orgs: u32,
    /// Apps of each org.
    pub apps_per_org: u32,
    /// Customers, to which orgs belong in turn. Every 50th org belongs to none.
    pub customers: u32,
    /// Events in each app's trail.
    pub events_per_app: u32,
}

const CUSTOMERS: [&str; 8] = [
    "Alpine Ski House",
    "Bellows College",
    "Contoso Pharmaceuticals",
    "Fabrikam Residences",
    "Fourth Coffee",
    "Litware",
    "Proseware",
    "Wide World Importers",
];

/// Labels that a rendering must not act on.
pub const HOSTILE_LABELS: [&str; 5] = [
    "=HYPERLINK(\"https://evil.example\",\"Office\")",
    "<script>alert(1)</script>",
    "Büro \u{202e}fdp.exe",
    "+cmd|' /C calc'!A0",
    "\"><img src=x onerror=alert(1)>, Office",
];

/// The time of the estate's scan.
pub fn scanned_at() -> Timestamp {
    "2026-11-27T06:00:00Z".parse().unwrap()
}

impl Estate {
    /// The customer of the org with this index.
    fn customer(self, index: u32) -> Option<String> {
        if self.customers == 0 || index % 50 == 49 {
            return None;
        }
        let number = index % self.customers;
        let name = CUSTOMERS[number as usize % CUSTOMERS.len()];
        let round = number as usize / CUSTOMERS.len();
        Some(if round == 0 { name.to_owned() } else { format!("{name} {}", round + 1) })
    }

    /// The profile of the org with this index.
    pub fn org(self, index: u32) -> OrgProfile {
        let base_url = format!("https://org{index:05}.okta.com/").parse().unwrap();
        let added_at = scanned_at() - SignedDuration::from_hours(24 * 120);
        let customer = self.customer(index).map(|name| name.parse().unwrap());
        OrgProfile { customer, ..OrgProfile::new(org_id(index), base_url, CredentialKind::ServiceApp, added_at) }
    }

    /// Writes the estate.
    pub async fn fill(self, ledger: &dyn Ledger) {
        let orgs: Vec<OrgId> = (0..self.orgs).map(org_id).collect();
        let scan = "5ca1ab1e5ca1ab1e".parse().unwrap();
        ledger.begin_scan(&scan, scanned_at(), &orgs).await.unwrap();
        for (index, org) in (0..).zip(&orgs) {
            ledger.put_org(&self.org(index)).await.unwrap();
            let result = if is_unreadable(index) {
                let reason =
                    "Okta returned 401 E0000011: the credential was refused; add the org again with `regrant org add`";
                OrgScanResult::NotScanned { reason: reason.to_owned() }
            } else {
                OrgScanResult::Scanned { apps: self.apps_per_org.into() }
            };
            for number in 0..self.apps_per_org {
                let (app, events) = self.app(index, number);
                assert!(ledger.record_app(&app, &events).await.unwrap());
                if number == 0 && index % 12 == 5 {
                    ledger.put_waiver(&waiver(&app)).await.unwrap();
                }
            }
            ledger.record_org_result(&scan, org, &result, scanned_at()).await.unwrap();
        }
    }

    /// An app and its events.
    fn app(self, org: u32, number: u32) -> (AppRecord, Vec<AppEvent>) {
        let profile = self.org(org);
        let seed = org.wrapping_mul(7).wrapping_add(number.wrapping_mul(31));
        let standing = if is_unreadable(org) { Standing::Unknown } else { standing(seed) };
        let since = scanned_at() - SignedDuration::from_hours(i64::from(seed % 60) * 24 + 3);
        let found_at = scanned_at() - SignedDuration::from_hours(24 * 90);
        let label = match seed % 40 {
            spot @ 0..5 => HOSTILE_LABELS[spot as usize].to_owned(),
            _ => ["Office 365", "Microsoft 365", "Office 365 Europe", "Microsoft 365 (Contractors)"]
                [number as usize % 4]
                .to_owned(),
        };
        let consented = standing == Standing::Consented;
        let verified = consented && !seed.is_multiple_of(5);
        let consented_at = consented.then(|| found_at + SignedDuration::from_hours(i64::from(seed % 37) * 9));
        let reason = reason(standing).to_owned();
        let mut signals = Vec::new();
        if standing == Standing::Unknown {
            let kind = SignalKind::CheckFailed {
                check: Check::Connection,
                reason: "Okta returned 503 after 4 attempts".to_owned(),
            };
            signals.push(Signal::okta(scanned_at(), kind));
        }
        let identity = AppIdentity {
            org_domain: profile.domain(),
            tenant: Some(TenantName::from(format!("tenant{org:05}"))),
            ..app_identity(profile.id.as_str(), &format!("0oa{org:05}{number:03}"), &label)
        };
        let record = AppRecord {
            signals,
            assessment: Assessment { standing, verified, reasons: vec![reason] },
            as_of: scanned_at(),
            last_known: (standing == Standing::Unknown)
                .then_some(LastKnown { standing: Standing::Consented, as_of: since }),
            since: Some(since),
            before: Some(Standing::NeedsConsent),
            request: standing.needs_action().then(|| Request {
                id: format!("RG-{org:05}-{number:05}").parse().unwrap(),
                opened_at: since,
                closed: None,
            }),
            consent: ConsentRecord {
                milestones: Milestones {
                    found_at: Some(found_at),
                    consented_at,
                    verified_at: consented_at.filter(|_| verified).map(|at| at + SignedDuration::from_mins(2)),
                },
                ..ConsentRecord::default()
            },
            ..app_record(identity, standing)
        };
        let events = (0..self.events_per_app).map(|step| {
            let at = found_at + SignedDuration::from_hours(i64::from(step));
            if step == 0 {
                AppEvent::automatic(at, EventKind::Found { standing: Standing::NeedsConsent })
            } else {
                let (from, to) = (Standing::NeedsConsent, standing);
                let kind = EventKind::StandingChanged { from, to, reasons: vec![format!("Step {step}.")] };
                AppEvent::automatic(at, kind)
            }
        });
        (record, events.collect())
    }
}

fn org_id(index: u32) -> OrgId {
    format!("00o{index:05}").parse().unwrap()
}

fn is_unreadable(org: u32) -> bool {
    org % 33 == 20
}

fn standing(seed: u32) -> Standing {
    match seed % 100 {
        0..3 => Standing::Broken,
        3..13 => Standing::NeedsConsent,
        13..17 => Standing::NeedsSave,
        17..20 => Standing::Degraded,
        20..22 => Standing::ByHand,
        22..24 => Standing::Unknown,
        24..94 => Standing::Consented,
        _ => Standing::NotApplicable,
    }
}

fn reason(standing: Standing) -> &'static str {
    match standing {
        Standing::Broken => "Microsoft has no permission grant for Okta: the consent was revoked.",
        Standing::NeedsConsent => "Provisioning is on without OAuth: it uses stored credentials.",
        Standing::NeedsSave => "Microsoft has a grant, but the connection is off.",
        Standing::Degraded => "Required permissions are not granted: Group.ReadWrite.All.",
        Standing::ByHand => "The tenant is in a government cloud that Okta's Management API does not support.",
        Standing::Unknown => "Could not read the provisioning connection: Okta returned 503 after 4 attempts",
        Standing::Consented => "The connection is on, and Microsoft has every required grant.",
        Standing::NotApplicable => "The app is inactive in Okta.",
    }
}

fn waiver(app: &AppRecord) -> Waiver {
    let (given, ends) = (SignedDuration::from_hours(24), SignedDuration::from_hours(24 * 60));
    let reason = UntrustedText::new("Merger: this tenant moves in January");
    Waiver { reason, ..records::waiver(&app.identity, scanned_at() - given, scanned_at() + ends) }
}
