//! The pages of a simulated Microsoft: plain HTML, without a script. They are laid out like Microsoft's, say on top that
//! they are not, and name the people who will be refused.

use http::StatusCode;

use super::directory::{AccessPolicy, EntraTenant};
use super::entra_app::EntraApp;
use super::person::{GLOBAL_ADMINISTRATOR, Person, SignInBlock};
use crate::answer::Answer;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#5a5a5a;--ground:#eef1f5;--card:#fff;--line:#d5d9de;--blue:#0a5dab;\
--on-blue:#fff;--bad:#a4262c;--good:#0b6a2f}\
@media(prefers-color-scheme:dark){:root{--ink:#f0f0f0;--soft:#b8bec5;--ground:#16191d;--card:#22272d;--line:#3c434b;\
--blue:#7ab8ff;--on-blue:#0b1420;--bad:#ff9ba3;--good:#6ad58f}}\
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:1rem/1.45 system-ui,'Segoe UI',sans-serif}\
.simulated{background:#fff4ce;color:#4d3800;padding:.6rem 1rem;text-align:center;font-size:.9375rem}\
main{max-width:28rem;margin:2rem auto;background:var(--card);padding:1.75rem;border:1px solid var(--line)}\
.brand{display:flex;gap:.5rem;align-items:center;color:var(--soft);font-weight:600;margin:0 0 1rem}\
h1{font-size:1.5rem;line-height:1.25;margin:0 0 1rem}p{margin:.6rem 0}\
.account{display:flex;gap:.9rem;align-items:center;width:100%;text-align:left;font:inherit;color:inherit;background:none;border:0;\
border-top:1px solid var(--line);padding:.8rem .25rem;cursor:pointer;min-height:2.9rem}\
.account:hover,.account:focus-visible{background:var(--ground)}\
.face{flex:none;width:2.5rem;height:2.5rem;border-radius:50%;border:1px solid var(--soft);display:grid;place-items:center;font-weight:600}\
.account span span{display:block;overflow-wrap:anywhere}.soft{color:var(--soft);font-size:.9375rem}\
.bad{color:var(--bad);font-size:.9375rem}.good{color:var(--good);font-size:.9375rem}\
.actions{display:flex;gap:.75rem;justify-content:flex-end;margin-top:1.5rem}\
.actions button{font:inherit;font-weight:600;min-width:7rem;min-height:2.6rem;border:1px solid var(--line);background:var(--card);\
color:inherit;cursor:pointer}.actions .accept{background:var(--blue);color:var(--on-blue);border-color:var(--blue)}\
code{overflow-wrap:anywhere}@media(max-width:30rem){main{margin:0;border:0;padding:1.25rem}}";

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(status: StatusCode, title: &str, body: &str) -> Answer {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><link rel=\"icon\" href=\"data:,\"><title>{title} (simulated \
         Microsoft)</title><style>{STYLE}</style></head><body><header class=\"simulated\">Simulated Microsoft: a page of the \
         demo on this machine. No account and no password is real.</header><main><p class=\"brand\">Microsoft \
         (simulated)</p><h1>{title}</h1>{body}</main></body></html>"
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
    let accounts: String = tenant
        .persons
        .iter()
        .map(|person| {
            let initial: String = person.name.chars().take(1).collect();
            let (class, note) = outlook(tenant, person);
            format!(
                "<button class=\"account\" type=\"submit\" name=\"person\" value=\"{upn}\"><span class=\"face\" \
                 aria-hidden=\"true\">{initial}</span><span><span>{name}</span><span class=\"soft\">{shown}</span><span \
                 class=\"{class}\">{note}</span></span></button>",
                upn = escaped(&person.upn),
                shown = escaped(&person.upn).replace('@', "@<wbr>").replace('.', ".<wbr>"),
                name = escaped(&person.name),
                initial = escaped(&initial),
                note = escaped(&note),
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let body = format!(
        "<p class=\"soft\">to continue to {}</p><form method=\"post\" action=\"{path}\">{}{accounts}</form>",
        escaped(&tenant.initial_domain),
        hidden(query)
    );
    page(StatusCode::OK, "Pick an account", &body)
}

/// What will happen to a person who signs in here for Regrant, and its style.
fn outlook(tenant: &EntraTenant, person: &Person) -> (&'static str, String) {
    let refused = |why: &str| ("bad", format!("Will be refused: {why}"));
    let is_administrator = person.roles.iter().any(|role| role == GLOBAL_ADMINISTRATOR);
    match person.block {
        Some(SignInBlock::AnotherTenant) => refused("an account of a different organization (AADSTS50020)"),
        Some(SignInBlock::ConditionalAccess) => refused("blocked by Conditional Access (AADSTS53003)"),
        Some(SignInBlock::MfaDemanded) => refused("has not registered the required second factor (AADSTS50076)"),
        None if !person.enabled => refused("the account is disabled (AADSTS50057)"),
        None if tenant.access_policy == Some(AccessPolicy::Blocks) => {
            refused("the tenant's Conditional Access blocks everyone (AADSTS53003)")
        }
        None if person.is_partner => refused("a partner's administrator (GDAP), not a member of this tenant"),
        None if !is_administrator => refused("not a Global Administrator"),
        None if !person.mfa => (
            "good",
            "Global Administrator without a second factor: accepted unless the installation requires MFA".to_owned(),
        ),
        None => ("good", "Global Administrator: will be accepted".to_owned()),
    }
}

/// The consent page.
pub(super) fn consent(tenant: &EntraTenant, app: &EntraApp, upn: &str, path: &str, query: &str) -> Answer {
    let permissions: String = app
        .permissions
        .iter()
        .map(|name| format!("<li><code>{}</code></li>", escaped(name)))
        .collect::<Vec<_>>()
        .concat();
    let publisher = match &app.publisher {
        Some(publisher) => format!("<span class=\"good\">{}</span>", escaped(publisher)),
        None => "<span class=\"bad\">unverified</span>".to_owned(),
    };
    let body = format!(
        "<p class=\"soft\">{upn}</p><p><strong>{name}</strong><br>Publisher: {publisher}</p><p>This app asks \
         {domain} for:</p><ul>{permissions}</ul><form method=\"post\" action=\"{path}\">{request}<input type=\"hidden\" \
         name=\"person\" value=\"{upn}\"><div class=\"actions\"><button type=\"submit\" name=\"decision\" \
         value=\"cancel\">Cancel</button><button class=\"accept\" type=\"submit\" name=\"decision\" \
         value=\"accept\">Accept</button></div></form>",
        name = escaped(&app.display_name),
        domain = escaped(&tenant.initial_domain),
        request = hidden(query),
        upn = escaped(upn),
    );
    page(StatusCode::OK, "Permissions requested", &body)
}
