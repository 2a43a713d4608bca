//! Instructions for Okta operators on the page that their email links to. Page and email use the same words.
//! Text between backticks is a command.

use jiff::Timestamp;

use super::defuse::{KnownDomains, MAX_NAME};
use super::localized::{label, tenant};
use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::assess::only_secret_ends;
use crate::domain::contact::Language;
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::words::emails::EmailNames;
use crate::words::{Words, words};

/// What happened and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorInstructions {
    /// What happened, in paragraphs.
    pub situation: Vec<String>,
    /// Who can act, if that is not simply the reader.
    pub who: Option<String>,
    /// The command that does it, if there is one.
    pub command: Option<String>,
    /// What to do, without the command.
    pub steps: Vec<String>,
}

/// Instructions for an app at its last known standing.
pub fn instructions_for_app(org: &OrgProfile, app: &AppRecord, language: Language) -> OperatorInstructions {
    let words = words(language);
    let (request, operator, page, names) =
        (&words.request, &words.operator, &words.pages.request, names(org, app, words));
    let (meaning, next_step) = (page.meaning, page.next_step);
    let standing = app.known_standing();
    let command = |verb: &str| Some(format!("regrant {verb} {} {}", names.org, names.app_id));
    match standing {
        Standing::NeedsSave => OperatorInstructions {
            situation: vec![(operator.why_save)(&names)],
            who: Some((operator.who_can_save)(&names)),
            command: command("save"),
            steps: operator.steps_save.map(|step| step(&names)).to_vec(),
        },
        Standing::ByHand => OperatorInstructions {
            situation: vec![(operator.why_console)(&names)],
            who: Some((operator.who_can_use_console)(&names)),
            command: None,
            steps: operator.steps_console.map(|step| step(&names)).to_vec(),
        },
        Standing::Degraded if only_secret_ends(&app.signals) => OperatorInstructions {
            situation: vec![meaning(standing).to_owned()],
            who: Some((words.secret_ending.who)(&names)),
            command: None,
            steps: words.secret_ending.steps.map(|step| step(&names)).to_vec(),
        },
        Standing::Broken | Standing::NeedsConsent | Standing::Degraded => OperatorInstructions {
            situation: vec![meaning(standing).to_owned(), next_step(standing.next_step()).to_owned()],
            who: Some((request.who_can_approve)(&names)),
            command: command("invite"),
            steps: vec![(request.console_steps)(&names)],
        },
        Standing::Unknown | Standing::Consented | Standing::NotApplicable => OperatorInstructions {
            situation: vec![meaning(standing).to_owned()],
            who: None,
            command: None,
            steps: vec![next_step(standing.next_step()).to_owned()],
        },
    }
}

/// Instructions for a problem with Regrant's own access. `moment` formats times.
pub fn instructions_for_access_problem(
    org: &OrgProfile,
    problem: &AccessProblem,
    language: Language,
    moment: impl Fn(Timestamp) -> String,
) -> OperatorInstructions {
    let words = &words(language).access_problem;
    let end = problem.kind.ends_at().map(&moment);
    OperatorInstructions {
        situation: vec![
            (words.what_happened)(&problem.kind, &moment(problem.since), end.as_deref()),
            (words.impact)(&problem.kind).to_owned(),
        ],
        who: None,
        command: None,
        steps: (words.steps)(&problem.kind, &KnownDomains::of_org(org).defused(&org.domain(), MAX_NAME)),
    }
}

/// An access problem in a few words.
pub fn access_problem_title(problem: &AccessProblemKind, language: Language) -> &'static str {
    (words(language).access_problem.heading)(problem)
}

fn names(org: &OrgProfile, app: &AppRecord, words: &Words) -> EmailNames {
    let known = KnownDomains::of_org(org).with_tenant_of(org, app);
    EmailNames {
        org: known.defused(&org.domain(), MAX_NAME),
        app: label(&known, app),
        app_id: app.identity.app.to_string(),
        tenant: tenant(&known, words, org, app),
        // The instructions mention neither.
        request: String::new(),
        contact: words.general.okta_team.to_owned(),
    }
}
