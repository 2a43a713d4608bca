//! Step 3: the form that takes the text of Okta's page, with a picture of that page.

use maud::{Markup, html};

use super::Subject;
use crate::domain::hand_over::NotAHandOver;
use crate::words::pages::PageWords;

/// A text that was pasted and is not Okta's.
#[derive(Debug, Clone, Copy)]
pub struct PastedText<'a> {
    /// The text, which the field shows again.
    pub text: &'a str,
    /// What it is instead.
    pub error: &'a NotAHandOver,
}

/// The error summary at the top of the page, which links to the field (GOV.UK Design System, "Error summary").
pub(super) fn error_summary(all: &PageWords, subject: &Subject, pasted: &PastedText<'_>) -> Markup {
    html! {
        div.errors role="alert" {
            h2 { (all.paste.error_heading) }
            p { a href="#handover" { ((all.paste.error)(pasted.error, &subject.names(all))) } }
        }
    }
}

/// The form with its instructions.
pub(super) fn paste_form(
    all: &PageWords,
    subject: &Subject,
    action: &str,
    token: &Markup,
    pasted: Option<&PastedText<'_>>,
) -> Markup {
    let words = &all.paste;
    html! {
        p { (words.lead) }
        (picture(all, &subject.org_domain))
        ol { @for how in words.how { li { (how) } } }
        form method="post" action=(action) {
            (token)
            label for="handover" { (words.label) }
            @if let Some(pasted) = pasted {
                p.error id="handover-error" { ((words.error)(pasted.error, &subject.names(all))) }
            }
            textarea id="handover" name="handover" required autocomplete="off" spellcheck="false"
                aria-invalid=[pasted.map(|_| "true")] aria-describedby=[pasted.map(|_| "handover-error")]
                { (pasted.map(|pasted| pasted.text).unwrap_or_default()) }
            div.actions { button type="submit" { (words.button) } }
        }
        p.soft { (words.keep_private) }
        div.details {
            details {
                summary { (words.browsers_heading) }
                dl.browsers { @for (browser, how) in words.browsers { dt { (browser) } dd { (how) } } }
            }
            details open[pasted.is_some()] {
                summary { (words.different_heading) }
                ul { @for different in words.different { li { (different) } } }
            }
        }
    }
}

/// A drawing of Okta's page in a browser window. It is part of the page, so nothing is loaded.
fn picture(words: &PageWords, org: &str) -> Markup {
    // Longer host names would run out of the drawn address bar.
    let host: String = org.chars().take(30).collect();
    html! {
        figure {
            svg.drawing viewBox="0 0 440 168" role="img" aria-label=(words.paste.picture) {
                rect.page x="1" y="1" width="438" height="166" rx="9" {}
                path.chrome d="M1 62V10a9 9 0 0 1 9-9h420a9 9 0 0 1 9 9v52z" {}
                path.page d="M14 31v-12a7 7 0 0 1 7-7h110a7 7 0 0 1 7 7v12" {}
                text x="28" y="26" { "Okta" } text.note x="118" y="26" { "×" }
                rect.page x="14" y="34" width="412" height="22" rx="11" {}
                text x="28" y="49" { (host) "/api/v1/apps/office365/…" }
                rect.marked x="14" y="72" width="412" height="62" rx="3" {}
                text x="20" y="90" { "{\"continue_oauth_flow_url\":{\"href\":\"https:" }
                text x="20" y="109" { "//" (host) "/api/v1/apps/office365/…/" }
                text x="20" y="128" { "oauth2/callback?code=…\",\"method\":\"POST\"}}" }
                text.note x="20" y="155" { "Ctrl+A, Ctrl+C · ⌘A, ⌘C · " (words.paste.picture_note) }
            }
        }
    }
}
