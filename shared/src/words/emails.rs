//! What the catalogues hold for emails.

use jiff::civil::Date;

use super::{Phrase, PhraseWithOne, PhraseWithTwo};
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::assignment_counts::Count;
use crate::domain::standing::Standing;

/// The names that phrases insert, already defused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailNames {
    /// The org's host.
    pub(crate) org: String,
    /// The app's label.
    pub(crate) app: String,
    /// The app's id in Okta.
    pub(crate) app_id: String,
    /// The tenant's domain, or a phrase if it is unknown.
    pub(crate) tenant: String,
    /// The request's id.
    pub(crate) request: String,
    /// The address for questions, or a phrase if none is set.
    pub(crate) contact: String,
}

/// The deadline, compared with today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) date: Date,
    pub(crate) days_left: i64,
    /// Whether Okta set this date.
    pub(crate) is_oktas: bool,
}

impl Deadline {
    pub(crate) const fn is_past(self) -> bool {
        self.days_left < 0
    }
}

type PhraseWithNames = fn(&EmailNames) -> String;
type PhraseWithCount = fn(u64) -> String;

/// Dates, numbers and short phrases.
pub(crate) struct GeneralWords {
    /// A date for subjects.
    pub(crate) short_date: fn(Date) -> String,
    /// The heading of everything that a reader in a hurry can skip.
    pub(crate) details: Phrase,
    /// A date, and a time with its zone.
    pub(crate) date_and_time: PhraseWithTwo,
    pub(crate) unnamed_tenant: Phrase,
    /// The people who manage Okta, if no address for questions is set.
    pub(crate) okta_team: Phrase,
    pub(crate) standing: fn(Standing) -> &'static str,
    pub(crate) users: fn(Count) -> String,
    pub(crate) groups: fn(Count) -> String,
    pub(crate) and: PhraseWithTwo,
    /// The arguments are the deadline, its date, and the date on which Regrant found the app.
    pub(crate) deadline: fn(&Deadline, &str, &str) -> String,
    /// The second argument is the address of the pages.
    pub(crate) footer: fn(&str, Option<&str>) -> String,
    /// The footer of an email about several orgs.
    pub(crate) footer_of_orgs: fn(Option<&str>) -> String,
}

/// Subjects, and their ends that say by when. Dates are short.
pub(crate) struct SubjectWords {
    pub(crate) invitation: PhraseWithOne,
    pub(crate) renewal: PhraseWithOne,
    /// The app, and since when it fails; a reminder does not repeat the date.
    pub(crate) outage: fn(&str, Option<&str>) -> String,
    pub(crate) save: PhraseWithOne,
    pub(crate) console_consent: PhraseWithOne,
    pub(crate) reminder: fn(u32, &str) -> String,
    pub(crate) completion: PhraseWithOne,
    pub(crate) digest: fn(u64, u64, &str) -> String,
    pub(crate) access_problem: fn(&AccessProblemKind, &str) -> String,
    pub(crate) waiver_expired: PhraseWithTwo,
    pub(crate) secret_ending: PhraseWithTwo,
    pub(crate) several_consents: PhraseWithCount,
    pub(crate) several_steps: PhraseWithCount,
    pub(crate) due_by: PhraseWithOne,
    pub(crate) open_since: PhraseWithOne,
}

/// Requests to a Microsoft administrator; operators' emails share the headings.
pub(crate) struct RequestWords {
    pub(crate) heading: PhraseWithNames,
    pub(crate) heading_renewal: PhraseWithNames,
    pub(crate) heading_outage: PhraseWithNames,
    pub(crate) heading_reminder: fn(u32, u32, &str) -> String,
    pub(crate) preheader: PhraseWithTwo,
    pub(crate) no_administrator_on_file: PhraseWithNames,
    pub(crate) escalation_notice: PhraseWithNames,
    pub(crate) why_consent: PhraseWithNames,
    /// For a connection that was prepared and never ran.
    pub(crate) why_off: PhraseWithNames,
    pub(crate) why_outage: fn(&EmailNames, &str) -> String,
    pub(crate) why_renewal: PhraseWithNames,
    pub(crate) status_since: PhraseWithOne,
    /// For an app that was never seen in a different state.
    pub(crate) found_on: PhraseWithOne,
    pub(crate) affects: PhraseWithOne,
    pub(crate) affects_all: Phrase,
    pub(crate) failed_tasks: fn(u64) -> String,
    pub(crate) who_heading: Phrase,
    pub(crate) who_can_approve: PhraseWithNames,
    pub(crate) forward_to_administrator: PhraseWithNames,
    pub(crate) open_page: Phrase,
    pub(crate) link_target: PhraseWithOne,
    pub(crate) link_expiry: PhraseWithOne,
    pub(crate) new_link: PhraseWithNames,
    pub(crate) no_link: PhraseWithNames,
    pub(crate) steps_heading: Phrase,
    pub(crate) step_compare: PhraseWithNames,
    /// The verified publisher of Regrant's registration, if there is one.
    pub(crate) step_sign_in: fn(Option<&str>) -> String,
    /// Whether it is the second page of Microsoft's that the reader sees.
    pub(crate) step_approve: fn(&EmailNames, bool) -> String,
    pub(crate) step_copy: Phrase,
    pub(crate) step_verify: Phrase,
    pub(crate) permissions_heading: Phrase,
    pub(crate) permissions_intro: Phrase,
    pub(crate) own_permission: PhraseWithOne,
    pub(crate) when_heading: Phrase,
    pub(crate) best_time: Phrase,
    pub(crate) best_time_outage: Phrase,
    pub(crate) due_now: Phrase,
    pub(crate) due_before_failure: Phrase,
    pub(crate) failed_tasks_afterwards: Phrase,
    pub(crate) console_heading: Phrase,
    pub(crate) console_steps: PhraseWithNames,
    pub(crate) several: SeveralWords,
}

/// Several requests to one reader in one email.
pub(crate) struct SeveralWords {
    pub(crate) heading_consents: PhraseWithCount,
    pub(crate) heading_steps: PhraseWithCount,
    pub(crate) why_consents: Phrase,
    pub(crate) why_outage: PhraseWithCount,
    pub(crate) why_steps: Phrase,
    pub(crate) no_administrator_on_file: Phrase,
    pub(crate) escalation_notice: Phrase,
    pub(crate) step_open: Phrase,
    pub(crate) who: Phrase,
    pub(crate) list_heading: Phrase,
    /// The tenant, the status, since when, and the request.
    pub(crate) row: fn(&str, &str, &str, &str) -> String,
    pub(crate) open: Phrase,
    pub(crate) one_email: Phrase,
}

/// Requests to an Okta operator.
pub(crate) struct OperatorRequestWords {
    pub(crate) heading_save: PhraseWithNames,
    pub(crate) heading_console: PhraseWithNames,
    pub(crate) why_save: PhraseWithNames,
    pub(crate) why_console: PhraseWithNames,
    pub(crate) who_can_save: PhraseWithNames,
    pub(crate) who_can_use_console: PhraseWithNames,
    pub(crate) forward: PhraseWithNames,
    pub(crate) how_heading: Phrase,
    pub(crate) save_with_command: Phrase,
    pub(crate) or_in_console: Phrase,
    pub(crate) steps_save: [PhraseWithNames; 3],
    pub(crate) steps_console: [PhraseWithNames; 4],
    pub(crate) no_microsoft_page: Phrase,
    pub(crate) permissions_heading: Phrase,
    pub(crate) best_time: Phrase,
    pub(crate) link_expiry: PhraseWithOne,
    pub(crate) new_link: Phrase,
}

/// How to check that an email is authentic, and what follows it.
pub(crate) struct FollowUpWords {
    pub(crate) authenticity_heading: Phrase,
    /// The flag says whether the email links to a page.
    pub(crate) check_request: fn(&str, bool) -> String,
    pub(crate) check_address: PhraseWithOne,
    pub(crate) check_no_link: Phrase,
    pub(crate) check_no_secret: Phrase,
    pub(crate) check_by_asking: PhraseWithOne,
    pub(crate) next_heading: Phrase,
    pub(crate) reminder_plan: fn(u32, &str) -> String,
    pub(crate) last_reminder: fn(u32) -> String,
    pub(crate) no_reminders: Phrase,
    pub(crate) reminders_stop: Phrase,
    pub(crate) also_sent_to: PhraseWithOne,
    pub(crate) only_recipient: Phrase,
    pub(crate) other_administrators: fn(u64) -> String,
    pub(crate) other_operators: fn(u64) -> String,
    pub(crate) other_escalation_contacts: fn(u64) -> String,
    pub(crate) questions: PhraseWithOne,
    pub(crate) postpone: PhraseWithOne,
    pub(crate) mute_explained: Phrase,
    pub(crate) mute_link: Phrase,
}

/// The success report.
pub(crate) struct CompletionWords {
    pub(crate) heading: PhraseWithNames,
    pub(crate) preheader: PhraseWithNames,
    pub(crate) intro: PhraseWithNames,
    pub(crate) verification_heading: Phrase,
    pub(crate) in_okta: Phrase,
    pub(crate) connection_on: Phrase,
    pub(crate) connection_not_on: PhraseWithTwo,
    pub(crate) connection_on_by_scan: Phrase,
    pub(crate) at_microsoft: Phrase,
    pub(crate) all_granted: fn(u64) -> String,
    pub(crate) not_granted: PhraseWithOne,
    pub(crate) not_verified: PhraseWithOne,
    pub(crate) microsoft_not_checked: Phrase,
    pub(crate) service_principal: Phrase,
    pub(crate) granted_to: Phrase,
    pub(crate) consented_by: Phrase,
    pub(crate) verified_at: Phrase,
    pub(crate) failed_tasks_heading: Phrase,
    pub(crate) failed_tasks: fn(u64) -> String,
    pub(crate) how_to_retry: Phrase,
    /// Where an operator sees the users and groups, which no email names.
    pub(crate) who_is_affected: Phrase,
    pub(crate) no_failed_tasks: Phrase,
    pub(crate) next_heading: Phrase,
    pub(crate) next_items: [Phrase; 4],
}

/// The digest.
pub(crate) struct DigestWords {
    pub(crate) heading: PhraseWithOne,
    pub(crate) preheader: fn(u64, u64, u64) -> String,
    /// The apps that need attention, all apps, and the orgs.
    pub(crate) summary: fn(u64, u64, u64) -> String,
    pub(crate) no_action: Phrase,
    pub(crate) counts_heading: Phrase,
    pub(crate) apps: fn(u64) -> String,
    pub(crate) action_needed_heading: Phrase,
    pub(crate) owner: Phrase,
    pub(crate) since: Phrase,
    pub(crate) request: Phrase,
    pub(crate) administrator_of: PhraseWithOne,
    pub(crate) okta_operator: Phrase,
    pub(crate) access_repair: Phrase,
    pub(crate) waiting_longest: Phrase,
    pub(crate) not_checked_heading: Phrase,
    pub(crate) not_checked_intro: Phrase,
    pub(crate) all_checked: Phrase,
    pub(crate) last_scan_heading: Phrase,
    pub(crate) last_scan: Phrase,
    pub(crate) never: Phrase,
    pub(crate) check_yourself: Phrase,
    pub(crate) checkpoint: Phrase,
    pub(crate) checkpoint_explained: Phrase,
    pub(crate) mute_explained: Phrase,
    pub(crate) mute_link: Phrase,
}

/// A problem with Regrant's own access.
pub(crate) struct AccessProblemWords {
    pub(crate) preheader: PhraseWithOne,
    pub(crate) heading: fn(&AccessProblemKind) -> &'static str,
    /// The arguments are the problem, since when, and when the access ends.
    pub(crate) what_happened: fn(&AccessProblemKind, &str, Option<&str>) -> String,
    pub(crate) impact: fn(&AccessProblemKind) -> &'static str,
    pub(crate) who_can_fix: fn(&AccessProblemKind, &str) -> String,
    pub(crate) steps: fn(&AccessProblemKind, &str) -> Vec<String>,
    pub(crate) steps_heading: Phrase,
    pub(crate) error_detail: Phrase,
    pub(crate) place: Phrase,
    pub(crate) also_affected: Phrase,
    pub(crate) expires: Phrase,
    pub(crate) requirements_heading: Phrase,
    pub(crate) requirements: [(Phrase, Phrase); 3],
    pub(crate) microsoft_page_note: Phrase,
    pub(crate) best_time: Phrase,
    pub(crate) sent_once: Phrase,
}

/// An expired waiver.
pub(crate) struct WaiverExpiredWords {
    pub(crate) heading: PhraseWithNames,
    pub(crate) preheader: PhraseWithTwo,
    pub(crate) what_happened: fn(&EmailNames, &str) -> String,
    pub(crate) postponed_until: Phrase,
    pub(crate) decided_on: Phrase,
    pub(crate) reason: Phrase,
    pub(crate) who_decides: PhraseWithNames,
    pub(crate) choices_heading: Phrase,
    pub(crate) choice_resolve: fn(Standing, &EmailNames) -> String,
    pub(crate) choice_postpone: PhraseWithNames,
    /// What the administrator will see at Microsoft.
    pub(crate) microsoft_page: Phrase,
}

/// A secret that is about to end.
pub(crate) struct SecretEndingWords {
    pub(crate) heading: PhraseWithNames,
    pub(crate) preheader: PhraseWithTwo,
    /// The arguments are the date, and whether it is past.
    pub(crate) what_happens: fn(&EmailNames, &str, bool) -> String,
    pub(crate) steps_heading: Phrase,
    pub(crate) steps: [PhraseWithNames; 3],
    pub(crate) who: PhraseWithNames,
    pub(crate) no_microsoft_page: Phrase,
    pub(crate) best_time: Phrase,
    pub(crate) further_warnings: Phrase,
}

/// The test email.
pub(crate) struct TestEmailWords {
    pub(crate) subject: Phrase,
    pub(crate) heading: Phrase,
    pub(crate) explanation: Phrase,
    pub(crate) no_action: Phrase,
    pub(crate) link_prefix: Phrase,
    pub(crate) footer: Phrase,
}
