//! `GET /v1/apps/{org}/{app}`

use axum::extract::{Path, State};
use regrant::domain::event::AppEvent;
use regrant::domain::id::{AppId, OrgId};
use regrant::web::app_view::AppView;
use regrant::web::json::Json;
use regrant::web::problem::{Problem, ProblemView};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Asked, asked, ledger_problem, page};
use crate::App;

/// Which part of the timeline.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// How many events at the most, 1 to 200; 50 where absent.
    limit: Option<String>,
    /// Where to go on: `timeline_next_cursor` of the page before.
    cursor: Option<String>,
}

/// An app and what happened to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppWithTimeline {
    /// The app.
    app: AppView,
    /// What happened, oldest first.
    timeline: Vec<AppEvent>,
    /// Where the timeline goes on; null at its end.
    timeline_next_cursor: Option<String>,
}

/// Shows one app with its timeline.
#[utoipa::path(
    get,
    path = "/v1/apps/{org}/{app}",
    params(("org" = String, Path, description = "The org's id."), ("app" = String, Path, description = "The app's id."), Wanted),
    responses(
        (status = 200, description = "The app.", body = AppWithTimeline),
        (status = 400, description = "The query is not understood.", body = ProblemView, content_type = "application/problem+json"),
        (status = 404, description = "There is no such app.", body = ProblemView, content_type = "application/problem+json"),
        (status = 500, description = "The ledger does not serve.", body = ProblemView, content_type = "application/problem+json"),
    )
)]
pub(crate) async fn show_app(
    State(app): State<App>,
    Path((org, id)): Path<(String, String)>,
    wanted: Asked<Wanted>,
) -> Result<Json<AppWithTimeline>, Problem> {
    let wanted = asked(wanted)?;
    let page = page(wanted.limit.as_deref(), wanted.cursor)?;
    let nobody = || Problem::not_found("There is no such app; GET /v1/apps lists those there are.");
    let (Ok(org), Ok(id)) = (OrgId::try_from(org), AppId::try_from(id)) else { return Err(nobody()) };
    let record = app.ports.ledger.app(&org, &id).await.map_err(|error| ledger_problem(&error))?;
    let record = record.ok_or_else(nobody)?;
    let events = app.ports.ledger.events(&org, &id, page).await.map_err(|error| ledger_problem(&error))?;
    Ok(Json(AppWithTimeline {
        app: AppView::from(&record),
        timeline: events.items,
        timeline_next_cursor: events.next.map(|cursor| cursor.0),
    }))
}
