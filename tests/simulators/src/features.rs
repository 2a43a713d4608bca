//! `GET /api/v1/apps/{id}/features[/{name}]`.

use http::StatusCode;
use serde_json::Value;

use crate::answer::Answer;
use crate::applications::find;
use crate::okta_error::OktaError;
use crate::org::{App, Org, Provisioning};
use crate::wire;

/// Lists the features of an app with provisioning enabled.
pub(crate) fn list(org: &Org, id: &str, origin: &str) -> Result<Answer, OktaError> {
    let app = provisioning_app(org, id)?;
    let features = wire::FEATURES.iter().filter_map(|name| wire::feature(app, name, origin)).collect();
    Ok(Answer::json(StatusCode::OK, &Value::Array(features)))
}

/// Reads one feature. An unknown name is 404 before any other check.
pub(crate) fn get(org: &Org, id: &str, name: &str, origin: &str) -> Result<Answer, OktaError> {
    let known = wire::FEATURES.contains(&name);
    find(org, id)?;
    if !known {
        return Err(OktaError::not_found(name, "PublicAppFeatureSetName"));
    }
    let app = provisioning_app(org, id)?;
    let feature = wire::feature(app, name, origin).unwrap_or(Value::Null);
    Ok(Answer::json(StatusCode::OK, &feature))
}

fn provisioning_app<'a>(org: &'a Org, id: &str) -> Result<&'a App, OktaError> {
    let app = find(org, id)?;
    match app.provisioning {
        Provisioning::Enabled => Ok(app),
        Provisioning::NotEnabled => {
            Err(OktaError::invalid("feature", "Provisioning is not enabled for the app instance."))
        }
        Provisioning::NotSupported => Err(OktaError::invalid("feature", "Provisioning is not supported.")),
    }
}
