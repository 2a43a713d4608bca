//! `hook …`: which programs are told. A hook's address is a secret, so that no argument takes one.

use clap::Subcommand;
use regrant::hooks::HookKind;

/// `hook …`.
#[derive(Debug, Subcommand)]
pub enum Hook {
    /// Add a hook. Its address, which is a secret, is read from standard input, or asked for without showing it.
    Add {
        /// Its name: letters, digits, `-` and `_`.
        name: String,
        /// What its server understands: generic, slack or teams.
        #[arg(long, default_value = "generic")]
        kind: HookKind,
    },
    /// List the hooks, without their addresses.
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
