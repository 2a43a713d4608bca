//! Invented orgs for the demo. Together they show every standing that a scan can find.

use regrant::domain::standing::Standing;

use crate::expected_standing::expected_standing;
use crate::fault::{Fault, Times};
use crate::org::{App, Connection, Org, Provisioning, TokenPower};

/// A demo org and the expected result of scanning it.
#[derive(Debug, Clone)]
pub struct DemoOrg {
    /// Its name: the label before `.localhost`.
    pub name: &'static str,
    /// The API token for adding it to Regrant. Invented.
    pub token: &'static str,
    /// The org to serve.
    pub org: Org,
    /// Its Office 365 apps, in list order.
    pub apps: Vec<DemoApp>,
}

/// A demo app and its expected standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoApp {
    /// Its id.
    pub id: String,
    /// Its expected standing.
    pub standing: Standing,
}

const CONSENTED: Connection = Connection::OAuth2 { enabled: true, authorize: true };
const AWAITING_CONSENT: Connection = Connection::OAuth2 { enabled: false, authorize: true };
const AWAITING_SAVE: Connection = Connection::OAuth2 { enabled: false, authorize: false };

/// The demo orgs: `acme`, `contoso`, `globex` and `initech`, whose token was revoked.
pub fn demo_set() -> Vec<DemoOrg> {
    vec![acme(), contoso(), globex(), initech()]
}

/// The demo orgs, with app labels in `globex` that contain markup, escape sequences and bidirectional control characters.
pub fn hostile_demo_set() -> Vec<DemoOrg> {
    let mut orgs = demo_set();
    let labels = [
        "<b onclick=\"alert(1)\">Office</b> & 365",
        "Office\u{1b}[31m 365\u{7}\nsecond line",
        "Office \u{202e}563\u{202c} עברית",
    ];
    for globex in orgs.iter_mut().filter(|org| org.name == "globex") {
        for (app, label) in globex.org.apps.iter_mut().zip(labels) {
            label.clone_into(&mut app.label);
        }
    }
    orgs
}

fn demo(name: &'static str, token: &'static str, power: TokenPower, apps: Vec<App>) -> DemoOrg {
    let readable = power == TokenPower::Full;
    let expected = apps
        .iter()
        .filter(|app| app.name == "office365")
        .map(|app| DemoApp {
            id: app.id.clone(),
            standing: if readable { expected_standing(app) } else { Standing::Unknown },
        })
        .collect();
    let mut org = Org::new(name).with_token(token, power);
    org.apps = apps;
    DemoOrg { name, token, org, apps: expected }
}

fn acme() -> DemoOrg {
    let apps = vec![
        App::of_kind("okta_enduser", "Okta Dashboard", "acme"),
        App::office365("Microsoft Office 365", "acme").provisioned(CONSENTED),
        // Real orgs often have the same label twice: one app per domain.
        App::office365("Microsoft Office 365", "acmelabs").provisioned(AWAITING_CONSENT),
        App::office365("Office 365 (single sign-on only)", "acmeretail"),
        App::of_kind("acme_office365_3", "office365", "acme"),
        App::office365("Office 365 (inactive)", "acmeold").provisioned(CONSENTED).inactive(),
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
        ..App::office365("Office 365 (provisioning not supported)", "contosoclassic").provisioned(Connection::Unknown)
    };
    let apps = vec![
        App::office365("Office 365 (user name and password)", "contoso").provisioned(Connection::Unknown),
        App::office365("Office 365 EMEA", "contosoemea").provisioned(AWAITING_SAVE),
        government,
        unsupported,
    ];
    let mut org = demo("contoso", "00demoContosoTokenThatIsInventedAndOpensNone", TokenPower::Full, apps);
    "v1".clone_into(&mut org.org.pipeline);
    org
}

fn globex() -> DemoOrg {
    let broken = App::office365("Office 365 archive (Okta error)", "globexlost").provisioned(CONSENTED);
    let broken_path = format!("/api/v1/apps/{}/connections/default", broken.id);
    let broken_id = broken.id.clone();
    let apps = vec![
        App::office365("Office 365 Europe", "globex").provisioned(AWAITING_CONSENT),
        App::office365("Office 365 North America", "globexnorth").provisioned(AWAITING_SAVE),
        App::office365("Office 365 Asia Pacific", "globexsouth").provisioned(CONSENTED),
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
        App::office365("Office 365 contractors", "initechext").provisioned(AWAITING_CONSENT),
    ];
    demo("initech", "00demoInitechTokenThatWasRevokedAndIsNoMore", TokenPower::Revoked, apps)
}
