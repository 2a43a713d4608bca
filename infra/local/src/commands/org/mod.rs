//! `regrant org …`: the Okta orgs of this installation.

pub mod add;
pub mod check;
pub mod contacts;
pub mod import;
mod import_file;
pub mod label;
pub mod list;
pub mod password;
pub mod questions;
pub mod record;
pub mod remove;
pub mod replay;
pub mod sign_in;
pub mod tenant;

use clap::Subcommand;

use crate::exit::Outcome;
use crate::global::Global;
use crate::terminal::Terminal;

pub(crate) const NO_ORG: &str = "No orgs yet; add one with `regrant org add HOST`.";

/// `regrant org …`.
#[derive(Debug, Subcommand)]
pub enum Org {
    /// Add an org. Reads its API token from standard input or a hidden prompt.
    Add(add::Add),
    /// Add many orgs from a CSV or JSON file.
    Import(import::Import),
    /// List the orgs.
    List(list::List),
    /// Test an org's credential with real requests and report missing permissions.
    Check(check::Check),
    /// Show or set an org's customer and labels.
    Label(label::LabelOrg),
    /// Show or set who receives emails about an org.
    Contacts(contacts::OrgContacts),
    /// Store or delete the Microsoft administrator's password that Okta asks for.
    Password(password::Password),
    /// Show or set whether administrators sign in at Microsoft before a consent.
    SignIn(sign_in::SignIn),
    /// Approve a Microsoft tenant that another org names too.
    Tenant(tenant::Tenant),
    /// Record what an org answers as a file for a bug report, with everything personal replaced.
    Record(record::Record),
    /// Show what Regrant makes of a recorded file.
    Replay(replay::Replay),
    /// Show how an org answers what Okta's documentation leaves open.
    Questions(questions::Questions),
    /// Remove an org with its credential and its apps.
    Remove(remove::Remove),
}

pub(crate) async fn run(global: &Global, org: &Org, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match org {
        Org::Add(options) => add::run(global, options, terminal).await,
        Org::Import(options) => import::run(global, options, terminal).await,
        Org::List(options) => list::run(global, options, terminal).await,
        Org::Check(options) => check::run(global, options, terminal).await,
        Org::Label(options) => label::run(global, options, terminal).await,
        Org::Contacts(options) => contacts::run(global, options, terminal).await,
        Org::Password(options) => password::run(global, options, terminal).await,
        Org::SignIn(options) => sign_in::run(global, options, terminal).await,
        Org::Tenant(options) => tenant::run(global, options, terminal).await,
        Org::Record(options) => record::run(global, options, terminal).await,
        Org::Replay(options) => replay::run(global, options, terminal).await,
        Org::Questions(options) => questions::run(global, options, terminal).await,
        Org::Remove(options) => remove::run(global, options, terminal).await,
    }
}
