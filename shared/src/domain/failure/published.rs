//! The rest of Microsoft's published error codes for tokens and consents ("Microsoft Entra authentication and authorization
//! error codes", learn.microsoft.com/entra/identity-platform/reference-error-codes), grouped by who can resolve them.
//!
//! Classes are conservative: a code whose description does not say who can resolve it belongs to Microsoft Support, and no
//! code here is proof of a dead consent unless [`ENDS_CONSENT`] lists it.

use super::microsoft::{ANOTHER_ACCOUNT, ASK_ACCESS_ADMIN, COMPLIANT_DEVICE, FIX_SECRET, RETRY_LATER, SIGN_IN_AGAIN};
use super::{Failure, failure};
use crate::domain::failure::class::FailureClass::{Bug, Operator, Person, Wait};

const NEW_PASSWORD: &str = "Set a new password at Microsoft, then sign in again.";
const FIX_REGISTRATION: &str = "Check the application and its registration in Microsoft Entra.";
const ASK_FEDERATION: &str = "Ask the person who manages the tenant's federation or external identity provider.";
const ASK_SUPPORT: &str = "Give the code and the correlation id to Microsoft Support.";
const CHECK_AGENTS: &str = "Check the tenant's authentication agents and its Active Directory.";
const REPORT: &str = "Report it with the code and the correlation id.";

/// The errors that Okta's own sign-in meets when Microsoft refuses it until a person acts: the grant or consent is gone, the
/// client or its secret is refused, the account is gone, or a policy blocks it.
///
/// Codes that only a browser session meets are absent, as are codes that may clear without action (`AADSTS50053`,
/// `AADSTS70021`, `AADSTS90055`): they prove nothing about a stored consent.
pub(super) static ENDS_CONSENT: &[&str] = &[
    // The grant.
    "AADSTS50089",
    "AADSTS50132",
    "AADSTS50133",
    "AADSTS50173",
    "AADSTS70000",
    "AADSTS70008",
    "AADSTS70043",
    "AADSTS700082",
    "AADSTS700084",
    "invalid_grant",
    // The consent.
    "AADSTS65001",
    "AADSTS650056",
    "AADSTS650057",
    "AADSTS90008",
    "AADSTS90099",
    "AADSTS9002341",
    "consent_required",
    // The client and its credential.
    "AADSTS650059",
    "AADSTS70001",
    "AADSTS70002",
    "AADSTS700011",
    "AADSTS700016",
    "AADSTS700027",
    "AADSTS7000112",
    "AADSTS7000215",
    "AADSTS7000222",
    "AADSTS7000229",
    "invalid_client",
    "unauthorized_client",
    // The account.
    "AADSTS50034",
    "AADSTS50055",
    "AADSTS50056",
    "AADSTS50057",
    "AADSTS50064",
    "AADSTS50126",
    "AADSTS50135",
    "AADSTS50137",
    "AADSTS50142",
    "AADSTS50144",
    "AADSTS51004",
    // A policy.
    "AADSTS50005",
    "AADSTS50072",
    "AADSTS50074",
    "AADSTS50076",
    "AADSTS50078",
    "AADSTS50079",
    "AADSTS50097",
    "AADSTS50105",
    "AADSTS50131",
    "AADSTS53000",
    "AADSTS53001",
    "AADSTS53002",
    "AADSTS53003",
    "AADSTS53004",
    "AADSTS53011",
    "AADSTS530032",
    "AADSTS530034",
    "AADSTS530035",
    "AADSTS700020",
    "interaction_required",
];

/// The codes of [`ENDS_CONSENT`] that are about an account's existence, state or password.
pub(super) static ABOUT_AN_ACCOUNT: &[&str] = &[
    "AADSTS50034",
    "AADSTS50055",
    "AADSTS50056",
    "AADSTS50057",
    "AADSTS50064",
    "AADSTS50126",
    "AADSTS50135",
    "AADSTS50137",
    "AADSTS50142",
    "AADSTS50144",
    "AADSTS51004",
];

const fn retry(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Wait, cause, RETRY_LATER)
}

const fn sign_in(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Person, cause, SIGN_IN_AGAIN)
}

const fn account(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Person, cause, ANOTHER_ACCOUNT)
}

const fn password(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Person, cause, NEW_PASSWORD)
}

const fn device(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, COMPLIANT_DEVICE)
}

const fn policy(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, ASK_ACCESS_ADMIN)
}

const fn secret(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, FIX_SECRET)
}

const fn registration(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, FIX_REGISTRATION)
}

const fn federation(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, ASK_FEDERATION)
}

const fn agent(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, CHECK_AGENTS)
}

const fn support(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Operator, cause, ASK_SUPPORT)
}

const fn malformed(code: &'static str, cause: &'static str) -> Failure {
    failure(code, Bug, cause, REPORT)
}

pub(super) static PUBLISHED: &[Failure] = &[
    // Temporary.
    retry("AADSTS40010", "The federated identity provider had a temporary error."),
    retry("AADSTS50000", "Microsoft's sign-in service could not issue a token."),
    retry("AADSTS50033", "Microsoft had a temporary error."),
    retry("AADSTS50087", "Multi-factor authentication had a temporary error."),
    retry("AADSTS50088", "The limit of calls for multi-factor authentication was reached."),
    retry("AADSTS50162", "A claims transformation timed out."),
    retry("AADSTS501621", "A claims transformation timed out."),
    retry("AADSTS50166", "A request to an external identity provider failed."),
    retry("AADSTS51005", "Microsoft asked for the request to be sent elsewhere for now."),
    retry("AADSTS70012", "Microsoft's consumer account service had an error."),
    retry("AADSTS80002", "An on-premises password check timed out."),
    retry("AADSTS80005", "An on-premises authentication agent returned an unusable response."),
    retry("AADSTS80014", "An on-premises password check took too long."),
    retry("AADSTS90006", "The service was temporarily unavailable."),
    retry("AADSTS90012", "The request timed out."),
    retry("AADSTS90090", "Microsoft Graph was temporarily unavailable."),
    retry("AADSTS90091", "Microsoft Graph was unreachable."),
    retry("AADSTS1000031", "The application cannot be used at this time."),
    // A new sign-in.
    sign_in("AADSTS16001", "The selected account or session is no longer valid."),
    sign_in("AADSTS16002", "The session that the application asked for does not match."),
    sign_in("AADSTS160021", "The session that the application asked for does not exist."),
    sign_in("AADSTS50058", "No account was signed in."),
    sign_in("AADSTS50085", "The refresh token needs a sign-in with the external identity provider."),
    sign_in("AADSTS50089", "The session expired, or it was revoked."),
    sign_in("AADSTS50125", "Microsoft interrupted the sign-in to reset or register a password."),
    sign_in("AADSTS50136", "A personal Microsoft account was signed in."),
    sign_in("AADSTS50139", "The session lacks the refresh token of an external account."),
    sign_in("AADSTS50140", "Microsoft asked whether to stay signed in."),
    sign_in("AADSTS50143", "The session belongs to a different tenant."),
    sign_in("AADSTS50150", "The credentials contain no information about the user's approval."),
    sign_in("AADSTS50157", "The sign-in must be redirected."),
    sign_in("AADSTS50160", "A different tenant is preferred."),
    sign_in("AADSTS50168", "No single sign-on token was found in the browser."),
    sign_in("AADSTS50197", "The user could not be found."),
    sign_in("AADSTS50199", "Microsoft asked the person to confirm the application."),
    sign_in("AADSTS51006", "The session lacks an integrated Windows authentication."),
    sign_in("AADSTS52004", "The person has not allowed access to LinkedIn."),
    sign_in("AADSTS70016", "The sign-in with a device code is still pending."),
    sign_in("AADSTS70018", "A wrong device code was entered."),
    sign_in("AADSTS70019", "The device code has expired."),
    sign_in("AADSTS700020", "The grant requires another step from the person who signs in."),
    sign_in("AADSTS90119", "The device code is missing."),
    sign_in("AADSTS90120", "The device code was already used or declined."),
    sign_in("AADSTS1000000", "The account must also sign in with an external identity provider."),
    sign_in("AADSTS1000002", "Microsoft showed the person a message after the sign-in."),
    sign_in("AADSTS9002341", "The person has not permitted single sign-on to the application."),
    // A different account.
    account("AADSTS16003", "The account was not added to the tenant."),
    account("AADSTS50014", "The guest account is not in the tenant, or its invitation is pending."),
    account("AADSTS50015", "The account needs consent because of the person's age."),
    account("AADSTS500141", "The guest's invitation was redeemed outside the application."),
    account("AADSTS500207", "The type of account cannot be used for this resource."),
    account("AADSTS500208", "The account's domain does not fit the type of account."),
    account("AADSTS50059", "Nothing in the request says which tenant is meant."),
    account("AADSTS50128", "Nothing in the request says which tenant is meant."),
    account("AADSTS50177", "External accounts cannot complete an external challenge."),
    account("AADSTS50178", "Session controls do not apply to external accounts."),
    account("AADSTS54000", "The account belongs to a minor, and a rule about age blocks it."),
    account("AADSTS90019", "Nothing in the request says which tenant is meant."),
    account("AADSTS90084", "Guest accounts are not allowed here."),
    account("AADSTS90101", "The user name is not a valid email address."),
    account("AADSTS90125", "The user name is unknown."),
    account("AADSTS90126", "Nothing in the user name says which tenant is meant."),
    account("AADSTS901011", "The external identity provider returned no email address."),
    account("AADSTS901012", "The external identity provider has not verified the email address."),
    account("AADSTS901014", "The external identity provider returned no identifier for the account."),
    // A password.
    password("AADSTS50056", "The password is missing or wrong."),
    password("AADSTS50064", "The user name or password is wrong."),
    password("AADSTS50135", "The password must be changed, because the account is at risk."),
    password("AADSTS50137", "The password must be changed because of a security policy."),
    password("AADSTS50142", "Conditional Access requires a new password."),
    password("AADSTS50144", "The on-premises password has expired."),
    password("AADSTS120000", "The current password was wrong when it was changed."),
    password("AADSTS120002", "The new password is too weak."),
    password("AADSTS120003", "The new password contains the user's name."),
    password("AADSTS120004", "The new password does not meet the on-premises rules."),
    password("AADSTS120005", "The new password was set on premises but not in the cloud."),
    password("AADSTS120008", "The password could not be changed."),
    password("AADSTS120011", "The user name for the password change could not be determined."),
    password("AADSTS120012", "The password must be changed on premises."),
    password("AADSTS120013", "The password could not be changed, because the on-premises directory was unreachable."),
    password("AADSTS120014", "The on-premises account is locked or disabled."),
    password("AADSTS120015", "An administrator must act before the password can be changed."),
    password("AADSTS120016", "The account for the password change was not found."),
    password("AADSTS120018", "The new password does not meet the password policy."),
    password("AADSTS120020", "The password could not be changed."),
    password("AADSTS120021", "The password reset service had an error."),
    // A device.
    device("AADSTS50005", "Conditional Access does not support the device's platform."),
    device("AADSTS50097", "The device must be authenticated."),
    device("AADSTS50127", "A broker app must be installed on the device."),
    device("AADSTS50129", "The device must be joined to the workplace."),
    device("AADSTS50141", "The device's key does not belong to the account."),
    device("AADSTS50155", "The device could not be authenticated."),
    device("AADSTS50187", "The device could not be authenticated."),
    device("AADSTS53002", "Conditional Access requires an approved app."),
    device("AADSTS130004", "The account has no Windows Hello key."),
    device("AADSTS130005", "The signature of the Windows Hello key is invalid."),
    device("AADSTS130006", "The device has no Windows Hello transport key."),
    device("AADSTS130007", "The device is disabled."),
    device("AADSTS130008", "The device of the Windows Hello key was not found."),
    device("AADSTS135010", "The device's key was not found."),
    device("AADSTS135011", "The device is disabled."),
    device("AADSTS17003", "The account's key could not be provisioned."),
    device("AADSTS220450", "The browser component of the Android app is too old."),
    device("AADSTS221000", "The resource does not accept tokens of devices."),
    device("AADSTS240001", "The account may not register devices."),
    // A policy of the tenant.
    policy("AADSTS50002", "A proxy that restricts tenants blocked the sign-in."),
    policy("AADSTS500021", "A proxy that restricts tenants blocked the sign-in."),
    policy("AADSTS500022", "A proxy that restricts tenants blocked the sign-in."),
    policy("AADSTS500212", "The account's home tenant does not allow access to this tenant."),
    policy("AADSTS500213", "The tenant's cross-tenant access policy does not allow the account."),
    policy("AADSTS50131", "Conditional Access blocked the sign-in."),
    policy("AADSTS53004", "Multi-factor authentication must be registered, but risk blocks that."),
    policy("AADSTS53010", "Multi-factor authentication can be registered only from certain places or devices."),
    policy("AADSTS1000104", "The account's tenant does not allow access from this cloud."),
    // A secret or certificate.
    secret("AADSTS50012", "The certificate or signature of the client is not accepted."),
    secret("AADSTS50013", "The assertion is not valid."),
    secret("AADSTS500133", "The assertion has expired or is not valid yet."),
    secret("AADSTS50048", "The subject and issuer of the client assertion differ."),
    secret("AADSTS70002", "The client's credential is wrong."),
    secret("AADSTS700025", "The client is public, so it must not send a secret or assertion."),
    secret("AADSTS700030", "The name in the client's certificate is not accepted."),
    // The application.
    registration("AADSTS50001", "The resource is disabled or does not exist."),
    registration("AADSTS50003", "The application has no signing key or certificate."),
    registration("AADSTS50010", "The application has no valid audience."),
    registration("AADSTS50146", "The application needs a signing key of its own."),
    registration("AADSTS501461", "The audience of the token does not allow mapped claims."),
    registration("AADSTS50100", "The claims of the token could not be transformed."),
    registration("AADSTS50101", "A claims transformer of the application is unknown."),
    registration("AADSTS50102", "A claims transformer of the application could not be loaded."),
    registration("AADSTS50103", "The claims of the token could not be transformed."),
    registration("AADSTS50108", "The configuration of the claims transformation could not be read."),
    registration("AADSTS50109", "A claims transformation is unknown."),
    registration("AADSTS50111", "A claims transformation is unknown."),
    registration("AADSTS50123", "The method of a claims transformation is unknown."),
    registration("AADSTS50124", "A claims transformation contains an invalid regular expression."),
    registration("AADSTS501241", "A claims transformation lacks a required input."),
    registration("AADSTS50163", "A claims transformation produced a claim that is too long."),
    registration("AADSTS50165", "The application asks for an unsupported encryption of tokens."),
    registration("AADSTS50171", "The audience accepts only calls with mutual TLS."),
    registration("AADSTS51000", "The feature is disabled."),
    registration("AADSTS65002", "Microsoft must preauthorize the application for this resource."),
    registration("AADSTS650054", "The application asks for a resource that no longer exists in the tenant."),
    registration("AADSTS650057", "The registration does not list the requested resource."),
    registration("AADSTS650059", "The application's registration does not allow its use in this tenant."),
    registration("AADSTS67003", "The identity of the acting service is not valid."),
    registration("AADSTS70001", "The application is disabled in the tenant."),
    registration("AADSTS700011", "The application is not in the tenant."),
    registration("AADSTS70003", "The application uses an unsupported grant type."),
    registration("AADSTS70004", "The redirect URI is not registered."),
    registration("AADSTS70005", "The application uses an unsupported response type."),
    registration("AADSTS700054", "ID tokens from the authorization endpoint are not enabled."),
    registration("AADSTS70007", "The application uses an unsupported response mode."),
    registration("AADSTS70011", "The requested scope is not valid."),
    registration("AADSTS700022", "The requested scopes belong to more than one resource."),
    registration("AADSTS700023", "The requested scope names no resource."),
    registration("AADSTS700229", "A federated credential accepts only tokens of applications."),
    registration("AADSTS7000112", "The application is disabled."),
    registration("AADSTS7000114", "The application may not call on behalf of users."),
    registration("AADSTS76021", "The application requires signed requests."),
    registration("AADSTS90008", "No one has consented to the application's basic permissions."),
    registration("AADSTS90009", "The application asks for a token for itself without its id."),
    registration("AADSTS9001023", "The grant type is not supported on this endpoint."),
    registration("AADSTS9002332", "The application accepts only accounts of Microsoft Entra."),
    registration("AADSTS90043", "The feature is disabled in this national cloud."),
    registration("AADSTS90051", "The id of the national cloud is not valid."),
    registration("AADSTS90099", "The application is not authorized in the tenant that a partner manages."),
    registration("AADSTS900971", "The request has no redirect URI."),
    registration("AADSTS90112", "The id of the application is not a GUID."),
    registration("AADSTS90124", "The resource is not supported on this endpoint."),
    registration("AADSTS90130", "The application is not supported on this endpoint."),
    registration("AADSTS100007", "The regional endpoint does not serve this kind of application."),
    registration("AADSTS28002", "The requested scope is not valid."),
    registration("AADSTS28003", "The requested scope is empty."),
    // A federated or external identity provider.
    federation("AADSTS20001", "The federated identity provider returned an error."),
    federation("AADSTS20012", "The federated identity provider returned an invalid message."),
    federation("AADSTS20033", "The metadata of the federated identity provider names an invalid tenant."),
    federation("AADSTS40008", "The federated identity provider had an error that will not clear."),
    federation("AADSTS40009", "The federated identity provider did not accept a refresh token."),
    federation("AADSTS40015", "The federated identity provider did not accept a code."),
    federation("AADSTS50008", "The SAML assertion is missing or not configured correctly."),
    federation("AADSTS5000819", "The SAML assertion has no email address of the expected domain."),
    federation("AADSTS5001256", "The external identity provider returned an invalid ID token."),
    federation("AADSTS50017", "A certificate could not be validated."),
    federation("AADSTS50107", "The requested federation realm does not exist."),
    federation("AADSTS50130", "A claim names an unknown authentication method."),
    federation("AADSTS50159", "The external provider sent too few claims."),
    federation("AADSTS50161", "The URL of the external provider could not be validated."),
    federation("AADSTS50169", "The realm is not configured."),
    federation("AADSTS50170", "The mapping of external controls is missing."),
    federation("AADSTS50172", "The external claims provider is not approved."),
    federation("AADSTS50176", "The definition of an external control is missing."),
    federation("AADSTS51001", "The request lacks the domain hint that on-premises names need."),
    federation("AADSTS75011", "The authentication method differs from the requested one."),
    federation("AADSTS90020", "The SAML assertion lacks the user's immutable id."),
    federation("AADSTS90081", "The WS-Federation message is not valid."),
    federation("AADSTS90082", "The authentication policy of the request is not supported."),
    federation("AADSTS90085", "The tenant is not fully provisioned yet."),
    federation("AADSTS90086", "The user's delegated token has expired."),
    federation("AADSTS90087", "The WS-Federation message could not be created."),
    federation("AADSTS90123", "The external identity provider denied the request."),
    federation("AADSTS220501", "A certificate revocation list could not be downloaded."),
    // On-premises authentication.
    agent("AADSTS50180", "Integrated Windows authentication is missing."),
    agent("AADSTS80001", "The authentication agent could not reach Active Directory."),
    agent("AADSTS80007", "The authentication agent could not check the password."),
    agent("AADSTS80010", "The authentication agent could not decrypt the password."),
    agent("AADSTS80012", "The sign-in was outside the hours that Active Directory allows."),
    agent("AADSTS80013", "The clocks of the authentication agent and Active Directory differ."),
    agent("AADSTS81004", "The Kerberos authentication failed."),
    agent("AADSTS81005", "The authentication package is not supported."),
    agent("AADSTS81006", "The browser sent no Kerberos ticket."),
    agent("AADSTS81007", "The tenant does not use Seamless SSO."),
    agent("AADSTS81009", "The Kerberos ticket could not be validated."),
    agent("AADSTS81010", "The Kerberos ticket has expired or is not valid."),
    agent("AADSTS81011", "The account of the Kerberos ticket was not found."),
    agent("AADSTS81012", "The account differs from the one that is signed in to the device."),
    // Microsoft's own.
    support("AADSTS50007", "Microsoft has no encryption certificate for the application."),
    support("AADSTS50042", "Microsoft could not create an identifier for the account."),
    support("AADSTS50043", "Microsoft could not create an identifier for the account."),
    support("AADSTS50086", "Multi-factor authentication had an error that will not clear."),
    support("AADSTS50138", "Microsoft's encryption keys are not valid here."),
    support("AADSTS90010", "Microsoft does not support the algorithm."),
    support("AADSTS90027", "This version of the API cannot issue tokens for consumer accounts."),
    support("AADSTS90036", "Microsoft's directory had an error that will not clear."),
    support("AADSTS90092", "Microsoft Graph had an error that will not clear."),
    support("AADSTS165004", "Microsoft gave no general meaning for this code."),
    support("AADSTS230109", "The request reached Microsoft's backup service directly."),
    // A request in the wrong form.
    malformed("AADSTS50006", "The signature of the request is not valid."),
    malformed("AADSTS50027", "The token in the request is not valid."),
    malformed("AADSTS50029", "A domain name in the request contains invalid characters."),
    malformed("AADSTS50032", "The request uses a weak RSA key."),
    malformed("AADSTS50049", "The cloud in the request is unknown."),
    malformed("AADSTS50050", "The discovery request is not valid."),
    malformed("AADSTS50061", "The sign-out request is not valid."),
    malformed("AADSTS50068", "The application of the sign-out is not part of the session."),
    malformed("AADSTS50070", "The session of the sign-out is unknown."),
    malformed("AADSTS50071", "The sign-out request has expired."),
    malformed("AADSTS50098", "The token in the request lacks a member."),
    malformed("AADSTS50099", "The signature of the token in the request is not valid."),
    malformed("AADSTS50117", "The policy in the request's claims could not be read."),
    malformed("AADSTS50120", "The type of the credential is unknown."),
    malformed("AADSTS50134", "The device code belongs to a different data center."),
    malformed("AADSTS50147", "The code challenge has the wrong size."),
    malformed("AADSTS50148", "The code verifier does not match the code challenge."),
    malformed("AADSTS50149", "The method of the code challenge is not valid."),
    malformed("AADSTS501491", "The code challenge has the wrong size."),
    malformed("AADSTS50156", "The resource does not accept tokens of devices."),
    malformed("AADSTS50164", "The access token was issued for a different purpose."),
    malformed("AADSTS50167", "The key of the proof of possession is not valid."),
    malformed("AADSTS50192", "The request contains no credential."),
    malformed("AADSTS75001", "The SAML message could not be bound."),
    malformed("AADSTS75003", "The SAML binding is not supported."),
    malformed("AADSTS75005", "The SAML request is not supported."),
    malformed("AADSTS7500514", "The SAML response has an unsupported type."),
    malformed("AADSTS7500529", "The id of the SAML request is not valid."),
    malformed("AADSTS750054", "The SAML request is missing."),
    malformed("AADSTS75008", "The SAML request has an unexpected destination."),
    malformed("AADSTS75016", "The name policy of the SAML request is not valid."),
    malformed("AADSTS76026", "The SAML request has expired."),
    malformed("AADSTS90004", "The request has the wrong format."),
    malformed("AADSTS90005", "The request combines parameters that exclude each other."),
    malformed("AADSTS90007", "The id of the session could not be read."),
    malformed("AADSTS90013", "The user's input is not valid."),
    malformed("AADSTS90014", "A required field of the credential is missing."),
    malformed("AADSTS900144", "A required parameter is missing."),
    malformed("AADSTS90015", "The query of the request is too long."),
    malformed("AADSTS90016", "The access token lacks a required claim."),
    malformed("AADSTS90022", "The name of the principal has the wrong format."),
    malformed("AADSTS90023", "The request is not valid."),
    malformed("AADSTS9002313", "The request is not valid."),
    malformed("AADSTS900236", "The SAML request contains an unsupported property."),
    malformed("AADSTS900384", "The signature of a token is not valid."),
    malformed("AADSTS90056", "The code was sent to the wrong endpoint or in the wrong way."),
    malformed("AADSTS900561", "The endpoint does not accept this HTTP method."),
    malformed("AADSTS90100", "A parameter is empty or not valid."),
    malformed("AADSTS901002", "The parameter \"resource\" is not supported."),
    malformed("AADSTS90102", "A parameter is not an absolute URI."),
    malformed("AADSTS90107", "The XML of the request is not valid."),
    malformed("AADSTS90114", "The expiry of a bulk token is not valid."),
    malformed("AADSTS90117", "The request is not valid."),
    malformed("AADSTS90121", "The request is empty."),
    malformed("AADSTS140000", "The request lacks a nonce."),
    malformed("AADSTS140001", "The session key is not valid."),
    malformed("AADSTS165900", "The request is not valid."),
    malformed("AADSTS240002", "The ID token cannot be used as a grant."),
];
