//! Emails that request an action.

use super::super::emails::{OperatorRequestWords, RequestWords, SecretEndingWords, SeveralWords, WaiverExpiredWords};
use super::counted_noun;
use crate::domain::standing::Standing;

pub(super) const REQUEST: RequestWords = RequestWords {
    heading: |_| "Genehmigen Sie Oktas Zugriff auf Microsoft 365".to_owned(),
    heading_renewal: |names| format!("Erneuern Sie Oktas Zugriff auf Microsoft 365 für {}", names.app),
    heading_outage: |names| format!("{} kann Microsoft 365 nicht mehr provisionieren", names.app),
    heading_reminder: |number, most, heading| format!("Erinnerung {number} von {most}: {heading}"),
    preheader: |subject, tenant| {
        format!("{subject}. Ein globaler Administrator von {tenant} braucht dafür etwa zwei Minuten.")
    },
    no_administrator_on_file: |names| {
        format!(
            "Für {} ist niemand aus der Microsoft-Administration hinterlegt. Bitte leiten Sie diese E-Mail an einen globalen Administrator von {} weiter.",
            names.org, names.tenant
        )
    },
    escalation_notice: |names| {
        format!(
            "Sie erhalten diese E-Mail, weil noch niemand gehandelt hat. Bitte sorgen Sie dafür, dass ein globaler Administrator von {} es tut.",
            names.tenant
        )
    },
    why_consent: |names| {
        format!(
            "Okta verwaltet die Microsoft-365-Konten von {} mit einem gespeicherten Administratorkennwort. Sobald Microsoft dafür mehrstufige Authentifizierung durchsetzt, erhalten neue Mitarbeitende kein Konto, und ausgeschiedene behalten ihren Zugang. Wenn Sie Oktas Zugriff genehmigen, benötigt Okta das Kennwort nicht mehr.",
            names.app
        )
    },
    why_off: |names| {
        format!(
            "Oktas Verbindung zu Microsoft 365 für {} ist vorbereitet, aber ausgeschaltet, und wartet auf Ihre Genehmigung. Bis dahin erhalten neue Mitarbeitende von Okta kein Konto, und ausgeschiedene behalten möglicherweise ihren Zugang.",
            names.app
        )
    },
    why_outage: |names, since| {
        format!(
            "Seit dem {since} kann Okta Microsoft 365 für {} nicht mehr provisionieren. Neue Mitarbeitende erhalten kein Konto, und ausgeschiedene behalten ihren Zugang. Eine erneute Zustimmung behebt das.",
            names.app
        )
    },
    why_renewal: |names| {
        format!(
            "Die Provisionierung von {} funktioniert noch, schlägt aber fehl, sobald Okta sich erneut bei Microsoft anmelden muss. Dann erhalten neue Mitarbeitende kein Konto, und ausgeschiedene behalten ihren Zugang. Eine erneute Zustimmung verhindert das.",
            names.app
        )
    },
    status_since: |since| format!("Status unverändert seit dem {since}."),
    found_on: |date| format!("Regrant hat dies am {date} festgestellt."),
    affects: |assigned| format!("Betroffen sind {assigned}."),
    affects_all: "Betroffen sind alle Konten und Gruppen, die der App in Okta zugewiesen sind.",
    failed_tasks: |count| {
        format!(
            "Seitdem {} {} fehlgeschlagen; wir führen alle in der E-Mail zum Abschluss auf.",
            if count == 1 { "ist" } else { "sind" },
            counted_noun(count, "Okta-Aufgabe", "Okta-Aufgaben")
        )
    },
    who_heading: "Wer dies tun kann",
    who_can_approve: |names| {
        format!(
            "Ein globaler Administrator (Microsoft Global Administrator) von {} mit mehrstufiger Authentifizierung. Es dauert etwa zwei Minuten.",
            names.tenant
        )
    },
    forward_to_administrator: |_| {
        "Sind Sie das nicht, leiten Sie diese E-Mail bitte im Unternehmen an einen globalen Administrator weiter. Anderen nützt sie nichts.".to_owned()
    },
    open_page: "Anfrage öffnen",
    link_target: |url| format!("Der Link öffnet eine Seite unter {url}. Das Öffnen ändert nichts."),
    link_expiry: |end| format!("Er läuft am {end} ab."),
    new_link: |names| {
        format!(
            "Nach Ablauf des Links erhalten Sie einen neuen mit unserer nächsten E-Mail zu dieser Anfrage. Sie können sich dafür auch an {} wenden.",
            names.contact
        )
    },
    no_link: |names| {
        format!(
            "Diese E-Mail enthält keinen Link, weil Ihr Unternehmen die Webseiten von Regrant nicht betreibt. Ein Link lässt sich mit `regrant invite` erstellen; wenden Sie sich dafür an {}. Sie können auch wie unten beschrieben die Okta Admin Console verwenden.",
            names.contact
        )
    },
    steps_heading: "Was Sie sehen werden",
    step_compare: |names| {
        format!(
            "Öffnen Sie die Anfrage und prüfen Sie, ob die Seite zu {} und zur Anfrage {} gehört.",
            names.tenant, names.request
        )
    },
    step_sign_in: |publisher| {
        let publisher = publisher.map_or_else(
            || {
                "Microsoft bezeichnet sie als nicht überprüft, denn diese Installation hat keinen überprüften Herausgeber."
                    .to_owned()
            },
            |publisher| format!("Ihr überprüfter Herausgeber ist {publisher}."),
        );
        format!(
            "Erste Microsoft-Seite: Melden Sie sich an. Microsoft zeigt Regrants eigene Anfrage nach einer einzigen Leseberechtigung, `Directory.Read.All`. Damit prüfen wir Ihre Rolle. {publisher}"
        )
    },
    step_approve: |names, is_second| {
        let page = if is_second { "Zweite Microsoft-Seite" } else { "Seite von Microsoft" };
        format!(
            "{page}: Oktas Anfrage, „Okta Microsoft Graph Client“ oder ähnlich. Prüfen Sie, ob sie zu {} gehört und ihr Herausgeber Okta ist, und stimmen Sie dann zu.",
            names.tenant
        )
    },
    step_copy: "Okta zeigt danach eine Seite mit reinem Text. Kopieren Sie ihn vollständig und fügen Sie ihn im selben Browser auf der Seite der Anfrage ein. Senden Sie ihn niemandem.",
    step_verify: "Wir speichern und prüfen die Verbindung und zeigen Ihnen das Ergebnis.",
    permissions_heading: "Was Okta künftig darf",
    permissions_intro: "Die Seite von Microsoft führt diese Berechtigungen in eigenen Worten auf.",
    own_permission: |host| {
        format!(
            "Die erste Seite, unter `{host}`, ist Regrants eigene Anfrage. Sie nennt auch Ihre Anmeldung und Ihr Profil (`openid`, `profile`) sowie dauerhaften Zugriff (`offline_access`), mit dem Regrant die Zustimmung weiter prüft. Bevor Sie angemeldet sind, ändert sich in Okta nichts. Muss die Provisionierung bis zum Abschluss pausieren, fragt die Seite Sie vorher."
        )
    },
    when_heading: "Der beste Zeitpunkt",
    best_time: "Einzelne Benutzer müssen sich eventuell neu anmelden. Falls das stört, wählen Sie eine Zeit außerhalb der Arbeitszeit.",
    best_time_outage: "Sofort, denn die Provisionierung schlägt fehl. Einzelne Benutzer müssen sich eventuell neu anmelden.",
    due_now: "sofort, denn die Provisionierung schlägt fehl",
    due_before_failure: "vor der nächsten erneuten Anmeldung",
    failed_tasks_afterwards: "Okta wiederholt früher fehlgeschlagene Aufgaben nicht automatisch. Wir führen sie in der E-Mail zum Abschluss auf. Sie können sie in der Okta Admin Console unter Dashboard › Tasks wiederholen.",
    console_heading: "Möchten Sie es lieber selbst in Okta erledigen?",
    console_steps: |names| {
        format!(
            "Öffnen Sie in der Okta Admin Console von {} Applications › Applications › {} › Provisioning › Integration › Edit und klicken Sie auf Authenticate with Microsoft Office 365 (oder Re-authenticate). Stimmen Sie als globaler Administrator zu und klicken Sie dann auf Save. Ohne Save wird nichts gespeichert. Sie müssen in Okta App Administrator und bei {} globaler Administrator sein.",
            names.org, names.app, names.tenant
        )
    },
    several: SeveralWords {
        heading_consents: |count| {
            format!("Genehmigen Sie Oktas Zugriff auf Microsoft 365 für {}", counted_noun(count, "App", "Apps"))
        },
        heading_steps: |count| format!("Noch ein Schritt in Okta für {}", counted_noun(count, "App", "Apps")),
        why_consents: "Okta verwaltet die Microsoft-365-Konten dieser Apps mit gespeicherten Administratorkennwörtern, die Verbindungen sind ausgeschaltet, oder die Zustimmung ist zu erneuern. Solange das nicht geschehen ist, erhalten neue Mitarbeitende möglicherweise kein Konto, und ausgeschiedene behalten möglicherweise ihren Zugang.",
        why_outage: |count| {
            format!(
                "Okta kann Microsoft 365 für {} nicht mehr provisionieren. Neue Mitarbeitende erhalten kein Konto, und ausgeschiedene behalten ihren Zugang.",
                counted_noun(count, "dieser Apps", "dieser Apps")
            )
        },
        why_steps: "Die Verbindungen dieser Apps sind in Okta ausgeschaltet oder benötigen die Zustimmung in der Admin Console. Bis das erledigt ist, erhalten neue Mitarbeitende möglicherweise kein Konto in Microsoft 365, und ausgeschiedene behalten möglicherweise ihren Zugang.",
        no_administrator_on_file: "Für diese Apps ist niemand aus der Microsoft-Administration hinterlegt. Bitte leiten Sie diese E-Mail an die globalen Administratoren der Mandanten weiter.",
        escalation_notice: "Sie erhalten diese E-Mail, weil noch niemand gehandelt hat. Bitte sorgen Sie dafür, dass es geschieht.",
        step_open: "Öffnen Sie unten die erste Anfrage und prüfen Sie, ob sie denselben Mandanten und dieselbe Anfrage nennt. Wiederholen Sie das für jede Anfrage.",
        who: "Ein globaler Administrator (Microsoft Global Administrator) des jeweiligen Mandanten mit mehrstufiger Authentifizierung. Jede Anfrage dauert etwa zwei Minuten. Sie können diese E-Mail im Unternehmen weiterleiten.",
        list_heading: "Ihre Anfragen, die dringendste zuerst",
        row: |tenant, status, since, request| format!("in {tenant} · {status} · seit dem {since} · {request}"),
        open: "Anfrage öffnen",
        one_email: "Diese E-Mail ersetzt eine E-Mail pro App. Auch Erinnerungen an mehrere Apps kommen zusammen.",
    },
};

pub(super) const OPERATOR_REQUEST: OperatorRequestWords = OperatorRequestWords {
    heading_save: |names| format!("Noch ein Schritt für {}: in Okta speichern", names.app),
    heading_console: |names| format!("{} benötigt die Zustimmung in der Okta Admin Console", names.app),
    why_save: |names| {
        format!(
            "{} braucht keine weitere Zustimmung, aber die Verbindung in Okta ist ausgeschaltet. Solange sie nicht gespeichert ist, erhalten neue Mitarbeitende kein Konto in Microsoft 365, Änderungen kommen nicht an, und ausgeschiedene Mitarbeitende behalten ihren Zugang.",
            names.app
        )
    },
    why_console: |names| {
        format!(
            "Oktas Management API unterstützt {} nicht, deshalb kann Regrant Ihnen dies nicht abnehmen. Verwenden Sie die Admin Console. Bis dahin erhalten neue Mitarbeitende möglicherweise kein Konto in Microsoft 365, Änderungen kommen möglicherweise nicht an, und ausgeschiedene Mitarbeitende behalten möglicherweise ihren Zugang.",
            names.app
        )
    },
    who_can_save: |names| {
        format!(
            "Ein App Administrator in {}, der {} verwalten darf. Ein globaler Administrator (Microsoft Global Administrator) von {} ist nicht mehr nötig. Es dauert etwa eine Minute.",
            names.org, names.app, names.tenant
        )
    },
    who_can_use_console: |names| {
        format!(
            "Eine Person, die in {} App Administrator und bei {} globaler Administrator (Microsoft Global Administrator) ist, oder zwei Personen gemeinsam. Es dauert etwa fünf Minuten.",
            names.org, names.tenant
        )
    },
    forward: |names| {
        format!(
            "Sie können diese E-Mail im Unternehmen an eine Person weiterleiten, die die App in {} verwalten darf. Allen anderen nützt sie nichts.",
            names.org
        )
    },
    how_heading: "So gehen Sie vor",
    save_with_command: "Verwenden Sie die Befehlszeile von Regrant, die die Verbindung speichert und überprüft:",
    or_in_console: "Oder speichern Sie selbst in der Okta Admin Console:",
    steps_save: [
        |names| {
            format!(
                "Öffnen Sie in der Admin Console von {} Applications › Applications › {} › Provisioning › Integration › Edit.",
                names.org, names.app
            )
        },
        |_| "Klicken Sie nicht auf „Re-authenticate with Microsoft Office 365“.".to_owned(),
        |_| {
            "Klicken Sie auf Save. Der nächste Prüflauf erkennt das, und Sie erhalten eine E-Mail mit der Bestätigung."
                .to_owned()
        },
    ],
    steps_console: [
        |names| {
            format!(
                "Öffnen Sie in der Admin Console von {} Applications › Applications › {} › Provisioning › Integration › Edit.",
                names.org, names.app
            )
        },
        |names| {
            format!(
                "Klicken Sie auf „Authenticate with Microsoft Office 365“ (oder „Re-authenticate …“) und melden Sie sich bei Microsoft als globaler Administrator von {} an.",
                names.tenant
            )
        },
        |_| {
            "Microsoft zeigt Oktas Anfrage mit dem Titel „Okta Microsoft Graph Client“ oder ähnlich. Prüfen Sie Mandant und Herausgeber und stimmen Sie dann zu.".to_owned()
        },
        |_| "Kehren Sie zu Okta zurück und klicken Sie auf Save. Ohne Save wird nichts gespeichert.".to_owned(),
    ],
    no_microsoft_page: "Zum Speichern ist keine neue Zustimmung zu „Okta Microsoft Graph Client“ nötig, daher zeigt Microsoft keine Seite.",
    permissions_heading: "Berechtigungen, die die Zustimmung umfasst",
    best_time: "Das Speichern unterbricht niemanden. Nach einer neuen Anmeldung bei Microsoft müssen sich einzelne Benutzer eventuell neu anmelden. Falls das stört, wählen Sie eine Zeit außerhalb der Arbeitszeit.",
    link_expiry: |end| format!("Er läuft am {end} ab."),
    new_link: "Nach Ablauf des Links erhalten Sie einen neuen, wenn wir Ihnen noch einmal zu dieser Anfrage schreiben. `regrant status` zeigt die Anfrage jederzeit.",
};

pub(super) const WAIVER_EXPIRED: WaiverExpiredWords = WaiverExpiredWords {
    heading: |names| format!("{} ist nicht länger zurückgestellt", names.app),
    preheader: |subject, org| format!("{subject} ({org}). Jetzt erledigen oder erneut zurückstellen."),
    what_happened: |names, end| {
        format!(
            "Ihr Team hat {} bis zum {end} zurückgestellt, deshalb haben wir dazu keine E-Mails gesendet. Dieses Datum ist erreicht, und es besteht weiterhin Handlungsbedarf. Deshalb senden wir wieder E-Mails.",
            names.app
        )
    },
    postponed_until: "Zurückgestellt bis",
    decided_on: "Entschieden am",
    reason: "Grund",
    who_decides: |names| {
        format!(
            "Sie oder eine andere Person, die {} betreut. Es dauert etwa eine Minute. Sie können diese E-Mail im Unternehmen weiterleiten.",
            names.org
        )
    },
    choices_heading: "Was Sie tun können",
    choice_resolve: |standing, names| match standing {
        Standing::NeedsSave => format!(
            "Erledigen: Ein App Administrator speichert die Verbindung mit `regrant save {} {}` oder in der Admin Console.",
            names.org, names.app_id
        ),
        Standing::ByHand => format!(
            "Erledigen: Ein globaler Administrator (Microsoft Global Administrator) von {} meldet sich in der Admin Console bei Microsoft an und speichert.",
            names.tenant
        ),
        _ => format!(
            "Erledigen: Wir senden einen Link an einen globalen Administrator (Microsoft Global Administrator) von {}. Einen Link erhalten Sie sofort mit `regrant invite {} {}`.",
            names.tenant, names.org, names.app_id
        ),
    },
    choice_postpone: |names| {
        format!(
            "Erneut mit Angabe eines Grundes bis zu einem bestimmten Datum zurückstellen: Wenden Sie sich dafür an {}.",
            names.contact
        )
    },
    microsoft_page: "Microsoft zeigt dem Administrator Oktas Anfrage mit dem Titel „Okta Microsoft Graph Client“ oder ähnlich und mit diesen Berechtigungen.",
};

pub(super) const SECRET_ENDING: SecretEndingWords = SecretEndingWords {
    heading: |names| format!("Das Clientgeheimnis hinter {} muss erneuert werden", names.app),
    preheader: |subject, org| format!("{subject} ({org}). Okta hat es bisher nicht erneuert."),
    what_happens: |names, end, has_ended| {
        let (ends, stops) = if has_ended { ("ist am", "abgelaufen") } else { ("läuft am", "ab") };
        let effect = if has_ended { "steht die Provisionierung" } else { "steht die Provisionierung ab dann" };
        format!(
            "Okta provisioniert Microsoft 365 für {} über eine eigene Anwendung in {} und erneuert deren Clientgeheimnis regelmäßig. Das letzte, das wir dort gefunden haben, {ends} {end} {stops}; ein neueres ist nicht erschienen. Ohne neues {effect}: Neue Mitarbeitende erhalten kein Konto, und ausgeschiedene behalten ihren Zugang.",
            names.app, names.tenant
        )
    },
    steps_heading: "Was zu tun ist",
    steps: [
        |names| {
            format!(
                "Öffnen Sie in der Okta Admin Console von {} Reports › System Log und suchen Sie nach `app.office365.provisioning_app_credential.rotate`. Eine fehlgeschlagene Erneuerung nennt Microsofts Grund.",
                names.org
            )
        },
        |names| {
            format!(
                "Lautet der Grund `CredentialTypeNotAllowedAsPerAppPolicy` oder `CredentialInvalidLifetimeAsPerAppPolicy`, nehmen Sie Oktas Anwendung von der App-Verwaltungsrichtlinie von {} aus (`passwordAddition`, `passwordLifetime`).",
                names.tenant
            )
        },
        |_| {
            "Bei einem anderen Grund oder ohne Versuch fragen Sie den Okta-Support. `regrant status` zeigt, ob ein neueres erschienen ist.".to_owned()
        },
    ],
    who: |names| {
        format!(
            "Den ersten Schritt erledigt ein Okta-Administrator von {}, den zweiten ein globaler Administrator (Microsoft Global Administrator) von {}. Es dauert etwa zehn Minuten. Sie können diese E-Mail im Unternehmen weiterleiten.",
            names.org, names.tenant
        )
    },
    no_microsoft_page: "Microsoft zeigt diesmal keine Seite zu „Okta Microsoft Graph Client“ oder Oktas eigener Anwendung. Diese Berechtigungen bleiben, wie sie sind:",
    best_time: "Eine Ausnahme unterbricht niemanden, und niemand muss sich neu anmelden. Erteilen Sie sie jederzeit vor dem Ablauf.",
    further_warnings: "Wir warnen 30 Tage, 7 Tage und 1 Tag vor dem Ablauf, ohne Erinnerungen dazwischen, und nicht mehr, sobald ein neueres erschienen ist.",
};
