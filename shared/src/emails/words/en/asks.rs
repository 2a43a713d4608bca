//! What asks somebody to act.

use super::super::{Ask, Operator, Waived};
use super::number;
use crate::domain::standing::Standing;

pub(super) const ASK: Ask = Ask {
    heading: |_| "Let Okta provision Microsoft 365 with consent instead of a password".to_owned(),
    heading_renewal: |names| format!("Renew Okta's consent for {} before it is needed", names.app),
    heading_urgent: |names| format!("{} no longer provisions Microsoft 365", names.app),
    heading_reminder: |number, most, heading| format!("Reminder {number} of {most}: {heading}"),
    preheader: |what, who| format!("{what}. A Global Administrator of {who} is asked for about two minutes."),
    nobody_on_file: |names| {
        format!(
            "No Microsoft administrator is on file for {}, so this email comes to you. Please forward it to a Global Administrator of {}.",
            names.org, names.tenant
        )
    },
    escalation: |names| {
        format!(
            "You get this because nobody has acted yet. You need not do it yourself: please see to it that a Global Administrator of {} does.",
            names.tenant
        )
    },
    what_breaks: |names| {
        format!(
            "Okta creates, updates and deactivates the Microsoft 365 accounts of {}. It is still set up to do so with a stored administrator password. Microsoft demands multi-factor authentication of administrators, which a stored password cannot give: once it is demanded here, new people get no account, changes do not arrive, and those who leave keep theirs. With your consent on Microsoft Graph, Okta no longer needs the password.",
            names.app
        )
    },
    what_breaks_urgent: |names, since| {
        format!(
            "Since {since} Okta can no longer work in Microsoft 365 for {}. New people get no account, changes do not arrive, and those who leave keep their access. A new consent mends it.",
            names.app
        )
    },
    what_breaks_renewal: |names| {
        format!(
            "Provisioning of {} works today. The next time Okta has to authenticate again at Microsoft it will fail, and from then on new people get no account, changes do not arrive, and those who leave keep theirs. A new consent prevents that.",
            names.app
        )
    },
    since: |since| format!("It has stood like this since {since}."),
    reach: |reach| format!("It concerns {reach}."),
    reach_unknown: "It concerns every user and every group that is assigned to the app in Okta.",
    failed_so_far: |count| {
        format!(
            "{} of Okta's failed since then. The email that tells you that it is done lists them.",
            number(count, "provisioning task", "provisioning tasks")
        )
    },
    who: "Who has to do this",
    who_must: |names| {
        format!(
            "A Microsoft Global Administrator of {}, with multi-factor authentication. It takes about two minutes.",
            names.tenant
        )
    },
    forward: |names| {
        format!(
            "If that is not you, forward this email to somebody who is, within your company: it does nothing for anybody else, since Microsoft asks for a sign-in as an administrator of {}.",
            names.tenant
        )
    },
    open: "Open the page of this request",
    leads_to: |place| format!("The link leads to {place} and nowhere else. Opening the page changes nothing."),
    link_ends: |end, names| {
        format!(
            "The link works until {end}. After that the page says that the link has ended, and nothing happens. A new one comes with the next email about this, or from {}.",
            names.contact
        )
    },
    no_link: |names| {
        format!(
            "This email has no link, since no page is served here. {} can make one with `regrant invite`, or you do it in the console as described below.",
            names.contact
        )
    },
    what_happens: "What happens",
    step_compare: |names| {
        format!(
            "You open the page and compare: org {}, app {}, tenant {}, request {}.",
            names.org, names.app, names.tenant, names.request
        )
    },
    step_sign_in: |host| {
        format!(
            "You sign in at Microsoft (`{host}`), so that it is known that you may decide this. It reads the directory; nothing has been changed yet."
        )
    },
    step_consent: |names| {
        format!(
            "Microsoft shows Okta's own request. It is titled \u{201c}Okta Microsoft Graph Client\u{201d} or a similar name of Okta's, and names its publisher, which has to be Okta. Compare the tenant ({}), then accept.",
            names.tenant
        )
    },
    step_proof: "The connection is saved in Okta. What Okta and Microsoft really hold is read back, and you see it on the page.",
    permissions: "What Okta will be allowed to do",
    permissions_intro: "Microsoft's page lists these permissions, in its own words.",
    when: "When to do it",
    best_time: "Users may be asked to sign in again. Where that matters, choose an hour outside work.",
    now: "now, since provisioning fails",
    best_time_urgent: "Now, since provisioning fails. Users may be asked to sign in again.",
    afterwards: "Work that failed before is not repeated by Okta. The email that tells you that it is done lists what has to be done again, in the Okta Admin Console under Dashboard \u{203a} Tasks.",
    console: "Rather do it in Okta yourself?",
    console_steps: |names| {
        format!(
            "In the Okta Admin Console of {}: Applications \u{203a} Applications \u{203a} {} \u{203a} Provisioning \u{203a} Integration \u{203a} Edit \u{203a} Authenticate with Microsoft Office 365 (or Re-authenticate). Accept as Global Administrator, then Save: without Save nothing is kept. It needs one person who is App Administrator in Okta and Global Administrator of {}.",
            names.org, names.app, names.tenant
        )
    },
};

pub(super) const OPERATOR: Operator = Operator {
    heading_save: |names| format!("Only Save in Okta is left for {}", names.app),
    heading_by_hand: |names| format!("{} has to be consented in the Okta console", names.app),
    what_save: |names| {
        format!(
            "The consent for {} was given at Microsoft, and its connection in Okta is off. Until it is saved, new people get no account in Microsoft 365, changes do not arrive, and those who leave keep theirs.",
            names.app
        )
    },
    what_by_hand: |names| {
        format!(
            "Okta's Management API does not serve {}, so nobody but you can do this: only the Admin Console can. Until it is done, new people may get no account in Microsoft 365, changes may not arrive, and those who leave may keep theirs.",
            names.app
        )
    },
    who_save: |names| {
        format!(
            "Somebody who may manage {} in {}: an App Administrator in Okta. No Microsoft Global Administrator of {} is needed any more. It takes about a minute.",
            names.app, names.org, names.tenant
        )
    },
    who_by_hand: |names| {
        format!(
            "One person who is App Administrator in {} and Microsoft Global Administrator of {}, or two of them at one screen. It takes about five minutes.",
            names.org, names.tenant
        )
    },
    forward: |names| {
        format!(
            "You may forward this email within your company. It does nothing for anybody who may not manage the app in {}.",
            names.org
        )
    },
    how: "How to do it",
    how_save: "With Regrant's command line, which saves and proves it:",
    or_console: "Or do it yourself in the Okta Admin Console:",
    steps_save: [
        |names| {
            format!(
                "Open {}: Applications \u{203a} Applications \u{203a} {} \u{203a} Provisioning \u{203a} Integration \u{203a} Edit.",
                names.org, names.app
            )
        },
        |_| "The button reads \u{201c}Re-authenticate with Microsoft Office 365\u{201d}: leave it.".to_owned(),
        |_| "Save. The next scan sees it, and an email with the verification follows.".to_owned(),
    ],
    steps_by_hand: [
        |names| {
            format!(
                "Open the Admin Console of {}: Applications \u{203a} Applications \u{203a} {} \u{203a} Provisioning \u{203a} Integration \u{203a} Edit.",
                names.org, names.app
            )
        },
        |names| {
            format!(
                "Press \u{201c}Authenticate with Microsoft Office 365\u{201d} (or \u{201c}Re-authenticate \u{2026}\u{201d}) and sign in at Microsoft as Global Administrator of {}.",
                names.tenant
            )
        },
        |_| {
            "Microsoft shows Okta's own request, titled \u{201c}Okta Microsoft Graph Client\u{201d} or a similar name of Okta's. Compare tenant and publisher, then accept.".to_owned()
        },
        |_| "Back in Okta press Save: without it nothing is kept.".to_owned(),
    ],
    page_save: "Microsoft shows no page this time: the consent to \u{201c}Okta Microsoft Graph Client\u{201d} was given already.",
    permissions_given: "What the consent to Okta holds",
    best_time: "Saving interrupts nobody. After a new sign-in at Microsoft, users may be asked to sign in again: where that matters, choose an hour outside work.",
    link_ends: |end| {
        format!(
            "The link works until {end}. After that the page says that the link has ended, and nothing happens. A new one comes with the next email about this, if there is one; `regrant status` shows the same at any time."
        )
    },
};

pub(super) const WAIVED: Waived = Waived {
    heading: |names| format!("The time in which {} was left alone is over", names.app),
    preheader: |what, org| format!("{what} in {org}: have it done, or leave it alone again until another day."),
    what: |names, end| {
        format!(
            "You left {} as it was until {end}, so nobody was written to about it. That day has come and it is not done. From now on emails about it go out again.",
            names.app
        )
    },
    ended: "Left alone until",
    given: "Decided on",
    reason: "For the reason",
    who: |names| {
        format!(
            "You, or whoever else looks after {}, decide. It takes about a minute. You may forward this email within your company.",
            names.org
        )
    },
    choices: "What you can do",
    choice_do: |standing, names| match standing {
        Standing::NeedsSave => format!(
            "Have it done: an App Administrator saves it with `regrant save {} {}`, or in the Admin Console.",
            names.org, names.app_id
        ),
        Standing::ByHand => format!(
            "Have it done: somebody authenticates in the Admin Console as Microsoft Global Administrator of {}, and saves.",
            names.tenant
        ),
        _ => format!(
            "Have it done: a Microsoft Global Administrator of {} gets an email like this with a link, or at once the one that `regrant invite {} {}` prints.",
            names.tenant, names.org, names.app_id
        ),
    },
    choice_wait: |names| {
        format!("Leave it alone again, until another day and for a reason: {} can do that.", names.contact)
    },
};
