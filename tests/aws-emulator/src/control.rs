//! The control API for tests, under `/_emulator` of each account.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fakecloud_ses::SentEmail;
use serde_json::{Value, json};

use crate::account::Account;
use crate::calls::Call;
use crate::faults::Fault;

/// - `GET calls`: every call so far;
/// - `GET mails`: every email sent so far;
/// - `POST pass-time/{seconds}`: messages in flight become visible that much earlier;
/// - `POST faults`: adds a [`Fault`];
/// - `POST forget-after/{calls}/{outage}`: after that many further calls, deletes all data; the next `outage`
///   calls then fail as during a restart of the service.
pub(crate) fn router(account: Account) -> Router {
    let control = Router::new()
        .route("/calls", get(calls))
        .route("/mails", get(mails))
        .route("/pass-time/{seconds}", post(pass_time))
        .route("/faults", post(fault))
        .route("/forget-after/{calls}/{outage}", post(forget_after))
        .with_state(account);
    Router::new().nest("/_emulator", control)
}

async fn calls(State(account): State<Account>) -> Json<Vec<Call>> {
    Json(account.calls.all())
}

async fn mails(State(account): State<Account>) -> Json<Vec<Value>> {
    let mails = account.mails.read();
    let sent = mails.iter().flat_map(|(_, state)| &state.sent_emails);
    let shown = |mail: &SentEmail| {
        json!({
            "id": mail.message_id, "from": mail.from, "to": mail.to, "tags": mail.email_tags,
            "raw": mail.raw_data.as_deref().map(|raw| as_delivered(raw, &mail.message_id))
        })
    };
    Json(sent.map(shown).collect())
}

/// The email as SES delivers it: with its own `Message-ID` and `Date` (SES developer guide, "Header fields in Amazon SES").
fn as_delivered(raw: &str, id: &str) -> String {
    let Ok(decoded) = STANDARD.decode(raw) else { return raw.to_owned() };
    let text = String::from_utf8_lossy(&decoded);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    // A folded header continues on lines that begin with white space.
    let mut replaced = false;
    let mut kept = Vec::new();
    for line in head.split("\r\n") {
        let lower = line.to_ascii_lowercase();
        if !line.starts_with([' ', '\t']) {
            replaced = lower.starts_with("message-id:") || lower.starts_with("date:");
        }
        if !replaced {
            kept.push(line.to_owned());
        }
    }
    kept.push(format!("Message-ID: <{id}@email.amazonses.com>"));
    kept.push("Date: Thu, 1 Jan 1970 00:00:00 +0000".to_owned());
    STANDARD.encode(format!("{}\r\n\r\n{body}", kept.join("\r\n")))
}

async fn pass_time(State(account): State<Account>, Path(seconds): Path<u64>) {
    let mut queues = account.queues.write();
    for queue in
        queues.iter_mut().flat_map(|(_, regions)| regions.regions_mut()).flat_map(|(_, s)| s.queues.values_mut())
    {
        for message in queue.inflight.iter_mut().chain(&mut queue.messages) {
            message.visible_at = message.visible_at.map(|at| at - Duration::from_secs(seconds));
        }
    }
}

async fn forget_after(State(account): State<Account>, Path((calls, outage)): Path<(usize, usize)>) {
    account.faults.forget_after(calls, outage);
}

async fn fault(State(account): State<Account>, Json(fault): Json<Fault>) {
    account.faults.add(fault);
}
