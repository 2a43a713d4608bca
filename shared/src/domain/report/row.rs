//! The row of an app.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::app::AppRecord;
use crate::domain::contact::{Audience, Contacts};
use crate::domain::customer::CustomerName;
use crate::domain::id::{AppId, OrgId, RequestId};
use crate::domain::milestones::Milestones;
use crate::domain::standing::{LastKnown, NextStep, Standing};
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;
use crate::domain::waiver::Waiver;

/// An app in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRow {
    /// Its org's customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerName>,
    /// Its org.
    pub org: OrgId,
    /// The org's host.
    pub org_domain: String,
    /// The app.
    pub app: AppId,
    /// Its label.
    pub label: UntrustedText,
    /// The Microsoft tenant's short name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<TenantName>,
    /// Its standing.
    pub standing: Standing,
    /// Whether Microsoft Graph confirmed the standing.
    pub verified: bool,
    /// The reasons, most important first.
    pub reasons: Vec<String>,
    /// The next step.
    pub next_step: NextStep,
    /// Who has to take it.
    pub owner: Owner,
    /// The owner's addresses, if any are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owner_contacts: Vec<String>,
    /// Since when it has this standing, in UTC.
    pub since: Timestamp,
    /// The date by which the next step is due; absent if none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// The open request that emails and tickets refer to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<RequestId>,
    /// Its waiver, active or ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverRow>,
    /// When it was checked last, in UTC.
    pub checked_at: Timestamp,
    /// The last standing from a successful check, if the standing is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_known: Option<LastKnown>,
    /// When it first reached each step.
    #[serde(flatten)]
    pub milestones: Milestones,
}

/// A waiver in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRow {
    /// The reason.
    pub reason: UntrustedText,
    /// When it was given, in UTC.
    pub given_at: Timestamp,
    /// When it ends, in UTC.
    pub ends_at: Timestamp,
    /// Whether it is active.
    pub active: bool,
}

/// Who has to take the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owner {
    /// A Global Administrator of the Microsoft tenant.
    MicrosoftAdministrator,
    /// An administrator of the Okta org.
    OktaAdministrator,
    /// The people who operate Regrant.
    RegrantOperator,
    /// No one has to act.
    NoOne,
}

impl Owner {
    /// The owner of a next step.
    pub const fn of(step: NextStep) -> Self {
        match step {
            NextStep::Invite | NextStep::InviteUrgently | NextStep::InviteUnhurried => Self::MicrosoftAdministrator,
            NextStep::Save | NextStep::UseConsole => Self::OktaAdministrator,
            NextStep::FixAccess => Self::RegrantOperator,
            NextStep::Watch | NextStep::Nothing => Self::NoOne,
        }
    }

    /// The owner in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::MicrosoftAdministrator => "Microsoft Global Administrator",
            Self::OktaAdministrator => "Okta App Administrator",
            Self::RegrantOperator => "Regrant operator",
            Self::NoOne => "No one",
        }
    }

    /// The contacts that reach the owner.
    const fn audience(self) -> Option<Audience> {
        match self {
            Self::MicrosoftAdministrator => Some(Audience::MicrosoftAdministrator),
            Self::OktaAdministrator | Self::RegrantOperator => Some(Audience::OktaOperator),
            Self::NoOne => None,
        }
    }
}

/// What a row needs besides the app's record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surroundings<'a> {
    pub(super) customer: Option<&'a CustomerName>,
    pub(super) contacts: &'a Contacts,
    pub(super) waiver: Option<&'a Waiver>,
    /// The date by which every app must use consent.
    pub(super) deadline: Date,
    pub(super) now: Timestamp,
}

impl AppRow {
    pub(super) fn new(app: &AppRecord, around: Surroundings<'_>) -> Self {
        let standing = app.standing();
        let owner = Owner::of(standing.next_step());
        let contacts = owner.audience().map(|audience| around.contacts.of(audience)).unwrap_or_default();
        let since = app.since.unwrap_or(app.as_of);
        let waiver = around.waiver.map(|waiver| WaiverRow {
            reason: waiver.reason.clone(),
            given_at: waiver.given_at,
            ends_at: waiver.ends_at,
            active: waiver.holds(around.now),
        });
        Self {
            customer: around.customer.cloned(),
            org: app.identity.org.clone(),
            org_domain: app.identity.org_domain.clone(),
            app: app.identity.app.clone(),
            label: app.identity.label.clone(),
            tenant: app.identity.tenant.clone(),
            standing,
            verified: app.assessment.verified,
            reasons: app.assessment.reasons.clone(),
            next_step: standing.next_step(),
            owner,
            owner_contacts: contacts.iter().map(ToString::to_string).collect(),
            since,
            due: due(standing, since, waiver.as_ref(), around.deadline),
            request: app.request.as_ref().filter(|request| request.is_open()).map(|request| request.id.clone()),
            waiver,
            checked_at: app.as_of,
            last_known: app.last_known.clone(),
            milestones: app.consent.milestones,
        }
    }

    /// Whether a person has to act and no waiver postpones it.
    pub fn needs_action(&self) -> bool {
        self.standing.needs_action() && !self.is_waived()
    }

    /// Whether a person would have to act if a waiver did not postpone it.
    pub fn is_waived(&self) -> bool {
        self.standing.needs_action() && self.waiver.as_ref().is_some_and(|waiver| waiver.active)
    }

    /// Whether the action plan lists it: a person has to act now, or when the waiver ends, or access must be restored.
    pub fn is_planned(&self) -> bool {
        self.standing.needs_action() || self.standing == Standing::Unknown
    }

    /// The operator's command for the next step, if there is one.
    pub fn command(&self) -> Option<String> {
        let Self { org_domain, app, .. } = self;
        match self.next_step {
            NextStep::Invite | NextStep::InviteUrgently | NextStep::InviteUnhurried => {
                Some(format!("regrant invite {org_domain} {app}"))
            }
            NextStep::Save => Some(format!("regrant save {org_domain} {app}")),
            NextStep::FixAccess => Some(format!("regrant org check {org_domain}")),
            NextStep::UseConsole | NextStep::Watch | NextStep::Nothing => None,
        }
    }

    /// Whether its due date has passed at `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.due.is_some_and(|due| due < TimeZone::UTC.to_datetime(now).date())
    }
}

/// The date by which the next step is due: the end of an active waiver; the day on which provisioning broke; otherwise
/// the date by which every app must use consent. A degraded app and one that could not be read have no date.
fn due(standing: Standing, since: Timestamp, waiver: Option<&WaiverRow>, deadline: Date) -> Option<Date> {
    let day = |at: Timestamp| TimeZone::UTC.to_datetime(at).date();
    match standing {
        _ if !standing.needs_action() => None,
        _ if waiver.is_some_and(|waiver| waiver.active) => waiver.map(|waiver| day(waiver.ends_at)),
        Standing::Broken => Some(day(since)),
        Standing::NeedsConsent | Standing::NeedsSave | Standing::ByHand => Some(deadline),
        _ => None,
    }
}
