//! `regrant mail suppressed`, `unsuppress` and `unmute`: the addresses that receive no emails, and how they do again.

use anyhow::bail;
use clap::Args;
use regrant::domain::contact::MailAddress;
use regrant::domain::id::RequestId;
use regrant::ledger::PageRequest;
use regrant::usecases::notify::mute;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, PAGE};
use crate::output::{escaped, when};
use crate::terminal::Terminal;

/// `regrant mail suppressed`.
#[derive(Debug, Args)]
pub struct Suppressed {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `regrant mail unsuppress`.
#[derive(Debug, Args)]
#[command(after_help = "\
First make sure that the address works: it is suppressed again after the next
bounce. With --stack, Amazon SES may have its own entry for the address in the
account's suppression list; remove that one too.")]
pub struct Unsuppress {
    /// The address.
    pub address: MailAddress,
    /// Show what would be done and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// `regrant mail unmute`.
#[derive(Debug, Args)]
pub struct Unmute {
    /// The address.
    pub address: MailAddress,
    /// The request whose reminders were muted. Default: the person's digest.
    pub request: Option<RequestId>,
}

pub(crate) async fn unmute(global: &Global, options: &Unmute, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let what = options.request.as_ref().map_or_else(|| "the digest".to_owned(), |id| format!("reminders about {id}"));
    let address = escaped(options.address.as_str());
    if !mute::unmute(&installation.ports, &options.address, options.request.as_ref()).await? {
        anyhow::bail!("{address} has not muted {what}");
    }
    terminal.line(&format!("{address} receives {what} again."))?;
    Ok(Outcome::Fine)
}

pub(crate) async fn list(global: &Global, options: &Suppressed, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let mut page = PageRequest::first(PAGE);
    let mut first = true;
    if options.json {
        terminal.print("{\"suppressed\":[")?;
    }
    loop {
        let suppressions = installation.ports.ledger.suppressions(page).await?;
        for (address, suppression) in &suppressions.items {
            let (address, reason) = (escaped(address.as_str()), escaped(&suppression.reason));
            if options.json {
                let row = serde_json::json!({ "address": address, "at": suppression.at, "reason": reason });
                terminal.print(if first { "\n" } else { ",\n" })?;
                terminal.print(&row.to_string())?;
            } else {
                terminal.line(&format!("{address}\n  since {}: {reason}", when(suppression.at)))?;
            }
            first = false;
        }
        match suppressions.next {
            Some(next) => page = PageRequest { after: Some(next), limit: PAGE },
            None => break,
        }
    }
    if options.json {
        terminal.line("\n]}")?;
    } else if first {
        terminal.message("No addresses are suppressed.");
    } else {
        terminal.hint("When an address works again:\n  regrant mail unsuppress ADDRESS");
    }
    Ok(Outcome::Fine)
}

pub(crate) async fn lift(global: &Global, options: &Unsuppress, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let address = escaped(options.address.as_str());
    if installation.ports.ledger.suppression(&options.address).await?.is_none() {
        bail!("{address} is not suppressed; list the suppressed addresses with `regrant mail suppressed`");
    }
    if options.dry_run {
        terminal.line(&format!("Would send emails to {address} again."))?;
        return Ok(Outcome::Fine);
    }
    installation.ports.ledger.lift_suppression(&options.address).await?;
    terminal.line(&format!("{address} receives emails again."))?;
    Ok(Outcome::Fine)
}
