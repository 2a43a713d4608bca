//! The JSON form of apps, connections and features (recorded and documented Okta answers).

use serde_json::{Map, Value, json};

use crate::org::{App, Connection, Org};
use crate::seeded_rng::SeededRng;

/// The client id of Okta's consent page in this simulator; invented.
pub(crate) const CONSENT_CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";

fn link(href: &str, allow: &[&str]) -> Value {
    json!({ "href": href, "hints": { "allow": allow } })
}

/// An app, as in the list and `GET /api/v1/apps/{id}`.
pub(crate) fn app(org: &Org, app: &App, origin: &str) -> Value {
    let at = format!("{origin}/api/v1/apps/{}", app.id);
    let (status, turn) = if app.active { ("ACTIVE", "deactivate") } else { ("INACTIVE", "activate") };
    let mut links = json!({
        "appLinks": [{
            "name": "login",
            "href": format!("{origin}/home/{}/{}/2161", app.name, app.id),
            "type": "text/html",
        }],
        "policies": link(&format!("{at}/policies"), &["PUT"]),
        "groups": { "href": format!("{at}/groups") },
        "users": { "href": format!("{at}/users") },
    });
    links[turn] = json!({ "href": format!("{at}/lifecycle/{turn}") });
    json!({
        "id": app.id,
        "orn": format!("orn:okta:idp:{}:apps:{}:{}", org.id, app.name, app.id),
        "name": app.name,
        "label": app.label,
        "status": status,
        "lastUpdated": "2026-03-27T07:35:10.000Z",
        "created": "2026-03-27T07:35:08.000Z",
        "accessibility": { "selfService": false, "errorRedirectUrl": null, "loginRedirectUrl": null },
        "licensing": { "seatCount": 0 },
        "visibility": {
            "autoLaunch": false,
            "autoSubmitToolbar": false,
            "hide": { "iOS": false, "web": false },
            "appLinks": { "login": true },
        },
        "features": app.features,
        "signOnMode": app.sign_on_mode,
        "credentials": {
            "scheme": "EDIT_USERNAME_AND_PASSWORD",
            "userNameTemplate": { "template": "user.login", "type": "CUSTOM", "pushStatus": "DONT_PUSH" },
            "revealPassword": false,
            "signing": {},
        },
        "universalLogout": null,
        "settings": settings(app),
        "_links": links,
    })
}

fn settings(app: &App) -> Value {
    let own = if app.name == "office365" {
        json!({
            "tenantType": app.tenant_type,
            "wsFedConfigureType": "AUTO",
            "occSettings": null,
            "windowsTransportEnabled": false,
            "domain": app.domain,
            "msftTenant": app.tenant,
            "domains": [],
            "office365ProvisioningType": null,
            "requireAdminConsent": false,
            "office365FlexibleProvisioningMode": null,
        })
    } else {
        json!({})
    };
    json!({
        "app": own,
        "notifications": { "vpn": { "network": { "connection": "DISABLED" }, "message": null, "helpUrl": null } },
        "manualProvisioning": false,
        "implicitAssignment": false,
        "emOptInStatus": "NONE",
        "notes": { "admin": null, "enduser": null },
    })
}

/// A connection. `rng` draws the `state` of the consent URL.
pub(crate) fn connection(app: &App, origin: &str, rng: &mut SeededRng) -> Value {
    let status = |enabled: bool| if enabled { "ENABLED" } else { "DISABLED" };
    match app.connection {
        Connection::Unknown => json!({ "status": "UNKNOWN", "profile": { "authScheme": "UNKNOWN" } }),
        Connection::OAuth2 { enabled, authorize } => {
            let mut links = connection_links(app, origin, enabled);
            if authorize {
                let href = app.authorize_href.clone().unwrap_or_else(|| consent_url(app, rng));
                let mut link = link(&href, &["GET"]);
                link["guidance"] = json!([
                    "Specifies the URI to invoke in a browser for granting scope consent required to complete the OAuth \
                     2.0 connection."
                ]);
                links.insert("authorize".to_owned(), link);
            }
            json!({ "status": status(enabled), "profile": { "authScheme": "OAUTH2" }, "_links": links })
        }
        Connection::Token { enabled } => json!({
            "authScheme": "TOKEN",
            "status": status(enabled),
            "profile": { "authScheme": "TOKEN" },
            "_links": connection_links(app, origin, enabled),
        }),
        Connection::TokenWithoutProfile { enabled } => json!({
            "authScheme": "TOKEN",
            "status": status(enabled),
            "_links": connection_links(app, origin, enabled),
        }),
    }
}

fn connection_links(app: &App, origin: &str, enabled: bool) -> Map<String, Value> {
    let at = format!("{origin}/api/v1/apps/{}/connections/default", app.id);
    let turn = if enabled { "deactivate" } else { "activate" };
    let mut links = Map::new();
    links.insert("self".to_owned(), link(&at, &["POST", "GET"]));
    links.insert(turn.to_owned(), link(&format!("{at}/lifecycle/{turn}"), &["POST"]));
    links
}

/// A consent URL on Microsoft's v1 endpoint, with the tenant in the path, as in Okta's example.
fn consent_url(app: &App, rng: &mut SeededRng) -> String {
    let tenant = app.tenant.as_deref().unwrap_or("unknown");
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("state", &rng.alphanumeric(40))
        .append_pair("client_id", CONSENT_CLIENT_ID)
        .append_pair("redirect_uri", "https://system-admin.okta.com/admin/app/generic/oauth20redirect")
        .append_pair("scope", "openid profile offline_access https://graph.microsoft.com/.default");
    format!("https://login.microsoftonline.com/{tenant}.onmicrosoft.com/oauth2/authorize?{}", query.finish())
}

/// The features of Office 365.
pub(crate) const FEATURES: [&str; 2] = ["USER_PROVISIONING", "INBOUND_PROVISIONING"];

/// A feature, or `None` if the name is unknown.
pub(crate) fn feature(app: &App, name: &str, origin: &str) -> Option<Value> {
    let (description, capabilities) = match name {
        "USER_PROVISIONING" => (
            "User provisioning settings from Okta to a downstream application",
            json!({
                "create": { "lifecycleCreate": { "status": "ENABLED" } },
                "update": {
                    "profile": { "status": "DISABLED" },
                    "lifecycleDeactivate": { "status": "ENABLED" },
                    "password": { "status": "ENABLED", "seed": "RANDOM", "change": "KEEP_EXISTING" },
                },
            }),
        ),
        "INBOUND_PROVISIONING" => (
            "In-bound provisioning settings for provisioning users from an application to Okta",
            json!({
                "importSettings": {
                    "username": { "userNameFormat": "EMAIL" },
                    "schedule": { "status": "DISABLED", "fullImport": null, "incrementalImport": null },
                },
                "importRules": {
                    "userCreateAndMatch": {
                        "exactMatchCriteria": "USERNAME",
                        "allowPartialMatch": true,
                        "autoConfirmPartialMatch": false,
                        "autoConfirmExactMatch": false,
                        "autoConfirmNewUsers": false,
                        "autoActivateNewUsers": false,
                    },
                },
            }),
        ),
        _ => return None,
    };
    let at = format!("{origin}/api/v1/apps/{}/features/{name}", app.id);
    Some(json!({
        "name": name,
        "status": "ENABLED",
        "description": description,
        "capabilities": capabilities,
        "_links": { "self": link(&at, &["GET", "PUT"]) },
    }))
}

/// `/.well-known/okta-organization`.
pub(crate) fn organization(org: &Org, origin: &str) -> Value {
    let href = org.organization_href.as_deref().unwrap_or(origin);
    let mut links = json!({ "organization": { "href": href } });
    if let Some(alternate) = &org.alternate_href {
        links["alternate"] = json!({ "href": alternate });
    }
    json!({
        "id": org.id,
        "cell": "ok1",
        "_links": links,
        "pipeline": org.pipeline,
        "settings": { "analyticsCollectionEnabled": false, "bugReportingEnabled": true, "omEnabled": false },
    })
}
