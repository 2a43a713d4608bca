//! A Microsoft tenant: the apps that name it, who was verified for them, their grants, and the secrets that end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use maud::{Markup, html};
use regrant::domain::app::AppRecord;
use regrant::domain::id::OrgId;
use regrant::domain::org::OrgProfile;
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::signal::SignalKind;
use regrant::domain::tenant::{TenantId, TenantName};
use regrant::domain::text::UntrustedText;
use regrant::usecases::access::operator_session::OperatorSession;

use super::layout::{ConsolePage, page};
use super::parts::{age, app_path, counted, day, estate_with, pill, time};

/// The data of the page.
pub(crate) struct TenantPage<'a> {
    pub(crate) session: &'a OperatorSession,
    pub(crate) tenant: &'a TenantName,
    /// The apps that name it, as far as the operator may see them.
    pub(crate) apps: &'a [AppRecord],
    pub(crate) has_more: bool,
    pub(crate) orgs: &'a BTreeMap<OrgId, OrgProfile>,
    pub(crate) permissions: &'a PermissionCatalogue,
    pub(crate) now: Timestamp,
}

/// Renders the page.
pub(crate) fn tenant_page(view: &TenantPage<'_>) -> ConsolePage {
    let name = UntrustedText::new(view.tenant.as_str()).to_string();
    let ids: BTreeSet<&str> =
        view.apps.iter().filter_map(|app| app.consent.tenant.as_ref()).map(TenantId::as_str).collect();
    let content = html! {
        h1 { (name) }
        p.lead {
            "Microsoft tenant, named by " @if view.has_more { "at least " } (counted(view.apps.len(), "app", "apps")) " of "
            (counted(view.orgs.len(), "org", "orgs")) ". " a href=(estate_with("tenant", view.tenant.as_str())) { "Show them in the estate" }
        }
        @if view.orgs.len() > 1 {
            div.note role="note" {
                "Several orgs name this tenant. Each asks its administrators on its own; check that every one of them belongs to the tenant's owner."
            }
        }
        dl.facts {
            dt { "Tenant ID" }
            dd { @if ids.is_empty() { "not known: no administrator has signed in yet" } @else { @for id in &ids { code { (id) } " " } } }
            dt { "Orgs" }
            dd { @for org in view.orgs.values() { (org_line(org)) br; } }
        }
        h2 { "Apps" }
        div.wide tabindex="0" role="region" aria-label="Apps" {
            table.cards-when-narrow {
                thead {
                    tr {
                        th scope="col" { "Standing" } th scope="col" { "App" } th scope="col" { "Verified administrator" }
                        th scope="col" { "Grants" } th scope="col" { "Last secret ends" } th scope="col" { "Checked" }
                    }
                }
                tbody { @for app in view.apps { (row(app, view)) } }
            }
        }
    };
    page(view.session, "/console", &name, &content)
}

fn org_line(org: &OrgProfile) -> Markup {
    html! {
        a href={ "/console/orgs/" (org.id) } { (org.domain()) }
        @if let Some(customer) = &org.customer { " · " a href=(estate_with("customer", customer.as_str())) { (customer) } }
    }
}

fn row(app: &AppRecord, view: &TenantPage<'_>) -> Markup {
    let identity = &app.identity;
    html! {
        tr {
            td { (pill(app.standing())) }
            td { a href=(app_path(&identity.org, &identity.app)) { (identity.label) } span.sub { (identity.org_domain) } }
            td data-name="Verified administrator" {
                @match &app.consent.administrator {
                    Some(administrator) => {
                        (administrator.username)
                        @if let Some(verification) = &app.consent.verification { span.sub { "read back " (day(verification.at)) } }
                    }
                    None => { "none" }
                }
            }
            td data-name="Grants" { (grants(app, view.permissions)) }
            td data-name="Last secret ends" { (secret(app, view.now)) }
            td data-name="Checked" { (time(app.as_of)) }
        }
    }
}

/// What was granted when the last save was read back.
fn grants(app: &AppRecord, catalogue: &PermissionCatalogue) -> Markup {
    let expected = app.consent.expected_permissions(catalogue);
    let read = app.consent.verification.as_ref().and_then(|verification| verification.grants.as_ref());
    html! {
        @match read.map(|read| read.compare(&expected)) {
            None => { "not read" }
            Some(compared) if compared.missing_required.is_empty() => { span.pill.good { "all required" } }
            Some(compared) => { span.pill.bad { "missing" } @for name in &compared.missing_required { span.sub { code { (name) } } } }
        }
    }
}

/// When the last secret of Okta's own provisioning app ends.
fn secret(app: &AppRecord, now: Timestamp) -> Markup {
    let read = app.signals.iter().rev().find_map(|signal| match &signal.kind {
        SignalKind::ProvisioningSecretRead { ends_at, warning, .. } => Some((*ends_at, warning.is_some())),
        _ => None,
    });
    html! {
        @match read {
            Some((Some(ends_at), is_warning)) => {
                @if is_warning { span.pill.warn { (day(ends_at)) } } @else { (day(ends_at)) }
                @if ends_at < now { span.sub { "ended " (age(ends_at, now)) " ago" } }
            }
            Some((None, _)) => { "no secret" }
            None => { "not read" }
        }
    }
}
