//! The hook client: calls hooks over HTTP.

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
use url::Url;

use super::tickets::{self, TicketCalls, TicketChange, TicketDesk};
use super::{Hook, HookCaller, HookError, HookKind, address};
use crate::domain::id::NotificationId;
use crate::http::loopback::LoopbackPolicy;
use crate::http::transport::{Transport, TransportConfig, TransportError};

/// The headers of a signed call (Standard Webhooks, "Webhook headers").
const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Calls hooks over HTTP.
#[derive(Debug, Clone)]
pub struct HookClient {
    /// Created with the first call, because most processes never call a hook and a starting function should not wait for it.
    transport: Arc<OnceLock<Transport>>,
    loopback: LoopbackPolicy,
}

impl HookClient {
    /// Creates a client. It calls loopback addresses only if `loopback` allows it.
    pub fn new(loopback: LoopbackPolicy) -> Self {
        Self { transport: Arc::default(), loopback }
    }

    fn desk_of<'a>(&self, hook: &'a Hook) -> Result<(Url, &'a TicketDesk), HookError> {
        let base = address(&hook.url, self.loopback)
            .ok_or_else(|| HookError::Unusable("its URL may not be called".to_owned()))?;
        let desk = hook.desk.as_ref().ok_or_else(|| HookError::Unusable("it has no credentials".to_owned()))?;
        Ok((base, desk))
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
            .ok_or_else(|| HookError::Unusable("its URL may not be called".to_owned()))?;
        let body = body.to_string();
        let mut request = Request::new(Method::POST, url);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if hook.kind == HookKind::Generic {
            sign(request.headers_mut(), hook, id, at, &body)?;
        }
        *request.body_mut() = Some(body.into());
        let transport = self.transport().map_err(|error| HookError::NotNow(error.to_string()))?;
        match transport.send(request).await {
            Ok(response) if response.status.is_success() => Ok(()),
            Ok(response) if response.status == 429 || response.status == 408 || response.status.is_server_error() => {
                Err(HookError::NotNow(format!("the server returned {}", response.status.as_u16())))
            }
            Ok(response) => Err(HookError::Refused { status: response.status.as_u16() }),
            // Only the operator may decide to call the target of a redirect.
            Err(TransportError::Redirect { .. }) => Err(HookError::Refused { status: 307 }),
            Err(error) => Err(HookError::NotNow(error.to_string())),
        }
    }

    async fn update_ticket(&self, hook: &Hook, change: &TicketChange) -> Result<Option<String>, HookError> {
        let (base, desk) = self.desk_of(hook)?;
        tickets::update(self, &base, desk, change).await
    }

    async fn check_tickets(&self, hook: &Hook) -> Result<(), HookError> {
        let (base, desk) = self.desk_of(hook)?;
        tickets::check(self, &base, desk).await
    }
}

#[async_trait]
impl TicketCalls for HookClient {
    async fn exchange(&self, request: Request) -> Result<(u16, Value), HookError> {
        let transport = self.transport().map_err(|error| HookError::NotNow(error.to_string()))?;
        let response = match transport.send(request).await {
            Ok(response) => response,
            Err(TransportError::Redirect { .. }) => {
                return Err(HookError::Unusable("its address redirects to a different one".to_owned()));
            }
            Err(error) => return Err(HookError::NotNow(error.to_string())),
        };
        let text = || Value::String(String::from_utf8_lossy(&response.body).into_owned());
        let body = if response.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&response.body).unwrap_or_else(|_| text())
        };
        Ok((response.status.as_u16(), body))
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
