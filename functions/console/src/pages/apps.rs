//! The table of apps: its filters, its rows and its pages.

use jiff::Timestamp;
use maud::{Markup, html};
use regrant::domain::estate::{EstatePage, EstateQuery, EstateRow, Sort, WaitingFor};
use regrant::domain::text::UntrustedText;

use super::estate_view::EstateView;
use super::parts::{age, app_path, day, estate_with, number, pill, tenant_path, time};
use crate::query::{PAGE, fields, url_of};

/// The table with everything around it.
pub(crate) fn apps(view: &EstateView<'_>) -> Markup {
    html! {
        (filter_form(view))
        (tags(view.query))
        div.count {
            p role="status" { strong { (result_count(view.page)) } }
            @if !view.page.rows.is_empty() { (downloads(view.query)) }
        }
        @if view.page.rows.is_empty() {
            div.empty { strong { "No app matches" } "Remove a filter, or " a href="/console" { "show every app" } "." }
        } @else {
            (table(view))
            (paging(view))
        }
    }
}

/// The same rows as files, on all pages.
fn downloads(query: &EstateQuery) -> Markup {
    let link = |format: &str| {
        let fields = fields(query).into_iter().chain([("format", format.to_owned())]).collect::<Vec<_>>();
        url_of("/console/apps", &fields)
    };
    html! { p.downloads { "Download: " a href=(link("csv")) { "CSV" } " " a href=(link("json")) { "JSON" } } }
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
                        a href=(url_of("/console", &rest)) aria-label={ "Remove the filter " (tag_name(name)) " " (value) } {
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
            td.name { a href=(app_path(&row.org, &row.app)) { (row.label) } span.sub { (row.org_domain) } }
            td data-name="Customer" {
                @match &row.customer {
                    Some(customer) => { a href=(estate_with("customer", customer.as_str())) { (customer) } }
                    None => { "–" }
                }
            }
            td data-name="Tenant" {
                @match &row.tenant {
                    Some(tenant) => { a href=(tenant_path(tenant)) { (UntrustedText::new(tenant.as_str())) } }
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
        url_of("/console", &fields)
    });
    html! {
        @if next.is_some() || view.page.first > 1 {
            nav.pages aria-label="Pages" {
                @if view.page.first > 1 { a href=(url_of("/console", &fields(view.query))) { "First page" } }
                @if let Some(next) = next { a href=(next) rel="next" { "Next " (PAGE) } }
            }
        }
    }
}
