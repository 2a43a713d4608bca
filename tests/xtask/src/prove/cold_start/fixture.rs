//! The environment of the functions: a stack with a completed scan, invitations, and people at each step of a consent.

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
use regrant::usecases::access::keys::create_keys;
use regrant::usecases::consent::invite::invite;
use regrant_simulators::microsoft::Decision;
use regrant_tests::api_gateway;
use regrant_tests::aws::{Account, REGION};
use regrant_tests::bench::Stores;
use regrant_tests::consent::{
    Browser, Simulation, add_and_scan_demo_orgs, app_of, grant_operator, register, registration, router,
};
use regrant_tests::deployment::environment;
use serde_json::Value;
use tempfile::TempDir;

use super::Failure;
use super::subject::{Asked, Subject};
use super::tls_proxy::TlsProxy;

const TENANT: &str = "acmelabs";

/// The stack and its TLS proxy.
pub(super) struct Fixture {
    account: Account,
    stack: Stack,
    simulation: Simulation,
    operator: Ports,
    /// The TLS proxy in front of the account.
    pub(super) proxy: TlsProxy,
    _folder: TempDir,
}

impl Fixture {
    pub(super) async fn set() -> Result<Self, Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let simulation = Simulation::new(clock.clone()).await;
        let account = Account::open().await;
        let stack = account.stack(SecretsManagerConfig::default()).await;
        // Uses the stack's records and secrets; this process works the operator's queue.
        let stores = account.stores("operator", &stack).await;
        let operator = simulation.ports_over(Stores { queues: in_process_queues(&clock), ..stores });
        grant_operator(&operator).await;
        register(&operator, &registration(MfaEvidence::default())).await;
        add_and_scan_demo_orgs(&simulation, &operator).await;
        let folder = tempfile::tempdir()?;
        let proxy = TlsProxy::start(account.address()?, folder.path()).await?;
        Ok(Self { account, stack, simulation, operator, proxy, _folder: folder })
    }

    /// The environment variables of a process with this name.
    pub(super) fn variables(&self, subject: &Subject) -> Vec<(&'static str, String)> {
        let mut variables = environment(&self.account, &self.stack, &self.simulation, subject.name);
        let path = |path: &std::path::Path| path.display().to_string();
        variables.extend([
            ("AWS_ENDPOINT_URL", self.proxy.endpoint.clone()),
            ("AWS_CA_BUNDLE", path(&self.proxy.roots)),
            ("NODE_EXTRA_CA_CERTS", path(&self.proxy.root)),
            ("SSL_CERT_FILE", path(&self.proxy.roots)),
            // Lambda sets it in addition to AWS_REGION; boto3 reads only this one.
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

    /// An event, for a person at the step that it needs.
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
            Asked::Console => "/console/sign-in".to_owned(),
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

    /// The token in a reminder's link.
    async fn mute(&self) -> Result<String, Failure> {
        let mute = SignedMute { request: "RG-7K2QM-X4T9P".parse()?, address: "ada@contoso.example".parse()? };
        Ok(create_keys(&self.operator).await?.sign_mute(&mute)?)
    }

    async fn invitation(&self) -> String {
        let (org, app) = app_of(&self.operator, TENANT).await;
        let invited = invite(&self.operator, &org, &app).await;
        invited.map(|invitation| invitation.link.path().to_owned()).unwrap_or_default()
    }
}
