//! Invented orgs that together show every standing a reader of Okta can find.

use regrant::domain::standing::Standing;

use crate::fault::{Fault, Times};
use crate::org::{App, Connection, Org, Provisioning, TokenPower};
use crate::truth::truth;

/// An org of the demonstration and what a scan of it has to find.
#[derive(Debug, Clone)]
pub struct DemoOrg {
    /// Its name: what goes before `.localhost`.
    pub name: &'static str,
    /// The API token to add it with. Invented.
    pub token: &'static str,
    /// What to serve.
    pub org: Org,
    /// Its Office 365 apps, in the order of the list.
    pub apps: Vec<DemoApp>,
}

/// An app of the demonstration and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoApp {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub standing: Standing,
}

const CONSENTED: Connection = Connection::OAuth2 { enabled: true, authorize: true };
const WAITING: Connection = Connection::OAuth2 { enabled: false, authorize: true };
const UNSAVED: Connection = Connection::OAuth2 { enabled: false, authorize: false };

/// The orgs of the demonstration: `acme`, `contoso`, `globex` and `initech`, whose token was revoked.
pub fn demo_set() -> Vec<DemoOrg> {
    vec![acme(), contoso(), globex(), initech()]
}

fn demo(name: &'static str, token: &'static str, power: TokenPower, apps: Vec<App>) -> DemoOrg {
    let reads = power == TokenPower::Full;
    let expected = apps
        .iter()
        .filter(|app| app.name == "office365")
        .map(|app| DemoApp { id: app.id.clone(), standing: if reads { truth(app) } else { Standing::Unknown } })
        .collect();
    let mut org = Org::new(name).with_token(token, power);
    org.apps = apps;
    DemoOrg { name, token, org, apps: expected }
}

fn acme() -> DemoOrg {
    let apps = vec![
        App::of_kind("okta_enduser", "Okta Dashboard", "acme"),
        App::office365("Microsoft Office 365", "acme").provisioned(CONSENTED),
        // The same label twice is normal: one app per domain.
        App::office365("Microsoft Office 365", "acmelabs").provisioned(WAITING),
        App::office365("Office 365 (single sign-on only)", "acmeretail"),
        App::of_kind("acme_office365_3", "office365", "acme"),
        App::office365("Office 365 before the merger", "acmeold").provisioned(CONSENTED).inactive(),
    ];
    demo("acme", "00demoAcmeTokenThatIsInventedAndOpensNothing", TokenPower::Full, apps)
}

fn contoso() -> DemoOrg {
    let government = App {
        tenant_type: Some("GCC_HIGH".to_owned()),
        ..App::office365("Office 365 Government", "contosogov").provisioned(Connection::Unknown)
    };
    let unsupported = App {
        provisioning: Provisioning::NotSupported,
        ..App::office365("Office 365 (classic engine)", "contosoclassic").provisioned(Connection::Unknown)
    };
    let apps = vec![
        App::office365("Office 365 on the old password", "contoso").provisioned(Connection::Unknown),
        App::office365("Office 365 EMEA", "contosoemea").provisioned(UNSAVED),
        government,
        unsupported,
    ];
    let mut org = demo("contoso", "00demoContosoTokenThatIsInventedAndOpensNone", TokenPower::Full, apps);
    "v1".clone_into(&mut org.org.pipeline);
    org
}

fn globex() -> DemoOrg {
    let broken = App::office365("Office 365 that Okta cannot read", "globexlost").provisioned(CONSENTED);
    let broken_path = format!("/api/v1/apps/{}/connections/default", broken.id);
    let broken_id = broken.id.clone();
    let apps = vec![
        App::office365("<b onclick=\"alert(1)\">Office</b> & 365", "globex").provisioned(WAITING),
        App::office365("Office\u{1b}[31m 365\u{7}\nsecond line", "globexnorth").provisioned(UNSAVED),
        App::office365("Office \u{202e}563\u{202c} עברית", "globexsouth").provisioned(CONSENTED),
        broken,
    ];
    let mut org = demo("globex", "00demoGlobexTokenThatIsInventedAndOpensNothn", TokenPower::Full, apps);
    org.org.faults.on(&broken_path, Fault::ServerError, Times::Always);
    for app in org.apps.iter_mut().filter(|app| app.id == broken_id) {
        app.standing = Standing::Unknown;
    }
    org
}

fn initech() -> DemoOrg {
    let apps = vec![
        App::office365("Microsoft Office 365", "initech").provisioned(CONSENTED),
        App::office365("Office 365 contractors", "initechext").provisioned(WAITING),
    ];
    demo("initech", "00demoInitechTokenThatWasRevokedAndIsNoMore", TokenPower::Revoked, apps)
}
