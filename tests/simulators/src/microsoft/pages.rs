//! The pages of a simulated Microsoft: plain HTML, without a script.

use http::StatusCode;

use super::directory::EntraTenant;
use super::entra_app::EntraApp;
use crate::answer::Answer;

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(status: StatusCode, title: &str, body: &str) -> Answer {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title} (simulated Microsoft)</title></head><body><main>\
         <p>This is a simulator of Microsoft on this machine.</p><h1>{title}</h1>{body}</main></body></html>"
    );
    Answer::text(status, "text/html; charset=utf-8", html)
}

/// The authorization request as hidden form fields.
fn hidden(query: &str) -> String {
    format!("<input type=\"hidden\" name=\"request\" value=\"{}\">", escaped(query))
}

/// An error page without a redirect, because an unregistered redirect URI must not receive a response.
pub(super) fn error(number: u32, text: &str) -> Answer {
    page(
        StatusCode::BAD_REQUEST,
        "Sorry, but we are having trouble signing you in",
        &format!("<p>AADSTS{number}: {}</p>", escaped(text)),
    )
}

/// The sign-in page.
pub(super) fn sign_in(tenant: &EntraTenant, path: &str, query: &str) -> Answer {
    let buttons: String = tenant
        .persons
        .iter()
        .map(|person| {
            format!(
                "<p><button type=\"submit\" name=\"person\" value=\"{}\">{} ({})</button></p>",
                escaped(&person.upn),
                escaped(&person.name),
                escaped(&person.upn)
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let body = format!("<form method=\"post\" action=\"{path}\">{}{buttons}</form>", hidden(query));
    page(StatusCode::OK, "Pick an account", &body)
}

/// The consent page.
pub(super) fn consent(tenant: &EntraTenant, app: &EntraApp, upn: &str, path: &str, query: &str) -> Answer {
    let permissions: String =
        app.permissions.iter().map(|name| format!("<li>{}</li>", escaped(name))).collect::<Vec<_>>().concat();
    let publisher = app.publisher.as_deref().unwrap_or("unverified");
    let body = format!(
        "<p><strong>{}</strong> (publisher: {}) asks {} for:</p><ul>{permissions}</ul><form method=\"post\" \
         action=\"{path}\">{}<input type=\"hidden\" name=\"person\" value=\"{}\"><p><button type=\"submit\" \
         name=\"decision\" value=\"accept\">Accept</button> <button type=\"submit\" name=\"decision\" \
         value=\"cancel\">Cancel</button></p></form>",
        escaped(&app.display_name),
        escaped(publisher),
        escaped(&tenant.initial_domain),
        hidden(query),
        escaped(upn),
    );
    page(StatusCode::OK, "Permissions requested", &body)
}
