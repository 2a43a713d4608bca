//! What an email asks of whoever looks after Okta, for the page that its link leads to: the same words in both, so that they
//! never tell two things.
//!
//! The page is English, as all pages are. What stands between backticks is a command.

use jiff::Timestamp;

use super::shown::{NAME, shown};
use super::view::label;
use super::words::{Names, Words, words};
use crate::domain::access_problem::{AccessProblem, AccessProblemKind};
use crate::domain::app::AppRecord;
use crate::domain::contact::Language;
use crate::domain::org::OrgProfile;
use crate::domain::standing::Standing;
use crate::domain::tenant::TenantDomain;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is the matter, in paragraphs.
    pub what: Vec<String>,
    /// Who has to act, where that is not whoever reads it.
    pub who: Option<String>,
    /// The command that does it, where one does.
    pub command: Option<String>,
    /// What to do; where a command does it, how to do it without.
    pub steps: Vec<String>,
}

fn english() -> &'static Words {
    words(Language::En)
}

/// What is asked about an app, as it stood when it was last looked at.
pub fn asked_about_app(org: &OrgProfile, app: &AppRecord) -> Asked {
    let (ask, operator, names) = (&english().ask, &english().operator, names(org, app));
    let standing = app.known_standing();
    let command = |verb: &str| Some(format!("regrant {verb} {} {}", names.org, names.app_id));
    match standing {
        Standing::NeedsSave => Asked {
            what: vec![(operator.what_save)(&names)],
            who: Some((operator.who_save)(&names)),
            command: command("save"),
            steps: operator.steps_save.map(|step| step(&names)).to_vec(),
        },
        Standing::ByHand => Asked {
            what: vec![(operator.what_by_hand)(&names)],
            who: Some((operator.who_by_hand)(&names)),
            command: None,
            steps: operator.steps_by_hand.map(|step| step(&names)).to_vec(),
        },
        Standing::Broken | Standing::NeedsConsent | Standing::Degraded => Asked {
            what: vec![standing.meaning().to_owned(), standing.next_step().words().to_owned()],
            who: Some((ask.who_must)(&names)),
            command: command("invite"),
            steps: vec![(ask.console_steps)(&names)],
        },
        Standing::Unknown | Standing::Consented | Standing::NotApplicable => Asked {
            what: vec![standing.meaning().to_owned()],
            who: None,
            command: None,
            steps: vec![standing.next_step().words().to_owned()],
        },
    }
}

/// What is asked about trouble with Regrant's own access. `moment` tells times.
pub fn asked_about_problem(org: &OrgProfile, problem: &AccessProblem, moment: impl Fn(Timestamp) -> String) -> Asked {
    let access = &english().access;
    let end = problem.kind.ends_at().map(&moment);
    Asked {
        what: vec![
            (access.what)(&problem.kind, &moment(problem.since), end.as_deref()),
            (access.meaning)(&problem.kind).to_owned(),
        ],
        who: None,
        command: None,
        steps: (access.steps)(&problem.kind, &shown(&org.domain(), NAME)),
    }
}

/// A trouble in a few words.
pub fn problem_in_words(problem: &AccessProblemKind) -> &'static str {
    (english().access.heading)(problem)
}

fn names(org: &OrgProfile, app: &AppRecord) -> Names {
    let general = &english().general;
    let tenant = app.identity.tenant.as_ref().and_then(|name| TenantDomain::of(name, org.cloud).ok());
    Names {
        org: shown(&org.domain(), NAME),
        app: label(app),
        app_id: app.identity.app.to_string(),
        tenant: tenant.map_or_else(|| general.a_tenant.to_owned(), |domain| shown(domain.as_str(), NAME)),
        // What is asked names neither.
        request: String::new(),
        contact: general.somebody.to_owned(),
    }
}
