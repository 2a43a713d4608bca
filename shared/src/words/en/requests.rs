//! Emails that request an action.

use super::super::emails::{OperatorRequestWords, RequestWords, SecretEndingWords, SeveralWords, WaiverExpiredWords};
use super::counted_noun;
use crate::domain::standing::Standing;

pub(super) const REQUEST: RequestWords = RequestWords {
    heading: |_| "Approve Okta's access to Microsoft 365".to_owned(),
    heading_renewal: |names| format!("Renew Okta's access to Microsoft 365 for {}", names.app),
    heading_outage: |names| format!("{} can no longer provision Microsoft 365", names.app),
    heading_reminder: |number, most, heading| format!("Reminder {number} of {most}: {heading}"),
    preheader: |subject, tenant| format!("{subject}. This takes a Global Administrator of {tenant} about two minutes."),
    no_administrator_on_file: |names| {
        format!(
            "No Microsoft administrator is on file for {}. Please forward this email to a Global Administrator of {}.",
            names.org, names.tenant
        )
    },
    escalation_notice: |names| {
        format!(
            "You are receiving this email because no one has acted yet. Please make sure that a Global Administrator of {} does.",
            names.tenant
        )
    },
    why_consent: |names| {
        format!(
            "Okta manages the Microsoft 365 accounts of {} with a stored administrator password. Once Microsoft enforces multi-factor authentication on it, new employees get no account and people who leave keep their access. If you approve Okta's access, Okta no longer needs the password.",
            names.app
        )
    },
    why_off: |names| {
        format!(
            "Okta's connection to Microsoft 365 for {} is prepared but off, and waits for approval. Until then, new employees get no account from Okta, and people who leave may keep their access.",
            names.app
        )
    },
    why_outage: |names, since| {
        format!(
            "Since {since}, Okta can no longer provision Microsoft 365 for {}. New employees get no account, and people who leave keep their access. Consenting again fixes it.",
            names.app
        )
    },
    why_renewal: |names| {
        format!(
            "Provisioning of {} works today, but fails the next time Okta has to re-authenticate at Microsoft. Then new employees get no account, and people who leave keep their access. Consenting again prevents this.",
            names.app
        )
    },
    status_since: |since| format!("Status unchanged since {since}."),
    found_on: |date| format!("Regrant found this on {date}."),
    affects: |assigned| format!("This affects {assigned}."),
    affects_all: "This affects every user and group assigned to the app in Okta.",
    failed_tasks: |count| {
        format!(
            "Since then {} failed; we will list them in the completion email.",
            counted_noun(count, "Okta provisioning task has", "Okta provisioning tasks have")
        )
    },
    who_heading: "Who can do this",
    who_can_approve: |names| {
        format!(
            "A Microsoft Global Administrator of {} with multi-factor authentication. It takes about two minutes.",
            names.tenant
        )
    },
    forward_to_administrator: |_| {
        "If that isn't you, forward this email to a colleague who is. It is of no use to anyone else.".to_owned()
    },
    open_page: "Open the request",
    link_target: |url| format!("The link opens a page at {url}. Opening it changes nothing."),
    link_expiry: |end| format!("It expires on {end}."),
    new_link: |names| {
        format!(
            "After the link has expired, you will get a new link with our next email about this request, or from {}.",
            names.contact
        )
    },
    no_link: |names| {
        format!(
            "This email contains no link, because your company does not run Regrant's web pages. {} can create a link with `regrant invite`, or you can use the Okta Admin Console as described below.",
            capitalized(&names.contact)
        )
    },
    steps_heading: "What you will see",
    step_compare: |names| {
        format!("Open the request and check that it is about {} and request {}.", names.tenant, names.request)
    },
    step_sign_in: |publisher| {
        let publisher = publisher.map_or_else(
            || "Microsoft calls it unverified, because this installation has no verified publisher.".to_owned(),
            |publisher| format!("Its verified publisher is {publisher}."),
        );
        format!(
            "First Microsoft page: sign in. Microsoft asks you to grant Regrant one read-only permission, `Directory.Read.All`, so we can confirm that you are an administrator. {publisher}"
        )
    },
    step_approve: |names, is_second| {
        let page = if is_second { "Second Microsoft page" } else { "Microsoft's page" };
        format!(
            "{page}: Okta's request, \u{201c}Okta Microsoft Graph Client\u{201d} or similar. Check that it shows {} and that its publisher is Okta, then accept.",
            names.tenant
        )
    },
    step_copy: "Okta then shows a page of plain text. Copy all of it and paste it into the request's page in the same browser. Never send it to anyone.",
    step_verify: "We save the connection in Okta, verify it on both sides and show you the result.",
    permissions_heading: "What Okta will be allowed to do",
    permissions_intro: "Microsoft's page lists these permissions in its own words.",
    own_permission: |host| {
        format!(
            "The first page, at `{host}`, is Regrant's own request. It also lists your sign-in and basic profile (`openid`, `profile`) and lasting access (`offline_access`), with which Regrant keeps checking the consent. Nothing in Okta changes before you have signed in. If provisioning has to pause until you finish, the page asks you first."
        )
    },
    when_heading: "When to do it",
    best_time: "Some users may have to sign in again. If that would disturb them, choose a time outside working hours.",
    best_time_outage: "Now, because provisioning is failing. Some users may have to sign in again.",
    due_now: "now, because provisioning is failing",
    due_before_failure: "before the next re-authentication",
    failed_tasks_afterwards: "Provisioning tasks that failed earlier are not retried automatically. We will list them in the completion email, and you can retry them in the Okta Admin Console under Dashboard \u{203a} Tasks.",
    console_heading: "Prefer to do it yourself in Okta?",
    console_steps: |names| {
        format!(
            "In the Okta Admin Console of {}, open Applications \u{203a} Applications \u{203a} {} \u{203a} Provisioning \u{203a} Integration \u{203a} Edit and click Authenticate with Microsoft Office 365 (or Re-authenticate). Accept as a Global Administrator, then click Save. Without Save, nothing is stored. You must be an App Administrator in Okta and a Global Administrator of {}.",
            names.org, names.app, names.tenant
        )
    },
    several: SeveralWords {
        heading_consents: |count| {
            format!("Approve Okta's access to Microsoft 365 for {}", counted_noun(count, "app", "apps"))
        },
        heading_steps: |count| format!("{} one more step in Okta", counted_noun(count, "app needs", "apps need")),
        why_consents: "Okta manages the Microsoft 365 accounts of these apps with stored administrator passwords, their connections are off, or the consent has to be renewed. Until that is done, new employees may get no account, and people who leave may keep their access.",
        why_outage: |count| {
            format!(
                "Okta can no longer provision Microsoft 365 for {}. New employees get no account, and people who leave keep their access.",
                counted_noun(count, "of these apps", "of these apps")
            )
        },
        why_steps: "The connections of these apps in Okta are off, or need consent in the Admin Console. Until someone acts, new employees may get no Microsoft 365 account, and people who leave may keep their access.",
        no_administrator_on_file: "No Microsoft administrator is on file for these apps. Please forward this email to the Global Administrators of their tenants.",
        escalation_notice: "You are receiving this email because no one has acted yet. Please make sure that someone does.",
        step_open: "Open the first request below and check that it shows the same tenant and request. Repeat this for each one.",
        who: "A Microsoft Global Administrator of each tenant with multi-factor authentication. Each takes about two minutes. You can forward this email to a colleague.",
        list_heading: "Your requests, most urgent first",
        row: |tenant, status, since, request| format!("{tenant} \u{b7} {status} \u{b7} since {since} \u{b7} {request}"),
        open: "Open the request",
        one_email: "This email replaces one email per app. Reminders about several apps arrive together too.",
    },
};

fn capitalized(text: &str) -> String {
    // An email address stays as it is.
    match text.strip_prefix("your ") {
        Some(rest) => format!("Your {rest}"),
        None => text.to_owned(),
    }
}

pub(super) const OPERATOR_REQUEST: OperatorRequestWords = OperatorRequestWords {
    heading_save: |names| format!("One more step for {}: save in Okta", names.app),
    heading_console: |names| format!("{} needs consent in the Okta Admin Console", names.app),
    why_save: |names| {
        format!(
            "{} needs no further consent, but its connection in Okta is off. Until someone saves it, new employees get no Microsoft 365 account, changes don't arrive, and people who leave keep their access.",
            names.app
        )
    },
    why_console: |names| {
        format!(
            "Okta's Management API does not support {}, so Regrant can't do this for you. Use the Admin Console. Until then, new employees may get no Microsoft 365 account, changes may not arrive, and people who leave may keep their access.",
            names.app
        )
    },
    who_can_save: |names| {
        format!(
            "An App Administrator in {} who can manage {}. This no longer needs a Microsoft Global Administrator of {}. It takes about a minute.",
            names.org, names.app, names.tenant
        )
    },
    who_can_use_console: |names| {
        format!(
            "One person who is an App Administrator in {} and a Microsoft Global Administrator of {}, or two people together. It takes about five minutes.",
            names.org, names.tenant
        )
    },
    forward: |names| {
        format!(
            "You can forward this email to a colleague who can manage the app in {}. It is of no use to anyone else.",
            names.org
        )
    },
    how_heading: "How to do it",
    save_with_command: "Use Regrant's command line, which saves and verifies the connection:",
    or_in_console: "Or do it yourself in the Okta Admin Console:",
    steps_save: [
        |names| {
            format!(
                "In the Admin Console of {}, open Applications \u{203a} Applications \u{203a} {} \u{203a} Provisioning \u{203a} Integration \u{203a} Edit.",
                names.org, names.app
            )
        },
        |_| "Do not click \u{201c}Re-authenticate with Microsoft Office 365\u{201d}.".to_owned(),
        |_| "Click Save. The next scan detects it, and we email you the verification.".to_owned(),
    ],
    steps_console: [
        |names| {
            format!(
                "In the Admin Console of {}, open Applications \u{203a} Applications \u{203a} {} \u{203a} Provisioning \u{203a} Integration \u{203a} Edit.",
                names.org, names.app
            )
        },
        |names| {
            format!(
                "Click \u{201c}Authenticate with Microsoft Office 365\u{201d} (or \u{201c}Re-authenticate \u{2026}\u{201d}) and sign in at Microsoft as a Global Administrator of {}.",
                names.tenant
            )
        },
        |_| {
            "Microsoft shows Okta's request, titled \u{201c}Okta Microsoft Graph Client\u{201d} or similar. Check the tenant and the publisher, then accept.".to_owned()
        },
        |_| "Return to Okta and click Save. Without Save, nothing is stored.".to_owned(),
    ],
    no_microsoft_page: "Saving needs no new consent to \u{201c}Okta Microsoft Graph Client\u{201d}, so Microsoft shows no page.",
    permissions_heading: "Permissions included in the consent",
    best_time: "Saving interrupts no one. After a new sign-in at Microsoft, some users may have to sign in again. If that would disturb them, choose a time outside working hours.",
    link_expiry: |end| format!("It expires on {end}."),
    new_link: "After the link has expired, you will get a new link if we email you again about this request. `regrant status` shows the request at any time.",
};

pub(super) const WAIVER_EXPIRED: WaiverExpiredWords = WaiverExpiredWords {
    heading: |names| format!("The postponement for {} has ended", names.app),
    preheader: |subject, org| format!("{subject} ({org}). Complete it now, or postpone it again."),
    what_happened: |names, end| {
        format!(
            "Your team postponed {} until {end}, so we sent no emails about it. That date has passed and the app still needs action, so we are sending emails again.",
            names.app
        )
    },
    postponed_until: "Postponed until",
    decided_on: "Decided on",
    reason: "Reason",
    who_decides: |names| {
        format!(
            "You, or a colleague who manages {}. It takes about a minute. You can forward this email to a colleague.",
            names.org
        )
    },
    choices_heading: "What you can do",
    choice_resolve: |standing, names| match standing {
        Standing::NeedsSave => format!(
            "Complete it: an App Administrator saves the connection with `regrant save {} {}` or in the Admin Console.",
            names.org, names.app_id
        ),
        Standing::ByHand => format!(
            "Complete it: a Microsoft Global Administrator of {} authenticates in the Admin Console and saves.",
            names.tenant
        ),
        _ => format!(
            "Complete it: we email a link to a Microsoft Global Administrator of {}. To get a link at once, run `regrant invite {} {}`.",
            names.tenant, names.org, names.app_id
        ),
    },
    choice_postpone: |names| format!("Postpone it again: {} can set a new date and record the reason.", names.contact),
    microsoft_page: "Microsoft shows the administrator Okta's request, titled \u{201c}Okta Microsoft Graph Client\u{201d} or similar, with these permissions.",
};

pub(super) const SECRET_ENDING: SecretEndingWords = SecretEndingWords {
    heading: |names| format!("The secret behind {} needs renewal", names.app),
    preheader: |subject, org| format!("{subject} ({org}). Okta has not renewed it so far."),
    what_happens: |names, end, has_ended| {
        let (ends, stops) = if has_ended { ("ended", "has stopped") } else { ("ends", "stops then") };
        format!(
            "Okta provisions Microsoft 365 for {} through its own application in {} and renews the application's secret on a schedule. The last secret that we found there {ends} on {end}; no newer one has appeared. Without one, provisioning {stops}: new employees get no account, and people who leave keep their access.",
            names.app, names.tenant
        )
    },
    steps_heading: "What to do",
    steps: [
        |names| {
            format!(
                "In the Okta Admin Console of {}, open Reports \u{203a} System Log and search for `app.office365.provisioning_app_credential.rotate`. A failed renewal shows Microsoft's reason.",
                names.org
            )
        },
        |names| {
            format!(
                "If the reason is `CredentialTypeNotAllowedAsPerAppPolicy` or `CredentialInvalidLifetimeAsPerAppPolicy`, exempt Okta's application from the app management policy of {} (`passwordAddition`, `passwordLifetime`).",
                names.tenant
            )
        },
        |_| {
            "If there is a different reason, or no attempt, ask Okta Support. `regrant status` shows whether a newer secret has appeared.".to_owned()
        },
    ],
    who: |names| {
        format!(
            "An Okta administrator of {} for the first step, and a Microsoft Global Administrator of {} for the second. It takes about ten minutes. You can forward this email to a colleague.",
            names.org, names.tenant
        )
    },
    no_microsoft_page: "Microsoft shows no page about \u{201c}Okta Microsoft Graph Client\u{201d} or Okta's own application this time. These permissions stay as they are:",
    best_time: "An exemption interrupts no one, and no one has to sign in again. Grant it at any time before the secret ends.",
    further_warnings: "We warn 30 days, 7 days and 1 day before the secret ends, without reminders in between, and not again once a newer one has appeared.",
};
