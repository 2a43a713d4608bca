//! Tests of the cadence.

#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use proptest::prelude::*;

use super::*;
use crate::domain::connection::{AuthScheme, ConnectionStatus};
use crate::domain::notification::{NotificationState, WhyDropped};
use crate::domain::request::{Ended, LINK_LIFETIME};
use crate::domain::signal::{Signal, SignalKind};
use crate::domain::standing::Assessment;
use crate::testing::records::{app_identity, app_record, draft, reader, waiver};

const DAY: i64 = 24 * 60 * 60;

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(day * DAY).unwrap()
}

fn app(standing: Standing, request: Option<Request>) -> AppRecord {
    AppRecord { request, ..app_record(app_identity("00oInvented", "0oaInvented", "Office 365"), standing) }
}

fn open() -> Request {
    Request { id: "RG-A".parse().unwrap(), opened_at: day(0), closed: None }
}

fn contacts() -> Contacts {
    let people = |names: &[&str]| names.iter().map(|name| format!("{name}@contoso.example").parse().unwrap()).collect();
    Contacts {
        administrators: people(&["ada", "bea"]),
        operators: people(&["olga"]),
        escalation: people(&["eve"]),
        ..Contacts::default()
    }
}

/// The emails due each day from `first` to `last`, as "day kind recipients", if each is sent at once.
fn history(standing: Standing, first: i64, last: i64, deadline: Date) -> Vec<String> {
    let (app, contacts) = (app(standing, Some(Request { opened_at: day(first), ..open() })), contacts());
    let mut so_far: Vec<Notification> = Vec::new();
    let mut emails = Vec::new();
    for now in first..=last {
        let case = Case { app: &app, so_far: &so_far, waiver: None, contacts: &contacts, deadline, now: day(now) };
        let fresh: Vec<Notification> = due(&case).into_iter().map(|draft| draft.into_notification(day(now))).collect();
        let names: Vec<&str> = fresh.iter().filter_map(|n| n.address()?.as_str().split('@').next()).collect();
        if let Some(notification) = fresh.first() {
            emails.push(format!("{} {} {}", now - first, notification.about.name(), names.join("+")));
        }
        so_far.extend(fresh.into_iter().map(sent));
    }
    emails
}

fn sent(notification: Notification) -> Notification {
    Notification {
        state: NotificationState::Sent { at: notification.due_at, carrier_id: "1".to_owned() },
        ..notification
    }
}

#[test]
fn reminders_slow_down_and_escalate() {
    let emails = history(Standing::NeedsConsent, 20_400, 20_700, OKTAS_DEADLINE);
    assert_eq!(
        emails,
        [
            "0 invitation ada+bea",
            "7 reminder ada+bea",
            "14 reminder ada+bea+eve",
            "28 reminder ada+bea+eve",
            "56 reminder ada+bea+eve",
            "84 reminder ada+bea+eve",
            "112 reminder ada+bea+eve",
        ]
    );
}

#[test]
fn reminders_speed_up_before_the_deadline() {
    let deadline = jiff::tz::TimeZone::UTC.to_datetime(day(20_440)).date();
    let days: Vec<String> = history(Standing::NeedsConsent, 20_400, 20_445, deadline)
        .iter()
        .map(|email| email.split(' ').next().unwrap().to_owned())
        .collect();
    assert_eq!(days, ["0", "7", "12", "17", "22", "27", "32"], "every five days in the last month");
    let close: Vec<String> = history(Standing::NeedsConsent, 20_434, 20_440, deadline);
    assert_eq!(close.len(), 4, "every other day in the last week: {close:?}");
}

#[test]
fn broken_app_is_urgent_and_escalates_after_a_day() {
    let emails = history(Standing::Broken, 20_400, 20_420, OKTAS_DEADLINE);
    assert_eq!(emails[..3], ["0 urgent ada+bea", "1 reminder ada+bea+eve", "3 reminder ada+bea+eve"]);
}

#[test]
fn steps_in_okta_go_to_the_operator() {
    for standing in [Standing::NeedsSave, Standing::ByHand] {
        assert_eq!(history(standing, 20_400, 20_401, OKTAS_DEADLINE), ["0 handed-to-operator olga"]);
    }
}

#[test]
fn operators_are_asked_if_no_administrator_is_known() {
    let app = app(Standing::NeedsConsent, Some(open()));
    let contacts = Contacts { administrators: Vec::new(), ..contacts() };
    let case =
        Case { app: &app, so_far: &[], waiver: None, contacts: &contacts, deadline: OKTAS_DEADLINE, now: day(1) };
    let drafts = due(&case);
    let to: Vec<_> = drafts.iter().map(|draft| draft.recipient.clone()).collect();
    let olga = reader("olga@contoso.example", Audience::OktaOperator);
    assert_eq!(to, [olga]);
}

#[test]
fn completion_email_goes_to_everyone_who_was_asked() {
    let closed = Ended { at: day(3), standing: Standing::Consented };
    let app = app(Standing::Consented, Some(Request { closed: Some(closed), ..open() }));
    let contacts = contacts();
    let ada = reader("ada@contoso.example", Audience::MicrosoftAdministrator);
    let asked =
        Draft { app: Some(app.identity.app.clone()), ..draft(About::Invitation, ada) }.into_notification(day(0));
    let due_of = |so_far: &[Notification]| {
        let case = Case { app: &app, so_far, waiver: None, contacts: &contacts, deadline: OKTAS_DEADLINE, now: day(3) };
        due(&case)
    };
    assert!(due_of(&[]).is_empty(), "no one was asked");
    let dropped = NotificationState::Dropped { at: day(0), why: WhyDropped::Muted };
    assert!(due_of(&[Notification { state: dropped, ..asked.clone() }]).is_empty(), "no one received it");
    let completion = due_of(&[sent(asked)]);
    let mut names: Vec<String> = completion
        .iter()
        .map(|draft| match &draft.recipient {
            Recipient::Mail { address, .. } => address.to_string(),
            Recipient::Hook { name } => name.clone(),
        })
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["ada@contoso.example", "olga@contoso.example"]);
    assert!(completion.iter().all(|draft| draft.about == About::Done));
}

#[test]
fn waiver_silences_until_it_ends() {
    let app = app(Standing::NeedsConsent, Some(open()));
    let contacts = contacts();
    let waiver = waiver(&app.identity, day(1), day(30));
    let about = |now| {
        let case = Case {
            app: &app,
            so_far: &[],
            waiver: Some(&waiver),
            contacts: &contacts,
            deadline: OKTAS_DEADLINE,
            now: day(now),
        };
        due(&case).into_iter().map(|draft| draft.about.name()).collect::<Vec<_>>()
    };
    assert_eq!(about(29), Vec::<&str>::new());
    assert_eq!(about(30), ["waiver-expired", "invitation", "invitation"]);
}

/// An app with OAuth that is on, whose last secret ends six days after `day(20_400)`.
fn app_with_ending_secret(also: Vec<SignalKind>) -> AppRecord {
    let secret = SignalKind::ProvisioningSecretRead {
        ends_at: Some(day(20_406)),
        warning: Some("It ends.".to_owned()),
        note: None,
    };
    let on = SignalKind::ConnectionRead {
        auth_scheme: AuthScheme::Oauth2,
        status: ConnectionStatus::Enabled,
        authorize_offered: true,
    };
    let signals = also.into_iter().chain([on, secret]).map(|kind| Signal::okta(day(20_400), kind)).collect();
    AppRecord { signals, ..app(Standing::Degraded, Some(open())) }
}

#[test]
fn secret_warning_stands_for_the_request_if_nothing_else_is_wrong() {
    let lost = SignalKind::ConsenterRead { enabled: Some(true), holds_role: Some(false) };
    let contacts = contacts();
    for (also, expected) in [
        (vec![], vec!["secret-ending ada", "secret-ending bea", "secret-ending olga"]),
        (
            vec![lost],
            vec!["secret-ending ada", "secret-ending bea", "secret-ending olga", "invitation ada", "invitation bea"],
        ),
    ] {
        let app = app_with_ending_secret(also);
        let case = |so_far| Case {
            app: &app,
            so_far,
            waiver: None,
            contacts: &contacts,
            deadline: OKTAS_DEADLINE,
            now: day(20_400),
        };
        let made: Vec<Notification> =
            due(&case(&[])).into_iter().map(|draft| sent(draft.into_notification(day(20_400)))).collect();
        let named: Vec<String> = made
            .iter()
            .map(|one| format!("{} {}", one.about.name(), one.address().unwrap().as_str().split('@').next().unwrap()))
            .collect();
        assert_eq!(named, expected);
        assert_eq!(due(&case(&made)), [], "once");
        let broken = AppRecord {
            assessment: Assessment { standing: Standing::Broken, ..app.assessment.clone() },
            ..app.clone()
        };
        assert!(due(&Case { app: &broken, ..case(&made) }).iter().all(|draft| draft.about == About::Urgent));
    }
}

#[test]
fn days_to_counts_to_the_end_of_the_date() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(days_to(OKTAS_DEADLINE, at("2024-12-31T23:59:59Z")), 0);
    assert_eq!(days_to(OKTAS_DEADLINE, at("2025-01-01T00:00:00Z")), -1);
    assert_eq!(days_to(OKTAS_DEADLINE, at("2024-12-24T12:00:00Z")), 7);
}

proptest! {
    #[test]
    fn no_one_receives_an_email_twice(
            standing in prop::sample::select(&Standing::ALL[..]), days in 1_i64..400, scans in 1_usize..4,
    ) {
        let (app, contacts) = (app(standing, Some(open())), contacts());
        let mut so_far: Vec<Notification> = Vec::new();
        for now in 0..days {
            for _ in 0..scans {
                let case = Case {
                    app: &app, so_far: &so_far, waiver: None, contacts: &contacts, deadline: OKTAS_DEADLINE, now: day(now),
                };
                for draft in due(&case) {
                    let notification = sent(draft.into_notification(day(now)));
                    prop_assert!(so_far.iter().all(|known| known.id != notification.id));
                    so_far.push(notification);
                }
            }
        }
        let most = usize::try_from(MOST_REMINDERS).unwrap() * 3 + 2;
        prop_assert!(so_far.len() <= most, "{} emails", so_far.len());
    }
}

#[test]
fn email_link_outlives_the_next_reminder() {
    // A daily scan finds a reminder at most a day late, and quiet hours delay it by less than another day.
    let late = SignedDuration::from_hours(2 * 24);
    for standing in Standing::ALL {
        for (number, days_left) in (1..=MOST_REMINDERS).flat_map(|number| [-1, 7, 30, 90].map(|left| (number, left))) {
            let comes_after = interval(standing, number, days_left) + late;
            assert!(comes_after <= LINK_LIFETIME, "reminder {number} at {standing}, {days_left} days left");
        }
    }
}

/// A notification of each draft, planned at `now`.
fn planned(drafts: Vec<Draft>, now: Timestamp) -> Vec<Notification> {
    drafts.into_iter().map(|draft| draft.into_notification(now)).collect()
}

#[test]
fn operator_reminds_ahead_of_time_and_intervals_follow() {
    fn case<'a>(
        (app, contacts): (&'a AppRecord, &'a Contacts),
        so_far: &'a [Notification],
        now: Timestamp,
    ) -> Case<'a> {
        Case { app, so_far, waiver: None, contacts, deadline: OKTAS_DEADLINE, now }
    }
    let (app, contacts) = (app(Standing::NeedsConsent, Some(open())), contacts());
    let of = (&app, &contacts);
    let first = planned(reminder_now(&case(of, &[], day(1))).unwrap(), day(1));
    assert!(first.len() == 2 && first.iter().all(|one| one.about == About::Invitation));
    let minutes = |minutes| day(1).saturating_add(SignedDuration::from_mins(minutes)).unwrap();
    assert_eq!(reminder_now(&case(of, &first, minutes(59))), Err(NoReminder::TooSoon));
    let second = reminder_now(&case(of, &first, minutes(60))).unwrap();
    assert!(second.iter().all(|one| one.about == About::Reminder { number: 1 }));
    let all = [first, planned(second, minutes(60))].concat();
    assert_eq!(due(&case(of, &all, day(8))), Vec::new(), "the second reminder comes seven days after the first");
    assert_eq!(due(&case(of, &all, day(9)))[0].about, About::Reminder { number: 2 });
}

#[test]
fn no_reminder_without_action_contacts_or_with_waiver() {
    let contacts = contacts();
    let of = |app: &AppRecord, waiver: Option<&Waiver>, contacts: &Contacts| {
        let (deadline, now) = (OKTAS_DEADLINE, day(1));
        reminder_now(&Case { app, so_far: &[], waiver, contacts, deadline, now })
    };
    let due = app(Standing::Broken, Some(open()));
    let ended = Request { closed: Some(Ended { at: day(1), standing: Standing::Consented }), ..open() };
    assert_eq!(of(&app(Standing::Consented, Some(ended)), None, &contacts), Err(NoReminder::NothingToDo));
    assert_eq!(of(&app(Standing::Broken, None), None, &contacts), Err(NoReminder::NothingToDo));
    assert_eq!(of(&due, None, &Contacts::default()), Err(NoReminder::NoContacts));
    let waiver = waiver(&due.identity, day(0), day(2));
    assert_eq!(of(&due, Some(&waiver), &contacts), Err(NoReminder::Waived));
}
