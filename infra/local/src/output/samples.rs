//! Records for tests, with invented values.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

use jiff::Timestamp;
use regrant::domain::app::{AppIdentity, AppRecord};
use regrant::domain::connection::{AppStatus, AuthScheme, ConnectionStatus};
use regrant::domain::scan::{OrgNotScanned, Scan};
use regrant::domain::signal::{Provisioning, Signal, SignalKind};
use regrant::domain::standing::{Assessment, Standing};
use regrant::domain::tenant::TenantName;
use regrant::domain::text::UntrustedText;

pub(crate) fn now() -> Timestamp {
    "2026-03-01T09:30:00Z".parse().unwrap()
}

pub(crate) fn app(label: &str, standing: Standing) -> AppRecord {
    AppRecord {
        identity: AppIdentity {
            org: "00oacme1".parse().unwrap(),
            org_domain: "acme.okta.com".to_owned(),
            app: "0oa1".parse().unwrap(),
            label: UntrustedText::new(label),
            tenant: Some(TenantName::from("acme".to_owned())),
            domain: Some(UntrustedText::new("acme.example")),
        },
        signals: vec![
            Signal::okta(
                now(),
                SignalKind::AppRead { status: AppStatus::Active, features: Vec::new(), tenant_type: None },
            ),
            Signal::okta(
                now(),
                SignalKind::ConnectionRead {
                    auth_scheme: AuthScheme::Oauth2,
                    status: ConnectionStatus::Disabled,
                    authorize_offered: true,
                },
            ),
            Signal::okta(now(), SignalKind::ProvisioningRead { provisioning: Provisioning::Enabled }),
        ],
        assessment: Assessment {
            standing,
            verified: false,
            reasons: vec!["Provisioning is on and the connection is not.".to_owned()],
        },
        as_of: now(),
        last_known: None,
        since: Some(now()),
        before: None,
        request: None,
        consent: regrant::domain::app::ConsentRecord::default(),
        waived_until: None,
        assignment_counts: None,
        version: 0,
    }
}

pub(crate) fn scan(not_seen: &[&str]) -> Scan {
    Scan {
        id: "5ca1ab1e".parse().unwrap(),
        started_at: now(),
        finished_at: Some(now()),
        orgs_pending: 0,
        orgs_seen: 2,
        orgs_not_seen: not_seen
            .iter()
            .map(|reason| OrgNotScanned { org: "00oglobex1".parse().unwrap(), reason: (*reason).to_owned() })
            .collect(),
        apps_seen: 3,
    }
}
