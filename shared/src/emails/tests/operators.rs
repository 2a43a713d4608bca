//! Letters to operators, and the page that they lead to.

use super::*;
use crate::domain::trouble::Trouble;

fn to_operators() -> impl Iterator<Item = Sample> {
    samples().filter(|sample| {
        let about = &sample.notice.about;
        matches!(about, About::HandedToOperator | About::AccessTrouble { .. } | About::WaiverExpired { .. })
    })
}

#[test]
fn each_leads_to_its_request_and_says_where_the_same_is_once_its_link_has_ended() {
    let after = ["`regrant status` shows the same at any time", "`regrant status` zeigt dasselbe jederzeit"];
    for sample in to_operators() {
        let letter = letter(&sample);
        let text = bare(&letter.text);
        assert!(text.contains("https://regrant.example.com/mail/request/"), "{}", letter.text);
        assert!(text.contains(&bare(after[usize::from(sample.language == Language::De)])), "{}", letter.text);
    }
}

#[test]
fn the_page_asks_what_the_letter_asks() {
    for sample in to_operators().filter(|sample| sample.language == Language::En) {
        let (text, org) = (bare(&letter(&sample).text), &sample.house.org);
        let asked = match (&sample.notice.about, &sample.app) {
            (About::AccessTrouble { trouble, since }, _) => {
                let (kind, request) = (trouble.clone(), sample.notice.request.clone());
                let trouble = Trouble { kind, since: *since, detail: String::new(), request };
                let asked = asked_about_trouble(org, &trouble, |_| String::new());
                // The letter and the page tell times by clocks of their own.
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
