//! The promises of every email that requests an action, in both languages.

use super::*;

/// A promise and the words that keep it, in English and German; `|` separates alternatives.
type Point = (&'static str, [&'static str; 2]);

/// Every email that requests an action about one app or org.
fn requests() -> impl Iterator<Item = (Sample, Email)> {
    let requests_action = |sample: &Sample| {
        sample.several.is_empty() && !matches!(sample.notification.about, About::Done | About::Digest { .. })
    };
    samples().filter(requests_action).map(|sample| {
        let email = email(&sample);
        (sample, email)
    })
}

fn assert_all_say(points: &[Point]) {
    for (sample, email) in requests() {
        let (text, html) = (bare(&email.text), bare(&visible_text(&email.html)));
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
fn subject_names_org_and_app_and_preheader_repeats_it() {
    for (sample, email) in requests() {
        let subject = &email.subject;
        // A subject that would be too long shortens both names.
        let is_short = subject.contains('…');
        assert!(is_short || subject.contains("acme.okta.com: "), "{subject}");
        assert!(is_short || is_about_access(&sample) || subject.contains("Office 365 EMEA"), "{subject}");
        let preheader = email.html.split("class=\"preheader\">").nth(1).unwrap().split("</div>").next().unwrap();
        let what = subject.trim_start_matches("acme.okta.com: ");
        assert!(
            (is_short || preheader.contains(what)) && preheader.contains("acme.okta.com"),
            "{preheader} repeats {subject}"
        );
    }
}

/// What the reader meets on the way, in both languages, in the order of the steps.
#[test]
fn steps_name_both_microsoft_pages_and_the_text_to_copy() {
    let ways = [
        [
            "First Microsoft page",
            "Directory.Read.All",
            "unverified",
            "Second Microsoft page",
            "publisher is Okta",
            "Copy all of it",
            "in the same browser",
        ],
        [
            "Erste Microsoft-Seite",
            "Directory.Read.All",
            "nicht überprüft",
            "Zweite Microsoft-Seite",
            "Herausgeber Okta ist",
            "Kopieren Sie ihn vollständig",
            "im selben Browser",
        ],
    ];
    let asks = |sample: &Sample| {
        let asked = matches!(sample.notification.about, About::Invitation | About::Urgent | About::Reminder { .. });
        asked && sample.requests_action
    };
    for sample in samples().filter(asks) {
        let text = bare(&email(&sample).text);
        let mut rest = text.as_str();
        for words in ways[usize::from(sample.language == Language::De)] {
            let Some((_, after)) = rest.split_once(&bare(words)) else {
                unreachable!("{}: {words} is missing, or too early, in {text}", sample.name)
            };
            rest = after;
        }
    }
}

#[test]
fn steps_follow_the_installations_registration() {
    let sample = named("invitation", Language::En);
    let text = |publisher, has_sign_in| {
        let write_with = |context: &EmailContext<'_>| {
            write(&EmailContext { verified_publisher: publisher, has_sign_in, ..*context })
        };
        bare(&sample.with(write_with).unwrap().text)
    };
    let verified = text(Some("Contoso Ltd"), true);
    assert!(verified.contains(&bare("Its verified publisher is Contoso Ltd.")) && !verified.contains("unverified"));
    let without = text(None, false);
    assert!(!without.contains(&bare("First Microsoft page")) && !without.contains("offline_access"), "{without}");
    assert!(without.contains(&bare("Microsoft's page: Okta's request")), "{without}");
}

#[test]
fn several_requests_have_one_link_each_and_one_explanation() {
    for sample in samples().filter(|sample| !sample.several.is_empty()) {
        let email = email(&sample);
        let links = email.text.lines().filter(|line| line.starts_with("https://regrant.example.com/")).count();
        assert_eq!(links, sample.several.len(), "{}", email.text);
        for app in &sample.several {
            assert!(email.text.contains(app.identity.label.raw()), "{}", email.text);
        }
        let consents = sample.name.starts_with("invitation");
        let steps = document_of(&sample).blocks.iter().filter(|block| matches!(block, Block::Steps(_))).count();
        assert_eq!(steps, usize::from(consents), "{}", sample.name);
    }
    // The most urgent one comes first.
    let text = email(&named("invitation-several", Language::En)).text;
    assert!(text.find("Office 365 APAC").unwrap() < text.find("Office 365 EMEA").unwrap(), "{text}");
}

#[test]
fn email_says_what_stops_since_when_and_who_is_affected() {
    assert_all_say(&[
        (
            "what stops",
            [
                "new employees get no account|New employees get no account|new employees get no Microsoft 365 account|new employees may get no Microsoft 365 account|Okta's own provisioning continues|we sent no emails about it",
                "neue Mitarbeitende kein Konto|Neue Mitarbeitende erhalten kein Konto|neue Mitarbeitende möglicherweise kein Konto|Oktas eigene Provisionierung|dazu keine E-Mails gesendet",
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
fn email_says_who_can_act_and_whether_to_forward_it() {
    assert_all_say(&[
        ("who", ["Microsoft Global Administrator", "Microsoft Global Administrator"]),
        ("of which tenant or org", ["contoso.onmicrosoft.com|acme.okta.com", "contoso.onmicrosoft.com|acme.okta.com"]),
        (
            "passing on",
            [
                "forward this email",
                "E-Mail im Unternehmen weiterleiten|E-Mail bitte im Unternehmen an|E-Mail im Unternehmen an eine Person weiterleiten",
            ],
        ),
    ]);
}

#[test]
fn email_lists_steps_duration_and_every_permission() {
    assert_all_say(&[
        ("minutes", ["minute", "Minute"]),
        ("Microsoft's page", ["Okta Microsoft Graph Client", "Okta Microsoft Graph Client"]),
        ("the permissions", ["Directory.Read.All", "Directory.Read.All"]),
    ]);
    for (sample, email) in requests() {
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
fn email_has_one_link_and_says_when_it_expires() {
    assert_all_say(&[
        (
            "where it leads",
            [
                "opens a page at https://regrant.example.com. Opening it changes nothing",
                "öffnet eine Seite unter https://regrant.example.com. Das Öffnen ändert nichts",
            ],
        ),
        ("its end", ["expires on 9 December 2026, 09:00 CET", "läuft am 9. Dezember 2026, 09:00 CET ab"]),
        ("what happens after expiry", ["After the link has expired", "Nach Ablauf des Links"]),
        ("a new one", ["you will get a new link", "erhalten Sie einen neuen"]),
    ]);
    for (sample, _) in requests() {
        let buttons = document_of(&sample).blocks.iter().filter(|b| matches!(b, Block::Action { .. })).count();
        assert_eq!(buttons, 1, "{}", sample.name);
    }
}

#[test]
fn email_says_how_to_verify_it_and_how_to_avoid_regrant() {
    assert_all_say(&[
        ("the request", ["request RG-7K2QM-X4T9P", "Anfrage RG-7K2QM-X4T9P"]),
        (
            "where else it is",
            ["sees the same request in `regrant status`", "sieht dieselbe Anfrage in `regrant status`"],
        ),
        ("the address", ["begins with https://regrant.example.com", "beginnt mit https://regrant.example.com"]),
        (
            "no secret",
            [
                "never ask you for a password or a code",
                "nie per E-Mail, Chat oder Telefon nach einem Kennwort oder Code",
            ],
        ),
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
fn email_says_the_best_time_and_what_to_do_afterwards() {
    assert_all_say(&[
        ("the best time", ["When to do it", "Der beste Zeitpunkt"]),
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
fn email_names_reminders_recipients_contact_and_postponement() {
    assert_all_say(&[
        ("reminders", ["up to 6 reminders|without reminders", "höchstens 6 Erinnerungen|ohne Erinnerungen"]),
        (
            "others",
            [
                "Also sent to 1 Microsoft administrator and 2 Okta operators",
                "1 Person aus der Microsoft-Administration und 2 Personen aus dem Okta-Team",
            ],
        ),
        (
            "contact",
            [
                "If you have questions, contact okta-team@acme.example",
                "Wenden Sie sich bei Fragen an okta-team@acme.example",
            ],
        ),
    ]);
    for (sample, email) in requests().filter(|(sample, _)| !is_about_access(sample)) {
        let words = if sample.language == Language::De {
            "bis zu einem bestimmten Datum zurückstellen"
        } else {
            "postpone it to a date of your choice and record the reason"
        };
        assert!(bare(&email.text).contains(&bare(words)), "{}", email.text);
    }
    let last = named("reminder", Language::En)
        .with(|t| write(&EmailContext { next_reminder: None, other_recipients: OtherRecipients::default(), ..*t }));
    let last = bare(&last.unwrap().text);
    assert!(
        last.contains(&bare("This is the last of up to 6 reminders"))
            && last.contains(&bare("You are the only recipient of this email."))
    );
}

#[test]
fn no_email_asks_for_a_secret_or_a_reply() {
    for (_, email) in requests() {
        let text = bare(&email.text).to_lowercase();
        for bad in ["pleasepaste", "bittefügensie", "sendusyour", "sendensieunsihr", "replywith", "antwortensiemit"] {
            assert!(!text.contains(bad), "{bad}: {}", email.text);
        }
    }
}

#[test]
fn new_permission_is_named_in_the_readers_language() {
    for (language, words) in
        [(Language::En, "New, not known to Regrant"), (Language::De, "Neu und Regrant nicht bekannt")]
    {
        let mut sample = named("invitation", language);
        let asked = ["User.ReadWrite.All", "Something.New.All"].map(str::to_owned);
        sample.installation.permissions = sample.installation.permissions.asked(&asked);
        let text = bare(&email(&sample).text);
        assert!(text.contains("Something.New.All") && text.contains(&bare(words)), "{text}");
    }
}

#[test]
fn unnamed_tenant_and_unknown_permission_read_as_sentences() {
    use crate::domain::permission::PermissionCatalogue;
    use crate::domain::standing::Standing;

    let said = |language| match language {
        Language::En => [
            "check that it is about the app's Microsoft tenant and request RG-7K2QM-X4T9P",
            "Check that it shows the app's Microsoft tenant and that its publisher is Okta",
            "New, not known to Regrant",
        ],
        Language::De => [
            "ob die Seite zu dem Microsoft-Mandanten dieser App und zur Anfrage RG-7K2QM-X4T9P gehört",
            "ob sie zu dem Microsoft-Mandanten dieser App gehört und ihr Herausgeber Okta ist",
            "Neu und Regrant nicht bekannt",
        ],
    };
    for language in LANGUAGES {
        let mut app = samples::app("Office 365 EMEA", Standing::NeedsConsent).unwrap();
        app.identity.tenant = None;
        let audience = crate::domain::contact::Audience::MicrosoftAdministrator;
        let mut sample = samples::sample("unnamed", About::Invitation, audience, Some(app), language).unwrap();
        sample.installation.permissions = PermissionCatalogue::default().asked(&["Mail.Read".to_owned()]);
        let text = bare(&email(&sample).text);
        for said in said(language) {
            assert!(text.contains(&bare(said)), "{said}: {}", email(&sample).text);
        }
    }
}
