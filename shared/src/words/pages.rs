//! What the catalogues hold for pages.

use super::{LabelWords, Phrase, PhraseWithOne, PhraseWithTwo};
use crate::domain::administrator::Mfa;
use crate::domain::failure::class::FailureClass;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::hand_over::NotAHandOver;
use crate::domain::save::NotDone;
use crate::domain::standing::{NextStep, Standing};

/// The names that phrases insert. Pages escape them as a whole.
#[derive(Debug, Clone)]
pub(crate) struct PageNames {
    /// The org's host.
    pub(crate) org: String,
    /// The app's label.
    pub(crate) app: String,
    /// The tenant's domain.
    pub(crate) tenant: String,
}

type PhraseWithNames = fn(&PageNames) -> String;

/// The words of the pages.
pub(crate) struct PageWords {
    /// The value of `lang` and `Content-Language`.
    pub(crate) tag: Phrase,
    pub(crate) labels: LabelWords,
    pub(crate) general: PageGeneralWords,
    pub(crate) facts: FactWords,
    pub(crate) steps: StepWords,
    pub(crate) invitation: InvitationWords,
    pub(crate) session: SessionWords,
    pub(crate) paste: PasteWords,
    pub(crate) done: DoneWords,
    pub(crate) failure: fn(ConsentFailure) -> FailureWords,
    pub(crate) recovery: RecoveryWords,
    pub(crate) home: HomeWords,
    pub(crate) not_found: NotFoundWords,
    pub(crate) mute: MuteWords,
    pub(crate) request: RequestPageWords,
    pub(crate) outbox: OutboxWords,
}

/// What every page shares.
pub(crate) struct PageGeneralWords {
    pub(crate) footer: Phrase,
    pub(crate) support: Phrase,
    pub(crate) technical_details: Phrase,
    pub(crate) error_prefix: Phrase,
    pub(crate) in_new_tab: Phrase,
    /// The argument is a number of seconds.
    pub(crate) refreshes: fn(u32) -> String,
    pub(crate) does_not_refresh: Phrase,
    pub(crate) refresh_now: Phrase,
    pub(crate) changes_nothing: Phrase,
}

/// Names of facts that only pages show.
pub(crate) struct FactWords {
    /// In place of a tenant that Okta does not name.
    pub(crate) no_tenant: Phrase,
    pub(crate) signed_in: Phrase,
    pub(crate) link_expires: Phrase,
    pub(crate) invitation: Phrase,
    pub(crate) session: Phrase,
    pub(crate) error_code: Phrase,
}

/// The progress indicator.
pub(crate) struct StepWords {
    pub(crate) label: Phrase,
    pub(crate) names: [Phrase; 3],
    pub(crate) done: Phrase,
    pub(crate) current: Phrase,
    pub(crate) next: Phrase,
    pub(crate) not_seen: Phrase,
    pub(crate) checking: Phrase,
    pub(crate) refused: Phrase,
    pub(crate) not_needed: Phrase,
}

/// The invitation.
pub(crate) struct InvitationWords {
    pub(crate) heading: Phrase,
    pub(crate) lead: PhraseWithNames,
    pub(crate) who: PhraseWithNames,
    pub(crate) start: Phrase,
    pub(crate) start_without_sign_in: Phrase,
    pub(crate) steps_heading: Phrase,
    pub(crate) step_sign_in: PhraseWithOne,
    pub(crate) step_accept: Phrase,
    pub(crate) step_copy: Phrase,
    /// What must happen before anything in Okta changes.
    pub(crate) nothing_changes: Phrase,
    pub(crate) nothing_changes_without_sign_in: Phrase,
    pub(crate) permissions_heading: Phrase,
    pub(crate) genuine_heading: Phrase,
    /// The flag says whether the page is served over TLS.
    pub(crate) genuine_address: fn(&str, bool) -> String,
    pub(crate) genuine_request: PhraseWithOne,
    pub(crate) genuine_ask: PhraseWithOne,
    pub(crate) genuine_no_secret: Phrase,
    pub(crate) console_heading: Phrase,
    pub(crate) console_steps: PhraseWithNames,
}

/// The steps of a session.
pub(crate) struct SessionWords {
    pub(crate) sign_in_heading: Phrase,
    pub(crate) sign_in_lead: Phrase,
    pub(crate) approve_heading: Phrase,
    pub(crate) approve_lead: PhraseWithOne,
    pub(crate) approve_lead_without_sign_in: Phrase,
    pub(crate) approve_button: Phrase,
    pub(crate) save_heading: Phrase,
    pub(crate) save_lead: PhraseWithNames,
    pub(crate) save_button: Phrase,
    pub(crate) mfa: fn(Mfa) -> &'static str,
    pub(crate) mfa_not_verified: Phrase,
    pub(crate) sends_password: PhraseWithNames,
    pub(crate) accept_heading: Phrase,
    pub(crate) accept_lead: Phrase,
    pub(crate) accept_step: Phrase,
    pub(crate) open_microsoft: Phrase,
    pub(crate) open_again: Phrase,
    pub(crate) check_page: PhraseWithNames,
    pub(crate) link_expired: Phrase,
    pub(crate) saving_heading: Phrase,
    pub(crate) saving_accepted: Phrase,
    pub(crate) saving_with_text: Phrase,
    pub(crate) saving_after_claim: Phrase,
    pub(crate) saving_only: Phrase,
    pub(crate) saving_takes_long: Phrase,
    pub(crate) finished_elsewhere_heading: Phrase,
    pub(crate) finished_elsewhere: Phrase,
    pub(crate) finished_elsewhere_button: Phrase,
    pub(crate) refused_heading: Phrase,
    pub(crate) refused: Phrase,
    pub(crate) refused_button: Phrase,
    pub(crate) pause_heading: Phrase,
    pub(crate) pause_lead: Phrase,
    pub(crate) pause_unchanged: Phrase,
    pub(crate) pause_button: Phrase,
    pub(crate) pause_later: Phrase,
    pub(crate) operator_heading: Phrase,
    pub(crate) operator_lead: Phrase,
    pub(crate) not_done: fn(NotDone) -> NotDoneWords,
}

/// Why an opened consent is not done.
pub(crate) struct NotDoneWords {
    pub(crate) heading: Phrase,
    pub(crate) text: Phrase,
}

/// The paste of Okta's text.
pub(crate) struct PasteWords {
    pub(crate) heading: Phrase,
    pub(crate) lead: Phrase,
    pub(crate) picture: Phrase,
    pub(crate) picture_note: Phrase,
    pub(crate) how: [Phrase; 3],
    pub(crate) browsers_heading: Phrase,
    /// A browser and what to do in it.
    pub(crate) browsers: [(Phrase, Phrase); 3],
    pub(crate) different_heading: Phrase,
    pub(crate) different: [Phrase; 4],
    pub(crate) label: Phrase,
    pub(crate) button: Phrase,
    pub(crate) keep_private: Phrase,
    pub(crate) error_heading: Phrase,
    pub(crate) error: fn(&NotAHandOver, &PageNames) -> String,
}

/// The result.
pub(crate) struct DoneWords {
    pub(crate) heading_verified: Phrase,
    pub(crate) heading_okta_only: Phrase,
    pub(crate) lead: PhraseWithNames,
    pub(crate) lead_okta_only: PhraseWithNames,
    pub(crate) in_okta: Phrase,
    pub(crate) connection_on: Phrase,
    pub(crate) at_microsoft: Phrase,
    pub(crate) all_granted: Phrase,
    pub(crate) not_verified: Phrase,
    pub(crate) not_checked: PhraseWithOne,
    pub(crate) unknown_reason: Phrase,
    pub(crate) checked: Phrase,
    pub(crate) signed_in_by: Phrase,
    pub(crate) next_heading: Phrase,
    pub(crate) old_account_heading: Phrase,
    pub(crate) old_account: [Phrase; 2],
    pub(crate) tasks_heading: Phrase,
    pub(crate) tasks: fn(u64) -> String,
    pub(crate) tasks_more: fn(u64) -> String,
    pub(crate) no_tasks: Phrase,
    pub(crate) how_to_retry: Phrase,
    pub(crate) revoke: Phrase,
    pub(crate) time: Phrase,
    pub(crate) target: Phrase,
    pub(crate) event: Phrase,
    pub(crate) permissions_heading: Phrase,
    pub(crate) application: Phrase,
    pub(crate) client_id: Phrase,
    pub(crate) publisher: Phrase,
    pub(crate) publisher_verified: PhraseWithOne,
    pub(crate) publisher_not_verified: Phrase,
    pub(crate) sign_in_enabled: Phrase,
    pub(crate) yes: Phrase,
    pub(crate) no_disabled: Phrase,
    pub(crate) no_application: Phrase,
    pub(crate) missing: PhraseWithOne,
    pub(crate) missing_optional: PhraseWithOne,
    pub(crate) unexpected: PhraseWithOne,
    pub(crate) granted: Phrase,
}

/// One failure.
pub(crate) struct FailureWords {
    pub(crate) heading: Phrase,
    pub(crate) what_happened: Phrase,
    pub(crate) next_step: Phrase,
}

/// What a person can do after a failure.
pub(crate) struct RecoveryWords {
    pub(crate) heading: Phrase,
    /// Who can fix it; `None` if the page's buttons say it.
    pub(crate) who: fn(FailureClass) -> Option<&'static str>,
    pub(crate) start_again: Phrase,
    pub(crate) switch_account: Phrase,
    pub(crate) back_to_steps: Phrase,
    pub(crate) forward: Phrase,
    pub(crate) forward_heading: Phrase,
    pub(crate) forward_help: Phrase,
    pub(crate) forward_subject: PhraseWithNames,
    /// The second argument is the link; the third the request, if there is one.
    pub(crate) forward_text: fn(&PageNames, &str, Option<&str>) -> String,
    pub(crate) contact_support: Phrase,
    pub(crate) okta_unchanged: Phrase,
    pub(crate) okta_changed: Phrase,
    pub(crate) operators_notified: Phrase,
    pub(crate) code: PhraseWithTwo,
}

/// The root page.
pub(crate) struct HomeWords {
    pub(crate) heading: Phrase,
    pub(crate) lead: Phrase,
    pub(crate) administrators_heading: Phrase,
    pub(crate) administrators: Phrase,
    pub(crate) operators_heading: Phrase,
    pub(crate) operators: Phrase,
    pub(crate) no_secret: Phrase,
}

/// The 404 page.
pub(crate) struct NotFoundWords {
    pub(crate) heading: Phrase,
    pub(crate) lead: Phrase,
    pub(crate) next_step: Phrase,
    pub(crate) home: Phrase,
}

/// Muting reminders.
pub(crate) struct MuteWords {
    pub(crate) confirm_heading: Phrase,
    pub(crate) confirm: PhraseWithTwo,
    pub(crate) confirm_stays_open: Phrase,
    pub(crate) confirm_button: Phrase,
    pub(crate) muted_heading: Phrase,
    pub(crate) muted: PhraseWithTwo,
    pub(crate) muted_next: Phrase,
}

/// The page of a request: where it stands, and what an operator can do.
pub(crate) struct RequestPageWords {
    /// The request and its state.
    pub(crate) heading: PhraseWithTwo,
    pub(crate) action_needed: Phrase,
    pub(crate) postponed: Phrase,
    pub(crate) no_action_needed: Phrase,
    pub(crate) compare: PhraseWithOne,
    pub(crate) postponed_until: PhraseWithOne,
    pub(crate) closed_on: PhraseWithOne,
    pub(crate) closed: Phrase,
    pub(crate) solved: Phrase,
    pub(crate) last_known: Phrase,
    /// The time of a check, after what it found.
    pub(crate) checked_at: PhraseWithOne,
    pub(crate) checked: Phrase,
    pub(crate) status_then: Phrase,
    pub(crate) problem: Phrase,
    /// The meaning of a standing, in a sentence.
    pub(crate) meaning: fn(Standing) -> &'static str,
    pub(crate) next_step: fn(NextStep) -> &'static str,
    pub(crate) situation_heading: Phrase,
    pub(crate) who: PhraseWithOne,
    pub(crate) use_command: PhraseWithOne,
    pub(crate) read_only: Phrase,
    /// The command that shows the request.
    pub(crate) status_shows: PhraseWithOne,
    pub(crate) came_with_email: PhraseWithOne,
    pub(crate) changed_nothing: Phrase,
    pub(crate) expired_heading: Phrase,
    pub(crate) expired_on: PhraseWithOne,
    /// The command that shows the request.
    pub(crate) expired_next: PhraseWithOne,
    pub(crate) gone_heading: Phrase,
    pub(crate) gone: Phrase,
    pub(crate) gone_next: Phrase,
    pub(crate) not_a_contact_heading: Phrase,
    pub(crate) not_a_contact: Phrase,
    pub(crate) not_a_contact_next: Phrase,
}

/// The demo's outbox.
pub(crate) struct OutboxWords {
    pub(crate) heading: Phrase,
    pub(crate) lead: Phrase,
    pub(crate) empty: Phrase,
    pub(crate) to: Phrase,
    pub(crate) subject: Phrase,
    pub(crate) as_text: Phrase,
    pub(crate) text: Phrase,
}
