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
use regrant::testing::records::{app_identity, app_record};

use crate::exit::Tally;

pub(crate) fn now() -> Timestamp {
    "2026-03-01T09:30:00Z".parse().unwrap()
}

pub(crate) fn app(label: &str, standing: Standing) -> AppRecord {
    let identity = AppIdentity {
        org_domain: "acme.okta.com".to_owned(),
        tenant: Some(TenantName::from("acme".to_owned())),
        domain: Some(UntrustedText::new("acme.example")),
        ..app_identity("00oacme1", "0oa1", label)
    };
    AppRecord {
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
        since: Some(now()),
        ..app_record(identity, standing)
    }
}

pub(crate) fn tally(standings: &[Standing]) -> Tally {
    let mut tally = Tally::default();
    for standing in standings {
        tally.add(&app("Office 365", *standing), false);
    }
    tally
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
