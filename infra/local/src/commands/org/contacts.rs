//! `regrant org contacts`: who receives emails about an org.

use clap::Args;
use regrant::domain::contact::{Contacts, Language, MailAddress, QuietHours, TimeZoneName};
use regrant::usecases::notify::contacts::{contacts_of, set_contacts};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant org contacts`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without options, this shows the contacts. Each option replaces its own setting:
  regrant org contacts acme.okta.com --administrator ada@contoso.example \\
      --operator okta@contoso.example --time-zone Europe/Vienna \\
      --quiet-hours 18:00-08:00
An org without operators or escalation contacts uses REGRANT_MAIL_OPERATORS and
REGRANT_MAIL_ESCALATION of the installation.")]
pub struct OrgContacts {
    /// The org, by id or host.
    pub org: String,
    /// A Microsoft Global Administrator of the org's tenants; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub administrator: Vec<MailAddress>,
    /// A person who operates the Okta org; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub operator: Vec<MailAddress>,
    /// A person to email if no one acts; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub escalation: Vec<MailAddress>,
    /// The language of their emails: en or de.
    #[arg(long, value_name = "LANGUAGE")]
    pub language: Option<Language>,
    /// Their time zone, such as Europe/Vienna.
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<TimeZoneName>,
    /// Hours without emails, such as 18:00-08:00.
    #[arg(long, value_name = "HOURS")]
    pub quiet_hours: Option<QuietHours>,
    /// Use the installation's own contacts again.
    #[arg(long, conflicts_with_all = ["administrator", "operator", "escalation", "language", "time_zone", "quiet_hours"])]
    pub clear: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show what would change and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &OrgContacts, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let mut org = installation.org(&options.org).await?;
    let wanted = changed(&org.contacts, options);
    let changes = wanted != org.contacts;
    if changes && !options.dry_run {
        set_contacts(&installation.ports, &org.id, wanted.clone()).await?;
    }
    org.contacts = wanted;
    if options.json {
        terminal.line(&serde_json::to_string(&org.contacts)?)?;
        return Ok(Outcome::Fine);
    }
    let verb = if changes && options.dry_run { "would go" } else { "go" };
    terminal.line(&format!("Emails about {} {verb} to:", escaped(org.domain())))?;
    let shown =
        if org.contacts.is_empty() { contacts_of(&org, &installation.ports.settings) } else { org.contacts.clone() };
    for (side, people) in [
        ("Microsoft administrators", &shown.administrators),
        ("Okta operators", &shown.operators),
        ("if no one acts", &shown.escalation),
    ] {
        terminal.line(&format!("  {side:<25} {}", names(people)))?;
    }
    let quiet = shown.quiet_hours.map_or_else(|| "none".to_owned(), |quiet| quiet.to_string());
    terminal.line(&format!("  {:<25} {}, quiet hours {quiet}", "time zone", String::from(shown.time_zone.clone())))?;
    if installation.ports.settings.mail.sender.is_none() {
        terminal.hint("No email is sent: REGRANT_MAIL_FROM is not set.");
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
    if names.is_empty() { "no one".to_owned() } else { escaped(names.join(", ")) }
}
