//! The pages of a consent.

use super::super::pages::{
    DoneWords, FactWords, HomeWords, InvitationWords, MuteWords, NotDoneWords, NotFoundWords, OutboxWords,
    PageGeneralWords, PageWords, PasteWords, RecoveryWords, SessionWords, StepWords,
};
use super::failures::failure;
use super::request_pages::REQUEST;
use crate::domain::administrator::Mfa;
use crate::domain::failure::class::FailureClass;
use crate::domain::hand_over::NotAHandOver;
use crate::domain::save::NotDone;

pub(super) const PAGES: PageWords = PageWords {
    tag: "en",
    labels: super::LABELS,
    general: GENERAL,
    facts: FACTS,
    steps: STEPS,
    invitation: INVITATION,
    session: SESSION,
    paste: PASTE,
    done: DONE,
    failure,
    recovery: RECOVERY,
    home: HOME,
    not_found: NOT_FOUND,
    mute: MUTE,
    request: REQUEST,
    outbox: OUTBOX,
};

const GENERAL: PageGeneralWords = PageGeneralWords {
    footer: "Regrant never asks for passwords or codes. You enter passwords only on Microsoft's own page.",
    support: "Questions?",
    technical_details: "Technical details",
    error_prefix: "Error: ",
    in_new_tab: "opens in a new tab",
    refreshes: |seconds| format!("This page refreshes automatically every {seconds} seconds."),
    does_not_refresh: "This page does not refresh automatically, so that it keeps what you paste.",
    refresh_now: "Refresh now",
    changes_nothing: "Opening this page changes nothing.",
};

const FACTS: FactWords = FactWords {
    no_tenant: "not set in Okta",
    signed_in: "Signed in as",
    link_expires: "This link expires",
    invitation: "Invitation",
    session: "Session",
    error_code: "Code",
};

const STEPS: StepWords = StepWords {
    label: "Progress",
    names: ["Sign in", "Accept at Microsoft", "Copy Okta's text"],
    done: "done",
    current: "now",
    next: "next",
    not_seen: "not seen yet",
    checking: "checking",
    refused: "stopped",
    not_needed: "not needed",
};

const INVITATION: InvitationWords = InvitationWords {
    heading: "Approve Okta's access to Microsoft 365",
    lead: |_| {
        "Okta creates and updates your Microsoft 365 users. With your approval it does so through Microsoft Graph, without a stored administrator password.".to_owned()
    },
    who: |names| {
        format!(
            "You need a Global Administrator account of {} with multi-factor authentication, and about two minutes.",
            names.tenant
        )
    },
    start: "Continue to Microsoft sign-in",
    start_without_sign_in: "Continue",
    steps_heading: "What happens",
    step_sign_in: |host| {
        format!(
            "Sign in at Microsoft (`{host}`) so we can confirm you are authorized. Microsoft also asks you to grant Regrant one read-only permission, `Directory.Read.All`."
        )
    },
    step_accept: "In a new tab, accept Okta's own request, titled \u{201c}Okta Microsoft Graph Client\u{201d} or similar.",
    step_copy: "Copy the text that Okta then shows into our page. We save and verify the rest.",
    nothing_changes: "Opening this page changes nothing. Nothing changes in Okta until you have signed in and we have confirmed that you are an administrator of this tenant.",
    nothing_changes_without_sign_in: "Opening this page changes nothing. Your Okta team has chosen to do without our sign-in check for this org.",
    permissions_heading: "What Okta will be allowed to do",
    genuine_heading: "How to check that this page is genuine",
    genuine_address: |url, is_https| {
        let secure = if is_https { ", and your browser shows the connection as secure" } else { "" };
        format!("The address bar shows `{url}`{secure}.")
    },
    genuine_request: |request| {
        format!(
            "The email that brought you here names the same request, `{request}`. Your Okta team sees it in `regrant status`."
        )
    },
    genuine_ask: |org| format!("Ask the Okta team of {org}. They can look up this invitation in Regrant."),
    genuine_no_secret: "We will never ask you for a password or a code by email, chat or phone.",
    console_heading: "Prefer to do it yourself in Okta?",
    console_steps: |names| {
        format!(
            "In the Okta Admin Console of {}, open Applications › Applications › {} › Provisioning › Integration › Edit and click Authenticate with Microsoft Office 365 (or Re-authenticate). Accept as a Global Administrator, then click Save. You must be an App Administrator in Okta and a Global Administrator at Microsoft.",
            names.org, names.app
        )
    },
};

const SESSION: SessionWords = SessionWords {
    sign_in_heading: "Sign in at Microsoft",
    sign_in_lead: "We are waiting for Microsoft. Its sign-in page is open in this browser. If you closed it, open the link that you received again.",
    approve_heading: "Next: approve Okta's access",
    approve_lead: |username| {
        format!("You are signed in as {username}, and we have confirmed that you may approve this.")
    },
    approve_lead_without_sign_in: "Okta's own request at Microsoft comes next.",
    approve_button: "Continue",
    save_heading: "One more step: save the connection",
    save_lead: |names| {
        format!("At the last check, {} needed no further consent. Okta only has to save the connection.", names.app)
    },
    save_button: "Save the connection",
    mfa: |mfa| match mfa {
        Mfa::Verified => "multi-factor authentication verified",
        Mfa::NotVerified => "multi-factor authentication not verified",
        Mfa::Refuted => "without multi-factor authentication",
    },
    mfa_not_verified: "\u{201c}Not verified\u{201d} means that Microsoft's answer does not say whether you used a second factor. It is not required here, so you can continue.",
    sends_password: |names| {
        format!(
            "Your Okta operator has configured {} to also send Okta a stored Microsoft administrator name and password, because the org still requires them.",
            names.org
        )
    },
    accept_heading: "Accept at Microsoft, then come back",
    accept_lead: "Two things are left, and this page has both: Microsoft's page, and the text that Okta shows after it.",
    accept_step: "Accept Okta's request at Microsoft",
    open_microsoft: "Open Microsoft's page",
    open_again: "Get a new link to Microsoft's page",
    check_page: |names| {
        format!(
            "Its title is \u{201c}Okta Microsoft Graph Client\u{201d} or similar. Check that it names {}, then click Accept.",
            names.tenant
        )
    },
    link_expired: "The link to Microsoft's page is no longer on this page. Get a new one.",
    saving_heading: "Saving and verifying",
    saving_accepted: "Okta accepted the text of its page. We are saving the connection and checking what Okta and Microsoft have stored.",
    saving_with_text: "We have the text from Okta's page. We are saving the connection and checking what Okta and Microsoft have stored.",
    saving_after_claim: "You told us that you accepted. We are checking whether Okta or Microsoft shows it.",
    saving_only: "We are saving the connection in Okta and checking what Okta and Microsoft have stored.",
    saving_takes_long: "Microsoft can take a few minutes to show new permissions. You can leave this page open, or close it: we continue, and your Okta team sees the result.",
    finished_elsewhere_heading: "Did you finish without a text?",
    finished_elsewhere: "If you completed this in the Okta Admin Console, or Okta's page showed no text after you accepted, we can check whether Okta or Microsoft shows it.",
    finished_elsewhere_button: "I've accepted - check now",
    refused_heading: "Did you decline, or did Microsoft refuse?",
    refused: "Tell us, so that your Okta team does not have to guess. You can still try again here.",
    refused_button: "Microsoft gave no consent",
    pause_heading: "Provisioning pauses until you finish",
    pause_lead: "Okta provisions this app with a stored administrator password today. To offer the consent, Okta switches to the new connection, and provisioning pauses until you finish. That usually takes two minutes.",
    pause_unchanged: "Nothing has changed so far. If you start now and do not finish, your Okta team receives an alert.",
    pause_button: "Pause provisioning and continue",
    pause_later: "Not now",
    operator_heading: "Your Okta team does the last step",
    operator_lead: "For this org, your Okta team saves the connection itself. There is nothing left for you to do, and you can close this page.",
    not_done: |why| {
        let words = |heading, text| NotDoneWords { heading, text };
        match why {
            NotDone::NotSeenYet => words(
                "Nothing shows your consent yet",
                "You told us that you accepted. Neither Okta nor Microsoft shows it yet. Copy the text of Okta's page below, or check again in a few minutes.",
            ),
            NotDone::RefusedAtMicrosoft => words(
                "Microsoft did not give the consent",
                "Someone declined the request, or Microsoft refused it. You can open Microsoft's page again, or leave it for now.",
            ),
            NotDone::CodeRejected => words(
                "Okta rejected the text",
                "The code in Okta's text was no longer valid, for example because it was older than ten minutes. Open Microsoft's page again and copy the new text.",
            ),
            NotDone::CodeUncertain => words(
                "Okta's answer is unclear",
                "We sent the text to Okta and do not know whether Okta received it. Open Microsoft's page again and copy the new text.",
            ),
            NotDone::SignInStillFails => words(
                "Okta still can't sign in to Microsoft",
                "The connection is on, but Okta's latest known sign-in to Microsoft failed, and no new consent followed. Open Microsoft's page, accept, and copy the text.",
            ),
            NotDone::AwaitsOperator => {
                words("Your Okta team does the last step", "For this org, your Okta team saves the connection itself.")
            }
            NotDone::Abandoned => words(
                "Nothing happened since you opened Microsoft's page",
                "We have seen no consent and no text. You can go on here.",
            ),
        }
    },
};

const PASTE: PasteWords = PasteWords {
    heading: "Copy the text that Okta shows",
    lead: "After you accept, the new tab shows a page of Okta's with plain text. Copy all of it and paste it here.",
    picture: "Okta's page after you accept: a browser tab with plain text that starts with continue_oauth_flow_url.",
    picture_note: "select all, then copy",
    how: [
        "Click on the text in the new tab.",
        "Press Ctrl+A, then Ctrl+C (on a Mac ⌘A, then ⌘C).",
        "Come back to this tab, click in the field and press Ctrl+V (⌘V).",
    ],
    browsers_heading: "Where to click in Chrome, Edge, Firefox and Safari",
    browsers: [
        (
            "Chrome, Edge",
            "The page shows plain text. If there is a \u{201c}Pretty-print\u{201d} box, leave it. Right-click, Select all, then right-click, Copy.",
        ),
        (
            "Firefox",
            "Firefox shows a table. Click the Raw Data tab above it, then Copy. Rows copied from the table work too.",
        ),
        ("Safari", "Choose Edit › Select All, then Edit › Copy."),
    ],
    different_heading: "Does the page look different?",
    different: [
        "An Okta page that asks you to sign in, or no text: copy the address from the address bar and paste that.",
        "Microsoft says that it needs admin approval: the account is not a Global Administrator. Switch accounts there, or forward this to one.",
        "Microsoft or Okta shows an error: close that tab and get a new link above.",
        "You clicked Cancel by mistake: open Microsoft's page again.",
    ],
    label: "Text from Okta's page",
    button: "Save and verify",
    keep_private: "Copy the text only from the tab that this page opened, never from an email or a chat. Anyone who has it could finish the consent in your place.",
    error_heading: "That isn't the text from Okta's page for this app",
    error: |error, names| {
        match error {
        NotAHandOver::Empty => "The field is empty. Paste the text from Okta's page.".to_owned(),
        NotAHandOver::TooLong => "The text is longer than Okta's page. Copy only the text of that page.".to_owned(),
        NotAHandOver::Shape => {
            "The text does not contain Okta's address. It should start with {\"continue_oauth_flow_url\". Select all of the page before you copy.".to_owned()
        }
        NotAHandOver::AnotherHost { host } => {
            format!("The text contains an address at {host}, but it must be at {}. If you received it in an email or a chat, don't use it, and tell your Okta team.", names.org)
        }
        NotAHandOver::AnotherApp => {
            format!("The text belongs to a different app or page of {}. Copy it from the tab that this page opened.", names.org)
        }
        NotAHandOver::Several => "The text contains two different addresses of Okta's. Clear the field and copy one page only.".to_owned(),
        NotAHandOver::Declined => {
            "The text says that Microsoft gave no consent: someone clicked Cancel, or Microsoft refused. Open Microsoft's page again and click Accept.".to_owned()
        }
        NotAHandOver::Damaged => "A part of the text is missing or damaged. Select all of Okta's page and copy it again.".to_owned(),
        NotAHandOver::AnotherAttempt => {
            "The text comes from an earlier attempt or from someone else's. Open Microsoft's page again from here, and copy the new text.".to_owned()
        }
    }
    },
};

const DONE: DoneWords = DoneWords {
    heading_verified: "Done, and verified on both sides",
    heading_okta_only: "Done in Okta",
    lead: |names| format!("Provisioning of {} now runs on consent. You can close this page.", names.app),
    lead_okta_only: |names| {
        format!("Okta shows the connection of {} as on. We could not confirm the permissions at Microsoft.", names.app)
    },
    in_okta: "In Okta",
    connection_on: "Connection on, with OAuth",
    at_microsoft: "At Microsoft",
    all_granted: "Every required permission is granted",
    not_verified: "Not verified",
    not_checked: |reason| {
        format!("We could not check Microsoft: {reason}. Your Okta team sees the connection as not verified.")
    },
    unknown_reason: "the reason is not known",
    checked: "Checked",
    signed_in_by: "Administrator",
    next_heading: "What happens next",
    old_account_heading: "The old administrator account",
    old_account: [
        "If Okta signed in to Microsoft with a stored administrator account, it no longer needs that account for this app. Ask your Okta team whether another app still uses it.",
        "If none does, change its password, then block its sign-in in Microsoft Entra or remove its administrator role. Keep your emergency access accounts.",
    ],
    tasks_heading: "Provisioning tasks to retry",
    tasks: |count| {
        let tasks = if count == 1 {
            "1 provisioning task failed".to_owned()
        } else {
            format!("{count} provisioning tasks failed")
        };
        format!("{tasks} before the connection was saved. Okta does not retry them automatically.")
    },
    tasks_more: |count| format!("and {count} more; your Okta team sees all of them with `regrant failed`."),
    no_tasks: "We know of no provisioning task that failed. Okta's own list is in the Okta Admin Console under Dashboard › Tasks.",
    how_to_retry: "Your Okta team can retry them in the Okta Admin Console under Dashboard › Tasks.",
    revoke: "You can view or revoke the consent at any time in the Microsoft Entra admin center under Enterprise applications.",
    time: "Time",
    target: "User or group",
    event: "Event",
    permissions_heading: "What was granted",
    application: "Okta's application",
    client_id: "Client ID",
    publisher: "Publisher",
    publisher_verified: |name| format!("{name}, verified by Microsoft"),
    publisher_not_verified: "not verified by Microsoft",
    sign_in_enabled: "Sign-in enabled",
    yes: "yes",
    no_disabled: "no: disabled in Entra",
    no_application: "The tenant does not contain Okta's application yet.",
    missing: |names| format!("Missing: {names}."),
    missing_optional: |names| format!("Not granted, and only needed for some features: {names}."),
    unexpected: |names| format!("Granted beyond what provisioning needs: {names}."),
    granted: "Granted",
};

const RECOVERY: RecoveryWords = RecoveryWords {
    heading: "What to do",
    who: |class| match class {
        FailureClass::Person => None,
        FailureClass::Operator => Some("Who can fix this: your company's Okta or Microsoft Entra administrators."),
        FailureClass::Wait => Some("No action is needed. This usually clears up automatically."),
        FailureClass::Bug => Some("Who can fix this: the operator of this service. Please report it to them."),
    },
    start_again: "Start again",
    switch_account: "Use a different account",
    back_to_steps: "Back to the steps",
    forward: "Forward to an administrator",
    forward_heading: "Forward this to a Global Administrator",
    forward_help: "Send this text to a Global Administrator of the tenant. The link works for any of them and asks for their own sign-in.",
    forward_subject: |names| format!("Please approve Okta's access for {}", names.app),
    forward_text: |names, link, request| {
        let request = request.map(|request| format!(" (request {request})")).unwrap_or_default();
        format!(
            "Hello,\n\nOkta ({}) needs the approval of a Global Administrator of {} for the app {}{request}. It takes about two minutes. The page explains every step, and you sign in only at Microsoft:\n\n{link}\n\nThank you",
            names.org, names.tenant, names.app
        )
    },
    contact_support: "Contact support",
    okta_unchanged: "Nothing was changed in Okta.",
    operators_notified: "Your Okta team has been notified.",
    okta_changed: "The connection in Okta may have changed. Your Okta team can see its previous state.",
    code: |cause, next| format!("{cause} {next}"),
};

const HOME: HomeWords = HomeWords {
    heading: "Consent for Okta's Microsoft 365 apps",
    lead: "This service moves the provisioning of Okta's Microsoft 365 apps from stored administrator passwords to consent, and alerts the people responsible when a consent stops working.",
    administrators_heading: "Did you receive a link?",
    administrators: "Open it again from the email or message that you received. This page does not know which app it was for.",
    operators_heading: "Do you run this service?",
    operators: "Use the command line: `regrant status` lists every app, and `regrant invite ORG APP` creates a link.",
    no_secret: "There is no sign-in on this page. We will never ask you for a password or a code by email, chat or phone.",
};

const NOT_FOUND: NotFoundWords = NotFoundWords {
    heading: "This page does not exist",
    lead: "The address is not one of ours, or a part of it is missing.",
    next_step: "If you followed a link from an email, open it again directly from there: mail programs sometimes cut long links.",
    home: "About this service",
};

const MUTE: MuteWords = MuteWords {
    confirm_heading: "Mute these reminders?",
    confirm: |request, address| {
        format!("We send reminders about request `{request}` to {address}. You can mute them here.")
    },
    confirm_stays_open: "The request stays open. Other recipients still get reminders, and we will email you when it is done.",
    confirm_button: "Mute these reminders",
    muted_heading: "Reminders are muted",
    muted: |request, address| format!("We no longer send reminders about request `{request}` to {address}."),
    muted_next: "We will still email you when it is done, and about new requests. Your company's Okta team can contact you again.",
};

const OUTBOX: OutboxWords = OutboxWords {
    heading: "Outbox",
    lead: "In this demo, Regrant shows its emails here instead of sending them.",
    empty: "No emails yet. Run a scan to create some.",
    to: "To",
    subject: "Subject",
    as_text: "As text",
    text: "text",
};
