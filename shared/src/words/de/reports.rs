//! Emails that report: completion, digest and access problems.

use super::super::emails::{AccessProblemWords, CompletionWords, DigestWords};
use super::super::number;
use super::counted_noun;
use crate::domain::access_problem::AccessProblemKind;

pub(super) const COMPLETION: CompletionWords = CompletionWords {
    heading: |names| format!("Erledigt: {} läuft jetzt mit Zustimmung", names.app),
    preheader: |names| {
        format!(
            "{} in {}: Sie müssen nichts weiter tun. Diese E-Mail zeigt, was wir in Okta und bei Microsoft überprüft haben.",
            names.app, names.org
        )
    },
    intro: |names| {
        format!(
            "Die Provisionierung von {} in {} läuft jetzt mit Zustimmung. Die Anfrage {} ist geschlossen, und wir senden keine Erinnerungen mehr.",
            names.app, names.org, names.request
        )
    },
    verification_heading: "Was wir überprüft haben",
    in_okta: "In Okta",
    connection_on: "Verbindung eingeschaltet, mit OAuth (`ENABLED`, `OAUTH2`)",
    connection_not_on: |status, scheme| format!("Verbindung {status}, {scheme}"),
    connection_on_by_scan: "Verbindung eingeschaltet, mit OAuth, laut letztem Prüflauf; Regrant hat sie nicht gespeichert",
    at_microsoft: "Bei Microsoft",
    all_granted: |count| format!("alle erforderlichen Berechtigungen sind erteilt ({count} von {count})"),
    not_granted: |missing| format!("nicht bestätigt: {missing} ist nicht erteilt"),
    not_verified: |reason| format!("nicht bestätigt: {reason}"),
    microsoft_not_checked: "Regrant hat Microsoft nicht geprüft",
    service_principal: "Dienstprinzipal",
    granted_to: "Erteilt",
    consented_by: "Zugestimmt von",
    verified_at: "Geprüft",
    failed_tasks_heading: "Aufgaben, die Sie wiederholen müssen",
    failed_tasks: |count| {
        format!(
            "Während die Provisionierung gestört war, {} {} fehlgeschlagen. Okta wiederholt fehlgeschlagene Aufgaben nicht automatisch.",
            if count == 1 { "ist" } else { "sind" },
            counted_noun(count, "Okta-Aufgabe", "Okta-Aufgaben")
        )
    },
    how_to_retry: "Öffnen Sie in der Okta Admin Console Dashboard › Tasks, wählen Sie jede Aufgabe aus und wiederholen Sie sie.",
    who_is_affected: "E-Mails nennen keine Benutzer. Das Okta-Team sieht Benutzer und Gruppen mit diesem Befehl:",
    no_failed_tasks: "Uns ist keine Okta-Aufgabe bekannt, die inzwischen fehlgeschlagen ist. Oktas eigene Liste finden Sie in der Admin Console unter Dashboard › Tasks.",
    next_heading: "So geht es weiter",
    next_items: [
        "Okta provisioniert weiter, ab jetzt mit der Zustimmung.",
        "Falls Okta für diese App das Kennwort eines Administratorkontos gespeichert hat, benötigt es dieses Konto nicht mehr. Wenn es sonst nicht gebraucht wird, deaktivieren Sie es bei Microsoft. Andernfalls ändern Sie sein Kennwort.",
        "Regrant überwacht Okta und Microsoft weiterhin. Wir schreiben Ihnen nur dann wieder, wenn die Zustimmung nicht mehr gilt.",
        "Sie können die Zustimmung jederzeit im Microsoft Entra Admin Center unter „Unternehmensanwendungen“ (Enterprise applications) ansehen und widerrufen.",
    ],
};

pub(super) const DIGEST: DigestWords = DigestWords {
    heading: |date| format!("Office-365-Apps am {date}"),
    summary: |waiting, all, orgs| {
        format!(
            "Bei {} von {} in {} besteht Handlungsbedarf.",
            number::grouped(waiting, '.'),
            counted_noun(all, "App", "Apps"),
            counted_noun(orgs, "Org", "Orgs")
        )
    },
    preheader: |waiting, all, not_checked| {
        let checked = if not_checked == 0 {
            "alle Orgs wurden geprüft".to_owned()
        } else {
            format!("{} nicht geprüft", counted_noun(not_checked, "Org wurde", "Orgs wurden"))
        };
        format!("Bei {waiting} von {} besteht Handlungsbedarf; {checked}.", counted_noun(all, "App", "Apps"))
    },
    no_action: "Es besteht kein Handlungsbedarf.",
    counts_heading: "Zusammenfassung",
    apps: |count| counted_noun(count, "App", "Apps"),
    action_needed_heading: "Handlungsbedarf, das Dringendste zuerst",
    owner: "Wartet auf",
    since: "Seit",
    request: "Anfrage",
    administrator_of: |tenant| format!("einen globalen Administrator (Microsoft Global Administrator) von {tenant}"),
    okta_operator: "das Okta-Team",
    access_repair: "die Wiederherstellung von Regrants Zugriff",
    waiting_longest: "Wartet am längsten",
    not_checked_heading: "Nicht geprüft",
    not_checked_intro: "Regrant konnte diese Orgs nicht prüfen. Ihre Apps können funktionieren oder gestört sein:",
    all_checked: "Alle Orgs wurden geprüft.",
    last_scan_heading: "Letzte Prüfung",
    last_scan: "Letzter Prüflauf",
    never: "nie",
    check_yourself: "Sie können jederzeit selbst prüfen:",
    checkpoint: "Prüfpunkt des Protokolls",
    checkpoint_explained: "Bewahren Sie diese E-Mail auf. Mit dem Prüfpunkt erkennt `regrant report verify --checkpoint` ein Protokoll, das später umgeschrieben wurde.",
    mute_link: "Übersicht stummschalten",
    mute_explained: "Sie können diese Übersicht stummschalten. E-Mails zu einzelnen Apps erhalten Sie weiterhin.",
};

pub(super) const ACCESS_PROBLEM: AccessProblemWords = AccessProblemWords {
    preheader: |org| {
        format!(
            "Bis dies behoben ist, kann Regrant die Apps von {org} nicht vollständig überwachen. Oktas Provisionierung ist nicht betroffen."
        )
    },
    heading: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused => "Okta lehnt Regrants Zugangsdaten ab",
        AccessProblemKind::OktaRoleLost => "Regrant fehlt eine Rolle in Okta",
        AccessProblemKind::OktaCredentialIdle => "Regrants API-Token läuft bald wegen Inaktivität ab",
        AccessProblemKind::GraphTokensEnded { .. } => "Regrants Zugriff auf Microsoft Graph ist abgelaufen",
        AccessProblemKind::GraphTokensEnding { .. } => "Regrants Zugriff auf Microsoft Graph läuft bald ab",
        AccessProblemKind::EntraCredentialRefused { .. } => "Microsoft lehnt Regrants eigene Zugangsdaten ab",
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "Die Zugangsdaten von Regrants eigener App-Registrierung laufen bald ab"
        }
    },
    what_happened: |problem, since, end| match (problem, end) {
        (AccessProblemKind::OktaCredentialRefused, _) => format!(
            "Seit dem {since} lehnt Okta die Zugangsdaten ab, die Regrant verwendet. Sie wurden widerrufen, sind abgelaufen, oder das Konto, das sie erstellt hat, wurde deaktiviert."
        ),
        (AccessProblemKind::OktaRoleLost, _) => format!(
            "Seit dem {since} erkennt Okta Regrants Zugangsdaten zwar an, verweigert aber den Zugriff. Eine Rolle oder ein Scope wurde entfernt."
        ),
        (AccessProblemKind::OktaCredentialIdle, _) => format!(
            "Regrant hat dieses API-Token seit 20 Tagen nicht erfolgreich verwendet (bemerkt am {since}). Okta deaktiviert ein Token, das 30 Tage lang nicht verwendet wird."
        ),
        (AccessProblemKind::GraphTokensEnded { .. }, _) => format!(
            "Seit dem {since} stellt Microsoft keine Token mehr für Regrant aus. Ein Administrator des Mandanten muss sich neu anmelden."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, Some(end)) => format!(
            "Regrants Token für Microsoft Graph gelten noch, aber Regrant konnte sie seit dem {since} nicht erneuern. Sie laufen am {end} ab."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, None) => format!(
            "Regrants Token für Microsoft Graph gelten noch, aber Regrant konnte sie seit dem {since} nicht erneuern."
        ),
        (AccessProblemKind::EntraCredentialRefused { .. }, _) => format!(
            "Seit dem {since} lehnt Microsoft das Clientgeheimnis oder Zertifikat von Regrants eigener App-Registrierung in Microsoft Entra ab."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, Some(end)) => format!(
            "Das Clientgeheimnis oder Zertifikat von Regrants eigener App-Registrierung in Microsoft Entra läuft am {end} ab (bemerkt am {since})."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, None) => format!(
            "Das Clientgeheimnis oder Zertifikat von Regrants eigener App-Registrierung in Microsoft Entra läuft bald ab (bemerkt am {since})."
        ),
    },
    impact: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused | AccessProblemKind::OktaRoleLost => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter. Die Überwachung ist ausgefallen: Regrant zeigt die Apps dieser Org als „unknown“ an und kann Sie nicht warnen, wenn eine Zustimmung nicht mehr gilt."
        }
        AccessProblemKind::OktaCredentialIdle => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter. Sobald das Token abgelaufen ist, kann Regrant Sie nicht mehr warnen, wenn eine Zustimmung nicht mehr gilt."
        }
        AccessProblemKind::GraphTokensEnded { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter. Regrant kann Microsoft nicht mehr prüfen: Apps gelten als „not verified“, und eine widerrufene Zustimmung fällt erst auf, wenn die Provisionierung fehlschlägt."
        }
        AccessProblemKind::GraphTokensEnding { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter. Sobald die Token abgelaufen sind, fällt eine widerrufene Zustimmung erst auf, wenn die Provisionierung fehlschlägt."
        }
        AccessProblemKind::EntraCredentialRefused { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter. Bis dies behoben ist, können sich Administratoren auf den Seiten von Regrant nicht anmelden und dort also nicht zustimmen."
        }
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter. Sobald die Zugangsdaten abgelaufen sind, können sich Administratoren auf den Seiten von Regrant nicht anmelden und dort also nicht zustimmen."
        }
    },
    who_can_fix: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused
        | AccessProblemKind::OktaRoleLost
        | AccessProblemKind::OktaCredentialIdle => format!(
            "Ein Administrator von {org}, der in Okta API-Token erstellen oder Rollen zuweisen darf und Zugriff auf die Befehlszeile von Regrant hat. Ein Microsoft Global Administrator ist nicht nötig. Es dauert etwa zehn Minuten. Sie können diese E-Mail im Unternehmen weiterleiten."
        ),
        AccessProblemKind::GraphTokensEnded { tenant } | AccessProblemKind::GraphTokensEnding { tenant, .. } => format!(
            "Ein globaler Administrator (Microsoft Global Administrator) des Mandanten {tenant}; bitte wenden Sie sich an ihn. Es dauert etwa zwei Minuten. Sie können diese E-Mail im Unternehmen weiterleiten."
        ),
        AccessProblemKind::EntraCredentialRefused { .. } | AccessProblemKind::EntraCredentialEnding { .. } => {
            "Der Besitzer von Regrants App-Registrierung in Microsoft Entra oder ein Anwendungsadministrator oder globaler Administrator (Microsoft Global Administrator) des zugehörigen Mandanten. Es dauert etwa zehn Minuten. Sie können diese E-Mail im Unternehmen weiterleiten.".to_owned()
        }
    }
    },
    steps: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused => vec![
            "Öffnen Sie in der Okta Admin Console Security › API › Tokens. Prüfen Sie, ob das Token vorhanden ist und wer es erstellt hat; bei einer Service-App, ob sie aktiv und ihr öffentlicher Schlüssel registriert ist.".to_owned(),
            format!("Erstellen Sie neue Zugangsdaten und hinterlegen Sie sie mit `regrant org add {org}`. Das Geheimnis wird verdeckt abgefragt."),
            format!("Prüfen Sie den Zugriff mit `regrant org check {org}` und führen Sie danach `regrant scan` aus."),
        ],
        AccessProblemKind::OktaRoleLost => vec![
            format!("Führen Sie `regrant org check {org}` aus, um zu sehen, welchen Aufruf Okta verweigert."),
            "Geben Sie dem Konto oder der Service-App die Rolle zurück. Nötig ist das Recht, Apps anzusehen, und das Recht, sie zu verwalten, wenn Regrant Verbindungen speichern soll.".to_owned(),
            format!("Prüfen Sie den Zugriff mit `regrant org check {org}` und führen Sie danach `regrant scan` aus."),
        ],
        AccessProblemKind::OktaCredentialIdle => vec![
            "Finden Sie mit `regrant doctor` (auf einem Stack: `regrant aws doctor`) heraus, warum kein Prüflauf Okta erreicht hat.".to_owned(),
            format!("Verwenden Sie das Token einmal: `regrant org check {org}`."),
            "Sorgen Sie dafür, dass Prüfläufe nach Plan ausgeführt werden.".to_owned(),
        ],
        AccessProblemKind::GraphTokensEnded { .. } | AccessProblemKind::GraphTokensEnding { .. } => vec![
            "Erstellen Sie mit `regrant invite` einen Link für eine App dieses Mandanten und senden Sie ihn an den Administrator.".to_owned(),
            "Der Administrator öffnet den Link und meldet sich an. Das erneuert Regrants Zugriff; eine erneute Zustimmung für Okta ist freiwillig.".to_owned(),
            format!("Prüfen Sie den Zugriff mit `regrant org check {org}` und führen Sie danach `regrant scan` aus."),
        ],
        AccessProblemKind::EntraCredentialRefused { cloud } | AccessProblemKind::EntraCredentialEnding { cloud, .. } => vec![
            "Öffnen Sie im Microsoft Entra Admin Center unter „App-Registrierungen“ Regrants Registrierung und erstellen Sie ein neues Clientgeheimnis oder Zertifikat.".to_owned(),
            format!("Hinterlegen Sie es mit `regrant entra set --client-id ID --cloud {cloud}`. Das Geheimnis wird verdeckt abgefragt."),
            "Löschen Sie das alte, sobald eine Anmeldung mit dem neuen gelungen ist.".to_owned(),
        ],
    }
    },
    steps_heading: "Was zu tun ist",
    error_detail: "Fehler (englisch)",
    place: "Wo",
    also_affected: "Betroffene Orgs",
    expires: "Läuft ab",
    requirements_heading: "Was Regrant benötigt",
    requirements: [
        ("okta.apps.read", "Liest die Apps und den Zustand ihrer Verbindungen."),
        (
            "okta.apps.manage",
            "Speichert eine Verbindung nach einer Zustimmung. Ohne dieses Recht speichert das Okta-Team in der Admin Console.",
        ),
        (
            "Directory.Read.All",
            "Liest, was Microsoft für Okta erteilt hat und ob die Person, die zugestimmt hat, ihre Rolle noch besitzt.",
        ),
    ],
    microsoft_page_note: "Wenn sich ein Administrator dafür bei Microsoft anmeldet, nennt die Seite von Microsoft Regrants eigene App-Registrierung und nicht „Okta Microsoft Graph Client“.",
    best_time: "Jederzeit. Kein Benutzer wird abgemeldet.",
    sent_once: "Wir senden diese E-Mail nur einmal und ohne Erinnerungen. Die Übersicht führt das Problem auf, bis es behoben ist.",
};
