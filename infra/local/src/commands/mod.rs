//! The commands, one file each.

mod apps;
#[cfg(feature = "aws")]
mod aws_doctor;
mod completions;
mod demo;
mod doctor;
mod entra;
mod explain;
mod failed;
mod finish;
mod hook;
mod invite;
mod mail;
mod org_add;
mod org_check;
mod org_contacts;
mod org_list;
mod org_remove;
mod save;
mod scan;
mod serve;
mod status;
mod waive;

use crate::args::{Cli, Command, Org};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::terminal::Terminal;

/// Runs one command.
pub async fn run(cli: Cli, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let global = &cli.global;
    match &cli.command {
        Command::Demo(options) => demo::run(global, options, terminal).await,
        Command::Serve(options) => serve::run(global, options, terminal).await,
        Command::Org(Org::Add(options)) => org_add::run(global, options, terminal).await,
        Command::Org(Org::List { json }) => org_list::run(global, *json, terminal).await,
        Command::Org(Org::Check(options)) => org_check::run(global, options, terminal).await,
        Command::Org(Org::Contacts(options)) => org_contacts::run(global, options, terminal).await,
        Command::Org(Org::Remove(options)) => org_remove::run(global, options, terminal).await,
        Command::Scan(options) => scan::run(global, options, terminal).await,
        Command::Status(options) => status::run(global, options, terminal).await,
        Command::Invite(options) => invite::run(global, options, terminal).await,
        Command::Save(options) => save::run(global, options, terminal).await,
        Command::Finish(options) => finish::run(global, options, terminal).await,
        Command::Entra(entra) => entra::run(global, entra, terminal).await,
        Command::Waive(options) => waive::run(global, options, terminal).await,
        Command::Failed(options) => failed::run(global, options, terminal).await,
        Command::Hook(hook) => hook::run(global, hook, terminal).await,
        Command::Mail(mail) => mail::run(global, mail, terminal).await,
        Command::Explain(options) => explain::run(options, terminal),
        Command::Doctor => doctor::run(global, terminal).await,
        #[cfg(feature = "aws")]
        Command::Aws(crate::args::Aws::Doctor) => aws_doctor::run(global, terminal).await,
        Command::Completions { shell } => completions::run(*shell, terminal),
    }
}
