//! What the functions find: a stack whose operator has scanned and invited, and people on their way.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::COOKIE;
use regrant::aws::Stack;
use regrant::aws::secrets_manager::SecretsManagerConfig;
use regrant::clock::{Clock, SystemClock};
use regrant::embedded::in_process_queues;
use regrant::keyring::SignedMute;
use regrant::microsoft::MfaEvidence;
use regrant::usecases::Ports;
use regrant::usecases::access::keys::keys;
use regrant::usecases::consent::invite::invite;
use regrant_simulators::microsoft::Decision;
use regrant_tests::api_gateway;
use regrant_tests::aws::{Account, REGION};
use regrant_tests::bench::Stores;
use regrant_tests::consent::{Browser, Simulation, app_of, know_everything, register, registration, router};
use regrant_tests::deployment::environment;
use serde_json::Value;
use tempfile::TempDir;

use super::Failure;
use super::front::Front;
use super::subject::{Asked, Subject};

const TENANT: &str = "acmelabs";

/// The stack, and what stands before it.
pub(super) struct Fixture {
    account: Account,
    stack: Stack,
    simulation: Simulation,
    operator: Ports,
    /// TLS before the account.
    pub(super) front: Front,
    _folder: TempDir,
}

impl Fixture {
    pub(super) async fn set() -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let simulation = Simulation::new(clock.clone()).await;
        let account = Account::open().await;
        let stack = account.stack(SecretsManagerConfig::default()).await;
        // Records and secrets are the stack's; what the operator does here is worked off in this process.
        let stores = account.stores("operator", &stack).await;
        let operator = simulation.ports_over(Stores { queues: in_process_queues(&clock), ..stores });
        register(&operator, &registration(MfaEvidence::default())).await;
        know_everything(&simulation, &operator).await;
        let folder = tempfile::tempdir()?;
        let front = Front::start(account.address()?, folder.path()).await?;
        Ok(Self { account, stack, simulation, operator, front, _folder: folder })
    }

    /// What a process of that name is started with.
    pub(super) fn variables(&self, subject: &Subject) -> Vec<(&'static str, String)> {
        let mut variables = environment(&self.account, &self.stack, &self.simulation, subject.name);
        let path = |path: &std::path::Path| path.display().to_string();
        variables.extend([
            ("AWS_ENDPOINT_URL", self.front.endpoint.clone()),
            ("AWS_CA_BUNDLE", path(&self.front.roots)),
            ("NODE_EXTRA_CA_CERTS", path(&self.front.root)),
            ("SSL_CERT_FILE", path(&self.front.roots)),
            // Lambda sets it beside AWS_REGION; boto3 reads only this one.
            ("AWS_DEFAULT_REGION", REGION.to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", subject.name.to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", super::MEMORY_MB.to_string()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "group".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "stream".to_owned()),
            ("COLD_START_SECRETS", "regrant/keys,regrant/entra/global".to_owned()),
            ("REGRANT_LOG", "info".to_owned()),
        ]);
        variables
    }

    /// An event, with a person who has come as far as it needs.
    pub(super) async fn event(&self, asked: Asked) -> Result<Value, Failure> {
        let mut browser = Browser::new(router(&self.operator));
        let path = match asked {
            Asked::Apps => "/v1/apps".to_owned(),
            Asked::Invitation => self.invitation().await,
            Asked::Cancelled => {
                let sent = browser.post(&self.invitation().await, &[]).await;
                let back = self.simulation.at_microsoft(&sent.location_url(), "ada.administrator", Decision::Cancel);
                format!("{}?{}", back.path(), back.query().unwrap_or_default())
            }
            Asked::Session => {
                let invitation = self.invitation().await;
                self.simulation.sign_in(&mut browser, &invitation, "ada.administrator").await
            }
            Asked::Muting => format!("/mail/mute/{}", self.mute().await?),
        };
        let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::get(path).header("accept", "text/html");
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let (parts, ()) = request.body(()).unwrap_or_default().into_parts();
        Ok(api_gateway::event(&parts, &Bytes::new()))
    }

    /// What the link in a reminder carries.
    async fn mute(&self) -> Result<String, Failure> {
        let mute = SignedMute { request: "RG-7K2QM-X4T9P".parse()?, address: "ada@contoso.example".parse()? };
        Ok(keys(&self.operator).await?.sign_mute(&mute)?)
    }

    async fn invitation(&self) -> String {
        let (org, app) = app_of(&self.operator, TENANT).await;
        let invited = invite(&self.operator, &org, &app).await;
        invited.map(|invitation| invitation.link.path().to_owned()).unwrap_or_default()
    }
}
