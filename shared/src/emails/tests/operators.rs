//! Emails to operators, and the page that they lead to.

use super::*;
use crate::domain::access_problem::AccessProblem;

fn to_operators() -> impl Iterator<Item = Sample> {
    samples().filter(|sample| {
        let about = &sample.notification.about;
        matches!(about, About::HandedToOperator | About::AccessProblem { .. } | About::WaiverExpired { .. })
    })
}

#[test]
fn each_leads_to_its_request_and_says_where_the_same_is_once_its_link_has_ended() {
    let after = ["`regrant status` shows the same at any time", "`regrant status` zeigt dasselbe jederzeit"];
    for sample in to_operators() {
        let email = email(&sample);
        let text = bare(&email.text);
        assert!(text.contains("https://regrant.example.com/mail/request/"), "{}", email.text);
        assert!(text.contains(&bare(after[usize::from(sample.language == Language::De)])), "{}", email.text);
    }
}

#[test]
fn the_page_asks_what_the_email_asks() {
    for sample in to_operators().filter(|sample| sample.language == Language::En) {
        let (text, org) = (bare(&email(&sample).text), &sample.installation.org);
        let asked = match (&sample.notification.about, &sample.app) {
            (About::AccessProblem { problem, since }, _) => {
                let (kind, request) = (problem.clone(), sample.notification.request.clone());
                let problem = AccessProblem { kind, since: *since, detail: String::new(), request };
                let asked = asked_about_problem(org, &problem, |_| String::new());
                // The email and the page tell times by clocks of their own.
                Asked { what: asked.what[1..].to_vec(), ..asked }
            }
            (About::HandedToOperator, Some(app)) => asked_about_app(org, app),
            _ => continue,
        };
        for said in asked.what.iter().chain(&asked.who).chain(&asked.command).chain(&asked.steps) {
            assert!(text.contains(&bare(said)), "{}: {said}", sample.name);
        }
    }
}
