//! Tests holds: no one is emailed until an operator releases them, and then each email is sent once.

use std::time::Duration;

use regrant::usecases::notify::hold::{active_holds, hold};
use regrant::usecases::notify::release::{held_emails, release};

use super::fixture::{ADA, BEA, NotifyFixture, RUNNING, WEEK};

/// "about reader" of every email that is held, sorted.
async fn held(fixture: &NotifyFixture) -> Vec<String> {
    let orgs = held_emails(&fixture.bench.ports).await.unwrap();
    let mut held: Vec<String> = orgs
        .iter()
        .flat_map(|org| &org.emails)
        .map(|draft| {
            let draft = draft.clone().into_notification(jiff::Timestamp::UNIX_EPOCH);
            format!("{} {}", draft.about.name(), draft.address().unwrap())
        })
        .collect();
    held.sort();
    held
}

#[tokio::test]
async fn held_emails_are_listed_and_sent_after_release() {
    for of_org in [false, true] {
        let fixture = NotifyFixture::new().await;
        let ports = &fixture.bench.ports;
        let scope = of_org.then_some(&fixture.org);
        assert!(hold(ports, scope).await.unwrap() && !hold(ports, scope).await.unwrap());
        fixture.work().await;
        // Nothing piles up meanwhile: no reminders of emails that no one received.
        for _ in 0..3 {
            fixture.later(WEEK);
            fixture.scan().await;
            fixture.later(Duration::from_mins(30));
            fixture.sweep().await;
        }
        let told: Vec<String> = fixture.told().await.into_iter().filter(|told| !told.starts_with("digest")).collect();
        assert!(told.is_empty(), "{told:?}");
        assert_eq!(held(&fixture).await, [format!("invitation {ADA}"), format!("invitation {BEA}")]);
        assert_eq!(active_holds(ports).await.unwrap().len(), 1);

        assert!(release(ports, scope).await.unwrap() && !release(ports, scope).await.unwrap());
        fixture.work().await;
        let told: Vec<String> = fixture.told().await.into_iter().filter(|told| !told.starts_with("digest")).collect();
        assert_eq!(told, [format!("invitation {ADA}"), format!("invitation {BEA}")]);
        assert!(held(&fixture).await.is_empty() && active_holds(ports).await.unwrap().is_empty());
        let kept = ports.ledger.mail_hold(scope).await.unwrap().unwrap();
        assert!(!kept.is_active(), "the record of the hold stays: {kept:?}");
    }
}

#[tokio::test]
async fn email_that_was_planned_before_waits_too() {
    let fixture = NotifyFixture::new().await;
    fixture.plan().await;
    hold(&fixture.bench.ports, None).await.unwrap();
    fixture.work().await;
    fixture.later(Duration::from_mins(30));
    assert_eq!(fixture.sweep().await, 0, "held emails are not queued again and again");
    assert!(fixture.told().await.is_empty());
    release(&fixture.bench.ports, None).await.unwrap();
    fixture.work().await;
    assert_eq!(fixture.told().await, [format!("invitation {ADA}"), format!("invitation {BEA}")]);
}

#[tokio::test]
async fn hold_of_one_org_leaves_the_others() {
    let fixture = NotifyFixture::new().await;
    let (other, _) = fixture.bench.ids("contosoemea").await;
    hold(&fixture.bench.ports, Some(&other)).await.unwrap();
    fixture.work().await;
    assert_eq!(fixture.told().await, [format!("invitation {ADA}"), format!("invitation {BEA}")]);
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    assert_eq!(fixture.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
}
