//! `regrant mail hold` and `release`: keeps emails back until an operator has approved them.

use std::collections::BTreeMap;

use clap::Args;
use regrant::domain::mail_hold::MailHold;
use regrant::domain::notification::Recipient;
use regrant::embedded::worker::drain_notifications;
use regrant::usecases::notify::hold::{active_holds, hold};
use regrant::usecases::notify::release::{HeldOrg, held_emails, release};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, Workers};
use crate::output::{escaped, number, when};
use crate::terminal::Terminal;

/// `regrant mail hold`.
#[derive(Debug, Args)]
#[command(after_help = "\
While email is on hold, Regrant scans and calls hooks as usual but emails no
one. To import orgs, look at what would be sent, and then send it:
  regrant mail hold
  regrant scan
  regrant mail hold --status
  regrant mail release")]
pub struct Hold {
    /// The org, by id or host. Default: the whole installation.
    pub org: Option<String>,
    /// Show what is on hold and what would be sent without it. Changes nothing.
    #[arg(long, conflicts_with = "org")]
    pub status: bool,
    /// Print one JSON object.
    #[arg(long, requires = "status")]
    pub json: bool,
    /// Show what would be done and stop.
    #[arg(long, conflicts_with = "status")]
    pub dry_run: bool,
}

/// `regrant mail release`.
#[derive(Debug, Args)]
pub struct Release {
    /// The org, by id or host. Default: the whole installation.
    pub org: Option<String>,
    /// Show what would be done and stop.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Hold, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    if options.status {
        return status(&installation, options.json, terminal).await;
    }
    let (org, scope) = scope(&installation, options.org.as_deref()).await?;
    if options.dry_run {
        terminal.line(&format!("Would put {scope} on hold."))?;
    } else if hold(&installation.ports, org.as_ref()).await? {
        terminal.line(&format!("Put {scope} on hold. No one is emailed until it is released."))?;
        terminal.hint("To see what would be sent:\n  regrant mail hold --status");
    } else {
        terminal.line(&format!("Already on hold: {scope}."))?;
    }
    Ok(Outcome::Fine)
}

pub(crate) async fn run_release(
    global: &Global,
    options: &Release,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let (org, scope) = scope(&installation, options.org.as_deref()).await?;
    if options.dry_run {
        let held: usize = held_emails(&installation.ports).await?.iter().map(|held| held.emails.len()).sum();
        terminal.line(&format!("Would release {scope}. On hold now: {}.", emails(held)))?;
        return Ok(Outcome::Fine);
    }
    if !release(&installation.ports, org.as_ref()).await? {
        anyhow::bail!("{scope} is not on hold; `regrant mail hold --status` shows what is");
    }
    // On one machine this process is the only worker, unless `regrant serve` runs too; both may send.
    if installation.workers == Workers::ThisProcess {
        while drain_notifications(&installation.ports).await? > 0 {}
    }
    terminal.line(&format!("Released {scope}. Due emails are sent, and the others follow when they are due."))?;
    if !active_holds(&installation.ports).await?.is_empty() {
        terminal.hint("Other holds are still active:\n  regrant mail hold --status");
    }
    Ok(Outcome::Fine)
}

/// The org that a hold covers, and its name for people.
async fn scope(
    installation: &Installation,
    org: Option<&str>,
) -> anyhow::Result<(Option<regrant::domain::id::OrgId>, String)> {
    let Some(org) = org else { return Ok((None, "email of the whole installation".to_owned())) };
    let org = installation.org(org).await?;
    let scope = format!("email about {}", escaped(org.domain()));
    Ok((Some(org.id), scope))
}

async fn status(installation: &Installation, as_json: bool, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let holds = active_holds(&installation.ports).await?;
    let held = held_emails(&installation.ports).await?;
    if as_json {
        let emails: Vec<_> = held.iter().flat_map(in_json).collect();
        terminal.line(&serde_json::json!({ "holds": holds, "held": emails }).to_string())?;
        return Ok(Outcome::Fine);
    }
    if holds.is_empty() {
        terminal.message("No email is on hold.");
        return Ok(Outcome::Fine);
    }
    for hold in &holds {
        terminal.line(&line(hold, &held))?;
    }
    let mut total = 0;
    for org in held.iter().filter(|org| !org.emails.is_empty()) {
        terminal.line(&format!("\n{}", escaped(org.org.domain())))?;
        // One line per kind and person.
        let mut counts: BTreeMap<(&str, String), usize> = BTreeMap::new();
        for draft in &org.emails {
            if let Recipient::Mail { address, .. } = &draft.recipient {
                *counts.entry((draft.about.name(), escaped(address.as_str()))).or_default() += 1;
            }
        }
        for ((kind, address), count) in counts {
            total += count;
            terminal.line(&format!(
                "  {kind:<20} {address}{}",
                if count > 1 { format!(" ({count} apps)") } else { String::new() }
            ))?;
        }
    }
    terminal.line(&format!("\n{} would be sent.", emails(total)))?;
    terminal.hint("To send them:\n  regrant mail release");
    Ok(Outcome::Fine)
}

fn line(hold: &MailHold, waiting: &[HeldOrg]) -> String {
    let scope = hold.org.as_ref().map_or_else(
        || "the whole installation".to_owned(),
        |id| {
            waiting.iter().find(|one| one.org.id == *id).map_or_else(|| id.to_string(), |one| escaped(one.org.domain()))
        },
    );
    let by = hold.by.as_ref().map(|by| format!(" by {}", escaped(by.to_string()))).unwrap_or_default();
    format!("On hold: {scope}, since {}{by}", when(hold.since))
}

fn in_json(held: &HeldOrg) -> Vec<serde_json::Value> {
    let shown = |draft: &regrant::domain::notification::Draft| match &draft.recipient {
        Recipient::Mail { address, .. } => Some(serde_json::json!({
            "org": held.org.id, "org_domain": held.org.domain(), "app": draft.app, "request": draft.request,
            "about": draft.about.name(), "to": address,
        })),
        Recipient::Hook { .. } => None,
    };
    held.emails.iter().filter_map(shown).collect()
}

fn emails(count: usize) -> String {
    number(count as u64, "email", "emails")
}
