//! The filter expressions for Okta's System Log.

use crate::domain::id::AppId;

/// The `filter` of a System Log query ("System Log query", "Expression filter"; "Core Okta API", "Filter"). It covers every
/// type that [`meaning`](super::meaning()) knows, by family, so that new members of a family are included. Every app of the
/// org writes the general provisioning events, so of those only failures are requested; otherwise an org that assigns a
/// thousand users a day would produce a thousand events a day.
pub const FILTER: &str = concat!(
    "eventType sw \"app.office365.\"",
    " or eventType sw \"application.lifecycle.\"",
    " or eventType sw \"application.configuration.\"",
    " or eventType eq \"application.integration.authentication_failure\"",
    " or eventType sw \"application.provision.group_push.mapping.update.or.delete.failed\"",
    " or eventType eq \"app.app_instance.provision_sync_job.failed\"",
    " or eventType sw \"app.oauth2.client.privilege.\"",
    " or eventType sw \"system.api_token.\"",
    " or eventType sw \"system.org.rate_limit.\"",
    " or eventType sw \"system.rate.limit.\"",
    " or eventType eq \"core.concurrency.org.limit.violation\"",
    " or (eventType sw \"application.provision.\" and outcome.result eq \"FAILURE\")",
);

/// The `filter` for successful provisioning of one app. Okta lists the app among the targets of such events (Okta's event
/// types catalogue, `application.provision.user.*`: `AppInstance`).
pub fn success_of(app: &AppId) -> String {
    format!(r#"eventType sw "application.provision." and outcome.result eq "SUCCESS" and target.id eq "{app}""#)
}
