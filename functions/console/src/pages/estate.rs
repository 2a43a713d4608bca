//! The estate.

use maud::{Markup, html};
use regrant::domain::estate::{EstateQuery, StandingFilter};
use regrant::domain::scan::Scan;
use regrant::domain::standing::Standing;

use super::apps::apps;
use super::bulk::bulk_form;
use super::chart::chart;
use super::estate_view::EstateView;
use super::layout::{ConsolePage, page};
use super::parts::{age, app_path, estate_with, number, reports, tone, words};
use crate::query::{fields, url_of};

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
            (apps(view))
            @if !view.page.rows.is_empty() { (bulk_form(view)) }
            (reports(view.query.customer.as_ref()))
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
                p { @if view.page.counts.is_empty() { "no app in view" } @else if not_seen > 0 { a href=(estate_with("standing", "unknown")) { "show them" } } @else { "every app was read" } }
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
    let link = |filter: Option<StandingFilter>| {
        url_of("/console", &fields(&EstateQuery { standing: filter, ..view.query.clone() }))
    };
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
