//! `regrant org add`: adds an Okta org and stores its credential.

use std::path::PathBuf;

use clap::Args;
use regrant::clock::SystemClock;
use regrant::domain::cloud::Cloud;
use regrant::domain::customer::{CustomerChange, CustomerName, Label, LabelChange};
use regrant::domain::id::OrgId;
use regrant::okta::OktaCredential;
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::{Installation, Patience};
use crate::output::escaped;
use crate::output::progress::waiting;
use crate::secret_input;
use crate::terminal::Terminal;

/// `regrant org add`.
#[derive(Debug, Args)]
#[command(after_help = "\
The token is never an argument. Examples:
  regrant org add acme.okta.com < token.txt
  regrant org add acme.okta.com --client-id 0oa1 --private-key-file key.pem")]
pub struct Add {
    /// The org's host, such as acme.okta.com. A custom domain is asked which org it belongs to.
    pub host: String,
    /// The Microsoft cloud of the org's tenants: global, gcc-high, dod or 21vianet.
    #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
    pub cloud: Cloud,
    /// Use an OAuth service app with this client id (not a secret) instead of an API token.
    #[arg(long, value_name = "ID", requires = "private_key_file")]
    pub client_id: Option<String>,
    /// The id of the service app's key, if the app has several.
    #[arg(long, value_name = "KID", requires = "client_id")]
    pub key_id: Option<String>,
    /// The file with the service app's private key (PEM); `-` for standard input.
    #[arg(long, value_name = "FILE", requires = "client_id")]
    pub private_key_file: Option<PathBuf>,
    /// The customer that the org belongs to.
    #[arg(long, value_name = "NAME")]
    pub customer: Option<CustomerName>,
    /// A free label; repeatable.
    #[arg(long, value_name = "LABEL")]
    pub label: Vec<Label>,
    /// Show which org would be added. Reads, sends and stores no credential.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Add, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let okta = Installation::okta(global)?;
    let asking = format!("Asking {} which org it is, without a credential …", escaped(&options.host));
    let loopback = Installation::loopback(global);
    let located = waiting(terminal, &asking, orgs::locate(&*okta, &SystemClock, &options.host, loopback)).await?;
    if let Some(hint) = &located.hint {
        terminal.message(&escaped(hint));
    }
    if let Some(skew) = located.clock_skew {
        let host = escaped(located.base_url.host());
        terminal.message(&format!(
            "This machine's clock is {skew} compared with {host}'s. Set it: a service app's requests would be refused."
        ));
    }
    let host = located.base_url.host();
    if options.dry_run {
        return would_add(options, &host, &located.id, terminal);
    }
    let credential = credential(options, &host)?;
    let installation = Installation::open_with(global, Patience::Short).await?;
    let testing = format!("Testing the credential with {} …", escaped(&host));
    let added = orgs::add(&installation.ports, located.base_url.as_url().as_str(), options.cloud, &credential);
    let added = waiting(terminal, &testing, added).await?;
    let customer = options.customer.clone().map_or(CustomerChange::Keep, CustomerChange::Set);
    let change = LabelChange { customer, add: options.label.iter().cloned().collect(), ..LabelChange::default() };
    orgs::relabel(&installation.ports, &added.profile.id, &change).await?;
    let domain = escaped(added.profile.domain());
    terminal.line(&format!("Added {domain} ({}).", added.profile.id))?;
    if let Some(problem) = &added.problem {
        terminal.message(&format!("It cannot be scanned yet: {}", escaped(problem)));
        terminal.hint(&format!("After you have granted it, check the org:\n  regrant org check {domain}"));
        return Ok(Outcome::CouldNotCheck);
    }
    terminal.hint(&format!(
        "Next, scan its apps:\n  regrant scan --org {domain}\n\
         To see what the credential may do:\n  regrant org check {domain}"
    ));
    Ok(Outcome::Fine)
}

fn credential(options: &Add, host: &str) -> anyhow::Result<OktaCredential> {
    Ok(match (&options.client_id, &options.private_key_file) {
        (Some(client_id), Some(file)) => OktaCredential::ServiceApp {
            client_id: client_id.clone(),
            key_id: options.key_id.clone(),
            private_key: secret_input::private_key(file)?,
        },
        _ => OktaCredential::ApiToken { token: secret_input::api_token(host)? },
    })
}

fn would_add(options: &Add, host: &str, id: &OrgId, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let what = if options.client_id.is_some() { "a service app's key" } else { "an API token" };
    let host = escaped(host);
    terminal.line(&format!(
        "Would test {what} for {host} ({id}) and add the org. No credential was read, sent or stored."
    ))?;
    Ok(Outcome::Fine)
}
