//! The org and the app that an API path names.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::Deserialize;
use utoipa::IntoParams;

use super::problem::Problem;
use crate::domain::id::{AppId, OrgId};

/// `{org}` and `{app}` of a path, validated. Ids that cannot exist are rejected with 404, like ids that do not exist.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AppPath {
    /// The Okta org's id, as in `id` of the org's `/.well-known/okta-organization`.
    #[param(value_type = String, example = "00o1a2b3c4D5e6F7g8h9")]
    pub org: OrgId,
    /// The app's id in its org, as in Okta's `/api/v1/apps/{appId}`.
    #[param(value_type = String, example = "0oa1a2b3c4D5e6F7g8h9")]
    pub app: AppId,
}

impl AppPath {
    /// The 404 problem about the app.
    pub fn not_found() -> Problem {
        Problem::not_found("No such app. GET /v1/apps lists all apps.")
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AppPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<Self>::from_request_parts(parts, state).await;
        path.map(|Path(ids)| ids).map_err(|_| Self::not_found())
    }
}
