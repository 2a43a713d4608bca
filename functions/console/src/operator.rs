//! The signed-in operator of a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use regrant::domain::access_policy::{Access, Permission};
use regrant::domain::app::AppRecord;
use regrant::domain::customer::CustomerName;
use regrant::domain::id::{AppId, OrgId};
use regrant::domain::org::OrgProfile;
use regrant::ledger::LedgerError;
use regrant::usecases::Ports;
use regrant::usecases::access::operator_session::{COOKIE, OperatorSession, open_session};
use regrant::web::consent::see_other;
use regrant::web::parameters::Parameters;
use regrant::web::{cookies, fetch_metadata};

use crate::Console;
use crate::pages::layout::{message, problem};

/// The maximum length of a form, in bytes: one of an action for many apps lists them.
const MAX_FORM: usize = 1 << 20;

/// A signed-in operator with at least one role.
pub(crate) struct Operator {
    /// The ports, on the operator's behalf.
    pub(crate) ports: Ports,
    /// What the operator may do.
    pub(crate) access: Access,
    /// The session.
    pub(crate) session: OperatorSession,
}

impl FromRequestParts<Console> for Operator {
    type Rejection = Response;

    async fn from_request_parts(request: &mut Parts, console: &Console) -> Result<Self, Response> {
        let ports = &console.ports;
        let Some(sealed) = cookies::get(&request.headers, COOKIE) else { return Err(see_other("/console/sign-in")) };
        let opened = open_session(ports, &sealed).await.map_err(|error| failed(&error))?;
        let Some(session) = opened else { return Err(see_other("/console/sign-in")) };
        let rules = ports.ledger.access_rules().await.map_err(|error| failed(&error))?;
        let access = session.access(&rules);
        if access.is_none() {
            return Err(no_role(&session));
        }
        Ok(Self { ports: ports.on_behalf_of(Some(session.actor())), access, session })
    }
}

fn no_role(session: &OperatorSession) -> Response {
    let text = format!(
        "You are signed in as {}, but no role is mapped to your groups. Ask an administrator of this installation for access.",
        session.actor()
    );
    message(StatusCode::FORBIDDEN, "No access", &text, Some(session)).into_response()
}

/// Logs an error and gives the page that says so.
pub(crate) fn failed(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "a page of the console failed");
    problem(
        StatusCode::INTERNAL_SERVER_ERROR,
        "This page could not be built",
        "Regrant's database or vault did not respond. Nothing was changed. Reload the page; if that does not help, Regrant's \
         log has the cause.",
    )
    .into_response()
}

/// The page of something that does not exist or that the operator may not see.
pub(crate) fn missing() -> Response {
    problem(StatusCode::NOT_FOUND, "Not found", "There is nothing here, or you have no role for its customer.")
        .into_response()
}

impl Operator {
    /// Whether the operator has a permission for `customer`.
    pub(crate) fn may(&self, permission: Permission, customer: Option<&CustomerName>) -> bool {
        self.access.allows(permission, customer)
    }

    /// An org that the operator may see.
    pub(crate) async fn org(&self, org: &str) -> Result<OrgProfile, Response> {
        let Ok(id) = org.parse::<OrgId>() else { return Err(missing()) };
        let org = self.ports.ledger.org(&id).await.map_err(|error| failed(&error))?;
        org.filter(|org| self.may(Permission::ReadEstate, org.customer.as_ref())).ok_or_else(missing)
    }

    /// An app that the operator may see, with its org.
    pub(crate) async fn app(&self, org: &str, app: &str) -> Result<(OrgProfile, AppRecord), Response> {
        let (Ok(org), Ok(app)) = (org.parse::<OrgId>(), app.parse::<AppId>()) else { return Err(missing()) };
        match self.find(&org, &app).await.map_err(|error| failed(&error))? {
            Some(found) => Ok(found),
            None => Err(missing()),
        }
    }

    /// An app that the operator may see, with its org.
    pub(crate) async fn find(&self, org: &OrgId, app: &AppId) -> Result<Option<(OrgProfile, AppRecord)>, LedgerError> {
        Ok(match self.ports.ledger.org_and_app(org, app).await? {
            (Some(org), Some(app)) if self.may(Permission::ReadEstate, org.customer.as_ref()) => Some((org, app)),
            _ => None,
        })
    }

    /// The form that this operator's own page posted. A form of any other page is refused.
    #[expect(clippy::result_large_err, reason = "the error is the response")]
    pub(crate) fn form(&self, headers: &HeaderMap, body: &[u8]) -> Result<Parameters, Response> {
        let refused = || {
            problem(
                StatusCode::FORBIDDEN,
                "Nothing was changed",
                "This form did not come from your own session. Go back, reload the page and try again.",
            )
            .into_response()
        };
        if fetch_metadata::is_cross_origin(headers) {
            return Err(refused());
        }
        let form = Parameters::parse_up_to(body, MAX_FORM).map_err(|_| refused())?;
        if self.session.is_form_token(form.get("token").unwrap_or_default()) { Ok(form) } else { Err(refused()) }
    }
}
