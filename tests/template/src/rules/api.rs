//! Rules for the HTTP API: routes, authorizers, throttles and access log.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Template;
use crate::template::{each, text};

/// The pages and callbacks of the functions' routers; `infra/openapi.json` lists the paths below `/v1`.
const PAGES: &[(&str, &str)] = &[
    ("GET /consent/session/{session}", "save"),
    ("GET /consent/{invitation}", "consent-url"),
    // The console, with its own sign-in. This function has no API operation.
    ("GET /console", "console"),
    ("GET /console/{proxy+}", "console"),
    ("GET /mail/mute/{token}", "notify"),
    ("GET /mail/request/{token}", "notify"),
    ("GET /openapi.json", "discovery"),
    ("GET /oauth/failed/{failure}", "callback"),
    ("GET /oauth/microsoft/21vianet/callback", "callback"),
    ("GET /oauth/microsoft/callback", "callback"),
    ("GET /oauth/microsoft/dod/callback", "callback"),
    ("GET /oauth/microsoft/gcc-high/callback", "callback"),
    ("GET /", "callback"),
    // The 404 page. This function has no API operation.
    ("GET /{proxy+}", "callback"),
    // Pages also accept HEAD. Callbacks do not, because they have side effects.
    ("HEAD /consent/session/{session}", "save"),
    ("HEAD /consent/{invitation}", "consent-url"),
    ("HEAD /mail/mute/{token}", "notify"),
    ("HEAD /mail/request/{token}", "notify"),
    ("HEAD /oauth/failed/{failure}", "callback"),
    ("POST /consent/session/{session}/finish", "save"),
    ("POST /consent/session/{session}/handover", "save"),
    ("POST /consent/session/{session}/okta", "consent-url"),
    ("POST /consent/{invitation}", "consent-url"),
    ("POST /console/{proxy+}", "console"),
    ("POST /mail/mute/{token}", "notify"),
];

/// The function of a path below `/v1`.
fn owner(path: &str) -> &'static str {
    if path.contains("/invitations") {
        "consent-url"
    } else if path.ends_with("/save") {
        "save"
    } else if path.starts_with("/v1/mail/")
        || ["/notifications", "/waiver", "/failed-work"].iter().any(|end| path.ends_with(end))
    {
        "notify"
    } else {
        "discovery"
    }
}

/// The expected routes with their functions.
fn expected() -> Result<BTreeMap<String, &'static str>, String> {
    let description = include_str!("../../../../infra/openapi.json");
    let description: Value = serde_json::from_str(description).map_err(|error| error.to_string())?;
    let mut meant: BTreeMap<_, _> = PAGES.iter().map(|(key, function)| ((*key).to_owned(), *function)).collect();
    for (path, methods) in description["paths"].as_object().into_iter().flatten() {
        for method in methods.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase()) {
            meant.insert(format!("{method} {path}"), owner(path));
        }
    }
    Ok(meant)
}

pub(super) fn routes(template: &Template) -> Vec<String> {
    let (meant, present) = match expected() {
        Ok(meant) => (meant, crate::routes(template)),
        Err(error) => return vec![error],
    };
    let keys: BTreeSet<_> = meant.keys().chain(present.keys()).collect();
    keys.into_iter()
        .filter_map(|key| match (meant.get(key), present.get(key)) {
            (Some(meant), Some(present)) if meant == present => None,
            (Some(meant), Some(present)) => Some(format!("{key} calls {present:?} instead of {meant}")),
            (Some(_), None) => Some(format!("{key} is missing")),
            (None, _) => Some(format!("{key} exists without a function that answers it")),
        })
        .collect()
}

pub(super) fn authorizers(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    for route in template.of_type("AWS::ApiGatewayV2::Route") {
        let properties = route.properties();
        let key = text(&properties["RouteKey"]);
        let of_operators = key.split_once(' ').is_some_and(|(_, path)| path == "/v1" || path.starts_with("/v1/"));
        let authorizer = template
            .of_type("AWS::ApiGatewayV2::Authorizer")
            .find(|authorizer| properties["AuthorizerId"] == authorizer.name);
        let asks = properties["AuthorizationType"] == "JWT"
            && authorizer.is_some_and(|one| each(&one.properties()["JwtConfiguration"]["Audience"]).count() > 0);
        if of_operators && !asks_for_scopes(key, properties) {
            violations.push(format!("{key} accepts a token without a scope of its own"));
        }
        if of_operators && !asks {
            violations.push(format!("{key} requires no token"));
        }
        if !of_operators && (properties["AuthorizationType"] != "NONE" || authorizer.is_some()) {
            violations.push(format!("{key} requires a token, which its callers do not have"));
        }
    }
    violations
}

/// Whether a route names the scope for writing, and the one for reading too if it only reads. A parameter without a default
/// resolves to its name: with a default, an installation could accept ID tokens, which have no such scope, by accident.
fn asks_for_scopes(key: &str, properties: &Value) -> bool {
    let scopes: Vec<_> = each(&properties["AuthorizationScopes"]).map(text).collect();
    let may_read = key.starts_with("GET ");
    scopes == if may_read { vec!["JwtReadScope", "JwtWriteScope"] } else { vec!["JwtWriteScope"] }
}

pub(super) fn throttles(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    for stage in template.of_type("AWS::ApiGatewayV2::Stage") {
        let properties = stage.properties();
        let rate = |settings: &Value| settings["ThrottlingRateLimit"].as_f64().filter(|rate| *rate > 0.0);
        let Some(usual) = rate(&properties["DefaultRouteSettings"]) else {
            violations.push(format!("{} has no throttle", stage.name));
            continue;
        };
        let settings = &properties["RouteSettings"];
        for route in template.of_type("AWS::ApiGatewayV2::Route") {
            let key = text(&route.properties()["RouteKey"]);
            if !key.contains(" /v1/") && rate(&settings[key]).is_none_or(|rate| rate >= usual) {
                violations.push(format!("{key} is not throttled more strictly than the default"));
            }
            if settings.get(key).is_some() && !each(&stage.body["DependsOn"]).any(|one| *one == route.name) {
                violations.push(format!("{} has settings for {key} without depending on it", stage.name));
            }
        }
        let there: BTreeSet<_> = crate::routes(template).into_keys().collect();
        let named = settings.as_object().into_iter().flatten().map(|(key, _)| key);
        violations.extend(
            named.filter(|key| !there.contains(*key)).map(|key| format!("{key} is throttled but does not exist")),
        );
    }
    violations
}

/// The request fields that the access log may contain. The path is excluded because an invitation's path is a secret.
const LOGGED: &[&str] = &[
    "context.authorizer.claims.sub",
    "context.identity.sourceIp",
    "context.integration.status",
    "context.requestId",
    "context.requestTime",
    "context.responseLatency",
    "context.routeKey",
    "context.status",
];

pub(super) fn access_log(template: &Template) -> Vec<String> {
    let mut violations = Vec::new();
    for stage in template.of_type("AWS::ApiGatewayV2::Stage") {
        let format = text(&stage.properties()["AccessLogSettings"]["Format"]);
        if serde_json::from_str::<Value>(format).is_err() {
            violations.push(format!("{} does not log JSON", stage.name));
        }
        let name = |rest: &str| {
            rest.split(|c: char| !c.is_alphanumeric() && !"._-".contains(c)).next().unwrap_or_default().to_owned()
        };
        let logged = format.split('$').skip(1).map(name);
        violations.extend(
            logged.filter(|one| !LOGGED.contains(&one.as_str())).map(|one| format!("{} logs {one}", stage.name)),
        );
    }
    violations
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::rules::testing::detects;

    #[test]
    fn wrong_route_authorizers_are_reported() {
        detects(
            authorizers,
            [
                ("/Resources/SaveAppRoute/Properties/AuthorizationType", json!("NONE")),
                ("/Resources/SaveAppRoute/Properties/AuthorizerId", Value::Null),
                ("/Resources/Operators/Properties/JwtConfiguration/Audience", json!([])),
                ("/Resources/SaveAppRoute/Properties/AuthorizationScopes", Value::Null),
                ("/Resources/SaveAppRoute/Properties/AuthorizationScopes", json!([])),
                ("/Resources/SaveAppRoute/Properties/AuthorizationScopes", json!(["regrant.read", "regrant.write"])),
                ("/Parameters/JwtWriteScope/Default", json!("openid")),
                ("/Resources/ShowConsentRoute/Properties/AuthorizationType", json!("JWT")),
                ("/Resources/MuteRoute/Properties/AuthorizationType", json!("JWT")),
                ("/Resources/ShowRequestRoute/Properties/AuthorizationType", json!("JWT")),
                ("/Resources/WaiveRoute/Properties/AuthorizationType", json!("NONE")),
                ("/Resources/ShowConsentRoute/Properties/RouteKey", json!("GET /v1/consent")),
            ],
        );
    }

    #[test]
    fn missing_unknown_and_misdirected_routes_are_reported() {
        detects(
            routes,
            [
                ("/Resources/StartScanRoute", Value::Null),
                ("/Resources/StartScanRoute/Properties/RouteKey", json!("PUT /v1/scans")),
                ("/Resources/CallbackDodRoute/Properties/Target", json!("integrations/SaveIntegration")),
                ("/Resources/CallbackDodRoute/Properties/Target", json!("integrations/Nothing")),
                ("/Resources/CallbackPermission", Value::Null),
                ("/Resources/MuteRoute", Value::Null),
                ("/Resources/ChangeInConsoleRoute", Value::Null),
                ("/Resources/ShowConsoleRoute/Properties/Target", json!("integrations/DiscoveryIntegration")),
                ("/Resources/CheckRequestRoute", Value::Null),
                ("/Resources/FailedWorkRoute/Properties/Target", json!("integrations/DiscoveryIntegration")),
            ],
        );
    }

    #[test]
    fn loose_throttles_are_reported() {
        let settings = "/Resources/Stage/Properties/RouteSettings";
        detects(
            throttles,
            [
                ("/Resources/Stage/Properties/DefaultRouteSettings", Value::Null),
                (settings, json!({})),
                (
                    "/Resources/Stage/Properties/RouteSettings/GET ~1consent~1{invitation}/ThrottlingRateLimit",
                    json!(1000),
                ),
                ("/Resources/Stage/Properties/RouteSettings/GET ~1odd", json!({ "ThrottlingRateLimit": 1 })),
                ("/Resources/Stage/DependsOn", json!(["ShowConsentRoute"])),
            ],
        );
    }

    #[test]
    fn access_log_with_secrets_is_reported() {
        let place = "/Resources/Stage/Properties/AccessLogSettings/Format";
        detects(
            access_log,
            [
                (place, json!(r#"{"path":"$context.path"}"#)),
                (place, json!(r#"{"query":"$context.integration.latency $request.querystring.code"}"#)),
                (place, json!(r#"{"cookie":"$request.header.cookie"}"#)),
                (place, json!("$context.requestId")),
            ],
        );
    }
}
