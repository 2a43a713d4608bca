//! `regrant org list`: the orgs of this installation.

use clap::Args;
use futures_util::TryStreamExt as _;
use regrant::domain::org::CredentialKind;
use regrant::ledger::paging;

use super::NO_ORG;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, PAGE};
use crate::output::escaped;
use crate::terminal::Terminal;

/// Narrower terminals show the details under the host.
const ROOM_FOR_COLUMNS: u16 = 80;

/// `regrant org list`.
#[derive(Debug, Args)]
pub struct List {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &List, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let columns = terminal.width >= ROOM_FOR_COLUMNS;
    let mut first = true;
    if options.json {
        terminal.print("{\"orgs\":[")?;
    }
    let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        let domain = escaped(org.domain());
        let kind = match org.credential {
            CredentialKind::ApiToken => "API token",
            CredentialKind::ServiceApp => "service app",
        };
        let (id, added) = (org.id.as_str(), org.added_at.strftime("%Y-%m-%d"));
        if options.json {
            let row = serde_json::json!({
                "org": org.id, "org_domain": domain, "credential": org.credential, "added_at": org.added_at,
                "customer": org.customer, "labels": org.labels,
            });
            terminal.print(if first { "\n" } else { ",\n" })?;
            terminal.print(&row.to_string())?;
        } else if columns {
            if first {
                terminal.line(&format!("{:<32} {:<22} {:<11} ADDED", "ORG", "ID", "CREDENTIAL"))?;
            }
            terminal.line(&format!("{domain:<32} {id:<22} {kind:<11} {added}"))?;
        } else {
            terminal.line(&format!("{domain}\n  id {id}\n  {kind}, added {added}"))?;
        }
        first = false;
    }
    if options.json {
        terminal.line("\n]}")?;
    } else if first {
        terminal.message(NO_ORG);
    }
    Ok(Outcome::Fine)
}
