//! `regrant console …`: the identity provider that signs operators in to the console.

use clap::{Args, Subcommand};
use regrant::openid::Provider;
use regrant::usecases::access::operator_sign_in::{
    CALLBACK, operator_provider, remove_operator_provider, set_operator_provider,
};
use url::Url;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::secret_input;
use crate::terminal::Terminal;

/// `regrant console …`.
#[derive(Debug, Subcommand)]
pub enum Console {
    /// Set the `OpenID` provider that signs operators in. Reads its client secret from standard input or a hidden prompt.
    Set(Set),
    /// Show the provider and the redirect URI to register there.
    Show,
    /// Remove the provider.
    Remove,
}

/// `regrant console set`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  regrant console set --issuer https://acme.okta.com --client-id 0oa1 \\
      --scope profile --scope groups < secret.txt
Then map the provider's groups to roles with `regrant access grant`.")]
pub struct Set {
    /// The provider's issuer, as in its /.well-known/openid-configuration.
    #[arg(long, value_name = "URL")]
    pub issuer: Url,
    /// The id under which this installation is registered there (not a secret).
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// The registration has no secret.
    #[arg(long)]
    pub public: bool,
    /// A scope to ask for besides openid; repeatable. Default: profile.
    #[arg(long, value_name = "SCOPE", default_value = "profile")]
    pub scope: Vec<String>,
}

pub(crate) async fn run(global: &Global, console: &Console, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    match console {
        Console::Set(options) => set(global, options, terminal).await,
        Console::Show => show(global, terminal).await,
        Console::Remove => {
            let installation = Installation::open_existing(global).await?;
            remove_operator_provider(&installation.ports).await?;
            terminal.line("Removed. Operators can no longer sign in to the console.")?;
            Ok(Outcome::Fine)
        }
    }
}

async fn set(global: &Global, options: &Set, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let client_secret =
        if options.public { None } else { Some(secret_input::client_secret(&escaped(&options.client_id))?) };
    let (issuer, client_id, scopes) = (options.issuer.clone(), options.client_id.clone(), options.scope.clone());
    let installation = Installation::open(global).await?;
    set_operator_provider(&installation.ports, &Provider { issuer, client_id, client_secret, scopes }).await?;
    terminal.line(&format!("Operators sign in with {}.", escaped(options.issuer.as_str())))?;
    hint(&installation, terminal);
    Ok(Outcome::Fine)
}

async fn show(global: &Global, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    match operator_provider(&installation.ports).await? {
        None => terminal.line("No provider is set: only the one-time URL of `regrant serve` opens the console.")?,
        Some(provider) => terminal.line(&format!(
            "issuer     {}\nclient id  {}\nsecret     {}\nscopes     openid {}",
            escaped(provider.issuer.as_str()),
            escaped(&provider.client_id),
            if provider.client_secret.is_some() { "stored" } else { "none (public client)" },
            escaped(provider.scopes.join(" ")),
        ))?,
    }
    hint(&installation, terminal);
    Ok(Outcome::Fine)
}

fn hint(installation: &Installation, terminal: &mut Terminal) {
    match &installation.ports.settings.public_url {
        Some(url) => terminal.hint(&format!("Register this redirect URI at the provider:\n  {}", url.at(CALLBACK))),
        None => terminal.hint("Set REGRANT_PUBLIC_URL, or pass --public-url, to see the redirect URI."),
    }
}
