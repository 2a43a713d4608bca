//! The demonstration's outbox: the letters that would have been sent, to be read in a browser.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use regrant::mail::{Carrier, Letter, MailError, MessageId};
use regrant::web::pages::{OutboxLine, outbox};
use tokio::sync::Mutex;

/// A letter's own style and nothing from anywhere: what a careful mail program allows. Its links open beside it.
const LETTER_POLICY: (HeaderName, &str) =
    (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'");

/// Letters in memory.
#[derive(Debug, Default)]
pub(super) struct Outbox(Mutex<Vec<Letter>>);

#[async_trait]
impl Carrier for Outbox {
    async fn send(&self, letter: &Letter) -> Result<MessageId, MailError> {
        // What could be no mail is refused here as everywhere.
        letter.to_mime()?;
        let mut letters = self.0.lock().await;
        letters.push(letter.clone());
        Ok(MessageId(letters.len().to_string()))
    }
}

impl Outbox {
    /// How many letters there are.
    pub(super) async fn count(&self) -> usize {
        self.0.lock().await.len()
    }
}

/// The pages of the outbox.
pub(super) fn router(letters: Arc<Outbox>) -> Router {
    Router::new()
        .route("/outbox", get(list))
        .route("/outbox/{number}", get(as_html))
        .route("/outbox/{number}/text", get(as_text))
        .with_state(letters)
}

async fn list(State(letters): State<Arc<Outbox>>) -> Response {
    let letters = letters.0.lock().await;
    let lines: Vec<OutboxLine> = letters
        .iter()
        .enumerate()
        .map(|(at, letter)| OutboxLine { number: at + 1, to: letter.to.bare(), subject: letter.subject.clone() })
        .collect();
    outbox(&lines).into_response()
}

async fn as_html(State(letters): State<Arc<Outbox>>, Path(number): Path<usize>) -> Response {
    match one(&letters, number).await {
        Some(letter) => ([LETTER_POLICY], Html(letter.html)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn as_text(State(letters): State<Arc<Outbox>>, Path(number): Path<usize>) -> Response {
    match one(&letters, number).await {
        Some(letter) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], letter.text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn one(letters: &Outbox, number: usize) -> Option<Letter> {
    letters.0.lock().await.get(number.checked_sub(1)?).cloned()
}
