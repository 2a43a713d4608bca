//! `regrant hook …`: hooks, which notify other programs when an app's standing changes.
//!
//! A hook's URL is a secret, so no argument takes one.

use anyhow::bail;
use clap::Subcommand;
use regrant::domain::customer::CustomerName;
use regrant::domain::id::{NotificationId, RequestId};
use regrant::domain::notification::Recipient;
use regrant::domain::standing::{Severity, Standing};
use regrant::hooks::Hook as Outgoing;
use regrant::hooks::tickets::{TicketDesk, TicketPlace};
use regrant::hooks::{HookKind, Route};
use regrant::usecases::notify::hook::{add_hook, hook_events, hooks, remove_hook, replay_event, test_hook};
use secrecy::ExposeSecret;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::secret_input::{hook_address, ticket_login};
use crate::terminal::Terminal;

/// `regrant hook …`.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Add a hook. Reads its secret URL from standard input or a hidden prompt.
    #[command(after_help = "\
Examples:
  regrant hook add siem
  regrant hook add oncall --kind slack --severity high
  regrant hook add acme --kind servicenow --user regrant --customer Acme
  regrant hook add ops --kind jira --user ops@contoso.example --project OPS
A ticket system needs a user too; its password or API token is read after the
URL, from a second prompt or a second line.")]
    Add {
        /// Its name: letters, digits, `-` and `_`.
        name: String,
        /// The format its server accepts: generic, slack, teams, servicenow or jira.
        #[arg(long, default_value = "generic")]
        kind: HookKind,
        /// Only apps in orgs of this customer; repeatable.
        #[arg(long, value_name = "NAME")]
        customer: Vec<CustomerName>,
        /// Only apps at this standing; repeatable.
        #[arg(long, value_name = "STANDING")]
        standing: Vec<Standing>,
        /// Only apps of at least this severity: low, medium or high.
        #[arg(long, value_name = "SEVERITY")]
        severity: Option<Severity>,
        /// The user of the ticket system. Its password or API token is read after the URL.
        #[arg(long, value_name = "USER")]
        user: Option<String>,
        /// `ServiceNow`: the table.
        #[arg(long, value_name = "TABLE", default_value = "incident")]
        table: String,
        /// `ServiceNow`: the assignment group.
        #[arg(long, value_name = "GROUP")]
        assignment_group: Option<String>,
        /// `ServiceNow`: the close code.
        #[arg(long, value_name = "CODE", default_value = "Solution provided")]
        close_code: String,
        /// Jira: the project's key.
        #[arg(long, value_name = "KEY")]
        project: Option<String>,
        /// Jira: the issue type.
        #[arg(long, value_name = "NAME", default_value = "Task")]
        issue_type: String,
    },
    /// Call a hook with a test event. Signs in to a ticket system and changes nothing there.
    Test {
        /// Its name.
        name: String,
    },
    /// List the events of a request that hooks received.
    Events {
        /// The request, such as RG-7K2QM-X4T9P.
        request: RequestId,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Call a hook again with an event, under the same id.
    Replay {
        /// The request.
        request: RequestId,
        /// The event's id. Default: every event of the request, oldest first.
        id: Option<NotificationId>,
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
        _ => Installation::open_existing(global).await?,
    };
    match hook {
        Hook::Add { name, kind, .. } => {
            let place = ticket_place(hook)?;
            let (url, login) = match (&place, hook) {
                (Some(_), Hook::Add { user: Some(user), .. }) => {
                    let (url, password) = ticket_login(name, user)?;
                    (url, Some((user.clone(), password)))
                }
                _ => (hook_address(name)?, None),
            };
            let mut made =
                Outgoing::new(name, *kind, &url, installation.ports.loopback, &*installation.ports.randomness)?;
            made.route = route(hook);
            if let (Some(place), Some((user, password))) = (place, login) {
                made.desk = Some(TicketDesk { user, password, place });
                // A wrong login is found now, and not with the first request.
                installation.ports.hooks.check_tickets(&made).await?;
            }
            let signing_secret = made.signing_secret.clone();
            add_hook(&installation.ports, made).await?;
            terminal.line(&if kind.is_ticket_system() {
                format!("Added the hook {name}. Each request gets a ticket there, also those that are open now.")
            } else {
                format!("Added the hook {name}. It is called when an app's standing or its request changes.")
            })?;
            if *kind == HookKind::Generic {
                terminal.hint(
                    "Its calls are signed (Standard Webhooks). Configure this signing secret in its server; it is shown only once:",
                );
                terminal.line(signing_secret.expose_secret())?;
            }
            terminal.hint(&format!("To test it:\n  regrant hook test {name}"));
        }
        Hook::Test { name } => {
            test_hook(&installation.ports, name).await?;
            terminal.line(&format!("The hook {} accepted the test.", escaped(name)))?;
        }
        Hook::Events { request, json } => {
            let events = hook_events(&installation.ports, request).await?;
            if *json {
                terminal.line(&serde_json::json!({ "events": events }).to_string())?;
            } else if events.is_empty() {
                terminal.message("No hook received an event of this request.");
            }
            for event in events.iter().filter(|_| !*json) {
                let hook = match &event.recipient {
                    Recipient::Hook { name } => name.as_str(),
                    Recipient::Mail { .. } => "",
                };
                let sent = if event.is_sent() { "sent" } else { "not sent" };
                terminal.line(&format!("{}  {:<16} {:<20} {sent}", event.id, event.about.name(), escaped(hook)))?;
            }
        }
        Hook::Replay { request, id } => {
            let ids = match id {
                Some(id) => vec![id.clone()],
                None => hook_events(&installation.ports, request).await?.into_iter().map(|event| event.id).collect(),
            };
            if ids.is_empty() {
                anyhow::bail!("no hook received an event of request {request}; `regrant status` shows the requests");
            }
            for id in ids {
                replay_event(&installation.ports, request, &id).await?;
                terminal.line(&format!("Delivered {id} again."))?;
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

/// Which apps the new hook is called about.
fn route(hook: &Hook) -> Route {
    match hook {
        Hook::Add { customer, standing, severity, .. } => Route {
            customers: customer.iter().cloned().collect(),
            standings: standing.iter().copied().collect(),
            severity: *severity,
        },
        _ => Route::default(),
    }
}

/// Where the tickets of the new hook go. `None` if it is not a ticket system.
fn ticket_place(hook: &Hook) -> anyhow::Result<Option<TicketPlace>> {
    let Hook::Add { kind, user, table, assignment_group, close_code, project, issue_type, .. } = hook else {
        return Ok(None);
    };
    if !kind.is_ticket_system() {
        return Ok(None);
    }
    if user.is_none() {
        anyhow::bail!("a hook of kind {} needs --user", kind.name());
    }
    Ok(Some(match (kind, project) {
        (HookKind::Jira, Some(project)) => {
            TicketPlace::Jira { project: project.clone(), issue_type: issue_type.clone() }
        }
        (HookKind::Jira, None) => anyhow::bail!("a hook of kind jira needs --project"),
        _ => TicketPlace::Servicenow {
            table: table.clone(),
            assignment_group: assignment_group.clone(),
            close_code: close_code.clone(),
        },
    }))
}
