//! English.

mod asks;
mod tells;

use jiff::civil::Date;

use super::{Follow, General, Labels, Subjects, Trial, Words};
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::assignment_counts::Count;
use crate::domain::standing::Standing;

pub(super) const WORDS: Words = Words {
    general: GENERAL,
    subjects: SUBJECTS,
    labels: LABELS,
    ask: asks::ASK,
    operator: asks::OPERATOR,
    follow: FOLLOW,
    done: tells::DONE,
    digest: tells::DIGEST,
    access: tells::ACCESS,
    waived: asks::WAIVED,
    trial: TRIAL,
};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn day(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{} {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
}

fn number(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", crate::emails::words::number::grouped(count, ','), if count == 1 { one } else { many })
}

fn counted(count: Count, one: &str, many: &str) -> String {
    if count.or_more {
        // The page of a list was full, so it is never one.
        format!("{} or more {many}", crate::emails::words::number::grouped(count.number, ','))
    } else {
        number(count.number, one, many)
    }
}

const GENERAL: General = General {
    day,
    moment: |day, time| format!("{day}, {time}"),
    a_tenant: "the app's Microsoft tenant",
    somebody: "whoever looks after Okta at your company",
    standing: |standing| match standing {
        Standing::Broken => "provisioning fails",
        Standing::NeedsConsent => "nobody has consented yet",
        Standing::NeedsSave => "consent is given, the connection is off",
        Standing::Degraded => "works, and the next re-authentication will fail",
        Standing::ByHand => "only the Admin Console serves it",
        Standing::Unknown => "could not be looked at",
        Standing::Consented => "runs on consent",
        Standing::NotApplicable => "provisioning is off",
    },
    permission: |_| None,
    users: |count| counted(count, "user", "users"),
    groups: |count| counted(count, "group", "groups"),
    and: |one, other| format!("{one} and {other}"),
    deadline: |deadline, day| match (deadline.is_past(), deadline.is_oktas) {
        (true, true) => format!("{day}, the date that Okta set. It is past."),
        (true, false) => format!("{day}, the date set for it here. It is past."),
        (false, _) if deadline.days_left == 0 => format!("{day}. That is today."),
        (false, true) => {
            format!("{day}, the date that Okta set: {} left.", number(deadline.days_left.unsigned_abs(), "day", "days"))
        }
        (false, false) => format!(
            "{day}, the date set for it here: {} left.",
            number(deadline.days_left.unsigned_abs(), "day", "days")
        ),
    },
    footer: |org, place| match place {
        Some(place) => format!(
            "Sent by Regrant ({place}) about the Okta org {org}. It never asks for a password or a code, and no mail of it asks you to paste anything."
        ),
        None => format!(
            "Sent by Regrant about the Okta org {org}. It never asks for a password or a code, and no mail of it asks you to paste anything."
        ),
    },
};

const SUBJECTS: Subjects = Subjects {
    invitation: |app| format!("{app} needs a consent at Microsoft"),
    renewal: |app| format!("{app} needs its consent at Microsoft renewed"),
    urgent: |app, since| format!("{app} has not provisioned since {since}, consent at Microsoft needed now"),
    save: |app| format!("{app} needs to be saved in Okta"),
    by_hand: |app| format!("{app} needs a consent in the Okta console"),
    reminder: |number, most, subject| format!("Reminder {number} of {most}: {subject}"),
    done: |app, day| format!("{app} is done, provisioning runs on consent since {day}"),
    digest: |waiting, all, day| {
        format!("{waiting} of {} waiting for somebody on {day}", number(all, "Office 365 app", "Office 365 apps"))
    },
    access: |problem, when| match problem {
        AccessProblemKind::OktaCredentialRefused => {
            format!("Regrant cannot look, Okta refuses its credential since {when}")
        }
        AccessProblemKind::OktaRoleLost => format!("Regrant cannot look, a role in Okta is missing since {when}"),
        AccessProblemKind::OktaCredentialIdle => format!("Regrant's API token in Okta is idle, act by {when}"),
        AccessProblemKind::GraphTokensEnded { .. } => format!("Regrant does not see Microsoft's side since {when}"),
        AccessProblemKind::GraphTokensEnding { .. } => {
            format!("Regrant will not see Microsoft's side any more, act by {when}")
        }
        AccessProblemKind::EntraCredentialRefused { .. } => {
            format!("Microsoft refuses Regrant's registration since {when}")
        }
        AccessProblemKind::EntraCredentialEnding { .. } => {
            format!("Regrant's registration at Microsoft expires, act by {when}")
        }
    },
    waived: |app, day| format!("{app} was left alone until {day}, decide again now"),
    by: |day| format!("by {day}"),
    overdue: |day| format!("overdue since {day}"),
    in_time: "before the next re-authentication",
};

const LABELS: Labels = Labels {
    org: "Okta org",
    app: "App in Okta",
    tenant: "Microsoft tenant",
    cloud: "Microsoft cloud",
    standing: "Where it stands",
    since: "Since",
    seen: "What was seen",
    by_when: "By when",
    request: "Request",
    permission: "Permission",
    why: "Why",
    needed: "Needed",
    always: "always",
    for_some: "for some features",
    when: "When",
    whose: "Whose",
    what: "What",
    reason: "Reason",
    more: |count| format!("and {}, which `regrant status` lists", number(count, "more", "more")),
};

const FOLLOW: Follow = Follow {
    real: "How to check that this email is real",
    real_request: |request, has_page| {
        let page = if has_page { ", and so does the page" } else { "" };
        format!(
            "It is about request {request}. `regrant status` shows the same one to whoever looks after Okta at your company{page}."
        )
    },
    real_address: |place| format!("The page's address begins with {place} and the padlock is closed."),
    real_no_page: "It has no link. Every step begins in a console that you open yourself.",
    real_no_secret: "It asks for no password and no code, and for nothing to be pasted anywhere. Passwords are typed at Microsoft and at Okta only.",
    real_ask: |somebody| {
        format!("In doubt, ask {somebody}, by a number or an address that you knew before this email.")
    },
    next: "What follows this email",
    reminders: |most, next| format!("Reminders follow until it is done, {most} at most. The next one comes on {next}."),
    reminders_last: |most| {
        format!(
            "Reminders follow until it is done, {most} at most. No further one is planned: from now on only the digest to Okta's operators names it."
        )
    },
    reminders_none: "No reminder follows. The digest to Okta's operators names it until it is done.",
    stops: "They stop at once when it is done, and you get an email with the verification.",
    also_told: |others| format!("The same is told to {others}."),
    only_you: "Nobody else got this email.",
    administrators: |count| number(count, "other Microsoft administrator", "other Microsoft administrators"),
    operators: |count| number(count, "other Okta operator", "other Okta operators"),
    escalation: |count| {
        number(count, "other person who sees to it that somebody acts", "other people who see to it that somebody acts")
    },
    contact: |contact| format!("Questions go to {contact}."),
    snooze: |contact| {
        format!("If it has to wait, {contact} can leave the app as it is until a day, for a reason that is kept.")
    },
    mute: "You can mute what comes again about this request. It stays open, and others are still told.",
    mute_link: "Mute the reminders",
};

const TRIAL: Trial = Trial {
    subject: "A trial: Regrant can write to you",
    heading: "This email has arrived",
    what: "Whoever looks after Regrant at your company sent it with `regrant mail test`, to find out whether emails reach you.",
    nothing_to_do: "There is nothing to do, and nothing to open.",
    pages: "Links in other emails begin with",
    footer: "Emails that ask for something name an Okta org, an app and a request. This one is about none.",
};
