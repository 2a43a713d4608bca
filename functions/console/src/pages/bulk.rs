//! Actions on many apps: the form, the progress and the results.

use maud::{Markup, html};
use regrant::domain::contact::Audience;
use regrant::domain::estate::EstateRow;
use regrant::domain::text::UntrustedText;
use regrant::usecases::access::operator_session::OperatorSession;

use super::estate_view::EstateView;
use super::layout::{ConsolePage, page, token};
use super::parts::{app_path, number};
use crate::query::fields;

/// The audiences of contacts: name in the form, audience, words.
pub(crate) const AUDIENCES: [(&str, Audience, &str); 3] = [
    ("administrator", Audience::MicrosoftAdministrator, "Microsoft administrator"),
    ("operator", Audience::OktaOperator, "Okta operator"),
    ("escalation", Audience::Escalation, "escalation contact"),
];

/// An action on the page's apps or on all that match. The form carries the filter and the count, so that an action on a list
/// that has changed meanwhile is refused.
pub(crate) fn bulk_form(view: &EstateView<'_>) -> Markup {
    let shown = view.page.rows.len();
    let ids: Vec<String> = view.page.rows.iter().map(|row| format!("{}.{}", row.org, row.app)).collect();
    html! {
        @if view.may_invite || view.may_waive || view.may_scan || view.may_manage_orgs {
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
                div.row {
                    @if view.may_scan { button.second type="submit" name="action" value="recheck" { "Check again" } }
                    @if view.may_invite {
                        button.second type="submit" name="action" value="invite" { "Create links" }
                        button.second type="submit" name="action" value="remind" { "Email again" }
                    }
                }
                @if view.may_waive {
                    div.row {
                        div.grow { label for="bulk-reason" { "Reason" } input #bulk-reason type="text" name="reason" maxlength="500"; }
                        div { label for="bulk-until" { "Until" } input #bulk-until type="date" name="until"; }
                        button.second type="submit" name="action" value="waive" { "Postpone" }
                    }
                }
                @if view.may_manage_orgs {
                    div.row {
                        div.grow { label for="bulk-contact" { "Email address" } input #bulk-contact type="email" name="contact" autocomplete="off"; }
                        div {
                            label for="bulk-audience" { "As" }
                            select #bulk-audience name="audience" {
                                @for audience in AUDIENCES { option value=(audience.0) { (audience.2) } }
                            }
                        }
                        button.second type="submit" name="action" value="assign" { "Assign the contact" }
                    }
                }
            }
        }
    }
}

/// What became of one app.
pub(crate) struct BulkResult {
    pub(crate) row: EstateRow,
    /// Why nothing was done, in a sentence for people.
    pub(crate) outcome: Result<(), String>,
}

/// The data of the page.
pub(crate) struct BulkView<'a> {
    pub(crate) session: &'a OperatorSession,
    pub(crate) action: &'a str,
    /// The fields of the form that the action needs, and that a next step or the undoing repeats.
    pub(crate) fields: &'a [(&'static str, String)],
    pub(crate) results: &'a [BulkResult],
    /// The apps that are left, as positions.
    pub(crate) left: &'a [String],
}

/// The words for an action, and the action that undoes it.
fn words(action: &str) -> (&'static str, Option<(&'static str, &'static str)>) {
    match action {
        "invite" => ("Link created", Some(("revoke", "Revoke these links"))),
        "revoke" => ("Link revoked", None),
        "remind" => ("Email planned", None),
        "waive" => ("Postponed", Some(("end-waiver", "End these postponements"))),
        "end-waiver" => ("Postponement ended", None),
        "assign" => ("Contact assigned", Some(("unassign", "Remove this contact again"))),
        "unassign" => ("Contact removed", None),
        _ => ("Check queued", None),
    }
}

/// Renders the page: the progress while apps are left, then every result and what can be undone.
pub(crate) fn bulk_page(view: &BulkView<'_>) -> ConsolePage {
    let (done, undo) = words(view.action);
    let handled = view.results.len();
    let total = handled + view.left.len();
    let succeeded: Vec<String> = view.results.iter().filter(|result| result.outcome.is_ok()).map(position).collect();
    let failed = handled - succeeded.len();
    let is_over = view.left.is_empty();
    let heading = if is_over {
        format!("{} of {} done", number(succeeded.len() as u64), number(total as u64))
    } else {
        format!("{} of {} handled", number(handled as u64), number(total as u64))
    };
    let content = html! {
        h1 { (heading) }
        @if !is_over { (progress(view, &succeeded, total)) }
        @if is_over && failed > 0 { div.note role="note" { (number(failed as u64)) " could not be done. The table says why." } }
        @if let Some((action, text)) = undo.filter(|_| is_over && !succeeded.is_empty()) {
            form.bulk method="post" action="/console/bulk" {
                (token(view.session))
                (repeated(view.fields))
                input type="hidden" name="extent" value="page";
                input type="hidden" name="apps" value=(succeeded.join(","));
                button.second type="submit" name="action" value=(action) { (text) }
            }
        }
        (results(view.results, done))
        p { a href="/console" { "Back to the estate" } }
    };
    page(view.session, "/console", &heading, &content)
}

fn position(result: &BulkResult) -> String {
    format!("{}.{}", result.row.org, result.row.app)
}

fn repeated(fields: &[(&'static str, String)]) -> Markup {
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// The progress, and the form of the next step. The script of the page submits it; without script, a person does.
fn progress(view: &BulkView<'_>, succeeded: &[String], total: usize) -> Markup {
    let failed: Vec<String> = view
        .results
        .iter()
        .filter_map(|result| result.outcome.as_ref().err().map(|reason| format!("{} {reason}", position(result))))
        .collect();
    html! {
        progress value=(view.results.len()) max=(total) aria-label="Apps handled" {}
        form.bulk method="post" action="/console/bulk" data-continue {
            (token(view.session))
            (repeated(view.fields))
            input type="hidden" name="action" value=(view.action);
            input type="hidden" name="extent" value="page";
            input type="hidden" name="apps" value=(view.left.join(","));
            input type="hidden" name="done" value=(succeeded.join(","));
            input type="hidden" name="not-done" value=(failed.join("\n"));
            button type="submit" { "Continue" }
            a href="/console" { "Stop here" }
        }
    }
}

fn results(results: &[BulkResult], done: &str) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label="Results" {
            table.cards-when-narrow {
                thead { tr { th scope="col" { "App" } th scope="col" { "Org" } th scope="col" { "Result" } } }
                tbody {
                    @for result in results {
                        tr {
                            td { a href=(app_path(&result.row.org, &result.row.app)) { (result.row.label) } }
                            td data-name="Org" { (result.row.org_domain) }
                            td data-name="Result" {
                                @match &result.outcome {
                                    Ok(()) => { span.pill.good { (done) } }
                                    Err(reason) => { span.pill.bad { "Not done" } " " (UntrustedText::new(reason)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
