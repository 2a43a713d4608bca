//! The Microsoft side of the demo: its orgs' tenants with their people, Okta's application and Regrant's registration.

use jiff::{SignedDuration, Timestamp};
use regrant::domain::permission::PermissionCatalogue;

use super::directory::EntraTenant;
use super::entra_app::{AppCredential, ClientAuth, EntraApp, GrantStyle};
use super::person::{GLOBAL_ADMINISTRATOR, HELPDESK_ADMINISTRATOR, Person, SignInBlock, guid};
use super::{CLIENT_CERTIFICATE, MicrosoftSimulator};
use crate::demo::demo_set;
use crate::wire::CONSENT_CLIENT_ID;

/// The client id of Regrant's registration in this simulator; invented.
pub const REGRANT_CLIENT: &str = "99999999-8888-4777-8666-555555555555";
/// Its client secret; invented, grants no access.
pub const OPERATOR_SECRET: &str = "demo~RegrantSecretThatIsInventedAndOpensNothing";

/// SHA-1 of the client certificate in DER, as Entra's portal and Graph show it.
const CLIENT_CERTIFICATE_SHA1: &str = "1F03C565368756C9C99984D0E41911429D5E552B";
/// The lifetime of a credential of Regrant's registration.
pub(super) const CREDENTIAL_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Okta's application, as its consent page shows it.
pub(super) fn okta_app() -> EntraApp {
    EntraApp {
        client_id: CONSENT_CLIENT_ID.to_owned(),
        home: guid("tenant of okta"),
        display_name: "Okta Microsoft Graph Client".to_owned(),
        publisher: Some("Okta, Inc. (simulated)".to_owned()),
        redirect_uris: Vec::new(),
        is_oktas: true,
        credentials: Vec::new(),
        permissions: PermissionCatalogue::default().all().iter().map(|permission| permission.name.clone()).collect(),
        grant_style: GrantStyle::DelegatedForAll,
        application_permissions: Vec::new(),
        role_claims: false,
        remembers_consent: false,
    }
}

/// Regrant's registration with these `redirect_uris`, with a secret, a certificate and a federated credential. Its home
/// tenant is `acme`, and its credentials expire a year after `now`.
pub(super) fn regrant_app(redirect_uris: Vec<String>, now: Timestamp) -> EntraApp {
    let ends_at = now.saturating_add(CREDENTIAL_LIFE).unwrap_or(now);
    let credential = |name: &str, auth| AppCredential {
        key_id: guid(&format!("credential {name}")),
        display_name: name.to_owned(),
        ends_at,
        auth,
    };
    EntraApp {
        client_id: REGRANT_CLIENT.to_owned(),
        home: guid("tenant acme"),
        display_name: "Regrant (demonstration)".to_owned(),
        publisher: None,
        redirect_uris,
        is_oktas: false,
        credentials: vec![
            credential("Regrant's secret", ClientAuth::Secret(OPERATOR_SECRET.to_owned())),
            credential(
                "Regrant's certificate",
                ClientAuth::Certificate {
                    public_key_pem: include_str!("keys/client.pub.pem").to_owned(),
                    thumbprint: thumbprint(CLIENT_CERTIFICATE),
                    key_identifier: CLIENT_CERTIFICATE_SHA1.to_owned(),
                },
            ),
            credential(
                "Regrant's platform",
                ClientAuth::Federated {
                    issuer: "https://issuer.example.com".to_owned(),
                    subject: "regrant".to_owned(),
                    public_key_pem: include_str!("keys/client.pub.pem").to_owned(),
                },
            ),
        ],
        permissions: vec!["Directory.Read.All".to_owned()],
        grant_style: GrantStyle::DelegatedForAll,
        application_permissions: vec!["Directory.Read.All".to_owned()],
        role_claims: true,
        remembers_consent: true,
    }
}

fn thumbprint(pem: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use sha2::{Digest as _, Sha256};
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    URL_SAFE_NO_PAD.encode(Sha256::digest(STANDARD.decode(body).unwrap_or_default()))
}

/// A tenant with one person per sign-in outcome.
fn peopled(name: &str) -> EntraTenant {
    let domain = format!("{name}.onmicrosoft.com");
    EntraTenant::new(name)
        .with_person(Person::new("Ada Administrator", &domain).with_role(GLOBAL_ADMINISTRATOR))
        .with_person(Person::new("Hugo Helpdesk", &domain).with_role(HELPDESK_ADMINISTRATOR))
        .with_person(Person::new("Nora Nofactor", &domain).with_role(GLOBAL_ADMINISTRATOR).without_mfa())
        .with_person(
            Person::new("Mia Mustfactor", &domain).with_role(GLOBAL_ADMINISTRATOR).with_block(SignInBlock::MfaDemanded),
        )
        .with_person(
            Person::new("Carl Conditional", &domain)
                .with_role(GLOBAL_ADMINISTRATOR)
                .with_block(SignInBlock::ConditionalAccess),
        )
        .with_person(Person::new("Paula Partner", "partner.example").with_role(GLOBAL_ADMINISTRATOR).of_partner())
        .with_person(Person::new("Sven Stranger", "elsewhere.example").with_block(SignInBlock::AnotherTenant))
}

/// Adds the tenants of the demo apps. Tenants of apps with an enabled connection have already consented.
pub fn consent_set(microsoft: &MicrosoftSimulator, redirect_uris: Vec<String>, now: Timestamp) {
    let okta = okta_app();
    microsoft.register(okta.clone());
    microsoft.register(regrant_app(redirect_uris, now));
    for app in demo_set().into_iter().flat_map(|demo| demo.org.apps) {
        let Some(name) = app.tenant.as_deref().filter(|_| app.name == "office365") else { continue };
        let mut tenant = peopled(name);
        if app.consented {
            tenant.consent(&okta, &tenant.persons[0].oid.clone(), now);
        }
        microsoft.add_tenant(tenant);
    }
}
