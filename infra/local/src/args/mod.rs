//! What can be written on the command line.
//!
//! No argument and no environment variable ever takes a secret: both can be read by other programs of the same
//! machine (`ps`, `/proc`, shell history). Secrets come from standard input, from a hidden prompt, or from a file.

#[cfg(feature = "aws")]
mod aws;
mod consent;
mod demo;
mod entra;
mod explain;
mod failed;
mod hook;
mod mail;
mod org;
mod scan;
mod serve;
mod status;
mod waive;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[cfg(feature = "aws")]
pub use aws::Aws;
pub use consent::{Finish, Invite, Save};
pub use demo::Demo;
pub use entra::{Entra, EntraSet};
pub use explain::Explain;
pub use failed::{Export, Failed};
pub use hook::Hook;
pub use mail::{Mail, MailPreview, MailServer, MailTest};
pub use org::{Org, OrgAdd, OrgCheck, OrgContacts, OrgRemove};
pub use scan::Scan;
pub use serve::Serve;
pub use status::Status;
pub use waive::Waive;

/// Find every Office 365 app of your Okta orgs and see which still need consent on Microsoft Graph.
#[derive(Debug, Parser)]
#[command(name = "regrant", version, max_term_width = 80, after_help = EXIT_CODES)]
pub struct Cli {
    /// Options that every command has.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 all fine, 1 somebody has to act on an app, 2 could not look or an
error.
Start here: `regrant demo --once` shows it all on simulated orgs, without any
account.";

/// Options that every command has.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Where the ledger and the vault are.
    ///
    /// Else `REGRANT_DATA_DIR`, else `$XDG_DATA_HOME/regrant`, else `~/.local/share/regrant`.
    // The environment is read elsewhere, since `demo` must not write where it points: real orgs are there.
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Global options")]
    pub data_dir: Option<PathBuf>,
    /// Work on a stack in AWS instead of this machine's data: its name in `CloudFormation`.
    ///
    /// Account, region and credentials are those of the AWS command line (`AWS_PROFILE`, `AWS_REGION`, …).
    #[cfg(feature = "aws")]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "data_dir", help_heading = "Global options")]
    pub stack: Option<String>,
    /// Let loopback addresses be orgs, over plain http: for simulators and mocks only.
    #[arg(long, global = true, help_heading = "Global options")]
    pub allow_loopback: bool,
    /// Where browsers reach this installation, such as `https://regrant.example.com`.
    ///
    /// Else `REGRANT_PUBLIC_URL`. Links in invitations begin with it.
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub public_url: Option<String>,
    /// When to use colour; `NO_COLOR` is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: ColorChoice,
    /// Logs on stderr; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// Only results and errors: no progress, no hints.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also into files and pipes.
    Always,
    /// Nowhere.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show everything on simulated orgs: no account, no network.
    Demo(Demo),
    /// Serve the HTTP API on this machine.
    Serve(Serve),
    /// Add, list, check and remove Okta orgs.
    #[command(subcommand)]
    Org(Org),
    /// Look at every Office 365 app of the orgs now. Only reads; changes nothing in Okta.
    Scan(Scan),
    /// Show what the last look found, worst first.
    Status(Status),
    /// Make a link for a Microsoft Global Administrator to consent for one app.
    Invite(Invite),
    /// Do what the Okta console's Save button does for one app, and prove it.
    Save(Save),
    /// Walk through Okta's consent link yourself, and finish it here.
    Finish(Finish),
    /// Set, list and remove this installation's own registration in Microsoft Entra.
    #[command(subcommand)]
    Entra(Entra),
    /// Leave an app as it is until a day, for a reason: nobody is written to about it.
    Waive(Waive),
    /// Show what work of Okta's failed while an app's consent was dead.
    Failed(Failed),
    /// Add, list and remove hooks: programs that are told when an app stands elsewhere than before.
    #[command(subcommand)]
    Hook(Hook),
    /// Look at the emails that people get.
    #[command(subcommand)]
    Mail(Mail),
    /// Explain a standing, a permission or an error code.
    Explain(Explain),
    /// Check this installation: folder, vault, ledger, orgs, clock.
    Doctor,
    /// Look after a stack in AWS.
    #[cfg(feature = "aws")]
    #[command(subcommand)]
    Aws(Aws),
    /// Print the completion script of a shell.
    Completions {
        /// For this shell.
        shell: clap_complete::Shell,
    },
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop where it stands")]
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
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_the_options_fits_a_terminal_of_80_columns() {
        fn check(command: &clap::Command) {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let long: Vec<&str> = after.lines().filter(|line| line.chars().count() > 80).collect();
            assert_eq!(long, Vec::<&str>::new(), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&Cli::command());
    }

    #[test]
    fn no_argument_and_no_environment_variable_takes_a_secret() {
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
    fn a_token_after_the_host_is_refused() {
        for arguments in [
            ["regrant", "org", "add", "acme.okta.com", "00canary"],
            ["regrant", "org", "add", "acme.okta.com", "--token=00canary"],
        ] {
            let error = Cli::try_parse_from(arguments).unwrap_err();
            assert_eq!(error.exit_code(), 2);
        }
    }

    #[test]
    fn a_standing_is_taken_by_its_name_only() {
        assert!(Cli::try_parse_from(["regrant", "status", "--standing", "broken"]).is_ok());
        let error = Cli::try_parse_from(["regrant", "status", "--standing", "fine"]).unwrap_err();
        assert!(error.to_string().contains("needs-consent"), "{error}");
    }

    #[test]
    fn serving_is_on_loopback_unless_asked_otherwise() {
        let Command::Serve(serve) = Cli::try_parse_from(["regrant", "serve"]).unwrap().command else { unreachable!() };
        assert!(serve.listen.ip().is_loopback() && !serve.expose_without_sign_in);
    }
}
