//! What tells how things are.

use super::super::{Access, Digest, Done};
use super::number;
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::grant::GrantKind;

pub(super) const DONE: Done = Done {
    heading: |names| format!("Done: {} provisions Microsoft 365 on consent", names.app),
    preheader: |names| {
        format!(
            "{} in {}: nothing more is asked of you. What was read back from Okta and Microsoft is inside.",
            names.app, names.org
        )
    },
    intro: |names| {
        format!(
            "Provisioning of {} in {} runs on consent. Request {} is closed, and no more reminders follow.",
            names.app, names.org, names.request
        )
    },
    read_back: "What was read back",
    in_okta: "In Okta",
    on: "connection on, with OAuth (`ENABLED`, `OAUTH2`)",
    not_on: |status, scheme| format!("connection {status}, {scheme}"),
    on_by_scan: "connection on, with OAuth, as the last scan found it; it was not saved by Regrant",
    at_microsoft: "At Microsoft",
    verified: |count| format!("every required permission is granted ({count} of {count})"),
    missing: |missing| format!("not verified: {missing} is not granted"),
    not_seen: |reason| format!("not verified: {reason}"),
    no_reason: "Microsoft's side was not looked at",
    service_principal: "Service principal",
    granted: "Granted",
    grant: |grant| match grant {
        GrantKind::Application => "to the application",
        GrantKind::DelegatedForAll => "for everybody in the tenant",
        GrantKind::DelegatedForOne { .. } => "for one person only",
    },
    by: "Consent by",
    read_at: "Read",
    failed: "What has to be done again by hand",
    failed_intro: |count| {
        format!(
            "{} of Okta's failed while provisioning did not work. Okta does not repeat them by itself.",
            number(count, "provisioning task", "provisioning tasks")
        )
    },
    failed_how: "In the Okta Admin Console under Dashboard \u{203a} Tasks, choose each and retry it.",
    failed_none: "No work of Okta's is known to have failed meanwhile. Okta's own list is in the Admin Console under Dashboard \u{203a} Tasks.",
    next: "What follows",
    next_items: [
        "Okta goes on provisioning, from now on with the consent.",
        "Regrant goes on watching both sides, and writes again only if the consent stops working.",
        "You can see and withdraw the consent at any time in the Microsoft Entra admin center under Enterprise applications.",
    ],
};

pub(super) const DIGEST: Digest = Digest {
    heading: |org, day| format!("The Office 365 apps of {org} on {day}"),
    preheader: |waiting, all, not_seen| {
        let seen = if not_seen == 0 {
            "every org was seen".to_owned()
        } else {
            format!("{} not seen", number(not_seen, "org was", "orgs were"))
        };
        format!("{waiting} of {} for somebody; {seen}.", number(all, "app waits", "apps wait"))
    },
    all_fine: "Nobody has to do anything.",
    counts: "How many stand where",
    apps: |count| number(count, "app", "apps"),
    waiting: "Who is waited for, worst first",
    waits_on: "Waits for",
    since: "Since",
    request: "Request",
    on_administrator: |tenant| format!("a Microsoft Global Administrator of {tenant}"),
    on_operator: "an Okta operator",
    on_access: "Regrant's access to be repaired",
    oldest: "Oldest waiting",
    not_seen: "What was not seen",
    not_seen_intro: "Nothing is known about these orgs, so they may be fine or broken:",
    all_seen: "Every org was seen.",
    looks: "When it was looked at",
    last_scan: "Last scan",
    never: "never",
    look_yourself: "Check yourself at any time:",
    mute_link: "Mute this digest",
    mute: "You can mute this digest. Emails about single apps still reach you.",
};

pub(super) const ACCESS: Access = Access {
    preheader: |org| {
        format!(
            "Until it is repaired, Regrant does not see how the apps of {org} stand. Provisioning itself is not touched."
        )
    },
    heading: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused => "Okta refuses Regrant's credential",
        AccessProblemKind::OktaRoleLost => "Regrant's credential may no longer look in Okta",
        AccessProblemKind::OktaCredentialIdle => "Regrant's API token is about to die of idleness",
        AccessProblemKind::GraphTokensEnded { .. } => "Regrant's access to Microsoft Graph has ended",
        AccessProblemKind::GraphTokensEnding { .. } => "Regrant's access to Microsoft Graph is about to end",
        AccessProblemKind::EntraCredentialRefused { .. } => "Microsoft refuses Regrant's own registration",
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "The credential of Regrant's own registration is about to expire"
        }
    },
    what: |problem, since, end| match (problem, end) {
        (AccessProblemKind::OktaCredentialRefused, _) => format!(
            "Since {since} Okta refuses the credential that Regrant looks with: it was revoked, it expired, or the account that made it was deactivated."
        ),
        (AccessProblemKind::OktaRoleLost, _) => format!(
            "Since {since} Okta knows Regrant's credential and does not let it look: a role or a scope was taken away."
        ),
        (AccessProblemKind::OktaCredentialIdle, _) => format!(
            "Okta has not answered this API token for 20 days (known since {since}). Okta deactivates a token that was not used for 30 days."
        ),
        (AccessProblemKind::GraphTokensEnded { .. }, _) => format!(
            "Since {since} Microsoft gives Regrant no token any more, so an administrator of the tenant has to sign in again."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, Some(end)) => format!(
            "Regrant's tokens for Microsoft Graph still work and could not be renewed since {since}. They end on {end}."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, None) => {
            format!("Regrant's tokens for Microsoft Graph still work and could not be renewed since {since}.")
        }
        (AccessProblemKind::EntraCredentialRefused { .. }, _) => format!(
            "Since {since} Microsoft refuses the client secret or the certificate of Regrant's own registration in Microsoft Entra."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, Some(end)) => format!(
            "The client secret or the certificate of Regrant's own registration in Microsoft Entra expires on {end} (known since {since})."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, None) => format!(
            "The client secret or the certificate of Regrant's own registration in Microsoft Entra is about to expire (known since {since})."
        ),
    },
    meaning: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused | AccessProblemKind::OktaRoleLost => {
            "Okta's own provisioning goes on as before for every user and group. What stops is the looking: the apps of this org stand at \u{201c}unknown\u{201d}, and nobody is told when a consent breaks."
        }
        AccessProblemKind::OktaCredentialIdle => {
            "Okta's own provisioning goes on as before for every user and group. Once the token is dead, nobody is told when a consent breaks."
        }
        AccessProblemKind::GraphTokensEnded { .. } => {
            "Okta's own provisioning goes on as before for every user and group. What stops is the look at Microsoft's side: standings say \u{201c}not verified\u{201d}, and a revoked grant is noticed only once Okta fails."
        }
        AccessProblemKind::GraphTokensEnding { .. } => {
            "Okta's own provisioning goes on as before for every user and group. Once the tokens end, a revoked grant is noticed only once Okta fails."
        }
        AccessProblemKind::EntraCredentialRefused { .. } => {
            "Okta's own provisioning goes on as before for every user and group. Nobody can sign in at Regrant's pages until it is repaired, so no consent can be given there."
        }
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "Okta's own provisioning goes on as before for every user and group. Once it has expired, nobody can sign in at Regrant's pages, so no consent can be given there."
        }
    },
    who: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused | AccessProblemKind::OktaRoleLost | AccessProblemKind::OktaCredentialIdle => format!("An administrator of {org} who may make API tokens or assign roles in Okta, at Regrant's command line. It takes about ten minutes. No Microsoft Global Administrator is needed. You may forward this email within your company."),
        AccessProblemKind::GraphTokensEnded { tenant } | AccessProblemKind::GraphTokensEnding { tenant, .. } => format!("A Microsoft Global Administrator of the tenant {tenant}, asked by you. It takes about two minutes. You may forward this email within your company."),
        AccessProblemKind::EntraCredentialRefused { .. } | AccessProblemKind::EntraCredentialEnding { .. } => "Whoever looks after Regrant's registration in Microsoft Entra: its owner, or an Application Administrator of that tenant (a Microsoft Global Administrator can do it too). It takes about ten minutes. You may forward this email within your company.".to_owned(),
    }
    },
    steps: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused => vec![
            "In the Okta Admin Console under Security \u{203a} API \u{203a} Tokens, see whether the token is there and who made it; for a service app, see whether it is active and its key is known.".to_owned(),
            format!("Make a new one and keep it with `regrant org add {org}`: the secret is asked for at a hidden prompt."),
            format!("Check with `regrant org check {org}`, then `regrant scan`."),
        ],
        AccessProblemKind::OktaRoleLost => vec![
            format!("See with `regrant org check {org}` which call Okta does not allow."),
            "Give the account or the service app its role back: permission to view applications, and to manage them where Regrant is to save.".to_owned(),
            format!("Check with `regrant org check {org}`, then `regrant scan`."),
        ],
        AccessProblemKind::OktaCredentialIdle => vec![
            "See why no scan reached Okta: `regrant doctor` checks the installation.".to_owned(),
            format!("Use the token once: `regrant org check {org}`."),
            "See to it that scans run on a schedule.".to_owned(),
        ],
        AccessProblemKind::GraphTokensEnded { .. } | AccessProblemKind::GraphTokensEnding { .. } => vec![
            "Make a link for an app of this tenant with `regrant invite`, and send it to the administrator.".to_owned(),
            "The administrator signs in on the page that it leads to. That alone renews the access; whether to consent for Okta again is then up to them.".to_owned(),
            format!("Check with `regrant org check {org}`, then `regrant scan`."),
        ],
        AccessProblemKind::EntraCredentialRefused { cloud } | AccessProblemKind::EntraCredentialEnding { cloud, .. } => vec![
            "In the Microsoft Entra admin center under App registrations, open Regrant's registration and make a new client secret or certificate.".to_owned(),
            format!("Keep it with `regrant entra set --client-id ID --cloud {cloud}`: the secret is asked for at a hidden prompt."),
            "Delete the old one once a sign-in with the new one has worked.".to_owned(),
        ],
    }
    },
    what_to_do: "What to do",
    answered: "What was answered",
    place: "Where",
    ends: "Ends",
    needs: "What Regrant itself needs",
    needs_rows: [
        ("okta.apps.read", "Sees the apps and how their connections stand."),
        ("okta.apps.manage", "Saves a connection after a consent. Without it somebody saves in the console."),
        (
            "Directory.Read.All",
            "Sees at Microsoft what was granted to Okta, and whether who consented still holds the role.",
        ),
    ],
    microsofts_page: "Where somebody signs in at Microsoft for this, Microsoft's page names Regrant's own registration and not \u{201c}Okta Microsoft Graph Client\u{201d}.",
    best_time: "Any time. Nobody is signed out by it.",
    once: "This email comes once. The digest names the problem until it is over; no reminder follows.",
};
