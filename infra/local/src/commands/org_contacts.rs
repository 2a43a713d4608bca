//! `regrant org contacts`: who is written to about an org.

use regrant::domain::contact::{Contacts, MailAddress};
use regrant::domain::text::UntrustedText;
use regrant::usecases::notify::contacts::{contacts_of, set_contacts};

use crate::args::{Global, OrgContacts};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &OrgContacts, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let mut org = installation.org(&options.org).await?;
    let wanted = changed(&org.contacts, options);
    let changes = wanted != org.contacts;
    if changes && !options.dry_run {
        set_contacts(&installation.ports, &org.id, wanted.clone()).await?;
    }
    org.contacts = wanted;
    if options.json {
        terminal.line(&serde_json::to_string(&org.contacts).map_err(std::io::Error::other)?)?;
        return Ok(Outcome::Fine);
    }
    let head = match (changes, options.dry_run) {
        (true, true) => "Would be written to about",
        _ => "Written to about",
    };
    terminal.line(&format!("{head} {}:", UntrustedText::new(org.domain())))?;
    let shown =
        if org.contacts.is_empty() { contacts_of(&org, &installation.ports.settings) } else { org.contacts.clone() };
    for (side, people) in [
        ("Microsoft administrators", &shown.administrators),
        ("Okta operators", &shown.operators),
        ("when nobody acts", &shown.escalation),
    ] {
        terminal.line(&format!("  {side:<25} {}", names(people)))?;
    }
    let quiet = shown.quiet_hours.map_or_else(|| "none".to_owned(), |quiet| quiet.to_string());
    terminal.line(&format!("  {:<25} {}, quiet hours {quiet}", "time zone", String::from(shown.time_zone.clone())))?;
    if installation.ports.settings.mail.sender.is_none() {
        terminal.hint("No email is sent: REGRANT_MAIL_FROM names nobody to send it.");
    }
    Ok(Outcome::Fine)
}

fn changed(before: &Contacts, options: &OrgContacts) -> Contacts {
    if options.clear {
        return Contacts::default();
    }
    let either = |given: &[MailAddress], before: &[MailAddress]| {
        if given.is_empty() { before.to_vec() } else { given.to_vec() }
    };
    Contacts {
        administrators: either(&options.administrator, &before.administrators),
        operators: either(&options.operator, &before.operators),
        escalation: either(&options.escalation, &before.escalation),
        language: options.language.unwrap_or(before.language),
        time_zone: options.time_zone.clone().unwrap_or_else(|| before.time_zone.clone()),
        quiet_hours: options.quiet_hours.or(before.quiet_hours),
    }
}

fn names(people: &[MailAddress]) -> String {
    let names: Vec<&str> = people.iter().map(MailAddress::as_str).collect();
    if names.is_empty() { "nobody".to_owned() } else { UntrustedText::new(names.join(", ")).to_string() }
}
