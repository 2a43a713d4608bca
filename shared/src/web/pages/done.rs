//! Done: what was proven, on both sides.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::invitation::day;
use super::layout::{Frame, Page};
use super::{Subject, request_id};
use crate::domain::grant::{GrantKind, GrantsRead};
use crate::domain::id::SessionId;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::Verification;
use crate::domain::session::Administrator;

/// What the page tells.
#[derive(Debug)]
pub struct DoneView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// Who consented.
    pub administrator: Option<&'a Administrator>,
    /// What was read back.
    pub verification: &'a Verification,
    /// What was expected.
    pub permissions: &'a PermissionCatalogue,
}

/// The page.
pub fn done(view: &DoneView<'_>) -> Page {
    let verification = view.verification;
    let verified = verification.grants.as_ref().is_some_and(|grants| grants.suffices(view.permissions));
    let part = html! {
        p { "Provisioning of " strong { (view.subject.label) } " now runs on consent. Nothing more is asked of you, and you may close this page." }
        h2 { "What we read back" }
        dl.facts {
            dt { "In Okta" } dd.good { "Connection on, with OAuth" }
            dt { "At Microsoft" }
            @if verified { dd.good { "Every required permission is granted" } } @else { dd { "Not verified" } }
            dt { "Read" } dd { (day(verification.at)) }
            dt { "App in Okta" } dd { (view.subject.label) " (" (view.subject.org_domain) ")" }
            dt { "Microsoft tenant" } dd { (view.subject.tenant_domain) }
            @if let Some(administrator) = view.administrator { dt { "Consent by" } dd { (administrator.username) } }
        }
        @match (&verification.grants, &verification.grants_unread) {
            (Some(grants), _) => (evidence(grants, view.permissions)),
            (None, reason) => p {
                "Microsoft's side could not be looked at"
                @if let Some(reason) = reason { ": " (reason) } "."
                " Okta says that the connection is on; your operator will see it as not verified."
            },
        }
        h2 { "What happens next" }
        ul {
            li { "Okta goes on provisioning, from now on with the consent. The stored administrator password is no longer used for it." }
            li { "Pushes that failed before now are repeated by hand: in the Okta Admin Console under Dashboard › Tasks." }
            li { "You can see and withdraw the consent at any time in the Microsoft Entra admin center under Enterprise applications." }
        }
        (request_id(view.session))
    };
    let heading = if verified { "Done, and verified on both sides" } else { "Done in Okta" };
    Frame { status: StatusCode::OK, heading, form_targets: &[] }.around(&part)
}

fn evidence(grants: &GrantsRead, expected: &PermissionCatalogue) -> Markup {
    let comparison = grants.compare(expected);
    html! {
        @if let Some(principal) = &grants.principal {
            dl.facts {
                dt { "Okta's application" } dd { (principal.display_name) }
                dt { "Client id" } dd { code { (principal.app_id) } }
                dt { "Publisher" }
                dd { @match &principal.verified_publisher { Some(name) => { (name) ", verified by Microsoft" }, None => "not verified by Microsoft" } }
                dt { "May sign in" } dd { @if principal.account_enabled { "yes" } @else { span.bad { "no: disabled in Entra" } } }
            }
        } @else {
            p { "The tenant has no application of Okta's yet." }
        }
        @if !comparison.missing_required.is_empty() {
            p.bad { strong { "Missing: " } (comparison.missing_required.join(", ")) "." }
        }
        @if !comparison.missing_optional.is_empty() {
            p { "Not granted, and needed for some features only: " (comparison.missing_optional.join(", ")) "." }
        }
        @if !comparison.unexpected.is_empty() {
            p { "Granted beyond what provisioning needs: " (crate::domain::text::UntrustedText::new(comparison.unexpected.join(", "))) "." }
        }
        table {
            thead { tr { th scope="col" { "Permission" } th scope="col" { "Granted" } } }
            tbody {
                @for grant in &grants.grants {
                    tr { td { code { (crate::domain::text::UntrustedText::new(grant.permission.as_str())) } } td { (kind(&grant.grant)) } }
                }
            }
        }
    }
}

fn kind(kind: &GrantKind) -> &'static str {
    match kind {
        GrantKind::Application => "to the application itself",
        GrantKind::DelegatedForAll => "for everybody in the tenant",
        GrantKind::DelegatedForOne { .. } => "for one administrator only: it ends with that account",
    }
}
