//! The German catalogue.

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
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

fn date(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{}. {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
}

fn short_date(date: Date) -> String {
    format!("{}.{}.{}", date.day(), date.month(), date.year())
}

fn counted_noun(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number::grouped(count, '.'), if count == 1 { one } else { many })
}

fn counted(count: Count, one: &str, many: &str) -> String {
    if count.or_more {
        // Okta returned a full page, so the count is never one.
        format!("{} oder mehr {many}", number::grouped(count.number, '.'))
    } else {
        counted_noun(count.number, one, many)
    }
}

const GENERAL: GeneralWords = GeneralWords {
    short_date,
    details: "Einzelheiten",
    date_and_time: |date, time| format!("{date}, {time}"),
    unnamed_tenant: "dem Microsoft-Mandanten dieser App",
    okta_team: "das Okta-Team Ihres Unternehmens",
    standing: |standing| match standing {
        Standing::Broken => "die Provisionierung schlägt fehl",
        Standing::NeedsConsent => "noch keine Zustimmung",
        Standing::NeedsSave => "zugestimmt, aber die Verbindung ist ausgeschaltet",
        Standing::Degraded => "funktioniert, aber die nächste erneute Anmeldung wird fehlschlagen",
        Standing::ByHand => "nur in der Admin Console möglich",
        Standing::Unknown => "konnte nicht geprüft werden",
        Standing::Consented => "läuft mit Zustimmung",
        Standing::NotApplicable => "die Provisionierung ist ausgeschaltet",
    },
    users: |count| counted(count, "Konto", "Konten"),
    groups: |count| counted(count, "Gruppe", "Gruppen"),
    and: |one, other| format!("{one} und {other}"),
    deadline: |deadline, date, found| {
        let (set_by, left) = (
            if deadline.is_oktas { "Frist von Okta" } else { "Frist Ihres Unternehmens" },
            counted_noun(deadline.days_left.unsigned_abs(), "Tag", "Tage"),
        );
        if deadline.is_past() {
            format!("möglichst bald: Die {set_by} war der {date}, Regrant hat diese App am {found} gefunden")
        } else if deadline.days_left == 0 {
            format!("{date} ({set_by}, heute)")
        } else {
            format!("{date} ({set_by}, noch {left})")
        }
    },
    footer: |org, url| {
        let from = url.map(|url| format!(" ({url})")).unwrap_or_default();
        format!("Gesendet von Regrant{from} zur Okta-Org {org}. Regrant fragt nie nach Kennwörtern oder Codes.")
    },
    footer_of_orgs: |url| {
        let from = url.map(|url| format!(" ({url})")).unwrap_or_default();
        format!("Gesendet von Regrant{from} zu mehreren Okta-Orgs. Regrant fragt nie nach Kennwörtern oder Codes.")
    },
};

const SUBJECTS: SubjectWords = SubjectWords {
    invitation: |app| format!("{app} genehmigen"),
    renewal: |app| format!("{app} rechtzeitig erneuern"),
    outage: |app, since| match since {
        Some(since) => format!("{app} gestört seit {since}"),
        None => format!("{app} ist gestört"),
    },
    save: |app| format!("{app} in Okta speichern"),
    console_consent: |app| format!("{app} in Okta genehmigen"),
    reminder: |number, subject| format!("Erinnerung {number}: {subject}"),
    completion: |app| format!("{app} läuft mit Zustimmung"),
    digest: |waiting, all, date| {
        let waiting = number::grouped(waiting, '.');
        format!("Regrant, {date}: {waiting} von {} offen", counted_noun(all, "App", "Apps"))
    },
    access_problem: |problem, when| match problem {
        AccessProblemKind::OktaCredentialRefused => "Okta lehnt Regrant ab".to_owned(),
        AccessProblemKind::OktaRoleLost => "Regrant fehlt eine Rolle in Okta".to_owned(),
        AccessProblemKind::OktaCredentialIdle => format!("Token bis {when} verwenden"),
        AccessProblemKind::GraphTokensEnded { .. } => "Microsoft nicht prüfbar".to_owned(),
        AccessProblemKind::GraphTokensEnding { .. } => format!("Graph-Zugriff bis {when} erneuern"),
        AccessProblemKind::EntraCredentialRefused { .. } => "Microsoft lehnt Regrant ab".to_owned(),
        AccessProblemKind::EntraCredentialEnding { .. } => format!("Zugangsdaten bis {when} erneuern"),
    },
    waiver_expired: |app, date| format!("{app} fällig seit {date}"),
    secret_ending: |app, date| format!("Geheimnis von {app} endet {date}"),
    several_consents: |count| format!("Oktas Zugriff für {} genehmigen", counted_noun(count, "App", "Apps")),
    several_steps: |count| format!("Noch ein Schritt in Okta für {}", counted_noun(count, "App", "Apps")),
    due_by: |date| format!(" bis {date}"),
    open_since: |date| format!(" (seit {date})"),
};

const LABELS: LabelWords = LabelWords {
    date,
    org: "Okta-Org",
    app: "App in Okta",
    tenant: "Microsoft-Mandant",
    cloud: "Microsoft-Cloud",
    status: "Status",
    since: "Seit",
    finding: "Befund (englisch)",
    due: "Fällig",
    request: "Anfrage",
    permission: "Berechtigung",
    purpose: "Zweck",
    needed: "Erforderlich",
    always: "immer",
    some_features: "für einzelne Funktionen",
    time: "Zeitpunkt",
    event: "Aufgabe",
    reason: "Fehler (englisch)",
    more: |count| {
        format!("und {}; `regrant status` zeigt alle", counted_noun(count, "weiterer Eintrag", "weitere Einträge"))
    },
    known_purpose: |name| {
        Some(match name {
            "User.ReadWrite.All" => "Erstellt, ändert und deaktiviert die Konten, die Okta zuweist.",
            "Group.ReadWrite.All" => "Erstellt und ändert die Gruppen, die Okta überträgt.",
            "GroupMember.ReadWrite.All" => "Gleicht die Mitglieder dieser Gruppen mit Okta ab.",
            "Organization.Read.All" => "Liest die Lizenzen des Mandanten, damit Okta sie zuweisen kann.",
            "Directory.Read.All" => "Liest Konten, Gruppen und Domänen für den Import.",
            "Application.Read.All" => "Liest Oktas eigenen Dienstprinzipal, um dessen Einrichtung zu prüfen.",
            "RoleManagement.ReadWrite.Directory" => {
                "Weist Konten Entra-Rollen zu, wenn dies in Okta eingerichtet ist. Diese Berechtigung ist weitreichend, bleibt aber ungenutzt, solange Okta keine Rollen zuweist."
            }
            _ => return None,
        })
    },
    unknown_purpose: "Neu und Regrant nicht bekannt. Okta fragt bei der Zustimmung danach. Klären Sie mit Okta, wozu sie dient, bevor Sie zustimmen.",
    grant_scope: |grant| match grant {
        GrantKind::Application => "der Anwendung selbst",
        GrantKind::DelegatedForAll => "für alle im Mandanten",
        GrantKind::DelegatedForOne { .. } => "nur für einen Administrator; endet mit dessen Konto",
    },
};

const FOLLOW_UP: FollowUpWords = FollowUpWords {
    authenticity_heading: "So prüfen Sie, ob diese E-Mail echt ist",
    check_request: |request, has_page| {
        let page = if has_page { " Auch die Seite, die der Link öffnet, zeigt diese Anfrage." } else { "" };
        format!(
            "Diese E-Mail gehört zur Anfrage {request}. Das Okta-Team Ihres Unternehmens sieht dieselbe Anfrage in `regrant status`.{page}"
        )
    },
    check_address: |url| {
        format!("Die Adresse der Seite beginnt mit {url}, und Ihr Browser zeigt die Verbindung als sicher an.")
    },
    check_no_link: "Diese E-Mail enthält keinen Link. Sie beginnen jeden Schritt in einer Konsole, die Sie selbst öffnen.",
    check_no_secret: "Wir fragen Sie nie per E-Mail, Chat oder Telefon nach einem Kennwort oder Code. Kennwörter geben Sie nur auf den Seiten von Microsoft und Okta ein.",
    check_by_asking: |okta_team| {
        format!(
            "Wenden Sie sich im Zweifel an {okta_team}, und zwar über eine Telefonnummer oder Adresse, die Sie bereits kennen."
        )
    },
    next_heading: "So geht es nach dieser E-Mail weiter",
    reminder_plan: |most, next| {
        format!(
            "Bis dies erledigt ist, senden wir höchstens {most} Erinnerungen. Die nächste ist für den {next} geplant."
        )
    },
    last_reminder: |most| {
        format!(
            "Dies ist die letzte von höchstens {most} Erinnerungen. Von nun an erscheint diese Anfrage nur noch in der Übersicht für die Okta-Verantwortlichen."
        )
    },
    no_reminders: "Wir senden keine Erinnerungen. Diese Anfrage erscheint in der Übersicht für die Okta-Verantwortlichen, bis sie erledigt ist.",
    reminders_stop: "Sobald dies erledigt ist, enden die Erinnerungen, und Sie erhalten eine E-Mail mit der Bestätigung.",
    also_sent_to: |others| format!("Außerdem gesendet an: {others}."),
    only_recipient: "Nur Sie haben diese E-Mail erhalten.",
    other_administrators: |count| {
        counted_noun(count, "Person aus der Microsoft-Administration", "Personen aus der Microsoft-Administration")
    },
    other_operators: |count| counted_noun(count, "Person aus dem Okta-Team", "Personen aus dem Okta-Team"),
    other_escalation_contacts: |count| counted_noun(count, "Eskalationskontakt", "Eskalationskontakte"),
    questions: |contact| format!("Wenden Sie sich bei Fragen an {contact}."),
    postpone: |contact| {
        format!(
            "Wenn dies warten muss, lässt es sich mit Angabe eines Grundes bis zu einem bestimmten Datum zurückstellen. Wenden Sie sich dafür an {contact}."
        )
    },
    mute_explained: "Sie können die Erinnerungen an diese Anfrage stummschalten. Die Anfrage bleibt offen, und andere Empfänger werden weiterhin erinnert.",
    mute_link: "Erinnerungen stummschalten",
};

const TEST_EMAIL: TestEmailWords = TestEmailWords {
    subject: "Test-E-Mail von Regrant",
    heading: "Ihre Test-E-Mail ist angekommen",
    explanation: "Jemand in Ihrem Unternehmen hat sie mit `regrant mail test` gesendet, um zu prüfen, ob E-Mails von Regrant Sie erreichen.",
    no_action: "Sie müssen nichts tun.",
    link_prefix: "Links in unseren E-Mails beginnen mit",
    footer: "E-Mails, die um etwas bitten, nennen immer eine Okta-Org, eine App und eine Anfrage. Diese E-Mail tut das nicht.",
};
