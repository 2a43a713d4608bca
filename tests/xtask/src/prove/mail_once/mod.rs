//! Each email is sent once, although every message of a run is delivered ten times and the process is killed after every
//! write.
//!
//! Recipient, subject and apps (without the org's name) identify an email, and every copy must have the same
//! `X-Regrant-Notification`. A kill between the transport's acceptance and its record causes a second copy, because losing
//! the email would be worse; the measurement counts such copies separately. One person's requests share an email.

mod installation;
mod kills;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regrant::domain::notification::Notification;
use regrant::emails::NOTIFICATION_HEADER;
use regrant::embedded::worker::drain_scans;
use regrant::mail::Email;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::app::queue_plan;
use regrant_tests::mailbox::header;
use serde_json::json;

use crate::walk::Failure;

use super::{Outcome, Report, Size};
use installation::{Installation, told_in, work_off};

pub(crate) const NAME: &str = "mail-once";

/// The number of redeliveries of each message.
const TIMES: usize = 10;
/// The number of concurrent queue workers.
const WORKERS: usize = 4;

/// The identity of an email: its recipient, its subject without the org's name, and the apps that it names.
type Told = (String, String);
/// Every accepted email with the id of each copy.
type Post = BTreeMap<Told, Vec<String>>;

pub(crate) async fn prove(size: Size) -> Outcome {
    let (orgs, step) = if size == Size::Full { (100, 1) } else { (8, 12) };
    let first = Installation::set(orgs, 1).await?;
    let once = first.scan_and_tell(1).await?;
    let killed = kills::killed(&first, step).await?;
    let again = redelivered(&first).await?;
    let at_once = Installation::set(orgs.min(20), TIMES).await?;
    let ten_at_once = at_once.scan_and_tell(WORKERS).await?;

    let crowd = told_in(&once, orgs.min(20));
    let holds = is_each_once(&once)
        && kinds(&first).await?.len() >= 4
        && again.emails == once
        && again.for_one_reason == 0
        && is_each_once(&ten_at_once)
        && sent(&at_once.notifications().await?)
            == sent(&installation::notifications(&*first.ports.ledger, &at_once.orgs).await?)
        && ten_at_once.keys().flat_map(kills::matters).collect::<BTreeSet<_>>()
            == crowd.iter().flat_map(kills::matters).collect()
        && killed.holds();
    Ok(Report::new(
        NAME,
        holds,
        [
            ("orgs", json!(orgs)),
            ("emails", json!(count(&once))),
            ("kinds_of_emails", json!(kinds(&first).await?)),
            ("messages_delivered_again", json!(again.messages)),
            ("emails_after_that", json!(count(&again.emails))),
            ("second_emails", json!(count(&again.emails).saturating_sub(count(&once)))),
            ("notifications_for_one_reason_and_reader", json!(again.for_one_reason)),
            ("emails_of_ten_deliveries_at_once", json!(count(&ten_at_once))),
            ("second_emails_of_ten_deliveries_at_once", json!(count(&ten_at_once) - ten_at_once.len())),
            ("kills", json!(killed.kills)),
            ("lost", json!(killed.lost.len())),
            ("lost_ones", json!(killed.lost)),
            ("told_otherwise_after_a_kill", json!(killed.otherwise)),
            ("copies_between_taken_and_written_down", json!(killed.copies)),
            ("most_copies_of_one_kill", json!(killed.most_copies)),
            ("copies_with_another_id", json!(killed.other_ids)),
        ],
    ))
}

/// The results of redelivering all messages.
struct Again {
    messages: usize,
    emails: Post,
    /// Duplicate notifications about the same subject to the same recipient, regardless of their request.
    for_one_reason: usize,
}

/// Redelivers every message of the run ten times, including scans; then sweeps and plans as in each later hour.
async fn redelivered(installation: &Installation) -> Result<Again, Failure> {
    let messages = installation.scans.deliver_again(TIMES).await?;
    drain_scans(&installation.ports, WORKERS, || ()).await?;
    let messages = messages + installation.notifications.deliver_again(TIMES).await?;
    work_off(&installation.ports, &installation.clock, WORKERS).await?;
    for _ in 0..2 {
        queue_due(&installation.ports).await?;
        for org in &installation.orgs {
            queue_plan(&installation.ports, org, None).await?;
        }
        work_off(&installation.ports, &installation.clock, WORKERS).await?;
        installation.clock.advance(Duration::from_hours(1));
    }
    let mut seen = BTreeSet::new();
    let notifications = installation.notifications().await?;
    let all = notifications.len();
    for notification in notifications {
        let reader = notification.address().map(|address| address.as_str().to_lowercase());
        seen.insert((notification.org, notification.app, format!("{:?}", notification.about), reader));
    }
    Ok(Again { messages, emails: installation.post(), for_one_reason: all - seen.len() })
}

/// The kinds of emails that the ledger records as sent.
async fn kinds(installation: &Installation) -> Result<BTreeSet<&'static str>, Failure> {
    let notifications = installation.notifications().await?;
    Ok(notifications
        .iter()
        .filter(|notification| notification.is_sent())
        .map(|notification| notification.about.name())
        .collect())
}

/// The notifications that were sent: the reader, and the kind of notification with its app.
fn sent(notifications: &[Notification]) -> BTreeSet<Told> {
    let sent = notifications.iter().filter(|notification| notification.is_sent());
    let told = sent.map(|sent| {
        let reader = sent.address().map_or_else(String::new, |address| address.as_str().to_lowercase());
        (reader, format!("{} {:?}", sent.about.name(), sent.app))
    });
    told.collect()
}

/// Groups emails by their identity.
fn sorted(emails: &[Email]) -> Post {
    let mut post = Post::new();
    for email in emails {
        // The org's address has a port that differs in every run.
        let subject = email.subject.split_once(": ").map_or(email.subject.as_str(), |(_, rest)| rest);
        let is_app = |line: &&str| line.starts_with("* ") || line.contains("App in Okta:");
        let apps = email.text.lines().filter(is_app).map(|line| line.split(" (127.").next().unwrap_or_default());
        let told = (email.to.bare(), format!("{subject} {}", apps.collect::<Vec<_>>().join(", ")));
        post.entry(told).or_default().push(header(email, NOTIFICATION_HEADER).unwrap_or_default().to_owned());
    }
    post
}

fn count(post: &Post) -> usize {
    post.values().map(Vec::len).sum()
}

fn is_each_once(post: &Post) -> bool {
    !post.is_empty() && post.values().all(|copies| copies.len() == 1)
}
