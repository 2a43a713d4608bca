//! Lenient decoding of Okta's JSON.
//!
//! Okta's responses differ from its schema: members are missing, null, or of a different type, and enums grow. A value that
//! this version does not understand becomes a surprise in words for people; everything else is decoded.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::{Host, Url};

use super::error::ApiError;
use super::{Connection, ConsentLink, ListedApp, OktaError, OrgUrl, ProvisioningAdmin};
use crate::domain::app::OFFICE365;
use crate::domain::cloud::Cloud;
use crate::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
use crate::domain::id::AppId;
use crate::domain::members::Members;
use crate::domain::signal::Provisioning;
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;
use crate::http::challenge;
use crate::http::loopback::{LoopbackPolicy, is_loopback};
use crate::http::transport::HttpResponse;

/// The maximum stored length of a text from Okta, in characters.
const KEPT: usize = 300;

/// Parses the body as JSON.
pub(crate) fn json(host: &str, response: &HttpResponse) -> Result<Value, OktaError> {
    serde_json::from_slice(&response.body)
        .map_err(|_| OktaError::NotOkta { host: host.to_owned(), what: "a body that is not JSON".to_owned() })
}

/// Decodes an error response, in Okta's format or a proxy's.
pub(crate) fn error(response: &HttpResponse) -> ApiError {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(short);
    let challenge = challenge::oauth_error(&response.headers);
    let in_header = |name: &str| challenge.as_ref().and_then(|found| found.parameter(name)).map(short);
    let oauth_error = in_header("error").map(|error| error.to_ascii_lowercase());
    let causes = body.get("errorCauses").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    ApiError {
        status: response.status.as_u16(),
        code: text("errorCode"),
        summary: text("errorSummary")
            .or_else(|| text("message"))
            .unwrap_or_else(|| response.status.canonical_reason().unwrap_or("no error message").to_owned()),
        causes: causes.iter().take(5).filter_map(|cause| cause.get("errorSummary")?.as_str().map(short)).collect(),
        error_id: text("errorId"),
        request_id: response.header("x-okta-request-id").map(short),
        // RFC 6750 section 3.1: with other errors, `scope` only says what the resource is protected with.
        required_scope: in_header("scope").filter(|_| oauth_error.as_deref() == Some("insufficient_scope")),
        oauth_description: in_header("error_description"),
        oauth_error,
    }
}

/// Truncates a text and escapes hidden characters.
pub(crate) fn short(text: &str) -> String {
    UntrustedText::new(text.chars().take(KEPT).collect::<String>()).to_string()
}

/// One item of the app list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listed {
    /// An Office 365 app.
    Office365(ListedApp),
    /// A different app, which the filter should have excluded.
    Another,
    /// Not decodable as an app.
    Unreadable(String),
}

/// Decodes an app integration.
pub(crate) fn app(item: &Value) -> Listed {
    let mut members = Members::of(item, "An app in Okta's list");
    match members.required_text("name") {
        Some(OFFICE365) => {}
        Some(_) => return Listed::Another,
        None => return Listed::Unreadable(members.in_words()),
    }
    let Some(id) = members.required::<AppId>("id") else { return Listed::Unreadable(members.in_words()) };
    let mut members = Members::of(item, "The app");
    let mut features = Vec::new();
    for name in members.list("features") {
        match name.as_str() {
            Some(name) => features.push(short(name)),
            None => members.has("an entry in features that is not text"),
        }
    }
    let status = members.required_text("status").map_or_else(|| "MISSING".to_owned(), short);
    Listed::Office365(ListedApp {
        id,
        label: UntrustedText::new(members.text("label").unwrap_or_default()),
        status: AppStatus::from(status),
        features,
        tenant: members.text("settings.app.msftTenant").map(|name| TenantName::from(short(name))),
        domain: members.text("settings.app.domain").map(UntrustedText::new),
        tenant_type: members.text("settings.app.tenantType").map(short),
        surprises: members.into_problems(),
    })
}

/// The request body that prepares an OAuth connection. It has no `settings` unless an org needs them
/// (okta-management-openapi `ProvisioningConnectionOauthRequest`).
pub(crate) fn oauth_connection(admin: Option<&ProvisioningAdmin>) -> Value {
    let mut profile = json!({ "authScheme": "OAUTH2" });
    if let Some(admin) = admin {
        profile["settings"] =
            json!({ "adminUsername": admin.username, "adminPassword": admin.password.expose_secret() });
    }
    json!({ "profile": profile })
}

/// Decodes a provisioning connection.
pub(crate) fn connection(host: &str, body: &Value, loopback: bool) -> Result<Connection, OktaError> {
    let mut members = Members::of(body, "The connection");
    let Some(status) = members.required_text("status") else {
        return Err(OktaError::NotOkta { host: host.to_owned(), what: members.in_words() });
    };
    let scheme = members.text("profile.authScheme").or_else(|| members.text("authScheme"));
    if scheme.is_none() {
        members.has("no authentication scheme (profile.authScheme)");
    }
    let before = members.problem_count();
    let href = members.text("_links.authorize.href");
    let authorize = match href.map(|href| Url::parse(href).ok().filter(|url| leads_to_microsoft(url, loopback))) {
        // A link that cannot be read is not an absent link.
        None if members.problem_count() > before => ConsentLink::Elsewhere,
        None => ConsentLink::Absent,
        Some(Some(url)) => ConsentLink::Offered(url),
        Some(None) => {
            members.has(&elsewhere(href.unwrap_or_default()));
            ConsentLink::Elsewhere
        }
    };
    Ok(Connection {
        auth_scheme: scheme.map_or(AuthScheme::Unknown, |scheme| AuthScheme::from(short(scheme))),
        status: ConnectionStatus::from(short(status)),
        authorize,
        surprises: members.into_problems(),
    })
}

/// Why a consent link is not used. One on the org's `-admin` host leads to the Admin Console, where the same consent starts
/// with the button "Authenticate with Microsoft Office 365" (an early description of the API by an Okta engineer).
fn elsewhere(href: &str) -> String {
    let is_admin = |url: &Url| {
        let name = url.host_str().and_then(|host| host.split('.').next());
        name.is_some_and(|name| name.ends_with("-admin")) && OrgUrl::is_okta_host(url, LoopbackPolicy::Refuse)
    };
    if Url::parse(href).is_ok_and(|url| is_admin(&url)) {
        "a consent link into the Okta Admin Console instead of to Microsoft, so Regrant does not use it: open the app there \
         and select \"Authenticate with Microsoft Office 365\" on its Provisioning tab"
            .to_owned()
    } else {
        "a consent link (_links.authorize.href) that does not lead to Microsoft's sign-in page, so Regrant does not use it"
            .to_owned()
    }
}

fn is_sign_in_host(host: &str) -> bool {
    Cloud::ALL.into_iter().any(|cloud| cloud.login_hosts().contains(&host))
}

fn leads_to_microsoft(url: &Url, loopback: bool) -> bool {
    let bare = url.username().is_empty() && url.password().is_none();
    let listed = url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(is_sign_in_host);
    let simulated = loopback && url.host().is_some_and(|host: Host<&str>| is_loopback(&host));
    bare && (listed || simulated)
}

/// Decodes the response of the features endpoint: a list, or an `E0000001` whose cause is the only documented difference
/// between "not enabled" and "not supported".
pub(crate) fn provisioning(host: &str, response: &HttpResponse) -> Result<Provisioning, OktaError> {
    if response.status.is_success() {
        return match json(host, response)? {
            Value::Array(_) => Ok(Provisioning::Enabled),
            _ => Err(OktaError::NotOkta { host: host.to_owned(), what: "features that are not a list".to_owned() }),
        };
    }
    let error = error(response);
    let says = |text: &str| error.causes.iter().any(|cause| cause.to_ascii_lowercase().contains(text));
    match error.code.as_deref() {
        Some("E0000001") if says("provisioning is not supported") => Ok(Provisioning::NotSupported),
        Some("E0000001") if says("provisioning is not enabled") => Ok(Provisioning::NotEnabled),
        _ => Err(OktaError::Api(Box::new(error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &Value) -> Result<Connection, OktaError> {
        connection("acme.okta.com", body, false)
    }

    #[test]
    fn link_into_the_admin_console_is_explained_and_not_used() {
        for (href, explained) in [
            ("https://acme-admin.okta.com/admin/app/office365/instance/0oa1/oauth", true),
            ("https://acme-admin.okta.com.evil.example/", false),
            ("https://evil-admin.example/", false),
            ("javascript:alert(1)", false),
        ] {
            let body = json!({ "status": "DISABLED", "profile": { "authScheme": "OAUTH2" },
                "_links": { "authorize": { "href": href } } });
            let Ok(read) = read(&body) else { unreachable!("{href}") };
            assert_eq!((read.authorize, read.surprises.len()), (ConsentLink::Elsewhere, 1), "{href}");
            assert_eq!(read.surprises.iter().any(|what| what.contains("Admin Console")), explained, "{href}");
        }
    }

    #[test]
    fn connection_that_is_not_authorized_is_read() {
        let body = json!({ "status": "NOT_AUTHORIZED", "profile": { "authScheme": "OAUTH2" } });
        let status = read(&body).map(|connection| connection.status);
        assert_eq!(status, Ok(ConnectionStatus::NotAuthorized));
    }
}
