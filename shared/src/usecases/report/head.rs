//! The head of a report as lines of name and value, for renderings without a layout of their own.

use jiff::Timestamp;

use crate::domain::customer::CustomerName;
use crate::domain::report::{Reader, Report, Scope};
use crate::domain::standing::Standing;

/// The lines: what the report covers and shows, what could not be read, and where it comes from.
pub fn lines(report: &Report) -> Vec<(String, String)> {
    let head = &report.head;
    let mut lines = vec![("Report", "Office 365 consent".to_owned()), ("Made (UTC)", moment(head.generated_at))];
    lines.extend(head.generated_by.as_ref().map(|person| ("Made by", person.clone())));
    lines.push(("Regrant version", head.version.clone()));
    lines.push(("Made for", if head.reader == Reader::Operator { "operators" } else { "the customer" }.to_owned()));
    lines.push(("Scope", scope(&head.scope)));
    lines.push(("Filters", filters(report)));
    let counts = &head.counts;
    lines.push(("Orgs in scope", counts.orgs.to_string()));
    lines.push(("Apps in scope", counts.apps.to_string()));
    lines.push(("Apps listed", counts.listed.to_string()));
    lines.push(("Apps that need action", counts.need_action.to_string()));
    lines.push(("Apps postponed by a waiver", counts.waived.to_string()));
    let mut lines: Vec<(String, String)> = lines.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let by_standing =
        counts.by_standing.iter().map(|(standing, count)| (format!("Apps: {standing}"), count.to_string()));
    lines.extend(by_standing);
    lines.extend(not_read(report));
    lines.extend(sources(report).into_iter().map(|(name, value)| (name.to_owned(), value)));
    lines
}

/// The scope in words.
pub fn scope(scope: &Scope) -> String {
    let customers: Vec<&str> = scope.customers.iter().map(CustomerName::as_str).collect();
    let customers = (!customers.is_empty()).then(|| format!("customer {}", customers.join(", ")));
    let orgs: Vec<&str> = scope.orgs.iter().map(crate::domain::id::OrgId::as_str).collect();
    let orgs = (!orgs.is_empty()).then(|| format!("org {}", orgs.join(", ")));
    let parts: Vec<String> = customers.into_iter().chain(orgs).collect();
    if parts.is_empty() { "all orgs".to_owned() } else { parts.join("; ") }
}

/// The filters in words.
pub fn filters(report: &Report) -> String {
    let filters = &report.head.filters;
    let standings: Vec<&str> = filters.standings.iter().map(|standing| Standing::name(*standing)).collect();
    let standings = (!standings.is_empty()).then(|| format!("standing {}", standings.join(" or ")));
    let since = filters.since.map(|since| format!("standing changed since {}", moment(since)));
    let parts: Vec<String> = standings.into_iter().chain(since).collect();
    if parts.is_empty() { "none; every app is listed".to_owned() } else { parts.join("; ") }
}

fn not_read(report: &Report) -> Vec<(String, String)> {
    let not_read = &report.not_read;
    if not_read.orgs.is_empty() && not_read.apps.is_empty() {
        return vec![("Not read".to_owned(), "nothing: every check succeeded".to_owned())];
    }
    let orgs = not_read.orgs.iter().map(|org| {
        let last = org.last_read_at.map_or_else(|| "never".to_owned(), moment);
        (format!("Not read: org {}", org.org_domain), format!("{} (last answer: {last})", org.reason))
    });
    let apps = not_read.apps.iter().map(|app| {
        let known = app.last_known.as_ref();
        let known = known.map(|known| format!(" (last known: {}, {})", known.standing, moment(known.as_of)));
        let name = format!("Not read: {} of app {} in {}", check(app.check), app.app, app.org_domain);
        (name, format!("{}{}", app.reason, known.unwrap_or_default()))
    });
    orgs.chain(apps).collect()
}

/// A check in words.
pub const fn check(check: crate::domain::signal::Check) -> &'static str {
    use crate::domain::signal::Check;
    match check {
        Check::App => "app",
        Check::Connection => "provisioning connection",
        Check::Features => "provisioning features",
        Check::PermissionGrants => "permission grants",
        Check::Consenter => "account that consented",
        Check::SystemLog => "System Log",
        Check::ProvisioningSecret => "secret of Okta's provisioning app",
    }
}

fn sources(report: &Report) -> Vec<(&'static str, String)> {
    let sources = &report.head.sources;
    let scan = match &sources.scan {
        None => "none yet".to_owned(),
        Some(scan) => {
            let end =
                scan.finished_at.map_or_else(|| "not finished".to_owned(), |at| format!("finished {}", moment(at)));
            let extent = scan.extent.map_or_else(String::new, |extent| match extent.pending {
                0 => format!("; {} orgs", extent.orgs),
                pending => format!("; {} orgs, {pending} not reached yet", extent.orgs),
            });
            format!("{} ({end}{extent})", scan.id)
        }
    };
    let mut lines = vec![("Last scan", scan)];
    lines.extend(sources.oldest_check.map(|at| ("Oldest check (UTC)", moment(at))));
    lines.push(match &sources.trail {
        None => ("Audit trail", "no signed digest yet".to_owned()),
        Some(trail) => ("Audit trail", format!("digest {}, SHA-256 {}", trail.digest, trail.sha256)),
    });
    lines
}

/// A time to the minute, in UTC.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
