//! What tells how things are.

use super::super::{Access, Digest, Done};
use super::number;
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::grant::GrantKind;

pub(super) const DONE: Done = Done {
    heading: |names| format!("Erledigt: {} provisioniert Microsoft 365 mit Zustimmung", names.app),
    preheader: |names| {
        format!(
            "{} in {}: Von Ihnen wird nichts mehr gebraucht. Hier steht, was von Okta und Microsoft zurückgelesen wurde.",
            names.app, names.org
        )
    },
    intro: |names| {
        format!(
            "Die Provisionierung von {} in {} läuft mit Zustimmung. Die Anfrage {} ist geschlossen, und keine Erinnerung folgt mehr.",
            names.app, names.org, names.request
        )
    },
    read_back: "Was zurückgelesen wurde",
    in_okta: "In Okta",
    on: "Verbindung an, mit OAuth (`ENABLED`, `OAUTH2`)",
    not_on: |status, scheme| format!("Verbindung {status}, {scheme}"),
    on_by_scan: "Verbindung an, mit OAuth, wie der letzte Suchlauf sie fand; Regrant hat sie nicht gespeichert",
    at_microsoft: "Bei Microsoft",
    verified: |count| format!("jede nötige Berechtigung ist erteilt ({count} von {count})"),
    missing: |missing| format!("nicht nachgewiesen: {missing} ist nicht erteilt"),
    not_seen: |reason| format!("nicht nachgewiesen: {reason}"),
    no_reason: "Die Seite von Microsoft wurde nicht angesehen",
    service_principal: "Dienstprinzipal",
    granted: "Erteilt",
    grant: |grant| match grant {
        GrantKind::Application => "der Anwendung selbst",
        GrantKind::DelegatedForAll => "für alle im Mandanten",
        GrantKind::DelegatedForOne { .. } => "nur für eine Person",
    },
    by: "Zugestimmt von",
    read_at: "Gelesen",
    failed: "Was von Hand neu zu tun ist",
    failed_intro: |count| {
        format!(
            "{} von Okta schlugen fehl, während die Provisionierung nicht ging. Okta wiederholt sie nicht von selbst.",
            number(count, "Auftrag", "Aufträge")
        )
    },
    failed_how: "In der Okta Admin Console unter Dashboard › Tasks jeden auswählen und wiederholen.",
    failed_none: "Es ist kein Auftrag von Okta bekannt, der inzwischen fehlschlug. Oktas eigene Liste steht in der Admin Console unter Dashboard › Tasks.",
    next: "Was folgt",
    next_items: [
        "Okta provisioniert weiter, von nun an mit der Zustimmung.",
        "Regrant beobachtet weiter beide Seiten und schreibt nur wieder, wenn die Zustimmung nicht mehr gilt.",
        "Sie können die Zustimmung jederzeit im Microsoft Entra Admin Center unter „Unternehmensanwendungen“ (Enterprise applications) sehen und zurückziehen.",
    ],
};

pub(super) const DIGEST: Digest = Digest {
    heading: |org, day| format!("Die Office-365-Apps von {org} am {day}"),
    preheader: |waiting, all, not_seen| {
        let seen = if not_seen == 0 {
            "alle Orgs waren zu sehen".to_owned()
        } else {
            format!("{} nicht zu sehen", number(not_seen, "Org war", "Orgs waren"))
        };
        format!("{waiting} von {} auf jemanden; {seen}.", number(all, "App wartet", "Apps warten"))
    },
    all_fine: "Niemand muss etwas tun.",
    counts: "Wie viele wie stehen",
    apps: |count| number(count, "App", "Apps"),
    waiting: "Auf wen gewartet wird, das Schlimmste zuerst",
    waits_on: "Wartet auf",
    since: "Seit",
    request: "Anfrage",
    on_administrator: |tenant| format!("globale Administration (Microsoft Global Administrator) von {tenant}"),
    on_operator: "jemanden, der Okta betreut",
    on_access: "die Wiederherstellung von Regrants Zugang",
    oldest: "Wartet am längsten",
    not_seen: "Was nicht zu sehen war",
    not_seen_intro: "Über diese Orgs ist nichts bekannt, sie können in Ordnung oder gestört sein:",
    all_seen: "Alle Orgs waren zu sehen.",
    looks: "Wann nachgesehen wurde",
    last_scan: "Letzter Suchlauf",
    never: "nie",
    look_yourself: "Selbst nachsehen geht jederzeit:",
    mute_link: "Überblick stumm schalten",
    mute: "Sie können diesen Überblick stumm schalten. Mails zu einzelnen Apps erreichen Sie weiterhin.",
};

pub(super) const ACCESS: Access = Access {
    preheader: |org| {
        format!(
            "Bis das behoben ist, sieht Regrant nicht, wie die Apps von {org} stehen. Die Provisionierung selbst ist nicht berührt."
        )
    },
    heading: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused => "Okta lehnt Regrants Anmeldung ab",
        AccessProblemKind::OktaRoleLost => "Regrant darf in Okta nicht mehr nachsehen",
        AccessProblemKind::OktaCredentialIdle => "Regrants API-Token verfällt bald, weil er ungenutzt ist",
        AccessProblemKind::GraphTokensEnded { .. } => "Regrants Zugang zu Microsoft Graph ist zu Ende",
        AccessProblemKind::GraphTokensEnding { .. } => "Regrants Zugang zu Microsoft Graph geht zu Ende",
        AccessProblemKind::EntraCredentialRefused { .. } => "Microsoft lehnt Regrants eigene Registrierung ab",
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "Das Geheimnis von Regrants eigener Registrierung läuft bald ab"
        }
    },
    what: |problem, since, end| match (problem, end) {
        (AccessProblemKind::OktaCredentialRefused, _) => format!(
            "Seit dem {since} lehnt Okta ab, womit Regrant sich anmeldet: Es wurde widerrufen, ist abgelaufen, oder das Konto, das es erstellt hat, wurde deaktiviert."
        ),
        (AccessProblemKind::OktaRoleLost, _) => format!(
            "Seit dem {since} erkennt Okta Regrants Anmeldung und lässt es nicht nachsehen: Eine Rolle oder ein Scope wurde weggenommen."
        ),
        (AccessProblemKind::OktaCredentialIdle, _) => format!(
            "Okta hat diesem API-Token seit 20 Tagen nicht geantwortet (bekannt seit dem {since}). Nach 30 ungenutzten Tagen deaktiviert Okta einen Token."
        ),
        (AccessProblemKind::GraphTokensEnded { .. }, _) => format!(
            "Seit dem {since} gibt Microsoft Regrant keinen Token mehr, also muss sich die Administration des Mandanten neu anmelden."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, Some(end)) => format!(
            "Regrants Token für Microsoft Graph gelten noch und waren seit dem {since} nicht zu erneuern. Sie enden am {end}."
        ),
        (AccessProblemKind::GraphTokensEnding { .. }, None) => {
            format!("Regrants Token für Microsoft Graph gelten noch und waren seit dem {since} nicht zu erneuern.")
        }
        (AccessProblemKind::EntraCredentialRefused { .. }, _) => format!(
            "Seit dem {since} lehnt Microsoft das Clientgeheimnis oder Zertifikat von Regrants eigener Registrierung in Microsoft Entra ab."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, Some(end)) => format!(
            "Das Clientgeheimnis oder Zertifikat von Regrants eigener Registrierung in Microsoft Entra läuft am {end} ab (bekannt seit dem {since})."
        ),
        (AccessProblemKind::EntraCredentialEnding { .. }, None) => format!(
            "Das Clientgeheimnis oder Zertifikat von Regrants eigener Registrierung in Microsoft Entra läuft bald ab (bekannt seit dem {since})."
        ),
    },
    meaning: |problem| match problem {
        AccessProblemKind::OktaCredentialRefused | AccessProblemKind::OktaRoleLost => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter wie bisher. Was aufhört, ist das Nachsehen: Die Apps dieser Org stehen auf „unknown“, und niemand erfährt, wenn eine Zustimmung nicht mehr gilt."
        }
        AccessProblemKind::OktaCredentialIdle => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter wie bisher. Ist der Token verfallen, erfährt niemand, wenn eine Zustimmung nicht mehr gilt."
        }
        AccessProblemKind::GraphTokensEnded { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter wie bisher. Was aufhört, ist der Blick auf Microsofts Seite: Nichts gilt mehr als nachgewiesen, und ein Widerruf fällt erst auf, wenn Okta scheitert."
        }
        AccessProblemKind::GraphTokensEnding { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter wie bisher. Enden die Token, fällt ein Widerruf erst auf, wenn Okta scheitert."
        }
        AccessProblemKind::EntraCredentialRefused { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter wie bisher. Bis es behoben ist, kann sich auf Regrants Seiten niemand anmelden und dort also niemand zustimmen."
        }
        AccessProblemKind::EntraCredentialEnding { .. } => {
            "Oktas eigene Provisionierung läuft für alle Konten und Gruppen weiter wie bisher. Ist es abgelaufen, kann sich auf Regrants Seiten niemand anmelden und dort also niemand zustimmen."
        }
    },
    who: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused | AccessProblemKind::OktaRoleLost | AccessProblemKind::OktaCredentialIdle => format!("Jemand aus der Administration von {org}, der in Okta API-Token erstellen oder Rollen vergeben darf, an Regrants Kommandozeile. Es dauert etwa zehn Minuten. Ein Microsoft Global Administrator ist nicht nötig. Sie dürfen diese Mail im Unternehmen weiterleiten."),
        AccessProblemKind::GraphTokensEnded { tenant } | AccessProblemKind::GraphTokensEnding { tenant, .. } => format!("Ein globaler Administrator (Microsoft Global Administrator) des Mandanten {tenant}, den Sie darum bitten. Es dauert etwa zwei Minuten. Sie dürfen diese Mail im Unternehmen weiterleiten."),
        AccessProblemKind::EntraCredentialRefused { .. } | AccessProblemKind::EntraCredentialEnding { .. } => "Wer sich um Regrants Registrierung in Microsoft Entra kümmert: ihr Besitzer oder ein Anwendungsadministrator jenes Mandanten (auch ein Microsoft Global Administrator kann es). Es dauert etwa zehn Minuten. Sie dürfen diese Mail im Unternehmen weiterleiten.".to_owned(),
    }
    },
    steps: |problem, org| {
        match problem {
        AccessProblemKind::OktaCredentialRefused => vec![
            "Sehen Sie in der Okta Admin Console unter Security › API › Tokens nach, ob der Token da ist und wer ihn erstellt hat; bei einer Service-App, ob sie aktiv und ihr Schlüssel bekannt ist.".to_owned(),
            format!("Erstellen Sie einen neuen und hinterlegen Sie ihn mit `regrant org add {org}`: Nach dem Geheimnis wird verdeckt gefragt."),
            format!("Prüfen Sie es mit `regrant org check {org}`, danach `regrant scan`."),
        ],
        AccessProblemKind::OktaRoleLost => vec![
            format!("`regrant org check {org}` zeigt, welchen Aufruf Okta nicht erlaubt."),
            "Geben Sie dem Konto oder der Service-App die Rolle zurück: Apps ansehen, und sie verwalten, wo Regrant speichern soll.".to_owned(),
            format!("Prüfen Sie es mit `regrant org check {org}`, danach `regrant scan`."),
        ],
        AccessProblemKind::OktaCredentialIdle => vec![
            "Finden Sie heraus, warum kein Suchlauf Okta erreicht hat: `regrant doctor` prüft die Installation.".to_owned(),
            format!("Benutzen Sie den Token einmal: `regrant org check {org}`."),
            "Sorgen Sie dafür, dass Suchläufe nach Plan laufen.".to_owned(),
        ],
        AccessProblemKind::GraphTokensEnded { .. } | AccessProblemKind::GraphTokensEnding { .. } => vec![
            "Erstellen Sie mit `regrant invite` einen ActionLink für eine App dieses Mandanten und senden Sie ihn an die Administration.".to_owned(),
            "Wer ihn erhält, meldet sich auf der Seite an, zu der er führt. Das allein erneuert den Zugang; ob Okta dann neu zugestimmt wird, bleibt offen.".to_owned(),
            format!("Prüfen Sie es mit `regrant org check {org}`, danach `regrant scan`."),
        ],
        AccessProblemKind::EntraCredentialRefused { cloud } | AccessProblemKind::EntraCredentialEnding { cloud, .. } => vec![
            "Öffnen Sie im Microsoft Entra Admin Center unter „App-Registrierungen“ Regrants Registrierung und erstellen Sie ein neues Clientgeheimnis oder Zertifikat.".to_owned(),
            format!("Hinterlegen Sie es mit `regrant entra set --client-id ID --cloud {cloud}`: Nach dem Geheimnis wird verdeckt gefragt."),
            "Löschen Sie das alte, sobald eine Anmeldung mit dem neuen gelungen ist.".to_owned(),
        ],
    }
    },
    what_to_do: "Was zu tun ist",
    answered: "Antwort (englisch)",
    place: "Wo",
    ends: "Endet",
    needs: "Was Regrant selbst braucht",
    needs_rows: [
        ("okta.apps.read", "Sieht die Apps und wie ihre Verbindungen stehen."),
        (
            "okta.apps.manage",
            "Speichert eine Verbindung nach einer Zustimmung. Ohne das speichert jemand in der Konsole.",
        ),
        (
            "Directory.Read.All",
            "Sieht bei Microsoft, was Okta erteilt wurde, und ob die Person, die zugestimmt hat, die Rolle noch hat.",
        ),
    ],
    microsofts_page: "Wo sich dafür jemand bei Microsoft anmeldet, nennt die Seite von Microsoft Regrants eigene Registrierung und nicht „Okta Microsoft Graph Client“.",
    best_time: "Jederzeit. Niemand wird dadurch abgemeldet.",
    once: "Diese Mail kommt einmal. Der Überblick nennt die Störung, bis sie vorbei ist; keine Erinnerung folgt.",
};
