//! `regrant finish`: Okta's consent link for somebody who is at the command line, and what its last page showed.

use std::io::{IsTerminal, Read};

use regrant::domain::hand_over::LONGEST;
use regrant::domain::save::Word;
use regrant::domain::text::Foreign;
use regrant::usecases::access::okta::open;
use regrant::usecases::records::consent_error::Stopped;
use regrant::usecases::save::hand_over::hand_over_by_operator;
use regrant::usecases::save::open_consent::link_for_operator;
use regrant::usecases::save::{SaveRequest, save};

use super::save::{exit, tell};
use crate::args::{Finish, Global};
use crate::error::CliError;
use crate::exit::Outcome;
use crate::house::House;
use crate::screen::Screen;

pub(super) async fn run(global: &Global, options: &Finish, screen: &mut Screen) -> Result<Outcome, CliError> {
    let house = House::open(global).await?;
    let org = house.org(&options.org).await?;
    let app = house.app(&org, &options.app).await?;
    let about = format!("{} in {}", app.identity.label, Foreign::new(org.domain()));
    if options.dry_run {
        let api = open(&house.ports, &org).await.map_err(Stopped::from)?;
        let offered = api.connection(&options.app).await?.authorize.offered().is_some();
        let next = if offered {
            "Okta offers a consent link. Would print it, wait for what Okta's last page shows, and save."
        } else {
            "Okta offers no consent link. Would have Okta prepare the connection for one, where that switches nothing off, \
             print it, wait for what Okta's last page shows, and save."
        };
        screen.line(&format!("{about}: {next}"))?;
        return Ok(Outcome::Fine);
    }
    let link = link_for_operator(&house.ports, &org, &app).await?;
    screen.line(link.url.as_str())?;
    screen.tell(&format!(
        "Open this link as Global Administrator of the tenant of {about}, and accept. Okta then shows text that begins\n\
         with {{\"continue_oauth_flow_url\". Bring that text here, only from the page that this link opened{}",
        if std::io::stdin().is_terminal() { ", and end it with Ctrl-D:" } else { "." }
    ));
    let mut text = String::new();
    std::io::stdin().lock().take(LONGEST as u64 + 1).read_to_string(&mut text)?;
    hand_over_by_operator(&house.ports, &org, &options.app, &[link.state], &text).await?;
    let request = SaveRequest { org: org.id, app: options.app.clone(), session: None, word: Word::Operator };
    let outcome = save(&house.ports, &request).await?;
    tell(&house, &about, &outcome, screen)?;
    Ok(exit(&outcome))
}
