//! Authorization of API operations: who calls, and whether the access policy allows it.
//!
//! A platform layer verifies the credential and inserts a [`Caller`]. `authorize` turns it into an [`Authorized`], which
//! handlers extract in place of the ports. [`AuthorizedApp`] and [`AuthorizedOrg`] check the customer of what a path names.
//! What a caller may not see is answered exactly like what does not exist.

use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::app_path::AppPath;
use super::problem::Problem;
use crate::domain::access_policy::{Access, AccessRules, Identity, Permission, Scope};
use crate::domain::actor::{Actor, Interface};
use crate::domain::app::AppRecord;
use crate::domain::customer::CustomerName;
use crate::domain::id::OrgId;
use crate::domain::org::OrgProfile;
use crate::domain::text::UntrustedText;
use crate::usecases::Ports;

/// Who sent a request. Inserted as an extension by the layer that verified it, and by nothing else.
#[derive(Debug, Clone)]
pub enum Caller {
    /// The person who runs `regrant serve` on this machine, over loopback.
    ThisMachine(Actor),
    /// An operator for whom an identity provider, or a trusted proxy, vouches.
    Operator(Identity),
}

impl Caller {
    /// What the caller may do under `rules`.
    pub fn access(&self, rules: &AccessRules) -> Access {
        match self {
            Self::ThisMachine(_) => Access::everything(),
            Self::Operator(identity) => rules.access_of(identity),
        }
    }

    /// The caller as the actor of events.
    pub fn actor(&self, via: Interface) -> Actor {
        match self {
            Self::ThisMachine(actor) => actor.clone(),
            Self::Operator(identity) => Actor::Operator {
                issuer: UntrustedText::new(&identity.issuer),
                subject: UntrustedText::new(&identity.subject),
                name: identity.name.as_ref().map(UntrustedText::new),
                via,
            },
        }
    }
}

/// A caller who has an operation's permission for at least one customer.
#[derive(Clone)]
pub struct Authorized {
    /// The ports, on the caller's behalf.
    pub ports: Ports,
    /// What the caller may do.
    pub access: Access,
    permission: Permission,
}

impl Authorized {
    /// The customers for which the caller has the operation's permission.
    pub fn scope(&self) -> Scope {
        self.access.scope(self.permission)
    }

    /// Fails with `missing` if the caller may not see `customer`, and with 403 if they lack the operation's permission there.
    fn check(&self, customer: Option<&CustomerName>, missing: impl Fn() -> Problem) -> Result<(), Problem> {
        if self.access.allows(self.permission, customer) {
            Ok(())
        } else if self.access.allows(Permission::ReadEstate, customer) {
            Err(forbidden(self.permission))
        } else {
            Err(missing())
        }
    }

    /// An org that the caller may use for the operation.
    pub async fn org(&self, id: &OrgId) -> Result<OrgProfile, Problem> {
        let missing = || OrgPath::not_found(id);
        let org = self.ports.ledger.org(id).await?.ok_or_else(missing)?;
        self.check(org.customer.as_ref(), missing)?;
        Ok(org)
    }

    /// An org and its app that the caller may use for the operation.
    pub async fn app(&self, path: &AppPath) -> Result<(OrgProfile, AppRecord), Problem> {
        // Two single reads: not every function's role on AWS may read a batch.
        let ledger = &self.ports.ledger;
        let (org, app) = tokio::try_join!(ledger.org(&path.org), ledger.app(&path.org, &path.app))?;
        match (org, app) {
            (Some(org), Some(app)) => {
                self.check(org.customer.as_ref(), AppPath::not_found)?;
                Ok((org, app))
            }
            _ => Err(AppPath::not_found()),
        }
    }
}

fn forbidden(permission: Permission) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        format!("This needs the permission {permission}, which the role {} has.", permission.role()),
    )
}

/// Answers 401 without a verified caller and 403 without the permission; otherwise inserts an [`Authorized`].
pub(super) async fn authorize(
    State((ports, permission)): State<(Ports, Permission)>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else { return unauthorized() };
    let rules = match ports.ledger.access_rules().await {
        Ok(rules) => rules,
        Err(error) => return Problem::internal(&error).into_response(),
    };
    let access = caller.access(&rules);
    if !access.allows_somewhere(permission) {
        return forbidden(permission).into_response();
    }
    let ports = ports.on_behalf_of(Some(caller.actor(Interface::Api)));
    request.extensions_mut().insert(Authorized { ports, access, permission });
    next.run(request).await
}

fn unauthorized() -> Response {
    let problem =
        Problem::new(StatusCode::UNAUTHORIZED, "This needs an access token of the operators' identity provider.");
    let mut response = problem.into_response();
    response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

impl<S: Sync> FromRequestParts<S> for Authorized {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        // A route without the layer must not be open.
        parts.extensions.get::<Self>().cloned().ok_or_else(unauthorized)
    }
}

/// The app that a path names, with its org, if the caller may use it for the operation.
pub struct AuthorizedApp {
    /// The ports, on the caller's behalf.
    pub ports: Ports,
    /// The org.
    pub org: OrgProfile,
    /// The app.
    pub app: AppRecord,
}

impl<S: Send + Sync> FromRequestParts<S> for AuthorizedApp {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let authorized = Authorized::from_request_parts(parts, state).await?;
        let path = AppPath::from_request_parts(parts, state).await.map_err(Problem::into_response)?;
        let (org, app) = authorized.app(&path).await.map_err(Problem::into_response)?;
        Ok(Self { ports: authorized.ports, org, app })
    }
}

/// `{org}` of a path.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct OrgPath {
    /// The Okta org's id, as in `id` of the org's `/.well-known/okta-organization`.
    #[param(value_type = String, example = "00o1a2b3c4D5e6F7g8h9")]
    pub org: OrgId,
}

impl OrgPath {
    fn not_found(org: &OrgId) -> Problem {
        Problem::not_found(format!("No such org {org}. GET /v1/orgs lists all orgs."))
    }
}

/// The org that a path names, if the caller may use it for the operation.
pub struct AuthorizedOrg {
    /// The ports, on the caller's behalf.
    pub ports: Ports,
    /// What the caller may do.
    pub access: Access,
    /// The org.
    pub org: OrgProfile,
}

impl<S: Send + Sync> FromRequestParts<S> for AuthorizedOrg {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let authorized = Authorized::from_request_parts(parts, state).await?;
        let path = Path::<OrgPath>::from_request_parts(parts, state).await;
        // An id that cannot exist.
        let invalid = || Problem::not_found("No such org. GET /v1/orgs lists all orgs.").into_response();
        let Path(OrgPath { org }) = path.map_err(|_| invalid())?;
        let org = authorized.org(&org).await.map_err(Problem::into_response)?;
        Ok(Self { ports: authorized.ports, access: authorized.access, org })
    }
}
