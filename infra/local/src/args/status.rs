//! `status`: what the last look found.

use clap::Args;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;

/// `status`.
#[derive(Debug, Args)]
pub struct Status {
    /// Only apps that stand here, such as needs-consent.
    #[arg(long)]
    pub standing: Option<Standing>,
    /// Only apps of this org, by id or host.
    #[arg(long)]
    pub org: Option<String>,
    /// Only apps of this Microsoft tenant, by its short name.
    #[arg(long, value_parser = |name: &str| Ok::<_, std::convert::Infallible>(TenantName::from(name.to_owned())))]
    pub tenant: Option<TenantName>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}
