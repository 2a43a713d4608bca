//! `regrant org add`: an org comes under our care.

use regrant::domain::org::CredentialKind;
use regrant::domain::text::UntrustedText;
use regrant::okta::{OktaCredential, OrgUrl};
use regrant::usecases::access::orgs;

use crate::args::{Global, OrgAdd};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::secret_input;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &OrgAdd, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    if options.dry_run {
        return dry_run(global, options, terminal).await;
    }
    // A host that can never be an org is refused before anybody is asked for a secret.
    OrgUrl::parse(&options.host, Installation::loopback(global))?;
    let credential = credential(options)?;
    let installation = Installation::open(global).await?;
    let added = orgs::add(&installation.ports, &options.host, options.cloud, &credential).await?;
    if let Some(hint) = &added.hint {
        terminal.tell(&UntrustedText::new(hint).to_string());
    }
    terminal.line(&format!("Added {} ({}).", UntrustedText::new(added.profile.domain()), added.profile.id))?;
    terminal.hint("Next: `regrant org check` shows what the credential may do; `regrant scan` looks at the apps.");
    Ok(Outcome::Fine)
}

fn credential(options: &OrgAdd) -> Result<OktaCredential, CliError> {
    Ok(match (&options.client_id, &options.private_key_file) {
        (Some(client_id), Some(file)) => OktaCredential::ServiceApp {
            client_id: client_id.clone(),
            key_id: options.key_id.clone(),
            private_key: secret_input::private_key(file)?,
        },
        _ => OktaCredential::ApiToken { token: secret_input::api_token(&options.host)? },
    })
}

async fn dry_run(global: &Global, options: &OrgAdd, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let (host, hint) = OrgUrl::parse(&options.host, Installation::loopback(global))?;
    if let Some(hint) = hint {
        terminal.tell(&UntrustedText::new(hint).to_string());
    }
    let org = Installation::okta(global)?.resolve(&host).await?;
    let kind = if options.client_id.is_some() { CredentialKind::ServiceApp } else { CredentialKind::ApiToken };
    terminal.line(&format!(
        "Would add {} ({}) with {}, after trying it. Nothing was read, sent or kept.",
        UntrustedText::new(org.base_url.host()),
        org.id,
        match kind {
            CredentialKind::ApiToken => "an API token",
            CredentialKind::ServiceApp => "a service app's key",
        }
    ))?;
    Ok(Outcome::Fine)
}
