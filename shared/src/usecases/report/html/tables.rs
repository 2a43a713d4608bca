//! The lists of the file: failed reads, changes, customers and apps.

use std::io;

use jiff::Timestamp;
use maud::{Markup, PreEscaped, html};

use super::text::{counted, day, duration, grouped, length, sentence_case, shown, time, with_code};
use crate::domain::report::{
    AppNotRead, AppRow, Change, ChangeKind, Comparison, CustomerSummary, OrgNotRead, Percentiles, Reader, Report,
};
use crate::domain::standing::Standing;
use crate::usecases::report::head::{check, moment};

/// The longest list that is open at first, if no one has to act on it.
const OPEN_UP_TO: usize = 100;

pub(super) fn not_read(report: &Report) -> Markup {
    let (orgs, apps) = (&report.not_read.orgs, &report.not_read.apps);
    html! {
        h2 #not-read { "What could not be read" }
        @if orgs.is_empty() && apps.is_empty() {
            @if report.head.sources.scan.is_some() {
                p { "Nothing: every check of the orgs and apps in scope succeeded." }
            } @else {
                p { "Nothing has been read yet: no scan has run." }
            }
        } @else {
            p { "This report makes no statement about the present state of the following." }
            @if !orgs.is_empty() { (orgs_not_read(orgs)) }
            @if !apps.is_empty() { (apps_not_read(apps)) }
        }
    }
}

fn orgs_not_read(orgs: &[OrgNotRead]) -> Markup {
    html! {
        div.scroll {
            table {
                caption { (counted(length(orgs.len()), "org", "orgs")) }
                thead { tr { th scope="col" { "Org" } th scope="col" { "Why" } th scope="col" { "Last answer from Okta" } } }
                tbody {
                    @for org in orgs {
                        tr {
                            td data-name="Org" { span {
                                strong { (shown(&org.org_domain)) }
                                @if let Some(customer) = &org.customer { " · " (shown(customer.as_str())) }
                            } }
                            td data-name="Why" { div { (with_code(&org.reason)) } }
                            td.when data-name="Last answer" {
                                @match org.last_read_at { Some(at) => (time(at)), None => "Never" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn apps_not_read(apps: &[AppNotRead]) -> Markup {
    html! {
        div.scroll {
            table {
                caption { (counted(length(apps.len()), "app", "apps")) }
                thead { tr {
                    th scope="col" { "App" } th scope="col" { "Check" } th scope="col" { "Why" }
                    th scope="col" { "Failed" } th scope="col" { "Last known standing" }
                } }
                tbody {
                    @for app in apps {
                        tr {
                            td data-name="App" { span {
                                strong { (app.label) } " · " (shown(&app.org_domain)) span.id { (app.app) }
                            } }
                            td data-name="Check" { (sentence_case(check(app.check))) }
                            td data-name="Why" { div { (with_code(&app.reason)) } }
                            td.when data-name="Failed" { (time(app.failed_at)) }
                            td data-name="Last known" { span {
                                @match &app.last_known {
                                    Some(known) => { (known.standing.name()) span.sub { (moment(known.as_of)) } },
                                    None => "The app's current standing",
                                }
                            } }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn changes(comparison: &Comparison) -> Markup {
    html! {
        h2 { "What changed since " (day(comparison.since)) }
        @if comparison.changes.is_empty() {
            p { "Nothing: the same apps have the same standings." }
        } @else {
            div.scroll {
                table {
                    caption { (counted(length(comparison.changes.len()), "change", "changes")) }
                    thead { tr { th scope="col" { "Change" } th scope="col" { "App or org" } th scope="col" { "Before" } th scope="col" { "Now" } } }
                    tbody { @for change in &comparison.changes { (change_row(change)) } }
                }
            }
        }
    }
}

fn change_row(change: &Change) -> Markup {
    let (what, before, after, reason) = match &change.kind {
        ChangeKind::NewlyUnreadable { before, reason } => {
            ("Cannot be read", *before, Some(Standing::Unknown), Some(reason))
        }
        ChangeKind::Worse { before, after } => ("Worse", Some(*before), Some(*after), None),
        ChangeKind::Appeared { standing } => ("Appeared", None, Some(*standing), None),
        ChangeKind::Disappeared { before } => ("Disappeared", Some(*before), None, None),
        ChangeKind::ReadableAgain { after } => ("Readable again", Some(Standing::Unknown), *after, None),
        ChangeKind::Better { before, after } => ("Better", Some(*before), Some(*after), None),
    };
    let of_org = change.app.is_none();
    html! {
        tr {
            td data-name="Change" { strong { (what) } }
            td data-name="App or org" { span {
                @match &change.label {
                    Some(label) => { strong { (label) } " · " (shown(&change.org_domain)) },
                    None => { strong { (shown(&change.org_domain)) } " · whole org" },
                }
                @if let Some(app) = &change.app { span.id { (app) } }
                @if let Some(reason) = reason { span.soft { (shown(reason)) } }
            } }
            td data-name="Before" { (standing_tag(before.filter(|_| !of_org))) }
            td data-name="Now" { (standing_tag(after.filter(|_| !of_org))) }
        }
    }
}

fn standing_tag(standing: Option<Standing>) -> Markup {
    html! {
        @match standing {
            Some(standing) => span { span.tag.{ "tone-" (standing.name()) } { (standing.name()) } },
            None => "–",
        }
    }
}

pub(super) fn customers(customers: &[CustomerSummary]) -> Markup {
    html! {
        @if customers.iter().any(|customer| customer.apps > 0) {
            h2 { @if customers.len() > 1 { "Customers" } @else { "Time to consent" } }
            p {
                "Times run from the scan that found an app to the scan or save that first read its consent, and to the first \
                 confirmation by Microsoft Graph. Apps that ran on consent when they were found are not included."
            }
            div.scroll {
                table {
                    thead { tr {
                        th scope="col" { "Customer" }
                        th.number scope="col" { "Orgs" } th.number scope="col" { "Apps" }
                        th.number scope="col" { "Need action" } th.number scope="col" { "Postponed" }
                        th.number scope="col" { "Consented" }
                        th.number scope="col" { "Found to consented" } th.number scope="col" { "Consented to verified" }
                    } }
                    tbody { @for customer in customers { (customer_row(customer)) } }
                }
            }
        }
    }
}

fn customer_row(customer: &CustomerSummary) -> Markup {
    let consented = customer.by_standing.get(&Standing::Consented).copied().unwrap_or_default();
    html! {
        tr {
            td data-name="Customer" { strong { @match &customer.customer { Some(name) => (shown(name.as_str())), None => "No customer" } } }
            td.number data-name="Orgs" { span {
                (grouped(customer.orgs))
                @if customer.orgs_not_read > 0 { span.sub { (grouped(customer.orgs_not_read)) " not read" } }
            } }
            td.number data-name="Apps" { (grouped(customer.apps)) }
            td.number data-name="Need action" {
                @if customer.need_action > 0 { strong { (grouped(customer.need_action)) } } @else { "0" }
            }
            td.number data-name="Postponed" { (grouped(customer.waived)) }
            td.number data-name="Consented" { (grouped(consented)) }
            td.number data-name="To consent" { (percentiles(customer.turnaround.found_to_consented.as_ref())) }
            td.number data-name="To verified" { (percentiles(customer.turnaround.consented_to_verified.as_ref())) }
        }
    }
}

fn percentiles(times: Option<&Percentiles>) -> Markup {
    html! {
        @match times {
            None => "–",
            Some(times) => span {
                (duration(times.median_seconds)) " median"
                span.sub { (duration(times.p95_seconds)) " at 95 % · " (counted(times.apps, "app", "apps")) }
            },
        }
    }
}

/// The apps with one standing.
pub(super) fn apps(
    report: &Report,
    standing: Standing,
    put: &mut impl FnMut(Markup) -> io::Result<()>,
) -> io::Result<()> {
    let listed = || report.apps.iter().filter(|row| row.standing == standing);
    let count = listed().count();
    if count == 0 {
        return Ok(());
    }
    let open = standing.needs_action() || standing == Standing::Unknown || count <= OPEN_UP_TO;
    put(html! {
        (PreEscaped(if open { "<details open>" } else { "<details>" }))
        summary {
            h3 { span.{ "tone-" (standing.name()) } { span.dot aria-hidden="true" {} } (standing.name()) }
            span.count { " · " (counted(length(count), "app", "apps")) }
        }
        p.soft { (standing.meaning()) " " (standing.next_step().words()) }
        (PreEscaped("<div class=\"scroll\"><table class=\"apps\">"))
        thead { tr {
            th scope="col" { "App" } th scope="col" { "Org" } th scope="col" { "Tenant" } th scope="col" { "Why" }
            @if standing.needs_action() || standing == Standing::Unknown { th scope="col" { "Who has to act" } }
            th scope="col" { "Since" } th scope="col" { "Checked" }
        } }
        (PreEscaped("<tbody>"))
    })?;
    for row in listed() {
        put(app_row(row, report.head.generated_at, report.head.reader))?;
    }
    put(PreEscaped("</tbody></table></div></details>".to_owned()))
}

fn app_row(row: &AppRow, now: Timestamp, reader: Reader) -> Markup {
    let more = row.reasons.get(1..).unwrap_or_default();
    html! {
        tr {
            td data-name="App" { span { strong { (row.label) } span.id { (row.app) } } }
            td data-name="Org" { span {
                (shown(&row.org_domain))
                @if let Some(customer) = &row.customer { span.sub { (shown(customer.as_str())) } }
            } }
            td data-name="Tenant" { @match &row.tenant { Some(tenant) => (shown(tenant.as_str())), None => "–" } }
            td data-name="Why" { div {
                @if let Some(reason) = row.reasons.first() { (with_code(reason)) }
                @if !more.is_empty() { ul.more { @for reason in more { li { (with_code(reason)) } } } }
                @if let Some(known) = &row.last_known {
                    span.soft { "Last known: " (known.standing.name()) ", " (moment(known.as_of)) }
                }
            } }
            @if row.is_planned() { td data-name="Owner" { div { (owner(row, now, reader)) } } }
            td.when data-name="Since" { (day(row.since)) }
            td.when data-name="Checked" { (day(row.checked_at)) }
        }
    }
}

fn owner(row: &AppRow, now: Timestamp, reader: Reader) -> Markup {
    html! {
        (row.owner.words())
        @if !row.owner_contacts.is_empty() { span.sub { (shown(&row.owner_contacts.join(", "))) } }
        @if let Some(waiver) = row.waiver.as_ref().filter(|waiver| waiver.active) {
            div { span.tag.tone-unknown { "Postponed until " (day(waiver.ends_at)) } }
            span.soft { (waiver.reason) }
        } @else if let Some(due) = row.due {
            div { @if row.is_overdue(now) { span.overdue { "Overdue since " span.when { (due) } } } @else { "Due " (due) } }
        }
        @if let Some(request) = &row.request { span.id { (request) } }
        @if let Some(command) = row.command().filter(|_| reader == Reader::Operator) { code { (command) } }
    }
}
