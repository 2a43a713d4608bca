//! The real caller: hooks over HTTP.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use reqwest::{Method, Request};
use secrecy::ExposeSecret;
use serde_json::Value;
use standardwebhooks::Webhook;

use super::{Hook, HookCaller, HookError, HookKind, address};
use crate::domain::id::NotificationId;
use crate::http::loopback::LoopbackPolicy;
use crate::http::transport::{Transport, TransportConfig, TransportError};

/// The headers of a signed call (Standard Webhooks, "Webhook headers").
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Hooks over HTTP.
#[derive(Debug, Clone)]
pub struct HookClient {
    /// Made with the first call: most processes never make one, and a function that starts has better to do.
    transport: Arc<OnceLock<Transport>>,
    loopback: LoopbackPolicy,
}

impl HookClient {
    /// A client; loopback addresses are called only where `loopback` allows it.
    pub fn new(loopback: LoopbackPolicy) -> Self {
        Self { transport: Arc::default(), loopback }
    }

    fn transport(&self) -> Result<&Transport, TransportError> {
        if let Some(transport) = self.transport.get() {
            return Ok(transport);
        }
        let config = TransportConfig {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            max_body: 64 << 10,
            loopback: self.loopback,
        };
        let transport = Transport::new(&config)?;
        Ok(self.transport.get_or_init(|| transport))
    }
}

#[async_trait]
impl HookCaller for HookClient {
    async fn call(&self, hook: &Hook, id: &NotificationId, at: Timestamp, body: &Value) -> Result<(), HookError> {
        let url = address(&hook.url, self.loopback)
            .ok_or_else(|| HookError::Unusable("its address is none that may be called".to_owned()))?;
        let body = body.to_string();
        let mut request = Request::new(Method::POST, url);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if hook.kind == HookKind::Generic {
            sign(request.headers_mut(), hook, id, at, &body)?;
        }
        *request.body_mut() = Some(body.into());
        let transport = self.transport().map_err(|error| HookError::NotNow(error.to_string()))?;
        match transport.send(request).await {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(answer) if answer.status == 429 || answer.status == 408 || answer.status.is_server_error() => {
                Err(HookError::NotNow(format!("it answered {}", answer.status.as_u16())))
            }
            Ok(answer) => Err(HookError::Refused { status: answer.status.as_u16() }),
            // Where a redirect leads is nobody's to decide but the operator's.
            Err(TransportError::Redirect { .. }) => Err(HookError::Refused { status: 307 }),
            Err(error) => Err(HookError::NotNow(error.to_string())),
        }
    }
}

fn sign(
    headers: &mut http::HeaderMap,
    hook: &Hook,
    id: &NotificationId,
    at: Timestamp,
    body: &str,
) -> Result<(), HookError> {
    let unusable = |error: &dyn std::fmt::Display| HookError::Unusable(error.to_string());
    let signer = Webhook::new(hook.signing_secret.expose_secret()).map_err(|error| unusable(&error))?;
    let signature = signer.sign(id.as_str(), at.as_second(), body.as_bytes()).map_err(|error| unusable(&error))?;
    for (name, value) in [(ID, id.to_string()), (TIMESTAMP, at.as_second().to_string()), (SIGNATURE, signature)] {
        headers.insert(name, HeaderValue::try_from(value).map_err(|error| unusable(&error))?);
    }
    Ok(())
}
