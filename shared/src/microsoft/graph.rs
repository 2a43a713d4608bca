//! Microsoft Graph in one tenant: who, which tenant, and what Okta was granted. Every call is a GET.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION, WWW_AUTHENTICATE};
use reqwest::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::carrier::{Carrier, Read};
use super::error::GraphRefusal;
use super::{Graph, MicrosoftError, Organization};
use crate::domain::administrator::DirectoryRoles;
use crate::domain::grant::{GrantKind, PermissionGrant, ServicePrincipal};
use crate::domain::tenant::{ClientId, ObjectId};
use crate::domain::text::Foreign;
use crate::transport::{Answer, shown_host};

/// Microsoft Graph's own application, in every tenant.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
/// How many pages a list may have; one that goes on leads in a circle.
const MOST_PAGES: u32 = 200;
/// How much of somebody else's text is kept.
const KEPT: usize = 300;

/// Graph, opened with an access token.
pub(super) struct OpenGraph {
    pub(super) carrier: Carrier,
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

    /// A GET; `None` where Graph itself says that there is no such thing.
    async fn get(&self, url: &Url) -> Result<Option<Value>, MicrosoftError> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.access_token.expose_secret()))
            .map_err(|_| self.unexpected("an access token that no header can carry"))?;
        bearer.set_sensitive(true);
        let write = || {
            let mut request = Request::new(Method::GET, url.clone());
            request.headers_mut().insert(AUTHORIZATION, bearer.clone());
            request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
            Ok(request)
        };
        let Read { answer, body } = self.carrier.get(write).await?;
        match answer.status.as_u16() {
            200..300 => Ok(Some(body)),
            // A 404 in another shape is a door in front of Graph, and says nothing about what is behind it.
            404 if body.pointer("/error/code").is_some_and(Value::is_string) => Ok(None),
            status => Err(MicrosoftError::Graph(Box::new(refusal(status, &answer, &body)))),
        }
    }

    async fn required(&self, url: &Url) -> Result<Value, MicrosoftError> {
        let missing = || {
            MicrosoftError::Graph(Box::new(GraphRefusal { status: 404, code: None, request_id: None, claims: None }))
        };
        self.get(url).await?.ok_or_else(missing)
    }

    /// Every item of a list. `@odata.nextLink` is followed whole, on Graph's own origin and nowhere else.
    async fn list(&self, first: Url) -> Result<Vec<Value>, MicrosoftError> {
        let (mut items, mut seen, mut next) = (Vec::new(), BTreeSet::new(), Some(first));
        while let Some(url) = next.take() {
            if !seen.insert(url.to_string()) || seen.len() > MOST_PAGES as usize {
                return Err(self.unexpected("a list that leads in a circle"));
            }
            let mut page = self.required(&url).await?;
            match page.get_mut("value").map(Value::take) {
                Some(Value::Array(values)) => items.extend(values),
                _ => return Err(self.unexpected("a list of another shape")),
            }
            if let Some(link) = page.get("@odata.nextLink").and_then(Value::as_str) {
                let link = Url::parse(link).ok().filter(|link| link.origin() == self.origin.origin());
                next = Some(link.ok_or_else(|| self.unexpected("a list that leads to another host"))?);
            }
        }
        Ok(items)
    }
}

#[async_trait]
impl Graph for OpenGraph {
    async fn organization(&self) -> Result<Organization, MicrosoftError> {
        let url = self.url("/organization", &[("$select", "id,displayName,verifiedDomains")]);
        let list = self.list(url).await?;
        let read = || {
            let [organization] = list.as_slice() else { return None };
            let domains = organization.get("verifiedDomains").and_then(Value::as_array);
            let name = |domain: &Value| domain.get("name").and_then(Value::as_str).map(str::to_ascii_lowercase);
            Some(Organization {
                id: organization.get("id")?.as_str()?.parse().ok()?,
                display_name: text(organization.get("displayName")).unwrap_or_default(),
                verified_domains: domains.map(|domains| domains.iter().filter_map(name).collect()).unwrap_or_default(),
            })
        };
        read().ok_or_else(|| self.unexpected("an organization of another shape"))
    }

    async fn my_roles(&self) -> Result<DirectoryRoles, MicrosoftError> {
        // Filtered here: the cast form in the path reads an index that lags right after an activation.
        let list = self.list(self.url("/me/transitiveMemberOf", &[("$select", "id,roleTemplateId")])).await?;
        let mut roles = DirectoryRoles::default();
        for item in list {
            if item.get("@odata.type").and_then(Value::as_str) != Some("#microsoft.graph.directoryRole") {
                continue;
            }
            match item.get("roleTemplateId").and_then(Value::as_str) {
                Some(template) => {
                    roles.templates.insert(template.to_ascii_lowercase());
                }
                None => roles.some_hidden = true,
            }
        }
        Ok(roles)
    }

    async fn service_principal(&self, app: &ClientId) -> Result<Option<ServicePrincipal>, MicrosoftError> {
        let select = "id,appId,displayName,accountEnabled,appOwnerOrganizationId,verifiedPublisher";
        let url = self.url(&format!("/servicePrincipals(appId='{app}')"), &[("$select", select)]);
        let Some(found) = self.get(&url).await? else { return Ok(None) };
        let read = || {
            Some(ServicePrincipal {
                id: found.get("id")?.as_str()?.parse().ok()?,
                app_id: found.get("appId")?.as_str()?.parse().ok().filter(|id| id == app)?,
                display_name: text(found.get("displayName")).unwrap_or_default(),
                account_enabled: found.get("accountEnabled")?.as_bool()?,
                owner: found.get("appOwnerOrganizationId").and_then(Value::as_str).and_then(|id| id.parse().ok()),
                verified_publisher: text(found.pointer("/verifiedPublisher/displayName")),
            })
        };
        read().map(Some).ok_or_else(|| self.unexpected("a service principal of another shape"))
    }

    async fn grants(&self, principal: &ObjectId) -> Result<Vec<PermissionGrant>, MicrosoftError> {
        let select = [("$select", "id,appRoles,oauth2PermissionScopes")];
        let graph = self.required(&self.url(&format!("/servicePrincipals(appId='{GRAPH}')"), &select)).await?;
        let resource = graph.get("id").and_then(Value::as_str).map(str::to_ascii_lowercase);
        let resource = resource.ok_or_else(|| self.unexpected("a service principal of another shape"))?;
        let roles = role_names(&graph);
        let assigned = self.list(self.url(&format!("/servicePrincipals/{principal}/appRoleAssignments"), &[])).await?;
        let granted =
            self.list(self.url(&format!("/servicePrincipals/{principal}/oauth2PermissionGrants"), &[])).await?;
        let of_graph = |item: &&Value| {
            item.get("resourceId").and_then(Value::as_str).is_some_and(|id| id.eq_ignore_ascii_case(&resource))
        };
        let mut grants: Vec<PermissionGrant> =
            assigned.iter().filter(of_graph).filter_map(|item| application(item, &roles)).collect();
        for item in granted.iter().filter(of_graph) {
            grants.extend(delegated(item).ok_or_else(|| self.unexpected("a permission grant of another shape"))?);
        }
        grants.sort();
        grants.dedup();
        Ok(grants)
    }
}

/// The names of Graph's application permissions by their ids.
fn role_names(graph: &Value) -> BTreeMap<String, String> {
    let roles = graph.get("appRoles").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let pair = |role: &Value| {
        let id = role.get("id")?.as_str()?.to_ascii_lowercase();
        Some((id, role.get("value")?.as_str()?.to_owned()))
    };
    roles.iter().filter_map(pair).collect()
}

/// An `appRoleAssignment`. One whose permission Graph does not name keeps its id: it is granted all the same.
fn application(item: &Value, roles: &BTreeMap<String, String>) -> Option<PermissionGrant> {
    let id = item.get("appRoleId")?.as_str()?.to_ascii_lowercase();
    let permission = roles.get(&id).cloned().unwrap_or(id);
    Some(PermissionGrant { permission, grant: GrantKind::Application })
}

/// An `oAuth2PermissionGrant`: its `scope` is one string with spaces, at times before the first name.
fn delegated(item: &Value) -> Option<Vec<PermissionGrant>> {
    let grant = match item.get("consentType")?.as_str()? {
        "AllPrincipals" => GrantKind::DelegatedForAll,
        "Principal" => GrantKind::DelegatedForOne { principal: item.get("principalId")?.as_str()?.parse().ok()? },
        _ => return None,
    };
    let names = item.get("scope")?.as_str()?.split_ascii_whitespace();
    Some(names.map(|name| PermissionGrant { permission: name.to_owned(), grant: grant.clone() }).collect())
}

fn text(value: Option<&Value>) -> Option<Foreign> {
    let text = value?.as_str()?;
    Some(Foreign::new(text.chars().take(KEPT).collect::<String>()))
}

/// Status and `error.code` decide; `message` is for developers and is left unread ("Microsoft Graph error responses").
fn refusal(status: u16, answer: &Answer, body: &Value) -> GraphRefusal {
    let inner = ["innerError", "innererror"].iter().find_map(|name| body.get("error")?.get(name));
    let request_id = answer
        .header("request-id")
        .or_else(|| inner?.get("request-id")?.as_str())
        .filter(|id| id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let code = body.pointer("/error/code").and_then(Value::as_str);
    GraphRefusal {
        status,
        code: code.map(|code| Foreign::new(code.chars().take(64).collect::<String>()).to_string()),
        request_id: request_id.map(str::to_owned),
        claims: challenge(answer),
    }
}

/// The claims of a challenge ("Claims challenges, claims requests and client capabilities"), decoded.
fn challenge(answer: &Answer) -> Option<String> {
    let header = answer.header(WWW_AUTHENTICATE.as_str())?;
    if !header.contains("insufficient_claims") {
        return None;
    }
    let (_, rest) = header.split_once("claims=\"")?;
    let (encoded, _) = rest.split_once('"')?;
    let claims = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    serde_json::from_str::<Value>(&claims).ok().map(|_| claims)
}
