//! `explain`: what a word that this program or somebody else's prints means.

use clap::Args;

/// `explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// A standing (needs-consent), a permission, or a code of Okta's, Microsoft's or Graph's (E0000011); nothing for a list.
    pub what: Option<String>,
}
