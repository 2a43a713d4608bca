//! The failure pages, one for each way a consent can fail: what happened, and what to do next.

use axum::http::StatusCode;
use maud::html;

use super::Subject;
use super::layout::{Frame, Page};
use crate::domain::failure;
use crate::domain::failure::class::FailureClass;
use crate::domain::failure::consent::ConsentFailure;
use crate::domain::text::UntrustedText;

/// The data of the page.
#[derive(Debug)]
pub struct FailureView<'a> {
    /// What failed.
    pub failure: ConsentFailure,
    /// Microsoft's or Okta's error code, if there is one.
    pub code: Option<&'a str>,
    /// The id of this attempt in the log.
    pub request: Option<&'a str>,
    /// The app, if this browser may see it.
    pub subject: Option<&'a Subject>,
    /// Whether Regrant may have changed anything in Okta before the failure.
    pub okta_changed: bool,
}

struct Words {
    status: StatusCode,
    heading: &'static str,
    what_happened: &'static str,
    next_step: &'static str,
}

/// Renders the page.
pub fn failure(view: &FailureView<'_>) -> Page {
    let words = words(view.failure);
    let known = view.code.and_then(failure::find);
    let content = html! {
        p { (words.what_happened) }
        h2 { "What to do" }
        p { (words.next_step) }
        p { strong { "Who can fix this: " } (who(view.failure.class())) }
        p { "To start again, open the link in your email." }
        @if let Some(code) = view.code {
            h2 { "Technical details" }
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
            @if view.okta_changed { "The connection in Okta may have changed. Your Okta operator can see its previous state." }
            @else { "Nothing was changed in Okta." }
        }
        @if let Some(request) = view.request { p.small { "Reference " code { (request) } ". Quote this reference if you contact support." } }
    };
    Frame { status: words.status, heading: words.heading, form_targets: &[] }.around(&content)
}

fn who(class: FailureClass) -> &'static str {
    match class {
        FailureClass::Person => "you can, right now.",
        FailureClass::Operator => "your company's Okta or Microsoft Entra administrators.",
        FailureClass::Wait => "no action needed. This usually clears by itself.",
        FailureClass::Bug => "the operator of this service. Please report it to them.",
    }
}

#[expect(clippy::too_many_lines, reason = "one table, one entry per failure")]
fn words(failure: ConsentFailure) -> Words {
    let words = |status, heading, what_happened, next_step| Words { status, heading, what_happened, next_step };
    match failure {
        ConsentFailure::Declined => words(
            StatusCode::FORBIDDEN,
            "The consent was declined",
            "Microsoft told us that the request was cancelled or declined.",
            "If you clicked Cancel by mistake, start again and click Accept. If you are unsure, ask your Okta operator first. Nothing is lost if you wait.",
        ),
        ConsentFailure::WrongAccount => words(
            StatusCode::FORBIDDEN,
            "This account is not in the tenant",
            "Microsoft does not know the account you used in this tenant.",
            "Start again, preferably in a private window, and choose an administrator account of the tenant shown below.",
        ),
        ConsentFailure::WrongTenant => words(
            StatusCode::FORBIDDEN,
            "This account belongs to a different tenant",
            "You signed in to a Microsoft tenant that is not the one configured for the app in Okta.",
            "Start again with an administrator account of the right tenant. If the tenant shown here is wrong, your Okta operator has to correct it in the app's settings.",
        ),
        ConsentFailure::NotAdministrator => words(
            StatusCode::FORBIDDEN,
            "This account is not a Global Administrator right now",
            "Okta needs the consent of a Global Administrator, and the account you used does not have that role at the moment.",
            "If you can activate the role in Privileged Identity Management, activate it and start again. Otherwise forward the email to a Global Administrator of the tenant.",
        ),
        ConsentFailure::MfaMissing => words(
            StatusCode::FORBIDDEN,
            "Multi-factor authentication is required",
            "We could not confirm that you signed in with multi-factor authentication.",
            "If the account has no second factor, register one at Microsoft. Then start again and confirm the sign-in with it.",
        ),
        ConsentFailure::BlockedByConditionalAccess => words(
            StatusCode::FORBIDDEN,
            "Your company's access policy blocked the sign-in",
            "Conditional Access in Microsoft Entra blocked the sign-in, for example because of the device, the location or the risk.",
            "Use a device and a network that your policy allows, or give the code below to your Conditional Access administrator. Then start again.",
        ),
        ConsentFailure::LinkExpired => words(
            StatusCode::GONE,
            "This link has expired",
            "Invitations are valid for a limited time, and this one has expired.",
            "Ask your Okta operator for a new link.",
        ),
        ConsentFailure::LinkRevoked => words(
            StatusCode::GONE,
            "This link is no longer valid",
            "A newer invitation replaced this link, or your Okta operator revoked it.",
            "Check for a newer email about the same app, or ask your Okta operator.",
        ),
        ConsentFailure::LinkUsedUp => words(
            StatusCode::GONE,
            "This consent has already been completed",
            "This consent has been given and saved.",
            "You don't need to do anything. If provisioning still fails, ask your Okta operator for a new invitation.",
        ),
        ConsentFailure::TooManyAttempts => words(
            StatusCode::TOO_MANY_REQUESTS,
            "This link was used too often",
            "A link can start a limited number of attempts, and this one has reached the limit.",
            "Ask your Okta operator for a new link.",
        ),
        ConsentFailure::LinkForged => words(
            StatusCode::NOT_FOUND,
            "This link does not work",
            "This service did not create the link, or a part of it is missing.",
            "Open it again directly from the email. If that does not help, ask your Okta operator for a new link and whether the email is genuine.",
        ),
        ConsentFailure::SessionLost => words(
            StatusCode::CONFLICT,
            "This attempt can't continue",
            "The sign-in returned to a different browser, returned twice, or took longer than ten minutes.",
            "Start again from the link in your email and stay in one browser. Allow cookies for this site.",
        ),
        ConsentFailure::MicrosoftDown => words(
            StatusCode::BAD_GATEWAY,
            "Microsoft is not responding",
            "Microsoft's sign-in or directory service is not responding at the moment.",
            "Start again in a few minutes. Your link stays valid.",
        ),
        ConsentFailure::RegistrationRefused => words(
            StatusCode::BAD_GATEWAY,
            "Our Microsoft registration is misconfigured",
            "Microsoft rejected this service's own app registration, so no one can sign in at the moment.",
            "Tell your Okta operator; the code below identifies the problem. Your link stays valid.",
        ),
        ConsentFailure::SignInUnavailable => words(
            StatusCode::SERVICE_UNAVAILABLE,
            "No one can sign in here yet",
            "You have to sign in at Microsoft first, and this service has no app registration for that.",
            "Tell your Okta operator. Your link stays valid.",
        ),
        ConsentFailure::Untrusted => words(
            StatusCode::BAD_GATEWAY,
            "We could not trust a response",
            "A response from Microsoft or a link from Okta failed our security checks, so we stopped.",
            "Start again once. If it happens again, give your Okta operator the reference below, because this should not happen.",
        ),
        ConsentFailure::OktaDown => words(
            StatusCode::BAD_GATEWAY,
            "Okta is not responding",
            "Your Okta org is not responding or is limiting requests at the moment.",
            "Wait a few minutes, then continue. Your link stays valid, and a consent that you have given is kept.",
        ),
        ConsentFailure::OktaRefused => words(
            StatusCode::BAD_GATEWAY,
            "Okta rejected our request",
            "Our access to your Okta org is insufficient or has ended, or the code from Okta's page was no longer valid.",
            "Tell your Okta operator; the code below identifies the problem. Then start again.",
        ),
        ConsentFailure::AlreadyDone => words(
            StatusCode::CONFLICT,
            "Already completed",
            "Another administrator completed the connection in the meantime, here or in the Okta Admin Console.",
            "You don't need to do anything.",
        ),
        ConsentFailure::WrongHandOver => words(
            StatusCode::BAD_REQUEST,
            "That isn't the text from Okta's page",
            "That isn't the text from Okta's page for this app.",
            "Copy all of the text on Okta's page, in the tab that you opened from here, and nothing else. If you received the text in an email or a chat, don't use it, and tell your Okta operator.",
        ),
        ConsentFailure::NotStored => words(
            StatusCode::SERVICE_UNAVAILABLE,
            "We could not save your progress",
            "Our own database did not accept the data, so we stopped before doing anything else.",
            "Start again in a few minutes. If it happens again, tell your Okta operator.",
        ),
        ConsentFailure::ByHand => words(
            StatusCode::CONFLICT,
            "Use the Okta Admin Console for this app",
            "Okta offers no consent link for this app that we could use without turning off its provisioning.",
            "In the Okta Admin Console, open Applications › the app › Provisioning › Integration › Edit, click Re-authenticate with Microsoft Office 365, then Save.",
        ),
    }
}
