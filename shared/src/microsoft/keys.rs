//! Microsoft's signing keys, cached per tenant.
//!
//! "Signing key rollover" (Microsoft identity platform): several keys are valid at once, and a rollover can happen at any
//! time. The keys are fetched again when a token names an unknown one, but at most every five minutes, so that invented
//! names cannot cause a flood of calls. The last fetched keys remain in use while none can be fetched.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::Jwk;
use reqwest::{Method, Request};
use serde_json::Value;
use tokio::sync::Mutex;

use super::MicrosoftError;
use super::endpoints::Endpoints;
use super::retrying_client::RetryingClient;
use crate::domain::cloud::Cloud;
use crate::domain::tenant::TenantId;

/// How long cached keys are used without fetching them again.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// The minimum time between two fetches because of unknown keys.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A signing key, and the only issuer it is valid for, if it names one.
#[derive(Clone)]
pub(super) struct SigningKey {
    pub(super) key: DecodingKey,
    pub(super) issuer: Option<String>,
}

#[derive(Default)]
struct CachedKeys {
    keys: HashMap<String, SigningKey>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

type ByTenant = HashMap<(Cloud, TenantId), Arc<Mutex<CachedKeys>>>;

/// The keys of all tenants. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Keys(Arc<parking_lot::Mutex<ByTenant>>);

impl Keys {
    /// The key with this id; `None` if the tenant has no such key.
    pub(super) async fn find(
        &self,
        http: &RetryingClient,
        endpoints: &Endpoints,
        (cloud, tenant): (Cloud, &TenantId),
        name: &str,
        now: Timestamp,
    ) -> Result<Option<SigningKey>, MicrosoftError> {
        let cached = self.0.lock().entry((cloud, tenant.clone())).or_default().clone();
        // Locked during the fetch, so that concurrent callers share one.
        let mut cached = cached.lock().await;
        let expired = cached.fetched_at.is_none_or(|at| now.duration_since(at) >= LIFE);
        let may_fetch = cached.tried_at.is_none_or(|at| now.duration_since(at) >= PAUSE);
        if may_fetch && (expired || !cached.keys.contains_key(name)) {
            cached.tried_at = Some(now);
            match fetch(http, endpoints, cloud, tenant).await {
                Ok(keys) => {
                    cached.keys = keys;
                    cached.fetched_at = Some(now);
                }
                Err(error) if cached.keys.contains_key(name) => {
                    tracing::warn!(%tenant, %error, "could not fetch signing keys; using the cached ones");
                }
                Err(error) => {
                    // This caller gets no result, so the next one may fetch at once.
                    cached.tried_at = None;
                    return Err(error);
                }
            }
        }
        Ok(cached.keys.get(name).cloned())
    }
}

async fn fetch(
    http: &RetryingClient,
    endpoints: &Endpoints,
    cloud: Cloud,
    tenant: &TenantId,
) -> Result<HashMap<String, SigningKey>, MicrosoftError> {
    let url = endpoints.keys(cloud, tenant);
    let list = http.get(|| Ok(Request::new(Method::GET, url.clone()))).await?;
    let host = crate::http::transport::shown_host(&url);
    if !list.response.status.is_success() {
        let reason = format!("the server returned {} for its signing keys", list.response.status.as_u16());
        return Err(MicrosoftError::NoAnswer { host, reason });
    }
    let keys = list.body.get("keys").and_then(Value::as_array);
    let keys =
        keys.ok_or_else(|| MicrosoftError::Unexpected { host, what: "keys in a different format".to_owned() })?;
    // An undecodable key cannot verify a token, but the others can.
    Ok(keys.iter().filter_map(key).collect())
}

fn key(value: &Value) -> Option<(String, SigningKey)> {
    let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
    let name = jwk.common.key_id.clone()?;
    let issuer = value.get("issuer").and_then(Value::as_str).map(str::to_owned);
    Some((name, SigningKey { key: DecodingKey::from_jwk(&jwk).ok()?, issuer }))
}
