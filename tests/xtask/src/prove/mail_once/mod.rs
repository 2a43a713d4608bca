//! Each letter once: every message of a run is delivered ten times over, and the process is killed after every single write.
//!
//! A letter is told from another by its reader and by its subject behind the org's name, and has to carry one `Message-ID`
//! however often it is taken. A kill between "the carrier has it" and "that is written down" brings a second copy, since
//! losing the letter would be worse; such copies are counted apart.

mod desk;
mod kills;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use regrant::mail::Letter;
use regrant::usecases::notify::sweep::sweep;
use regrant::usecases::records::app::queue_plan;
use serde_json::json;

use super::{Outcome, Proof, Size};
use crate::walk::Failure;
use desk::{Desk, told_in, work_off};

pub(crate) const NAME: &str = "mail-once";

/// How often each message is delivered again.
const TIMES: usize = 10;
/// How many work at the queue at once.
const WORKERS: usize = 4;

/// Who is told what: the reader, and the subject behind the org's name.
type Told = (String, String);
/// Every letter that was taken, by what it tells: the `Message-ID` of each copy.
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
        && again.letters == once
        && again.for_one_reason == 0
        && is_each_once(&ten_at_once)
        && ten_at_once.keys().cloned().collect::<BTreeSet<_>>() == crowd
        && killed.holds();
    Ok(Proof::new(
        NAME,
        holds,
        [
            ("orgs", json!(orgs)),
            ("letters", json!(count(&once))),
            ("kinds_of_letters", json!(kinds(&first).await?)),
            ("messages_delivered_again", json!(again.messages)),
            ("letters_after_that", json!(count(&again.letters))),
            ("second_letters", json!(count(&again.letters).saturating_sub(count(&once)))),
            ("notices_for_one_reason_and_reader", json!(again.for_one_reason)),
            ("letters_of_ten_deliveries_at_once", json!(count(&ten_at_once))),
            ("second_letters_of_ten_deliveries_at_once", json!(count(&ten_at_once) - ten_at_once.len())),
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
    letters: Post,
    /// Notices beside the first about one thing for one reader, whatever request they name.
    for_one_reason: usize,
}

/// Every message of the run ten times more, scans too; then what any later hour does: sweep, and plan.
async fn redelivered(desk: &Desk) -> Result<Again, Failure> {
    let messages = desk.scans.deliver_again(TIMES).await?;
    regrant_discovery::drain(&desk.ports, WORKERS, || ()).await?;
    let messages = messages + desk.notices.deliver_again(TIMES).await?;
    work_off(&desk.ports, &desk.clock, WORKERS).await?;
    for _ in 0..2 {
        sweep(&desk.ports).await?;
        for org in &desk.orgs {
            queue_plan(&desk.ports, org, None).await?;
        }
        work_off(&desk.ports, &desk.clock, WORKERS).await?;
        desk.clock.advance(Duration::from_hours(1));
    }
    let mut seen = BTreeSet::new();
    let notices = desk.notices().await?;
    let all = notices.len();
    for notice in notices {
        let reader = notice.address().map(|address| address.as_str().to_lowercase());
        seen.insert((notice.org, notice.app, format!("{:?}", notice.about), reader));
    }
    Ok(Again { messages, letters: desk.post(), for_one_reason: all - seen.len() })
}

/// The kinds of letters that the ledger knows as sent.
async fn kinds(desk: &Desk) -> Result<BTreeSet<&'static str>, Failure> {
    let notices = desk.notices().await?;
    Ok(notices.iter().filter(|notice| notice.is_sent()).map(|notice| notice.about.name()).collect())
}

/// Letters by what they tell.
fn sorted(letters: &[Letter]) -> Post {
    let mut post = Post::new();
    for letter in letters {
        // The org's address has a port, which is another one in every run.
        let subject = letter.subject.split_once(": ").map_or(letter.subject.as_str(), |(_, rest)| rest);
        let told = (letter.to.bare(), subject.to_owned());
        post.entry(told).or_default().push(letter.message_id.clone());
    }
    post
}

fn count(post: &Post) -> usize {
    post.values().map(Vec::len).sum()
}

fn is_each_once(post: &Post) -> bool {
    !post.is_empty() && post.values().all(|copies| copies.len() == 1)
}
