//! The commands: each file has the arguments of one command and runs it.

pub mod access;
pub(crate) mod apps;
pub mod aws;
pub mod backup;
pub mod console;
pub mod demo;
pub mod doctor;
pub mod entra;
pub mod events;
pub mod explain;
pub mod failed;
pub mod finish;
pub mod hook;
pub mod invite;
pub mod invite_all;
pub mod keys;
pub mod mail;
pub mod org;
pub mod report;
pub mod save;
pub mod scan;
pub mod serve;
pub mod status;
pub mod tenant;
pub mod trusted_proxy;
pub mod waive;

use clap::{CommandFactory, Parser, Subcommand};

use crate::exit::Outcome;
use crate::global::Global;
use crate::terminal::Terminal;

/// Find every Office 365 app in your Okta orgs and see which still need consent for Microsoft Graph.
#[derive(Debug, Parser)]
#[command(name = "regrant", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Whether the command answers other people's requests until it is stopped.
    pub(crate) fn serves(&self) -> bool {
        matches!(self.command, Command::Serve(_) | Command::Demo(_))
    }
}

const EXIT_CODES: &str = "\
Exit codes:
  0  no action needed
  1  an app needs attention
  2  something could not be checked, or an error
Try it without any account, on simulated orgs:
  regrant demo --once";

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
    /// Make a report for operators or a customer: HTML, CSV, JSON, Excel or an action plan.
    Report(report::Report),
    /// Print the audit trail of all apps, once or as it grows.
    Events(events::Events),
    /// Create a consent link for a Microsoft Global Administrator.
    Invite(invite::Invite),
    /// Save an app's connection, as the Okta console's Save button does, and verify it.
    Save(save::Save),
    /// Complete a consent at the command line instead of in the browser.
    Finish(finish::Finish),
    /// Set, list and remove Regrant's own app registration in Microsoft Entra.
    #[command(subcommand)]
    Entra(entra::Entra),
    /// List the Microsoft tenants that Regrant has tokens for, and delete these tokens.
    #[command(subcommand)]
    Tenant(tenant::Tenant),
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
    /// Set the identity provider that signs operators in to the console.
    #[command(subcommand)]
    Console(console::Console),
    /// Grant, revoke and list operators' roles, by customer.
    #[command(subcommand)]
    Access(access::Access),
    /// Rotate the keys that sign links and encrypt session cookies.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Write this machine's ledger and vault to one encrypted file.
    Backup(backup::Backup),
    /// Restore a backup into an empty data folder.
    Restore(backup::Restore),
    /// Explain a standing, a permission or an error code.
    Explain(explain::Explain),
    /// Check this installation: data folder, vault, ledger, keys, clock and orgs.
    Doctor(doctor::Doctor),
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
        Command::Demo(demo) => Box::pin(demo::run(global, demo, terminal)).await,
        Command::Serve(serve) => Box::pin(serve::run(global, serve, terminal)).await,
        Command::Org(org) => org::run(global, org, terminal).await,
        Command::Scan(scan) => Box::pin(scan::run(global, scan, terminal)).await,
        Command::Status(status) => status::run(global, status, terminal).await,
        Command::Report(report) => report::run(global, report, terminal).await,
        Command::Events(events) => events::run(global, events, terminal).await,
        Command::Invite(invite) => invite::run(global, invite, terminal).await,
        Command::Save(save) => save::run(global, save, terminal).await,
        Command::Finish(finish) => Box::pin(finish::run(global, finish, terminal)).await,
        Command::Entra(entra) => entra::run(global, entra, terminal).await,
        Command::Tenant(tenant) => tenant::run(global, tenant, terminal).await,
        Command::Waive(waive) => waive::run(global, waive, terminal).await,
        Command::Failed(failed) => failed::run(global, failed, terminal).await,
        Command::Hook(hook) => hook::run(global, hook, terminal).await,
        Command::Mail(mail) => mail::run(global, mail, terminal).await,
        Command::Console(console) => console::run(global, console, terminal).await,
        Command::Access(access) => access::run(global, access, terminal).await,
        Command::Keys(keys) => keys::run(global, keys, terminal).await,
        Command::Backup(backup) => backup::run(global, backup, terminal).await,
        Command::Restore(restore) => backup::run_restore(global, restore, terminal).await,
        Command::Explain(explain) => explain::run(explain, terminal),
        Command::Doctor(doctor) => doctor::run(global, doctor, terminal).await,
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn visit(command: &clap::Command, seen: &mut impl FnMut(&clap::Command, &clap::Arg)) {
        for argument in command.get_arguments() {
            seen(command, argument);
        }
        for inner in command.get_subcommands() {
            visit(inner, seen);
        }
    }

    #[test]
    fn the_grammar_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn examples_fit_80_columns() {
        fn check(command: &clap::Command) {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let long: Vec<&str> = after.lines().filter(|line| line.chars().count() > 80).collect();
            assert_eq!(long, Vec::<&str>::new(), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn no_argument_or_variable_takes_a_secret() {
        let mut count = 0;
        visit(&Cli::command(), &mut |command, argument| {
            count += 1;
            let id = argument.get_id().as_str();
            for word in ["token", "secret", "password", "pem"] {
                assert!(!id.contains(word), "{} {id}", command.get_name());
            }
            assert!(!id.contains("key") || matches!(id, "key_id" | "private_key_file"), "{} {id}", command.get_name());
            assert!(argument.get_env().is_none(), "{id}");
        });
        assert!(count > 20, "{count}");
    }

    #[test]
    fn tokens_as_arguments_are_refused() {
        for arguments in [
            ["regrant", "org", "add", "acme.okta.com", "00canary"],
            ["regrant", "org", "add", "acme.okta.com", "--token=00canary"],
        ] {
            let error = Cli::try_parse_from(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn standings_are_parsed_by_name() {
        assert!(Cli::try_parse_from(["regrant", "status", "--standing", "broken"]).is_ok());
        let error = Cli::try_parse_from(["regrant", "status", "--standing", "fine"]).unwrap_err();
        assert!(error.to_string().contains("needs-consent"), "{error}");
    }

    #[test]
    fn serve_defaults_to_loopback() {
        let Command::Serve(serve) = Cli::try_parse_from(["regrant", "serve"]).unwrap().command else { unreachable!() };
        assert!(serve.listen.ip().is_loopback() && !serve.expose);
    }
}
