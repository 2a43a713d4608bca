//! `regrant access …`: which operators may do what, and for which customers.

use std::collections::BTreeSet;

use clap::{ArgGroup, Args, Subcommand};
use regrant::domain::access_policy::{AccessRule, AccessRules, ClaimMatch, Role, Scope};
use regrant::domain::customer::CustomerName;
use regrant::usecases::access::roles;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::{escaped, when};
use crate::terminal::Terminal;

/// `regrant access …`.
#[derive(Debug, Subcommand)]
pub enum Access {
    /// Give a role to the people with a group, a role or a subject of your identity provider.
    Grant(Grant),
    /// Take a role from them, or all roles.
    Revoke(Revoke),
    /// List who has which role.
    List(List),
}

/// Whom a rule is about.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("who").required(true).args(["group", "subject", "claim"]))]
pub struct Who {
    /// People whose claim `groups` contains this value.
    #[arg(long, value_name = "GROUP")]
    pub group: Option<String>,
    /// The person or program with this `sub`.
    #[arg(long, value_name = "SUBJECT")]
    pub subject: Option<String>,
    /// People whose claim NAME has or contains VALUE, such as roles=Regrant.Operator.
    #[arg(long, value_name = "NAME=VALUE")]
    pub claim: Option<String>,
}

impl Who {
    fn claim(&self) -> anyhow::Result<ClaimMatch> {
        let (name, value) = match (&self.group, &self.subject, &self.claim) {
            (Some(group), _, _) => ("groups", group.as_str()),
            (_, Some(subject), _) => ("sub", subject.as_str()),
            (_, _, Some(claim)) => claim
                .split_once('=')
                .ok_or_else(|| anyhow::anyhow!("--claim takes NAME=VALUE, such as roles=Operator"))?,
            _ => ("", ""),
        };
        Ok(ClaimMatch::new(name, value)?)
    }
}

/// `regrant access grant`.
#[derive(Debug, Args)]
#[command(after_help = "\
Roles, each with the rights of the ones before it:
  viewer         reads apps, orgs, scans and notifications
  operator       invites, saves, waives and scans
  administrator  changes customers and contacts; with all customers also
                 access, hooks and suppressed addresses
Examples:
  regrant access grant --group regrant-admins --role administrator
  regrant access grant --group acme-staff --role viewer --customer Acme")]
pub struct Grant {
    /// Whom.
    #[command(flatten)]
    pub who: Who,
    /// The role: viewer, operator or administrator.
    #[arg(long)]
    pub role: Role,
    /// Only for this customer; repeatable.
    #[arg(long, value_name = "NAME")]
    pub customer: Vec<CustomerName>,
    /// For every customer except this one; repeatable.
    #[arg(long, value_name = "NAME", conflicts_with = "customer")]
    pub except: Vec<CustomerName>,
    /// Show what would change and stop.
    #[arg(long)]
    pub dry_run: bool,
}

impl Grant {
    fn scope(&self) -> Scope {
        let set = |names: &[CustomerName]| names.iter().cloned().collect::<BTreeSet<_>>();
        match (self.customer.is_empty(), self.except.is_empty()) {
            (false, _) => Scope::Only(set(&self.customer)),
            (_, false) => Scope::AllBut(set(&self.except)),
            _ => Scope::All,
        }
    }
}

/// `regrant access revoke`.
#[derive(Debug, Args)]
pub struct Revoke {
    /// From whom.
    #[command(flatten)]
    pub who: Who,
    /// Only this role. Default: every role.
    #[arg(long)]
    pub role: Option<Role>,
    /// Show what would change and stop.
    #[arg(long)]
    pub dry_run: bool,
}

/// `regrant access list`.
#[derive(Debug, Args)]
pub struct List {
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, access: &Access, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match access {
        Access::Grant(options) => grant(global, options, terminal).await,
        Access::Revoke(options) => revoke(global, options, terminal).await,
        Access::List(options) => list(global, options, terminal).await,
    }
}

async fn grant(global: &Global, options: &Grant, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let (claim, scope) = (options.who.claim()?, options.scope());
    let what = format!("{} is {} for {}", escaped(claim.to_string()), options.role, escaped(scope.to_string()));
    if options.dry_run {
        terminal.line(&format!("Would grant: {what}."))?;
        return Ok(Outcome::Fine);
    }
    let installation = Installation::open(global).await?;
    roles::grant(&installation.ports, &claim, options.role, &scope).await?;
    terminal.line(&format!("Granted: {what}."))?;
    Ok(Outcome::Fine)
}

async fn revoke(global: &Global, options: &Revoke, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let claim = options.who.claim()?;
    let installation = Installation::open_existing(global).await?;
    let what = format!("{} from {}", options.role.map_or("every role", Role::name), escaped(claim.to_string()));
    if options.dry_run {
        installation.ports.ledger.access_rules().await?.without(&claim, options.role)?;
        terminal.line(&format!("Would revoke {what}."))?;
        return Ok(Outcome::Fine);
    }
    roles::revoke(&installation.ports, &claim, options.role).await?;
    terminal.line(&format!("Revoked {what}. Open console sessions end with their next request."))?;
    Ok(Outcome::Fine)
}

async fn list(global: &Global, options: &List, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let AccessRules { rules, .. } = installation.ports.ledger.access_rules().await?;
    if options.json {
        terminal.line(&serde_json::json!({ "rules": rules }).to_string())?;
        return Ok(Outcome::Fine);
    }
    if rules.is_empty() {
        terminal.message(
            "No one has access yet. Name the first administrator:\n  \
             regrant access grant --group regrant-admins --role administrator",
        );
    }
    for rule in &rules {
        terminal.line(&line(rule))?;
    }
    Ok(Outcome::Fine)
}

fn line(rule: &AccessRule) -> String {
    let by = rule.granted_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    format!(
        "{:<13} {} for {} (granted {}{by})",
        rule.role.name(),
        escaped(rule.claim.to_string()),
        escaped(rule.scope.to_string()),
        when(rule.granted_at),
    )
}
