//! `regrant hook …`: outgoing hooks.

use regrant::hooks::Hook as Outgoing;
use regrant::usecases::notify::hook::{add_hook, hooks, remove_hook};
use secrecy::ExposeSecret;

use crate::args::{Global, Hook};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;
use crate::secret_input::hook_address;

pub(super) async fn run(global: &Global, hook: &Hook, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    match hook {
        Hook::Add { name, kind } => {
            let url = hook_address(name)?;
            let made = Outgoing::new(name, *kind, &url, house.ports.loopback, &*house.ports.randomness)?;
            let signing_secret = made.signing_secret.clone();
            add_hook(&house.ports, made).await?;
            screen.line(&format!("Added the hook {name}. It is told when an app stands elsewhere than before."))?;
            if *kind == regrant::hooks::HookKind::Generic {
                screen.hint(
                    "Its calls are signed (Standard Webhooks). This is shown once, for its server to check them:",
                );
                screen.line(signing_secret.expose_secret())?;
            }
        }
        Hook::List { json } => {
            let all = hooks(&house.ports).await?;
            if *json {
                let list: Vec<_> =
                    all.iter().map(|hook| serde_json::json!({ "name": hook.name, "kind": hook.kind })).collect();
                screen.line(&serde_json::json!({ "hooks": list }).to_string())?;
            } else if all.is_empty() {
                screen.tell("No hook yet; add one with `regrant hook add NAME`.");
            } else {
                for hook in all {
                    screen.line(&format!("{:<40} {}", hook.name, hook.kind.name()))?;
                }
            }
        }
        Hook::Remove { name } => {
            let removed = remove_hook(&house.ports, name).await?;
            let shown = regrant::domain::text::Foreign::new(name);
            screen.line(&if removed {
                format!("Removed the hook {shown}.")
            } else {
                format!("There is no hook {shown}.")
            })?;
        }
    }
    Ok(Outcome::Fine)
}
