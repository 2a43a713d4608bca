//! The pages about customers, orgs, the last scan, emails and settings.

use std::collections::BTreeMap;

use jiff::Timestamp;
use maud::{Markup, html};
use regrant::domain::access_policy::{Access, AccessRule};
use regrant::domain::access_problem::AccessProblem;
use regrant::domain::contact::MailAddress;
use regrant::domain::customer::CustomerName;
use regrant::domain::estate::EstatePage;
use regrant::domain::notification::{Delivery, Notification, NotificationState, Recipient};
use regrant::domain::org::{CredentialKind, OrgProfile};
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::scan::{OrgNotScanned, Scan};
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::ledger::Suppression;
use regrant::usecases::access::operator_session::OperatorSession;

use super::layout::{ConsolePage, page};
use super::parts::{age, app_path, counted, day, estate_with, number, pill, time};

/// A customer's totals.
#[derive(Debug, Clone, Default)]
pub(crate) struct CustomerRow {
    pub(crate) orgs: u64,
    pub(crate) counts: BTreeMap<Standing, u64>,
    pub(crate) needs_action: u64,
    /// Since when its longest waiting app needs action.
    pub(crate) oldest: Option<Timestamp>,
}

pub(crate) fn customers_page(
    session: &OperatorSession,
    customers: &[(Option<CustomerName>, CustomerRow)],
    now: Timestamp,
) -> ConsolePage {
    let content = html! {
        h1 { "Customers" }
        p.lead { "Most to do first. Label an org with " code { "regrant org label" } "." }
        @if customers.is_empty() {
            div.empty { strong { "No orgs yet" } "Add one with " code { "regrant org add" } "." }
        } @else {
            div.wide tabindex="0" role="region" aria-label="Customers" {
                table.cards-when-narrow {
                    thead {
                        tr {
                            th scope="col" { "Customer" } th.num scope="col" { "Needs action" } th scope="col" { "Waiting longest" }
                            th.num scope="col" { "Apps" } th.num scope="col" { "Consented" } th.num scope="col" { "Not checked" } th.num scope="col" { "Orgs" }
                        }
                    }
                    tbody {
                        @for (customer, row) in customers {
                            @let count = |standing: Standing| number(row.counts.get(&standing).copied().unwrap_or_default());
                            tr {
                                td { @match customer { Some(customer) => { a href=(estate_with("customer", customer.as_str())) { (customer) } }, None => { "no customer" } } }
                                td.num data-name="Needs action" { @if row.needs_action > 0 { span.pill.bad { (number(row.needs_action)) } } @else { "0" } }
                                td data-name="Waiting longest" { @match row.oldest { Some(oldest) => { (age(oldest, now)) }, None => { "–" } } }
                                td.num data-name="Apps" { (number(row.counts.values().sum::<u64>())) }
                                td.num data-name="Consented" { (count(Standing::Consented)) }
                                td.num data-name="Not checked" { (count(Standing::Unknown)) }
                                td.num data-name="Orgs" { (number(row.orgs)) }
                            }
                        }
                    }
                }
            }
        }
    };
    page(session, "/console/customers", "Customers", &content)
}

/// An org and its totals.
pub(crate) struct OrgRow {
    pub(crate) org: OrgProfile,
    pub(crate) apps: u64,
    pub(crate) needs_action: u64,
}

const fn credential(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::ApiToken => "API token",
        CredentialKind::ServiceApp => "service app",
    }
}

fn labels(org: &OrgProfile) -> Markup {
    html! { @for label in &org.labels { span.pill { (label) } " " } }
}

pub(crate) fn orgs_page(session: &OperatorSession, orgs: &[OrgRow], total: usize) -> ConsolePage {
    let content = html! {
        h1 { "Orgs" }
        p.lead {
            @if total > orgs.len() { "The " (number(orgs.len() as u64)) " with most to do, of " (number(total as u64)) "." }
            @else { (counted(total, "org", "orgs")) ", most to do first." }
        }
        div.wide tabindex="0" role="region" aria-label="Orgs" {
            table.cards-when-narrow {
                thead {
                    tr {
                        th scope="col" { "Org" } th scope="col" { "Customer" } th scope="col" { "Labels" } th.num scope="col" { "Needs action" }
                        th.num scope="col" { "Apps" } th scope="col" { "Credential" } th scope="col" { "Added" }
                    }
                }
                tbody {
                    @for row in orgs {
                        tr {
                            td { a href={ "/console/orgs/" (row.org.id) } { (row.org.domain()) } }
                            td data-name="Customer" { @match &row.org.customer { Some(customer) => { (customer) }, None => { "–" } } }
                            td data-name="Labels" { (labels(&row.org)) }
                            td.num data-name="Needs action" { @if row.needs_action > 0 { span.pill.bad { (number(row.needs_action)) } } @else { "0" } }
                            td.num data-name="Apps" { (number(row.apps)) }
                            td data-name="Credential" { (credential(row.org.credential)) }
                            td data-name="Added" { (day(row.org.added_at)) }
                        }
                    }
                }
            }
        }
    };
    page(session, "/console/orgs", "Orgs", &content)
}

pub(crate) fn org_page(
    session: &OperatorSession,
    org: &OrgProfile,
    apps: &EstatePage,
    problems: &[AccessProblem],
    emails: &[Notification],
    now: Timestamp,
) -> ConsolePage {
    let names = |people: &[MailAddress]| {
        let names: Vec<_> = people.iter().map(MailAddress::as_str).collect();
        if names.is_empty() { "the installation's own".to_owned() } else { names.join(", ") }
    };
    let content = html! {
        h1 { (org.domain()) }
        @for problem in problems {
            div.note role="note" {
                strong { (problem.kind.name().replace('-', " ")) } " since " (day(problem.since)) ". " (UntrustedText::new(&problem.detail))
                " Request " (problem.request) "."
            }
        }
        dl.facts {
            dt { "Customer" } dd { @match &org.customer { Some(customer) => { a href=(estate_with("customer", customer.as_str())) { (customer) } }, None => { "none" } } }
            dt { "Labels" } dd { @if org.labels.is_empty() { "none" } @else { (labels(org)) } }
            dt { "Org ID" } dd { code { (org.id) } }
            dt { "Credential" } dd { (credential(org.credential)) ", added " (day(org.added_at)) }
            dt { "Microsoft administrators" } dd { (UntrustedText::new(names(&org.contacts.administrators))) }
            dt { "Okta operators" } dd { (UntrustedText::new(names(&org.contacts.operators))) }
        }
        h2 { "Apps" }
        div.wide tabindex="0" role="region" aria-label="Apps" {
            table.cards-when-narrow {
                thead { tr { th scope="col" { "Standing" } th scope="col" { "App" } th scope="col" { "Cause" } th scope="col" { "Since" } th scope="col" { "Checked" } } }
                tbody {
                    @for row in &apps.rows {
                        tr {
                            td { (pill(row.standing)) }
                            td { a href=(app_path(&row.org, &row.app)) { (row.label) } }
                            td data-name="Cause" { (row.cause) }
                            td data-name="Since" { @if let Some(since) = row.since { (day(since)) span.sub { (age(since, now)) } } }
                            td data-name="Checked" { (time(row.checked_at)) }
                        }
                    }
                }
            }
        }
        h2 { "Latest emails" }
        (email_table(emails.iter().map(|email| (org.domain(), email))))
    };
    page(session, "/console/orgs", &org.domain(), &content)
}

pub(crate) fn scan_page(
    session: &OperatorSession,
    scan: Option<&Scan>,
    missed: &[(OrgNotScanned, Option<OrgProfile>)],
    now: Timestamp,
) -> ConsolePage {
    let content = html! {
        h1 { "Last scan" }
        @match scan {
            None => { div.empty { strong { "No scan yet" } "Start one with " code { "regrant scan" } ", or on an app's page." } }
            Some(scan) => {
                dl.facts {
                    dt { "Started" } dd { (time(scan.started_at)) " (" (age(scan.started_at, now)) ")" }
                    dt { "Finished" } dd { @match scan.finished_at { Some(at) => { (time(at)) }, None => { "still running, " (number(scan.orgs_pending)) " orgs left" } } }
                    dt { "Orgs read" } dd { (number(scan.orgs_seen)) }
                    dt { "Apps read" } dd { (number(scan.apps_seen)) }
                    dt { "Scan" } dd { code { (scan.id) } }
                }
                h2 { "Orgs that could not be read" }
                @if missed.is_empty() { p { "None." } } @else {
                    div.wide tabindex="0" role="region" aria-label="Orgs that could not be read" {
                        table.cards-when-narrow {
                            thead { tr { th scope="col" { "Org" } th scope="col" { "Why" } } }
                            tbody {
                                @for (one, org) in missed {
                                    tr {
                                        td { @match org { Some(org) => { a href={ "/console/orgs/" (org.id) } { (org.domain()) } }, None => { code { (one.org) } } } }
                                        td data-name="Why" { (UntrustedText::new(&one.reason)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    page(session, "/console/scans/latest", "Last scan", &content)
}

const fn state(state: &NotificationState) -> (&'static str, &'static str) {
    match state {
        NotificationState::Open => ("", "due"),
        NotificationState::Sending { .. } => ("", "being sent"),
        NotificationState::Waiting { .. } => ("warn", "will be retried"),
        NotificationState::Sent { .. } => ("good", "sent"),
        NotificationState::Refused { .. } => ("bad", "refused"),
        NotificationState::Dropped { .. } => ("", "no longer needed"),
    }
}

fn delivery(delivery: &Delivery) -> String {
    let value = serde_json::to_value(delivery).unwrap_or_default();
    let mut members = value.as_object().into_iter().flatten();
    members.find_map(|(_, value)| value.as_str()).unwrap_or_default().to_owned()
}

fn email_table<'a>(emails: impl Iterator<Item = (String, &'a Notification)>) -> Markup {
    let emails: Vec<_> = emails.collect();
    html! {
        @if emails.is_empty() { p { "None." } } @else {
            div.wide tabindex="0" role="region" aria-label="Emails" {
                table.cards-when-narrow {
                    thead {
                        tr {
                            th scope="col" { "To" } th scope="col" { "About" } th scope="col" { "Org" } th scope="col" { "Request" }
                            th scope="col" { "State" } th scope="col" { "Due" }
                        }
                    }
                    tbody {
                        @for (org, email) in &emails {
                            tr {
                                td { @match &email.recipient { Recipient::Mail { address, .. } => { (UntrustedText::new(address.as_str())) }, Recipient::Hook { name } => { "hook " (UntrustedText::new(name)) } } }
                                td data-name="About" { (email.about.name().replace('-', " ")) }
                                td data-name="Org" { (org) }
                                td data-name="Request" { code { (email.request) } }
                                td data-name="State" {
                                    @let (tone, name) = state(&email.state);
                                    span class={ "pill " (tone) } { (name) }
                                    @if let Some(report) = &email.delivery { " " (UntrustedText::new(delivery(report))) }
                                }
                                td data-name="Due" { (time(email.due_at)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(crate) fn emails_page(
    session: &OperatorSession,
    emails: &[(String, Notification)],
    suppressed: Option<&[(MailAddress, Suppression)]>,
) -> ConsolePage {
    let content = html! {
        h1 { "Emails" }
        p.lead { "Emails about apps that need action, latest first." }
        (email_table(emails.iter().map(|(org, email)| (org.clone(), email))))
        @if let Some(suppressed) = suppressed {
            h2 { "Suppressed addresses" }
            @if suppressed.is_empty() { p { "None. Every address can receive emails." } } @else {
                p { "These addresses receive no email. Once a mailbox works again, run " code { "regrant mail unsuppress ADDRESS" } "." }
                div.wide {
                    table.cards-when-narrow {
                        thead { tr { th scope="col" { "Address" } th scope="col" { "Since" } th scope="col" { "Why" } } }
                        tbody {
                            @for (address, suppression) in suppressed {
                                tr { td { (UntrustedText::new(address.as_str())) } td data-name="Since" { (time(suppression.at)) } td data-name="Why" { (UntrustedText::new(&suppression.reason)) } }
                            }
                        }
                    }
                }
            }
        }
    };
    page(session, "/console/emails", "Emails", &content)
}

/// The data of the settings.
pub(crate) struct SettingsView<'a> {
    pub(crate) session: &'a OperatorSession,
    pub(crate) access: &'a Access,
    pub(crate) rules: Option<&'a [AccessRule]>,
    pub(crate) public_url: Option<String>,
    pub(crate) sender: Option<String>,
    pub(crate) permissions: &'a PermissionCatalogue,
}

pub(crate) fn settings_page(view: &SettingsView<'_>) -> ConsolePage {
    let content = html! {
        h1 { "Settings" }
        h2 { "You" }
        dl.facts {
            dt { "Signed in as" } dd { (UntrustedText::new(view.session.actor().to_string())) }
            dt { "Roles" } dd { @for (role, scope) in view.access.roles() { (role) " for " (scope) br; } }
            dt { "Session ends" } dd { (time(view.session.ends_at)) }
        }
        @if let Some(rules) = view.rules {
            h2 { "Access" }
            p { "Change it with " code { "regrant access grant" } " and " code { "regrant access revoke" } "." }
            @if rules.is_empty() { p { "No rule yet." } } @else {
                div.wide {
                    table.cards-when-narrow {
                        thead { tr { th scope="col" { "Claim" } th scope="col" { "Role" } th scope="col" { "Customers" } th scope="col" { "Granted" } } }
                        tbody {
                            @for rule in rules {
                                tr {
                                    td { code { (UntrustedText::new(rule.claim.to_string())) } }
                                    td data-name="Role" { (rule.role) }
                                    td data-name="Customers" { (rule.scope) }
                                    td data-name="Granted" { (day(rule.granted_at)) @if let Some(by) = &rule.granted_by { " by " (UntrustedText::new(by.to_string())) } }
                                }
                            }
                        }
                    }
                }
            }
        }
        h2 { "Installation" }
        dl.facts {
            dt { "Public URL" } dd { (view.public_url.as_deref().unwrap_or("not set, so no links can be created")) }
            dt { "Sender of emails" } dd { (UntrustedText::new(view.sender.as_deref().unwrap_or("not set, so no emails are sent"))) }
            dt { "Expected permissions" } dd { @for permission in view.permissions.all() { code { (permission.name) } @if !permission.required { " (optional)" } br; } }
        }
    };
    page(view.session, "/console/settings", "Settings", &content)
}
