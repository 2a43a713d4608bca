//! An event of our own before the first of others, while a function still has a whole processor.
//!
//! Lambda starts a function at full speed and gives it a share of a processor afterwards, by its memory. Code that runs for
//! the first time is slow: its pages are mapped, its tables are made. So what an HTTP event goes through (it is read, a
//! router is asked, a page is written) is gone through once, with a link that leads nowhere and changes nothing. It is
//! neither logged nor traced.

use std::time::Duration;

use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use tracing::instrument::WithSubscriber as _;
use tracing::subscriber::NoSubscriber;

/// How long starting may take longer for it, where a store is not reached.
const PATIENCE: Duration = Duration::from_secs(1);

/// Handles a browser's request for a path that there is not, or that leads nowhere. Nothing comes of it, whatever the answer
/// is.
pub(super) async fn rehearse<H, F, E>(path: &str, handle: &H)
where
    H: Fn(LambdaEvent<Value>) -> F,
    F: Future<Output = Result<Value, E>>,
{
    let rehearsed = handle(LambdaEvent::new(event(path), Context::default())).with_subscriber(NoSubscriber::new());
    if tokio::time::timeout(PATIENCE, rehearsed).await.is_err() {
        tracing::warn!("the rehearsal took too long; the first event begins without it");
    }
}

/// The request as API Gateway has it (payload format 2.0), with the cookie of a session that there is not.
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

    #[tokio::test]
    async fn it_goes_all_the_way_to_a_page_about_nothing() {
        let answers = RefCell::new(Vec::new());
        let (router, answers) = (web::router(axum::Router::new(), ()), &answers);
        let handle = async |event| {
            let answer = answer_http(router.clone(), event).await;
            answers.borrow_mut().push(answer.as_ref().unwrap().clone());
            answer
        };
        rehearse("/rehearsal", &handle).await;
        let [answer] = &answers.borrow()[..] else { unreachable!("it is handled once") };
        assert_eq!(answer["statusCode"], 404);
        assert_eq!(answer["headers"]["content-type"], "text/html; charset=utf-8", "{answer}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_is_not_reached_holds_nobody_up() {
        let handle = async |_| std::future::pending::<Result<Value, String>>().await;
        rehearse("/rehearsal?state=none", &handle).await;
    }
}
