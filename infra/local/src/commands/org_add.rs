//! `regrant org add`: an org comes under our care.

use regrant::domain::org::CredentialKind;
use regrant::domain::text::Foreign;
use regrant::okta::{OktaCredential, OrgUrl};
use regrant::usecases::access::orgs;

use crate::args::{Global, OrgAdd};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;
use crate::secret_input;

pub(super) async fn run(global: &Global, options: &OrgAdd, screen: &mut Screen) -> Result<Outcome, CliError> {
    if options.dry_run {
        return dry_run(global, options, screen).await;
    }
    // A host that can never be an org is refused before anybody is asked for a secret.
    OrgUrl::parse(&options.host, House::loopback(global))?;
    let credential = credential(options)?;
    let house = House::open(global).await?;
    let added = orgs::add(&house.ports, &options.host, options.cloud, &credential).await?;
    if let Some(notice) = &added.notice {
        screen.tell(&Foreign::new(notice).to_string());
    }
    screen.line(&format!("Added {} ({}).", Foreign::new(added.profile.domain()), added.profile.id))?;
    screen.hint("Next: `regrant org check` shows what the credential may do; `regrant scan` looks at the apps.");
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

async fn dry_run(global: &Global, options: &OrgAdd, screen: &mut Screen) -> Result<Outcome, CliError> {
    let (host, notice) = OrgUrl::parse(&options.host, House::loopback(global))?;
    if let Some(notice) = notice {
        screen.tell(&Foreign::new(notice).to_string());
    }
    let org = House::okta(global)?.resolve(&host).await?;
    let kind = if options.client_id.is_some() { CredentialKind::ServiceApp } else { CredentialKind::ApiToken };
    screen.line(&format!(
        "Would add {} ({}) with {}, after trying it. Nothing was read, sent or kept.",
        Foreign::new(org.base_url.host()),
        org.id,
        match kind {
            CredentialKind::ApiToken => "an API token",
            CredentialKind::ServiceApp => "a service app's key",
        }
    ))?;
    Ok(Outcome::Fine)
}
