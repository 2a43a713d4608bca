//! `regrant tenant`: the Microsoft tenants that Regrant has Graph tokens for.

use anyhow::bail;
use clap::{Args, Subcommand};
use regrant::domain::tenant::TenantId;
use regrant::usecases::access::tenants::{KnownTenant, StoredTokens, forget_tenant, tenants};

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, when};
use crate::terminal::Terminal;

/// `regrant tenant …`.
#[derive(Debug, Subcommand)]
pub enum Tenant {
    /// List the tenants of the apps and whether Regrant has Graph tokens for them.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete the Graph tokens of a tenant, of every org. Its grants are no longer monitored until an administrator signs in
    /// again.
    Forget(Forget),
}

/// `regrant tenant forget`.
#[derive(Debug, Args)]
pub struct Forget {
    /// The tenant's id or its name, as `regrant tenant list` shows them.
    pub tenant: String,
    /// Do not ask for confirmation.
    #[arg(long)]
    pub yes: bool,
    /// Show what would be deleted and stop.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, tenant: &Tenant, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    match tenant {
        Tenant::List { json } => list(&installation, *json, terminal).await,
        Tenant::Forget(options) => forget(&installation, options, terminal).await,
    }
}

async fn list(installation: &Installation, as_json: bool, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let known = tenants(&installation.ports).await?;
    if as_json {
        terminal.json(&serde_json::json!({ "tenants": known }))?;
        return Ok(Outcome::Fine);
    }
    if known.is_empty() {
        terminal.hint("No administrator has signed in to Regrant yet, so it has no tokens.");
    }
    for one in &known {
        terminal.line(&title(one))?;
        for org in &one.orgs {
            terminal.line(&format!("  {}: {}", escaped(&org.host), stored(org.tokens)))?;
        }
    }
    Ok(Outcome::Fine)
}

fn stored(tokens: StoredTokens) -> String {
    match tokens {
        StoredTokens::None => "no tokens".to_owned(),
        StoredTokens::Unreadable => "tokens that cannot be read; delete them with `regrant tenant forget`".to_owned(),
        StoredTokens::Tokens { signed_in_at, renewed_at } => {
            format!("tokens since {}, refreshed {}", when(signed_in_at), when(renewed_at))
        }
    }
}

async fn forget(installation: &Installation, options: &Forget, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let wanted = options.tenant.trim();
    let known = tenants(&installation.ports).await?;
    let named =
        |one: &&KnownTenant| one.tenant.as_str().eq_ignore_ascii_case(wanted) || one.name.as_deref() == Some(wanted);
    // A tenant whose apps are gone is no longer listed, but its tokens can still be deleted by id.
    let (tenant, shown) = match (known.iter().find(named), wanted.parse::<TenantId>()) {
        (Some(one), _) => (one.tenant.clone(), title(one)),
        (None, Ok(id)) => (id.clone(), id.to_string()),
        (None, Err(_)) => {
            bail!("no app belongs to a tenant {}; list tenants with `regrant tenant list`", escaped(wanted))
        }
    };
    if options.dry_run {
        terminal.line(&format!("Would delete the Graph tokens of {shown}. Nothing changes in Entra."))?;
        return Ok(Outcome::Fine);
    }
    let consequence = format!("This deletes the Graph tokens of {shown}: its grants are no longer monitored.");
    if !options.yes && !terminal.confirm(&consequence, tenant.as_str())? {
        terminal.message("Nothing was deleted.");
        return Ok(Outcome::Fine);
    }
    forget_tenant(&installation.ports, &tenant).await?;
    terminal.line(&format!("Deleted the Graph tokens of {shown}."))?;
    hint_at_entra(&[tenant], terminal);
    Ok(Outcome::Fine)
}

fn title(one: &KnownTenant) -> String {
    match &one.name {
        Some(name) => format!("{} ({})", escaped(name), one.tenant),
        None => one.tenant.to_string(),
    }
}

/// Says what still exists in Entra after a tenant's tokens were deleted here.
pub(super) fn hint_at_entra(tenants: &[TenantId], terminal: &mut Terminal) {
    if tenants.is_empty() {
        return;
    }
    let ids: Vec<String> = tenants.iter().map(ToString::to_string).collect();
    terminal.hint(&format!(
        "In Entra, the consent to your registration still exists. In each tenant below, open Enterprise applications, \
         select your registration and delete it; this also ends every refresh token issued to it.\n  {}",
        ids.join("\n  ")
    ));
}
