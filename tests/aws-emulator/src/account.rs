//! One account: its services, with call recording and fault injection in front of them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::{Extension, body};
use fakecloud_core::auth::IamMode;
use fakecloud_core::dispatch::{self, DispatchConfig};
use fakecloud_core::multi_account::{MultiAccountState, MultiRegionState};
use fakecloud_core::registry::ServiceRegistry;
use fakecloud_dynamodb::SharedDynamoDbState;
use fakecloud_secretsmanager::SharedSecretsManagerState;
use fakecloud_ses::SharedSesState;
use fakecloud_sqs::SharedSqsState;
use parking_lot::RwLock;
use tokio::net::TcpListener;

use crate::calls::Calls;
use crate::control;
use crate::faults::{Fault, Faults};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";
/// The largest request body, in bytes; larger than any service accepts.
const LARGEST_BODY: usize = 2 << 20;

/// An account, as the control API uses it.
#[derive(Clone)]
pub(crate) struct Account {
    tables: SharedDynamoDbState,
    secrets: SharedSecretsManagerState,
    pub(crate) queues: SharedSqsState,
    pub(crate) mails: SharedSesState,
    pub(crate) calls: Calls,
    pub(crate) faults: Faults,
}

/// Opens an empty account and returns its endpoint.
pub(crate) async fn open() -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let account = Account {
        tables: Arc::new(RwLock::new(MultiRegionState::new(ACCOUNT, REGION, &endpoint))),
        secrets: Arc::new(RwLock::new(MultiRegionState::new(ACCOUNT, REGION, &endpoint))),
        queues: Arc::new(RwLock::new(MultiRegionState::new(ACCOUNT, REGION, &endpoint))),
        mails: Arc::new(RwLock::new(MultiAccountState::new(ACCOUNT, REGION, &endpoint))),
        calls: Calls::default(),
        faults: Faults::default(),
    };
    let services = Router::new()
        .fallback(dispatch::dispatch)
        .layer(Extension(Arc::new(services(&account))))
        .layer(Extension(Arc::new(config())))
        .layer(from_fn_with_state(account.clone(), before_the_services));
    let app = control::router(account).fallback_service(services);
    tokio::spawn(async move { axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await });
    Ok(endpoint)
}

impl Account {
    /// Empties every table and queue and removes every secret, as if an empty backup had been restored.
    fn forget(&self) {
        for (_, regions) in self.tables.write().iter_mut() {
            regions.regions_mut().flat_map(|(_, s)| s.tables.values_mut()).for_each(|t| t.replace_items(Vec::new()));
        }
        for (_, regions) in self.secrets.write().iter_mut() {
            regions.regions_mut().for_each(|(_, state)| state.secrets.clear());
        }
        for (_, regions) in self.queues.write().iter_mut() {
            for queue in regions.regions_mut().flat_map(|(_, state)| state.queues.values_mut()) {
                queue.messages.clear();
                queue.inflight.clear();
            }
        }
    }
}

fn services(account: &Account) -> ServiceRegistry {
    let mut services = ServiceRegistry::new();
    services.register(Arc::new(fakecloud_secretsmanager::SecretsManagerService::new(Arc::clone(&account.secrets))));
    services.register(Arc::new(fakecloud_dynamodb::DynamoDbService::new(Arc::clone(&account.tables))));
    services.register(Arc::new(fakecloud_sqs::SqsService::new(Arc::clone(&account.queues))));
    services.register(Arc::new(fakecloud_ses::SesV2Service::new(Arc::clone(&account.mails))));
    services
}

fn config() -> DispatchConfig {
    DispatchConfig {
        region: REGION.to_owned(),
        account_id: ACCOUNT.to_owned(),
        verify_sigv4: false,
        iam_mode: IamMode::Off,
        credential_resolver: None,
        policy_evaluator: None,
        resource_policy_provider: None,
        scp_resolver: None,
    }
}

/// Records each call, and answers instead of the service if a test requested a fault.
async fn before_the_services(State(account): State<Account>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = body::to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let call = account.calls.note(&parts, &body);
    if account.faults.forgets() {
        account.forget();
    }
    if account.faults.is_down() {
        return Fault::unavailable().answer();
    }
    match account.faults.take(&call.operation) {
        Some(fault) => fault.answer(),
        None => next.run(Request::from_parts(parts, body::Body::from(body))).await,
    }
}
