//! Why a consent failed, and what the person can do.

use super::super::pages::FailureWords;
use crate::domain::failure::consent::ConsentFailure;

#[expect(clippy::too_many_lines, reason = "one table, one entry per failure")]
pub(super) fn failure(failure: ConsentFailure) -> FailureWords {
    let words = |heading, what_happened, next_step| FailureWords { heading, what_happened, next_step };
    match failure {
        ConsentFailure::Declined => words(
            "Die Zustimmung wurde abgelehnt",
            "Microsoft hat uns gemeldet, dass die Anfrage abgebrochen oder abgelehnt wurde.",
            "Wenn Sie versehentlich auf „Abbrechen“ geklickt haben, beginnen Sie neu und klicken Sie auf „Akzeptieren“. Wenn Sie unsicher sind, fragen Sie zuerst Ihr Okta-Team. Durch Warten geht nichts verloren.",
        ),
        ConsentFailure::WrongAccount => words(
            "Dieses Konto gehört nicht zum Mandanten",
            "Microsoft kennt das Konto in diesem Mandanten nicht.",
            "Verwenden Sie ein Administratorkonto des unten genannten Mandanten. Gastkonten und Konten eines Dienstleisters funktionieren hier nicht.",
        ),
        ConsentFailure::WrongTenant => words(
            "Dieses Konto gehört zu einem anderen Mandanten",
            "Sie haben sich bei einem anderen Microsoft-Mandanten angemeldet als dem, der in Okta für die App eingetragen ist.",
            "Verwenden Sie ein Administratorkonto des unten genannten Mandanten. Wenn dieser Mandant falsch ist, muss Ihr Okta-Team ihn in den Einstellungen der App berichtigen.",
        ),
        ConsentFailure::NotAdministrator => words(
            "Dieses Konto ist gerade kein globaler Administrator",
            "Okta braucht die Zustimmung eines globalen Administrators dieses Mandanten. Das verwendete Konto hat diese Rolle hier im Moment nicht.",
            "Wenn Sie die Rolle in Privileged Identity Management aktivieren können, aktivieren Sie sie und beginnen Sie neu. Sonst leiten Sie dies an einen globalen Administrator weiter oder verwenden Sie ein anderes Konto. Der delegierte Zugriff eines Dienstleisters (GDAP) reicht nicht aus.",
        ),
        ConsentFailure::MfaMissing => words(
            "Mehrstufige Authentifizierung ist erforderlich",
            "Wir konnten nicht bestätigen, dass Sie sich mit mehrstufiger Authentifizierung angemeldet haben.",
            "Wenn das Konto keinen zweiten Faktor hat, registrieren Sie einen bei Microsoft. Beginnen Sie dann neu und bestätigen Sie die Anmeldung damit.",
        ),
        ConsentFailure::BlockedByConditionalAccess => words(
            "Die Zugriffsrichtlinie Ihres Unternehmens hat die Anmeldung blockiert",
            "Der bedingte Zugriff in Microsoft Entra hat die Anmeldung blockiert, zum Beispiel wegen des Geräts, des Standorts oder des Risikos.",
            "Verwenden Sie ein Gerät und ein Netz, die Ihre Richtlinie erlaubt, und beginnen Sie neu, oder geben Sie den Code aus den technischen Details an die Verantwortlichen für den bedingten Zugriff weiter.",
        ),
        ConsentFailure::LinkExpired => words(
            "Dieser Link ist abgelaufen",
            "Einladungen gelten nur eine begrenzte Zeit, und diese ist abgelaufen.",
            "Bitten Sie Ihr Okta-Team um einen neuen Link.",
        ),
        ConsentFailure::LinkRevoked => words(
            "Dieser Link gilt nicht mehr",
            "Eine neuere Einladung hat diesen Link ersetzt, oder Ihr Okta-Team hat ihn widerrufen.",
            "Sehen Sie nach, ob Sie eine neuere E-Mail zu derselben App haben, oder fragen Sie Ihr Okta-Team.",
        ),
        ConsentFailure::LinkUsedUp => words(
            "Diese Zustimmung ist bereits abgeschlossen",
            "Diese Zustimmung wurde erteilt und gespeichert.",
            "Sie müssen nichts tun. Wenn die Provisionierung trotzdem fehlschlägt, bitten Sie Ihr Okta-Team um eine neue Einladung.",
        ),
        ConsentFailure::TooManyAttempts => words(
            "Dieser Link wurde zu oft benutzt",
            "Mit einem Link lässt sich nur eine begrenzte Zahl von Versuchen beginnen, und sie ist erreicht.",
            "Bitten Sie Ihr Okta-Team um einen neuen Link.",
        ),
        ConsentFailure::LinkForged => words(
            "Dieser Link funktioniert nicht",
            "Dieser Link stammt nicht von diesem Dienst, oder ein Teil davon fehlt.",
            "Öffnen Sie den Link noch einmal direkt dort, wo Sie ihn erhalten haben. Wenn das nicht hilft, bitten Sie Ihr Okta-Team um einen neuen Link und fragen Sie, ob die Nachricht echt ist.",
        ),
        ConsentFailure::SessionLost => words(
            "Dieser Versuch kann nicht fortgesetzt werden",
            "Die Anmeldung kam in einem anderen Browser zurück, kam zweimal zurück oder hat länger als zehn Minuten gedauert.",
            "Öffnen Sie den erhaltenen Link noch einmal und bleiben Sie in einem Browser. Erlauben Sie Cookies für diese Seite.",
        ),
        ConsentFailure::MicrosoftDown => words(
            "Microsoft antwortet nicht",
            "Microsofts Anmeldung oder Verzeichnisdienst antwortet im Moment nicht.",
            "Beginnen Sie in einigen Minuten neu. Ihr Link bleibt gültig.",
        ),
        ConsentFailure::RegistrationRefused => words(
            "Unsere Registrierung bei Microsoft ist falsch eingerichtet",
            "Microsoft hat die App-Registrierung dieses Dienstes abgelehnt, daher kann sich im Moment niemand anmelden.",
            "Sagen Sie es Ihrem Okta-Team; der Code in den technischen Details benennt das Problem. Ihr Link bleibt gültig.",
        ),
        ConsentFailure::SignInUnavailable => words(
            "Hier kann sich noch niemand anmelden",
            "Sie müssen sich zuerst bei Microsoft anmelden, und dieser Dienst hat dafür keine App-Registrierung.",
            "Sagen Sie es Ihrem Okta-Team. Ihr Link bleibt gültig.",
        ),
        ConsentFailure::Untrusted => words(
            "Wir konnten einer Antwort nicht vertrauen",
            "Eine Antwort von Microsoft oder ein Link von Okta hat unsere Sicherheitsprüfung nicht bestanden, daher haben wir angehalten.",
            "Beginnen Sie einmal neu. Wenn es noch einmal vorkommt, melden Sie es Ihrem Okta-Team, denn das sollte nicht vorkommen.",
        ),
        ConsentFailure::OktaDown => words(
            "Okta antwortet nicht",
            "Ihre Okta-Org antwortet im Moment nicht oder begrenzt Anfragen.",
            "Warten Sie einige Minuten und fahren Sie dann fort. Ihr Link bleibt gültig, und eine erteilte Zustimmung bleibt erhalten.",
        ),
        ConsentFailure::OktaRefused => words(
            "Okta hat unsere Anfrage abgelehnt",
            "Unser Zugriff auf Ihre Okta-Org reicht nicht aus oder ist beendet, oder der Code von Oktas Seite war nicht mehr gültig.",
            "Beginnen Sie neu. Wenn es noch einmal vorkommt, sagen Sie es Ihrem Okta-Team; die technischen Details benennen das Problem.",
        ),
        ConsentFailure::AlreadyDone => words(
            "Bereits abgeschlossen",
            "Ein anderer Administrator hat die Verbindung inzwischen abgeschlossen, hier oder in der Okta Admin Console.",
            "Sie müssen nichts tun.",
        ),
        ConsentFailure::WrongHandOver => words(
            "Das ist nicht der Text von Oktas Seite",
            "Das ist nicht der Text von Oktas Seite für diese App.",
            "Kopieren Sie den ganzen Text von Oktas Seite aus dem Tab, den Sie von hier aus geöffnet haben. Wenn Sie den Text per E-Mail oder Chat bekommen haben, verwenden Sie ihn nicht, und sagen Sie es Ihrem Okta-Team.",
        ),
        ConsentFailure::NotStored => words(
            "Wir konnten Ihren Fortschritt nicht speichern",
            "Unsere eigene Datenbank hat die Daten nicht angenommen, daher haben wir angehalten, bevor irgendetwas anderes geschah.",
            "Beginnen Sie in einigen Minuten neu. Wenn es noch einmal vorkommt, sagen Sie es Ihrem Okta-Team.",
        ),
        ConsentFailure::ByHand => words(
            "Verwenden Sie für diese App die Okta Admin Console",
            "Okta bietet für diese App keinen Link zur Zustimmung an, den wir benutzen könnten, ohne die Provisionierung auszuschalten.",
            "Öffnen Sie in der Okta Admin Console Applications › die App › Provisioning › Integration › Edit, klicken Sie auf „Re-authenticate with Microsoft Office 365“ und dann auf „Save“.",
        ),
    }
}
