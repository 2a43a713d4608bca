//! The commands: each file has the arguments of one command and runs it.

pub(crate) mod apps;
pub mod aws;
pub mod demo;
pub mod doctor;
pub mod entra;
pub mod explain;
pub mod failed;
pub mod finish;
pub mod hook;
pub mod invite;
pub mod keys;
pub mod mail;
pub mod org;
pub mod save;
pub mod scan;
pub mod serve;
pub mod status;
pub mod waive;

use clap::{CommandFactory, Subcommand};

use crate::cli::Cli;
use crate::exit::Outcome;
use crate::terminal::Terminal;

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try Regrant on simulated orgs: no account, no network access.
    Demo(demo::Demo),
    /// Serve the HTTP API and the consent pages from this machine.
    Serve(serve::Serve),
    /// Add, list, check and remove Okta orgs, and set their contacts.
    #[command(subcommand)]
    Org(org::Org),
    /// Check every Office 365 app in your orgs now. Read-only: changes nothing in Okta.
    Scan(scan::Scan),
    /// Show the results of the last scan, most urgent first.
    Status(status::Status),
    /// Create a consent link for a Microsoft Global Administrator.
    Invite(invite::Invite),
    /// Save an app's connection, as the Okta console's Save button does, and verify it.
    Save(save::Save),
    /// Complete a consent at the command line instead of in the browser.
    Finish(finish::Finish),
    /// Set, list and remove Regrant's own app registration in Microsoft Entra.
    #[command(subcommand)]
    Entra(entra::Entra),
    /// Postpone an app to a date of your choice and record the reason.
    Waive(waive::Waive),
    /// List the Okta provisioning tasks that failed while an app's consent was broken.
    Failed(failed::Failed),
    /// Add, list and remove hooks, which notify other programs when an app's standing changes.
    #[command(subcommand)]
    Hook(hook::Hook),
    /// Set up, preview and test emails, and list addresses that receive none.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Rotate the keys that sign links and encrypt session cookies.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Explain a standing, a permission or an error code.
    Explain(explain::Explain),
    /// Check this installation: data folder, vault, ledger, keys, clock and orgs.
    Doctor,
    /// Check a stack in AWS.
    #[command(subcommand)]
    Aws(aws::Aws),
    /// Print a shell completion script.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Runs one command.
pub async fn run(cli: Cli, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let global = &cli.global;
    match &cli.command {
        Command::Demo(demo) => demo::run(global, demo, terminal).await,
        Command::Serve(serve) => serve::run(global, serve, terminal).await,
        Command::Org(org) => org::run(global, org, terminal).await,
        Command::Scan(scan) => scan::run(global, scan, terminal).await,
        Command::Status(status) => status::run(global, status, terminal).await,
        Command::Invite(invite) => invite::run(global, invite, terminal).await,
        Command::Save(save) => save::run(global, save, terminal).await,
        Command::Finish(finish) => finish::run(global, finish, terminal).await,
        Command::Entra(entra) => entra::run(global, entra, terminal).await,
        Command::Waive(waive) => waive::run(global, waive, terminal).await,
        Command::Failed(failed) => failed::run(global, failed, terminal).await,
        Command::Hook(hook) => hook::run(global, hook, terminal).await,
        Command::Mail(mail) => mail::run(global, mail, terminal).await,
        Command::Keys(keys) => keys::run(global, keys, terminal).await,
        Command::Explain(explain) => explain::run(explain, terminal),
        Command::Doctor => doctor::run(global, terminal).await,
        Command::Aws(aws) => aws::run(global, aws, terminal).await,
        Command::Completions { shell } => completions(*shell, terminal),
    }
}

fn completions(shell: clap_complete::Shell, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    // Into memory first: the generator panics when its writer fails, as `| head` makes it.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "regrant", &mut script);
    terminal.out().write_all(&script)?;
    Ok(Outcome::Fine)
}
