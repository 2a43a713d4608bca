//! The English catalogue.

mod failures;
mod pages;
mod reports;
mod request_pages;
mod requests;

use jiff::civil::Date;

use super::emails::{FollowUpWords, GeneralWords, SubjectWords, TestEmailWords};
use super::{LabelWords, Words, number};
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::assignment_counts::Count;
use crate::domain::grant::GrantKind;
use crate::domain::standing::Standing;

pub(super) const WORDS: Words = Words {
    labels: LABELS,
    pages: pages::PAGES,
    general: GENERAL,
    subjects: SUBJECTS,
    request: requests::REQUEST,
    operator: requests::OPERATOR_REQUEST,
    follow_up: FOLLOW_UP,
    completion: reports::COMPLETION,
    digest: reports::DIGEST,
    access_problem: reports::ACCESS_PROBLEM,
    waiver_expired: requests::WAIVER_EXPIRED,
    secret_ending: requests::SECRET_ENDING,
    test_email: TEST_EMAIL,
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

fn date(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{} {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
}

fn short_date(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)?.get(..3));
    format!("{} {} {}", date.day(), month.unwrap_or_default(), date.year())
}

fn counted_noun(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number::grouped(count, ','), if count == 1 { one } else { many })
}

fn counted(count: Count, one: &str, many: &str) -> String {
    if count.or_more {
        // Okta returned a full page, so the count is never one.
        format!("{} or more {many}", number::grouped(count.number, ','))
    } else {
        counted_noun(count.number, one, many)
    }
}

const GENERAL: GeneralWords = GeneralWords {
    short_date,
    details: "Details",
    date_and_time: |date, time| format!("{date}, {time}"),
    unnamed_tenant: "the app's Microsoft tenant",
    okta_team: "your company's Okta team",
    standing: |standing| match standing {
        Standing::Broken => "provisioning fails",
        Standing::NeedsConsent => "not consented yet",
        Standing::NeedsSave => "consented, but the connection is off",
        Standing::Degraded => "works, but the next re-authentication will fail",
        Standing::ByHand => "only available in the Admin Console",
        Standing::Unknown => "could not be checked",
        Standing::Consented => "runs on consent",
        Standing::NotApplicable => "provisioning is off",
    },
    users: |count| counted(count, "user", "users"),
    groups: |count| counted(count, "group", "groups"),
    and: |one, other| format!("{one} and {other}"),
    deadline: |deadline, date, found| {
        let (set_by, left) = (
            if deadline.is_oktas { "Okta's deadline" } else { "your company's deadline" },
            counted_noun(deadline.days_left.unsigned_abs(), "day", "days"),
        );
        if deadline.is_past() {
            format!("as soon as possible: {set_by} was {date}; Regrant found this app on {found}")
        } else if deadline.days_left == 0 {
            format!("{date} ({set_by}, today)")
        } else {
            format!("{date} ({set_by}, {left} left)")
        }
    },
    footer: |org, url| {
        let from = url.map(|url| format!(" ({url})")).unwrap_or_default();
        format!("Sent by Regrant{from} about the Okta org {org}. Regrant never asks for passwords or codes.")
    },
    footer_of_orgs: |url| {
        let from = url.map(|url| format!(" ({url})")).unwrap_or_default();
        format!("Sent by Regrant{from} about several Okta orgs. Regrant never asks for passwords or codes.")
    },
};

const SUBJECTS: SubjectWords = SubjectWords {
    invitation: |app| format!("approve {app}"),
    renewal: |app| format!("renew {app} before it fails"),
    outage: |app, since| match since {
        Some(since) => format!("{app} failing since {since}"),
        None => format!("{app} is failing"),
    },
    save: |app| format!("save {app} in Okta"),
    console_consent: |app| format!("approve {app} in Okta"),
    reminder: |number, subject| format!("Reminder {number}: {subject}"),
    completion: |app| format!("{app} now runs on consent"),
    digest: |waiting, all, date| {
        let need = if waiting == 1 { "needs" } else { "need" };
        let waiting = number::grouped(waiting, ',');
        format!("Regrant, {date}: {waiting} of {} {need} attention", counted_noun(all, "app", "apps"))
    },
    access_problem: |problem, when| match problem {
        AccessProblemKind::OktaCredentialRefused => "Okta rejects Regrant's credential".to_owned(),
        AccessProblemKind::OktaRoleLost => "Regrant lacks a role in Okta".to_owned(),
        AccessProblemKind::OktaCredentialIdle => format!("use Regrant's token by {when}"),
        AccessProblemKind::GraphTokensEnded { .. } => "Regrant can't check Microsoft".to_owned(),
        AccessProblemKind::GraphTokensEnding { .. } => format!("renew Graph access by {when}"),
        AccessProblemKind::EntraCredentialRefused { .. } => "Microsoft rejects our credential".to_owned(),
        AccessProblemKind::EntraCredentialEnding { .. } => format!("renew our credential by {when}"),
    },
    waiver_expired: |app, date| format!("{app} was postponed to {date}"),
    secret_ending: |app, date| format!("secret of {app} ends {date}"),
    several_consents: |count| format!("Approve Okta's access for {}", counted_noun(count, "app", "apps")),
    several_steps: |count| format!("{} one more step in Okta", counted_noun(count, "app needs", "apps need")),
    due_by: |date| format!(" by {date}"),
    open_since: |date| format!(" (since {date})"),
};

const LABELS: LabelWords = LabelWords {
    date,
    org: "Okta org",
    app: "App in Okta",
    tenant: "Microsoft tenant",
    cloud: "Microsoft cloud",
    status: "Status",
    since: "Since",
    finding: "Finding",
    due: "Due",
    request: "Request",
    permission: "Permission",
    purpose: "Purpose",
    needed: "Needed",
    always: "always",
    some_features: "for some features",
    time: "When",
    event: "Task",
    reason: "Error",
    more: |count| format!("and {} more; `regrant status` lists them all", number::grouped(count, ',')),
    known_purpose: |_| None,
    unknown_purpose: "New, not known to Regrant. Okta's consent link asks for it; ask Okta what it is for before you approve it.",
    grant_scope: |grant| match grant {
        GrantKind::Application => "to the application itself",
        GrantKind::DelegatedForAll => "for everyone in the tenant",
        GrantKind::DelegatedForOne { .. } => "for one administrator only; it ends with that account",
    },
};

const FOLLOW_UP: FollowUpWords = FollowUpWords {
    authenticity_heading: "How to check that this email is genuine",
    check_request: |request, has_page| {
        let page = if has_page { " The page that the link opens shows it too." } else { "" };
        format!(
            "This email is about request {request}. Your company's Okta team sees the same request in `regrant status`.{page}"
        )
    },
    check_address: |url| {
        format!("The page's address begins with {url}, and your browser shows the connection as secure.")
    },
    check_no_link: "This email contains no link. You start every step in a console that you open yourself.",
    check_no_secret: "We will never ask you for a password or a code by email, chat or phone. You enter passwords only on Microsoft's and Okta's own pages.",
    check_by_asking: |okta_team| {
        format!("If in doubt, contact {okta_team}, using a phone number or an address that you already know.")
    },
    next_heading: "What happens after this email",
    reminder_plan: |most, next| {
        format!("We will send up to {most} reminders until this is done. The next one is due on {next}.")
    },
    last_reminder: |most| {
        format!(
            "This is the last of up to {most} reminders. From now on, this request appears only in the digest for Okta operators."
        )
    },
    no_reminders: "We will send no reminders. This request appears in the digest for Okta operators until it is done.",
    reminders_stop: "As soon as it is done, we will stop the reminders and email you the verification.",
    also_sent_to: |others| format!("Also sent to {others}."),
    only_recipient: "You are the only recipient of this email.",
    other_administrators: |count| counted_noun(count, "Microsoft administrator", "Microsoft administrators"),
    other_operators: |count| counted_noun(count, "Okta operator", "Okta operators"),
    other_escalation_contacts: |count| counted_noun(count, "escalation contact", "escalation contacts"),
    questions: |contact| format!("If you have questions, contact {contact}."),
    postpone: |contact| {
        format!("If this has to wait, {contact} can postpone it to a date of your choice and record the reason.")
    },
    mute_explained: "You can mute the reminders about this request. It stays open, and other recipients still get reminders.",
    mute_link: "Mute the reminders",
};

const TEST_EMAIL: TestEmailWords = TestEmailWords {
    subject: "Regrant test email",
    heading: "Your test email has arrived",
    explanation: "Someone at your company sent it with `regrant mail test` to check that Regrant's emails reach you.",
    no_action: "You don't need to do anything.",
    link_prefix: "Links in our emails begin with",
    footer: "Emails that request an action always name an Okta org, an app and a request. This one does not.",
};
