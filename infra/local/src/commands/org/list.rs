//! `regrant org list`: the orgs of this installation.

use std::collections::HashMap;

use clap::Args;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use regrant::domain::access_problem::OrgWatch;
use regrant::domain::customer::{CustomerName, Label};
use regrant::domain::id::OrgId;
use regrant::domain::org::{CredentialKind, OrgProfile, SignInPolicy};
use regrant::ledger::paging;
use regrant::usecases::notify::contacts::contacts_of;

use super::NO_ORG;
use crate::commands::apps::{self, View};
use crate::exit::{Outcome, Tally};
use crate::global::Global;
use crate::installation::{Installation, PAGE};
use crate::output::{cell, escaped, number, when};
use crate::terminal::Terminal;

/// Narrower terminals show the details under the host.
const ROOM_FOR_COLUMNS: u16 = 80;
/// The widths of the fixed columns, with their gaps.
const LAST_SEEN: usize = 12;
const CONTACTS: usize = 10;
const CREDENTIAL: usize = 11;
/// Narrower terminals show no credential.
const ROOM_FOR_CREDENTIAL: u16 = 110;

/// `regrant org list`.
#[derive(Debug, Args)]
pub struct List {
    /// Show only orgs of this customer; repeatable.
    #[arg(long, value_name = "NAME")]
    pub customer: Vec<CustomerName>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

pub(crate) async fn run(global: &Global, options: &List, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let tallies = tallies(&installation).await?;
    let mut first = true;
    if options.json {
        terminal.print("{\"orgs\":[")?;
    }
    let mut pages = paging::pages(PAGE, |page| installation.ports.ledger.orgs(page));
    while let Some(orgs) = pages.try_next().await? {
        let wanted = orgs.into_iter().filter(|org| {
            options.customer.is_empty() || org.customer.as_ref().is_some_and(|name| options.customer.contains(name))
        });
        let ledger = &installation.ports.ledger;
        let seen = stream::iter(wanted).map(|org| async move {
            let watch = ledger.org_watch(&org.id).await?;
            anyhow::Ok((org, watch))
        });
        let seen: Vec<(OrgProfile, Option<OrgWatch>)> = seen.buffered(PAGE as usize).try_collect().await?;
        for (org, watch) in seen {
            let tally = tallies.get(&org.id).cloned().unwrap_or_default();
            let row = Row { contacts: contacts(&installation, &org), org, tally, watch };
            if options.json {
                terminal.print(if first { "\n" } else { ",\n" })?;
                terminal.print(&row.json().to_string())?;
            } else {
                if first && terminal.width >= ROOM_FOR_COLUMNS {
                    terminal.line(&header(terminal.width))?;
                }
                terminal.print(&row.text(terminal.width))?;
            }
            first = false;
        }
    }
    if options.json {
        terminal.line("\n]}")?;
    } else if first {
        terminal.message(if options.customer.is_empty() { NO_ORG } else { "No org belongs to that customer." });
    }
    Ok(Outcome::Fine)
}

/// The apps of each org by standing.
async fn tallies(installation: &Installation) -> anyhow::Result<HashMap<OrgId, Tally>> {
    let mut tallies = HashMap::<OrgId, Tally>::new();
    apps::each_page(installation, &View::default(), &HashMap::new(), |apps| {
        for shown in apps {
            tallies.entry(shown.app.identity.org.clone()).or_default().add(&shown.app, shown.waiver.is_some());
        }
        Ok(())
    })
    .await?;
    Ok(tallies)
}

/// How many contacts an org has: its own, or those of the installation.
fn contacts(installation: &Installation, org: &OrgProfile) -> usize {
    let fallback = contacts_of(org, &installation.ports.settings);
    let contacts = if org.contacts.is_empty() { &fallback } else { &org.contacts };
    contacts.administrators.len() + contacts.operators.len() + contacts.escalation.len()
}

struct Row {
    org: OrgProfile,
    tally: Tally,
    watch: Option<OrgWatch>,
    contacts: usize,
}

/// The widths of host, customer and standings.
fn widths(width: u16) -> [usize; 3] {
    let credential = if width < ROOM_FOR_CREDENTIAL { 0 } else { CREDENTIAL };
    let rest = usize::from(width).saturating_sub(LAST_SEEN + CONTACTS + credential);
    let (customer, standings) = (rest * 25 / 100, rest * 32 / 100);
    [rest - customer - standings, customer, standings]
}

fn line(width: u16, [host, customer, standings, seen, contacts]: [&str; 5], credential: &str) -> String {
    let columns = [host, customer, standings].into_iter().zip(widths(width));
    let text = columns.map(|(text, width)| cell(text, width.saturating_sub(2)) + "  ").collect::<String>();
    let credential = if width < ROOM_FOR_CREDENTIAL { "" } else { credential };
    format!("{text}{}{}{credential}", cell(seen, LAST_SEEN), cell(contacts, CONTACTS)).trim_end().to_owned()
}

fn header(width: u16) -> String {
    line(width, ["ORG", "CUSTOMER", "APPS", "LAST SEEN", "CONTACTS"], "CREDENTIAL")
}

impl Row {
    fn credential(&self) -> &'static str {
        match self.org.credential {
            CredentialKind::ApiToken => "API token",
            CredentialKind::ServiceApp => "service app",
        }
    }

    /// When Okta last accepted the credential.
    fn seen_at(&self) -> Option<Timestamp> {
        self.watch.as_ref()?.okta_answered_at
    }

    fn standings(&self) -> String {
        let counts: Vec<String> = self.tally.counts().map(|(standing, count)| format!("{count} {standing}")).collect();
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    }

    fn text(&self, width: u16) -> String {
        let domain = escaped(self.org.domain());
        let customer = self.org.customer.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        if width >= ROOM_FOR_COLUMNS {
            let seen = self.seen_at().map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
            let contacts = self.contacts.to_string();
            let customer = match self.org.sign_in {
                SignInPolicy::Required => customer,
                SignInPolicy::Waived => format!("{customer} (sign-in waived)"),
            };
            return line(width, [&domain, &customer, &self.standings(), &seen, &contacts], self.credential()) + "\n";
        }
        let seen = self.seen_at().map_or_else(|| "never".to_owned(), when);
        let people = number(self.contacts as u64, "person", "people");
        let added = self.org.added_at.strftime("%Y-%m-%d");
        format!(
            "{domain}\n  customer  {customer}\n  apps      {}\n  seen      {seen}\n  emails    {people}\n  \
             {}, sign-in {}, added {added}\n",
            self.standings(),
            self.credential(),
            self.org.sign_in.name(),
        )
    }

    fn json(&self) -> serde_json::Value {
        let standings: serde_json::Map<String, serde_json::Value> =
            self.tally.counts().map(|(standing, count)| (standing.name().to_owned(), count.into())).collect();
        let problems = self.watch.as_ref().map(|watch| watch.problems.as_slice()).unwrap_or_default();
        serde_json::json!({
            "org": self.org.id,
            "org_domain": escaped(self.org.domain()),
            "customer": self.org.customer,
            "labels": self.org.labels.iter().map(Label::as_str).collect::<Vec<_>>(),
            "credential": self.org.credential,
            "cloud": self.org.cloud,
            "sign_in": self.org.sign_in,
            "added_at": self.org.added_at,
            "seen_at": self.seen_at(),
            "contacts": self.contacts,
            "apps": self.tally.total(),
            "standings": standings,
            "waived": self.tally.waived(),
            "access_problems": problems.iter().map(|problem| problem.kind.name()).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use regrant::domain::standing::Standing;
    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::output::samples;
    use regrant::testing::records::org_profile;

    fn row() -> Row {
        let tally = samples::tally(&[Standing::Broken, Standing::Consented, Standing::Consented]);
        let org = OrgProfile {
            base_url: "https://a-long-subsidiary-name.oktapreview.com".parse().unwrap(),
            customer: Some("マイクロソフト".parse().unwrap()),
            ..org_profile("00oacme1")
        };
        Row { org, tally, watch: None, contacts: 2 }
    }

    #[test]
    fn rows_fit_the_terminal() {
        for width in [80, 120, 200] {
            let text = row().text(width);
            assert!(text.lines().all(|line| line.width() <= usize::from(width)), "{text}");
            assert!(text.contains("1 broken") && text.contains("never"), "{text}");
            assert_eq!(text.contains("service app"), width >= ROOM_FOR_CREDENTIAL, "{text}");
            assert!(header(width).width() <= usize::from(width));
        }
        let narrow = row().text(40);
        assert!(narrow.contains("  emails    2 people\n") && narrow.contains("1 broken, 2 consented"), "{narrow}");
    }
}
