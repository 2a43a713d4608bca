//! A synthetic event before the first real one, while the function still has a whole processor.
//!
//! Lambda starts a function at full speed and then gives it a share of a processor, in proportion to its memory. Code runs
//! slowly the first time, as its pages are mapped and its tables built. The rehearsal therefore passes one HTTP request,
//! whose link matches nothing and changes nothing, through parsing, routing and rendering. It is neither logged nor traced.

use std::time::Duration;

use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

/// How long the rehearsal may take if a store cannot be reached.
const TIMEOUT: Duration = Duration::from_secs(1);

/// Handles a browser's request for a path that does not exist or matches nothing, and drops the response.
pub(super) async fn rehearse<H, F, E>(path: &str, handle: &H)
where
    H: Fn(LambdaEvent<Value>) -> F,
    F: Future<Output = Result<Value, E>>,
{
    let rehearsed = handle(LambdaEvent::new(event(path), Context::default())).with_subscriber(NoSubscriber::new());
    if tokio::time::timeout(TIMEOUT, rehearsed).await.is_err() {
        tracing::warn!("the rehearsal took too long; starting without it");
    }
}

/// A request as API Gateway sends it (payload format 2.0), with the cookie of a session that does not exist.
fn event(path: &str) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "cookies": ["__Host-regrant-rehearsal=rehearsal"],
        "headers": {"accept": "text/html", "host": "localhost", "user-agent": "rehearsal"},
        "requestContext": {
            "accountId": "", "apiId": "", "domainName": "localhost", "domainPrefix": "", "requestId": "",
            "routeKey": "$default", "stage": "$default", "time": "", "timeEpoch": 0,
            "http": {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "", "userAgent": "rehearsal"}
        },
        "isBase64Encoded": false
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::lambda::answer_http;
    use crate::web;

    #[cfg(feature = "embedded")]
    #[tokio::test]
    async fn the_rehearsal_renders_the_404_page() {
        let folder = tempfile::tempdir().unwrap();
        let ports =
            crate::embedded::open(&folder.path().join("data"), crate::environment::Config::default()).await.unwrap();
        let answers = RefCell::new(Vec::new());
        let (router, answers) = (web::router(axum::Router::new(), ports), &answers);
        let handle = async |event| {
            let answer = answer_http(router.clone(), event).await;
            answers.borrow_mut().push(answer.as_ref().unwrap().clone());
            answer
        };
        rehearse("/rehearsal", &handle).await;
        let [answer] = &answers.borrow()[..] else { unreachable!("the handler runs once") };
        assert_eq!(answer["statusCode"], 404);
        assert_eq!(answer["headers"]["content-type"], "text/html; charset=utf-8", "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_rehearsal_times_out() {
        let handle = async |_| std::future::pending::<Result<Value, String>>().await;
        rehearse("/rehearsal?state=none", &handle).await;
    }
}
