//! Reports as one HTML file: no script, no other file, readable offline and on paper.
//!
//! It is written piece by piece, so that memory does not hold a second copy of a large report.

mod tables;
mod text;

use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};

use self::tables::{apps, changes, customers, not_read};
use self::text::{counted, grouped, length, sentence_case};
pub(super) use self::text::{shown, time};
use super::head::{filters, scope};
use crate::domain::report::Report;
use crate::domain::standing::Standing;

/// The style. Colours meet WCAG 2.2 AA in light and dark mode.
pub(super) const STYLE: &str = include_str!("report.css");
/// The policy of the file itself: its own style, and nothing else.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

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

fn header(report: &Report) -> Markup {
    html! {
        header {
            p.brand { "Regrant" }
            h1 { "Office 365 consent report" }
            p.under { (shown(&sentence_case(&scope(&report.head.scope)))) " · " (time(report.head.generated_at)) }
        }
    }
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
