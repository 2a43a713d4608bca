//! The timeline of an app: what happened, latest first, in words.

use maud::{Markup, html};
use regrant::domain::event::{AppEvent, EventKind};
use regrant::domain::text::UntrustedText;

use super::parts::{compact, day, pill, time};

/// The timeline of `events`, which are oldest first. `left_out` older ones are not among them.
pub(super) fn timeline(events: &[AppEvent], left_out: usize) -> Markup {
    html! {
        h2 { "Timeline" }
        @if left_out > 0 { p { "The latest " (events.len()) " events. " (left_out) " older ones are in the API." } }
        ol.trail {
            @for event in events.iter().rev() {
                li {
                    span.at { (time(event.at)) @if let Some(by) = &event.by { " · " (UntrustedText::new(by.to_string())) } }
                    (happened(&event.kind))
                }
            }
        }
    }
}

fn happened(kind: &EventKind) -> Markup {
    html! {
        @match kind {
            EventKind::Found { standing } => { "Found: " (pill(*standing)) }
            EventKind::StandingChanged { from, to, reasons } => {
                (pill(*from)) " → " (pill(*to))
                @if let Some(reason) = reasons.first() { br; (UntrustedText::new(reason)) }
            }
            EventKind::Invited { invitation, expires_at } => {
                "Link created, valid until " (day(*expires_at)) (reference("Invitation", invitation))
            }
            EventKind::InvitationRevoked { invitation } => { "Link revoked" (reference("Invitation", invitation)) }
            EventKind::AdministratorVerified { username, session, .. } => {
                "Administrator verified: " (username) (reference("Session", session))
            }
            EventKind::ConsentFailed { failure, code, .. } => {
                "Consent failed: " (failure.name().replace('-', " "))
                @if let Some(code) = code { " (" (UntrustedText::new(code)) ")" }
            }
            EventKind::ConsentLinkOpened { session, .. } => { "Okta's consent link opened" (reference("Session", session)) }
            EventKind::ConsentNotDone { why, .. } => { "Consent not done: " (why.words()) }
            EventKind::HandedOver { save } => { "The text of Okta's page was handed over" (reference("Save", save)) }
            EventKind::SaveBegun { save, was_on } => {
                "Save started" @if *was_on { ", provisioning was on" } (reference("Save", save))
            }
            EventKind::ProvisioningPaused { save } => { "Provisioning paused until the save" (reference("Save", save)) }
            EventKind::Saved { save, verified, .. } => {
                "Saved in Okta, " @if !*verified { "not " } "verified with Microsoft" (reference("Save", save))
            }
            EventKind::SaveFailed { reason, left_off, .. } => {
                "Save failed: " (UntrustedText::new(reason))
                @if *left_off { " " span.pill.bad { "provisioning is off" } }
            }
            EventKind::Notified { kind, request, .. } => {
                "Notified: " (UntrustedText::new(kind.replace('-', " "))) (reference("Request", request))
            }
            EventKind::Waived { reason, until } => { "Postponed until " (day(*until)) ": " (reason) }
            EventKind::WaiverRemoved => { "Postponement ended" }
            other => { (UntrustedText::new(event_text(other))) }
        }
    }
}

fn reference(what: &str, id: &impl std::fmt::Display) -> Markup {
    html! { span.sub { (what) " " code { (id.to_string()) } } }
}

/// An event in words: its name, then its members.
fn event_text(kind: &EventKind) -> String {
    let Ok(serde_json::Value::Object(mut members)) = serde_json::to_value(kind) else { return String::new() };
    let name =
        members.remove("event").and_then(|name| name.as_str().map(|name| name.replace('-', " "))).unwrap_or_default();
    let mut chars = name.chars();
    let name = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default() + chars.as_str();
    let details = compact(&serde_json::Value::Object(members));
    if details.is_empty() { name } else { format!("{name}: {details}") }
}
