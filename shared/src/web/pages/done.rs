//! The completion page: what Regrant verified in Okta and at Microsoft.

use axum::http::StatusCode;
use maud::{Markup, html};

use super::invitation::utc_time;
use super::layout::{Frame, Page};
use super::{Subject, reference};
use crate::domain::grant::{GrantKind, GrantsRead};
use crate::domain::id::SessionId;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::save::Verification;
use crate::domain::session::Administrator;
use crate::domain::text::UntrustedText;

/// The data of the page.
#[derive(Debug)]
pub struct DoneView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The session.
    pub session: &'a SessionId,
    /// The administrator who consented.
    pub administrator: Option<&'a Administrator>,
    /// The result of the read-back.
    pub verification: &'a Verification,
    /// The expected permissions.
    pub permissions: &'a PermissionCatalogue,
}

/// Renders the page.
pub fn done(view: &DoneView<'_>) -> Page {
    let verification = view.verification;
    let verified = verification.grants.as_ref().is_some_and(|grants| grants.suffices(view.permissions));
    let content = html! {
        p { "Provisioning of " strong { (view.subject.label) } " now runs on consent. You don't need to do anything else, and you can close this page." }
        h2 { "What we verified" }
        dl.facts {
            dt { "In Okta" } dd.good { "Connection on, with OAuth" }
            dt { "At Microsoft" }
            @if verified { dd.good { "Every required permission is granted" } } @else { dd { "Not verified" } }
            dt { "Checked" } dd { (utc_time(verification.at)) }
            dt { "App in Okta" } dd { (view.subject.label) " (" (view.subject.org_domain) ")" }
            dt { "Microsoft tenant" } dd { (view.subject.tenant_domain) }
            @if let Some(administrator) = view.administrator { dt { "Consent by" } dd { (administrator.username) } }
        }
        @match (&verification.grants, &verification.grants_unread) {
            (Some(grants), _) => (evidence(grants, view.permissions)),
            (None, reason) => p {
                "We could not check Microsoft"
                @if let Some(reason) = reason { ": " (reason) } "."
                " Okta reports that the connection is on. Your Okta operator sees it as not verified."
            },
        }
        h2 { "What happens next" }
        ul {
            li { "Okta continues provisioning, now with your consent. It no longer uses the stored administrator password for this." }
            li { "Provisioning tasks that failed earlier are not retried automatically. Retry them in the Okta Admin Console under Dashboard › Tasks." }
            li { "You can view or revoke the consent at any time in the Microsoft Entra admin center under Enterprise applications." }
        }
        (reference(view.session))
    };
    let heading = if verified { "Done, and verified on both sides" } else { "Done in Okta" };
    Frame { status: StatusCode::OK, heading, form_targets: &[] }.around(&content)
}

fn evidence(grants: &GrantsRead, expected: &PermissionCatalogue) -> Markup {
    let comparison = grants.compare(expected);
    html! {
        @if let Some(principal) = &grants.principal {
            dl.facts {
                dt { "Okta's application" } dd { (principal.display_name) }
                dt { "Client ID" } dd { code { (principal.app_id) } }
                dt { "Publisher" }
                dd { @match &principal.verified_publisher { Some(name) => { (name) ", verified by Microsoft" }, None => "not verified by Microsoft" } }
                dt { "Sign-in enabled" } dd { @if principal.account_enabled { "yes" } @else { span.bad { "no: disabled in Entra" } } }
            }
        } @else {
            p { "The tenant does not contain Okta's application yet." }
        }
        @if !comparison.missing_required.is_empty() {
            p.bad { strong { "Missing: " } (comparison.missing_required.join(", ")) "." }
        }
        @if !comparison.missing_optional.is_empty() {
            p { "Not granted, and only needed for some features: " (comparison.missing_optional.join(", ")) "." }
        }
        @if !comparison.unexpected.is_empty() {
            p { "Granted beyond what provisioning needs: " (UntrustedText::new(comparison.unexpected.join(", "))) "." }
        }
        table {
            thead { tr { th scope="col" { "Permission" } th scope="col" { "Granted" } } }
            tbody {
                @for grant in &grants.grants {
                    tr { td { code { (UntrustedText::new(grant.permission.as_str())) } } td data-name="Granted" { (kind(&grant.grant)) } }
                }
            }
        }
    }
}

fn kind(kind: &GrantKind) -> &'static str {
    match kind {
        GrantKind::Application => "to the application itself",
        GrantKind::DelegatedForAll => "for everyone in the tenant",
        GrantKind::DelegatedForOne { .. } => "for one administrator only; it ends with that account",
    }
}
