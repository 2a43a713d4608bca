//! `regrant explain`: the meaning of standings, permissions and error codes, and what to do.

use anyhow::Context as _;
use clap::Args;
use regrant::domain::failure;
use regrant::domain::failure::class::FailureClass;
use regrant::domain::failure::{Failure, Origin};
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::standing::Standing;

use crate::exit::Outcome;
use crate::output::escaped;
use crate::output::paragraph::paragraph;
use crate::terminal::Terminal;

/// `regrant explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A standing (needs-consent), a permission, an error code of Okta, Microsoft or Graph (E0000011), or a topic
    /// (conditional-access). Default: list all.
    pub what: Option<String>,
}

pub(crate) fn run(options: &Explain, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let Some(word) = options.what.as_deref() else {
        terminal.print(&list(terminal.width))?;
        return Ok(Outcome::Fine);
    };
    let text = explain(word, terminal.width).with_context(|| {
        format!(
            "\"{}\" is not a known standing, permission, code or topic; list all with `regrant explain`",
            escaped(word)
        )
    })?;
    terminal.print(&text)?;
    Ok(Outcome::Fine)
}

/// Topics without an error code.
const TOPICS: [(&str, &str); 3] = [
    (
        "conditional-access",
        "Since 13 May 2026, Microsoft applies Conditional Access policies for all resources also to sign-ins that request only \
         OpenID Connect or few directory permissions, even if the policy excludes some resources. A sign-in that worked before \
         may now require multi-factor authentication or a compliant device, or be blocked (AADSTS53003). Ask the person who \
         manages Conditional Access; the policy applies to Okta's svc_OKTA_sync account too.",
    ),
    (
        "app-based-provisioning",
        "Okta can create its own application in the tenant and rotate its secret (System Log: \
         app.office365.provisioning_app.create). If the tenant's app management policy forbids new secrets or limits their \
         lifetime, Microsoft refuses the rotation, and provisioning ends with the last secret. Regrant warns 30, 7 and 1 days \
         before. With Policy.Read.All, which is optional, it reads the policy and says so in advance.",
    ),
    (
        "NOT_AUTHORIZED",
        "A status of Okta's provisioning connection: OAuth is chosen, but no one has consented yet. Regrant shows needs-consent. \
         Okta may then offer a consent link into its Admin Console (acme-admin.okta.com) or none: open the app there and \
         select \"Authenticate with Microsoft Office 365\" on its Provisioning tab.",
    ),
];

fn topic_text(word: &str, width: u16) -> Option<String> {
    let (name, words) = TOPICS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word))?;
    Some(format!("{name}\n{}", field(width, "means", words)))
}

fn list(width: u16) -> String {
    let mut text = String::from("Standings, most urgent first:\n");
    for standing in Standing::ALL {
        text.push_str(&paragraph(width, &format!("  {standing}"), 18, standing.next_step().words()));
    }
    text.push_str("\nPermissions included in the consent:\n");
    for permission in PermissionCatalogue::default().all() {
        text.extend(["  ", &permission.name, "\n"]);
    }
    text.push_str("\nTopics:\n");
    for (name, _) in TOPICS {
        text.extend(["  ", name, "\n"]);
    }
    text.push_str("\nError codes; for details, for example: regrant explain AADSTS65004\n");
    for origin in Origin::ALL {
        let codes: Vec<&str> = failure::failures_of(origin).map(|failure| failure.code).collect();
        text.push_str(&paragraph(width, &format!("  {}", origin.name()), 18, &codes.join(" ")));
    }
    text
}

fn explain(word: &str, width: u16) -> Option<String> {
    let word = word.trim();
    if let Ok(standing) = word.to_ascii_lowercase().parse() {
        return Some(standing_text(standing, width));
    }
    let known = failure::find(word).map(|failure| failure_text(failure, width)).or_else(|| topic_text(word, width));
    known.or_else(|| number_text(word, width)).or_else(|| permission_text(word, width))
}

/// An `AADSTS` number that the catalogue lacks, with the link to Microsoft's own page.
fn number_text(word: &str, width: u16) -> Option<String> {
    let page = failure::microsofts_page(word)?;
    Some(format!(
        "{}\n{}",
        escaped(word),
        field(width, "means", &format!("Not in Regrant's catalogue. Microsoft's page: {page}"))
    ))
}

fn permission_text(word: &str, width: u16) -> Option<String> {
    let catalogue = PermissionCatalogue::default();
    let permission = catalogue.all().iter().find(|permission| permission.name.eq_ignore_ascii_case(word))?;
    let needed = if permission.required { "always" } else { "for some features" };
    Some(
        [format!("{}\n", permission.name), field(width, "why", &permission.why), field(width, "needed", needed)]
            .concat(),
    )
}

fn standing_text(standing: Standing, width: u16) -> String {
    let action = match standing {
        Standing::Unknown => "the app could not be checked",
        _ if standing.needs_action() => "the app needs attention",
        _ => "the app needs no action",
    };
    [
        format!("{standing}\n"),
        field(width, "means", standing.meaning()),
        field(width, "next", standing.next_step().words()),
        field(width, "exit", &format!("code {}: {action}", Outcome::from(standing).code())),
    ]
    .concat()
}

fn failure_text(failure: &Failure, width: u16) -> String {
    let who = match failure.class {
        FailureClass::Person => "the person at the browser",
        FailureClass::Operator => "Regrant's operator, or the org's Okta administrator",
        FailureClass::Wait => "no one: this usually clears, and Regrant retries automatically",
        FailureClass::Bug => "Regrant's developers; please report it",
    };
    [
        format!("{}\n", failure.code),
        field(width, "means", failure.cause),
        field(width, "next", failure.next_step),
        field(width, "who", who),
        log_text(failure, width),
    ]
    .concat()
}

/// What an event of Okta's System Log with one of Microsoft's codes means.
fn log_text(failure: &Failure, width: u16) -> String {
    if failure::of_microsoft(failure.code).is_none() {
        return String::new();
    }
    let effect = if failure.ends_consent() {
        "An event about Okta's own sign-in with this code makes the app broken."
    } else {
        "An event with this code is a failed task. It does not make the app broken."
    };
    field(width, "log", effect)
}

fn field(width: u16, name: &str, words: &str) -> String {
    paragraph(width, &format!("  {name}"), 10, words)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use super::*;

    #[test]
    fn standings_have_a_meaning_and_a_next_step() {
        for standing in Standing::ALL {
            let text = explain(standing.name(), 80).unwrap();
            let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains(standing.meaning()) && words.contains(standing.next_step().words()), "{text}");
        }
        assert!(explain("Broken ", 80).is_some());
    }

    #[test]
    fn okta_error_codes_show_who_can_act() {
        let text = explain("e0000011", 80).unwrap();
        assert!(text.starts_with("E0000011") && text.contains("who "), "{text}");
    }

    #[test]
    fn microsoft_numbers_and_permissions_are_explained() {
        assert!(explain("65004", 80).unwrap().starts_with("AADSTS65004"));
        assert!(explain("AADSTS999999", 80).unwrap().contains("code=999999"));
        assert!(explain("rolemanagement.readwrite.directory", 80).unwrap().contains("roles"));
        assert!(list(80).lines().all(|line| line.chars().count() <= 80));
    }

    #[test]
    fn log_effect_and_topics_are_explained() {
        let words = |word: &str| explain(word, 80).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words("AADSTS50079").contains("makes the app broken"));
        assert!(words("90033").contains("does not make the app broken"));
        assert!(!words("E0000011").contains(" log "));
        assert!(words("Conditional-Access").contains("13 May 2026"));
        assert!(words("CredentialTypeNotAllowedAsPerAppPolicy").contains("passwordAddition"));
        assert!(words("not_authorized").contains("needs-consent"));
    }

    #[test]
    fn unknown_words_have_no_explanation() {
        assert_eq!(explain("fine", 80), None);
        assert_eq!(explain("", 80), None);
    }
}
