//! An app's page: its standing, its next step, its evidence and its timeline.

use jiff::Timestamp;
use maud::{Markup, html};
use regrant::domain::access_policy::Permission;
use regrant::domain::app::AppRecord;
use regrant::domain::contact::{Contacts, MailAddress};
use regrant::domain::event::AppEvent;
use regrant::domain::id::InvitationId;
use regrant::domain::org::OrgProfile;
use regrant::domain::permission::PermissionCatalogue;
use regrant::domain::request::Request;
use regrant::domain::signal::Source;
use regrant::domain::standing::Standing;
use regrant::domain::text::UntrustedText;
use regrant::domain::waiver::Waiver;
use regrant::usecases::access::operator_session::OperatorSession;
use url::Url;

use super::layout::{ConsolePage, page, token};
use super::parts::{age, app_path, compact, day, estate_with, pill, tenant_path, time, words};
use super::timeline::timeline;

/// An open invitation's link.
pub(crate) struct OpenLink {
    pub(crate) id: InvitationId,
    pub(crate) expires_at: Timestamp,
    pub(crate) url: Url,
}

/// The data of the page.
pub(crate) struct AppPage<'a> {
    pub(crate) session: &'a OperatorSession,
    pub(crate) org: &'a OrgProfile,
    pub(crate) app: &'a AppRecord,
    /// The latest events, oldest first.
    pub(crate) events: &'a [AppEvent],
    /// How many older events are not shown.
    pub(crate) left_out: usize,
    pub(crate) waiver: Option<&'a Waiver>,
    pub(crate) link: Option<&'a OpenLink>,
    /// Who receives emails about the org.
    pub(crate) contacts: &'a Contacts,
    pub(crate) permissions: &'a PermissionCatalogue,
    /// Whether the operator has a permission for the app.
    pub(crate) may: &'a dyn Fn(Permission) -> bool,
    /// The action that led here.
    pub(crate) done: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// Renders the page.
pub(crate) fn app_page(view: &AppPage<'_>) -> ConsolePage {
    let identity = &view.app.identity;
    let content = html! {
        h1 { (identity.label) }
        p.lead {
            (pill(view.app.standing())) " "
            a href={ "/console/orgs/" (view.org.id) } { (view.org.domain()) }
            @if let Some(customer) = &view.org.customer { " · " a href=(estate_with("customer", customer.as_str())) { (customer) } }
            @if let Some(tenant) = &identity.tenant { " · tenant " a href=(tenant_path(tenant)) { (UntrustedText::new(tenant.as_str())) } }
        }
        @if let Some(done) = view.done.and_then(done_text) { div.note.good role="status" { (done) } }
        div.two {
            div {
                (standing(view))
                (grants(view))
                (timeline(view.events, view.left_out))
            }
            aside { (next_step(view)) (waiver(view)) (evidence(view)) }
        }
    };
    page(view.session, "/console", &identity.label.to_string(), &content)
}

/// The evidence pack, to download.
fn evidence(view: &AppPage<'_>) -> Markup {
    let link =
        |format| format!("{}/evidence?format={format}", app_path(&view.app.identity.org, &view.app.identity.app));
    html! {
        section.panel {
            h2 { "Evidence" }
            p { "The people who asked and approved, the grants, the read-back, and the signed trail of events." }
            p { a href=(link("html")) download { "HTML" } " " a href=(link("json")) download { "JSON" } }
        }
    }
}

/// What an action did. The URL only chooses one of these texts.
fn done_text(done: &str) -> Option<&'static str> {
    Some(match done {
        "invited" => "The link was created. Older links of this app no longer work.",
        "reminded" => "The email is planned. It is sent in a few seconds, or after the quiet hours of its recipients.",
        "revoked" => "The link no longer works.",
        "saving" => "The save is queued. Its outcome appears in the timeline; reload the page in a few seconds.",
        "checking" => "The org is being checked. Reload the page in a few seconds.",
        "waived" => "The app is postponed. No one is emailed about it until then.",
        "waiver-ended" => "The postponement has ended. Emails about the app are sent again.",
        _ => return None,
    })
}

fn standing(view: &AppPage<'_>) -> Markup {
    let app = view.app;
    html! {
        h2 { "Standing" }
        dl.facts {
            dt { "Standing" } dd { (words(app.standing())) @if app.assessment.verified { ", verified with Microsoft" } @else if app.standing() == Standing::Consented { ", not verified with Microsoft" } }
            dt { "Why" } dd { @for reason in &app.assessment.reasons { (UntrustedText::new(reason)) br; } }
            @if let Some(since) = app.since { dt { "Since" } dd { (time(since)) " (" (age(since, view.now)) ")" } }
            @if let Some(before) = app.before { dt { "Before" } dd { (words(before)) } }
            @if let Some(known) = &app.last_known { dt { "Last known" } dd { (words(known.standing)) ", " (time(known.as_of)) } }
            @if let Some(request) = &app.request { dt { "Request" } dd { (request.id) @if request.is_open() { ", open since " } @else { ", opened " } (day(request.opened_at)) } }
            dt { "Checked" } dd { (time(app.as_of)) }
        }
        details {
            summary { "Signals (" (app.signals.len()) ")" }
            div.wide {
                table {
                    thead { tr { th scope="col" { "Read from" } th scope="col" { "Signal" } th scope="col" { "At" } } }
                    tbody {
                        @for signal in &app.signals {
                            tr { td { (source(signal.source)) } td { code { (UntrustedText::new(signal_text(&signal.kind))) } } td { (time(signal.seen_at)) } }
                        }
                    }
                }
            }
        }
    }
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::Okta => "Okta",
        Source::OktaSystemLog => "Okta System Log",
        Source::MicrosoftGraph => "Microsoft Graph",
        Source::Regrant => "Regrant",
    }
}

fn signal_text(kind: &regrant::domain::signal::SignalKind) -> String {
    match serde_json::to_value(kind) {
        Ok(value) => compact(&value),
        Err(_) => String::new(),
    }
}

fn grants(view: &AppPage<'_>) -> Markup {
    let Some(verification) = &view.app.consent.verification else { return html! {} };
    html! {
        h2 { "Verification" }
        dl.facts {
            dt { "Read back" } dd { (time(verification.at)) }
            @if let Some(administrator) = &view.app.consent.administrator { dt { "Administrator" } dd { (administrator.username) } }
            @if let Some(reason) = &verification.grants_unread { dt { "Microsoft" } dd { "not read: " (UntrustedText::new(reason)) } }
        }
        @if let Some(grants) = &verification.grants {
            @let missing = grants.compare(view.permissions);
            div.wide {
                table {
                    thead { tr { th scope="col" { "Permission" } th scope="col" { "Granted" } th scope="col" { "Why Okta needs it" } } }
                    tbody {
                        @for permission in view.permissions.all() {
                            @let is_missing = missing.missing_required.contains(&permission.name) || missing.missing_optional.contains(&permission.name);
                            tr {
                                td { code { (permission.name) } }
                                td { @if !is_missing { span.pill.good { "granted" } } @else if permission.required { span.pill.bad { "missing" } } @else { span.pill { "not granted" } } }
                                td { (permission.why) @if !permission.required { " Optional." } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn button(view: &AppPage<'_>, action: &str, class: &str, text: &str) -> Markup {
    html! {
        form method="post" action=(app_path(&view.app.identity.org, &view.app.identity.app)) {
            (token(view.session))
            button class=(class) type="submit" name="action" value=(action) { (text) }
        }
    }
}

fn next_step(view: &AppPage<'_>) -> Markup {
    let standing = view.app.standing();
    let can_invite = (view.may)(Permission::Invite) && !matches!(standing, Standing::NotApplicable | Standing::ByHand);
    let asks_for_consent = matches!(standing, Standing::NeedsConsent | Standing::Broken | Standing::Degraded);
    html! {
        section.panel {
            h2 { "Next step" }
            p { (standing.next_step().words()) }
            @if let Some(link) = view.link {
                label for="link" { "Link for a Microsoft Global Administrator, until " (day(link.expires_at)) }
                form {
                    div.grow { input #link type="text" readonly value=(link.url); }
                    button.second type="button" data-copy="link" hidden { "Copy" }
                }
                p.sub { "Send it to that person only. Invitation " code { (link.id) } "." }
            }
            @if can_invite {
                (button(view, "invite", if asks_for_consent && view.link.is_none() { "" } else { "second" },
                    if view.link.is_some() { "Replace the link" } else { "Create a link" }))
            }
            @if (view.may)(Permission::Invite) && view.app.request.as_ref().is_some_and(Request::is_open) { (email_again(view)) }
            @if view.link.is_some() && (view.may)(Permission::Invite) { (button(view, "revoke", "second", "Revoke the link")) }
            @if (view.may)(Permission::Save) && standing == Standing::NeedsSave { (button(view, "save", "", "Save in Okta")) }
            @if (view.may)(Permission::Scan) { (button(view, "recheck", "second", "Check again")) }
            @if let Some(url) = admin_console(view.org, view.app) { p { a href=(url) rel="noreferrer" { "Open in the Okta Admin Console" } } }
        }
    }
}

/// The button that emails the people who have to act again, and who they are.
fn email_again(view: &AppPage<'_>) -> Markup {
    let asks_operators = matches!(view.app.known_standing(), Standing::NeedsSave | Standing::ByHand);
    let people = if asks_operators { &view.contacts.operators } else { &view.contacts.administrators };
    let people = if people.is_empty() { &view.contacts.operators } else { people };
    let names: Vec<_> = people.iter().map(MailAddress::as_str).collect();
    html! {
        @if names.is_empty() {
            p.sub { "No one is emailed: the org has no contacts, or no sender is set." }
        } @else {
            (button(view, "remind", "second", "Email again"))
            p.sub { "To " (UntrustedText::new(names.join(", "))) "." }
        }
    }
}

fn waiver(view: &AppPage<'_>) -> Markup {
    let active = view.waiver.filter(|waiver| waiver.holds(view.now));
    html! {
        @if active.is_some() || (view.may)(Permission::Waive) {
            section.panel {
                h2 { "Postpone" }
                @if let Some(waiver) = active {
                    p { "Postponed until " (time(waiver.ends_at)) ": " (waiver.reason) }
                    @if (view.may)(Permission::Waive) { (button(view, "end-waiver", "second", "End the postponement")) }
                }
                @if (view.may)(Permission::Waive) {
                    form method="post" action=(app_path(&view.app.identity.org, &view.app.identity.app)) {
                        (token(view.session))
                        div.grow { label for="reason" { "Reason" } input #reason type="text" name="reason" required maxlength="500"; }
                        div { label for="until" { "Until" } input #until type="date" name="until" required; }
                        button.second type="submit" name="action" value="waive" { @if active.is_some() { "Change" } @else { "Postpone" } }
                    }
                    p.sub { "No one is emailed about the app until then. Its operators are notified when it ends." }
                }
            }
        }
    }
}

/// The app's page in the Okta Admin Console.
fn admin_console(org: &OrgProfile, app: &AppRecord) -> Option<Url> {
    let host = org.base_url.host_str()?;
    let (subdomain, parent) = host.split_once('.')?;
    let mut url = org.base_url.clone();
    url.set_host(Some(&format!("{subdomain}-admin.{parent}"))).ok()?;
    url.set_path(&format!("/admin/app/office365/instance/{}/", app.identity.app));
    Some(url)
}
