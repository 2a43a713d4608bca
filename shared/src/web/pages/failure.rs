//! One page for each way a consent can fail: what happened, and what to do next.

use axum::http::StatusCode;
use maud::html;

use super::Subject;
use super::layout::{Frame, Page};
use crate::domain::failure;
use crate::domain::failure::class::FailureClass;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::text::UntrustedText;

/// Where to go from a failure.
#[derive(Debug, Clone)]
pub enum WayOn {
    /// A GET of this path begins again.
    Restart(String),
    /// Only the mail's link leads on.
    Mail,
}

/// What the page tells.
#[derive(Debug)]
pub struct FailureView<'a> {
    /// What failed.
    pub failure: ConsentFailure,
    /// The code of Microsoft's or Okta's that came with it.
    pub code: Option<&'a str>,
    /// What this attempt is called in our log.
    pub request: Option<&'a str>,
    /// The app, where it is known to this browser.
    pub subject: Option<&'a Subject>,
    /// Where to go on.
    pub way_on: WayOn,
    /// Whether anything was changed in Okta before it failed.
    pub okta_changed: bool,
}

/// Title, what happened, what to do.
struct Words {
    status: StatusCode,
    heading: &'static str,
    what: &'static str,
    next: &'static str,
}

/// The page.
pub fn failure(view: &FailureView<'_>) -> Page {
    let words = words(view.failure);
    let known = view.code.and_then(failure::find);
    let part = html! {
        p { (words.what) }
        h2 { "What to do" }
        p { (words.next) }
        p { strong { "Who can do it: " } (who(view.failure.class())) }
        @if let WayOn::Restart(path) = &view.way_on {
            form method="get" action=(path) { button type="submit" { "Begin again" } }
        } @else {
            p { "The link in your mail leads back to the beginning." }
        }
        @if let Some(code) = view.code {
            h2 { "For whoever looks into it" }
            p {
                "Code " code { (UntrustedText::new(code.chars().take(64).collect::<String>())) }
                @if let Some(known) = known { ": " (known.cause) " " (known.next_step) } @else { "." }
            }
        }
        @if let Some(subject) = view.subject {
            dl.facts {
                dt { "App in Okta" } dd { (subject.label) " (" (subject.org_domain) ")" }
                dt { "Microsoft tenant" } dd { (subject.tenant_domain) }
            }
        }
        p {
            @if view.okta_changed { "Okta's connection may have been changed; your operator has been told what it was before." }
            @else { "Nothing was changed in Okta." }
        }
        @if let Some(request) = view.request { p.small { "Request " code { (request) } ". Name it when you ask your operator." } }
    };
    Frame { status: words.status, heading: words.heading, form_targets: &[] }.around(&part)
}

fn who(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Person => "you, now.",
        FailureClass::Operator => "whoever looks after Okta or Microsoft Entra at your company.",
        FailureClass::Wait => "nobody has to; it passes.",
        FailureClass::Bug => "whoever runs this service; please tell them.",
    }
}

#[expect(clippy::too_many_lines, reason = "one table, one entry a failure")]
fn words(failure: ConsentFailure) -> Words {
    let words = |status, heading, what, next| Words { status, heading, what, next };
    match failure {
        ConsentFailure::Declined => words(
            StatusCode::FORBIDDEN,
            "The consent was not given",
            "Microsoft told us that the request was cancelled or refused.",
            "If you pressed Cancel by mistake, begin again and press Accept. If you have doubts, ask your Okta operator first: nothing is lost by waiting.",
        ),
        ConsentFailure::WrongAccount => words(
            StatusCode::FORBIDDEN,
            "This account is not in the tenant",
            "You signed in with an account that Microsoft does not know in this tenant.",
            "Begin again, best in a private window, and choose an administrator account of the tenant named below.",
        ),
        ConsentFailure::WrongTenant => words(
            StatusCode::FORBIDDEN,
            "This account belongs to another tenant",
            "The Microsoft tenant that you signed in to is not the one that the app in Okta is set up for.",
            "Begin again with an administrator account of the right tenant. If the tenant named here is wrong, your Okta operator has to correct it in the app's settings.",
        ),
        ConsentFailure::NotAdministrator => words(
            StatusCode::FORBIDDEN,
            "This account is not a Global Administrator right now",
            "Okta asks for the consent of a Global Administrator, and the account you used does not hold that role at this moment.",
            "If you hold the role through Privileged Identity Management, activate it and begin again. Otherwise pass the mail on to a Global Administrator of the tenant.",
        ),
        ConsentFailure::MfaMissing => words(
            StatusCode::FORBIDDEN,
            "Multi-factor authentication is needed",
            "The sign-in was made without multi-factor authentication, or it could not be shown that it was made with it.",
            "Register a second factor for the account at Microsoft if it has none, then begin again and confirm the sign-in with it.",
        ),
        ConsentFailure::BlockedByConditionalAccess => words(
            StatusCode::FORBIDDEN,
            "Your company's access policy blocked the sign-in",
            "Microsoft Entra's Conditional Access did not let the sign-in through, for example because of the device, the place or the risk.",
            "Use a device and a network that your policy accepts, or give the code below to whoever looks after Conditional Access. Then begin again.",
        ),
        ConsentFailure::LinkExpired => words(
            StatusCode::GONE,
            "This link has ended",
            "Invitations live for a limited time, and this one is over.",
            "Ask your Okta operator for a new one; it takes them a moment.",
        ),
        ConsentFailure::LinkRevoked => words(
            StatusCode::GONE,
            "This link was taken back",
            "A newer invitation took its place, or your Okta operator withdrew it.",
            "Check for a newer mail about the same app, or ask your Okta operator.",
        ),
        ConsentFailure::LinkUsedUp => words(
            StatusCode::GONE,
            "This has been done already",
            "The consent that this link was for has been given and saved.",
            "Nothing is left to do. If provisioning fails all the same, ask your Okta operator for a new invitation.",
        ),
        ConsentFailure::LinkForged => words(
            StatusCode::NOT_FOUND,
            "This link does not work",
            "The link was not made by this service, or a part of it was lost on its way.",
            "Open it again straight from the mail. If that does not help, ask your Okta operator for a new one, and whether the mail is real.",
        ),
        ConsentFailure::SessionLost => words(
            StatusCode::CONFLICT,
            "This attempt cannot go on",
            "The sign-in came back to another browser than it began in, came back twice, or took longer than ten minutes.",
            "Begin again from the link in your mail and stay in one browser. Cookies have to be allowed for this site.",
        ),
        ConsentFailure::MicrosoftDown => words(
            StatusCode::BAD_GATEWAY,
            "Microsoft does not answer",
            "Microsoft's sign-in or directory service did not serve us just now.",
            "Begin again in a few minutes. Your link stays good.",
        ),
        ConsentFailure::RegistrationRefused => words(
            StatusCode::BAD_GATEWAY,
            "This service is not set up right at Microsoft",
            "Microsoft did not accept this service's own registration, so nobody can sign in at the moment.",
            "Tell your Okta operator; the code below says what is wrong. Your link stays good.",
        ),
        ConsentFailure::Untrusted => words(
            StatusCode::BAD_GATEWAY,
            "An answer could not be trusted",
            "An answer of Microsoft's or a link of Okta's did not pass our checks, so we stopped.",
            "Begin again once. If it happens again, tell your Okta operator the request below: this should not happen.",
        ),
        ConsentFailure::OktaDown => words(
            StatusCode::BAD_GATEWAY,
            "Okta does not answer",
            "Your Okta org did not serve us just now, or asks everybody to slow down.",
            "Wait a few minutes and go on. Your link stays good, and a consent that you have given is kept.",
        ),
        ConsentFailure::OktaRefused => words(
            StatusCode::BAD_GATEWAY,
            "Okta refused",
            "Your Okta org did not accept what we asked of it: our access there is too small, has ended, or the code was no longer good.",
            "Tell your Okta operator; the code below says more. Then begin again.",
        ),
        ConsentFailure::AlreadyDone => words(
            StatusCode::CONFLICT,
            "Somebody else was faster",
            "The connection was finished by somebody else in the meantime, here or in the Okta Admin Console.",
            "Nothing is left to do.",
        ),
        ConsentFailure::WrongHandOver => words(
            StatusCode::BAD_REQUEST,
            "That text does not belong here",
            "What you brought is not what Okta's last page shows for this app and this attempt.",
            "Copy the whole text of the page that Okta showed in the tab opened from here, and nothing else. If the text came to you in a mail or a chat, do not use it, and tell your operator.",
        ),
        ConsentFailure::NotStored => words(
            StatusCode::SERVICE_UNAVAILABLE,
            "We could not keep what has to be kept",
            "Our own store did not take it, so we stopped before anything else was done.",
            "Begin again in a few minutes; tell your Okta operator if it happens again.",
        ),
        ConsentFailure::ByHand => words(
            StatusCode::CONFLICT,
            "This app has to be done in the console",
            "Okta offers no consent link for this app that could be used without switching its provisioning off.",
            "In the Okta Admin Console: Applications › the app › Provisioning › Integration › Edit › Re-authenticate with Microsoft Office 365, then Save.",
        ),
    }
}
