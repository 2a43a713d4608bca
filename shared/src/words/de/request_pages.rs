//! The page of a request, to which operators' emails link.

use super::super::pages::RequestPageWords;
use crate::domain::standing::{NextStep, Standing};

pub(super) const REQUEST: RequestPageWords = RequestPageWords {
    heading: |request, state| format!("Anfrage {request}: {state}"),
    action_needed: "Handlungsbedarf",
    postponed: "zurückgestellt",
    no_action_needed: "kein Handlungsbedarf",
    compare: |request| {
        format!(
            "Vergleichen Sie diese Seite mit Ihrer E-Mail. Beide müssen die Anfrage `{request}` nennen. Eine E-Mail, die eine andere Anfrage nennt, kam nicht von uns."
        )
    },
    postponed_until: |end| {
        format!("Ihr Team hat diese App bis zum {end} zurückgestellt. Bis dahin besteht kein Handlungsbedarf.")
    },
    closed_on: |end| format!("Diese Anfrage wurde am {end} geschlossen."),
    closed: "Diese Anfrage ist geschlossen. Wenn bei der App wieder etwas zu tun ist, erhalten Sie eine neue E-Mail zu einer neuen Anfrage.",
    solved: "Laut der letzten Prüfung ist dieses Problem behoben.",
    last_known: "Zuletzt bekannt",
    checked_at: |time| format!("geprüft am {time}"),
    checked: "Geprüft",
    status_then: "Status damals",
    problem: "Problem",
    meaning: |standing| match standing {
        Standing::Broken => "Die Provisionierung schlägt fehl: Microsoft akzeptiert Oktas Anmeldung nicht mehr.",
        Standing::NeedsConsent => {
            "Für Microsoft Graph gibt es noch keine Zustimmung. Die Admin Console zeigt „Authenticate with Microsoft Office 365“."
        }
        Standing::NeedsSave => {
            "Die Zustimmung wurde erteilt, aber die Verbindung ist ausgeschaltet. Die Admin Console zeigt „Reauthenticate“ und „Save“."
        }
        Standing::Degraded => "Die Provisionierung funktioniert noch, aber die nächste erneute Anmeldung schlägt fehl.",
        Standing::ByHand => "Oktas Management API unterstützt diese App nicht. Verwenden Sie die Admin Console.",
        Standing::Unknown => {
            "Regrant konnte die App nicht prüfen. Es zeigt weiterhin den zuletzt bekannten Status und dessen Alter."
        }
        Standing::Consented => "Die Provisionierung läuft mit Zustimmung.",
        Standing::NotApplicable => {
            "Die Provisionierung dieser App ist ausgeschaltet, daher ist keine Zustimmung nötig."
        }
    },
    next_step: |step| match step {
        NextStep::Nothing => "Es ist nichts zu tun.",
        NextStep::Invite => "Bitten Sie einen globalen Administrator des Microsoft-Mandanten um die Zustimmung.",
        NextStep::InviteUrgently => {
            "Bitten Sie einen globalen Administrator des Microsoft-Mandanten, jetzt erneut zuzustimmen."
        }
        NextStep::InviteUnhurried => {
            "Bitten Sie einen globalen Administrator des Microsoft-Mandanten, erneut zuzustimmen, bevor die Provisionierung fehlschlägt."
        }
        NextStep::Save => "Speichern Sie die Verbindung in Okta.",
        NextStep::Watch => "Es ist nichts zu tun. Regrant überwacht die App weiter.",
        NextStep::UseConsole => "In Okta: Applications › die App › Provisioning › Integration.",
        NextStep::FixAccess => {
            "Lesen Sie den Befund, stellen Sie Regrants Zugriff wieder her und prüfen Sie dann erneut."
        }
    },
    situation_heading: "Was geschehen ist",
    who: |who| format!("Wer dies tun kann: {who}"),
    use_command: |command| format!("Verwenden Sie die Befehlszeile von Regrant: `{command}`"),
    read_only: "Auf dieser Seite können Sie nichts ändern. Wir fragen nie per E-Mail, Chat oder Telefon nach einem Kennwort oder Code.",
    status_shows: |command| {
        format!(
            "`{command}` zeigt dieselbe Anfrage, auch nachdem dieser Link abgelaufen ist. Wenn wir Ihnen noch einmal schreiben, erhalten Sie einen neuen Link."
        )
    },
    came_with_email: |request| format!("Dieser Link kam mit einer E-Mail zur Anfrage `{request}`."),
    changed_nothing: "Das Öffnen dieser Seite hat nichts geändert.",
    expired_heading: "Dieser Link ist abgelaufen",
    expired_on: |end| format!("Der Link ist am {end} abgelaufen."),
    expired_next: |command| {
        format!(
            "Wenn wir Ihnen noch einmal dazu schreiben, erhalten Sie einen neuen Link. Bis dahin sieht das Okta-Team Ihres Unternehmens die Anfrage mit `{command}`."
        )
    },
    gone_heading: "Diese Anfrage gibt es nicht mehr",
    gone: "Regrant verwaltet die Okta-Org oder die App nicht mehr, um die es in der E-Mail geht.",
    gone_next: "Sie müssen nichts tun. `regrant status` listet die Apps auf, die Regrant verwaltet.",
    not_a_contact_heading: "Dieser Link gilt nicht mehr",
    not_a_contact: "Der Empfänger der E-Mail ist kein Ansprechpartner für die Okta-Org mehr, daher können wir Ihnen die Anfrage nicht zeigen.",
    not_a_contact_next: "Wenden Sie sich an das Okta-Team Ihres Unternehmens. Es sieht die Anfrage mit `regrant status` und ihre Empfänger mit `regrant org contacts`.",
};
