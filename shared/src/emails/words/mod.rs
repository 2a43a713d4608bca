//! The words, one catalogue a language. A phrase that a language lacks does not compile.

mod de;
mod en;
pub(crate) mod number;

use jiff::civil::Date;

use crate::domain::access_problem::AccessProblemKind;
use crate::domain::assignment_counts::Count;
use crate::domain::contact::Language;
use crate::domain::grant::GrantKind;
use crate::domain::standing::Standing;

/// The catalogue of a language.
pub(super) const fn words(language: Language) -> &'static Words {
    match language {
        Language::En => &en::WORDS,
        Language::De => &de::WORDS,
    }
}

/// What phrases are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The org's host.
    pub(super) org: String,
    /// The app's label.
    pub(super) app: String,
    /// The app's key.
    pub(super) app_id: String,
    /// The tenant's domain, or words for it.
    pub(super) tenant: String,
    /// The request.
    pub(super) request: String,
    /// Whom to ask.
    pub(super) contact: String,
}

/// How the deadline lies to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadline {
    pub(super) date: Date,
    pub(super) days_left: i64,
    /// Whether it is the date that Okta set.
    pub(super) is_oktas: bool,
}

impl Deadline {
    pub(super) const fn is_past(self) -> bool {
        self.days_left < 0
    }
}

type Phrase = &'static str;
type Of1 = fn(&str) -> String;
type Of2 = fn(&str, &str) -> String;
type Named = fn(&Names) -> String;

/// Everything that emails say.
pub(super) struct Words {
    pub(super) general: General,
    pub(super) subjects: Subjects,
    pub(super) labels: Labels,
    pub(super) ask: Ask,
    pub(super) operator: Operator,
    pub(super) follow: Follow,
    pub(super) done: Done,
    pub(super) digest: Digest,
    pub(super) access: Access,
    pub(super) waived: Waived,
    pub(super) trial: Trial,
}

/// Dates, numbers and what is short.
pub(super) struct General {
    pub(super) day: fn(Date) -> String,
    /// A day and a time of day with its zone.
    pub(super) moment: Of2,
    pub(super) a_tenant: Phrase,
    pub(super) somebody: Phrase,
    pub(super) standing: fn(Standing) -> &'static str,
    /// A reason in this language, where the catalogue of permissions has its usual one.
    pub(super) permission: fn(&str) -> Option<&'static str>,
    pub(super) users: fn(Count) -> String,
    pub(super) groups: fn(Count) -> String,
    pub(super) and: Of2,
    pub(super) deadline: fn(&Deadline, &str) -> String,
    pub(super) footer: fn(&str, Option<&str>) -> String,
}

/// The end of each subject says by when, its beginning where.
pub(super) struct Subjects {
    pub(super) invitation: Of1,
    pub(super) renewal: Of1,
    pub(super) urgent: Of2,
    pub(super) save: Of1,
    pub(super) by_hand: Of1,
    pub(super) reminder: fn(u32, u32, &str) -> String,
    pub(super) done: Of2,
    pub(super) digest: fn(u64, u64, &str) -> String,
    pub(super) access: fn(&AccessProblemKind, &str) -> String,
    pub(super) waived: Of2,
    pub(super) by: Of1,
    pub(super) overdue: Of1,
    pub(super) in_time: Phrase,
}

/// Names of facts and columns.
pub(super) struct Labels {
    pub(super) org: Phrase,
    pub(super) app: Phrase,
    pub(super) tenant: Phrase,
    pub(super) cloud: Phrase,
    pub(super) standing: Phrase,
    pub(super) since: Phrase,
    pub(super) seen: Phrase,
    pub(super) by_when: Phrase,
    pub(super) request: Phrase,
    pub(super) permission: Phrase,
    pub(super) why: Phrase,
    pub(super) needed: Phrase,
    pub(super) always: Phrase,
    pub(super) for_some: Phrase,
    pub(super) when: Phrase,
    pub(super) whose: Phrase,
    pub(super) what: Phrase,
    pub(super) reason: Phrase,
    pub(super) more: fn(u64) -> String,
}

/// What asks a Microsoft administrator.
pub(super) struct Ask {
    pub(super) heading: Named,
    pub(super) heading_renewal: Named,
    pub(super) heading_urgent: Named,
    pub(super) heading_reminder: fn(u32, u32, &str) -> String,
    pub(super) preheader: Of2,
    pub(super) nobody_on_file: Named,
    pub(super) escalation: Named,
    pub(super) what_breaks: Named,
    pub(super) what_breaks_urgent: fn(&Names, &str) -> String,
    pub(super) what_breaks_renewal: Named,
    pub(super) since: Of1,
    pub(super) reach: Of1,
    pub(super) reach_unknown: Phrase,
    pub(super) failed_so_far: fn(u64) -> String,
    pub(super) who: Phrase,
    pub(super) who_must: Named,
    pub(super) forward: Named,
    pub(super) open: Phrase,
    pub(super) leads_to: Of1,
    pub(super) link_ends: fn(&str, &Names) -> String,
    pub(super) no_link: Named,
    pub(super) what_happens: Phrase,
    pub(super) step_compare: Named,
    pub(super) step_sign_in: Of1,
    pub(super) step_consent: Named,
    pub(super) step_proof: Phrase,
    pub(super) permissions: Phrase,
    pub(super) permissions_intro: Phrase,
    pub(super) when: Phrase,
    pub(super) best_time: Phrase,
    pub(super) now: Phrase,
    pub(super) best_time_urgent: Phrase,
    pub(super) afterwards: Phrase,
    pub(super) console: Phrase,
    pub(super) console_steps: Named,
}

/// What asks an Okta operator.
pub(super) struct Operator {
    pub(super) heading_save: Named,
    pub(super) heading_by_hand: Named,
    pub(super) what_save: Named,
    pub(super) what_by_hand: Named,
    pub(super) who_save: Named,
    pub(super) who_by_hand: Named,
    pub(super) forward: Named,
    pub(super) how: Phrase,
    pub(super) how_save: Phrase,
    pub(super) or_console: Phrase,
    pub(super) steps_save: [Named; 3],
    pub(super) steps_by_hand: [Named; 4],
    pub(super) page_save: Phrase,
    pub(super) permissions_given: Phrase,
    pub(super) best_time: Phrase,
    /// When a link to the page of a request ends, and what then.
    pub(super) link_ends: Of1,
}

/// How to check an email, and what follows it.
pub(super) struct Follow {
    pub(super) real: Phrase,
    /// The second says whether there is a page.
    pub(super) real_request: fn(&str, bool) -> String,
    pub(super) real_address: Of1,
    pub(super) real_no_page: Phrase,
    pub(super) real_no_secret: Phrase,
    pub(super) real_ask: Of1,
    pub(super) next: Phrase,
    pub(super) reminders: fn(u32, &str) -> String,
    pub(super) reminders_last: fn(u32) -> String,
    pub(super) reminders_none: Phrase,
    pub(super) stops: Phrase,
    pub(super) also_told: Of1,
    pub(super) only_you: Phrase,
    pub(super) administrators: fn(u64) -> String,
    pub(super) operators: fn(u64) -> String,
    pub(super) escalation: fn(u64) -> String,
    pub(super) contact: Of1,
    pub(super) snooze: Of1,
    pub(super) mute: Phrase,
    pub(super) mute_link: Phrase,
}

/// What tells that it is done.
pub(super) struct Done {
    pub(super) heading: Named,
    pub(super) preheader: Named,
    pub(super) intro: Named,
    pub(super) read_back: Phrase,
    pub(super) in_okta: Phrase,
    pub(super) on: Phrase,
    pub(super) not_on: fn(&str, &str) -> String,
    pub(super) on_by_scan: Phrase,
    pub(super) at_microsoft: Phrase,
    pub(super) verified: fn(u64) -> String,
    pub(super) missing: Of1,
    pub(super) not_seen: Of1,
    pub(super) no_reason: Phrase,
    pub(super) service_principal: Phrase,
    pub(super) granted: Phrase,
    pub(super) grant: fn(&GrantKind) -> &'static str,
    pub(super) by: Phrase,
    pub(super) read_at: Phrase,
    pub(super) failed: Phrase,
    pub(super) failed_intro: fn(u64) -> String,
    pub(super) failed_how: Phrase,
    pub(super) failed_none: Phrase,
    pub(super) next: Phrase,
    pub(super) next_items: [Phrase; 3],
}

/// The digest.
pub(super) struct Digest {
    pub(super) heading: fn(&str, &str) -> String,
    pub(super) preheader: fn(u64, u64, u64) -> String,
    pub(super) all_fine: Phrase,
    pub(super) counts: Phrase,
    pub(super) apps: fn(u64) -> String,
    pub(super) waiting: Phrase,
    pub(super) waits_on: Phrase,
    pub(super) since: Phrase,
    pub(super) request: Phrase,
    pub(super) on_administrator: Of1,
    pub(super) on_operator: Phrase,
    pub(super) on_access: Phrase,
    pub(super) oldest: Phrase,
    pub(super) not_seen: Phrase,
    pub(super) not_seen_intro: Phrase,
    pub(super) all_seen: Phrase,
    pub(super) looks: Phrase,
    pub(super) last_scan: Phrase,
    pub(super) never: Phrase,
    pub(super) look_yourself: Phrase,
    pub(super) mute: Phrase,
    pub(super) mute_link: Phrase,
}

/// Access trouble.
pub(super) struct Access {
    pub(super) preheader: Of1,
    pub(super) heading: fn(&AccessProblemKind) -> &'static str,
    /// What happened, and where.
    pub(super) what: fn(&AccessProblemKind, &str, Option<&str>) -> String,
    pub(super) meaning: fn(&AccessProblemKind) -> &'static str,
    pub(super) who: fn(&AccessProblemKind, &str) -> String,
    pub(super) steps: fn(&AccessProblemKind, &str) -> Vec<String>,
    pub(super) what_to_do: Phrase,
    pub(super) answered: Phrase,
    pub(super) place: Phrase,
    pub(super) ends: Phrase,
    pub(super) needs: Phrase,
    pub(super) needs_rows: [(Phrase, Phrase); 3],
    pub(super) microsofts_page: Phrase,
    pub(super) best_time: Phrase,
    pub(super) once: Phrase,
}

/// A waiver that ended.
pub(super) struct Waived {
    pub(super) heading: Named,
    pub(super) preheader: Of2,
    pub(super) what: fn(&Names, &str) -> String,
    pub(super) ended: Phrase,
    pub(super) given: Phrase,
    pub(super) reason: Phrase,
    pub(super) who: Named,
    pub(super) choices: Phrase,
    pub(super) choice_do: fn(Standing, &Names) -> String,
    pub(super) choice_wait: Named,
}

/// A trial of whether emails arrive.
pub(super) struct Trial {
    pub(super) subject: Phrase,
    pub(super) heading: Phrase,
    pub(super) what: Phrase,
    pub(super) nothing_to_do: Phrase,
    pub(super) pages: Phrase,
    pub(super) footer: Phrase,
}
