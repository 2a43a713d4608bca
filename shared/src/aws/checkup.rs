//! Health checks of a deployed stack. They query each resource, and do not rely on the template.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TableStatus, TimeToLiveStatus};
use aws_sdk_sqs::types::QueueAttributeName;
use futures_util::TryStreamExt as _;
use jiff::SignedDuration;

use super::Stack;
use super::error::reason;
use crate::domain::cloud::Cloud;
use crate::ledger::paging;
use crate::settings::PublicUrl;
use crate::usecases::Ports;
use crate::usecases::access::operator_sign_in::operator_provider;
use crate::vault::{SecretName, SecretVersion};

/// How long the API may take to respond.
const TIMEOUT: Duration = Duration::from_secs(15);
/// After this long without a scan, the schedule is not working. Okta revokes idle API tokens after 30 days.
const MAX_SCAN_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked.
    pub what: &'static str,
    /// Whether the operator must act.
    pub is_wrong: bool,
    /// The state, or what is wrong and what to do.
    pub words: String,
}

impl Finding {
    /// The check passed.
    pub fn fine(what: &'static str, words: impl Into<String>) -> Self {
        Self { what, is_wrong: false, words: words.into() }
    }

    /// The check failed.
    pub fn wrong(what: &'static str, words: impl Into<String>) -> Self {
        Self { what, is_wrong: true, words: words.into() }
    }

    fn of(what: &'static str, problems: &[String], fine: &str) -> Self {
        if problems.is_empty() { Self::fine(what, fine) } else { Self::wrong(what, problems.join("; ")) }
    }
}

/// The health checks of one stack.
pub struct Checkup<'a> {
    /// Account, region and credentials for the checks.
    pub aws: &'a SdkConfig,
    /// The stack.
    pub stack: &'a Stack,
    /// The URLs of its queues' dead-letter queues.
    pub dead_letters: &'a [String],
    /// The URL of the dead-letter queue for events of its schedules, of SES and of the log stream.
    pub dead_events: &'a str,
    /// Where browsers reach it.
    pub public_url: &'a PublicUrl,
    /// Its records and secrets.
    pub ports: Ports,
}

impl Checkup<'_> {
    /// Runs every check, in the order in which an operator would fix problems.
    pub async fn run(&self) -> Vec<Finding> {
        let mut findings = vec![self.table().await, self.backups().await, self.expiry().await];
        findings.extend(self.queues().await);
        findings.push(self.schedules().await);
        findings.push(self.api().await);
        findings.push(self.console().await);
        findings.push(self.registration().await);
        findings.push(self.orgs().await);
        findings.push(self.scans().await);
        findings
    }

    async fn table(&self) -> Finding {
        let client = aws_sdk_dynamodb::Client::new(self.aws);
        let table = match client.describe_table().table_name(&self.stack.table).send().await {
            Ok(answer) => answer.table,
            Err(error) => return Finding::wrong("table", reason(&error)),
        };
        let Some(table) = table else { return Finding::wrong("table", "DynamoDB returned no description; try again") };
        let mut problems = Vec::new();
        if table.table_status != Some(TableStatus::Active) {
            let status = table.table_status.map_or_else(String::new, |status| status.as_str().to_owned());
            problems.push(format!("it is {status}; wait until it is ACTIVE"));
        }
        if table.deletion_protection_enabled != Some(true) {
            problems.push("it is not protected against deletion; deploy with DeletionProtection=true".to_owned());
        }
        let indexes = table.global_secondary_indexes.unwrap_or_default();
        for wanted in ["by-list", "by-tenant"] {
            if !indexes.iter().any(|index| index.index_name.as_deref() == Some(wanted)) {
                problems.push(format!("the index {wanted} is missing; deploy this version's template"));
            }
        }
        Finding::of("table", &problems, &format!("{} is active and protected", self.stack.table))
    }

    async fn backups(&self) -> Finding {
        let client = aws_sdk_dynamodb::Client::new(self.aws);
        let answer = match client.describe_continuous_backups().table_name(&self.stack.table).send().await {
            Ok(answer) => answer,
            Err(error) => return Finding::wrong("backups", reason(&error)),
        };
        let recovery = answer.continuous_backups_description.and_then(|all| all.point_in_time_recovery_description);
        let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status);
        match status {
            Some(PointInTimeRecoveryStatus::Enabled) => Finding::fine("backups", "point-in-time recovery is on"),
            _ => Finding::wrong("backups", "point-in-time recovery is off; deploy this version's template"),
        }
    }

    async fn expiry(&self) -> Finding {
        let client = aws_sdk_dynamodb::Client::new(self.aws);
        let answer = match client.describe_time_to_live().table_name(&self.stack.table).send().await {
            Ok(answer) => answer,
            Err(error) => return Finding::wrong("expiry", reason(&error)),
        };
        match answer.time_to_live_description.and_then(|ttl| ttl.time_to_live_status) {
            Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) => {
                Finding::fine("expiry", "expired records are deleted")
            }
            _ => {
                Finding::wrong("expiry", "Time to Live is off, so expired records stay; deploy this version's template")
            }
        }
    }

    async fn queues(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let work = [
            ("scan queue", &self.stack.scan_queue),
            ("save queue", &self.stack.save_queue),
            ("notification queue", &self.stack.notification_queue),
        ];
        for (what, url) in work {
            let Some(url) = url else { continue };
            findings.push(match self.waiting(url).await {
                Ok(waiting) => Finding::fine(what, format!("{waiting} waiting")),
                Err(why) => Finding::wrong(what, why),
            });
        }
        for url in self.dead_letters {
            let what = "dead letters";
            findings.push(match self.waiting(url).await {
                Ok(0) => Finding::fine(what, "none"),
                Ok(waiting) => Finding::wrong(
                    what,
                    format!(
                        "{waiting} in {url}: check the functions' logs for the reason, then redrive them in the SQS console"
                    ),
                ),
                Err(why) => Finding::wrong(what, why),
            });
        }
        findings
    }

    /// Whether the functions processed every event of schedules and rules. Failed events are not redriven: the next schedule
    /// does the work.
    async fn schedules(&self) -> Finding {
        let what = "schedules";
        match self.waiting(self.dead_events).await {
            Ok(0) => Finding::fine(what, "every event was processed"),
            Ok(waiting) => Finding::wrong(
                what,
                format!(
                    "{waiting} in {} could not be processed: check the functions' logs for the reason. The next schedule \
                     does the work. If a report of SES is among them, it was not recorded: check its address, then purge \
                     the queue in the SQS console",
                    self.dead_events
                ),
            ),
            Err(why) => Finding::wrong(what, why),
        }
    }

    async fn waiting(&self, url: &str) -> Result<u64, String> {
        let client = aws_sdk_sqs::Client::new(self.aws);
        let name = QueueAttributeName::ApproximateNumberOfMessages;
        let asked = client.get_queue_attributes().queue_url(url).attribute_names(name.clone()).send().await;
        let answer = asked.map_err(|error| reason(&error))?;
        let waiting = answer.attributes.as_ref().and_then(|all| all.get(&name)).and_then(|count| count.parse().ok());
        waiting.ok_or_else(|| "SQS did not report how many messages it has; try again".to_owned())
    }

    /// Whether the operators' API requires a sign-in, and the pages behind links do not.
    async fn api(&self) -> Finding {
        let what = "API";
        match (self.status("/v1/apps").await, self.status("/consent/none").await) {
            (Ok(401 | 403), Ok(400..=499)) => Finding::fine(what, "operators must sign in; pages behind links respond"),
            (Ok(200..=299), _) => Finding::wrong(
                what,
                "/v1 responds without a sign-in, so anyone can read everything; deploy the template again",
            ),
            (Ok(operators), Ok(pages)) => Finding::wrong(
                what,
                format!("/v1/apps responds with {operators} and /consent/none with {pages}; check the functions' logs"),
            ),
            (Err(why), _) | (_, Err(why)) => Finding::wrong(
                what,
                format!("it cannot be reached: {why}; check the domain's DNS, or the output ApiUrl"),
            ),
        }
    }

    /// Whether operators can sign in to the console.
    async fn console(&self) -> Finding {
        let what = "console";
        let provider = match operator_provider(&self.ports).await {
            Ok(Some(provider)) => provider,
            Ok(None) => {
                return Finding::fine(
                    what,
                    "closed: no identity provider is set; set one with `regrant console set --stack NAME`",
                );
            }
            Err(error) => return Finding::wrong(what, error.to_string()),
        };
        match self.ports.ledger.access_rules().await {
            Ok(rules) if rules.rules.is_empty() => {
                return Finding::wrong(what, "no one has a role; give one with `regrant access grant --stack NAME`");
            }
            Ok(_) => {}
            Err(error) => return Finding::wrong(what, error.to_string()),
        }
        match self.status("/console/sign-in").await {
            Ok(200) => Finding::fine(what, format!("operators sign in with {}", provider.issuer)),
            Ok(status) => Finding::wrong(
                what,
                format!("/console/sign-in responds with {status}; check the log of the function console"),
            ),
            Err(why) => Finding::wrong(what, format!("it cannot be reached: {why}")),
        }
    }

    /// The status with which the API responds to a GET.
    async fn status(&self, path: &str) -> Result<u16, String> {
        let http = reqwest::Client::builder().timeout(TIMEOUT).redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|_| "could not create an HTTP client".to_owned())?;
        let answer = http.get(self.public_url.at(path)).send().await;
        answer.map(|answer| answer.status().as_u16()).map_err(|error| error.without_url().to_string())
    }

    async fn registration(&self) -> Finding {
        let what = "Entra registration";
        match self.ports.vault.get(&SecretName::Entra(Cloud::Global), SecretVersion::Current).await {
            Ok(Some(_)) => {
                let redirect = self.public_url.redirect_uri(Cloud::Global);
                Finding::fine(what, format!("stored; it needs the redirect URI {redirect}"))
            }
            Ok(None) => Finding::wrong(what, "none yet; follow infra/entra.md, then `regrant entra set --stack NAME`"),
            Err(error) => Finding::wrong(what, error.to_string()),
        }
    }

    async fn orgs(&self) -> Finding {
        let what = "orgs";
        let (mut known, mut problems) = (0_u64, Vec::new());
        let mut orgs = paging::items(200, |page| self.ports.ledger.orgs(page));
        loop {
            let org = match orgs.try_next().await {
                Ok(Some(org)) => org,
                Ok(None) => break,
                Err(error) => return Finding::wrong(what, error.to_string()),
            };
            known += 1;
            match self.ports.vault.get(&SecretName::Okta(org.id.clone()), SecretVersion::Current).await {
                Ok(Some(_)) => {}
                Ok(None) => problems.push(format!("{} has no credential; add it again", org.domain())),
                Err(error) => return Finding::wrong(what, error.to_string()),
            }
        }
        if known == 0 {
            return Finding::wrong(what, "none yet; add one with `regrant org add HOST --stack NAME`");
        }
        Finding::of(what, &problems, &format!("{known} known, each with a credential"))
    }

    async fn scans(&self) -> Finding {
        let what = "scans";
        let scan = match self.ports.ledger.latest_scan(self.ports.clock.now()).await {
            Ok(scan) => scan,
            Err(error) => return Finding::wrong(what, error.to_string()),
        };
        let Some(scan) = scan else {
            return Finding::wrong(what, "none yet; wait for the schedule, or run `regrant scan --stack NAME`");
        };
        let mut problems = Vec::new();
        if self.ports.clock.now().duration_since(scan.started_at) > MAX_SCAN_AGE {
            problems
                .push(format!("the last one began at {}; check the schedule and its dead letters", scan.started_at));
        }
        if !scan.orgs_not_seen.is_empty() {
            let orgs = scan.orgs_not_seen.len();
            problems
                .push(format!("the last one could not check {orgs} of the orgs; run `regrant org check --stack NAME`"));
        }
        Finding::of(what, &problems, &format!("the last one began at {}", scan.started_at))
    }
}
