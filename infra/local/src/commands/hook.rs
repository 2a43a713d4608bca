//! `regrant hook …`: hooks, which notify other programs when an app's standing changes.
//!
//! A hook's URL is a secret, so no argument takes one.

use anyhow::bail;
use clap::Subcommand;
use regrant::hooks::Hook as Outgoing;
use regrant::hooks::HookKind;
use regrant::usecases::notify::hook::{add_hook, hooks, remove_hook};
use secrecy::ExposeSecret;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::secret_input::hook_address;
use crate::terminal::Terminal;

/// `regrant hook …`.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Add a hook. Reads its secret URL from standard input or a hidden prompt.
    Add {
        /// Its name: letters, digits, `-` and `_`.
        name: String,
        /// The format its server accepts: generic, slack or teams.
        #[arg(long, default_value = "generic")]
        kind: HookKind,
    },
    /// List the hooks without their URLs.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove a hook.
    Remove {
        /// Its name.
        name: String,
    },
}

pub(crate) async fn run(global: &Global, hook: &Hook, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = match hook {
        Hook::Add { .. } => Installation::open(global).await?,
        Hook::List { .. } | Hook::Remove { .. } => Installation::open_existing(global).await?,
    };
    match hook {
        Hook::Add { name, kind } => {
            let url = hook_address(name)?;
            let made = Outgoing::new(name, *kind, &url, installation.ports.loopback, &*installation.ports.randomness)?;
            let signing_secret = made.signing_secret.clone();
            add_hook(&installation.ports, made).await?;
            terminal.line(&format!("Added the hook {name}. It is called when an app's standing changes."))?;
            if *kind == HookKind::Generic {
                terminal.hint(
                    "Its calls are signed (Standard Webhooks). Configure this signing secret in its server; it is shown only once:",
                );
                terminal.line(signing_secret.expose_secret())?;
            }
        }
        Hook::List { json } => {
            let all = hooks(&installation.ports).await?;
            if *json {
                let list: Vec<_> =
                    all.iter().map(|hook| serde_json::json!({ "name": hook.name, "kind": hook.kind })).collect();
                terminal.line(&serde_json::json!({ "hooks": list }).to_string())?;
            } else if all.is_empty() {
                terminal.message("No hooks yet; add one with `regrant hook add NAME`.");
            } else {
                for hook in all {
                    terminal.line(&format!("{:<40} {}", hook.name, hook.kind.name()))?;
                }
            }
        }
        Hook::Remove { name } => {
            let shown = escaped(name);
            if !remove_hook(&installation.ports, name).await? {
                bail!("no hook is called {shown}; list the hooks with `regrant hook list`");
            }
            terminal.line(&format!("Removed the hook {shown}."))?;
        }
    }
    Ok(Outcome::Fine)
}
