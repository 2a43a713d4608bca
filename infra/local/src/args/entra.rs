//! `entra …`: this installation's own registration in Microsoft Entra.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use regrant::domain::cloud::Cloud;
use regrant::domain::tenant::ClientId;
use regrant::microsoft::WatchAccess;

/// `entra …`.
#[derive(Debug, Subcommand)]
pub enum Entra {
    /// Keep a registration. A client secret is read from standard input, or asked for without showing it.
    Set(Box<EntraSet>),
    /// List the registrations and the redirect URIs they need.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Forget a registration.
    Remove {
        /// Of this cloud.
        #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
        cloud: Cloud,
    },
}

/// `entra set`.
#[derive(Debug, Args)]
pub struct EntraSet {
    /// The registration's client id. Not a secret.
    #[arg(long, value_name = "ID")]
    pub client_id: ClientId,
    /// The Microsoft cloud it is registered in.
    #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
    pub cloud: Cloud,
    /// Prove it with a certificate (PEM) instead of a client secret.
    #[arg(long, value_name = "FILE", requires = "private_key_file")]
    pub certificate_file: Option<PathBuf>,
    /// The certificate's private key (PEM); `-` for standard input.
    #[arg(long, value_name = "FILE", requires = "certificate_file")]
    pub private_key_file: Option<PathBuf>,
    /// Prove it with another issuer's token, read from this file for each use.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate_file")]
    pub federated_file: Option<PathBuf>,
    /// A scope of an API of your own with version 1.0 access tokens, which tell of multi-factor authentication.
    #[arg(long, value_name = "SCOPE")]
    pub mfa_api_scope: Option<String>,
    /// An authentication context that your Conditional Access ties to multi-factor authentication, such as c1.
    #[arg(long, value_name = "ID")]
    pub mfa_context: Option<String>,
    /// Refuse a sign-in whose multi-factor authentication is not proven.
    #[arg(long)]
    pub require_mfa: bool,
    /// Watch grants with the tokens of the administrator who signed in (delegated), or with the registration's own
    /// (application): those outlive the person and need Directory.Read.All as an application permission.
    #[arg(long, value_name = "ACCESS", default_value_t = WatchAccess::Delegated)]
    pub watch: WatchAccess,
}
