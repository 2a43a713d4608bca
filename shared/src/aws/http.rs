//! Connects the AWS SDK to the HTTP client that calls to Okta and Microsoft use.
//!
//! The SDK's own client would load the system's certificates a second time in each process, and add a second HTTP stack to
//! each package.

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

use crate::http::trust;

/// How long connecting may take. The SDK limits the duration of an attempt.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// One client for all AWS services: clones of a configuration share its connections.
pub(super) fn http_client() -> SharedHttpClient {
    SharedHttpClient::new(Clients(SharedHttpConnector::new(Connector(client().map_err(Arc::from)))))
}

fn client() -> Result<Client, String> {
    let tls = trust::tls().map_err(|error| error.to_string())?;
    let builder =
        Client::builder().tls_backend_preconfigured(tls).connect_timeout(CONNECT_TIMEOUT).redirect(Policy::none());
    builder.build().map_err(|error| error.to_string())
}

/// Provides the SDK with a connector before each attempt.
#[derive(Debug)]
struct Clients(SharedHttpConnector);

impl HttpClient for Clients {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        self.0.clone()
    }
}

/// The client, or why it could not be created: the first call reports, for example, that no trusted certificates were found.
#[derive(Debug)]
struct Connector(Result<Client, Arc<str>>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move {
            let client = client.map_err(|reason| ConnectorError::user(reason.to_string().into()))?;
            let answer = client.execute(to_reqwest(request)?).await.map_err(failure)?;
            // Left for the SDK to read: it logs a body in memory before it knows whether the body may be logged.
            let answer = http::Response::from(answer).map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Converts a request for reqwest. All bodies sent to AWS are in memory.
fn to_reqwest(request: HttpRequest) -> Result<Request, ConnectorError> {
    let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
    let (parts, body) = request.into_parts();
    let body = body.bytes().map(Bytes::copy_from_slice);
    let body = body.ok_or_else(|| ConnectorError::user("streaming bodies are not supported".into()))?;
    Request::try_from(http::Request::from_parts(parts, body)).map_err(|error| ConnectorError::user(error.into()))
}

/// Classifies a failure for the SDK, which retries timeouts and I/O errors.
fn failure(error: reqwest::Error) -> ConnectorError {
    if error.is_timeout() {
        ConnectorError::timeout(error.into())
    } else if error.is_builder() {
        ConnectorError::user(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use std::error::Error as _;

    use aws_smithy_types::byte_stream::ByteStream;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that reads one request and answers `bytes`; gives its address and what it read.
    async fn server(bytes: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let read = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut read = Vec::new();
            while !read.ends_with(b"the request") {
                let mut some = [0; 1024];
                let count = stream.read(&mut some).await.unwrap();
                assert!(count > 0, "the request ended early");
                read.extend_from_slice(&some[..count]);
            }
            stream.write_all(bytes.as_bytes()).await.unwrap();
            String::from_utf8(read).unwrap()
        });
        (address, read)
    }

    async fn ask(address: &str, body: SdkBody) -> Result<HttpResponse, ConnectorError> {
        let mut request = HttpRequest::new(body);
        request.set_method("POST").unwrap();
        request.set_uri(address).unwrap();
        request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.GetItem");
        Connector(client().map_err(Arc::from)).call(request).await
    }

    fn asked() -> SdkBody {
        SdkBody::from("the request")
    }

    #[tokio::test]
    async fn request_and_response_pass_through_unchanged() {
        let (address, read) =
            server("HTTP/1.1 400 Bad Request\r\nx-amzn-requestid: 7\r\ncontent-length: 13\r\n\r\nwhat is wrong").await;
        let answer = ask(&address, asked()).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers().get("x-amzn-requestid")), (400, Some("7")));
        assert!(!format!("{answer:?}").contains("what is wrong"), "it would be logged: {answer:?}");
        let body = ByteStream::new(answer.into_body()).collect().await.unwrap();
        assert_eq!(&*body.into_bytes(), b"what is wrong", "an error of the service is an answer");
        let read = read.await.unwrap();
        assert!(read.starts_with("POST / HTTP/1.1\r\n"), "{read}");
        assert!(read.contains("x-amz-target: DynamoDB_20120810.GetItem\r\n"), "{read}");
    }

    #[tokio::test]
    async fn network_failures_are_io_errors() {
        let (address, _) = server("").await;
        assert!(ask(&address, asked()).await.unwrap_err().is_io(), "a connection that was closed");
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert!(ask(&format!("http://{closed}/"), asked()).await.unwrap_err().is_io(), "no server");
    }

    #[tokio::test]
    async fn an_incomplete_response_is_an_error() {
        let (address, _) = server("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{}").await;
        let answer = ask(&address, asked()).await.unwrap();
        assert!(ByteStream::new(answer.into_body()).collect().await.is_err());
    }

    #[tokio::test]
    async fn redirects_are_not_followed() {
        let (address, _) =
            server("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n")
                .await;
        assert_eq!(ask(&address, asked()).await.unwrap().status().as_u16(), 307);
    }

    #[tokio::test]
    async fn an_unusable_request_is_a_user_error() {
        let gone = ask("http://127.0.0.1:1/", SdkBody::taken()).await.unwrap_err();
        assert!(gone.is_user(), "a body that is not in memory: {gone}");
        let no_roots = Connector(Err("no trusted certificates".into()));
        let refused = no_roots.call(HttpRequest::new(asked())).await.unwrap_err();
        assert!(refused.is_user(), "{refused}");
        assert_eq!(refused.source().map(ToString::to_string).as_deref(), Some("no trusted certificates"));
    }
}
