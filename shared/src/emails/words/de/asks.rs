//! What asks somebody to act.

use super::super::{Ask, Operator, Waived};
use super::number;
use crate::domain::standing::Standing;

pub(super) const ASK: Ask = Ask {
    heading: |_| "Lassen Sie Okta Microsoft 365 mit Zustimmung statt mit Kennwort provisionieren".to_owned(),
    heading_renewal: |names| format!("Erneuern Sie Oktas Zustimmung für {}, bevor sie gebraucht wird", names.app),
    heading_urgent: |names| format!("{} provisioniert Microsoft 365 nicht mehr", names.app),
    heading_reminder: |number, most, heading| format!("Erinnerung {number} von {most}: {heading}"),
    preheader: |what, who| format!("{what}. Globale Administration von {who}: Es dauert etwa zwei Minuten."),
    nobody_on_file: |names| {
        format!(
            "Für {} ist niemand aus der Microsoft-Administration hinterlegt, darum kommt diese Mail zu Ihnen. Bitte leiten Sie sie an eine globale Administratorin oder einen globalen Administrator von {} weiter.",
            names.org, names.tenant
        )
    },
    escalation: |names| {
        format!(
            "Sie erhalten das, weil noch niemand gehandelt hat. Sie müssen es nicht selbst tun: Bitte sorgen Sie dafür, dass es die globale Administration von {} tut.",
            names.tenant
        )
    },
    what_breaks: |names| {
        format!(
            "Okta legt die Microsoft-365-Konten von {} an, ändert und deaktiviert sie. Eingerichtet ist das noch mit einem gespeicherten Administratorkennwort. Microsoft verlangt von der Administration mehrstufige Anmeldung (MFA), die ein gespeichertes Kennwort nicht leisten kann: Sobald sie hier verlangt wird, bekommen neue Leute kein Konto, Änderungen kommen nicht an, und wer geht, behält seines. Mit Ihrer Zustimmung auf Microsoft Graph braucht Okta das Kennwort nicht mehr.",
            names.app
        )
    },
    what_breaks_urgent: |names, since| {
        format!(
            "Seit dem {since} kann Okta für {} in Microsoft 365 nicht mehr arbeiten. Neue Leute bekommen kein Konto, Änderungen kommen nicht an, und wer geht, behält seinen Zugang. Eine neue Zustimmung behebt das.",
            names.app
        )
    },
    what_breaks_renewal: |names| {
        format!(
            "Die Provisionierung von {} läuft heute. Wenn Okta sich das nächste Mal bei Microsoft erneut anmelden muss, schlägt das fehl, und von da an bekommen neue Leute kein Konto, Änderungen kommen nicht an, und wer geht, behält seines. Eine neue Zustimmung beugt dem vor.",
            names.app
        )
    },
    since: |since| format!("So steht es seit dem {since}."),
    reach: |reach| format!("Es betrifft {reach}."),
    reach_unknown: "Es betrifft alle Konten und Gruppen, die der App in Okta zugewiesen sind.",
    failed_so_far: |count| {
        format!(
            "{} von Okta schlugen seither fehl. Die Mail, die Ihnen sagt, dass es erledigt ist, führt sie auf.",
            number(count, "Auftrag", "Aufträge")
        )
    },
    who: "Wer das tun muss",
    who_must: |names| {
        format!(
            "Eine Person, die globaler Administrator (Microsoft Global Administrator) von {} ist, mit mehrstufiger Anmeldung. Es dauert etwa zwei Minuten.",
            names.tenant
        )
    },
    forward: |names| {
        format!(
            "Wenn Sie das nicht sind, dürfen Sie diese Mail im Unternehmen an jemanden weiterleiten, der es ist. Anderen nützt sie nichts, denn Microsoft verlangt eine Anmeldung als Administrator von {}.",
            names.tenant
        )
    },
    open: "Seite dieser Anfrage öffnen",
    leads_to: |place| {
        format!("Der ActionLink führt zu {place} und nirgendwo sonst hin. Das Öffnen der Seite ändert nichts.")
    },
    link_ends: |end, names| {
        format!(
            "Der ActionLink gilt bis zum {end}. Danach sagt die Seite, dass er abgelaufen ist, und sonst geschieht nichts. Einen neuen bringt die nächste Mail dazu, oder Sie erhalten ihn hier: {}.",
            names.contact
        )
    },
    no_link: |names| {
        format!(
            "Diese Mail hat keinen ActionLink, weil hier keine Seite betrieben wird. Mit `regrant invite` kann einer erstellt werden ({}), oder Sie tun es wie unten beschrieben in der Konsole.",
            names.contact
        )
    },
    what_happens: "Was geschieht",
    step_compare: |names| {
        format!(
            "Sie öffnen die Seite und vergleichen: Org {}, App {}, Mandant {}, Anfrage {}.",
            names.org, names.app, names.tenant, names.request
        )
    },
    step_sign_in: |host| {
        format!(
            "Sie melden sich bei Microsoft an (`{host}`), damit feststeht, dass Sie das entscheiden dürfen. Dabei wird das Verzeichnis gelesen; geändert ist noch nichts."
        )
    },
    step_consent: |names| {
        format!(
            "Microsoft zeigt Oktas eigene Anfrage. Sie heißt „Okta Microsoft Graph Client“ oder ähnlich und nennt ihren Herausgeber, der Okta sein muss. Vergleichen Sie den Mandanten ({}) und stimmen Sie dann zu.",
            names.tenant
        )
    },
    step_proof: "Die Verbindung wird in Okta gespeichert. Was Okta und Microsoft wirklich halten, wird zurückgelesen, und Sie sehen es auf der Seite.",
    permissions: "Was Okta dann darf",
    permissions_intro: "Die Seite von Microsoft führt diese Berechtigungen in eigenen Worten auf.",
    when: "Wann Sie es am besten tun",
    best_time: "Es kann sein, dass Nutzer sich neu anmelden müssen. Wo das stört, wählen Sie eine Stunde außerhalb der Arbeitszeit.",
    now: "jetzt, denn die Provisionierung schlägt fehl",
    best_time_urgent: "Jetzt, denn die Provisionierung schlägt fehl. Es kann sein, dass Nutzer sich neu anmelden müssen.",
    afterwards: "Was vorher fehlschlug, wiederholt Okta nicht. Die Mail, die Ihnen sagt, dass es erledigt ist, führt auf, was neu zu tun ist, in der Okta Admin Console unter Dashboard › Tasks.",
    console: "Lieber selbst in Okta?",
    console_steps: |names| {
        format!(
            "In der Okta Admin Console von {}: Applications › Applications › {} › Provisioning › Integration › Edit › Authenticate with Microsoft Office 365 (oder Re-authenticate). Als globaler Administrator zustimmen, dann Save: Ohne Save bleibt nichts erhalten. Es braucht eine Person, die in Okta App Administrator und bei {} globaler Administrator ist.",
            names.org, names.app, names.tenant
        )
    },
};

pub(super) const OPERATOR: Operator = Operator {
    heading_save: |names| format!("Für {} fehlt nur noch das Speichern in Okta", names.app),
    heading_by_hand: |names| format!("Für {} muss in der Okta-Konsole zugestimmt werden", names.app),
    what_save: |names| {
        format!(
            "Bei Microsoft wurde für {} zugestimmt, und die Verbindung in Okta ist aus. Bis sie gespeichert ist, bekommen neue Leute kein Konto in Microsoft 365, Änderungen kommen nicht an, und wer geht, behält seines.",
            names.app
        )
    },
    what_by_hand: |names| {
        format!(
            "Oktas Management API bedient {} nicht, also kann das niemand außer Ihnen tun: Nur die Admin Console kann es. Bis dahin bekommen neue Leute womöglich kein Konto in Microsoft 365, Änderungen kommen womöglich nicht an, und wer geht, behält womöglich seines.",
            names.app
        )
    },
    who_save: |names| {
        format!(
            "Jemand, der {} in {} verwalten darf: ein App Administrator in Okta. Ein globaler Administrator von {} (Microsoft Global Administrator) ist nicht mehr nötig. Es dauert etwa eine Minute.",
            names.app, names.org, names.tenant
        )
    },
    who_by_hand: |names| {
        format!(
            "Eine Person, die in {} App Administrator und bei {} globaler Administrator (Microsoft Global Administrator) ist, oder zwei an einem Bildschirm. Es dauert etwa fünf Minuten.",
            names.org, names.tenant
        )
    },
    forward: |names| {
        format!(
            "Sie dürfen diese Mail im Unternehmen weiterleiten. Wer die App in {} nicht verwalten darf, kann mit ihr nichts tun.",
            names.org
        )
    },
    how: "Wie es geht",
    how_save: "Mit Regrants Kommandozeile, die speichert und es nachweist:",
    or_console: "Oder selbst in der Okta Admin Console:",
    steps_save: [
        |names| {
            format!(
                "Öffnen Sie {}: Applications › Applications › {} › Provisioning › Integration › Edit.",
                names.org, names.app
            )
        },
        |_| "Der Knopf heißt „Re-authenticate with Microsoft Office 365“: Lassen Sie ihn.".to_owned(),
        |_| "Save. Der nächste Suchlauf sieht es, und eine Mail mit dem Nachweis folgt.".to_owned(),
    ],
    steps_by_hand: [
        |names| {
            format!(
                "Öffnen Sie die Admin Console von {}: Applications › Applications › {} › Provisioning › Integration › Edit.",
                names.org, names.app
            )
        },
        |names| {
            format!(
                "Drücken Sie „Authenticate with Microsoft Office 365“ (oder „Re-authenticate …“) und melden Sie sich bei Microsoft als globaler Administrator von {} an.",
                names.tenant
            )
        },
        |_| {
            "Microsoft zeigt Oktas eigene Anfrage, „Okta Microsoft Graph Client“ oder ähnlich genannt. Vergleichen Sie Mandant und Herausgeber und stimmen Sie dann zu.".to_owned()
        },
        |_| "Zurück in Okta drücken Sie Save: Ohne Save bleibt nichts erhalten.".to_owned(),
    ],
    page_save: "Microsoft zeigt diesmal keine Seite: Der Anfrage „Okta Microsoft Graph Client“ wurde schon zugestimmt.",
    permissions_given: "Was die Zustimmung für Okta umfasst",
    best_time: "Das Speichern unterbricht niemanden. Nach einer neuen Anmeldung bei Microsoft kann es sein, dass Nutzer sich neu anmelden müssen: Wo das stört, wählen Sie eine Stunde außerhalb der Arbeitszeit.",
    link_ends: |end| {
        format!(
            "Der ActionLink gilt bis zum {end}. Danach sagt die Seite, dass er abgelaufen ist, und sonst geschieht nichts. Einen neuen bringt die nächste Mail dazu, wenn eine folgt; `regrant status` zeigt dasselbe jederzeit."
        )
    },
};

pub(super) const WAIVED: Waived = Waived {
    heading: |names| format!("Die Zeit, in der {} in Ruhe gelassen wurde, ist um", names.app),
    preheader: |what, org| format!("{what} in {org}: erledigen lassen, oder bis zu einem anderen Tag in Ruhe lassen."),
    what: |names, end| {
        format!(
            "Sie ließen {} bis zum {end}, wie es war, und niemandem wurde dazu geschrieben. Der Tag ist gekommen, und es ist nicht erledigt. Von nun an gehen wieder Mails dazu hinaus.",
            names.app
        )
    },
    ended: "In Ruhe gelassen bis",
    given: "Entschieden am",
    reason: "Aus dem Grund",
    who: |names| {
        format!(
            "Sie, oder wer sich sonst um {} kümmert, entscheiden das. Es dauert etwa eine Minute. Sie dürfen diese Mail im Unternehmen weiterleiten.",
            names.org
        )
    },
    choices: "Was Sie tun können",
    choice_do: |standing, names| match standing {
        Standing::NeedsSave => format!(
            "Erledigen lassen: Ein App Administrator speichert mit `regrant save {} {}` oder in der Admin Console.",
            names.org, names.app_id
        ),
        Standing::ByHand => format!(
            "Erledigen lassen: Jemand meldet sich in der Admin Console als globaler Administrator (Microsoft Global Administrator) von {} an und speichert.",
            names.tenant
        ),
        _ => format!(
            "Erledigen lassen: Ein globaler Administrator (Microsoft Global Administrator) von {} erhält eine Mail wie diese mit einem ActionLink, oder sofort den, den `regrant invite {} {}` ausgibt.",
            names.tenant, names.org, names.app_id
        ),
    },
    choice_wait: |names| {
        format!(
            "Noch einmal in Ruhe lassen, bis zu einem anderen Tag und aus einem Grund. Das kann: {}.",
            names.contact
        )
    },
};
