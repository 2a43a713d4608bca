//! The demo's outbox: shows the emails that would have been sent in a browser.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use regrant::mail::{Email, MailError, MailTransport, MessageId};
use regrant::settings::Settings;
use regrant::web::pages::{OutboxLine, outbox};
use regrant::web::reader::Reader;
use tokio::sync::Mutex;

/// Allows an email its own style and no external content, as careful mail programs do.
const EMAIL_POLICY: (HeaderName, &str) =
    (CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'");

/// Emails in memory.
#[derive(Debug, Default)]
pub(super) struct Outbox(Mutex<Vec<Email>>);

#[async_trait]
impl MailTransport for Outbox {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        // Refuses what the other transports refuse: emails that have no valid MIME form.
        email.to_mime()?;
        let mut emails = self.0.lock().await;
        emails.push(email.clone());
        Ok(MessageId(emails.len().to_string()))
    }
}

impl Outbox {
    /// The number of emails.
    pub(super) async fn count(&self) -> usize {
        self.0.lock().await.len()
    }
}

/// The pages of the outbox.
pub(super) fn router(emails: Arc<Outbox>) -> Router {
    Router::new()
        .route("/outbox", get(list))
        .route("/outbox/{number}", get(as_html))
        .route("/outbox/{number}/text", get(as_text))
        .with_state(emails)
}

async fn list(State(emails): State<Arc<Outbox>>, reader: Reader) -> Response {
    let emails = emails.0.lock().await;
    let lines: Vec<OutboxLine> = emails
        .iter()
        .enumerate()
        .map(|(at, email)| OutboxLine { number: at + 1, to: email.to.bare(), subject: email.subject.clone() })
        .collect();
    let settings = Settings::default();
    outbox(&reader.presentation(&settings, None), &lines).into_response()
}

async fn as_html(State(emails): State<Arc<Outbox>>, Path(number): Path<usize>) -> Response {
    match email(&emails, number).await {
        Some(email) => ([EMAIL_POLICY], Html(email.html)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn as_text(State(emails): State<Arc<Outbox>>, Path(number): Path<usize>) -> Response {
    match email(&emails, number).await {
        Some(email) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], email.text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn email(emails: &Outbox, number: usize) -> Option<Email> {
    emails.0.lock().await.get(number.checked_sub(1)?).cloned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use regrant::usecases::scan::start::{Selection, start_scan};
    use tower::ServiceExt as _;

    use super::super::super::scan;
    use super::super::fixture::DemoFixture;

    #[tokio::test]
    async fn administrators_email_has_a_working_link() {
        let folder = tempfile::tempdir().unwrap();
        let fixture = DemoFixture::start(&folder.path().join("data"), 8080).await.unwrap();
        let ports = &fixture.installation.ports;
        let started = start_scan(ports, &Selection::Orgs(fixture.orgs.clone())).await.unwrap();
        scan::run_to_end(&fixture.installation, started, 4, false).await.unwrap();
        let emails = fixture.outbox.0.lock().await.clone();
        let email = emails.iter().find(|email| email.to.bare() == "ada.administrator@acme.example").unwrap();
        assert!(email.subject.contains("approve Microsoft Office"), "{}", email.subject);
        let link = email.text.lines().find(|line| line.starts_with("http://localhost:8080/consent/")).unwrap();
        let path = link.trim_start_matches("http://localhost:8080").to_owned();
        let request = Request::get(path).body(Body::empty()).unwrap();
        let page = fixture.installation.router().oneshot(request).await.unwrap();
        assert_eq!(page.status(), 200);
        let page = String::from_utf8(to_bytes(page.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap();
        assert!(page.contains("Approve Okta"), "{page}");
        for email in &emails {
            let shown = format!("{} {}", email.subject, email.text);
            assert!(!shown.contains('<') && !shown.contains("\\u{"), "the demo's names are friendly: {shown}");
        }
    }
}
