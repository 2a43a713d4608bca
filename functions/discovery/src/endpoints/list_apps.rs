//! `GET /v1/apps`

use axum::extract::State;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::ledger::AppFilter;
use regrant::web::app_view::AppView;
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, asked, ledger_problem, page};
use crate::App;

/// Which apps.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Apps that stand here: `broken`, `needs-consent`, `needs-save`, `degraded`, `by-hand`, `unknown`, `consented` or
    /// `not-applicable`.
    standing: Option<String>,
    /// Apps of the org with this id.
    org: Option<String>,
    /// Apps of this Microsoft tenant, with or without `.onmicrosoft.com`.
    tenant: Option<String>,
    /// How many at the most, 1 to 200; 50 where absent.
    limit: Option<String>,
    /// Where to go on: `next_cursor` of the page before, with the same filter.
    cursor: Option<String>,
}

/// A page of apps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Apps {
    /// Worst first, then by org, label and id.
    apps: Vec<AppView>,
    /// Where the list goes on; null at its end.
    next_cursor: Option<String>,
}

/// Lists apps, worst first.
#[utoipa::path(
    get,
    path = "/v1/apps",
    params(Wanted),
    responses(
        (status = 200, description = "A page of apps.", body = Apps),
        (status = 400, description = "The query is not understood.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn list_apps(State(app): State<App>, wanted: Asked<Wanted>) -> Result<Json<Apps>, Problem> {
    let wanted = asked(wanted)?;
    let standing = wanted.standing.map(|name| name.parse::<Standing>()).transpose();
    let org = wanted.org.map(String::try_into).transpose();
    let filter = AppFilter {
        standing: standing.map_err(|error| Problem::bad_request(error.to_string()))?,
        org: org.map_err(|error: regrant::domain::id::InvalidId| Problem::bad_request(error.to_string()))?,
        tenant: wanted.tenant.map(TenantName::from),
    };
    let page = page(wanted.limit.as_deref(), wanted.cursor)?;
    let found = app.ports.ledger.apps(&filter, page).await.map_err(|error| ledger_problem(&error))?;
    let next_cursor = found.next.map(|cursor| cursor.0);
    Ok(Json(Apps { apps: found.items.iter().map(AppView::from).collect(), next_cursor }))
}
