//! `regrant hook …`: outgoing hooks.

use regrant::hooks::Hook as Outgoing;
use regrant::usecases::notify::hook::{add_hook, hooks, remove_hook};
use secrecy::ExposeSecret;

use crate::args::{Global, Hook};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::secret_input::hook_address;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, hook: &Hook, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    match hook {
        Hook::Add { name, kind } => {
            let url = hook_address(name)?;
            let made = Outgoing::new(name, *kind, &url, installation.ports.loopback, &*installation.ports.randomness)?;
            let signing_secret = made.signing_secret.clone();
            add_hook(&installation.ports, made).await?;
            terminal.line(&format!("Added the hook {name}. It is told when an app stands elsewhere than before."))?;
            if *kind == regrant::hooks::HookKind::Generic {
                terminal.hint(
                    "Its calls are signed (Standard Webhooks). This is shown once, for its server to check them:",
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
                terminal.tell("No hook yet; add one with `regrant hook add NAME`.");
            } else {
                for hook in all {
                    terminal.line(&format!("{:<40} {}", hook.name, hook.kind.name()))?;
                }
            }
        }
        Hook::Remove { name } => {
            let removed = remove_hook(&installation.ports, name).await?;
            let shown = regrant::domain::text::UntrustedText::new(name);
            terminal.line(&if removed {
                format!("Removed the hook {shown}.")
            } else {
                format!("There is no hook {shown}.")
            })?;
        }
    }
    Ok(Outcome::Fine)
}
