//! The words of the pages, one catalogue per language in one file each. A missing translation does not compile.

mod de;
mod en;

use jiff::Timestamp;

use crate::domain::administrator::Mfa;
use crate::domain::contact::Language;
use crate::domain::failure::class::FailureClass;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::grant::GrantKind;
use crate::domain::hand_over::NotAHandOver;
use crate::domain::save::NotDone;

/// The catalogue of a language.
pub(super) const fn words(language: Language) -> &'static PageWords {
    match language {
        Language::En => &en::WORDS,
        Language::De => &de::WORDS,
    }
}

/// The names that phrases insert. Pages escape them as a whole.
#[derive(Debug, Clone)]
pub(super) struct PageNames {
    /// The org's host.
    pub(super) org: String,
    /// The app's label.
    pub(super) app: String,
    /// The tenant's domain.
    pub(super) tenant: String,
}

type Phrase = &'static str;
type PhraseWithOne = fn(&str) -> String;
type PhraseWithTwo = fn(&str, &str) -> String;
type PhraseWithNames = fn(&PageNames) -> String;

/// The catalogue of one language. Text between backticks is code.
pub(super) struct PageWords {
    /// The value of `lang` and `Content-Language`.
    pub(super) tag: Phrase,
    pub(super) general: GeneralWords,
    pub(super) facts: FactWords,
    pub(super) steps: StepWords,
    pub(super) invitation: InvitationWords,
    pub(super) session: SessionWords,
    pub(super) paste: PasteWords,
    pub(super) done: DoneWords,
    pub(super) failure: fn(ConsentFailure) -> FailureWords,
    pub(super) recovery: RecoveryWords,
    pub(super) home: HomeWords,
    pub(super) not_found: NotFoundWords,
    pub(super) mute: MuteWords,
}

/// What every page shares.
pub(super) struct GeneralWords {
    pub(super) footer: Phrase,
    pub(super) support: Phrase,
    pub(super) technical_details: Phrase,
    pub(super) error_prefix: Phrase,
    pub(super) in_new_tab: Phrase,
    /// The argument is a number of seconds.
    pub(super) refreshes: fn(u32) -> String,
    pub(super) does_not_refresh: Phrase,
    pub(super) refresh_now: Phrase,
    pub(super) utc_time: fn(Timestamp) -> String,
    pub(super) changes_nothing: Phrase,
}

/// Names of facts and columns.
pub(super) struct FactWords {
    pub(super) app: Phrase,
    pub(super) tenant: Phrase,
    pub(super) cloud: Phrase,
    pub(super) request: Phrase,
    pub(super) signed_in: Phrase,
    pub(super) link_expires: Phrase,
    pub(super) invitation: Phrase,
    pub(super) session: Phrase,
    pub(super) permission: Phrase,
    pub(super) purpose: Phrase,
    pub(super) needed: Phrase,
    pub(super) always: Phrase,
    pub(super) some_features: Phrase,
    /// The translated purpose of a permission from the default catalogue.
    pub(super) permission_purpose: fn(&str) -> Option<&'static str>,
    pub(super) error_code: Phrase,
}

/// The progress indicator.
pub(super) struct StepWords {
    pub(super) label: Phrase,
    pub(super) names: [Phrase; 3],
    pub(super) done: Phrase,
    pub(super) current: Phrase,
    pub(super) next: Phrase,
    pub(super) not_seen: Phrase,
    pub(super) checking: Phrase,
    pub(super) refused: Phrase,
    pub(super) not_needed: Phrase,
}

/// The invitation.
pub(super) struct InvitationWords {
    pub(super) heading: Phrase,
    pub(super) lead: PhraseWithNames,
    pub(super) who: PhraseWithNames,
    pub(super) start: Phrase,
    pub(super) start_without_sign_in: Phrase,
    pub(super) steps_heading: Phrase,
    pub(super) step_sign_in: PhraseWithOne,
    pub(super) step_accept: Phrase,
    pub(super) step_copy: Phrase,
    /// What must happen before anything in Okta changes.
    pub(super) nothing_changes: Phrase,
    pub(super) nothing_changes_without_sign_in: Phrase,
    pub(super) permissions_heading: Phrase,
    pub(super) genuine_heading: Phrase,
    /// The flag says whether the page is served over TLS.
    pub(super) genuine_address: fn(&str, bool) -> String,
    pub(super) genuine_request: PhraseWithOne,
    pub(super) genuine_ask: PhraseWithOne,
    pub(super) genuine_no_secret: Phrase,
    pub(super) console_heading: Phrase,
    pub(super) console_steps: PhraseWithNames,
}

/// The steps of a session.
pub(super) struct SessionWords {
    pub(super) sign_in_heading: Phrase,
    pub(super) sign_in_lead: Phrase,
    pub(super) approve_heading: Phrase,
    pub(super) approve_lead: PhraseWithOne,
    pub(super) approve_lead_without_sign_in: Phrase,
    pub(super) approve_button: Phrase,
    pub(super) save_heading: Phrase,
    pub(super) save_lead: PhraseWithNames,
    pub(super) save_button: Phrase,
    pub(super) mfa: fn(Mfa) -> &'static str,
    pub(super) mfa_not_verified: Phrase,
    pub(super) sends_password: PhraseWithNames,
    pub(super) accept_heading: Phrase,
    pub(super) accept_lead: Phrase,
    pub(super) accept_step: Phrase,
    pub(super) open_microsoft: Phrase,
    pub(super) open_again: Phrase,
    pub(super) check_page: PhraseWithNames,
    pub(super) link_expired: Phrase,
    pub(super) saving_heading: Phrase,
    pub(super) saving_accepted: Phrase,
    pub(super) saving_with_text: Phrase,
    pub(super) saving_after_claim: Phrase,
    pub(super) saving_only: Phrase,
    pub(super) saving_takes_long: Phrase,
    pub(super) finished_elsewhere_heading: Phrase,
    pub(super) finished_elsewhere: Phrase,
    pub(super) finished_elsewhere_button: Phrase,
    pub(super) refused_heading: Phrase,
    pub(super) refused: Phrase,
    pub(super) refused_button: Phrase,
    pub(super) pause_heading: Phrase,
    pub(super) pause_lead: Phrase,
    pub(super) pause_unchanged: Phrase,
    pub(super) pause_button: Phrase,
    pub(super) pause_later: Phrase,
    pub(super) operator_heading: Phrase,
    pub(super) operator_lead: Phrase,
    pub(super) not_done: fn(NotDone) -> NotDoneWords,
}

/// Why an opened consent is not done.
pub(super) struct NotDoneWords {
    pub(super) heading: Phrase,
    pub(super) text: Phrase,
}

/// The paste of Okta's text.
pub(super) struct PasteWords {
    pub(super) heading: Phrase,
    pub(super) lead: Phrase,
    pub(super) picture: Phrase,
    pub(super) picture_note: Phrase,
    pub(super) how: [Phrase; 3],
    pub(super) browsers_heading: Phrase,
    /// A browser and what to do in it.
    pub(super) browsers: [(Phrase, Phrase); 3],
    pub(super) different_heading: Phrase,
    pub(super) different: [Phrase; 4],
    pub(super) label: Phrase,
    pub(super) button: Phrase,
    pub(super) keep_private: Phrase,
    pub(super) error_heading: Phrase,
    pub(super) error: fn(&NotAHandOver, &PageNames) -> String,
}

/// The result.
pub(super) struct DoneWords {
    pub(super) heading_verified: Phrase,
    pub(super) heading_okta_only: Phrase,
    pub(super) lead: PhraseWithNames,
    pub(super) lead_okta_only: PhraseWithNames,
    pub(super) in_okta: Phrase,
    pub(super) connection_on: Phrase,
    pub(super) at_microsoft: Phrase,
    pub(super) all_granted: Phrase,
    pub(super) not_verified: Phrase,
    pub(super) not_checked: PhraseWithOne,
    pub(super) unknown_reason: Phrase,
    pub(super) checked: Phrase,
    pub(super) signed_in_by: Phrase,
    pub(super) next_heading: Phrase,
    pub(super) old_account_heading: Phrase,
    pub(super) old_account: [Phrase; 2],
    pub(super) tasks_heading: Phrase,
    pub(super) tasks: fn(u64) -> String,
    pub(super) tasks_more: fn(u64) -> String,
    pub(super) no_tasks: Phrase,
    pub(super) how_to_retry: Phrase,
    pub(super) revoke: Phrase,
    pub(super) time: Phrase,
    pub(super) target: Phrase,
    pub(super) event: Phrase,
    pub(super) permissions_heading: Phrase,
    pub(super) application: Phrase,
    pub(super) client_id: Phrase,
    pub(super) publisher: Phrase,
    pub(super) publisher_verified: PhraseWithOne,
    pub(super) publisher_not_verified: Phrase,
    pub(super) sign_in_enabled: Phrase,
    pub(super) yes: Phrase,
    pub(super) no_disabled: Phrase,
    pub(super) no_application: Phrase,
    pub(super) missing: PhraseWithOne,
    pub(super) missing_optional: PhraseWithOne,
    pub(super) unexpected: PhraseWithOne,
    pub(super) granted: Phrase,
    pub(super) grant_scope: fn(&GrantKind) -> &'static str,
}

/// One failure.
pub(super) struct FailureWords {
    pub(super) heading: Phrase,
    pub(super) what_happened: Phrase,
    pub(super) next_step: Phrase,
}

/// What a person can do after a failure.
pub(super) struct RecoveryWords {
    pub(super) heading: Phrase,
    pub(super) who: fn(FailureClass) -> &'static str,
    pub(super) start_again: Phrase,
    pub(super) switch_account: Phrase,
    pub(super) back_to_steps: Phrase,
    pub(super) forward: Phrase,
    pub(super) forward_heading: Phrase,
    pub(super) forward_help: Phrase,
    pub(super) forward_subject: PhraseWithNames,
    /// The second argument is the link; the third the request, if there is one.
    pub(super) forward_text: fn(&PageNames, &str, Option<&str>) -> String,
    pub(super) contact_support: Phrase,
    pub(super) okta_unchanged: Phrase,
    pub(super) okta_changed: Phrase,
    pub(super) operators_notified: Phrase,
    pub(super) code: PhraseWithTwo,
}

/// The root page.
pub(super) struct HomeWords {
    pub(super) heading: Phrase,
    pub(super) lead: Phrase,
    pub(super) administrators_heading: Phrase,
    pub(super) administrators: Phrase,
    pub(super) operators_heading: Phrase,
    pub(super) operators: Phrase,
    pub(super) no_secret: Phrase,
}

/// The 404 page.
pub(super) struct NotFoundWords {
    pub(super) heading: Phrase,
    pub(super) lead: Phrase,
    pub(super) next_step: Phrase,
    pub(super) home: Phrase,
}

/// Muting reminders.
pub(super) struct MuteWords {
    pub(super) confirm_heading: Phrase,
    pub(super) confirm: PhraseWithTwo,
    pub(super) confirm_stays_open: Phrase,
    pub(super) confirm_button: Phrase,
    pub(super) muted_heading: Phrase,
    pub(super) muted: PhraseWithTwo,
    pub(super) muted_next: Phrase,
}
