//! The cost of scans on AWS: counts the calls per org at the AWS emulator and at the simulated Okta, and derives the monthly
//! cost of scanning 10,000 orgs a day from published prices.
//!
//! It measures a second scan without changes, because that is the recurring case, including the notification plan of each
//! org. `docs/scale.md` explains the results.

use std::collections::BTreeMap;
use std::sync::Arc;

use regrant::aws::cached_vault::CachedVault;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::clock::Clock;
use regrant::domain::scan::Scan;
use regrant::usecases::notify::plan::plan_notifications;
use regrant::usecases::scan::scan_apps::scan_apps;
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant_simulators::{Fleet, OktaSimulator, SimulatorConfig};
use regrant_tests::aws::{Account, Call, access_key};
use regrant_tests::bench::{Sides, Stores, know_fleet, ports_over, simulated_clock};
use serde_json::{Value, json};

use super::{Outcome, Report, Size};

pub(crate) const NAME: &str = "scan-cost";

/// The scanning program's name at the emulator.
const SCANNER: &str = "scanner";

// The size that `docs/scale.md` describes.
const ORGS: f64 = 10_000.0;
const SCANS_A_MONTH: f64 = 30.0;
/// The assumed duration of a call to Okta, in seconds. It dominates the duration of a scan.
const OKTA_CALL: f64 = 0.4;
/// The memory of a function in GB, as set in the template.
const MEMORY: f64 = 0.25;

// List prices of us-east-1 in US dollars, from the pricing page of each service.
const LAMBDA_GB_SECOND_ARM: f64 = 0.000_013_333_4;
const LAMBDA_REQUEST: f64 = 0.2e-6;
const DYNAMODB_WRITE: f64 = 0.625e-6;
const DYNAMODB_READ: f64 = 0.125e-6;
const SECRETS_CALL: f64 = 0.05 / 10_000.0;
const SQS_REQUEST: f64 = 0.4e-6;
/// Queue calls per org. Scan messages are sent, received and deleted in batches of ten. Notification messages are sent
/// singly, and received and deleted in batches of five.
const SQS_REQUESTS_AN_ORG: f64 = 0.3 + 1.4;
/// Orgs per invocation.
const BATCH: f64 = 10.0;
/// Plans per invocation.
const PLANS: f64 = 5.0;

/// The target for the whole installation, without secret storage and without costs independent of orgs.
const TARGET_DOLLARS_A_MONTH: f64 = 100.0;

pub(crate) async fn prove(size: Size) -> Outcome {
    let orgs = if size == Size::Full { 200 } else { 5 };
    let clock = simulated_clock();
    let simulator = OktaSimulator::start(SimulatorConfig::new(Arc::new(clock.clone()))).await?;
    let fleet = Fleet { apps_limit: 1_000, ..Fleet::new(5, orgs) };
    simulator.add_fleet(fleet);
    let account = Account::open().await;
    let stack = account.stack(SecretsManagerConfig::default()).await;
    let stores = account.stores(SCANNER, &stack).await;
    let time: Arc<dyn Clock> = Arc::new(clock.clone());
    let vault = Arc::new(CachedVault::new(stores.vault.clone(), time.clone()));
    let ports = ports_over(Stores { vault, ..stores }, time, Sides::default());
    know_fleet(&ports, &simulator, &fleet).await;

    let scan = async || -> Result<Scan, Box<dyn std::error::Error + Send + Sync>> {
        let scan = start_scan(&ports, &Selection::All).await?;
        for index in 0..orgs {
            let org = fleet.org(index).id.parse()?;
            scan_apps(&ports, &scan.id, &org).await?;
            plan_notifications(&ports, &org, None).await?;
        }
        Ok(ports.ledger.scan(&scan.id).await?.ok_or("the scan is gone")?)
    };
    scan().await?;
    // The next scan starts without cached credentials.
    clock.advance(std::time::Duration::from_hours(24));
    let (aws_before, okta_before) = (account.calls().await.len(), okta_calls(&simulator));
    let second = scan().await?;
    let counted = units(&account.calls().await[aws_before..]);
    let okta = okta_calls(&simulator) - okta_before;

    let an_org = |units: f64| units / f64::from(orgs);
    let of = |unit: Unit| an_org(counted.get(&unit).copied().unwrap_or_default());
    let okta = an_org(f64::from(u32::try_from(okta)?));
    let (reads, secrets) = (of(Unit::Read), of(Unit::Secret));
    let writes = of(Unit::Write) * write_units(&account, &stack.table).await?;
    let seconds = okta * OKTA_CALL;
    let dollars = seconds * MEMORY * LAMBDA_GB_SECOND_ARM
        + LAMBDA_REQUEST / BATCH
        + LAMBDA_REQUEST / PLANS
        + reads * DYNAMODB_READ
        + writes * DYNAMODB_WRITE
        + secrets * SECRETS_CALL
        + SQS_REQUESTS_AN_ORG * SQS_REQUEST;
    let a_month = dollars * ORGS * SCANS_A_MONTH;
    let complete = second.orgs_seen == u64::from(orgs) && okta > 0.0 && writes > 0.0 && secrets > 0.0;
    Ok(Report::new(
        NAME,
        complete && a_month < TARGET_DOLLARS_A_MONTH,
        [
            ("orgs", json!(orgs)),
            ("apps_an_org", json!(fleet.apps_per_org)),
            ("okta_calls_an_org", json!(rounded(okta))),
            ("dynamodb_read_units_an_org", json!(rounded(reads))),
            ("dynamodb_write_units_an_org", json!(rounded(writes))),
            ("secrets_manager_calls_an_org", json!(rounded(secrets))),
            ("seconds_an_org_at_400_ms_a_call", json!(rounded(seconds))),
            ("dollars_a_month_for_10000_orgs_daily", json!(rounded(a_month))),
            ("target_dollars_a_month", json!(TARGET_DOLLARS_A_MONTH)),
        ],
    ))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn okta_calls(simulator: &OktaSimulator) -> u64 {
    simulator.fleet_statuses().values().sum()
}

/// The billed units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unit {
    Read,
    Write,
    Secret,
}

/// Sums the billed units of calls; a write counts one per item, and two in a transaction ("Read and write operations",
/// DynamoDB's guide).
fn units(calls: &[Call]) -> BTreeMap<Unit, f64> {
    let mut units = BTreeMap::new();
    let key = access_key(SCANNER);
    for call in calls.iter().filter(|call| call.access_key == key) {
        let billed = match call.operation.as_str() {
            "dynamodb:GetItem" | "dynamodb:Query" => Some((Unit::Read, 1.0)),
            "dynamodb:PutItem" | "dynamodb:UpdateItem" | "dynamodb:DeleteItem" => Some((Unit::Write, 1.0)),
            "dynamodb:TransactWriteItems" => {
                Some((Unit::Write, 2.0 * f64::from(u32::try_from(call.parts.len()).unwrap_or(u32::MAX))))
            }
            operation if operation.starts_with("secretsmanager:") => Some((Unit::Secret, 1.0)),
            _ => None,
        };
        if let Some((unit, amount)) = billed {
            *units.entry(unit).or_default() += amount;
        }
    }
    units
}

/// The write units of one item: one per started KB in the table and in each of its indexes, averaged over all items.
async fn write_units(account: &Account, table: &str) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let found = account.call("dynamodb", "DynamoDB_20120810.Scan", &json!({"TableName": table})).await;
    let items = found["Items"].as_array().ok_or("the table was not read")?;
    let units = |item: &Value| {
        let indexes = ["list", "tenant"].iter().filter(|key| item.get(**key).is_some()).count();
        item.to_string().len().div_ceil(1024) * (1 + indexes)
    };
    let sum: usize = items.iter().map(units).sum();
    Ok(f64::from(u32::try_from(sum)?) / f64::from(u32::try_from(items.len().max(1))?))
}
