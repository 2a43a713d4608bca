//! The words of every email, one catalogue per language. A missing translation does not compile.

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

/// The names that phrases insert, already defused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EmailNames {
    /// The org's host.
    pub(super) org: String,
    /// The app's label.
    pub(super) app: String,
    /// The app's id in Okta.
    pub(super) app_id: String,
    /// The tenant's domain, or a phrase if it is unknown.
    pub(super) tenant: String,
    /// The request's id.
    pub(super) request: String,
    /// The address for questions, or a phrase if none is set.
    pub(super) contact: String,
}

/// The deadline, compared with today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Deadline {
    pub(super) date: Date,
    pub(super) days_left: i64,
    /// Whether Okta set this date.
    pub(super) is_oktas: bool,
}

impl Deadline {
    pub(super) const fn is_past(self) -> bool {
        self.days_left < 0
    }
}

type Phrase = &'static str;
type PhraseWithOne = fn(&str) -> String;
type PhraseWithTwo = fn(&str, &str) -> String;
type PhraseWithNames = fn(&EmailNames) -> String;
type PhraseWithCount = fn(u64) -> String;

/// The catalogue of one language.
pub(super) struct Words {
    pub(super) general: GeneralWords,
    pub(super) subjects: SubjectWords,
    pub(super) labels: LabelWords,
    pub(super) request: RequestWords,
    pub(super) operator: OperatorRequestWords,
    pub(super) follow_up: FollowUpWords,
    pub(super) completion: CompletionWords,
    pub(super) digest: DigestWords,
    pub(super) access_problem: AccessProblemWords,
    pub(super) waiver_expired: WaiverExpiredWords,
    pub(super) secret_ending: SecretEndingWords,
    pub(super) test_email: TestEmailWords,
}

/// Dates, numbers and short phrases.
pub(super) struct GeneralWords {
    pub(super) date: fn(Date) -> String,
    /// A date for subjects.
    pub(super) short_date: fn(Date) -> String,
    /// The heading of everything that a reader in a hurry can skip.
    pub(super) details: Phrase,
    /// A date, and a time with its zone.
    pub(super) date_and_time: PhraseWithTwo,
    pub(super) unnamed_tenant: Phrase,
    /// The people who manage Okta, if no address for questions is set.
    pub(super) okta_team: Phrase,
    pub(super) standing: fn(Standing) -> &'static str,
    /// The translated purpose of a permission from the default catalogue.
    pub(super) permission_reason: fn(&str) -> Option<&'static str>,
    /// The purpose of a permission that the catalogue does not list.
    pub(super) new_permission: Option<&'static str>,
    pub(super) users: fn(Count) -> String,
    pub(super) groups: fn(Count) -> String,
    pub(super) and: PhraseWithTwo,
    /// The arguments are the deadline, its date, and the date on which Regrant found the app.
    pub(super) deadline: fn(&Deadline, &str, &str) -> String,
    /// The second argument is the address of the pages.
    pub(super) footer: fn(&str, Option<&str>) -> String,
    /// The footer of an email about several orgs.
    pub(super) footer_of_orgs: fn(Option<&str>) -> String,
}

/// Subjects, and their ends that say by when. Dates are short.
pub(super) struct SubjectWords {
    pub(super) invitation: PhraseWithOne,
    pub(super) renewal: PhraseWithOne,
    /// The app, and since when it fails; a reminder does not repeat the date.
    pub(super) outage: fn(&str, Option<&str>) -> String,
    pub(super) save: PhraseWithOne,
    pub(super) console_consent: PhraseWithOne,
    pub(super) reminder: fn(u32, &str) -> String,
    pub(super) completion: PhraseWithOne,
    pub(super) digest: fn(u64, u64, &str) -> String,
    pub(super) access_problem: fn(&AccessProblemKind, &str) -> String,
    pub(super) waiver_expired: PhraseWithTwo,
    pub(super) secret_ending: PhraseWithTwo,
    pub(super) several_consents: PhraseWithCount,
    pub(super) several_steps: PhraseWithCount,
    pub(super) due_by: PhraseWithOne,
    pub(super) open_since: PhraseWithOne,
}

/// Names of facts and columns.
pub(super) struct LabelWords {
    pub(super) org: Phrase,
    pub(super) app: Phrase,
    pub(super) tenant: Phrase,
    pub(super) cloud: Phrase,
    pub(super) status: Phrase,
    pub(super) since: Phrase,
    pub(super) finding: Phrase,
    pub(super) due: Phrase,
    pub(super) request: Phrase,
    pub(super) permission: Phrase,
    pub(super) purpose: Phrase,
    pub(super) needed: Phrase,
    pub(super) always: Phrase,
    pub(super) some_features: Phrase,
    pub(super) time: Phrase,
    pub(super) event: Phrase,
    pub(super) reason: Phrase,
    pub(super) more: fn(u64) -> String,
}

/// Requests to a Microsoft administrator; operators' emails share the headings.
pub(super) struct RequestWords {
    pub(super) heading: PhraseWithNames,
    pub(super) heading_renewal: PhraseWithNames,
    pub(super) heading_outage: PhraseWithNames,
    pub(super) heading_reminder: fn(u32, u32, &str) -> String,
    pub(super) preheader: PhraseWithTwo,
    pub(super) no_administrator_on_file: PhraseWithNames,
    pub(super) escalation_notice: PhraseWithNames,
    pub(super) why_consent: PhraseWithNames,
    pub(super) why_outage: fn(&EmailNames, &str) -> String,
    pub(super) why_renewal: PhraseWithNames,
    pub(super) status_since: PhraseWithOne,
    /// For an app that was never seen in a different state.
    pub(super) found_on: PhraseWithOne,
    pub(super) affects: PhraseWithOne,
    pub(super) affects_all: Phrase,
    pub(super) failed_tasks: fn(u64) -> String,
    pub(super) who_heading: Phrase,
    pub(super) who_can_approve: PhraseWithNames,
    pub(super) forward_to_administrator: PhraseWithNames,
    pub(super) open_page: Phrase,
    pub(super) link_target: PhraseWithOne,
    pub(super) link_expiry: PhraseWithOne,
    pub(super) new_link: PhraseWithNames,
    pub(super) no_link: PhraseWithNames,
    pub(super) steps_heading: Phrase,
    pub(super) step_compare: PhraseWithNames,
    /// The verified publisher of Regrant's registration, if there is one.
    pub(super) step_sign_in: fn(Option<&str>) -> String,
    /// Whether it is the second page of Microsoft's that the reader sees.
    pub(super) step_approve: fn(&EmailNames, bool) -> String,
    pub(super) step_copy: Phrase,
    pub(super) step_verify: Phrase,
    pub(super) permissions_heading: Phrase,
    pub(super) permissions_intro: Phrase,
    pub(super) own_permission: PhraseWithOne,
    pub(super) when_heading: Phrase,
    pub(super) best_time: Phrase,
    pub(super) best_time_outage: Phrase,
    pub(super) due_now: Phrase,
    pub(super) due_before_failure: Phrase,
    pub(super) failed_tasks_afterwards: Phrase,
    pub(super) console_heading: Phrase,
    pub(super) console_steps: PhraseWithNames,
    pub(super) several: SeveralWords,
}

/// Several requests to one reader in one email.
pub(super) struct SeveralWords {
    pub(super) heading_consents: PhraseWithCount,
    pub(super) heading_steps: PhraseWithCount,
    pub(super) why_consents: Phrase,
    pub(super) why_outage: PhraseWithCount,
    pub(super) why_steps: Phrase,
    pub(super) no_administrator_on_file: Phrase,
    pub(super) escalation_notice: Phrase,
    pub(super) step_open: Phrase,
    pub(super) who: Phrase,
    pub(super) list_heading: Phrase,
    /// The tenant, the status, since when, and the request.
    pub(super) row: fn(&str, &str, &str, &str) -> String,
    pub(super) open: Phrase,
    pub(super) one_email: Phrase,
}

/// Requests to an Okta operator.
pub(super) struct OperatorRequestWords {
    pub(super) heading_save: PhraseWithNames,
    pub(super) heading_console: PhraseWithNames,
    pub(super) why_save: PhraseWithNames,
    pub(super) why_console: PhraseWithNames,
    pub(super) who_can_save: PhraseWithNames,
    pub(super) who_can_use_console: PhraseWithNames,
    pub(super) forward: PhraseWithNames,
    pub(super) how_heading: Phrase,
    pub(super) save_with_command: Phrase,
    pub(super) or_in_console: Phrase,
    pub(super) steps_save: [PhraseWithNames; 3],
    pub(super) steps_console: [PhraseWithNames; 4],
    pub(super) no_microsoft_page: Phrase,
    pub(super) permissions_heading: Phrase,
    pub(super) best_time: Phrase,
    pub(super) link_expiry: PhraseWithOne,
    pub(super) new_link: Phrase,
}

/// How to check that an email is authentic, and what follows it.
pub(super) struct FollowUpWords {
    pub(super) authenticity_heading: Phrase,
    /// The flag says whether the email links to a page.
    pub(super) check_request: fn(&str, bool) -> String,
    pub(super) check_address: PhraseWithOne,
    pub(super) check_no_link: Phrase,
    pub(super) check_no_secret: Phrase,
    pub(super) check_by_asking: PhraseWithOne,
    pub(super) next_heading: Phrase,
    pub(super) reminder_plan: fn(u32, &str) -> String,
    pub(super) last_reminder: fn(u32) -> String,
    pub(super) no_reminders: Phrase,
    pub(super) reminders_stop: Phrase,
    pub(super) also_sent_to: PhraseWithOne,
    pub(super) only_recipient: Phrase,
    pub(super) other_administrators: fn(u64) -> String,
    pub(super) other_operators: fn(u64) -> String,
    pub(super) other_escalation_contacts: fn(u64) -> String,
    pub(super) questions: PhraseWithOne,
    pub(super) postpone: PhraseWithOne,
    pub(super) mute_explained: Phrase,
    pub(super) mute_link: Phrase,
}

/// The success report.
pub(super) struct CompletionWords {
    pub(super) heading: PhraseWithNames,
    pub(super) preheader: PhraseWithNames,
    pub(super) intro: PhraseWithNames,
    pub(super) verification_heading: Phrase,
    pub(super) in_okta: Phrase,
    pub(super) connection_on: Phrase,
    pub(super) connection_not_on: PhraseWithTwo,
    pub(super) connection_on_by_scan: Phrase,
    pub(super) at_microsoft: Phrase,
    pub(super) all_granted: fn(u64) -> String,
    pub(super) not_granted: PhraseWithOne,
    pub(super) not_verified: PhraseWithOne,
    pub(super) microsoft_not_checked: Phrase,
    pub(super) service_principal: Phrase,
    pub(super) granted_to: Phrase,
    pub(super) grant_scope: fn(&GrantKind) -> &'static str,
    pub(super) consented_by: Phrase,
    pub(super) verified_at: Phrase,
    pub(super) failed_tasks_heading: Phrase,
    pub(super) failed_tasks: fn(u64) -> String,
    pub(super) how_to_retry: Phrase,
    /// Where an operator sees the users and groups, which no email names.
    pub(super) who_is_affected: Phrase,
    pub(super) no_failed_tasks: Phrase,
    pub(super) next_heading: Phrase,
    pub(super) next_items: [Phrase; 4],
}

/// The digest.
pub(super) struct DigestWords {
    pub(super) heading: PhraseWithOne,
    pub(super) preheader: fn(u64, u64, u64) -> String,
    /// The apps that need attention, all apps, and the orgs.
    pub(super) summary: fn(u64, u64, u64) -> String,
    pub(super) no_action: Phrase,
    pub(super) counts_heading: Phrase,
    pub(super) apps: fn(u64) -> String,
    pub(super) action_needed_heading: Phrase,
    pub(super) owner: Phrase,
    pub(super) since: Phrase,
    pub(super) request: Phrase,
    pub(super) administrator_of: PhraseWithOne,
    pub(super) okta_operator: Phrase,
    pub(super) access_repair: Phrase,
    pub(super) waiting_longest: Phrase,
    pub(super) not_checked_heading: Phrase,
    pub(super) not_checked_intro: Phrase,
    pub(super) all_checked: Phrase,
    pub(super) last_scan_heading: Phrase,
    pub(super) last_scan: Phrase,
    pub(super) never: Phrase,
    pub(super) check_yourself: Phrase,
    pub(super) checkpoint: Phrase,
    pub(super) checkpoint_explained: Phrase,
    pub(super) mute_explained: Phrase,
    pub(super) mute_link: Phrase,
}

/// A problem with Regrant's own access.
pub(super) struct AccessProblemWords {
    pub(super) preheader: PhraseWithOne,
    pub(super) heading: fn(&AccessProblemKind) -> &'static str,
    /// The arguments are the problem, since when, and when the access ends.
    pub(super) what_happened: fn(&AccessProblemKind, &str, Option<&str>) -> String,
    pub(super) impact: fn(&AccessProblemKind) -> &'static str,
    pub(super) who_can_fix: fn(&AccessProblemKind, &str) -> String,
    pub(super) steps: fn(&AccessProblemKind, &str) -> Vec<String>,
    pub(super) steps_heading: Phrase,
    pub(super) error_detail: Phrase,
    pub(super) place: Phrase,
    pub(super) also_affected: Phrase,
    pub(super) expires: Phrase,
    pub(super) requirements_heading: Phrase,
    pub(super) requirements: [(Phrase, Phrase); 3],
    pub(super) microsoft_page_note: Phrase,
    pub(super) best_time: Phrase,
    pub(super) sent_once: Phrase,
}

/// An expired waiver.
pub(super) struct WaiverExpiredWords {
    pub(super) heading: PhraseWithNames,
    pub(super) preheader: PhraseWithTwo,
    pub(super) what_happened: fn(&EmailNames, &str) -> String,
    pub(super) postponed_until: Phrase,
    pub(super) decided_on: Phrase,
    pub(super) reason: Phrase,
    pub(super) who_decides: PhraseWithNames,
    pub(super) choices_heading: Phrase,
    pub(super) choice_resolve: fn(Standing, &EmailNames) -> String,
    pub(super) choice_postpone: PhraseWithNames,
    /// What the administrator will see at Microsoft.
    pub(super) microsoft_page: Phrase,
}

/// A secret that is about to end.
pub(super) struct SecretEndingWords {
    pub(super) heading: PhraseWithNames,
    pub(super) preheader: PhraseWithTwo,
    /// The arguments are the date, and whether it is past.
    pub(super) what_happens: fn(&EmailNames, &str, bool) -> String,
    pub(super) steps_heading: Phrase,
    pub(super) steps: [PhraseWithNames; 3],
    pub(super) who: PhraseWithNames,
    pub(super) no_microsoft_page: Phrase,
    pub(super) best_time: Phrase,
    pub(super) further_warnings: Phrase,
}

/// The test email.
pub(super) struct TestEmailWords {
    pub(super) subject: Phrase,
    pub(super) heading: Phrase,
    pub(super) explanation: Phrase,
    pub(super) no_action: Phrase,
    pub(super) link_prefix: Phrase,
    pub(super) footer: Phrase,
}
