//! Microsoft Graph in one tenant: people, the tenant itself, and Okta's grants. Every call is a GET.

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
use crate::domain::grant::{PermissionGrant, ServicePrincipal};
use crate::domain::registered_credential::RegisteredCredential;
use crate::domain::tenant::{ClientId, ObjectId};
use crate::http::transport::shown_host;

use super::error::GraphRefusal;
use super::retrying_client::{JsonResponse, RetryingClient};
use super::{Graph, MicrosoftError, Organization};
use readings::text;
use refusals::refusal;

/// The client id of Microsoft Graph's own application, the same in every tenant.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
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
        let missing = || {
            MicrosoftError::Graph(Box::new(GraphRefusal { status: 404, code: None, request_id: None, claims: None }))
        };
        self.get(url).await?.ok_or_else(missing)
    }

    /// Every item of a list. Follows `@odata.nextLink`, but only on Graph's own origin.
    async fn list(&self, first: Url) -> Result<Vec<Value>, MicrosoftError> {
        let (mut items, mut seen, mut next) = (Vec::new(), BTreeSet::new(), Some(first));
        while let Some(url) = next.take() {
            if !seen.insert(url.to_string()) || seen.len() > MOST_PAGES as usize {
                return Err(self.unexpected("a list with a cycle"));
            }
            let mut page = self.required(&url).await?;
            match page.get_mut("value").map(Value::take) {
                Some(Value::Array(values)) => items.extend(values),
                _ => return Err(self.unexpected("a list in a different format")),
            }
            if let Some(link) = page.get("@odata.nextLink").and_then(Value::as_str) {
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

#[async_trait]
impl Graph for OpenGraph {
    async fn organization(&self) -> Result<Organization, MicrosoftError> {
        let url = self.url("/organization", &[("$select", "id,displayName,verifiedDomains")]);
        let list = self.list(url).await?;
        let organization = || {
            let [organization] = list.as_slice() else { return None };
            let domains = organization.get("verifiedDomains").and_then(Value::as_array);
            let name = |domain: &Value| domain.get("name").and_then(Value::as_str).map(str::to_ascii_lowercase);
            Some(Organization {
                id: organization.get("id")?.as_str()?.parse().ok()?,
                display_name: text(organization.get("displayName")).unwrap_or_default(),
                verified_domains: domains.map(|domains| domains.iter().filter_map(name).collect()).unwrap_or_default(),
            })
        };
        organization().ok_or_else(|| self.unexpected("an organization in a different format"))
    }

    async fn my_roles(&self) -> Result<DirectoryRoles, MicrosoftError> {
        self.roles_at("/me").await
    }

    async fn roles_of(&self, user: &ObjectId) -> Result<DirectoryRoles, MicrosoftError> {
        self.roles_at(&format!("/users/{user}")).await
    }

    async fn user(&self, user: &ObjectId) -> Result<Option<DirectoryUser>, MicrosoftError> {
        let url = self.url(&format!("/users/{user}"), &[("$select", "id,accountEnabled")]);
        let Some(found) = self.get(&url).await? else { return Ok(None) };
        readings::user(&found, user).map(Some).ok_or_else(|| self.unexpected("a user in a different format"))
    }

    async fn service_principal(&self, app: &ClientId) -> Result<Option<ServicePrincipal>, MicrosoftError> {
        let select = "id,appId,displayName,accountEnabled,appOwnerOrganizationId,verifiedPublisher,\
                      disabledByMicrosoftStatus";
        let url = self.url(&format!("/servicePrincipals(appId='{app}')"), &[("$select", select)]);
        let Some(found) = self.get(&url).await? else { return Ok(None) };
        let principal = readings::service_principal(&found, app);
        principal.map(Some).ok_or_else(|| self.unexpected("a service principal in a different format"))
    }

    async fn registration_credentials(
        &self,
        app: &ClientId,
    ) -> Result<Option<Vec<RegisteredCredential>>, MicrosoftError> {
        let select = [("$select", "passwordCredentials,keyCredentials")];
        let Some(found) = self.get(&self.url(&format!("/applications(appId='{app}')"), &select)).await? else {
            return Ok(None);
        };
        let credentials = readings::credentials(&found);
        credentials.map(Some).ok_or_else(|| self.unexpected("credentials in a different format"))
    }

    async fn grants(&self, principal: &ObjectId) -> Result<Vec<PermissionGrant>, MicrosoftError> {
        let select = [("$select", "id,appRoles,oauth2PermissionScopes")];
        let graph = self.required(&self.url(&format!("/servicePrincipals(appId='{GRAPH}')"), &select)).await?;
        let resource = graph.get("id").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let resource = resource.ok_or_else(|| self.unexpected("a service principal in a different format"))?;
        let roles = readings::role_names(&graph);
        let assigned = self.list(self.url(&format!("/servicePrincipals/{principal}/appRoleAssignments"), &[])).await?;
        let granted =
            self.list(self.url(&format!("/servicePrincipals/{principal}/oauth2PermissionGrants"), &[])).await?;
        let of_graph = |item: &&Value| {
            item.get("resourceId").and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(&resource))
        };
        let mut grants: Vec<PermissionGrant> =
            assigned.iter().filter(of_graph).filter_map(|item| readings::application(item, &roles)).collect();
        for item in granted.iter().filter(of_graph) {
            grants.extend(
                readings::delegated(item).ok_or_else(|| self.unexpected("a permission grant in a different format"))?,
            );
        }
        grants.sort();
        grants.dedup();
        Ok(grants)
    }
}
