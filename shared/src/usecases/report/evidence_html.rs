//! An evidence pack as one HTML file, for people. Programs verify the signed JSON file next to it.

use std::io::{self, Write};

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::evidence::{Approved, Asked, Evidence, ReadBack, Saved, SignedEvidence, WaiverEvent};
use super::head::moment;
use super::html::{POLICY, STYLE, shown, time};
use crate::domain::actor::Actor;
use crate::domain::administrator::Mfa;
use crate::domain::grant::GrantsRead;
use crate::domain::save::ConsentEvidence;
use crate::domain::text::UntrustedText;
use crate::domain::trail::TrailEntry;

/// Writes the file.
pub fn write(signed: &SignedEvidence, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(signed).into_string().as_bytes())
}

fn page(SignedEvidence { evidence, signature }: &SignedEvidence) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { "Evidence: " (evidence.label) " in " (shown(&evidence.org_domain)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    p.brand { "Regrant" }
                    h1 { "Evidence of consent" }
                    p.under { (evidence.label) " · " (shown(&evidence.org_domain)) " · " (time(evidence.made_at)) }
                }
                main {
                    (verdict(evidence))
                    (facts(evidence))
                    h2 { "Who asked" } (asked(&evidence.asked))
                    h2 { "Who approved" } (approved(&evidence.approved))
                    h2 { "What changed in Okta" } (saves(&evidence.saves))
                    h2 { "What was read back" } (read_back(evidence.read_back.as_ref()))
                    h2 { "Waivers" } (waivers(&evidence.waivers))
                    h2 { "Audit trail" } (trail(evidence))
                }
                footer {
                    p {
                        "Made by Regrant " (evidence.version)
                        @if let Some(person) = &evidence.made_by { " for " (person) }
                        ". Everything here comes from the audit trail and from what Okta and Microsoft Graph returned. All \
                         times are in UTC."
                    }
                    p { "Public key " span.id { (shown(&evidence.key)) } }
                    p { "Signature of the JSON file " span.id { (shown(signature)) } }
                }
            }
        }
    }
}

fn verdict(evidence: &Evidence) -> Markup {
    html! {
        section.verdict.{ "tone-" (evidence.standing.name()) } aria-label="Standing" {
            p.large {
                (evidence.standing.meaning())
                @if evidence.verified { " Confirmed by Microsoft Graph." }
            }
            @for reason in &evidence.reasons { p { (shown(reason)) } }
        }
    }
}

fn facts(evidence: &Evidence) -> Markup {
    html! {
        dl.facts {
            dt { "App" } dd { (evidence.label) span.id { (evidence.app) } }
            dt { "Okta org" } dd { (shown(&evidence.org_domain)) span.id { (evidence.org) } }
            @if let Some(customer) = &evidence.customer { dt { "Customer" } dd { (shown(customer.as_str())) } }
            dt { "Microsoft tenant" } dd {
                @match &evidence.tenant_name { Some(name) => (shown(name.as_str())), None => "Not known" }
                @if let Some(id) = &evidence.tenant { span.id { (id) } }
            }
            @if let Some(client) = &evidence.client { dt { "Okta's client id" } dd { span.id { (client) } } }
            dt { "Last check" } dd { (time(evidence.checked_at)) }
        }
    }
}

fn person(by: Option<&Actor>) -> String {
    by.map_or_else(|| "Regrant, on schedule".to_owned(), ToString::to_string)
}

fn table(columns: &[&str], rows: impl Iterator<Item = Vec<Markup>>) -> Markup {
    html! {
        div.scroll { table {
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            tbody { @for cells in rows { tr {
                @for (column, cell) in columns.iter().zip(cells) { td data-name=(column) { div { (cell) } } }
            } } }
        } }
    }
}

fn asked(asked: &[Asked]) -> Markup {
    html! {
        @if asked.is_empty() { p { "No invitation is on record." } }
        @else {
            (table(&["When", "Who", "Invitation", "Link valid until"], asked.iter().map(|one| vec![
                time(one.at), html! { (person(one.by.as_ref())) }, html! { span.id { (one.invitation) } }, time(one.expires_at),
            ])))
        }
    }
}

fn approved(approved: &[Approved]) -> Markup {
    let mfa = |mfa: Mfa| match mfa {
        Mfa::Verified => "Verified",
        Mfa::NotVerified => "Not verified: no token says",
        Mfa::Refuted => "Not used",
    };
    html! {
        @if approved.is_empty() { p { "No administrator's sign-in is on record." } }
        @else {
            (table(&["When", "Account", "Role", "Multi-factor authentication", "References"], approved.iter().map(|one| vec![
                time(one.at),
                html! { strong { (one.username) } span.id { (one.object) } },
                html! { (shown(&one.role)) },
                html! { (mfa(one.mfa)) },
                html! {
                    span.id { "session " (one.session) }
                    @if let Some(token) = &one.token_id { span.id { "token " (shown(token)) } }
                },
            ])))
        }
    }
}

fn saves(saves: &[Saved]) -> Markup {
    let was_on = |was_on: Option<bool>| match was_on {
        Some(true) => "On",
        Some(false) => "Off",
        None => "Not recorded",
    };
    let shown_by = |evidence: ConsentEvidence| match evidence {
        ConsentEvidence::CodeAccepted => "Okta accepted Microsoft's authorization code.",
        ConsentEvidence::SwitchedOn => "The connection was off and reads as on.",
        ConsentEvidence::GrantsChanged => "The grants at Microsoft changed after the consent link was issued.",
    };
    html! {
        @if saves.is_empty() { p { "Regrant has not changed the connection." } }
        @else {
            (table(&["When", "Who", "Connection before", "Result", "Reference"], saves.iter().map(|one| vec![
                time(one.at),
                html! { (person(one.by.as_ref())) },
                html! { (was_on(one.was_on)) },
                html! {
                    strong { @if one.succeeded { "On" } @else { "Not on" } }
                    @if one.verified { " · confirmed by Microsoft Graph" }
                    @if let Some(evidence) = one.shown_by { span.soft { " " (shown_by(evidence)) } }
                    @if let Some(failure) = &one.failure { span.soft { " " (shown(failure)) } }
                    @if let Some(granted) = &one.granted {
                        span.sub {
                            "Granted before: "
                            @match &one.granted_before { None => "not read", Some(before) => (shown(&before.join(", "))) }
                        }
                        span.sub { "Granted after: " (shown(&granted.join(", "))) }
                    }
                },
                html! { span.id { (one.save) } },
            ])))
        }
    }
}

fn read_back(read_back: Option<&ReadBack>) -> Markup {
    let Some(read) = read_back else { return html! { p { "No save has succeeded, so nothing was read back." } } };
    html! {
        p {
            "Read " (time(read.at)) ": the connection in Okta is "
            @if read.connection.is_on() { "on, with consent" } @else { "not on" } "."
        }
        @match &read.after {
            None => p { "The grants at Microsoft could not be read: " (shown(read.not_read.as_deref().unwrap_or("no reason is recorded"))) },
            Some(after) => {
                (scopes(read.before.as_ref(), after))
                @if !read.missing.is_empty() { p { strong { "Required and not granted: " } (shown(&read.missing.join(", "))) } }
                @if !read.unexpected.is_empty() { p { strong { "Granted and not needed: " } (shown(&read.unexpected.join(", "))) } }
            }
        }
    }
}

fn scopes(before: Option<&GrantsRead>, after: &GrantsRead) -> Markup {
    let had = |permission: &str| match before {
        None => "Not read",
        Some(before) if before.grants.iter().any(|grant| grant.permission == permission) => "Granted",
        Some(_) => "Not granted",
    };
    let gone = before.into_iter().flat_map(|before| &before.grants);
    let gone = gone.filter(|grant| !after.grants.iter().any(|now| now.permission == grant.permission));
    html! {
        @if let Some(principal) = &after.principal {
            p.soft {
                "Service principal " (principal.display_name) span.id { "object " (principal.id) } span.id { "app " (principal.app_id) }
            }
        }
        (table(&["Permission", "Before", "After", "Granted"], after.grants.iter().map(|grant| vec![
            html! { strong { (shown(&grant.permission)) } },
            html! { (had(&grant.permission)) },
            html! { "Granted" },
            html! { (grant.grant.words()) },
        ]).chain(gone.map(|grant| vec![
            html! { strong { (shown(&grant.permission)) } }, html! { "Granted" }, html! { "Not granted" }, html! { "–" },
        ]))))
    }
}

fn waivers(waivers: &[WaiverEvent]) -> Markup {
    html! {
        @if waivers.is_empty() { p { "None." } }
        @else {
            (table(&["When", "Who", "What"], waivers.iter().map(|one| vec![
                time(one.at),
                html! { (person(one.by.as_ref())) },
                if let Some((reason, until)) = &one.given { html! { "Postponed until " (moment(*until)) ": " (reason) } } else { html! { "Waiver removed" } },
            ])))
        }
    }
}

fn trail(evidence: &Evidence) -> Markup {
    html! {
        p {
            @if evidence.trail_is_intact { "The chain of events has no gap and no change. A signed digest shows that its end was not cut off: run the verification." }
            @else { strong.overdue { "The chain of events is damaged. Run the verification." } }
        }
        (table(&["Number", "When", "Event", "SHA-256"], evidence.trail.iter().map(entry)))
    }
}

fn entry(entry: &TrailEntry) -> Vec<Markup> {
    let text = |name| entry.event.get(name).and_then(serde_json::Value::as_str).unwrap_or_default();
    let at = text("at").parse::<Timestamp>();
    vec![
        html! { (entry.number) },
        html! { @if let Ok(at) = at { (time(at)) } @else { (shown(text("at"))) } },
        html! { (UntrustedText::new(text("event"))) },
        html! { span.id { (entry.hash) } },
    ]
}
