//! The command line's grammar: global options, and the commands of [`crate::commands`].
//!
//! No argument and no environment variable takes a secret, because other programs on the machine can read both (`ps`,
//! `/proc`, shell history). Secrets come from standard input, from a hidden prompt or from a file.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

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

const EXIT_CODES: &str = "\
Exit codes:
  0  no action needed
  1  an app needs attention
  2  something could not be checked, or an error
Try it without any account, on simulated orgs:
  regrant demo --once";

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The folder with the ledger and the vault.
    ///
    /// Default: `REGRANT_DATA_DIR`, then `$XDG_DATA_HOME/regrant`, then `~/.local/share/regrant`.
    // `demo` must not write to REGRANT_DATA_DIR, where real orgs are, so clap does not read the variable.
    #[arg(long, global = true, value_name = "FOLDER", help_heading = "Global options")]
    pub data_dir: Option<PathBuf>,
    /// Use the stack with this name in AWS instead of data on this machine.
    ///
    /// Account, region and credentials are those of the AWS command line (`AWS_PROFILE`, `AWS_REGION`). Needs a build
    /// with the feature `aws`.
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "data_dir", help_heading = "Global options")]
    pub stack: Option<String>,
    /// Accept loopback addresses as orgs, over plain HTTP. For simulators and mocks only.
    #[arg(long, global = true, help_heading = "Global options")]
    pub allow_loopback: bool,
    /// The URL at which browsers reach this installation, such as `https://regrant.example.com`.
    ///
    /// Links in invitations start with it. Default: `REGRANT_PUBLIC_URL`.
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub public_url: Option<String>,
    /// When to use colour. `NO_COLOR` is respected.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub color: ColorChoice,
    /// Write logs to stderr; repeat for all details.
    #[arg(short, long, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub verbose: u8,
    /// Print results and errors only, without progress and hints.
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Also in files and pipes.
    Always,
    /// Never.
    Never,
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
        assert!(serve.listen.ip().is_loopback() && !serve.expose_without_sign_in);
    }
}
