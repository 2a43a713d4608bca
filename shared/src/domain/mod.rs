//! The pure core: Regrant's data and decisions, without input or output.
//!
//! A [`signal`] is one observation. [`assess`](assess::assess) derives a [`standing`] from an app's signals. The other
//! modules define the terms that these two use.

pub mod access_policy;
pub mod access_problem;
pub mod actor;
pub mod administrator;
pub mod app;
pub mod app_management_policy;
pub mod assess;
pub mod assignment_counts;
pub mod authorize_link;
pub mod branding;
mod checked_text;
pub mod claims_challenge;
pub mod clock_skew;
pub mod cloud;
pub mod connection;
pub mod consent_evidence;
pub mod contact;
pub mod customer;
pub mod estate;
pub mod event;
pub mod failure;
pub mod grant;
pub mod hand_over;
pub mod history;
pub mod id;
pub mod invitation;
pub mod mail_hold;
pub(crate) mod members;
pub mod milestones;
pub mod notification;
pub mod open_questions;
pub mod org;
pub mod permission;
pub mod provisioning_secret;
pub mod registered_credential;
pub mod relative_date;
pub mod report;
pub mod request;
pub mod save;
pub mod scan;
pub mod session;
pub mod signal;
pub mod standing;
pub mod system_log;
pub mod tenant;
pub mod text;
pub mod trail;
pub mod transcript;
pub mod waiver;
