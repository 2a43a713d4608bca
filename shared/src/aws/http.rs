//! AWS's clients over the HTTP client that calls to Okta and Microsoft use.
//!
//! The SDK would bring a client of its own, with a second reading of the system's certificates in each process and a
//! second HTTP stack in each package. Here both are one.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use reqwest::redirect::Policy;
use reqwest::{Client, Request};

use crate::trust;

/// How long a connection may take to be made. Attempts as a whole are bounded by the SDK.
const CONNECT: Duration = Duration::from_secs(2);

/// One client for every service of AWS: clones of a configuration share its connections.
pub(super) fn http_client() -> SharedHttpClient {
    SharedHttpClient::new(Clients(SharedHttpConnector::new(Connector(client().map_err(Arc::from)))))
}

fn client() -> Result<Client, String> {
    let tls = trust::tls().map_err(|error| error.to_string())?;
    let builder = Client::builder().tls_backend_preconfigured(tls).connect_timeout(CONNECT).redirect(Policy::none());
    builder.build().map_err(|error| error.to_string())
}

/// What the SDK asks for a connector, before each attempt.
#[derive(Debug)]
struct Clients(SharedHttpConnector);

impl HttpClient for Clients {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// The client, or why there is none: a system without trusted certificates is told of with the first call.
#[derive(Debug)]
struct Connector(Result<Client, Arc<str>>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let client = client.map_err(|reason| ConnectorError::user(reason.to_string().into()))?;
            let answer = client.execute(written(request)?).await.map_err(failure)?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = http::Response::new(SdkBody::from(answer.bytes().await.map_err(failure)?));
            (*response.status_mut(), *response.headers_mut()) = (status, headers);
            HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The request as reqwest has it. Everything that is sent to AWS here is in memory.
fn written(request: HttpRequest) -> Result<Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.bytes().map(Bytes::copy_from_slice);
    let body = body.ok_or_else(|| ConnectorError::user("a body that is a stream is not sent".into()))?;
    Request::try_from(http::Request::from_parts(parts, body)).map_err(|error| ConnectorError::user(error.into()))
}

/// A failure by whether it may be tried again, which the SDK does with timeouts and with what failed on the way.
fn failure(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}
