//! The endpoints, one file each.

pub(crate) mod failed_work;
pub(crate) mod mute;
pub(crate) mod notifications;
pub(crate) mod request;
pub(crate) mod suppressed;
pub(crate) mod waiver;

use regrant::domain::id::{AppId, OrgId};
use regrant::web::problem::Problem;

/// There is no such app, or what was given can be none.
fn nobody() -> Problem {
    Problem::not_found("There is no such app; GET /v1/apps lists those there are.")
}

fn ids(org: String, app: String) -> Result<(OrgId, AppId), Problem> {
    match (org.try_into(), app.try_into()) {
        (Ok(org), Ok(app)) => Ok((org, app)),
        _ => Err(nobody()),
    }
}
