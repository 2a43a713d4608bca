//! `regrant finish`: prints Okta's consent link, reads the text that Okta's last page shows, and saves.

use regrant::queue::SaveApp;
use std::io::{IsTerminal, Read};

use anyhow::anyhow;
use clap::Args;
use regrant::domain::hand_over::MAX_TEXT_BYTES;
use regrant::domain::id::AppId;
use regrant::usecases::access::okta::okta_client_for;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::alert_if_paused;
use regrant::usecases::save::hand_over::hand_over_by_operator;
use regrant::usecases::save::open_consent::{PauseAgreement, link_for_operator};
use regrant::usecases::save::save;

use super::save::{outcome_of, show};
use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant finish`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints Okta's consent link, waits on standard input for the text that Okta's
last page shows, and saves. Paste only text from the page that this link opened.")]
pub struct Finish {
    /// The app's org, by id or host.
    pub org: String,
    /// The app's id.
    pub app: AppId,
    /// Prepare the consent even if that pauses provisioning until the consent is saved.
    #[arg(long)]
    pub pause_provisioning: bool,
    /// Read the connection, show what would be done, and stop.
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) async fn run(global: &Global, options: &Finish, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let name = format!("{} in {}", app.identity.label, escaped(org.domain()));
    if options.dry_run {
        let api = okta_client_for(&installation.ports, &org).await.map_err(ConsentError::from)?;
        let offered = api.connection(&options.app).await?.authorize.offered().is_some();
        let next = if offered {
            "Okta offers a consent link. Would print it, wait for the text of Okta's last page, and save."
        } else {
            "Okta offers no consent link. Would have Okta create one, print it, wait for the text of Okta's last page, and \
             save. If provisioning is on, that needs --pause-provisioning."
        };
        terminal.line(&format!("{name}: {next}"))?;
        return Ok(Outcome::Fine);
    }
    let pause = if options.pause_provisioning { PauseAgreement::Given } else { PauseAgreement::None };
    let Some(link) = link_for_operator(&installation.ports, &org, &app, pause).await? else {
        terminal.line(&format!(
            "Nothing was changed. Preparing the consent for {name} pauses provisioning until you finish."
        ))?;
        terminal.hint("To continue, pass --pause-provisioning, and have a Global Administrator ready.");
        return Ok(Outcome::ActionNeeded);
    };
    terminal.line(link.url.as_str())?;
    terminal.message(&format!(
        "Open this link as a Global Administrator of the tenant of {name}, and accept.\n\
         Okta then shows text that starts with {{\"continue_oauth_flow_url\". Paste all of it here, but only from the page\n\
         that this link opened{}",
        if std::io::stdin().is_terminal() { ", then press Ctrl-D:" } else { "." }
    ));
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(MAX_TEXT_BYTES as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|error| anyhow!("standard input could not be read: {error}"))?;
    let handed_over = hand_over_by_operator(&installation.ports, &org, &options.app, &[link.state], &text).await;
    if let Err(error) = handed_over {
        if alert_if_paused(&installation.ports, &org.id, &options.app, &error).await? {
            terminal.message(&format!(
                "Provisioning of {name} is PAUSED until a consent is saved. The operators are alerted."
            ));
        }
        return Err(error.into());
    }
    let request = SaveApp::by_operator(org.id, options.app.clone());
    let outcome = save(&installation.ports, &request).await?;
    show(&installation, &name, &outcome, terminal)?;
    Ok(outcome_of(&outcome))
}
