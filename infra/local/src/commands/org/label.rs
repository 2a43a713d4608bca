//! `regrant org label`: an org's customer and labels.

use clap::Args;
use regrant::domain::customer::{CustomerChange, CustomerName, Label, LabelChange};
use regrant::usecases::access::orgs;

use crate::exit::Outcome;
use crate::global::Global;
use crate::installation::Installation;
use crate::output::escaped;
use crate::terminal::Terminal;

/// `regrant org label`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without options, this shows the customer and the labels. Roles are scoped to
customers, so a different customer changes who may see the org.
  regrant org label acme.okta.com --customer Acme --add tier-1")]
pub struct LabelOrg {
    /// The org, by id or host.
    pub org: String,
    /// The customer that the org belongs to.
    #[arg(long, value_name = "NAME")]
    pub customer: Option<CustomerName>,
    /// The org belongs to no customer.
    #[arg(long, conflicts_with = "customer")]
    pub no_customer: bool,
    /// Add a label; repeatable.
    #[arg(long, value_name = "LABEL")]
    pub add: Vec<Label>,
    /// Remove a label; repeatable.
    #[arg(long, value_name = "LABEL")]
    pub remove: Vec<Label>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Show what would change and stop.
    #[arg(long, conflicts_with = "json")]
    pub dry_run: bool,
}

impl LabelOrg {
    fn change(&self) -> LabelChange {
        LabelChange {
            customer: match &self.customer {
                Some(customer) => CustomerChange::Set(customer.clone()),
                None if self.no_customer => CustomerChange::Remove,
                None => CustomerChange::Keep,
            },
            add: self.add.iter().cloned().collect(),
            remove: self.remove.iter().cloned().collect(),
        }
    }
}

pub(crate) async fn run(global: &Global, options: &LabelOrg, terminal: &mut Terminal) -> anyhow::Result<Outcome> {
    let installation = Installation::open_existing(global).await?;
    let known = installation.org(&options.org).await?;
    let change = options.change();
    let org = if options.dry_run {
        known.clone().relabelled(&change)
    } else {
        orgs::relabel(&installation.ports, &known.id, &change).await?
    };
    if options.json {
        let object = serde_json::json!({ "org": org.id, "customer": org.customer, "labels": org.labels });
        terminal.line(&object.to_string())?;
        return Ok(Outcome::Fine);
    }
    let verb = if options.dry_run && org != known { "would have" } else { "has" };
    let customer = org.customer.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
    let labels: Vec<&str> = org.labels.iter().map(Label::as_str).collect();
    let labels = if labels.is_empty() { "none".to_owned() } else { labels.join(", ") };
    terminal.line(&format!("{} {verb}\n  customer  {customer}\n  labels    {labels}", escaped(org.domain())))?;
    Ok(Outcome::Fine)
}
