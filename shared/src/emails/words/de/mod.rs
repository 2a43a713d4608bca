//! German.

mod asks;
mod tells;

use jiff::civil::Date;

use super::{Follow, General, Labels, Subjects, Trial, Words};
use crate::domain::access_problem::AccessProblemKind;
use crate::domain::assignment_counts::Count;
use crate::domain::standing::Standing;

pub(super) const WORDS: Words = Words {
    general: GENERAL,
    subjects: SUBJECTS,
    labels: LABELS,
    ask: asks::ASK,
    operator: asks::OPERATOR,
    follow: FOLLOW,
    done: tells::DONE,
    digest: tells::DIGEST,
    access: tells::ACCESS,
    waived: asks::WAIVED,
    trial: TRIAL,
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

fn day(date: Date) -> String {
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{}. {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
}

fn number(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", crate::emails::words::number::grouped(count, '.'), if count == 1 { one } else { many })
}

fn counted(count: Count, one: &str, many: &str) -> String {
    if count.or_more {
        // The page of a list was full, so it is never one.
        format!("{} oder mehr {many}", crate::emails::words::number::grouped(count.number, '.'))
    } else {
        number(count.number, one, many)
    }
}

const GENERAL: General = General {
    day,
    moment: |day, time| format!("{day}, {time}"),
    a_tenant: "dem Microsoft-Mandanten dieser App",
    somebody: "wer sich in Ihrem Unternehmen um Okta kümmert",
    standing: |standing| match standing {
        Standing::Broken => "die Provisionierung schlägt fehl",
        Standing::NeedsConsent => "noch hat niemand zugestimmt",
        Standing::NeedsSave => "zugestimmt, die Verbindung ist aus",
        Standing::Degraded => "läuft, die nächste erneute Anmeldung wird fehlschlagen",
        Standing::ByHand => "nur die Admin Console bedient sie",
        Standing::Unknown => "war nicht einzusehen",
        Standing::Consented => "läuft mit Zustimmung",
        Standing::NotApplicable => "die Provisionierung ist aus",
    },
    permission: |name| {
        Some(match name {
            "User.ReadWrite.All" => "Legt die Konten an, die Okta zuweist, ändert und deaktiviert sie.",
            "Group.ReadWrite.All" => "Legt die Gruppen an, die Okta überträgt, und ändert sie.",
            "GroupMember.ReadWrite.All" => "Hält die Mitglieder dieser Gruppen so, wie sie in Okta sind.",
            "Organization.Read.All" => "Liest die Lizenzen des Mandanten, damit Okta sie zuweisen kann.",
            "Directory.Read.All" => "Liest Konten, Gruppen und Domänen für den Import.",
            "Application.Read.All" => "Liest Oktas eigenen Dienstprinzipal, um dessen Einrichtung zu prüfen.",
            "RoleManagement.ReadWrite.Directory" => {
                "Weist Konten Entra-Rollen zu, wo Okta das aufgetragen ist. Sie ist mächtig: Ohne Rollen, die aus Okta kommen, bleibt sie ungenutzt."
            }
            _ => return None,
        })
    },
    users: |count| counted(count, "Konto", "Konten"),
    groups: |count| counted(count, "Gruppe", "Gruppen"),
    and: |one, other| format!("{one} und {other}"),
    deadline: |deadline, day| {
        let left = number(deadline.days_left.unsigned_abs(), "Tag", "Tage");
        match (deadline.is_past(), deadline.is_oktas) {
            (true, true) => format!("{day}, der Termin, den Okta gesetzt hat. Er ist vorbei."),
            (true, false) => format!("{day}, der hier gesetzte Termin. Er ist vorbei."),
            (false, _) if deadline.days_left == 0 => format!("{day}. Das ist heute."),
            (false, true) => format!("{day}, der Termin, den Okta gesetzt hat: noch {left}."),
            (false, false) => format!("{day}, der hier gesetzte Termin: noch {left}."),
        }
    },
    footer: |org, place| {
        let from = place.map(|place| format!(" ({place})")).unwrap_or_default();
        format!(
            "Von Regrant{from} zur Okta-Org {org}. Regrant fragt nie nach einem Kennwort oder Code, und keine seiner Mails bittet Sie, etwas irgendwo einzufügen."
        )
    },
};

const SUBJECTS: Subjects = Subjects {
    invitation: |app| format!("{app} braucht eine Zustimmung bei Microsoft"),
    renewal: |app| format!("{app} braucht eine neue Zustimmung bei Microsoft"),
    urgent: |app, since| {
        format!("{app} provisioniert seit dem {since} nicht mehr, Zustimmung bei Microsoft sofort nötig")
    },
    save: |app| format!("{app} muss in Okta gespeichert werden"),
    by_hand: |app| format!("{app} braucht eine Zustimmung in der Okta-Konsole"),
    reminder: |number, most, subject| format!("Erinnerung {number} von {most}: {subject}"),
    done: |app, day| format!("{app} ist erledigt, Provisionierung mit Zustimmung seit dem {day}"),
    digest: |waiting, all, day| {
        format!("{waiting} von {} am {day} noch offen", number(all, "Office-365-App", "Office-365-Apps"))
    },
    access: |problem, when| match problem {
        AccessProblemKind::OktaCredentialRefused => {
            format!("Regrant sieht nichts, Okta lehnt seit dem {when} die Anmeldung ab")
        }
        AccessProblemKind::OktaRoleLost => format!("Regrant sieht nichts, seit dem {when} fehlt eine Rolle in Okta"),
        AccessProblemKind::OktaCredentialIdle => {
            format!("Regrants API-Token in Okta ist ungenutzt, handeln bis zum {when}")
        }
        AccessProblemKind::GraphTokensEnded { .. } => {
            format!("Regrant sieht seit dem {when} die Seite von Microsoft nicht")
        }
        AccessProblemKind::GraphTokensEnding { .. } => {
            format!("Regrant wird die Seite von Microsoft nicht mehr sehen, handeln bis zum {when}")
        }
        AccessProblemKind::EntraCredentialRefused { .. } => {
            format!("Microsoft lehnt seit dem {when} Regrants Registrierung ab")
        }
        AccessProblemKind::EntraCredentialEnding { .. } => {
            format!("Regrants Registrierung bei Microsoft läuft ab, handeln bis zum {when}")
        }
    },
    waived: |app, day| format!("{app} wurde bis zum {day} in Ruhe gelassen, jetzt neu entscheiden"),
    by: |day| format!("bis zum {day}"),
    overdue: |day| format!("überfällig seit dem {day}"),
    in_time: "vor der nächsten erneuten Anmeldung",
};

const LABELS: Labels = Labels {
    org: "Okta-Org",
    app: "App in Okta",
    tenant: "Microsoft-Mandant",
    cloud: "Microsoft-Cloud",
    standing: "Stand",
    since: "Seit",
    seen: "Gesehen (englisch)",
    by_when: "Bis wann",
    request: "Anfrage",
    permission: "Berechtigung",
    why: "Wozu",
    needed: "Nötig",
    always: "immer",
    for_some: "für einzelne Funktionen",
    when: "Wann",
    whose: "Wessen",
    what: "Was",
    reason: "Grund",
    more: |count| format!("und {} mehr; `regrant status` zeigt alles", number(count, "Eintrag", "Einträge")),
};

const FOLLOW: Follow = Follow {
    real: "Woran Sie erkennen, dass diese Mail echt ist",
    real_request: |request, has_page| {
        let page = if has_page { ", und auch die Seite nennt sie" } else { "" };
        format!(
            "Sie gehört zur Anfrage {request}. Dieselbe zeigt `regrant status` allen, die sich in Ihrem Unternehmen um Okta kümmern{page}."
        )
    },
    real_address: |place| format!("Die Adresse der Seite beginnt mit {place}, und das Schloss ist geschlossen."),
    real_no_page: "Sie enthält keinen ActionLink. Jeder Schritt beginnt in einer Konsole, die Sie selbst öffnen.",
    real_no_secret: "Sie fragt nach keinem Kennwort und keinem Code, und nichts ist irgendwo einzufügen. Kennwörter werden nur bei Microsoft und bei Okta eingegeben.",
    real_ask: |somebody| {
        format!(
            "Im Zweifel fragen Sie nach, unter einer Nummer oder Adresse, die Sie schon vor dieser Mail kannten: {somebody}."
        )
    },
    next: "Was auf diese Mail folgt",
    reminders: |most, next| {
        format!("Bis es erledigt ist, folgen höchstens {most} Erinnerungen. Die nächste kommt am {next}.")
    },
    reminders_last: |most| {
        format!(
            "Bis es erledigt ist, folgen höchstens {most} Erinnerungen. Eine weitere ist nicht geplant: Von nun an nennt es nur noch der Überblick an die Okta-Verantwortlichen."
        )
    },
    reminders_none: "Keine Erinnerung folgt. Der Überblick an die Okta-Verantwortlichen nennt es, bis es erledigt ist.",
    stops: "Sie enden sofort, wenn es erledigt ist, und Sie erhalten eine Mail mit dem Nachweis.",
    also_told: |others| format!("Dasselbe erfahren {others}."),
    only_you: "Niemand sonst hat diese Mail erhalten.",
    administrators: |count| {
        number(count, "weitere Person der Microsoft-Administration", "weitere Personen der Microsoft-Administration")
    },
    operators: |count| number(count, "weitere Person, die Okta betreut", "weitere Personen, die Okta betreuen"),
    escalation: |count| {
        number(
            count,
            "weitere Person, die darauf achtet, dass jemand handelt",
            "weitere Personen, die darauf achten, dass jemand handelt",
        )
    },
    contact: |contact| format!("Ihre Fragen beantwortet: {contact}."),
    snooze: |contact| {
        format!(
            "Wenn es warten muss, lässt sich die App aus einem Grund, der aufbewahrt wird, bis zu einem Tag in Ruhe lassen. Das kann: {contact}."
        )
    },
    mute: "Sie können stumm schalten, was zu dieser Anfrage wiederkommt. Sie bleibt offen, und andere erfahren weiter davon.",
    mute_link: "Erinnerungen stumm schalten",
};

const TRIAL: Trial = Trial {
    subject: "Ein Versuch: Regrant kann Ihnen schreiben",
    heading: "Dieser Brief ist angekommen",
    what: "Wer sich in Ihrem Unternehmen um Regrant kümmert, hat ihn mit `regrant mail test` geschickt, um zu sehen, ob Briefe Sie erreichen.",
    nothing_to_do: "Es ist nichts zu tun und nichts zu öffnen.",
    pages: "Links in anderen Briefen beginnen mit",
    footer: "Briefe, die um etwas bitten, nennen eine Okta-Org, eine App und eine Anfrage. Dieser betrifft keine.",
};
