//! The keys that Microsoft signs tokens with, kept for each tenant.
//!
//! "Signing key rollover" (Microsoft identity platform): several are valid at once, a roll may come at any time. They are
//! fetched again when a token names one that is not known, but not more often than every five minutes, so that made-up
//! names cause no flood of calls; and the last good ones are kept while none can be fetched.

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

/// How long keys are used without asking again.
const LIFE: SignedDuration = SignedDuration::from_hours(24);
/// How long after a fetch an unknown name causes no other one.
const PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// A signing key, and the only issuer it may be used for where it names one.
#[derive(Clone)]
pub(super) struct SigningKey {
    pub(super) key: DecodingKey,
    pub(super) issuer: Option<String>,
}

#[derive(Default)]
struct Kept {
    keys: HashMap<String, SigningKey>,
    fetched_at: Option<Timestamp>,
    tried_at: Option<Timestamp>,
}

type ByTenant = HashMap<(Cloud, TenantId), Arc<Mutex<Kept>>>;

/// Every tenant's keys. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Keys(Arc<parking_lot::Mutex<ByTenant>>);

impl Keys {
    /// The key of that name; `None` where the tenant has none.
    pub(super) async fn find(
        &self,
        http: &RetryingClient,
        endpoints: &Endpoints,
        (cloud, tenant): (Cloud, &TenantId),
        name: &str,
        now: Timestamp,
    ) -> Result<Option<SigningKey>, MicrosoftError> {
        let kept = self.0.lock().entry((cloud, tenant.clone())).or_default().clone();
        // Held while keys are fetched, so that callers at once make one call.
        let mut kept = kept.lock().await;
        let old = kept.fetched_at.is_none_or(|at| now.duration_since(at) >= LIFE);
        let rested = kept.tried_at.is_none_or(|at| now.duration_since(at) >= PAUSE);
        if rested && (old || !kept.keys.contains_key(name)) {
            kept.tried_at = Some(now);
            match fetch(http, endpoints, cloud, tenant).await {
                Ok(keys) => {
                    kept.keys = keys;
                    kept.fetched_at = Some(now);
                }
                Err(error) if kept.keys.contains_key(name) => {
                    tracing::warn!(%tenant, %error, "signing keys could not be fetched; the last ones are used");
                }
                Err(error) => {
                    // Nobody was answered, so the next caller may ask at once.
                    kept.tried_at = None;
                    return Err(error);
                }
            }
        }
        Ok(kept.keys.get(name).cloned())
    }
}

async fn fetch(
    http: &RetryingClient,
    endpoints: &Endpoints,
    cloud: Cloud,
    tenant: &TenantId,
) -> Result<HashMap<String, SigningKey>, MicrosoftError> {
    let url = endpoints.keys(cloud, tenant);
    let read = http.get(|| Ok(Request::new(Method::GET, url.clone()))).await?;
    let host = crate::http::transport::shown_host(&url);
    if !read.answer.status.is_success() {
        let reason = format!("it answered {} for its signing keys", read.answer.status.as_u16());
        return Err(MicrosoftError::NoAnswer { host, reason });
    }
    let list = read.body.get("keys").and_then(Value::as_array);
    let list = list.ok_or_else(|| MicrosoftError::Unexpected { host, what: "keys of another shape".to_owned() })?;
    // A key that cannot be read is one that no token can be checked with; the others can.
    Ok(list.iter().filter_map(key).collect())
}

fn key(value: &Value) -> Option<(String, SigningKey)> {
    let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
    let name = jwk.common.key_id.clone()?;
    let issuer = value.get("issuer").and_then(Value::as_str).map(str::to_owned);
    Some((name, SigningKey { key: DecodingKey::from_jwk(&jwk).ok()?, issuer }))
}
