//! Emails to operators, and the page that they link to.

use super::*;
use crate::domain::access_problem::AccessProblem;

fn to_operators() -> impl Iterator<Item = Sample> {
    samples().filter(|sample| {
        let about = &sample.notification.about;
        let to_operator =
            matches!(about, About::HandedToOperator | About::AccessProblem { .. } | About::WaiverExpired { .. });
        to_operator && sample.several.is_empty()
    })
}

#[test]
fn operator_email_links_to_its_request_and_to_status() {
    let after = ["`regrant status` shows the request at any time", "`regrant status` zeigt die Anfrage jederzeit"];
    for sample in to_operators() {
        let email = email(&sample);
        let text = bare(&email.text);
        assert!(text.contains("https://regrant.example.com/mail/request/"), "{}", email.text);
        assert!(text.contains(&bare(after[usize::from(sample.language == Language::De)])), "{}", email.text);
    }
}

#[test]
fn request_page_and_email_give_the_same_instructions() {
    for sample in to_operators() {
        let (text, org) = (bare(&email(&sample).text), &sample.installation.org);
        let instructions = match (&sample.notification.about, &sample.app) {
            (About::AccessProblem { problem, since }, _) => {
                let (kind, request) = (problem.clone(), sample.notification.request.clone());
                let problem = AccessProblem { kind, since: *since, detail: String::new(), request };
                let instructions = instructions_for_access_problem(org, &problem, sample.language, |_| String::new());
                // Email and page format times in different time zones.
                OperatorInstructions { situation: instructions.situation[1..].to_vec(), ..instructions }
            }
            (About::HandedToOperator, Some(app)) => instructions_for_app(org, app, sample.language),
            _ => continue,
        };
        for part in instructions
            .situation
            .iter()
            .chain(&instructions.who)
            .chain(&instructions.command)
            .chain(&instructions.steps)
        {
            assert!(text.contains(&bare(part)), "{}: {part}", sample.name);
        }
    }
}
