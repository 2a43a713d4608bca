//! Each email once: every message of a run is delivered ten times over, and the process is killed after every single write.
//!
//! An email is told from another by its reader and by its subject behind the org's name, and has to carry one `Message-ID`
//! however often it is taken. A kill between "the transport has it" and "that is written down" brings a second copy, since
//! losing the email would be worse; such copies are counted apart.

mod desk;
mod kills;

use regrant::embedded::worker::drain_scans;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regrant::mail::Email;
use regrant::usecases::notify::queue_due::queue_due;
use regrant::usecases::records::app::queue_plan;
use serde_json::json;

use super::{Outcome, Size, Verification};
use crate::walk::Failure;
use desk::{Desk, told_in, work_off};

pub(crate) const NAME: &str = "mail-once";

/// How often each message is delivered again.
const TIMES: usize = 10;
/// How many work at the queue at once.
const WORKERS: usize = 4;

/// Who is told what: the reader, and the subject behind the org's name.
type Told = (String, String);
/// Every email that was taken, by what it tells: the `Message-ID` of each copy.
type Post = BTreeMap<Told, Vec<String>>;

pub(crate) async fn prove(size: Size) -> Outcome {
    let (orgs, step) = if size == Size::Full { (100, 1) } else { (8, 12) };
    let first = Desk::set(orgs, 1).await?;
    let once = first.scan_and_tell(1).await?;
    let killed = kills::killed(&first, step).await?;
    let again = redelivered(&first).await?;
    let ten_at_once = Desk::set(orgs.min(20), TIMES).await?.scan_and_tell(WORKERS).await?;

    let crowd = told_in(&once, orgs.min(20));
    let holds = is_each_once(&once)
        && kinds(&first).await?.len() >= 5
        && again.emails == once
        && again.for_one_reason == 0
        && is_each_once(&ten_at_once)
        && ten_at_once.keys().cloned().collect::<BTreeSet<_>>() == crowd
        && killed.holds();
    Ok(Verification::new(
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
            ("copies_with_another_message_id", json!(killed.other_ids)),
        ],
    ))
}

/// What everything delivered again came to.
struct Again {
    messages: usize,
    emails: Post,
    /// Notifications beside the first about one thing for one reader, whatever request they name.
    for_one_reason: usize,
}

/// Every message of the run ten times more, scans too; then what any later hour does: sweep, and plan.
async fn redelivered(desk: &Desk) -> Result<Again, Failure> {
    let messages = desk.scans.deliver_again(TIMES).await?;
    drain_scans(&desk.ports, WORKERS, || ()).await?;
    let messages = messages + desk.notifications.deliver_again(TIMES).await?;
    work_off(&desk.ports, &desk.clock, WORKERS).await?;
    for _ in 0..2 {
        queue_due(&desk.ports).await?;
        for org in &desk.orgs {
            queue_plan(&desk.ports, org, None).await?;
        }
        work_off(&desk.ports, &desk.clock, WORKERS).await?;
        desk.clock.advance(Duration::from_hours(1));
    }
    let mut seen = BTreeSet::new();
    let notifications = desk.notifications().await?;
    let all = notifications.len();
    for notification in notifications {
        let reader = notification.address().map(|address| address.as_str().to_lowercase());
        seen.insert((notification.org, notification.app, format!("{:?}", notification.about), reader));
    }
    Ok(Again { messages, emails: desk.post(), for_one_reason: all - seen.len() })
}

/// The kinds of emails that the ledger knows as sent.
async fn kinds(desk: &Desk) -> Result<BTreeSet<&'static str>, Failure> {
    let notifications = desk.notifications().await?;
    Ok(notifications
        .iter()
        .filter(|notification| notification.is_sent())
        .map(|notification| notification.about.name())
        .collect())
}

/// Emails by what they tell.
fn sorted(emails: &[Email]) -> Post {
    let mut post = Post::new();
    for email in emails {
        // The org's address has a port, which is another one in every run.
        let subject = email.subject.split_once(": ").map_or(email.subject.as_str(), |(_, rest)| rest);
        let told = (email.to.bare(), subject.to_owned());
        post.entry(told).or_default().push(email.message_id.clone());
    }
    post
}

fn count(post: &Post) -> usize {
    post.values().map(Vec::len).sum()
}

fn is_each_once(post: &Post) -> bool {
    !post.is_empty() && post.values().all(|copies| copies.len() == 1)
}
