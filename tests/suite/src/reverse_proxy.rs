//! A router that forwards requests to an HTTP API in a different program.

use std::error::Error;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Response, StatusCode};

/// Forwards every request to `endpoint`, with this `host` header if the endpoint selects APIs by host.
pub fn router(endpoint: &str, host: Option<&str>) -> Router {
    let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let (endpoint, host) = (endpoint.to_owned(), host.map(str::to_owned));
    Router::new().fallback(async move |request: Request| {
        let passed = pass_on(&client, &endpoint, host.as_deref(), request).await;
        passed.unwrap_or_else(|error| {
            let mut response = Response::new(Body::from(error.to_string()));
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        })
    })
}

async fn pass_on(
    client: &reqwest::Client,
    endpoint: &str,
    host: Option<&str>,
    request: Request,
) -> Result<Response<Body>, Box<dyn Error + Send + Sync>> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let body = to_bytes(body, 1 << 20).await?;
    let mut passed = client.request(parts.method, format!("{endpoint}{path}")).headers(parts.headers).body(body);
    if let Some(host) = host {
        passed = passed.header("host", host);
    }
    let answer = passed.send().await?;
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers().iter().filter(|(name, _)| *name != "transfer-encoding") {
        response = response.header(name, value);
    }
    Ok(response.body(Body::from(answer.bytes().await?))?)
}
