//! Whether the reason of a notification still holds when it is about to be sent: an invitation is not sent to somebody who has
//! consented meanwhile.

use jiff::Timestamp;

use super::{About, Notification, WhyDropped};
use crate::domain::access_problem::OrgWatch;
use crate::domain::app::AppRecord;
use crate::domain::standing::Standing;
use crate::domain::waiver::Waiver;

/// Whether a notification about an app is still to be sent.
pub fn holds_for_app(
    notification: &Notification,
    app: &AppRecord,
    waiver: Option<&Waiver>,
    now: Timestamp,
) -> Result<(), WhyDropped> {
    if matches!(notification.about, About::StandingChanged { .. }) {
        return Ok(());
    }
    let Some(request) = app.request.as_ref().filter(|request| request.id == notification.request) else {
        return Err(WhyDropped::Overtaken);
    };
    // While Regrant cannot look, what it saw last counts.
    let standing = app.known_standing();
    let fits = match &notification.about {
        About::Invitation => matches!(standing, Standing::NeedsConsent | Standing::Degraded),
        About::Urgent => standing == Standing::Broken,
        About::HandedToOperator => matches!(standing, Standing::NeedsSave | Standing::ByHand),
        About::Reminder { .. } | About::WaiverExpired { .. } => standing.needs_action(),
        About::Done => standing == Standing::Consented,
        About::Digest { .. } | About::AccessProblem { .. } | About::StandingChanged { .. } => false,
    };
    let asks = !matches!(notification.about, About::Done);
    if !fits || asks != request.is_open() {
        return Err(WhyDropped::Overtaken);
    }
    if asks && waiver.is_some_and(|waiver| waiver.holds(now)) { Err(WhyDropped::Waived) } else { Ok(()) }
}

/// Whether a notification about an org as a whole is still to be sent.
pub fn holds_for_org(notification: &Notification, watch: Option<&OrgWatch>) -> Result<(), WhyDropped> {
    let watch = watch.ok_or(WhyDropped::Overtaken)?;
    let holds = match &notification.about {
        About::Digest { day } => watch.digest.as_ref().is_some_and(|made| made.day == *day),
        About::AccessProblem { problem, .. } => watch
            .problems
            .iter()
            .any(|known| known.kind.is_about_the_same_as(problem) && known.request == notification.request),
        _ => false,
    };
    if holds { Ok(()) } else { Err(WhyDropped::Overtaken) }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
    use crate::domain::app::{AppIdentity, ConsentRecord};
    use crate::domain::contact::Audience;
    use crate::domain::notification::{Draft, Recipient};
    use crate::domain::request::{Ended, Request};
    use crate::domain::standing::{Assessment, LastKnown};
    use crate::domain::text::UntrustedText;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn app(standing: Standing, closed: bool) -> AppRecord {
        let closed = closed.then_some(Ended { at: NOW, standing });
        AppRecord {
            identity: AppIdentity {
                org: "00oInvented".parse().unwrap(),
                org_domain: "acme.okta.com".to_owned(),
                app: "0oaInvented".parse().unwrap(),
                label: UntrustedText::new("Office 365"),
                tenant: None,
                domain: None,
            },
            signals: Vec::new(),
            assessment: Assessment { standing, verified: false, reasons: vec!["invented".to_owned()] },
            as_of: NOW,
            last_known: None,
            since: None,
            before: None,
            request: Some(Request { id: "RG-A".parse().unwrap(), opened_at: NOW, closed }),
            consent: ConsentRecord::default(),
            reach: None,
            version: 0,
        }
    }

    fn notification(about: About) -> Notification {
        let recipient = Recipient::Mail {
            address: "ada@contoso.example".parse().unwrap(),
            audience: Audience::MicrosoftAdministrator,
        };
        let (request, org) = ("RG-A".parse().unwrap(), "00oInvented".parse().unwrap());
        Draft { request, org, app: None, about, recipient, due_at: NOW }.made(NOW)
    }

    fn holds(about: About, app: &AppRecord) -> bool {
        holds_for_app(&notification(about), app, None, NOW).is_ok()
    }

    #[test]
    fn each_email_holds_where_its_app_stands_and_nowhere_else() {
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
    fn what_could_not_be_looked_at_now_is_told_by_what_was_seen_last() {
        let mut blind = app(Standing::Unknown, false);
        assert!(!holds(About::Urgent, &blind));
        blind.last_known = Some(LastKnown { standing: Standing::Broken, as_of: NOW });
        assert!(holds(About::Urgent, &blind));
    }

    #[test]
    fn a_waiver_and_another_request_hold_an_email_back() {
        let app = app(Standing::NeedsConsent, false);
        let waiver = Waiver {
            org: app.identity.org.clone(),
            app: app.identity.app.clone(),
            reason: UntrustedText::new("merger"),
            given_at: NOW,
            ends_at: Timestamp::MAX,
        };
        assert_eq!(holds_for_app(&notification(About::Invitation), &app, Some(&waiver), NOW), Err(WhyDropped::Waived));
        let other = Notification { request: "RG-B".parse().unwrap(), ..notification(About::Invitation) };
        assert_eq!(holds_for_app(&other, &app, None, NOW), Err(WhyDropped::Overtaken));
    }

    #[test]
    fn problem_that_is_over_is_not_told() {
        let kind = AccessProblemKind::OktaRoleLost;
        let about = notification(About::AccessProblem { problem: kind.clone(), since: NOW });
        let mut watch = OrgWatch::new("00oInvented".parse().unwrap());
        assert_eq!(holds_for_org(&about, Some(&watch)), Err(WhyDropped::Overtaken));
        watch.problems =
            vec![AccessProblem { kind, since: NOW, detail: String::new(), request: "RG-A".parse().unwrap() }];
        assert_eq!(holds_for_org(&about, Some(&watch)), Ok(()));
        assert_eq!(holds_for_org(&about, None), Err(WhyDropped::Overtaken));
    }
}
