//! The page of a request, to which operators' emails link.

use super::super::pages::RequestPageWords;
use crate::domain::standing::{NextStep, Standing};

pub(super) const REQUEST: RequestPageWords = RequestPageWords {
    heading: |request, state| format!("Request {request}: {state}"),
    action_needed: "action needed",
    postponed: "postponed",
    no_action_needed: "no action needed",
    compare: |request| {
        format!(
            "Compare this page with your email. Both must name request `{request}`. An email that names a different request did not come from us."
        )
    },
    postponed_until: |end| format!("Your team postponed this app until {end}. No action is needed before then."),
    closed_on: |end| format!("This request was closed on {end}."),
    closed: "This request is closed. If the app needs action again, we will send a new email about a new request.",
    solved: "The last check found that this problem is solved.",
    last_known: "Last known",
    checked_at: |time| format!("checked {time}"),
    checked: "Checked",
    status_then: "Status then",
    problem: "Problem",
    meaning: Standing::meaning,
    next_step: NextStep::words,
    situation_heading: "What happened",
    who: |who| format!("Who can do this: {who}"),
    use_command: |command| format!("Use Regrant's command line: `{command}`"),
    read_only: "This page is read-only. We will never ask you for a password or a code by email, chat or phone.",
    status_shows: |command| {
        format!(
            "`{command}` shows the same request, even after this link has expired. If we email you again, you will get a new link."
        )
    },
    came_with_email: |request| format!("This link came with an email about request `{request}`."),
    changed_nothing: "Opening this page changed nothing.",
    expired_heading: "This link has expired",
    expired_on: |end| format!("The link expired on {end}."),
    expired_next: |command| {
        format!(
            "If we email you about it again, you will get a new link. Until then, your company's Okta team can see the request with `{command}`."
        )
    },
    gone_heading: "This request no longer exists",
    gone: "Regrant no longer manages the Okta org or the app that the email is about.",
    gone_next: "You don't need to do anything. `regrant status` lists the apps that Regrant manages.",
    not_a_contact_heading: "This link was closed",
    not_a_contact: "The recipient of the email was removed from the contacts of the Okta org, so we can't show you the request.",
    not_a_contact_next: "Contact your company's Okta team. They can see the request with `regrant status` and its recipients with `regrant org contacts`.",
};
