//! `regrant entra`: this installation's own registration in Microsoft Entra.

use regrant::microsoft::{ClientCredential, MfaEvidence, Registration, WatchAccess};
use regrant::usecases::access::registration;
use regrant::web::json;

use crate::args::{Entra, EntraSet, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::secret_input;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, entra: &Entra, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    match entra {
        Entra::Set(options) => set(&installation, options, terminal).await,
        Entra::List { json } => list(&installation, *json, terminal).await,
        Entra::Remove { cloud } => {
            registration::remove_registration(&installation.ports, *cloud).await?;
            terminal.line(&format!("There is no registration for the {cloud} cloud here any more."))?;
            terminal.hint("It still exists in Entra: remove its secret or certificate there.");
            Ok(Outcome::Fine)
        }
    }
}

async fn set(installation: &Installation, options: &EntraSet, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let credential = match (&options.certificate_file, &options.private_key_file, &options.federated_file) {
        (_, _, Some(token_file)) => ClientCredential::Federated { token_file: token_file.clone() },
        (Some(certificate), Some(private_key), None) => ClientCredential::Certificate {
            certificate: std::fs::read_to_string(certificate)?,
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
        .line(&format!("Kept the registration {} for the {} cloud.", registration.client_id, registration.cloud))?;
    match &installation.ports.settings.public_url {
        Some(url) => terminal.hint(&format!(
            "In Entra its redirect URI is, as Web and exactly so: {}",
            url.redirect_uri(registration.cloud)
        )),
        None => terminal.hint("With --public-url this also says which redirect URI to register in Entra."),
    }
    if watch == WatchAccess::Application {
        terminal.hint(
            "In Entra it needs Directory.Read.All as an application permission, and each tenant has to consent to it.",
        );
    }
    Ok(Outcome::Fine)
}

async fn list(installation: &Installation, as_json: bool, terminal: &mut Terminal) -> Result<Outcome, CliError> {
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
        json::write(terminal.out(), &serde_json::json!({ "registrations": list }))?;
        terminal.print("\n")?;
        return Ok(Outcome::Fine);
    }
    if shown.is_empty() {
        terminal.hint("None. Consents work without one, and are then not verified on Microsoft's side.");
    }
    for (cloud, client, kind, watch, redirect) in shown {
        terminal.line(&format!("{cloud}: {client}, {kind}, watches with {watch} tokens"))?;
        if let Some(redirect) = redirect {
            terminal.line(&format!("  redirect URI (Web): {redirect}"))?;
        }
    }
    Ok(Outcome::Fine)
}
