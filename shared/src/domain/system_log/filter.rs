//! Which events Okta is asked for.

use crate::domain::id::AppId;

/// The `filter` of a reading, in Okta's syntax ("System Log query", "Expression filter"; "Core Okta API", "Filter"): every
/// type that [`meaning`](super::meaning()) knows, by families, so that new members of a family are seen too. Of the general
/// provisioning events, which every app of the org writes, only those that failed: an org that assigns a thousand
/// users a day does not have them read here.
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

/// The `filter` for provisioning that worked for one app. Successes of provisioning carry the app among their targets
/// (Okta's event types catalogue, `application.provision.user.*`: `AppInstance`).
pub fn success_of(app: &AppId) -> String {
    format!(r#"eventType sw "application.provision." and outcome.result eq "SUCCESS" and target.id eq "{app}""#)
}
