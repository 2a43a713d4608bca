//! Reports as one HTML file: no script, no other file, readable offline and on paper.
//!
//! It is written piece by piece, so that memory does not hold a second copy of a large report.

use std::io::{self, Write};

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::head::{check, filters, moment, scope};
use crate::domain::report::{
    AppNotRead, AppRow, Change, ChangeKind, Comparison, CustomerSummary, OrgNotRead, Percentiles, Reader, Report,
};
use crate::domain::standing::Standing;
use crate::domain::text::UntrustedText;

/// The style. Colours meet WCAG 2.2 AA in light and dark mode.
pub(super) const STYLE: &str = include_str!("report.css");
/// The policy of the file itself: its own style, and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// The longest list that is open at first, if no one has to act on it.
const OPEN_UP_TO: usize = 100;

/// Writes the file.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut put = |markup: Markup| out.write_all(markup.into_string().as_bytes());
    let title = format!("Office 365 consent: {}", scope(&report.head.scope));
    put(html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\"><head>"))
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="robots" content="noindex";
        meta http-equiv="Content-Security-Policy" content=(POLICY);
        meta name="generator" content={ "Regrant " (report.head.version) };
        title { (shown(&title)) }
        style { (PreEscaped(STYLE)) }
        (PreEscaped("</head><body>"))
        a.skip href="#apps" { "Skip to the list of apps" }
        (header(report))
        (PreEscaped("<main>"))
        (verdict(report))
        (standings(report))
        (facts(report))
        (not_read(report))
    })?;
    if let Some(comparison) = &report.comparison {
        put(changes(comparison))?;
    }
    put(customers(&report.customers))?;
    put(html! {
        h2 #apps { "Apps" }
        @if report.apps.is_empty() { p { "No app matches the scope and the filters above." } }
    })?;
    for standing in Standing::ALL {
        apps(report, standing, &mut put)?;
    }
    put(html! {
        (PreEscaped("</main>"))
        (footer(report))
        (PreEscaped("</body></html>\n"))
    })
}

/// Text from outside, without invisible characters.
pub(super) fn shown(text: &str) -> String {
    UntrustedText::new(text).to_string()
}

/// Text from outside, with what stands between backticks as code.
fn with_code(text: &str) -> Markup {
    html! {
        @for (at, part) in text.split('`').enumerate() {
            @if at % 2 == 1 { code { (shown(part)) } } @else { (shown(part)) }
        }
    }
}

pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (moment(at)) } }
}

fn day(at: Timestamp) -> Markup {
    html! { time datetime=(at.to_string()) { (at.strftime("%Y-%m-%d").to_string()) } }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { many })
}

/// A number with thousands separated: `30,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn length(list: usize) -> u64 {
    u64::try_from(list).unwrap_or(u64::MAX)
}

fn header(report: &Report) -> Markup {
    html! {
        header {
            p.brand { "Regrant" }
            h1 { "Office 365 consent report" }
            p.under { (shown(&sentence_case(&scope(&report.head.scope)))) " · " (time(report.head.generated_at)) }
        }
    }
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The worst standing that occurs, for the colour; the words carry the meaning.
fn tone(report: &Report) -> Standing {
    let by_standing = &report.head.counts.by_standing;
    let worst = by_standing.iter().find(|(_, count)| **count > 0).map(|(standing, _)| *standing);
    match worst {
        Some(standing) if standing.needs_action() => standing,
        _ if !report.not_read.orgs.is_empty() => Standing::Unknown,
        Some(standing) => standing,
        None => Standing::NotApplicable,
    }
}

fn verdict(report: &Report) -> Markup {
    let counts = &report.head.counts;
    let (orgs, apps) = (length(report.not_read.orgs.len()), length(report.not_read.apps.len()));
    let large = match (counts.apps, counts.need_action) {
        (0, _) => "No Office 365 apps in scope.".to_owned(),
        (apps, 0) if orgs == 0 && report.not_read.apps.is_empty() => {
            format!("None of {} needs action.", counted(apps, "app", "apps"))
        }
        (apps, 0) => format!("None of the {} that could be read needs action.", counted(apps, "app", "apps")),
        (apps, 1) => format!("1 of {} needs action.", counted(apps, "app", "apps")),
        (apps, few) => format!("{} of {} need action.", grouped(few), counted(apps, "app", "apps")),
    };
    html! {
        section.verdict.{ "tone-" (tone(report).name()) } aria-label="Result" {
            p.large { (large) }
            p {
                @if orgs > 0 || apps > 0 {
                    a href="#not-read" {
                        @if orgs > 0 { (counted(orgs, "org", "orgs")) " could not be read" }
                        @if orgs > 0 && apps > 0 { "; checks of " (counted(apps, "app", "apps")) " failed" }
                        @if orgs == 0 { "Checks of " (counted(apps, "app", "apps")) " failed" }
                    }
                    ". "
                } @else if counts.orgs > 0 { "Every check succeeded. " }
                @if counts.waived > 0 { (counted(counts.waived, "app is", "apps are")) " postponed by a waiver." }
            }
        }
    }
}

fn standings(report: &Report) -> Markup {
    let counts = &report.head.counts;
    let present = || counts.by_standing.iter().filter(|(_, count)| **count > 0);
    html! {
        @if counts.apps > 0 {
            div.bar aria-hidden="true" {
                @for (standing, count) in present() {
                    span.{ "tone-" (standing.name()) } style={ "flex:" (count) } {}
                }
            }
            ul.legend aria-label="Apps by standing" {
                @for (standing, count) in present() {
                    li.{ "tone-" (standing.name()) } {
                        span.dot aria-hidden="true" {} strong { (grouped(*count)) } " " (standing.name())
                    }
                }
            }
        }
    }
}

fn facts(report: &Report) -> Markup {
    let head = &report.head;
    let (counts, sources) = (&head.counts, &head.sources);
    html! {
        h2 { "About this report" }
        dl.facts {
            dt { "Scope" } dd {
                (shown(&sentence_case(&scope(&head.scope)))) ": "
                (counted(counts.orgs, "org", "orgs")) ", " (counted(counts.apps, "app", "apps"))
            }
            dt { "Filters" } dd {
                (shown(&sentence_case(&filters(report))))
                @if !head.filters.is_none() { ": " (counted(counts.listed, "app", "apps")) " listed" }
            }
            dt { "Made" } dd {
                (time(head.generated_at))
                @if let Some(person) = &head.generated_by { " by " (shown(person)) }
                ", with Regrant " (head.version)
            }
            dt { "Last scan" } dd {
                @match &sources.scan {
                    None => "None yet",
                    Some(scan) => {
                        @match scan.finished_at {
                            Some(at) => { "Finished " (time(at)) },
                            None => { "Started " (time(scan.started_at)) ", not finished" },
                        }
                        @if let Some(extent) = scan.extent {
                            ", " (counted(extent.orgs, "org", "orgs"))
                            @if extent.pending > 0 { ", " (grouped(extent.pending)) " not reached yet" }
                        }
                        span.id { (scan.id) }
                    }
                }
            }
            @if let Some(at) = sources.oldest_check { dt { "Oldest check" } dd { (time(at)) } }
            dt { "Audit trail" } dd {
                @match &sources.trail {
                    None => "No signed digest yet",
                    Some(trail) => { "Signed digest " (grouped(trail.digest)) span.id { "SHA-256 " (trail.sha256) } },
                }
            }
        }
    }
}

fn not_read(report: &Report) -> Markup {
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

fn changes(comparison: &Comparison) -> Markup {
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

fn customers(customers: &[CustomerSummary]) -> Markup {
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

/// A duration in the unit that fits: `45 s`, `12 min`, `5.5 h`, `3.2 days`.
fn duration(seconds: i64) -> String {
    let tenths = |unit: i64| {
        let tenths = (seconds * 10 + unit / 2) / unit;
        if tenths % 10 == 0 { (tenths / 10).to_string() } else { format!("{}.{}", tenths / 10, tenths % 10) }
    };
    match seconds {
        ..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        5_400..172_800 => format!("{} h", tenths(3_600)),
        _ => format!("{} days", tenths(86_400)),
    }
}

/// The apps with one standing.
fn apps(report: &Report, standing: Standing, put: &mut impl FnMut(Markup) -> io::Result<()>) -> io::Result<()> {
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

fn footer(report: &Report) -> Markup {
    html! {
        footer {
            p {
                "Made by Regrant " (report.head.version) ", which reads Okta and Microsoft Graph and claims only what it read. "
                "A standing is true as of the time of its check. All times are in UTC."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_use_the_unit_that_fits() {
        for (seconds, words) in [
            (0, "0 s"),
            (89, "89 s"),
            (90, "2 min"),
            (3_600, "60 min"),
            (5_400, "1.5 h"),
            (7_200, "2 h"),
            (172_800, "2 days"),
            (276_480, "3.2 days"),
        ] {
            assert_eq!(duration(seconds), words);
        }
    }

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1_000, 30_000, 1_234_567].map(grouped), ["0", "999", "1,000", "30,000", "1,234,567"]);
    }
}
