//! The estate.

use std::collections::BTreeSet;

use jiff::Timestamp;
use maud::{Markup, html};
use regrant::domain::customer::CustomerName;
use regrant::domain::estate::{EstatePage, EstateQuery, EstateRow, Sort, StandingFilter, WaitingFor};
use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;
use regrant::usecases::access::operator_session::OperatorSession;

use super::chart::{Column, chart};
use super::layout::{ConsolePage, page, token};
use super::parts::{age, app_path, day, estate_with, number, pill, time, tone, words};
use crate::query::{PAGE, fields, url_of};

/// The data of the page.
pub(crate) struct EstateView<'a> {
    pub(crate) session: &'a OperatorSession,
    pub(crate) query: &'a EstateQuery,
    pub(crate) page: &'a EstatePage,
    /// How many emails were sent about each row's request.
    pub(crate) reminders: &'a [usize],
    pub(crate) customers: &'a BTreeSet<CustomerName>,
    pub(crate) scan: Option<&'a Scan>,
    pub(crate) columns: &'a [Column],
    pub(crate) may_invite: bool,
    pub(crate) may_waive: bool,
    pub(crate) may_scan: bool,
    pub(crate) now: Timestamp,
}

/// Renders the page.
pub(crate) fn estate_page(view: &EstateView<'_>) -> ConsolePage {
    let heading = view.query.customer.as_ref().map_or_else(|| "Estate".to_owned(), ToString::to_string);
    let in_view: u64 = view.page.counts.values().sum();
    let is_empty = in_view == 0 && view.query == &EstateQuery::default();
    let content = html! {
        h1 { (heading) }
        p.lead { (summary(view, in_view)) }
        @if let Some(scan) = view.scan { (partial(scan)) }
        @if is_empty {
            div.empty {
                strong { "No apps yet" }
                "Add an org with " code { "regrant org add" } ", then scan it. Its Office 365 apps appear here."
            }
        } @else {
            (cards(view))
            (facets(view))
            (chart(view.columns))
            h2 { "Apps" }
            (filter_form(view))
            (tags(view.query))
            p role="status" { strong { (result_count(view.page)) } }
            @if view.page.rows.is_empty() {
                div.empty { strong { "No app matches" } "Remove a filter, or " a href="/console" { "show every app" } "." }
            } @else {
                (table(view))
                (paging(view))
                (bulk(view))
            }
        }
    };
    page(view.session, "/console", &heading, &content)
}

fn summary(view: &EstateView<'_>, in_view: u64) -> String {
    let apps = if in_view == 1 { "app" } else { "apps" };
    let consented = view.page.counts.get(&Standing::Consented).copied().unwrap_or_default();
    format!("{} {apps}, {} of them consented.", number(in_view), number(consented))
}

/// What the last scan could not read: the table shows older facts about it.
fn partial(scan: &Scan) -> Markup {
    let missed = scan.orgs_not_seen.len() as u64;
    let total = scan.orgs_seen + scan.orgs_pending + missed;
    html! {
        @if missed > 0 {
            div.note role="note" {
                strong { (number(missed)) " of " (number(total)) " orgs could not be read." }
                " Their apps keep the last known standing. " a href="/console/scans/latest" { "See which and why" }
            }
        }
    }
}

fn cards(view: &EstateView<'_>) -> Markup {
    let not_seen = view.page.counts.get(&Standing::Unknown).copied().unwrap_or_default();
    html! {
        div.cards {
            div class=(if view.page.needs_action > 0 { "card alert" } else { "card" }) {
                h2 { "Needs action" }
                div.big { (number(view.page.needs_action)) }
                p { @if view.page.waived > 0 { (number(view.page.waived)) " more postponed" } @else { "none postponed" } }
            }
            div.card {
                h2 { "Waiting longest" }
                @match &view.page.waiting_longest {
                    Some(row) => {
                        div.big { (row.since.map_or_else(|| "–".to_owned(), |since| age(since, view.now))) }
                        p { a href=(app_path(&row.org, &row.app)) { (row.label) } " in " (row.org_domain) }
                    }
                    None => { div.big { "–" } p { "no app needs action" } }
                }
            }
            div.card {
                h2 { "Could not be checked" }
                div.big { (number(not_seen)) }
                p { @if not_seen > 0 { a href=(estate_with("standing", "unknown")) { "show them" } } @else { "every app was read" } }
            }
            div.card {
                h2 { "Last scan" }
                @match view.scan {
                    Some(scan) => {
                        div.big { (age(scan.started_at, view.now)) }
                        p {
                            @if scan.finished_at.is_some() { "finished, " (number(scan.apps_seen)) " apps read" }
                            @else { "running, " (number(scan.orgs_pending)) " orgs left" }
                        }
                    }
                    None => { div.big { "–" } p { "no scan yet" } }
                }
            }
        }
    }
}

fn facets(view: &EstateView<'_>) -> Markup {
    let link =
        |filter: Option<StandingFilter>| url_of(&fields(&EstateQuery { standing: filter, ..view.query.clone() }));
    let current = |filter: Option<StandingFilter>| (view.query.standing == filter).then_some("true");
    let all: u64 = view.page.counts.values().sum();
    html! {
        ul.facets aria-label="Standing" {
            li { a href=(link(None)) aria-current=[current(None)] { "All " b { (number(all)) } } }
            li {
                a href=(link(Some(StandingFilter::NeedsAction))) aria-current=[current(Some(StandingFilter::NeedsAction))] {
                    "needs action " b { (number(view.page.needs_action)) }
                }
            }
            @for (standing, count) in &view.page.counts {
                li {
                    a href=(link(Some(StandingFilter::One(*standing)))) aria-current=[current(Some(StandingFilter::One(*standing)))] {
                        span class={ "dot " (tone(*standing)) } {} (words(*standing)) " " b { (number(*count)) }
                    }
                }
            }
            @if view.page.waived > 0 {
                li {
                    a href=(link(Some(StandingFilter::Waived))) aria-current=[current(Some(StandingFilter::Waived))] {
                        "postponed " b { (number(view.page.waived)) }
                    }
                }
            }
        }
    }
}

fn filter_form(view: &EstateView<'_>) -> Markup {
    let query = view.query;
    html! {
        form.filter method="get" action="/console" role="search" {
            div.grow {
                label for="q" { "App, org, customer, tenant or request" }
                input #q type="search" name="q" value=[query.search.as_deref()];
            }
            @if !view.customers.is_empty() {
                div {
                    label for="customer" { "Customer" }
                    select #customer name="customer" {
                        option value="" { "All" }
                        @for customer in view.customers {
                            option value=(customer) selected[query.customer.as_ref() == Some(customer)] { (customer) }
                        }
                    }
                }
            }
            div {
                label for="waiting" { "Waiting for" }
                select #waiting name="waiting" {
                    option value="" { "Anyone" }
                    @for waiting in WaitingFor::ALL {
                        option value=(waiting.name()) selected[query.waiting == Some(waiting)] { (waiting.words()) }
                    }
                }
            }
            div {
                label for="sort" { "Order" }
                select #sort name="sort" {
                    @for sort in Sort::ALL { option value=(sort.name()) selected[query.sort == sort] { (order(sort)) } }
                }
            }
            @if let Some(standing) = query.standing { input type="hidden" name="standing" value=(standing.name()); }
            @if let Some(org) = &query.org { input type="hidden" name="org" value=(org); }
            @if let Some(tenant) = &query.tenant { input type="hidden" name="tenant" value=(tenant.as_str()); }
            button type="submit" { "Apply" }
        }
    }
}

const fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Urgency => "Worst first",
        Sort::Customer => "By customer",
        Sort::Org => "By org",
        Sort::Label => "By app",
        Sort::Since => "Longest first",
        Sort::Checked => "Longest unchecked",
    }
}

/// The active filters, each a link that removes it.
fn tags(query: &EstateQuery) -> Markup {
    let active: Vec<_> = fields(query).into_iter().filter(|(name, _)| *name != "sort").collect();
    html! {
        @if !active.is_empty() {
            ul.tags aria-label="Active filters" {
                @for (name, value) in &active {
                    @let rest: Vec<_> = fields(query).into_iter().filter(|(other, _)| other != name).collect();
                    li {
                        a href=(url_of(&rest)) aria-label={ "Remove the filter " (tag_name(name)) " " (value) } {
                            (tag_name(name)) ": " strong { (value) } span aria-hidden="true" { "×" }
                        }
                    }
                }
            }
        }
    }
}

fn tag_name(name: &str) -> &str {
    match name {
        "q" => "contains",
        "waiting" => "waiting for",
        other => other,
    }
}

fn result_count(page: &EstatePage) -> String {
    match (page.total, page.rows.len()) {
        (0, _) => "No apps".to_owned(),
        (1, _) => "1 app".to_owned(),
        (total, shown) if shown == total => format!("{} apps", number(total as u64)),
        (total, shown) => format!(
            "{} to {} of {} apps",
            number(page.first as u64),
            number((page.first + shown - 1) as u64),
            number(total as u64)
        ),
    }
}

fn table(view: &EstateView<'_>) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Apps" {
            table.cards-when-narrow {
                thead {
                    tr {
                        th scope="col" { "Standing" }
                        th scope="col" { "App" }
                        th scope="col" { "Customer" }
                        th scope="col" { "Tenant" }
                        th scope="col" { "Cause" }
                        th scope="col" { "Since" }
                        th scope="col" { "Waiting for" }
                        th.num scope="col" { "Emails" }
                        th scope="col" { "Checked" }
                    }
                }
                tbody {
                    @for (row, reminders) in view.page.rows.iter().zip(view.reminders) { (table_row(row, *reminders, view.now)) }
                }
            }
        }
    }
}

fn table_row(row: &EstateRow, reminders: usize, now: Timestamp) -> Markup {
    html! {
        tr {
            td { (pill(row.standing)) }
            td { a href=(app_path(&row.org, &row.app)) { (row.label) } span.sub { (row.org_domain) } }
            td data-name="Customer" {
                @match &row.customer {
                    Some(customer) => { a href=(estate_with("customer", customer.as_str())) { (customer) } }
                    None => { "–" }
                }
            }
            td data-name="Tenant" {
                @match &row.tenant {
                    Some(tenant) => { a href=(estate_with("tenant", tenant.as_str())) { (regrant::domain::text::UntrustedText::new(tenant.as_str())) } }
                    None => { "not set" }
                }
            }
            td data-name="Cause" { (row.cause) }
            td data-name="Since" {
                @match row.since { Some(since) => { (day(since)) span.sub { (age(since, now)) } }, None => { "–" } }
            }
            td data-name="Waiting for" {
                (row.waiting_for(now).words())
                @if let Some(until) = row.waived_until.filter(|_| row.is_waived(now)) { span.sub { "postponed until " (day(until)) } }
                @if let Some(request) = &row.request { span.sub { (request) } }
            }
            td.num data-name="Emails" { (reminders) }
            td data-name="Checked" { (time(row.checked_at)) }
        }
    }
}

fn paging(view: &EstateView<'_>) -> Markup {
    let next = view.page.next.as_ref().map(|next| {
        let mut fields = fields(view.query);
        fields.push(("after", next.to_string()));
        url_of(&fields)
    });
    html! {
        @if next.is_some() || view.page.first > 1 {
            nav.pages aria-label="Pages" {
                @if view.page.first > 1 { a href=(url_of(&fields(view.query))) { "First page" } }
                @if let Some(next) = next { a href=(next) rel="next" { "Next " (PAGE) } }
            }
        }
    }
}

/// An action on the page's apps or on all that match. The form carries the filter and the count, so that an action on a list
/// that has changed meanwhile is refused.
fn bulk(view: &EstateView<'_>) -> Markup {
    let shown = view.page.rows.len();
    let ids: Vec<String> = view.page.rows.iter().map(|row| format!("{}.{}", row.org, row.app)).collect();
    html! {
        @if view.may_invite || view.may_waive || view.may_scan {
            form.bulk method="post" action="/console/bulk" {
                (token(view.session))
                @for (name, value) in fields(view.query) { input type="hidden" name=(name) value=(value); }
                input type="hidden" name="seen" value=(view.page.total);
                input type="hidden" name="apps" value=(ids.join(","));
                fieldset {
                    legend { "Do this for" }
                    label { input type="radio" name="extent" value="page" checked; "the " (number(shown as u64)) " on this page" }
                    label { input type="radio" name="extent" value="all"; "all " (number(view.page.total as u64)) " that match" }
                }
                @if view.may_scan { button.second type="submit" name="action" value="recheck" { "Check again" } }
                @if view.may_invite { button.second type="submit" name="action" value="invite" { "Create links" } }
                @if view.may_waive {
                    div { label for="bulk-reason" { "Reason" } input #bulk-reason type="text" name="reason" maxlength="500"; }
                    div { label for="bulk-until" { "Until" } input #bulk-until type="date" name="until"; }
                    button.second type="submit" name="action" value="waive" { "Postpone" }
                }
            }
        }
    }
}
