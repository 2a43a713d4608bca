//! The invitation: what will happen, who must act, and how to check that it is real. Changes nothing by itself.

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

/// What the page tells.
#[derive(Debug)]
pub struct InvitationView<'a> {
    /// The app.
    pub subject: &'a Subject,
    /// Which invitation.
    pub invitation: &'a InvitationId,
    /// The request that the email with this link names, where an email brought it.
    pub request: Option<&'a RequestId>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The Microsoft cloud.
    pub cloud: Cloud,
    /// Where people sign in; `None` where the org runs without a registration of ours.
    pub sign_in: Option<&'a Url>,
    /// The permissions that Okta will ask for.
    pub permissions: &'a [Permission],
    /// Where this page is.
    pub public_url: &'a PublicUrl,
    /// Where the button leads.
    pub action: &'a str,
}

/// The page.
pub fn invitation(view: &InvitationView<'_>) -> Page {
    let subject = view.subject;
    let part = html! {
        p { "Okta creates and updates your Microsoft 365 users. Until now it did so with a stored administrator password. With your consent on Microsoft Graph it no longer needs that password." }
        dl.facts {
            dt { "Okta org" } dd { (subject.org_domain) }
            dt { "App in Okta" } dd { (subject.label) }
            dt { "Microsoft tenant" } dd { (subject.tenant_domain) }
            @if view.cloud != Cloud::Global { dt { "Microsoft cloud" } dd { (view.cloud) } }
            @if let Some(request) = view.request { dt { "Request" } dd { code { (request) } } }
            dt { "This link ends" } dd { (day(view.expires_at)) }
        }
        p { strong { "Who has to do this: " } "a Global Administrator of " (subject.tenant_domain) ", with multi-factor authentication. It takes about two minutes." }
        (steps(view))
        form method="post" action=(view.action) {
            button type="submit" {
                @if view.sign_in.is_some() { "Continue to Microsoft sign-in" } @else { "Continue" }
            }
        }
        p.small { "Nothing has been changed by opening this page, and nothing changes in Okta before you have signed in and were found to be an administrator of this tenant." }
        h2 { "What Okta will be allowed to do" }
        (permissions(view.permissions))
        (checks(view))
    };
    let form_targets: Vec<Url> = view.sign_in.into_iter().cloned().collect();
    Frame {
        status: StatusCode::OK,
        heading: "Let Okta provision Microsoft 365 with consent instead of a password",
        form_targets: &form_targets,
    }
    .around(&part)
}

fn steps(view: &InvitationView<'_>) -> Markup {
    html! {
        h2 { "What happens" }
        ol {
            @if let Some(sign_in) = view.sign_in {
                li { "You sign in at Microsoft (" code { (sign_in.host_str().unwrap_or_default()) } "), so that we know that you may decide this. We ask for reading the directory and nothing else." }
            }
            li { "Microsoft shows Okta's own request. Its title is " strong { "Okta Microsoft Graph Client" } " or a similar name of Okta's. Compare the tenant, then accept." }
            li { "We save the connection in Okta, read back what Okta and Microsoft really hold, and show you." }
        }
    }
}

pub(super) fn permissions(permissions: &[Permission]) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Permission" } th scope="col" { "Why" } th scope="col" { "Needed" } } }
            tbody {
                @for permission in permissions {
                    tr {
                        td { code { (permission.name) } }
                        td { (permission.why) }
                        td { @if permission.required { "always" } @else { "for some features" } }
                    }
                }
            }
        }
    }
}

fn checks(view: &InvitationView<'_>) -> Markup {
    html! {
        h2 { "How to check that this is real" }
        ul {
            li { "The address bar shows " code { (view.public_url) } @if view.public_url.is_https() { ", and the padlock is closed" } "." }
            @if let Some(request) = view.request {
                li { "The mail that brought you here names request " code { (request) } ", as this page does, and " code { "regrant status" } " too. A mail that names another one is not ours." }
            }
            li { "Ask whoever looks after Okta at your company for invitation " code { (view.invitation) } ". They see it in their own tools." }
            li { "Passwords are typed only on Microsoft's own page. Nobody of ours will ask you for a password or a code, in a mail, a chat or a call." }
        }
        details {
            summary { "Rather do it in Okta yourself?" }
            p { "In the Okta Admin Console of " (view.subject.org_domain) ": Applications › Applications › " (view.subject.label) " › Provisioning › Integration › Edit › Authenticate with Microsoft Office 365 (or Re-authenticate), accept as Global Administrator, then Save. It needs one person who is both App Administrator in Okta and Global Administrator at Microsoft." }
        }
    }
}

/// A day for people, in UTC.
pub(super) fn day(time: Timestamp) -> String {
    time.strftime("%-d %B %Y, %H:%M UTC").to_string()
}
