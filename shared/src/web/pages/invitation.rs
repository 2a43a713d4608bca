//! The invitation page: what will happen, who can approve, and how to check that the page is genuine. Opening it changes nothing.

use axum::http::StatusCode;
use jiff::Timestamp;
use maud::{Markup, html};
use url::Url;

use super::Subject;
use super::layout::{Frame, Page};
use crate::domain::cloud::Cloud;
use crate::domain::id::{InvitationId, RequestId};
use crate::domain::permission::Permission;
use crate::settings::PublicUrl;

/// The data of the page.
#[derive(Debug)]
pub struct InvitationView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// The invitation.
    pub invitation: &'a InvitationId,
    /// The request that the email with this link names; `None` if the link did not come by email.
    pub request: Option<&'a RequestId>,
    /// When the link expires.
    pub expires_at: Timestamp,
    /// The Microsoft cloud.
    pub cloud: Cloud,
    /// Where administrators sign in; `None` if the org runs without Regrant's own registration.
    pub sign_in: Option<&'a Url>,
    /// The permissions that Okta will ask for.
    pub permissions: &'a [Permission],
    /// The address of the pages.
    pub public_url: &'a PublicUrl,
    /// The path that the button posts to.
    pub action: &'a str,
}

/// Renders the page.
pub fn invitation(view: &InvitationView<'_>) -> Page {
    let subject = view.subject;
    let content = html! {
        p { "Okta creates and updates your Microsoft 365 users. It still uses a stored administrator password for this. If you approve Okta's access to Microsoft Graph, Okta no longer needs that password." }
        dl.facts {
            dt { "Okta org" } dd { (subject.org_domain) }
            dt { "App in Okta" } dd { (subject.label) }
            dt { "Microsoft tenant" } dd { (subject.tenant_domain) }
            @if view.cloud != Cloud::Global { dt { "Microsoft cloud" } dd { (view.cloud) } }
            @if let Some(request) = view.request { dt { "Request" } dd { code { (request) } } }
            dt { "This link expires" } dd { (utc_time(view.expires_at)) }
        }
        p { strong { "Who can do this: " } "a Global Administrator of " (subject.tenant_domain) " who signs in with multi-factor authentication. It takes about two minutes." }
        (steps(view))
        form method="post" action=(view.action) {
            button type="submit" {
                @if view.sign_in.is_some() { "Continue to Microsoft sign-in" } @else { "Continue" }
            }
        }
        p.small { "Opening this page changes nothing. Nothing changes in Okta until you have signed in and we have confirmed that you are an administrator of this tenant." }
        h2 { "What Okta will be allowed to do" }
        (permissions(view.permissions))
        (checks(view))
    };
    let form_targets: Vec<Url> = view.sign_in.into_iter().cloned().collect();
    Frame { status: StatusCode::OK, heading: "Approve Okta's access to Microsoft 365", form_targets: &form_targets }
        .around(&content)
}

fn steps(view: &InvitationView<'_>) -> Markup {
    html! {
        h2 { "What happens" }
        ol {
            @if let Some(sign_in) = view.sign_in {
                li { "You sign in at Microsoft (" code { (sign_in.host_str().unwrap_or_default()) } ") so we can confirm you are authorized. Microsoft will also ask you to grant Regrant one read-only permission, " code { "Directory.Read.All" } "." }
            }
            li { "Microsoft shows Okta's own request in a new tab. Its title is " strong { "Okta Microsoft Graph Client" } " or similar. You check the tenant, then accept." }
            li { "Okta shows a page of plain text. You copy it into our page in this browser." }
            li { "We save the connection in Okta, check what Okta and Microsoft have stored, and show you the result." }
        }
    }
}

pub(super) fn permissions(permissions: &[Permission]) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Permission" } th scope="col" { "Purpose" } th scope="col" { "Needed" } } }
            tbody {
                @for permission in permissions {
                    tr {
                        td { code { (permission.name) } }
                        td { (permission.why) }
                        td data-name="Needed" { @if permission.required { "always" } @else { "for some features" } }
                    }
                }
            }
        }
    }
}

fn checks(view: &InvitationView<'_>) -> Markup {
    html! {
        h2 { "How to check that this page is genuine" }
        ul {
            li { "The address bar shows " code { (view.public_url) } @if view.public_url.is_https() { ", and your browser shows the connection as secure" } "." }
            @if let Some(request) = view.request {
                li { "The email that brought you here names the same request, " code { (request) } ". An email that names a different one did not come from us. Your Okta team sees this request in " code { "regrant status" } "." }
            }
            li { "Ask your company's Okta team about invitation " code { (view.invitation) } ". They can look it up in Regrant." }
            li { "You enter passwords only on Microsoft's own page. We will never ask you for a password or a code by email, chat or phone." }
        }
        details {
            summary { "Prefer to do it yourself in Okta?" }
            p { "In the Okta Admin Console of " (view.subject.org_domain) ", open Applications › Applications › " (view.subject.label) " › Provisioning › Integration › Edit and click Authenticate with Microsoft Office 365 (or Re-authenticate). Accept as a Global Administrator, then click Save. You must be an App Administrator in Okta and a Global Administrator at Microsoft." }
        }
    }
}

/// Formats a time for people, in UTC: `1 January 1970, 00:00 UTC`.
pub(super) fn utc_time(time: Timestamp) -> String {
    time.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
