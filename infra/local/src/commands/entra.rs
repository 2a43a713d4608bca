//! `regrant entra`: Regrant's own app registration in Microsoft Entra.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use regrant::domain::cloud::Cloud;
use regrant::domain::tenant::ClientId;
use regrant::microsoft::{ClientCredential, MfaEvidence, Registration, WatchAccess};
use regrant::usecases::access::registration;
use regrant::usecases::access::tenants::remove_registration;

use crate::commands::tenant::hint_at_entra;
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::secret_input;
use crate::terminal::Terminal;

/// `regrant entra …`.
#[derive(Debug, Subcommand)]
pub enum Entra {
    /// Set the registration. Reads its client secret from standard input or a hidden prompt.
    Set(Box<EntraSet>),
    /// List the registrations and their redirect URIs.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Remove the registration and the Graph tokens issued to it from Regrant. It still exists in Entra.
    Remove {
        /// The Microsoft cloud of the registration.
        #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
        cloud: Cloud,
    },
}

/// `regrant entra set`.
#[derive(Debug, Args)]
pub struct EntraSet {
    /// The registration's client id. Not a secret.
    #[arg(long, value_name = "ID")]
    pub client_id: ClientId,
    /// The Microsoft cloud of the registration: global, gcc-high, dod or 21vianet.
    #[arg(long, value_name = "CLOUD", default_value_t = Cloud::Global)]
    pub cloud: Cloud,
    /// Authenticate with this certificate (PEM) instead of a client secret.
    #[arg(long, value_name = "FILE", requires = "private_key_file")]
    pub certificate_file: Option<PathBuf>,
    /// The certificate's private key (PEM); `-` for standard input.
    #[arg(long, value_name = "FILE", requires = "certificate_file")]
    pub private_key_file: Option<PathBuf>,
    /// Authenticate with another issuer's token, which is read from this file at each use.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate_file")]
    pub federated_file: Option<PathBuf>,
    /// A scope of your own API with version 1.0 access tokens, which show multi-factor authentication.
    #[arg(long, value_name = "SCOPE")]
    pub mfa_api_scope: Option<String>,
    /// An authentication context for which your Conditional Access requires multi-factor authentication, such as c1.
    #[arg(long, value_name = "ID")]
    pub mfa_context: Option<String>,
    /// Refuse sign-ins without verified multi-factor authentication.
    #[arg(long)]
    pub require_mfa: bool,
    /// Monitor grants with the tokens of the administrator who signed in (delegated) or with the registration's own
    /// (application). The latter survive the administrator's departure and need the application permission
    /// Directory.Read.All.
    #[arg(long, value_name = "ACCESS", default_value_t = WatchAccess::Delegated)]
    pub watch: WatchAccess,
}

pub(crate) async fn run(global: &Global, entra: &Entra, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = match entra {
        Entra::Set(_) => Installation::open(global).await?,
        Entra::List { .. } | Entra::Remove { .. } => Installation::open_existing(global).await?,
    };
    match entra {
        Entra::Set(options) => set(&installation, options, terminal).await,
        Entra::List { json } => list(&installation, *json, terminal).await,
        Entra::Remove { cloud } => {
            if registration::registration(&installation.ports, *cloud).await?.is_none() {
                bail!("no registration is set for the {cloud} cloud; list them with `regrant entra list`");
            }
            let tenants = remove_registration(&installation.ports, *cloud).await?;
            terminal.line(&format!("Removed the registration for the {cloud} cloud."))?;
            terminal.hint("It still exists in Entra: delete it there, or its secret or certificate.");
            hint_at_entra(&tenants, terminal);
            Ok(Outcome::Fine)
        }
    }
}

async fn set(installation: &Installation, options: &EntraSet, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let credential = match (&options.certificate_file, &options.private_key_file, &options.federated_file) {
        (_, _, Some(token_file)) => ClientCredential::Federated { token_file: token_file.clone() },
        (Some(certificate), Some(private_key), None) => ClientCredential::Certificate {
            certificate: std::fs::read_to_string(certificate)
                .map_err(|error| anyhow!("{} could not be read: {error}", certificate.display()))?,
            private_key: secret_input::private_key(private_key)?,
        },
        _ => ClientCredential::Secret { value: secret_input::client_secret(options.client_id.as_str())? },
    };
    let mfa = MfaEvidence {
        api_scope: options.mfa_api_scope.clone(),
        authentication_context: options.mfa_context.clone(),
        required: options.require_mfa,
    };
    let (cloud, client_id, watch) = (options.cloud, options.client_id.clone(), options.watch);
    let registration = Registration { cloud, client_id, credential, mfa, watch };
    registration::set_registration(&installation.ports, &registration).await?;
    terminal
        .line(&format!("Saved the registration {} for the {} cloud.", registration.client_id, registration.cloud))?;
    match &installation.ports.settings.public_url {
        Some(url) => terminal.hint(&format!(
            "In Entra, register exactly this redirect URI with the platform Web:\n  {}",
            url.redirect_uri(registration.cloud)
        )),
        None => terminal.hint("Pass --public-url to also see the redirect URI to register in Entra."),
    }
    if watch == WatchAccess::Application {
        terminal.hint("In Entra, add the application permission Directory.Read.All. Each tenant must consent to it.");
    }
    Ok(Outcome::Fine)
}

async fn list(installation: &Installation, as_json: bool, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let mut shown = Vec::new();
    for registration in registration::registrations(&installation.ports).await? {
        let kind = match registration.credential {
            ClientCredential::Secret { .. } => "client secret",
            ClientCredential::Certificate { .. } => "certificate",
            ClientCredential::Federated { .. } => "federated credential",
        };
        let redirect = installation.ports.settings.public_url.as_ref().map(|url| url.redirect_uri(registration.cloud));
        shown.push((registration.cloud, registration.client_id, kind, registration.watch, redirect));
    }
    if as_json {
        let list: Vec<_> = shown
            .iter()
            .map(|(cloud, client, kind, watch, redirect)| {
                serde_json::json!({
                    "cloud": cloud, "client_id": client, "credential": kind, "watch": watch, "redirect_uri": redirect,
                })
            })
            .collect();
        terminal.json(&serde_json::json!({ "registrations": list }))?;
        return Ok(Outcome::Fine);
    }
    if shown.is_empty() {
        terminal.hint(
            "No registration is set. Consents work without one, but are not verified at Microsoft. To set one:\n  \
             regrant entra set --client-id ID",
        );
    }
    for (cloud, client, kind, watch, redirect) in shown {
        terminal.line(&format!("{cloud}: {client}, {kind}, monitors with {watch} tokens"))?;
        if let Some(redirect) = redirect {
            terminal.line(&format!("  redirect URI (Web): {redirect}"))?;
        }
    }
    Ok(Outcome::Fine)
}
