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
    tag: "de",
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
    footer: "Regrant fragt nie nach Kennwörtern oder Codes. Kennwörter geben Sie nur auf Microsofts eigener Seite ein.",
    support: "Fragen?",
    technical_details: "Technische Details",
    error_prefix: "Fehler: ",
    in_new_tab: "öffnet einen neuen Tab",
    refreshes: |seconds| format!("Diese Seite aktualisiert sich automatisch alle {seconds} Sekunden."),
    does_not_refresh: "Diese Seite aktualisiert sich nicht automatisch, damit Ihr eingefügter Text erhalten bleibt.",
    refresh_now: "Jetzt aktualisieren",
    changes_nothing: "Das Öffnen dieser Seite ändert nichts.",
};

const FACTS: FactWords = FactWords {
    no_tenant: "in Okta nicht eingetragen",
    signed_in: "Angemeldet als",
    link_expires: "Dieser Link gilt bis",
    invitation: "Einladung",
    session: "Sitzung",
    error_code: "Code",
};

const STEPS: StepWords = StepWords {
    label: "Fortschritt",
    names: ["Anmelden", "Bei Microsoft zustimmen", "Oktas Text kopieren"],
    done: "erledigt",
    current: "jetzt",
    next: "danach",
    not_seen: "noch nicht zu sehen",
    checking: "wird geprüft",
    refused: "gestoppt",
    not_needed: "nicht nötig",
};

const INVITATION: InvitationWords = InvitationWords {
    heading: "Oktas Zugriff auf Microsoft 365 genehmigen",
    lead: |_| {
        "Okta legt Ihre Microsoft-365-Benutzer an und aktualisiert sie. Mit Ihrer Zustimmung geschieht das über Microsoft Graph, ohne gespeichertes Administratorkennwort.".to_owned()
    },
    who: |names| {
        format!(
            "Sie brauchen ein Konto mit der Rolle „Globaler Administrator“ in {}, mehrstufige Authentifizierung und etwa zwei Minuten.",
            names.tenant
        )
    },
    start: "Weiter zur Anmeldung bei Microsoft",
    start_without_sign_in: "Weiter",
    steps_heading: "So läuft es ab",
    step_sign_in: |host| {
        format!(
            "Sie melden sich bei Microsoft an (`{host}`), damit wir Ihre Rolle prüfen können. Microsoft fragt dabei auch nach einer reinen Leseberechtigung für Regrant, `Directory.Read.All`."
        )
    },
    step_accept: "In einem neuen Tab stimmen Sie Oktas eigener Anfrage zu. Sie heißt „Okta Microsoft Graph Client“ oder ähnlich.",
    step_copy: "Sie kopieren den Text, den Okta danach zeigt, in unsere Seite. Speichern und Prüfen übernehmen wir.",
    nothing_changes: "Das Öffnen dieser Seite ändert nichts. In Okta ändert sich nichts, bis Sie sich angemeldet haben und wir bestätigt haben, dass Sie Administrator dieses Mandanten sind.",
    nothing_changes_without_sign_in: "Das Öffnen dieser Seite ändert nichts. Ihr Okta-Team hat entschieden, für diese Org auf unsere Anmeldeprüfung zu verzichten.",
    permissions_heading: "Was Okta dann darf",
    genuine_heading: "So prüfen Sie, ob diese Seite echt ist",
    genuine_address: |url, is_https| {
        let secure = if is_https { ", und der Browser zeigt die Verbindung als sicher an" } else { "" };
        format!("Die Adresszeile zeigt `{url}`{secure}.")
    },
    genuine_request: |request| {
        format!(
            "Die E-Mail, die Sie hierher geführt hat, nennt dieselbe Anfrage, `{request}`. Ihr Okta-Team sieht sie mit `regrant status`."
        )
    },
    genuine_ask: |org| format!("Fragen Sie das Okta-Team von {org}. Es kann diese Einladung in Regrant nachsehen."),
    genuine_no_secret: "Wir fragen nie per E-Mail, Chat oder Telefon nach einem Kennwort oder Code.",
    console_heading: "Möchten Sie es lieber selbst in Okta erledigen?",
    console_steps: |names| {
        format!(
            "Öffnen Sie in der Okta Admin Console von {} Applications › Applications › {} › Provisioning › Integration › Edit und klicken Sie auf „Authenticate with Microsoft Office 365“ (oder „Re-authenticate“). Stimmen Sie als globaler Administrator zu und klicken Sie auf „Save“. Sie müssen App Administrator in Okta und globaler Administrator bei Microsoft sein.",
            names.org, names.app
        )
    },
};

const SESSION: SessionWords = SessionWords {
    sign_in_heading: "Bei Microsoft anmelden",
    sign_in_lead: "Wir warten auf Microsoft. Die Anmeldeseite ist in diesem Browser geöffnet. Wenn Sie sie geschlossen haben, öffnen Sie noch einmal den Link, den Sie erhalten haben.",
    approve_heading: "Als Nächstes: Oktas Zugriff genehmigen",
    approve_lead: |username| {
        format!("Sie sind als {username} angemeldet, und wir haben bestätigt, dass Sie zustimmen dürfen.")
    },
    approve_lead_without_sign_in: "Als Nächstes folgt Oktas eigene Anfrage bei Microsoft.",
    approve_button: "Weiter",
    save_heading: "Noch ein Schritt: die Verbindung speichern",
    save_lead: |names| {
        format!(
            "Bei der letzten Prüfung brauchte {} keine weitere Zustimmung. Okta muss nur noch die Verbindung speichern.",
            names.app
        )
    },
    save_button: "Verbindung speichern",
    mfa: |mfa| match mfa {
        Mfa::Verified => "mehrstufige Authentifizierung bestätigt",
        Mfa::NotVerified => "mehrstufige Authentifizierung nicht bestätigt",
        Mfa::Refuted => "ohne mehrstufige Authentifizierung",
    },
    mfa_not_verified: "„Nicht bestätigt“ heißt: Microsofts Antwort sagt nicht, ob Sie einen zweiten Faktor benutzt haben. Hier ist das nicht vorgeschrieben, Sie können fortfahren.",
    sends_password: |names| {
        format!(
            "Ihr Okta-Team hat festgelegt, dass Okta für {} auch Name und Kennwort eines gespeicherten Microsoft-Administrators erhält, weil die Org sie noch verlangt.",
            names.org
        )
    },
    accept_heading: "Bei Microsoft zustimmen, dann hierher zurück",
    accept_lead: "Zwei Dinge fehlen noch, und beide finden Sie auf dieser Seite: Microsofts Seite und den Text, den Okta danach zeigt.",
    accept_step: "Stimmen Sie Oktas Anfrage bei Microsoft zu",
    open_microsoft: "Microsofts Seite öffnen",
    open_again: "Neuen Link zu Microsofts Seite holen",
    check_page: |names| {
        format!(
            "Sie heißt „Okta Microsoft Graph Client“ oder ähnlich. Prüfen Sie, dass dort {} steht, und klicken Sie auf „Akzeptieren“.",
            names.tenant
        )
    },
    link_expired: "Der Link zu Microsofts Seite steht nicht mehr auf dieser Seite. Holen Sie einen neuen.",
    saving_heading: "Speichern und prüfen",
    saving_accepted: "Okta hat den Text seiner Seite angenommen. Wir speichern die Verbindung und prüfen, was Okta und Microsoft tatsächlich gespeichert haben.",
    saving_with_text: "Wir haben den Text von Oktas Seite. Wir speichern die Verbindung und prüfen, was Okta und Microsoft tatsächlich gespeichert haben.",
    saving_after_claim: "Sie haben uns gesagt, dass Sie zugestimmt haben. Wir prüfen, ob das bei Okta oder Microsoft zu sehen ist.",
    saving_only: "Wir speichern die Verbindung in Okta und prüfen, was Okta und Microsoft tatsächlich gespeichert haben.",
    saving_takes_long: "Es kann einige Minuten dauern, bis Microsoft neue Berechtigungen zeigt. Sie können diese Seite offen lassen oder schließen: Wir machen weiter, und Ihr Okta-Team sieht das Ergebnis.",
    finished_elsewhere_heading: "Sind Sie ohne einen Text fertig geworden?",
    finished_elsewhere: "Wenn Sie den Vorgang in der Okta Admin Console abgeschlossen haben oder Oktas Seite nach der Zustimmung keinen Text gezeigt hat, können wir prüfen, ob Okta oder Microsoft die Zustimmung zeigt.",
    finished_elsewhere_button: "Ich habe zugestimmt – jetzt prüfen",
    refused_heading: "Haben Sie abgelehnt, oder hat Microsoft abgelehnt?",
    refused: "Sagen Sie es uns, damit Ihr Okta-Team nicht raten muss. Sie können es hier trotzdem noch einmal versuchen.",
    refused_button: "Microsoft hat keine Zustimmung erteilt",
    pause_heading: "Die Provisionierung pausiert, bis Sie fertig sind",
    pause_lead: "Okta provisioniert diese App derzeit mit einem gespeicherten Administratorkennwort. Um die Zustimmung anzubieten, wechselt Okta zur neuen Verbindung, und die Provisionierung pausiert, bis Sie fertig sind. Das dauert meist zwei Minuten.",
    pause_unchanged: "Bisher hat sich nichts geändert. Wenn Sie jetzt beginnen und nicht fertig werden, wird Ihr Okta-Team alarmiert.",
    pause_button: "Provisionierung pausieren und weiter",
    pause_later: "Jetzt nicht",
    operator_heading: "Den letzten Schritt erledigt Ihr Okta-Team",
    operator_lead: "Für diese Org speichert Ihr Okta-Team die Verbindung selbst. Sie müssen nichts weiter tun und können diese Seite schließen.",
    not_done: |why| {
        let words = |heading, text| NotDoneWords { heading, text };
        match why {
            NotDone::NotSeenYet => words(
                "Ihre Zustimmung ist noch nirgends zu sehen",
                "Sie haben uns gesagt, dass Sie zugestimmt haben. Weder Okta noch Microsoft zeigt das bisher. Kopieren Sie unten den Text von Oktas Seite oder prüfen Sie in einigen Minuten noch einmal.",
            ),
            NotDone::RefusedAtMicrosoft => words(
                "Microsoft hat keine Zustimmung erteilt",
                "Jemand hat die Anfrage abgelehnt, oder Microsoft hat sie zurückgewiesen. Sie können Microsofts Seite noch einmal öffnen oder es vorerst dabei belassen.",
            ),
            NotDone::CodeRejected => words(
                "Okta hat den Text abgelehnt",
                "Der Code in Oktas Text war nicht mehr gültig, zum Beispiel weil er älter als zehn Minuten war. Öffnen Sie Microsofts Seite noch einmal und kopieren Sie den neuen Text.",
            ),
            NotDone::CodeUncertain => words(
                "Oktas Antwort ist unklar",
                "Wir haben den Text an Okta gesendet und wissen nicht, ob Okta ihn erhalten hat. Öffnen Sie Microsofts Seite noch einmal und kopieren Sie den neuen Text.",
            ),
            NotDone::SignInStillFails => words(
                "Okta kann sich noch nicht bei Microsoft anmelden",
                "Die Verbindung ist eingeschaltet, aber Oktas letzte bekannte Anmeldung bei Microsoft ist fehlgeschlagen, und danach gab es keine neue Zustimmung. Öffnen Sie Microsofts Seite, stimmen Sie zu und kopieren Sie den Text.",
            ),
            NotDone::AwaitsOperator => words(
                "Den letzten Schritt erledigt Ihr Okta-Team",
                "Für diese Org speichert Ihr Okta-Team die Verbindung selbst.",
            ),
            NotDone::Abandoned => words(
                "Seit dem Öffnen von Microsofts Seite ist nichts geschehen",
                "Wir haben weder eine Zustimmung noch einen Text gesehen. Sie können hier weitermachen.",
            ),
        }
    },
};

const PASTE: PasteWords = PasteWords {
    heading: "Kopieren Sie den Text, den Okta zeigt",
    lead: "Nach Ihrer Zustimmung zeigt der neue Tab eine Seite von Okta mit reinem Text. Kopieren Sie den ganzen Text und fügen Sie ihn hier ein.",
    picture: "Oktas Seite nach der Zustimmung: ein Browser-Tab mit reinem Text, der mit continue_oauth_flow_url beginnt.",
    picture_note: "alles markieren, dann kopieren",
    how: [
        "Klicken Sie im neuen Tab auf den Text.",
        "Drücken Sie Strg+A, dann Strg+C (am Mac ⌘A, dann ⌘C).",
        "Kommen Sie in diesen Tab zurück, klicken Sie in das Feld und drücken Sie Strg+V (⌘V).",
    ],
    browsers_heading: "Wohin Sie in Chrome, Edge, Firefox und Safari klicken",
    browsers: [
        (
            "Chrome, Edge",
            "Die Seite zeigt reinen Text. Ein Kästchen „Quelltextformatierung“ können Sie ignorieren. Rechtsklick, „Alles auswählen“, dann Rechtsklick, „Kopieren“.",
        ),
        (
            "Firefox",
            "Firefox zeigt eine Tabelle. Klicken Sie darüber auf „Rohdaten“, dann auf „Kopieren“. Zeilen aus der Tabelle sind auch in Ordnung.",
        ),
        ("Safari", "Wählen Sie „Bearbeiten“ › „Alles auswählen“, dann „Bearbeiten“ › „Kopieren“."),
    ],
    different_heading: "Sieht die Seite anders aus?",
    different: [
        "Eine Okta-Seite verlangt eine Anmeldung oder zeigt keinen Text: Kopieren Sie die Adresse aus der Adresszeile und fügen Sie diese ein.",
        "Microsoft verlangt die Genehmigung eines Administrators: Das Konto ist kein globaler Administrator. Wechseln Sie dort das Konto oder leiten Sie dies an einen weiter.",
        "Microsoft oder Okta zeigt einen Fehler: Schließen Sie den Tab und holen Sie oben einen neuen Link.",
        "Sie haben versehentlich auf „Abbrechen“ geklickt: Öffnen Sie Microsofts Seite noch einmal.",
    ],
    label: "Text von Oktas Seite",
    button: "Speichern und prüfen",
    keep_private: "Kopieren Sie den Text nur aus dem Tab, den diese Seite geöffnet hat, nie aus einer E-Mail oder einem Chat. Wer den Text hat, könnte die Zustimmung an Ihrer Stelle abschließen.",
    error_heading: "Das ist nicht der Text von Oktas Seite für diese App",
    error: |error, names| {
        match error {
        NotAHandOver::Empty => "Das Feld ist leer. Fügen Sie den Text von Oktas Seite ein.".to_owned(),
        NotAHandOver::TooLong => "Der Text ist länger als Oktas Seite. Kopieren Sie nur den Text dieser Seite.".to_owned(),
        NotAHandOver::Shape => {
            "Der Text enthält Oktas Adresse nicht. Er sollte mit {\"continue_oauth_flow_url\" beginnen. Markieren Sie die ganze Seite, bevor Sie kopieren.".to_owned()
        }
        NotAHandOver::AnotherHost { host } => {
            format!("Der Text enthält eine Adresse bei {host}, sie muss aber bei {} liegen. Wenn Sie den Text per E-Mail oder Chat bekommen haben, verwenden Sie ihn nicht, und sagen Sie es Ihrem Okta-Team.", names.org)
        }
        NotAHandOver::AnotherApp => {
            format!("Der Text gehört zu einer anderen App oder Seite von {}. Kopieren Sie ihn aus dem Tab, den diese Seite geöffnet hat.", names.org)
        }
        NotAHandOver::Several => "Der Text enthält zwei verschiedene Adressen von Okta. Leeren Sie das Feld und kopieren Sie nur eine Seite.".to_owned(),
        NotAHandOver::Declined => {
            "Der Text sagt, dass Microsoft keine Zustimmung erteilt hat: Jemand hat auf „Abbrechen“ geklickt, oder Microsoft hat abgelehnt. Öffnen Sie Microsofts Seite noch einmal und klicken Sie auf „Akzeptieren“.".to_owned()
        }
        NotAHandOver::Damaged => "Ein Teil des Textes fehlt oder ist beschädigt. Markieren Sie Oktas ganze Seite und kopieren Sie sie noch einmal.".to_owned(),
        NotAHandOver::AnotherAttempt => {
            "Der Text stammt aus einem früheren Versuch oder von jemand anderem. Öffnen Sie Microsofts Seite von hier aus noch einmal und kopieren Sie den neuen Text.".to_owned()
        }
    }
    },
};

const DONE: DoneWords = DoneWords {
    heading_verified: "Erledigt und auf beiden Seiten geprüft",
    heading_okta_only: "In Okta erledigt",
    lead: |names| {
        format!("Die Provisionierung von {} läuft jetzt mit Zustimmung. Sie können diese Seite schließen.", names.app)
    },
    lead_okta_only: |names| {
        format!(
            "Okta zeigt die Verbindung von {} als eingeschaltet. Die Berechtigungen bei Microsoft konnten wir nicht bestätigen.",
            names.app
        )
    },
    in_okta: "In Okta",
    connection_on: "Verbindung eingeschaltet, mit OAuth",
    at_microsoft: "Bei Microsoft",
    all_granted: "Alle erforderlichen Berechtigungen sind erteilt",
    not_verified: "Nicht bestätigt",
    not_checked: |reason| {
        format!("Microsoft konnten wir nicht prüfen: {reason}. Ihr Okta-Team sieht die Verbindung als nicht bestätigt.")
    },
    unknown_reason: "der Grund ist nicht bekannt",
    checked: "Geprüft",
    signed_in_by: "Administrator",
    next_heading: "So geht es weiter",
    old_account_heading: "Das alte Administratorkonto",
    old_account: [
        "Wenn Okta sich bisher mit einem gespeicherten Administratorkonto bei Microsoft angemeldet hat, braucht es dieses Konto für diese App nicht mehr. Fragen Sie Ihr Okta-Team, ob eine andere App es noch benutzt.",
        "Wenn nicht, ändern Sie das Kennwort und sperren Sie dann die Anmeldung in Microsoft Entra oder entziehen Sie die Administratorrolle. Behalten Sie Ihre Notfallkonten.",
    ],
    tasks_heading: "Aufgaben, die zu wiederholen sind",
    tasks: |count| {
        let tasks = if count == 1 {
            "1 Aufgabe ist fehlgeschlagen".to_owned()
        } else {
            format!("{count} Aufgaben sind fehlgeschlagen")
        };
        format!("{tasks}, bevor die Verbindung gespeichert wurde. Okta wiederholt sie nicht automatisch.")
    },
    tasks_more: |count| format!("und {count} weitere; Ihr Okta-Team sieht alle mit `regrant failed`."),
    no_tasks: "Uns ist keine fehlgeschlagene Aufgabe bekannt. Oktas eigene Liste steht in der Okta Admin Console unter Dashboard › Tasks.",
    how_to_retry: "Ihr Okta-Team kann sie in der Okta Admin Console unter Dashboard › Tasks wiederholen.",
    revoke: "Sie können die Zustimmung jederzeit im Microsoft Entra Admin Center unter „Unternehmensanwendungen“ ansehen und widerrufen.",
    time: "Zeit",
    target: "Benutzer oder Gruppe",
    event: "Ereignis",
    permissions_heading: "Was erteilt wurde",
    application: "Oktas Anwendung",
    client_id: "Client-ID",
    publisher: "Herausgeber",
    publisher_verified: |name| format!("{name}, von Microsoft bestätigt"),
    publisher_not_verified: "nicht von Microsoft bestätigt",
    sign_in_enabled: "Anmeldung aktiviert",
    yes: "ja",
    no_disabled: "nein: in Entra deaktiviert",
    no_application: "Oktas Anwendung ist in diesem Mandanten noch nicht vorhanden.",
    missing: |names| format!("Es fehlen: {names}."),
    missing_optional: |names| format!("Nicht erteilt und nur für einzelne Funktionen nötig: {names}."),
    unexpected: |names| format!("Erteilt, aber für die Provisionierung nicht nötig: {names}."),
    granted: "Erteilt",
};

const RECOVERY: RecoveryWords = RecoveryWords {
    heading: "Was Sie tun können",
    who: |class| match class {
        FailureClass::Person => None,
        FailureClass::Operator => {
            Some("Wenden Sie sich dafür an die Administratoren von Okta oder Microsoft Entra in Ihrem Unternehmen.")
        }
        FailureClass::Wait => Some("Sie müssen nichts tun. Meist behebt sich das von selbst."),
        FailureClass::Bug => {
            Some("Wenden Sie sich dafür an den Betreiber dieses Dienstes, und melden Sie es ihm bitte.")
        }
    },
    start_again: "Neu beginnen",
    switch_account: "Anderes Konto verwenden",
    back_to_steps: "Zurück zu den Schritten",
    forward: "An einen Administrator weiterleiten",
    forward_heading: "An einen globalen Administrator weiterleiten",
    forward_help: "Senden Sie diesen Text an einen globalen Administrator des Mandanten. Der Link funktioniert für jeden von ihnen und verlangt die eigene Anmeldung.",
    forward_subject: |names| format!("Bitte Oktas Zugriff für {} genehmigen", names.app),
    forward_text: |names, link, request| {
        let request = request.map(|request| format!(" (Anfrage {request})")).unwrap_or_default();
        format!(
            "Guten Tag,\n\nOkta ({}) braucht für die App {}{request} die Zustimmung eines globalen Administrators von {}. Es dauert etwa zwei Minuten. Die Seite erklärt jeden Schritt, und Sie melden sich nur bei Microsoft an:\n\n{link}\n\nVielen Dank",
            names.org, names.app, names.tenant
        )
    },
    contact_support: "Support kontaktieren",
    okta_unchanged: "In Okta wurde nichts geändert.",
    operators_notified: "Ihr Okta-Team wurde benachrichtigt.",
    okta_changed: "Die Verbindung in Okta kann sich geändert haben. Ihr Okta-Team sieht den vorherigen Zustand.",
    code: |cause, next| format!("{cause} {next}"),
};

const HOME: HomeWords = HomeWords {
    heading: "Zustimmung für Oktas Microsoft-365-Apps",
    lead: "Dieser Dienst stellt die Provisionierung von Oktas Microsoft-365-Apps von gespeicherten Administratorkennwörtern auf Zustimmung um und benachrichtigt die Zuständigen, wenn eine Zustimmung nicht mehr gilt.",
    administrators_heading: "Haben Sie einen Link erhalten?",
    administrators: "Öffnen Sie ihn noch einmal aus der E-Mail oder Nachricht, die Sie erhalten haben. Diese Seite weiß nicht, für welche App er war.",
    operators_heading: "Betreiben Sie diesen Dienst?",
    operators: "Verwenden Sie die Befehlszeile: `regrant status` listet jede App auf, und `regrant invite ORG APP` erstellt einen Link.",
    no_secret: "Auf dieser Seite gibt es keine Anmeldung. Wir fragen nie per E-Mail, Chat oder Telefon nach einem Kennwort oder Code.",
};

const NOT_FOUND: NotFoundWords = NotFoundWords {
    heading: "Diese Seite gibt es nicht",
    lead: "Die Adresse gehört nicht zu uns, oder ein Teil davon fehlt.",
    next_step: "Wenn Sie einem Link aus einer E-Mail gefolgt sind, öffnen Sie ihn noch einmal direkt dort: Mailprogramme schneiden lange Links manchmal ab.",
    home: "Über diesen Dienst",
};

const MUTE: MuteWords = MuteWords {
    confirm_heading: "Diese Erinnerungen stummschalten?",
    confirm: |request, address| {
        format!("Wir senden Erinnerungen zur Anfrage `{request}` an {address}. Hier können Sie sie stummschalten.")
    },
    confirm_stays_open: "Die Anfrage bleibt offen. Andere Empfänger erhalten weiterhin Erinnerungen, und wir schreiben Ihnen, wenn sie erledigt ist.",
    confirm_button: "Erinnerungen stummschalten",
    muted_heading: "Die Erinnerungen sind stummgeschaltet",
    muted: |request, address| format!("Wir senden zur Anfrage `{request}` keine Erinnerungen mehr an {address}."),
    muted_next: "Wir schreiben Ihnen weiterhin, wenn sie erledigt ist, und zu neuen Anfragen. Das Okta-Team Ihres Unternehmens kann sich wieder bei Ihnen melden.",
};

const OUTBOX: OutboxWords = OutboxWords {
    heading: "Postausgang",
    lead: "In dieser Demo zeigt Regrant seine E-Mails hier, statt sie zu senden.",
    empty: "Noch keine E-Mails. Ein Prüflauf erzeugt welche.",
    to: "An",
    subject: "Betreff",
    as_text: "Als Text",
    text: "Text",
};
