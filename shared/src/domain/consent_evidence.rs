//! Evidence that a consent was given: what a save has to observe before it calls a consent done.
//!
//! A connection that reads as on, and grants that were there before, look the same whether a person consented again or
//! not. They also look normal while Okta cannot sign in to Microsoft. Evidence is therefore newer than the attempt, and
//! what a person says is never evidence: it only makes Regrant check sooner.

use super::connection::{AuthScheme, ConnectionStatus};
use super::grant::{GrantChange, GrantsRead};
use super::permission::PermissionCatalogue;
use super::save::{CodeDelivery, ConfirmedBy, ConnectionReading, ConsentEvidence};

/// The grants before and after an attempt.
#[derive(Debug, Clone, Copy)]
pub struct GrantsCompared<'a> {
    /// When Okta's consent link was issued; `None` if they were not read.
    pub before: Option<&'a GrantsRead>,
    /// Now; `None` if they could not be read.
    pub now: Option<&'a GrantsRead>,
    /// The permissions that Okta needs.
    pub expected: &'a PermissionCatalogue,
}

impl GrantsCompared<'_> {
    /// Whether the current grants suffice.
    fn suffice(&self) -> bool {
        self.now.is_some_and(|now| now.suffices(self.expected))
    }

    /// Whether the current grants suffice and show a consent after the link was issued. Grants that were only removed do
    /// not, and neither do any if the earlier ones are unknown.
    fn show_a_new_consent(&self) -> bool {
        let (Some(before), Some(now)) = (self.before, self.now) else { return false };
        let is_given = |change: &GrantChange| {
            matches!(
                change,
                GrantChange::PrincipalReplaced { .. }
                    | GrantChange::PermissionAdded { .. }
                    | GrantChange::KindChanged { .. }
            )
        };
        self.suffice() && (!before.suffices(self.expected) || now.changes_since(before).iter().any(is_given))
    }
}

/// What a save knows about its attempt.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four independent observations")]
pub struct Attempt<'a> {
    /// Whether the connection was on when the attempt began.
    pub was_on: bool,
    /// Whether this save changed a connection that was on, so that it has to be on again.
    pub to_restore: bool,
    /// Whether an earlier save of this attempt already tried to switch the connection on, and nothing is new since.
    pub already_tried: bool,
    /// Who requested the save.
    pub requested_by: ConfirmedBy,
    /// Whether Okta accepted the authorization code.
    pub code: CodeDelivery,
    /// Whether Okta's latest known sign-in to Microsoft failed.
    pub sign_in_fails: bool,
    /// The grants.
    pub grants: GrantsCompared<'a>,
}

impl Attempt<'_> {
    /// Whether a connection that is off, and reads as `now`, may be switched on. Okta decides whether it really is on
    /// afterwards, so this needs less than [`evidence`](Self::evidence).
    pub fn may_switch_on(&self, now: &ConnectionReading, link_offered: bool) -> bool {
        let needs_only_save =
            now.auth_scheme == AuthScheme::Oauth2 && now.status != ConnectionStatus::Enabled && !link_offered;
        self.to_restore
            || match self.code {
                CodeDelivery::Done | CodeDelivery::Attempted => true,
                // Okta has no consent from a code that it rejected.
                CodeDelivery::Refused => false,
                CodeDelivery::NotNeeded | CodeDelivery::Waiting => {
                    self.requested_by == ConfirmedBy::Operator
                        || !self.already_tried && (needs_only_save || (self.grants.suffice() && !self.sign_in_fails))
                }
            }
    }

    /// What shows that the consent was given, for a connection that is on. While Okta's sign-in to Microsoft fails, only
    /// an accepted code does: everything else looks the same with a consent that no longer works.
    pub fn evidence(&self) -> Option<ConsentEvidence> {
        if self.code == CodeDelivery::Done {
            Some(ConsentEvidence::CodeAccepted)
        } else if self.sign_in_fails {
            None
        } else if !self.was_on {
            Some(ConsentEvidence::SwitchedOn)
        } else {
            self.grants.show_a_new_consent().then_some(ConsentEvidence::GrantsChanged)
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
mod tests {
    use super::*;
    use crate::domain::grant::{GrantKind, PermissionGrant, ServicePrincipal};
    use crate::domain::text::UntrustedText;

    fn grants(permissions: &[&str]) -> GrantsRead {
        let principal = ServicePrincipal {
            id: "aaaaaaaa-0000-4000-8000-000000000001".parse().unwrap(),
            app_id: "aaaaaaaa-0000-4000-8000-000000000002".parse().unwrap(),
            display_name: UntrustedText::new("Okta Microsoft Graph Client"),
            account_enabled: true,
            owner: None,
            verified_publisher: None,
            verified_publisher_id: None,
            disabled_by_microsoft: None,
        };
        let grant = |name: &&str| PermissionGrant { permission: (*name).to_owned(), grant: GrantKind::DelegatedForAll };
        GrantsRead {
            principal: Some(principal),
            grants: permissions.iter().map(grant).collect(),
            unreadable: Vec::new(),
        }
    }

    fn sufficient(expected: &PermissionCatalogue) -> GrantsRead {
        let names: Vec<&str> = expected.all().iter().map(|permission| permission.name.as_str()).collect();
        grants(&names)
    }

    const CODES: [CodeDelivery; 5] = [
        CodeDelivery::NotNeeded,
        CodeDelivery::Waiting,
        CodeDelivery::Attempted,
        CodeDelivery::Done,
        CodeDelivery::Refused,
    ];

    /// Every attempt on a connection that was on, with grants that did not change.
    fn unchanged(expected: &PermissionCatalogue, grants: &GrantsRead, check: impl Fn(&Attempt<'_>)) {
        for code in CODES {
            for requested_by in [ConfirmedBy::NoOne, ConfirmedBy::Person, ConfirmedBy::Operator] {
                for (before, now) in [(None, None), (Some(grants), Some(grants)), (None, Some(grants))] {
                    for sign_in_fails in [false, true] {
                        let grants = GrantsCompared { before, now, expected };
                        check(&Attempt {
                            was_on: true,
                            to_restore: false,
                            already_tried: false,
                            requested_by,
                            code,
                            sign_in_fails,
                            grants,
                        });
                    }
                }
            }
        }
    }

    #[test]
    fn only_a_code_renews_with_unchanged_grants() {
        let expected = PermissionCatalogue::default();
        unchanged(&expected, &sufficient(&expected), |attempt| {
            let accepted = (attempt.code == CodeDelivery::Done).then_some(ConsentEvidence::CodeAccepted);
            assert_eq!(attempt.evidence(), accepted, "{attempt:?}");
        });
    }

    #[test]
    fn word_of_a_person_changes_nothing() {
        let expected = PermissionCatalogue::default();
        let on = ConnectionReading { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Disabled };
        unchanged(&expected, &sufficient(&expected), |attempt| {
            let silent = Attempt { requested_by: ConfirmedBy::NoOne, ..*attempt };
            let said = Attempt { requested_by: ConfirmedBy::Person, ..*attempt };
            assert_eq!(silent.evidence(), said.evidence());
            assert_eq!(silent.may_switch_on(&on, true), said.may_switch_on(&on, true));
        });
    }

    #[test]
    fn added_grants_are_evidence_unless_sign_in_fails() {
        let expected = PermissionCatalogue::default();
        let now = sufficient(&expected);
        for before in [grants(&[]), GrantsRead { principal: None, grants: Vec::new(), unreadable: Vec::new() }] {
            let grants = GrantsCompared { before: Some(&before), now: Some(&now), expected: &expected };
            let attempt = Attempt {
                was_on: true,
                to_restore: false,
                already_tried: false,
                requested_by: ConfirmedBy::NoOne,
                code: CodeDelivery::NotNeeded,
                sign_in_fails: false,
                grants,
            };
            assert_eq!(attempt.evidence(), Some(ConsentEvidence::GrantsChanged));
            assert_eq!(Attempt { sign_in_fails: true, ..attempt }.evidence(), None);
        }
    }

    #[test]
    fn removed_grants_are_no_evidence() {
        let expected = PermissionCatalogue::default();
        let now = sufficient(&expected);
        let mut before = now.clone();
        let optional = PermissionGrant { permission: "Mail.Read".to_owned(), grant: GrantKind::Application };
        before.grants.push(optional);
        assert!(
            !GrantsCompared { before: Some(&before), now: Some(&now), expected: &expected }.show_a_new_consent(),
            "a removal is not a consent"
        );
    }

    #[test]
    fn rejected_code_switches_nothing_on() {
        let expected = PermissionCatalogue::default();
        let now = sufficient(&expected);
        let off = ConnectionReading { auth_scheme: AuthScheme::Oauth2, status: ConnectionStatus::Disabled };
        let attempt = Attempt {
            was_on: false,
            to_restore: false,
            already_tried: false,
            requested_by: ConfirmedBy::Person,
            code: CodeDelivery::Refused,
            sign_in_fails: false,
            grants: GrantsCompared { before: None, now: Some(&now), expected: &expected },
        };
        for link_offered in [false, true] {
            assert!(!attempt.may_switch_on(&off, link_offered));
        }
    }
}
