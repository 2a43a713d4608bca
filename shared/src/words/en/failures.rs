//! Why a consent failed, and what the person can do.

use super::super::pages::FailureWords;
use crate::domain::failure::consent::ConsentFailure;

#[expect(clippy::too_many_lines, reason = "one table, one entry per failure")]
pub(super) fn failure(failure: ConsentFailure) -> FailureWords {
    let words = |heading, what_happened, next_step| FailureWords { heading, what_happened, next_step };
    match failure {
        ConsentFailure::Declined => words(
            "The consent was declined",
            "Microsoft told us that the request was cancelled or declined.",
            "If you clicked Cancel by mistake, start again and click Accept. If you are unsure, ask your Okta team first. Nothing is lost if you wait.",
        ),
        ConsentFailure::WrongAccount => words(
            "This account is not in the tenant",
            "Microsoft does not know the account you used in this tenant.",
            "Use an administrator account that belongs to the tenant shown below. Guest accounts and a service provider's own accounts do not work here.",
        ),
        ConsentFailure::WrongTenant => words(
            "This account belongs to a different tenant",
            "You signed in to a Microsoft tenant that is not the one configured for the app in Okta.",
            "Use an administrator account of the tenant shown below. If that tenant is wrong, your Okta team has to correct it in the app's settings.",
        ),
        ConsentFailure::NotAdministrator => words(
            "This account is not a Global Administrator right now",
            "Okta needs the consent of a Global Administrator of this tenant. The account you used does not have that role here at the moment.",
            "If you can activate the role in Privileged Identity Management, activate it and start again. Otherwise forward this to a Global Administrator, or use a different account. A service provider's delegated access (GDAP) is not enough.",
        ),
        ConsentFailure::MfaMissing => words(
            "Multi-factor authentication is required",
            "We could not confirm that you signed in with multi-factor authentication.",
            "If the account has no second factor, register one at Microsoft. Then start again and confirm the sign-in with it.",
        ),
        ConsentFailure::BlockedByConditionalAccess => words(
            "Your company's access policy blocked the sign-in",
            "Conditional Access in Microsoft Entra blocked the sign-in, for example because of the device, the location or the risk.",
            "Use a device and a network that your policy allows and start again, or give the code under the technical details to your Conditional Access administrator.",
        ),
        ConsentFailure::LinkExpired => words(
            "This link has expired",
            "Invitations are valid for a limited time, and this one has expired.",
            "Ask your Okta team for a new link.",
        ),
        ConsentFailure::LinkRevoked => words(
            "This link was replaced or revoked",
            "A newer invitation replaced this link, or your Okta team revoked it.",
            "Check for a newer email about the same app, or ask your Okta team.",
        ),
        ConsentFailure::LinkUsedUp => words(
            "This consent has already been completed",
            "This consent has been given and saved.",
            "You don't need to do anything. If provisioning still fails, ask your Okta team for a new invitation.",
        ),
        ConsentFailure::TooManyAttempts => words(
            "This link was used too often",
            "A link can start a limited number of attempts, and this one has reached the limit.",
            "Ask your Okta team for a new link.",
        ),
        ConsentFailure::LinkForged => words(
            "This link does not work",
            "This service did not create the link, or a part of it is missing.",
            "Open the link again directly from where you received it. If that does not help, ask your Okta team for a new link and whether the message is genuine.",
        ),
        ConsentFailure::SessionLost => words(
            "This attempt can't continue",
            "The sign-in returned to a different browser, returned twice, or took longer than ten minutes.",
            "Open the link you received again and stay in one browser. Allow cookies for this site.",
        ),
        ConsentFailure::MicrosoftDown => words(
            "Microsoft is not responding",
            "Microsoft's sign-in or directory service is not responding at the moment.",
            "Start again in a few minutes. Your link stays valid.",
        ),
        ConsentFailure::RegistrationRefused => words(
            "Our Microsoft registration is misconfigured",
            "Microsoft rejected this service's own app registration, so no one can sign in at the moment.",
            "Tell your Okta team; the code under the technical details identifies the problem. Your link stays valid.",
        ),
        ConsentFailure::SignInUnavailable => words(
            "No one can sign in here yet",
            "You have to sign in at Microsoft first, and this service has no app registration for that.",
            "Tell your Okta team. Your link stays valid.",
        ),
        ConsentFailure::Untrusted => words(
            "We could not trust a response",
            "A response from Microsoft or a link from Okta failed our security checks, so we stopped.",
            "Start again once. If it happens again, report it to your Okta team, because this should not happen.",
        ),
        ConsentFailure::OktaDown => words(
            "Okta is not responding",
            "Your Okta org is not responding or is limiting requests at the moment.",
            "Wait a few minutes, then continue. Your link stays valid, and a consent that you have given is kept.",
        ),
        ConsentFailure::OktaRefused => words(
            "Okta rejected our request",
            "Our access to your Okta org is insufficient or has ended, or the code from Okta's page was no longer valid.",
            "Start again. If it happens again, tell your Okta team; the technical details identify the problem.",
        ),
        ConsentFailure::AlreadyDone => words(
            "Already completed",
            "Another administrator completed the connection in the meantime, here or in the Okta Admin Console.",
            "You don't need to do anything.",
        ),
        ConsentFailure::WrongHandOver => words(
            "That isn't the text from Okta's page",
            "That isn't the text from Okta's page for this app.",
            "Copy all of the text on Okta's page, in the tab that you opened from here. If you received the text in an email or a chat, don't use it, and tell your Okta team.",
        ),
        ConsentFailure::NotStored => words(
            "We could not save your progress",
            "Our own database did not accept the data, so we stopped before doing anything else.",
            "Start again in a few minutes. If it happens again, tell your Okta team.",
        ),
        ConsentFailure::ByHand => words(
            "Use the Okta Admin Console for this app",
            "Okta offers no consent link for this app that we could use without turning off its provisioning.",
            "In the Okta Admin Console, open Applications › the app › Provisioning › Integration › Edit, click Re-authenticate with Microsoft Office 365, then Save.",
        ),
    }
}
