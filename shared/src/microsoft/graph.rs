//! Microsoft Graph in one tenant: people, the tenant itself, and Okta's grants. Every call is a GET.

#[cfg(test)]
mod odd_members;
mod readings;
mod refusals;

use std::collections::BTreeSet;

use async_trait::async_trait;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::domain::administrator::{DirectoryRoles, DirectoryUser};
use crate::domain::app_management_policy::AppManagementPolicy;
use crate::domain::grant::ServicePrincipal;
use crate::domain::tenant::{ClientId, ObjectId};
use crate::http::transport::shown_host;

use super::error::GraphRefusal;
use super::retrying_client::{JsonResponse, RetryingClient};
use super::{GrantList, Graph, MicrosoftError, Organization, RegisteredCredentials};
pub(super) use refusals::claims;
use refusals::refusal;

/// The client id of Microsoft Graph's own application, the same in every tenant.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// The code of a 404 ("Microsoft Graph error responses").
const NOT_FOUND: &str = "Request_ResourceNotFound";
/// The maximum number of pages of a list. A longer list is a cycle.
const MOST_PAGES: u32 = 200;

/// Microsoft Graph, opened with an access token.
pub(super) struct OpenGraph {
    pub(super) http: RetryingClient,
    pub(super) origin: Url,
    pub(super) access_token: SecretString,
}

impl OpenGraph {
    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.origin.clone();
        url.set_path(&format!("/v1.0{path}"));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn unexpected(&self, what: &str) -> MicrosoftError {
        MicrosoftError::Unexpected { host: shown_host(&self.origin), what: what.to_owned() }
    }

    /// Sends a GET; `None` if Graph itself reports that the object does not exist.
    async fn get(&self, url: &Url) -> Result<Option<Value>, MicrosoftError> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.access_token.expose_secret()))
            .map_err(|_| self.unexpected("an access token with invalid characters"))?;
        bearer.set_sensitive(true);
        let build = || {
            let mut request = Request::new(Method::GET, url.clone());
            request.headers_mut().insert(AUTHORIZATION, bearer.clone());
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
            Ok(request)
        };
        let JsonResponse { response, body } = self.http.get(build).await?;
        match response.status.as_u16() {
            200..300 => Ok(Some(body)),
            // A 404 in a different format comes from a proxy and says nothing about the object.
            404 if body.pointer("/error/code").is_some_and(Value::is_string) => Ok(None),
            status => Err(MicrosoftError::Graph(Box::new(refusal(status, &response, &body)))),
        }
    }

    async fn required(&self, url: &Url) -> Result<Value, MicrosoftError> {
        self.get(url).await?.ok_or_else(not_found)
    }

    /// Every item of a list. Follows `@odata.nextLink`, but only on Graph's own origin.
    async fn list(&self, first: Url) -> Result<Vec<Value>, MicrosoftError> {
        let (mut items, mut seen, mut next) = (Vec::new(), BTreeSet::new(), Some(first));
        while let Some(url) = next.take() {
            if !seen.insert(url.to_string()) || seen.len() > MOST_PAGES as usize {
                return Err(self.unexpected("a list with a cycle"));
            }
            let mut page = match self.get(&url).await? {
                Some(page) => page,
                None if seen.len() > 1 => return Err(self.unexpected("a list with a page that does not exist")),
                None => return Err(not_found()),
            };
            match page.get_mut("value").map(Value::take) {
                Some(Value::Array(values)) => items.extend(values),
                _ => return Err(self.unexpected("a list whose value is not a list")),
            }
            if let Some(link) = page.get("@odata.nextLink").filter(|link| !link.is_null()) {
                let link =
                    link.as_str().ok_or_else(|| self.unexpected("a list with an @odata.nextLink that is not text"))?;
                let link = Url::parse(link).ok().filter(|link| link.origin() == self.origin.origin());
                next = Some(link.ok_or_else(|| self.unexpected("a list that links to a different host"))?);
            }
        }
        Ok(items)
    }

    /// The directory roles of the person at that path, including roles through groups.
    async fn roles_at(&self, path: &str) -> Result<DirectoryRoles, MicrosoftError> {
        let select = [("$select", "id,roleTemplateId")];
        Ok(readings::roles(&self.list(self.url(&format!("{path}/transitiveMemberOf"), &select)).await?))
    }
}

fn not_found() -> MicrosoftError {
    let code = Some(NOT_FOUND.to_owned());
    MicrosoftError::Graph(Box::new(GraphRefusal { status: 404, code, ..GraphRefusal::default() }))
}

#[async_trait]
impl Graph for OpenGraph {
    async fn organization(&self) -> Result<Organization, MicrosoftError> {
        let url = self.url("/organization", &[("$select", "id,displayName,verifiedDomains")]);
        readings::organization(&self.list(url).await?).map_err(|what| self.unexpected(&what))
    }

    async fn my_roles(&self) -> Result<DirectoryRoles, MicrosoftError> {
        match self.roles_at("/me").await {
            // A partner's administrator (GDAP) is not an object of this tenant, and neither holds its roles.
            Err(MicrosoftError::Graph(refusal))
                if refusal.status == 404 && refusal.code.as_deref() == Some(NOT_FOUND) =>
            {
                Ok(DirectoryRoles::default())
            }
            roles => roles,
        }
    }

    async fn roles_of(&self, user: &ObjectId) -> Result<DirectoryRoles, MicrosoftError> {
        self.roles_at(&format!("/users/{user}")).await
    }

    async fn user(&self, user: &ObjectId) -> Result<Option<DirectoryUser>, MicrosoftError> {
        let url = self.url(&format!("/users/{user}"), &[("$select", "id,accountEnabled")]);
        let Some(found) = self.get(&url).await? else { return Ok(None) };
        readings::user(&found, user).map(Some).map_err(|what| self.unexpected(&what))
    }

    async fn service_principal(&self, app: &ClientId) -> Result<Option<ServicePrincipal>, MicrosoftError> {
        let select = "id,appId,displayName,accountEnabled,appOwnerOrganizationId,verifiedPublisher,\
                      disabledByMicrosoftStatus";
        let url = self.url(&format!("/servicePrincipals(appId='{app}')"), &[("$select", select)]);
        let Some(found) = self.get(&url).await? else { return Ok(None) };
        readings::service_principal(&found, app).map(Some).map_err(|what| self.unexpected(&what))
    }

    async fn registration_credentials(&self, app: &ClientId) -> Result<Option<RegisteredCredentials>, MicrosoftError> {
        let select = [("$select", "passwordCredentials,keyCredentials")];
        let Some(found) = self.get(&self.url(&format!("/applications(appId='{app}')"), &select)).await? else {
            return Ok(None);
        };
        readings::credentials(&found).map(Some).map_err(|what| self.unexpected(&what))
    }

    async fn app_management_policy(&self) -> Result<AppManagementPolicy, MicrosoftError> {
        let found = self.required(&self.url("/policies/defaultAppManagementPolicy", &[])).await?;
        Ok(readings::app_management_policy(&found))
    }

    async fn grants(&self, principal: &ObjectId) -> Result<GrantList, MicrosoftError> {
        let select = [("$select", "id,appRoles,oauth2PermissionScopes")];
        let graph = self.required(&self.url(&format!("/servicePrincipals(appId='{GRAPH}')"), &select)).await?;
        let resource = graph.get("id").and_then(Value::as_str);
        let resource = resource.ok_or_else(|| self.unexpected("Microsoft Graph's own service principal has no id."))?;
        let roles = readings::role_names(&graph);
        let assigned = self.list(self.url(&format!("/servicePrincipals/{principal}/appRoleAssignments"), &[])).await?;
        let granted =
            self.list(self.url(&format!("/servicePrincipals/{principal}/oauth2PermissionGrants"), &[])).await?;
        let mut list = readings::assigned(&assigned, resource, &roles);
        let delegated = readings::delegated(&granted, resource);
        list.grants.extend(delegated.grants);
        list.unreadable.extend(delegated.unreadable);
        list.grants.sort();
        list.grants.dedup();
        list.unreadable.sort();
        list.unreadable.dedup();
        Ok(list)
    }
}
