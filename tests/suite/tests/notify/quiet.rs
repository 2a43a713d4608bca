//! Tests quiet hours: normal emails wait for the reader's morning, urgent ones do not.

use std::time::Duration;

use regrant::domain::contact::Contacts;

use super::fixture::{ADA, BEA, NotifyFixture, OLGA, RUNNING, contacts};

#[tokio::test]
async fn quiet_hours_delay_reminders_but_not_urgent_emails() {
    let vienna = Contacts {
        time_zone: "Europe/Vienna".parse().unwrap(),
        quiet_hours: Some("18:00-08:00".parse().unwrap()),
        ..contacts()
    };
    let fixture = NotifyFixture::with(vienna).await;
    fixture.work().await;
    assert_eq!(fixture.told().await, [format!("invitation {ADA}"), format!("invitation {BEA}")]);

    // Nine in the evening there, a week later.
    fixture.until("2026-03-09T20:00:00Z");
    fixture.breaks(RUNNING).await;
    fixture.scan().await;
    assert_eq!(fixture.told().await, [format!("urgent {ADA}"), format!("urgent {BEA}")]);
    let morning: jiff::Timestamp = "2026-03-10T07:00:00Z".parse().unwrap();
    let held_back = fixture.notifications_about("reminder").await;
    assert_eq!(held_back.len(), 2);
    assert!(held_back.iter().all(|notification| notification.due_at == morning), "{held_back:?}");

    fixture.until("2026-03-10T06:59:59Z");
    assert_eq!(fixture.sweep().await, 0);
    assert!(fixture.told().await.is_empty());
    fixture.later(Duration::from_secs(1));
    assert_eq!(fixture.sweep().await, 3);
    assert_eq!(fixture.told().await, [format!("digest {OLGA}"), format!("reminder {ADA}"), format!("reminder {BEA}")]);
    assert_eq!(fixture.sweep().await, 0);
}

#[tokio::test]
async fn email_uses_readers_time_zone_and_language() {
    let vienna = Contacts {
        time_zone: "Europe/Vienna".parse().unwrap(),
        language: regrant::domain::contact::Language::De,
        ..contacts()
    };
    let fixture = NotifyFixture::with(vienna).await;
    fixture.work().await;
    let emails = fixture.emails_to(ADA);
    assert!(emails[0].text.contains("CET"), "{}", emails[0].text);
    assert!(emails.iter().all(|email| email.headers.contains(&("Content-Language".to_owned(), "de".to_owned()))));
}
