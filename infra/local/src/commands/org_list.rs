//! `regrant org list`: the orgs that are looked after.

use futures_util::TryStreamExt as _;
use regrant::domain::org::CredentialKind;
use regrant::domain::text::UntrustedText;
use regrant::ledger::paging;

use crate::args::Global;
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::{Installation, PAGE};
use crate::output::when;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, json: bool, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let mut first = true;
    if json {
        terminal.print("{\"orgs\":[")?;
    }
    let mut orgs = paging::items(PAGE, |page| installation.ports.ledger.orgs(page));
    while let Some(org) = orgs.try_next().await? {
        let domain = UntrustedText::new(org.domain()).to_string();
        let kind = match org.credential {
            CredentialKind::ApiToken => "API token",
            CredentialKind::ServiceApp => "service app",
        };
        if json {
            let row = serde_json::json!({
                "org": org.id, "org_domain": domain, "credential": org.credential, "added_at": org.added_at,
            });
            terminal.print(if first { "\n" } else { ",\n" })?;
            terminal.print(&row.to_string())?;
        } else {
            if first {
                terminal.line(&format!("{:<32} {:<22} {:<11} {}", "ORG", "ID", "CREDENTIAL", "ADDED"))?;
            }
            let added = when(org.added_at);
            terminal.line(&format!(
                "{domain:<32} {:<22} {kind:<11} {}",
                org.id.as_str(),
                &added[..10.min(added.len())]
            ))?;
        }
        first = false;
    }
    if json {
        terminal.line("\n]}")?;
    } else if first {
        terminal.tell("No org yet; add one with `regrant org add HOST`.");
    }
    Ok(Outcome::Fine)
}
