//! `regrant invite --all`: a consent link for each app that matches.

use clap::Args;
use regrant::domain::customer::CustomerName;
use regrant::domain::standing::Standing;
use regrant::usecases::consent::invite::invite;
use serde::Serialize;

use super::apps::{self, Selection, View};
use crate::exit::Outcome;
use crate::installation::Installation;
use crate::output::brief::BriefTable;
use crate::output::{ShownApp, escaped, number, when};
use crate::terminal::Terminal;

/// The standings that a consent resolves.
const BY_DEFAULT: [Standing; 2] = [Standing::Broken, Standing::NeedsConsent];

/// The link of one app, or why it has none.
#[derive(Debug, Serialize)]
struct Invited {
    org: String,
    org_domain: String,
    app: String,
    label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<jiff::Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// The options of `regrant invite` for many apps.
#[derive(Debug, Args)]
pub struct InviteAll {
    /// Create a link for each app that matches, except waived ones.
    #[arg(long, conflicts_with_all = ["org", "app"])]
    pub all: bool,
    /// With --all: only apps with this standing; repeatable. Default: broken and needs-consent.
    #[arg(long, requires = "all")]
    pub standing: Vec<Standing>,
    /// With --all: only apps of this customer; repeatable.
    #[arg(long, value_name = "NAME", requires = "all")]
    pub customer: Vec<CustomerName>,
}

pub(crate) async fn run(
    installation: &Installation,
    options: &InviteAll,
    dry_run: bool,
    as_json: bool,
    terminal: &mut Terminal,
) -> anyhow::Result<Outcome> {
    let orgs = apps::orgs(installation).await?;
    let standings = if options.standing.is_empty() { BY_DEFAULT.to_vec() } else { options.standing.clone() };
    let selection = Selection { standings, customers: options.customer.clone(), ..Selection::default() };
    let mut wanted: Vec<ShownApp> = Vec::new();
    apps::each_page(installation, &View { selection, ..View::default() }, &orgs, |apps| {
        // A waived app is postponed on purpose.
        wanted.extend(apps.into_iter().filter(|shown| shown.waiver.is_none()));
        Ok(())
    })
    .await?;
    if wanted.is_empty() {
        terminal.message("No app matches; see `regrant status --brief`.");
        return Ok(Outcome::Fine);
    }
    if dry_run {
        let table = BriefTable::new(terminal.width);
        terminal.line(&table.header())?;
        for shown in &wanted {
            let customer = shown.customer.as_ref().map(ToString::to_string);
            terminal.line(&table.app(&shown.app, customer.as_deref(), None))?;
        }
        let links = number(wanted.len() as u64, "link", "links");
        terminal.line(&format!("Would create {links} and revoke older open links of the same apps."))?;
        return Ok(Outcome::Fine);
    }
    let mut all = Vec::new();
    for shown in &wanted {
        let invited = invited(installation, shown).await;
        if !as_json {
            terminal.print(&text(&invited))?;
            terminal.flush()?;
        }
        all.push(invited);
    }
    let failed = all.iter().filter(|invited| invited.problem.is_some()).count();
    if as_json {
        terminal.json(&serde_json::json!({ "invitations": all, "failed": failed }))?;
    } else {
        let created = number((all.len() - failed) as u64, "link", "links");
        terminal.hint(&format!("Created {created}; {failed} failed. Send each to an administrator of its own tenant."));
    }
    Ok(if failed > 0 { Outcome::CouldNotCheck } else { Outcome::Fine })
}

async fn invited(installation: &Installation, shown: &ShownApp) -> Invited {
    let identity = &shown.app.identity;
    let (id, link, expires_at, problem) = match invite(&installation.ports, &identity.org, &identity.app).await {
        Ok(issued) => {
            let invitation = issued.invitation;
            (Some(invitation.id.to_string()), Some(issued.link.to_string()), Some(invitation.expires_at), None)
        }
        Err(error) => (None, None, None, Some(escaped(error.to_string()))),
    };
    Invited {
        org: identity.org.to_string(),
        org_domain: identity.org_domain.clone(),
        app: identity.app.to_string(),
        label: identity.label.raw().to_owned(),
        id,
        link,
        expires_at,
        problem,
    }
}

fn text(invited: &Invited) -> String {
    let name = format!("{} in {} ({})", escaped(&invited.label), escaped(&invited.org_domain), invited.app);
    match (&invited.link, &invited.expires_at, &invited.problem) {
        (Some(link), Some(expires_at), _) => format!("{name}, until {}\n  {link}\n", when(*expires_at)),
        (_, _, problem) => format!("{name}\n  failed: {}\n", problem.as_deref().unwrap_or("no link")),
    }
}
