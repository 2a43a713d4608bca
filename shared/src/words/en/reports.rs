//! Emails that report: completion, digest and access problems.

use super::super::emails::{AccessProblemWords, CompletionWords, DigestWords};
use super::super::number;
use super::counted_noun;
use crate::domain::access_problem::AccessProblemKind;

pub(super) const COMPLETION: CompletionWords = CompletionWords {
    heading: |names| format!("Done: {} now runs on consent", names.app),
    preheader: |names| {
        format!(
            "{} in {}: you don't need to do anything else. This email shows what we verified in Okta and at Microsoft.",
            names.app, names.org
        )
    },
    intro: |names| {
        format!(
            "Provisioning of {} in {} now runs on consent. Request {} is closed, and we will send no more reminders.",
            names.app, names.org, names.request
        )
    },
    verification_heading: "What we verified",
    in_okta: "In Okta",
    connection_on: "connection on, with OAuth (`ENABLED`, `OAUTH2`)",
    connection_not_on: |status, scheme| format!("connection {status}, {scheme}"),
    connection_on_by_scan: "connection on, with OAuth, as found by the last scan; Regrant did not save it",
    at_microsoft: "At Microsoft",
    all_granted: |count| format!("every required permission is granted ({count} of {count})"),
    not_granted: |missing| format!("not verified: {missing} is not granted"),
    not_verified: |reason| format!("not verified: {reason}"),
    microsoft_not_checked: "Regrant did not check Microsoft",
    service_principal: "Service principal",
    granted_to: "Granted",
    consented_by: "Consent by",
    verified_at: "Checked",
    failed_tasks_heading: "Tasks to retry",
    failed_tasks: |count| {
        format!(
            "{} failed while provisioning was down. Okta does not retry them automatically.",
            counted_noun(count, "Okta provisioning task", "Okta provisioning tasks")
        )
    },
    how_to_retry: "In the Okta Admin Console, open Dashboard \u{203a} Tasks, then select and retry each of them.",
    who_is_affected: "Emails do not name users. An Okta operator sees the users and groups with this command:",
    no_failed_tasks: "We know of no Okta task that failed in the meantime. For Okta's own list, open Dashboard \u{203a} Tasks in the Admin Console.",
    next_heading: "What happens next",
    next_items: [
        "Okta continues provisioning, now with the consent.",
        "If Okta stored the password of an administrator account for this app, it no longer needs that account. If nothing else uses it, disable it at Microsoft. Otherwise change its password.",
        "Regrant keeps monitoring Okta and Microsoft. We will email you again only if the consent stops working.",
        "You can view or revoke the consent at any time in the Microsoft Entra admin center under Enterprise applications.",
    ],
};

pub(super) const DIGEST: DigestWords = DigestWords {
    heading: |date| format!("Office 365 apps on {date}"),
    summary: |waiting, all, orgs| {
        let need = if waiting == 1 { "needs" } else { "need" };
        format!(
            "{} of {} in {} {need} attention.",
            number::grouped(waiting, ','),
            counted_noun(all, "app", "apps"),
            counted_noun(orgs, "org", "orgs")
        )
    },
    preheader: |waiting, all, not_checked| {
        let checked = if not_checked == 0 {
            "every org was checked".to_owned()
        } else {
            format!("{} not checked", counted_noun(not_checked, "org was", "orgs were"))
        };
        let need = if waiting == 1 { "needs" } else { "need" };
        format!("{waiting} of {} {need} attention; {checked}.", counted_noun(all, "app", "apps"))
    },
    no_action: "No action needed.",
    counts_heading: "Summary",
    apps: |count| counted_noun(count, "app", "apps"),
    action_needed_heading: "Action needed, most urgent first",
    owner: "Waiting for",
    since: "Since",
    request: "Request",
    administrator_of: |tenant| format!("a Microsoft Global Administrator of {tenant}"),
    okta_operator: "an Okta operator",
    access_repair: "Regrant's access to be restored",
    waiting_longest: "Waiting longest",
    not_checked_heading: "Not checked",
    not_checked_intro: "Regrant could not check these orgs, so their apps may be working or broken:",
    all_checked: "Every org was checked.",
    last_scan_heading: "Last check",
    last_scan: "Last scan",
    never: "never",
    check_yourself: "You can check at any time:",
    checkpoint: "Audit trail checkpoint",
    checkpoint_explained: "Keep this email. With the checkpoint, `regrant report verify --checkpoint` detects an audit trail that was rewritten later.",
    mute_link: "Mute this digest",
    mute_explained: "You can mute this digest. You will still receive emails about individual apps.",
};

pub(super) const ACCESS_PROBLEM: AccessProblemWords = AccessProblemWords {
    preheader: |org| {
        format!(
            "Until this is fixed, Regrant can't fully monitor the apps of {org}. Okta's provisioning is not affected."
        )
    },
    heading: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused => "Okta has rejected Regrant's credential",
        AccessProblemKind::OktaRoleLost => "Regrant's credential lacks a role in Okta",
        AccessProblemKind::OktaCredentialIdle => "Regrant's API token is about to expire from inactivity",
        AccessProblemKind::GraphTokensEnded { .. } => "Regrant's access to Microsoft Graph has ended",
        AccessProblemKind::GraphTokensEnding { .. } => "Regrant's access to Microsoft Graph is about to end",
        AccessProblemKind::EntraCredentialRefused { .. } => "Microsoft has rejected Regrant's own credential",
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "The credential of Regrant's own app registration is about to expire"
        }
    },
    what_happened: |problem, since, end| match (problem, end) {
        (AccessProblemKind::OktaCredentialRefused, _) => format!(
            "Since {since}, Okta has been rejecting the credential Regrant uses. It was revoked, it expired, or the account that created it was deactivated."
        ),
        (AccessProblemKind::OktaRoleLost, _) => format!(
            "Since {since}, Okta has accepted Regrant's credential but denied it access. A role or a scope was removed."
        ),
        (AccessProblemKind::OktaCredentialIdle, _) => format!(
            "Regrant has not used this API token successfully for 20 days (noticed on {since}). Okta deactivates a token after 30 days without use."
        ),
        (AccessProblemKind::GraphTokensEnded { .. }, _) => format!(
            "Since {since}, Microsoft no longer issues tokens to Regrant. An administrator of the tenant has to sign in again."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, Some(end)) => format!(
            "Regrant's tokens for Microsoft Graph still work, but Regrant has not been able to renew them since {since}. They expire on {end}."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, None) => format!(
            "Regrant's tokens for Microsoft Graph still work, but Regrant has not been able to renew them since {since}."
        ),
        (AccessProblemKind::EntraCredentialRefused { .. }, _) => format!(
            "Since {since}, Microsoft has been rejecting the client secret or certificate of Regrant's own app registration in Microsoft Entra."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, Some(end)) => format!(
            "The client secret or certificate of Regrant's own app registration in Microsoft Entra expires on {end} (noticed on {since})."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, None) => format!(
            "The client secret or certificate of Regrant's own app registration in Microsoft Entra is about to expire (noticed on {since})."
        ),
    },
    impact: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused | AccessProblemKind::OktaRoleLost => {
            "Okta's own provisioning continues for every user and group. Monitoring has stopped: Regrant shows the apps of this org as \u{201c}unknown\u{201d} and can't alert you when a consent stops working."
        }
        AccessProblemKind::OktaCredentialIdle => {
            "Okta's own provisioning continues for every user and group. Once the token has expired, Regrant can't alert you when a consent stops working."
        }
        AccessProblemKind::GraphTokensEnded { .. } => {
            "Okta's own provisioning continues for every user and group. Regrant can no longer check Microsoft: it shows apps as \u{201c}not verified\u{201d} and notices a revoked consent only after provisioning fails."
        }
        AccessProblemKind::GraphTokensEnding { .. } => {
            "Okta's own provisioning continues for every user and group. Once the tokens have expired, Regrant notices a revoked consent only after provisioning fails."
        }
        AccessProblemKind::EntraCredentialRefused { .. } => {
            "Okta's own provisioning continues for every user and group. Until this is fixed, administrators can't sign in to Regrant's pages, so they can't consent there."
        }
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "Okta's own provisioning continues for every user and group. Once the credential has expired, administrators can't sign in to Regrant's pages, so they can't consent there."
        }
    },
    who_can_fix: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused
        | AccessProblemKind::OktaRoleLost
        | AccessProblemKind::OktaCredentialIdle => format!(
            "An administrator of {org} who can create API tokens or assign roles in Okta, and who can use Regrant's command line. This does not need a Microsoft Global Administrator. It takes about ten minutes. You can forward this email to a colleague."
        ),
        AccessProblemKind::GraphTokensEnded { tenant } | AccessProblemKind::GraphTokensEnding { tenant, .. } => format!(
            "A Microsoft Global Administrator of tenant {tenant}; please ask them. It takes about two minutes. You can forward this email to a colleague."
        ),
        AccessProblemKind::EntraCredentialRefused { .. } | AccessProblemKind::EntraCredentialEnding { .. } => {
            "The owner of Regrant's app registration in Microsoft Entra, or an Application Administrator or Microsoft Global Administrator of its tenant. It takes about ten minutes. You can forward this email to a colleague.".to_owned()
        }
    }
    },
    steps: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused => vec![
            "In the Okta Admin Console, open Security \u{203a} API \u{203a} Tokens. Check that the token exists and who created it. For a service app, check that it is active and that its public key is registered.".to_owned(),
            format!("Create a new credential and store it with `regrant org add {org}`, which asks for the secret at a hidden prompt."),
            format!("Check it with `regrant org check {org}`, then run `regrant scan`."),
        ],
        AccessProblemKind::OktaRoleLost => vec![
            format!("Run `regrant org check {org}` to see which call Okta denies."),
            "Restore the role of the account or service app. It needs permission to view applications and, if Regrant is to save connections, to manage them.".to_owned(),
            format!("Check it with `regrant org check {org}`, then run `regrant scan`."),
        ],
        AccessProblemKind::OktaCredentialIdle => vec![
            "Run `regrant doctor`, or `regrant aws doctor` on a stack, to find out why no scan reached Okta.".to_owned(),
            format!("Use the token once: `regrant org check {org}`."),
            "Make sure that scans run on a schedule.".to_owned(),
        ],
        AccessProblemKind::GraphTokensEnded { .. } | AccessProblemKind::GraphTokensEnding { .. } => vec![
            "Create a link for an app of this tenant with `regrant invite` and send it to the administrator.".to_owned(),
            "The administrator opens the link and signs in. This renews Regrant's access; consenting for Okta again is optional.".to_owned(),
            format!("Check it with `regrant org check {org}`, then run `regrant scan`."),
        ],
        AccessProblemKind::EntraCredentialRefused { cloud } | AccessProblemKind::EntraCredentialEnding { cloud, .. } => vec![
            "In the Microsoft Entra admin center, open Regrant's registration under App registrations and create a new client secret or certificate.".to_owned(),
            format!("Store it with `regrant entra set --client-id ID --cloud {cloud}`, which asks for the secret at a hidden prompt."),
            "Delete the old one after a sign-in with the new one has worked.".to_owned(),
        ],
    }
    },
    steps_heading: "What to do",
    error_detail: "Error",
    place: "Where",
    also_affected: "Orgs affected",
    expires: "Expires",
    requirements_heading: "What Regrant needs",
    requirements: [
        ("okta.apps.read", "Reads the apps and the state of their connections."),
        ("okta.apps.manage", "Saves a connection after a consent. Without it, an operator saves in the Admin Console."),
        (
            "Directory.Read.All",
            "Reads what Microsoft granted to Okta, and whether the administrator who consented still has the role.",
        ),
    ],
    microsoft_page_note: "If an administrator signs in at Microsoft for this, Microsoft's page names Regrant's own app registration, not \u{201c}Okta Microsoft Graph Client\u{201d}.",
    best_time: "At any time. No user is signed out.",
    sent_once: "We send this email once, without reminders. The digest lists the problem until it is fixed.",
};
