//! `regrant finish`: Okta's consent link for somebody who is at the command line, and what its last page showed.

use std::io::{IsTerminal, Read};

use regrant::domain::hand_over::MAX_TEXT_BYTES;
use regrant::domain::save::ConfirmedBy;
use regrant::domain::text::UntrustedText;
use regrant::queue::SaveApp;
use regrant::usecases::access::okta::okta_client_for;
use regrant::usecases::records::consent_error::ConsentError;
use regrant::usecases::save::hand_over::hand_over_by_operator;
use regrant::usecases::save::open_consent::link_for_operator;
use regrant::usecases::save::save;

use super::save::{exit, tell};
use crate::args::{Finish, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::terminal::Terminal;

pub(super) async fn run(global: &Global, options: &Finish, terminal: &mut Terminal) -> Result<Outcome, CliError> {
    let installation = Installation::open(global).await?;
    let org = installation.org(&options.org).await?;
    let app = installation.app(&org, &options.app).await?;
    let about = format!("{} in {}", app.identity.label, UntrustedText::new(org.domain()));
    if options.dry_run {
        let api = okta_client_for(&installation.ports, &org).await.map_err(ConsentError::from)?;
        let offered = api.connection(&options.app).await?.authorize.offered().is_some();
        let next = if offered {
            "Okta offers a consent link. Would print it, wait for what Okta's last page shows, and save."
        } else {
            "Okta offers no consent link. Would have Okta prepare the connection for one, where that switches nothing off, \
             print it, wait for what Okta's last page shows, and save."
        };
        terminal.line(&format!("{about}: {next}"))?;
        return Ok(Outcome::Fine);
    }
    let link = link_for_operator(&installation.ports, &org, &app).await?;
    terminal.line(link.url.as_str())?;
    terminal.tell(&format!(
        "Open this link as Global Administrator of the tenant of {about}, and accept. Okta then shows text that begins\n\
         with {{\"continue_oauth_flow_url\". Bring that text here, only from the page that this link opened{}",
        if std::io::stdin().is_terminal() { ", and end it with Ctrl-D:" } else { "." }
    ));
    let mut text = String::new();
    std::io::stdin().lock().take(MAX_TEXT_BYTES as u64 + 1).read_to_string(&mut text)?;
    hand_over_by_operator(&installation.ports, &org, &options.app, &[link.state], &text).await?;
    let request = SaveApp { org: org.id, app: options.app.clone(), session: None, confirmed_by: ConfirmedBy::Operator };
    let outcome = save(&installation.ports, &request).await?;
    tell(&installation, &about, &outcome, terminal)?;
    Ok(exit(&outcome))
}
