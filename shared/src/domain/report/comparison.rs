//! The comparison of a report with an earlier one: what appeared, disappeared, changed, or could no longer be read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AppRow, FORMAT, Head, NotRead, Report};
use crate::domain::id::{AppId, OrgId};
use crate::domain::standing::Standing;
use crate::domain::text::UntrustedText;

/// What changed since an earlier report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// When the earlier report was made, in UTC.
    pub since: Timestamp,
    /// The earlier report's scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<String>,
    /// The changes, the most urgent first.
    pub changes: Vec<Change>,
}

/// A change of one app or org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What happened.
    #[serde(flatten)]
    pub kind: ChangeKind,
    /// The org.
    pub org: OrgId,
    /// The org's host.
    pub org_domain: String,
    /// The app; absent if the change concerns the whole org.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppId>,
    /// The app's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<UntrustedText>,
}

/// The kind of a change. Ordered by urgency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It could be read before and cannot be read now.
    NewlyUnreadable {
        /// The standing before; absent for an org.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<Standing>,
        /// Why, in words for people.
        reason: String,
    },
    /// The standing got worse.
    Worse {
        /// The standing before.
        before: Standing,
        /// The standing now.
        after: Standing,
    },
    /// The app was not in the earlier report.
    Appeared {
        /// Its standing.
        standing: Standing,
    },
    /// The app is no longer in Regrant's records.
    Disappeared {
        /// Its standing before.
        before: Standing,
    },
    /// It could not be read before and can be read now.
    ReadableAgain {
        /// The standing now; absent for an org.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Standing>,
    },
    /// The standing got better.
    Better {
        /// The standing before.
        before: Standing,
        /// The standing now.
        after: Standing,
    },
}

/// Why two reports cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// The earlier report has a different format.
    #[error(
        "the earlier report has the format {0:?}, and this version compares {FORMAT} only; make both with one version"
    )]
    Format(String),
    /// The reports cover different orgs.
    #[error(
        "the earlier report covers different customers or orgs; compare reports with the same --customer and --org"
    )]
    Scope,
    /// One of them lists only some apps.
    #[error("one of the reports lists only some apps; compare reports made without --standing and --since")]
    Filtered,
    /// The earlier report is the later one.
    #[error("the report to compare with was made at {0}, after this one; compare with an earlier report")]
    Later(Timestamp),
}

/// Compares a report with an earlier one.
pub fn compare(earlier: &Report, now: &Report) -> Result<Comparison, NotComparable> {
    check(&earlier.head, &now.head)?;
    let (before, after) = (by_id(earlier), by_id(now));
    let mut changes = Vec::new();
    for (id, row) in &after {
        changes.extend(change_of(before.get(id).copied(), row).map(|kind| of_app(kind, row)));
    }
    let gone = before.iter().filter(|(id, _)| !after.contains_key(*id));
    changes.extend(gone.map(|(_, row)| of_app(ChangeKind::Disappeared { before: row.standing }, row)));
    changes.extend(changes_of_orgs(&earlier.not_read, &now.not_read));
    changes.sort_by(|one, other| {
        (&one.kind, &one.org_domain, &one.label, &one.app).cmp(&(
            &other.kind,
            &other.org_domain,
            &other.label,
            &other.app,
        ))
    });
    let scan = earlier.head.sources.scan.as_ref().map(|scan| scan.id.to_string());
    Ok(Comparison { since: earlier.head.generated_at, scan, changes })
}

fn by_id(report: &Report) -> BTreeMap<(&OrgId, &AppId), &AppRow> {
    report.apps.iter().map(|row| ((&row.org, &row.app), row)).collect()
}

fn check(earlier: &Head, now: &Head) -> Result<(), NotComparable> {
    if earlier.format != FORMAT {
        return Err(NotComparable::Format(UntrustedText::new(earlier.format.clone()).to_string()));
    }
    if earlier.scope != now.scope {
        return Err(NotComparable::Scope);
    }
    if !(earlier.filters.is_none() && now.filters.is_none()) {
        return Err(NotComparable::Filtered);
    }
    if earlier.generated_at > now.generated_at {
        return Err(NotComparable::Later(earlier.generated_at));
    }
    Ok(())
}

fn change_of(before: Option<&AppRow>, now: &AppRow) -> Option<ChangeKind> {
    let Some(before) = before else { return Some(ChangeKind::Appeared { standing: now.standing }) };
    let reason = || now.reasons.first().cloned().unwrap_or_default();
    match (before.standing, now.standing) {
        (before, after) if before == after => None,
        (before, Standing::Unknown) => Some(ChangeKind::NewlyUnreadable { before: Some(before), reason: reason() }),
        (Standing::Unknown, after) => Some(ChangeKind::ReadableAgain { after: Some(after) }),
        (before, after) if after < before => Some(ChangeKind::Worse { before, after }),
        (before, after) => Some(ChangeKind::Better { before, after }),
    }
}

fn of_app(kind: ChangeKind, row: &AppRow) -> Change {
    Change {
        kind,
        org: row.org.clone(),
        org_domain: row.org_domain.clone(),
        app: Some(row.app.clone()),
        label: Some(row.label.clone()),
    }
}

fn changes_of_orgs(earlier: &NotRead, now: &NotRead) -> Vec<Change> {
    let known = |list: &NotRead, org: &OrgId| list.orgs.iter().any(|missed| missed.org == *org);
    let of_org = |kind, org: &super::OrgNotRead| Change {
        kind,
        org: org.org.clone(),
        org_domain: org.org_domain.clone(),
        app: None,
        label: None,
    };
    let unreadable = now
        .orgs
        .iter()
        .filter(|missed| !known(earlier, &missed.org))
        .map(|missed| of_org(ChangeKind::NewlyUnreadable { before: None, reason: missed.reason.clone() }, missed));
    let again = earlier.orgs.iter().filter(|missed| !known(now, &missed.org));
    unreadable.chain(again.map(|missed| of_org(ChangeKind::ReadableAgain { after: None }, missed))).collect()
}
