//! The result of an action for many apps.

use maud::html;
use regrant::domain::estate::EstateRow;
use regrant::domain::text::UntrustedText;
use regrant::usecases::access::operator_session::OperatorSession;

use super::layout::{ConsolePage, page, token};
use super::parts::{app_path, number};

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
    pub(crate) results: &'a [BulkResult],
}

/// The words for an action, and the action that undoes it.
fn words(action: &str) -> (&'static str, Option<(&'static str, &'static str)>) {
    match action {
        "invite" => ("Link created", Some(("revoke", "Revoke these links"))),
        "revoke" => ("Link revoked", None),
        "waive" => ("Postponed", Some(("end-waiver", "End these postponements"))),
        "end-waiver" => ("Postponement ended", None),
        _ => ("Check queued", None),
    }
}

/// Renders the page.
pub(crate) fn bulk_page(view: &BulkView<'_>) -> ConsolePage {
    let (done, undo) = words(view.action);
    let succeeded: Vec<&EstateRow> =
        view.results.iter().filter(|result| result.outcome.is_ok()).map(|result| &result.row).collect();
    let heading = format!("{} of {} done", number(succeeded.len() as u64), number(view.results.len() as u64));
    let ids: Vec<String> = succeeded.iter().map(|row| format!("{}.{}", row.org, row.app)).collect();
    let content = html! {
        h1 { (heading) }
        @if let Some((action, text)) = undo.filter(|_| !succeeded.is_empty()) {
            form.bulk method="post" action="/console/bulk" {
                (token(view.session))
                input type="hidden" name="extent" value="page";
                input type="hidden" name="apps" value=(ids.join(","));
                button.second type="submit" name="action" value=(action) { (text) }
            }
        }
        div.wide tabindex="0" role="region" aria-label="Results" {
            table.cards-when-narrow {
                thead { tr { th scope="col" { "App" } th scope="col" { "Org" } th scope="col" { "Result" } } }
                tbody {
                    @for result in view.results {
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
        p { a href="/console" { "Back to the estate" } }
    };
    page(view.session, "/console", &heading, &content)
}
