//! Checks, just before sending, whether the reason for a notification still holds. For example, an invitation is not sent
//! after the consent was completed.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{About, Notification, WhyDropped};
use crate::domain::access_problem::OrgWatch;
use crate::domain::app::AppRecord;
use crate::domain::provisioning_secret::{EndingSecret, ending_secret};
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;

/// Whether a notification about an app should still be sent.
pub fn holds_for_app(
    notification: &Notification,
    app: &AppRecord,
    waiver: Option<&Waiver>,
    now: Timestamp,
) -> Result<(), WhyDropped> {
    if notification.about.is_for_hooks() {
        return Ok(());
    }
    let Some(request) = app.request.as_ref().filter(|request| request.id == notification.request) else {
        return Err(WhyDropped::Superseded);
    };
    // While Regrant cannot check the app, its last known standing counts.
    let standing = app.known_standing();
    let fits = match &notification.about {
        About::Invitation => matches!(standing, Standing::NeedsConsent | Standing::Degraded),
        About::Urgent => standing == Standing::Broken,
        About::HandedToOperator => matches!(standing, Standing::NeedsSave | Standing::ByHand),
        About::SecretEnding { ends_at, days } => {
            let ending = EndingSecret { ends_at: *ends_at, days: *days };
            standing == Standing::Degraded && ending_secret(&app.signals) == Some(ending)
        }
        About::Reminder { .. } | About::WaiverExpired { .. } => standing.needs_action(),
        About::Done => standing == Standing::Consented,
        About::Digest { .. }
        | About::AccessProblem { .. }
        | About::StandingChanged { .. }
        | About::RequestOpened
        | About::RequestChanged { .. }
        | About::RequestEnded => false,
    };
    let asks = !matches!(notification.about, About::Done);
    if !fits || asks != request.is_open() {
        return Err(WhyDropped::Superseded);
    }
    if asks && waiver.is_some_and(|waiver| waiver.holds(now)) { Err(WhyDropped::Waived) } else { Ok(()) }
}

/// Whether a notification about an org as a whole should still be sent.
pub fn holds_for_org(notification: &Notification, watch: Option<&OrgWatch>) -> Result<(), WhyDropped> {
    let watch = watch.ok_or(WhyDropped::Superseded)?;
    let holds = match &notification.about {
        About::AccessProblem { problem, .. } => watch
            .problems
            .iter()
            .any(|known| known.kind.is_about_the_same_as(problem) && known.request == notification.request),
        _ => false,
    };
    if holds { Ok(()) } else { Err(WhyDropped::Superseded) }
}

/// Whether the digest of `day` should still be sent: the next one comes after a week.
pub fn holds_for_digest(day: Date, now: Timestamp) -> Result<(), WhyDropped> {
    let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
    let age = day.until(today).map_or(i32::MAX, |span| span.get_days());
    // A day of slack, because the digest's day is one of its reader's time zone.
    if (-1..7).contains(&age) { Ok(()) } else { Err(WhyDropped::Superseded) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
    use crate::domain::contact::Audience;
    use crate::domain::request::{Ended, Request};
    use crate::domain::standing::LastKnown;
    use crate::testing::records::{app_identity, app_record, draft, reader, waiver};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn app(standing: Standing, closed: bool) -> AppRecord {
        let closed = closed.then_some(Ended { at: NOW, standing });
        let request = Some(Request { id: "RG-A".parse().unwrap(), opened_at: NOW, closed });
        AppRecord { request, ..app_record(app_identity("00oInvented", "0oaInvented", "Office 365"), standing) }
    }

    fn notification(about: About) -> Notification {
        draft(about, reader("ada@contoso.example", Audience::MicrosoftAdministrator)).into_notification(NOW)
    }

    fn holds(about: About, app: &AppRecord) -> bool {
        holds_for_app(&notification(about), app, None, NOW).is_ok()
    }

    #[test]
    fn each_email_holds_only_at_its_standings() {
        use Standing::{Broken, ByHand, Consented, Degraded, NeedsConsent, NeedsSave};
        let rules: [(About, &[Standing]); 4] = [
            (About::Invitation, &[NeedsConsent, Degraded]),
            (About::Urgent, &[Broken]),
            (About::HandedToOperator, &[NeedsSave, ByHand]),
            (About::Reminder { number: 1 }, &[Broken, NeedsConsent, NeedsSave, Degraded, ByHand]),
        ];
        for (about, there) in rules {
            for standing in Standing::ALL {
                let open = holds(about.clone(), &app(standing, false));
                assert_eq!(open, there.contains(&standing), "{about:?} at {standing}");
                assert!(!holds(about.clone(), &app(standing, true)), "{about:?} after the end");
            }
        }
        assert!(holds(About::Done, &app(Consented, true)) && !holds(About::Done, &app(Broken, true)));
    }

    #[test]
    fn unknown_app_uses_its_last_known_standing() {
        let mut blind = app(Standing::Unknown, false);
        assert!(!holds(About::Urgent, &blind));
        blind.last_known = Some(LastKnown { standing: Standing::Broken, as_of: NOW });
        assert!(holds(About::Urgent, &blind));
    }

    #[test]
    fn waivers_and_newer_requests_drop_an_email() {
        let app = app(Standing::NeedsConsent, false);
        let waiver = waiver(&app.identity, NOW, Timestamp::MAX);
        assert_eq!(holds_for_app(&notification(About::Invitation), &app, Some(&waiver), NOW), Err(WhyDropped::Waived));
        let other = Notification { request: "RG-B".parse().unwrap(), ..notification(About::Invitation) };
        assert_eq!(holds_for_app(&other, &app, None, NOW), Err(WhyDropped::Superseded));
    }

    #[test]
    fn digest_is_superseded_after_a_week() {
        let holds = |now: &str| holds_for_digest(jiff::civil::date(2026, 3, 2), now.parse().unwrap()).is_ok();
        assert!(holds("2026-03-01T23:00:00Z") && holds("2026-03-08T23:59:59Z"));
        assert!(!holds("2026-03-09T00:00:00Z"));
    }

    #[test]
    fn solved_access_problem_is_not_reported() {
        let kind = AccessProblemKind::OktaRoleLost;
        let about = notification(About::AccessProblem { problem: kind.clone(), since: NOW });
        let mut watch = OrgWatch::new("00oInvented".parse().unwrap());
        assert_eq!(holds_for_org(&about, Some(&watch)), Err(WhyDropped::Superseded));
        watch.problems =
            vec![AccessProblem { kind, since: NOW, detail: String::new(), request: "RG-A".parse().unwrap() }];
        assert_eq!(holds_for_org(&about, Some(&watch)), Ok(()));
        assert_eq!(holds_for_org(&about, None), Err(WhyDropped::Superseded));
    }
}
