//! The routes of the HTTP API and their functions.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::resolve::physical;
use crate::template::{Resource, Template, text};

/// Each route, such as `GET /v1/apps/{org}/{app}`, with the binary that answers it; `None` if API Gateway may not call
/// one.
pub fn routes(template: &Template) -> BTreeMap<String, &str> {
    let key = |route: Resource<'_>| text(&route.properties()["RouteKey"]).to_owned();
    template
        .of_type("AWS::ApiGatewayV2::Route")
        .map(|route| (key(route), answers(template, route.properties())))
        .collect()
}

fn answers<'a>(template: &'a Template, route: &Value) -> &'a str {
    let target = text(&route["Target"]).strip_prefix("integrations/").unwrap_or_default();
    let integration = template.of_type("AWS::ApiGatewayV2::Integration").find(|one| one.name == target);
    let function = integration
        .and_then(|one| template.named("AWS::Serverless::Function", &one.properties()["IntegrationUri"]))
        .filter(|function| may_be_called(template, *function));
    function.map(Resource::binary).unwrap_or_default()
}

fn may_be_called(template: &Template, function: Resource<'_>) -> bool {
    template.of_type("AWS::Lambda::Permission").map(Resource::properties).any(|permission| {
        text(&permission["FunctionName"]) == physical(function.name)
            && permission["Principal"] == "apigateway.amazonaws.com"
            && text(&permission["SourceArn"]).contains(":execute-api:")
    })
}
