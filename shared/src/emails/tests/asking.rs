//! What every email holds that asks for something: nine points, in both languages.

use super::*;

/// Words that a point is recognised by, English and German.
type Point = (&'static str, [&'static str; 2]);

/// Every email that asks somebody to act.
fn asking() -> impl Iterator<Item = (Sample, Email)> {
    let asks = |sample: &Sample| !matches!(sample.notification.about, About::Done | About::Digest { .. });
    samples().filter(asks).map(|sample| {
        let email = email(&sample);
        (sample, email)
    })
}

fn hold(points: &[Point]) {
    for (sample, email) in asking() {
        let (text, html) = (bare(&email.text), bare(&seen(&email.html)));
        for (point, words) in points {
            let words = words[usize::from(sample.language == Language::De)];
            let found = |body: &str| words.split('|').any(|word| body.contains(&bare(word)));
            assert!(found(&text), "{}, {:?}: {point} in the text:\n{}", sample.name, sample.language, email.text);
            assert!(found(&html), "{}, {:?}: {point} in the HTML", sample.name, sample.language);
        }
    }
}

fn is_about_access(sample: &Sample) -> bool {
    matches!(sample.notification.about, About::AccessProblem { .. })
}

#[test]
fn the_subject_has_org_app_what_and_by_when_and_the_preheader_repeats_it() {
    let when = ["overdue since|by |since|before the next|until ", "überfällig seit|bis |seit|vor der nächsten"];
    for (sample, email) in asking() {
        let (subject, language) = (&email.subject, usize::from(sample.language == Language::De));
        assert!(subject.contains("acme.okta.com: "), "{subject}");
        assert!(is_about_access(&sample) || subject.contains("Office 365 EMEA"), "{subject}");
        assert!(when[language].split('|').any(|when| subject.contains(when)), "{subject}");
        assert!(subject.chars().count() <= 150, "{subject}");
        let preheader = email.html.split("class=\"preheader\">").nth(1).unwrap().split("</div>").next().unwrap();
        let preheader = preheader.replace("&#39;", "'");
        let what = subject.trim_start_matches("acme.okta.com: ");
        assert!(preheader.contains(what) && preheader.contains("acme.okta.com"), "{preheader} repeats {subject}");
    }
}

#[test]
fn what_stops_working_since_when_and_how_many_it_concerns() {
    hold(&[
        (
            "what stops",
            [
                "new people get no account|New people get no account|new people may get no account|Okta's own provisioning goes on|nobody was written to",
                "neue Leute kein Konto|Neue Leute bekommen kein Konto|neue Leute womöglich kein Konto|Oktas eigene Provisionierung|niemandem wurde dazu geschrieben",
            ],
        ),
        ("since when", ["20 November 2026", "20. November 2026"]),
        (
            "how many",
            [
                "500 or more users and 37 groups|every user and group",
                "500 oder mehr Konten und 37 Gruppen|alle Konten und Gruppen",
            ],
        ),
    ]);
}

#[test]
fn who_must_act_and_whether_it_may_be_passed_on() {
    hold(&[
        ("who", ["Microsoft Global Administrator", "Microsoft Global Administrator"]),
        ("of which tenant or org", ["contoso.onmicrosoft.com|acme.okta.com", "contoso.onmicrosoft.com|acme.okta.com"]),
        (
            "passing on",
            ["forward this email", "Mail im Unternehmen weiterleiten|Mail im Unternehmen an jemanden weiterleiten"],
        ),
    ]);
}

#[test]
fn steps_minutes_microsofts_page_and_every_permission_with_its_reason() {
    hold(&[
        ("minutes", ["minute", "Minute"]),
        ("Microsoft's page", ["Okta Microsoft Graph Client", "Okta Microsoft Graph Client"]),
        ("the permissions", ["Directory.Read.All", "Directory.Read.All"]),
    ]);
    for (sample, email) in asking() {
        let document = document_of(&sample);
        assert!(document.blocks.iter().any(|block| matches!(block, Block::Steps(_) | Block::List(_))));
        if !is_about_access(&sample) {
            for permission in sample.installation.permissions.all() {
                assert!(email.text.contains(&permission.name) && email.html.contains(&permission.name));
            }
        }
        let rows = document.blocks.iter().find_map(|block| match block {
            Block::Table { rows, .. } => Some(rows),
            _ => None,
        });
        assert!(rows.unwrap().iter().all(|row| row.iter().all(|cell| !cell.is_empty())));
    }
}

#[test]
fn one_link_to_our_page_with_its_end_and_what_is_then() {
    hold(&[
        (
            "where it leads",
            [
                "leads to https://regrant.example.com and nowhere else",
                "führt zu https://regrant.example.com und nirgendwo sonst",
            ],
        ),
        ("its end", ["works until 9 December 2026, 09:00 CET", "gilt bis zum 9. Dezember 2026, 09:00 CET"]),
        ("what is then", ["the link has ended, and nothing happens", "abgelaufen ist, und sonst geschieht nichts"]),
        ("a new one", ["A new one comes", "Einen neuen bringt"]),
    ]);
    for (sample, _) in asking() {
        let buttons = document_of(&sample).blocks.iter().filter(|b| matches!(b, Block::Action { .. })).count();
        assert_eq!(buttons, 1, "{}", sample.name);
    }
}

#[test]
fn how_to_find_out_that_it_is_real_and_how_to_do_it_without_us() {
    hold(&[
        ("the request", ["request RG-7K2QM-X4T9P", "Anfrage RG-7K2QM-X4T9P"]),
        ("where else it is", ["`regrant status` shows the same", "Dieselbe zeigt `regrant status`"]),
        ("the address", ["begins with https://regrant.example.com", "beginnt mit https://regrant.example.com"]),
        ("no secret", ["no password and no code", "keinem Kennwort und keinem Code"]),
        (
            "the console",
            [
                "Provisioning › Integration|Admin Console|admin center|regrant doctor|regrant org check",
                "Provisioning › Integration|Admin Console|Admin Center|regrant doctor|regrant org check",
            ],
        ),
    ]);
}

#[test]
fn the_best_time_and_what_is_to_be_done_afterwards() {
    hold(&[
        ("the best time", ["When to do it", "Wann Sie es am besten tun"]),
        ("signing in again", ["sign in again|signed out", "neu anmelden|abgemeldet"]),
        (
            "afterwards",
            [
                "Dashboard › Tasks|`regrant scan`|schedule|Delete the old one",
                "Dashboard › Tasks|`regrant scan`|nach Plan|Löschen Sie das alte",
            ],
        ),
    ]);
}

#[test]
fn when_it_comes_again_who_else_got_it_whom_to_ask_and_how_to_have_it_wait() {
    hold(&[
        ("reminders", ["6 at most|no reminder follows", "höchstens 6 Erinnerungen|keine Erinnerung folgt"]),
        (
            "others",
            [
                "1 other Microsoft administrator and 2 other Okta operators",
                "1 weitere Person der Microsoft-Administration und 2 weitere Personen, die Okta betreuen",
            ],
        ),
        ("contact", ["Questions go to okta-team@acme.example", "beantwortet: okta-team@acme.example"]),
    ]);
    for (sample, email) in asking().filter(|(sample, _)| !is_about_access(sample)) {
        let words = if sample.language == Language::De {
            "bis zu einem Tag in Ruhe lassen"
        } else {
            "leave the app as it is until a day, for a reason"
        };
        assert!(bare(&email.text).contains(&bare(words)), "{}", email.text);
    }
    let last = named("reminder", Language::En)
        .with(|t| write(&EmailContext { next_reminder: None, also_told: AlsoTold::default(), ..*t }));
    let last = bare(&last.unwrap().text);
    assert!(last.contains(&bare("No further one is planned")) && last.contains(&bare("Nobody else got this email.")));
}

#[test]
fn nobody_is_asked_to_paste_anything_or_to_send_a_password() {
    for (_, email) in asking() {
        let text = bare(&email.text).to_lowercase();
        for bad in ["pleasepaste", "bittefügensie", "sendusyour", "sendensieunsihr", "replywith", "antwortensiemit"] {
            assert!(!text.contains(bad), "{bad}: {}", email.text);
        }
    }
}
