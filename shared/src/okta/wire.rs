//! Lenient decoding of Okta's JSON.
//!
//! Okta's responses differ from its schema: members are missing, null, or of a different type, and enums grow. A value that
//! this version does not understand becomes a surprise in words for people; everything else is decoded.

use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::{Host, Url};

use super::error::ApiError;
use super::{Connection, ConsentLink, ListedApp, OktaError, ProvisioningAdmin};
use crate::domain::app::OFFICE365;
use crate::domain::cloud::Cloud;
use crate::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
use crate::domain::id::AppId;
use crate::domain::signal::Provisioning;
use crate::domain::tenant::TenantName;
use crate::domain::text::UntrustedText;
use crate::http::loopback::is_loopback;
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
    }
}

/// Truncates a text and escapes hidden characters.
pub(crate) fn short(text: &str) -> String {
    UntrustedText::new(text.chars().take(KEPT).collect::<String>()).to_string()
}

/// One item of the app list.
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
    match item.get("name").and_then(Value::as_str) {
        Some(OFFICE365) => {}
        Some(_) => return Listed::Another,
        None => return Listed::Unreadable("An app in the list has no name.".to_owned()),
    }
    let id = item.get("id").and_then(Value::as_str).and_then(|id| id.parse::<AppId>().ok());
    let Some(id) = id else {
        return Listed::Unreadable("An Office 365 app in the list has no valid id.".to_owned());
    };
    let mut surprises = Vec::new();
    let settings = item.pointer("/settings/app");
    let setting = |name: &str| settings.and_then(|settings| settings.get(name)?.as_str());
    let features = match item.get("features") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(names)) => names.iter().filter_map(|name| name.as_str().map(short)).collect(),
        Some(_) => {
            surprises.push("The app's features are not a list.".to_owned());
            Vec::new()
        }
    };
    let status = item.get("status").and_then(Value::as_str).map_or_else(
        || {
            surprises.push("The app has no status.".to_owned());
            "MISSING".to_owned()
        },
        short,
    );
    Listed::Office365(ListedApp {
        id,
        label: UntrustedText::new(item.get("label").and_then(Value::as_str).unwrap_or_default()),
        status: AppStatus::from(status),
        features,
        tenant: setting("msftTenant").filter(|name| !name.is_empty()).map(|name| TenantName::from(short(name))),
        domain: setting("domain").filter(|name| !name.is_empty()).map(UntrustedText::new),
        tenant_type: setting("tenantType").map(short),
        surprises,
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
    let Some(status) = body.get("status").and_then(Value::as_str) else {
        let what = "a provisioning connection without a status".to_owned();
        return Err(OktaError::NotOkta { host: host.to_owned(), what });
    };
    let mut surprises = Vec::new();
    let scheme = [body.pointer("/profile/authScheme"), body.get("authScheme")];
    let scheme = scheme.into_iter().flatten().find_map(Value::as_str).map_or_else(
        || {
            surprises.push("The connection has no authentication scheme.".to_owned());
            AuthScheme::Unknown
        },
        |scheme| AuthScheme::from(short(scheme)),
    );
    let href = body.pointer("/_links/authorize/href").and_then(Value::as_str);
    let authorize = match href.map(|href| Url::parse(href).ok().filter(|url| leads_to_microsoft(url, loopback))) {
        None => ConsentLink::Absent,
        Some(Some(url)) => ConsentLink::Offered(url),
        Some(None) => {
            surprises.push("The consent link does not lead to Microsoft's sign-in page, so it is not used.".to_owned());
            ConsentLink::Elsewhere
        }
    };
    Ok(Connection { auth_scheme: scheme, status: ConnectionStatus::from(short(status)), authorize, surprises })
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
