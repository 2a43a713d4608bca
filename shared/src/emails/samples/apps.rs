//! Sample apps, one for each standing.

use serde_json::{Value, json};

use super::NotASample;
use crate::domain::app::AppRecord;
use crate::domain::permission::PermissionCatalogue;
use crate::domain::standing::Standing;

/// Builds an app at `standing`, with a verification if it is consented.
pub fn app(label: &str, standing: Standing) -> Result<AppRecord, NotASample> {
    let reason = match standing {
        Standing::Broken => "Okta's service principal is disabled in Microsoft Entra.",
        Standing::NeedsSave => "Microsoft has a grant, but the connection is off.",
        Standing::Degraded => "The administrator who consented no longer has the required role.",
        Standing::ByHand => "The tenant is in a government cloud that the Management API does not support.",
        Standing::Consented => "The connection is on, and Microsoft has every required grant.",
        _ => "Provisioning is on without OAuth and uses a stored password.",
    };
    let consent = if standing == Standing::Consented { consent() } else { json!({}) };
    Ok(serde_json::from_value(json!({
        "org": "00oInvented1",
        "org_domain": "acme.okta.com",
        "app": "0oaInvented1",
        "label": label,
        "tenant": "contoso",
        "domain": "contoso.example",
        "signals": [],
        "standing": standing,
        "verified": standing == Standing::Consented,
        "reasons": [reason],
        "as_of": "2026-11-25T07:30:00Z",
        "since": "2026-11-20T06:40:00Z",
        "request": {"id": "RG-7K2QM-X4T9P", "opened_at": "2026-11-20T06:40:00Z"},
        "consent": consent,
    }))?)
}

fn consent() -> Value {
    let grants: Vec<Value> = PermissionCatalogue::default()
        .all()
        .iter()
        .map(|permission| json!({"permission": permission.name, "kind": "delegated-for-all"}))
        .collect();
    json!({
        "administrator": {"username": "ada@contoso.onmicrosoft.com", "mfa": "verified"},
        "verification": {
            "at": "2026-11-25T07:29:00Z",
            "connection": {"auth_scheme": "OAUTH2", "status": "ENABLED"},
            "grants": {
                "principal": {
                    "id": "33333333-2222-4333-8444-555555555555",
                    "app_id": "22222222-2222-4333-8444-555555555555",
                    "display_name": "Okta Microsoft Graph Client",
                    "account_enabled": true,
                },
                "grants": grants,
            },
        },
    })
}
