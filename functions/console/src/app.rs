//! An app's page and its actions.

use axum::body::Bytes;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use futures_util::TryStreamExt as _;
use jiff::ToSpan as _;
use jiff::civil::Date;
use regrant::domain::access_policy::Permission;
use regrant::domain::app::AppRecord;
use regrant::domain::event::AppEvent;
use regrant::domain::invitation::InvitationState;
use regrant::domain::org::OrgProfile;
use regrant::ledger::{LedgerError, PageRequest, paging};
use regrant::queue::SaveApp;
use regrant::usecases::access::keys::keys;
use regrant::usecases::consent::invite::{invite, revoke_invitation};
use regrant::usecases::notify::contacts::contacts_of;
use regrant::usecases::notify::remind::remind;
use regrant::usecases::notify::waive::{end_waiver, waive};
use regrant::usecases::scan::start::{Selection, start_scan};
use regrant::web::consent::see_other;
use regrant::web::parameters::Parameters;

use crate::operator::{Operator, failed};
use crate::pages::app::{AppPage, OpenLink, app_page};
use crate::pages::layout::problem;
use crate::pages::parts::app_path;

/// The most events of the timeline.
const EVENTS: usize = 500;

pub(crate) async fn show(
    operator: Operator,
    Path((org, app)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let (org, app) = match operator.app(&org, &app).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes()).unwrap_or_default();
    match page(&operator, &org, &app, parameters.get("done")).await {
        Ok(response) => response,
        Err(error) => failed(&*error),
    }
}

async fn page(
    operator: &Operator,
    org: &OrgProfile,
    app: &AppRecord,
    done: Option<&str>,
) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let ports = &operator.ports;
    let mut events: Vec<AppEvent> = Vec::new();
    let mut pages = paging::pages(200, |page| ports.ledger.events(&org.id, &app.identity.app, page));
    while let Some(some) = pages.try_next().await? {
        events.extend(some);
    }
    drop(pages);
    let left_out = events.len().saturating_sub(EVENTS);
    let events = events.split_off(left_out);
    let waiver = ports.ledger.waiver(&org.id, &app.identity.app).await?;
    let may = |permission| operator.may(permission, org.customer.as_ref());
    let link = if may(Permission::Invite) { open_link(operator, org, app).await? } else { None };
    Ok(app_page(&AppPage {
        session: &operator.session,
        org,
        app,
        events: &events,
        left_out,
        waiver: waiver.as_ref(),
        link: link.as_ref(),
        contacts: &contacts_of(org, &ports.settings),
        permissions: &ports.settings.permissions,
        may: &may,
        done,
        now: ports.clock.now(),
    })
    .into_response())
}

/// The link of the app's open invitation.
async fn open_link(
    operator: &Operator,
    org: &OrgProfile,
    app: &AppRecord,
) -> Result<Option<OpenLink>, Box<dyn std::error::Error + Send + Sync>> {
    let ports = &operator.ports;
    let Some(public_url) = &ports.settings.public_url else { return Ok(None) };
    let found = ports.ledger.invitations(&org.id, &app.identity.app, PageRequest::first(20)).await?;
    let now = ports.clock.now();
    let Some(open) = found.items.into_iter().find(|one| one.state(now) == InvitationState::Open) else {
        return Ok(None);
    };
    let token = keys(ports).await?.sign(&open)?;
    Ok(Some(OpenLink { id: open.id, expires_at: open.expires_at, url: public_url.at(&format!("/consent/{token}")) }))
}

/// `POST /console/apps/{org}/{app}`: one of the buttons.
pub(crate) async fn act(
    operator: Operator,
    Path((org, app)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = match operator.form(&headers, &body) {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let (org, app) = match operator.app(&org, &app).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match perform(&operator, &org, &app, &form).await {
        Ok(done) => see_other(&format!("{}?done={done}", app_path(&org.id, &app.identity.app))),
        Err(NotDone(reason)) => problem(StatusCode::CONFLICT, "Nothing was changed", &reason).into_response(),
    }
}

/// Why an action was not performed, in a sentence for people.
pub(crate) struct NotDone(pub(crate) String);

impl<E: std::error::Error> From<E> for NotDone {
    fn from(error: E) -> Self {
        Self(sentence(&error.to_string()))
    }
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str().trim_end_matches('.'))
}

/// Performs the action that a form names, and returns the name of what was done.
pub(crate) async fn perform(
    operator: &Operator,
    org: &OrgProfile,
    app: &AppRecord,
    form: &Parameters,
) -> Result<&'static str, NotDone> {
    let (ports, id) = (&operator.ports, &app.identity.app);
    let permitted = |permission: Permission| {
        if operator.may(permission, org.customer.as_ref()) {
            Ok(())
        } else {
            Err(NotDone(format!("Your roles for this customer do not include the permission {permission}.")))
        }
    };
    match form.get("action").unwrap_or_default() {
        "invite" => {
            permitted(Permission::Invite)?;
            invite(ports, &org.id, id).await?;
            Ok("invited")
        }
        "remind" => {
            permitted(Permission::Invite)?;
            remind(ports, &org.id, id).await?;
            Ok("reminded")
        }
        "revoke" => {
            permitted(Permission::Invite)?;
            revoke_open(operator, org, app).await?;
            Ok("revoked")
        }
        "save" => {
            permitted(Permission::Save)?;
            let message = SaveApp { by: ports.actor.clone(), ..SaveApp::by_operator(org.id.clone(), id.clone()) };
            ports.queues.saves.send(&[message]).await?;
            Ok("saving")
        }
        "recheck" => {
            permitted(Permission::Scan)?;
            start_scan(ports, &Selection::Orgs(vec![org.id.clone()])).await?;
            Ok("checking")
        }
        "waive" => {
            permitted(Permission::Waive)?;
            let until: Option<Date> = form.get("until").and_then(|day| day.parse().ok());
            let until = until.ok_or_else(|| NotDone("Choose the last day of the postponement.".to_owned()))?;
            let zone = org.contacts.time_zone.zone();
            let ends_at = until.checked_add(1.day()).and_then(|next| zone.to_timestamp(next.at(0, 0, 0, 0)))?;
            waive(ports, &org.id, id, form.get("reason").unwrap_or_default(), ends_at).await?;
            Ok("waived")
        }
        "end-waiver" => {
            permitted(Permission::Waive)?;
            end_waiver(ports, &org.id, id).await?;
            Ok("waiver-ended")
        }
        _ => Err(NotDone("This version does not know the action.".to_owned())),
    }
}

async fn revoke_open(operator: &Operator, org: &OrgProfile, app: &AppRecord) -> Result<(), NotDone> {
    let ports = &operator.ports;
    let now = ports.clock.now();
    let found: Result<_, LedgerError> =
        ports.ledger.invitations(&org.id, &app.identity.app, PageRequest::first(100)).await;
    for invitation in found?.items.iter().filter(|one| one.state(now) == InvitationState::Open) {
        revoke_invitation(ports, &invitation.id).await?;
    }
    Ok(())
}
