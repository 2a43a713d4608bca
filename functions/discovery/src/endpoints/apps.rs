//! The API operations that read apps.

use regrant::domain::event::AppEvent;
use regrant::domain::id::InvalidId;
use regrant::domain::standing::Standing;
use regrant::domain::tenant::TenantName;
use regrant::ledger::{AppFilter, Cursor, PageRequest};
use regrant::web::api_errors::ApiErrors;
use regrant::web::app_path::AppPath;
use regrant::web::app_view::AppView;
use regrant::web::authorization::{Authorized, AuthorizedApp};
use regrant::web::json::Json;
use regrant::web::parameters::ApiQuery;
use regrant::web::problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

// Query parameters are read as text, so that our own message explains an invalid value.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AppQuery {
    /// Only apps with this standing.
    #[param(value_type = Option<Standing>)]
    standing: Option<String>,
    /// Only apps of the org with this id.
    #[param(example = "00o1a2b3c4D5e6F7g8h9")]
    org: Option<String>,
    /// Only apps of this Microsoft tenant, with or without `.onmicrosoft.com`.
    #[param(example = "contoso")]
    tenant: Option<String>,
    /// Maximum number of apps per page. Default: 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, example = 100)]
    limit: Option<String>,
    /// `next_cursor` of the previous page. Repeat the same filter with it.
    cursor: Option<String>,
}

/// One page of a list of apps.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Apps {
    /// The apps, worst standing first, then by org, label and id.
    apps: Vec<AppView>,
    /// The `cursor` of the next page; null on the last page.
    next_cursor: Option<String>,
}

/// Lists apps, worst standing first.
#[utoipa::path(
    get,
    path = "/v1/apps",
    params(AppQuery),
    responses((status = 200, description = "One page of apps.", body = Apps), ApiErrors)
)]
pub(crate) async fn list_apps(
    authorized: Authorized,
    ApiQuery(query): ApiQuery<AppQuery>,
) -> Result<Json<Apps>, Problem> {
    let standing = query.standing.map(|name| name.parse::<Standing>()).transpose();
    let org = query.org.map(String::try_into).transpose();
    let filter = AppFilter {
        standing: standing.map_err(|error| Problem::bad_request(error.to_string()))?,
        org: org.map_err(|error: InvalidId| Problem::bad_request(error.to_string()))?,
        tenant: query.tenant.map(TenantName::from),
        customers: Some(authorized.scope()),
    };
    let found = authorized.ports.ledger.apps(&filter, page_request(query.limit.as_deref(), query.cursor)?).await?;
    let next_cursor = found.next.map(|cursor| cursor.0);
    Ok(Json(Apps { apps: found.items.iter().map(AppView::from).collect(), next_cursor }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Maximum number of events per page of the timeline. Default: 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, example = 100)]
    limit: Option<String>,
    /// `timeline_next_cursor` of the previous page.
    cursor: Option<String>,
}

/// An app and one page of its timeline.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppWithTimeline {
    /// The app.
    app: AppView,
    /// The events, oldest first.
    timeline: Vec<AppEvent>,
    /// The `cursor` of the next page of the timeline; null on the last page.
    timeline_next_cursor: Option<String>,
}

/// Shows an app and its timeline.
///
/// The timeline is the app's audit trail: changes of its standing, invitations, consents, saves and waivers.
#[utoipa::path(
    get,
    path = "/v1/apps/{org}/{app}",
    params(AppPath, TimelineQuery),
    responses((status = 200, description = "The app.", body = AppWithTimeline), ApiErrors)
)]
pub(crate) async fn show_app(
    AuthorizedApp { ports, app, .. }: AuthorizedApp,
    ApiQuery(query): ApiQuery<TimelineQuery>,
) -> Result<Json<AppWithTimeline>, Problem> {
    let page = page_request(query.limit.as_deref(), query.cursor)?;
    let events = ports.ledger.events(&app.identity.org, &app.identity.app, page).await?;
    Ok(Json(AppWithTimeline {
        app: AppView::from(&app),
        timeline: events.items,
        timeline_next_cursor: events.next.map(|cursor| cursor.0),
    }))
}

fn page_request(limit: Option<&str>, cursor: Option<String>) -> Result<PageRequest, Problem> {
    let limit = match limit {
        None => Some(DEFAULT_LIMIT),
        Some(limit) => limit.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit)),
    };
    let limit = limit.ok_or_else(|| Problem::bad_request(format!("limit must be a number from 1 to {MAX_LIMIT}.")))?;
    Ok(PageRequest { after: cursor.map(Cursor), limit })
}
