//! Quiet hours: what can wait waits for the morning of its readers, and what cannot does not.

use std::time::Duration;

use regrant::domain::contact::Contacts;

use super::desk::{ADA, BEA, Desk, OLGA, RUNNING, contacts};

#[tokio::test]
async fn a_reminder_waits_for_the_morning_in_vienna_and_an_urgent_email_does_not() {
    let vienna = Contacts {
        time_zone: "Europe/Vienna".parse().unwrap(),
        quiet_hours: Some("18:00-08:00".parse().unwrap()),
        ..contacts()
    };
    let desk = Desk::with(vienna).await;
    desk.work().await;
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("invitation {ADA}"), format!("invitation {BEA}")]);

    // Nine in the evening there, a week later.
    desk.until("2026-03-09T20:00:00Z");
    desk.breaks(RUNNING).await;
    desk.scan().await;
    assert_eq!(desk.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
    let morning: jiff::Timestamp = "2026-03-10T07:00:00Z".parse().unwrap();
    let held_back = desk.notifications_about("reminder").await;
    assert_eq!(held_back.len(), 2);
    assert!(held_back.iter().all(|notification| notification.due_at == morning), "{held_back:?}");

    desk.until("2026-03-10T06:59:59Z");
    assert_eq!(desk.sweep().await, 0);
    assert!(desk.told().await.is_empty());
    desk.later(Duration::from_secs(1));
    assert_eq!(desk.sweep().await, 3);
    assert_eq!(desk.told().await, [format!("digest {OLGA}"), format!("reminder {ADA}"), format!("reminder {BEA}")]);
    assert_eq!(desk.sweep().await, 0);
}

#[tokio::test]
async fn a_email_tells_the_time_by_its_readers_clock_and_in_their_language() {
    let vienna = Contacts {
        time_zone: "Europe/Vienna".parse().unwrap(),
        language: regrant::domain::contact::Language::De,
        ..contacts()
    };
    let desk = Desk::with(vienna).await;
    desk.work().await;
    let emails = desk.emails_to(ADA);
    assert!(emails[0].text.contains("CET"), "{}", emails[0].text);
    assert!(emails.iter().all(|email| email.headers.contains(&("Content-Language".to_owned(), "de".to_owned()))));
}
