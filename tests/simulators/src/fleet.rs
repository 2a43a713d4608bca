//! Thousands of synthetic orgs that are not stored: each is generated from the seed and its number.

use regrant::domain::standing::Standing;

use crate::expected_standing::expected_standing;
use crate::org::{App, Connection, Org, Provisioning, TokenPower};
use crate::seeded_rng::SeededRng;

/// Synthetic orgs, numbered from `org-000000`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fleet {
    /// The seed of every random value.
    pub seed: u64,
    /// How many orgs there are.
    pub size: u32,
    /// How many Office 365 apps each has.
    pub apps_per_org: u32,
    /// Each org's rate limit for `/api/v1/apps`, in calls per minute.
    pub apps_limit: u32,
    /// The `signOnMode` of each app. Recorded Office 365 apps have `BROWSER_PLUGIN`.
    pub sign_on_mode: &'static str,
}

impl Fleet {
    /// A fleet of `size` orgs with three apps each and 50 calls per minute.
    pub fn new(seed: u64, size: u32) -> Self {
        Self { seed, size, apps_per_org: 3, apps_limit: 50, sign_on_mode: "BROWSER_PLUGIN" }
    }

    /// The name of org number `index`: the label before `.localhost`.
    pub fn name(index: u32) -> String {
        format!("org-{index:06}")
    }

    /// The number of the org with this name, if it is in the fleet.
    pub fn index(&self, name: &str) -> Option<u32> {
        let digits = name.strip_prefix("org-").filter(|digits| digits.len() == 6)?;
        let index = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
        (index < self.size).then_some(index)
    }

    /// The API token of org number `index`.
    pub fn token(&self, index: u32) -> String {
        format!("00{}", SeededRng::new(self.seed, "fleet token", u64::from(index)).alphanumeric(40))
    }

    /// App number `app` of org number `index`.
    pub fn app(&self, index: u32, app: u32) -> App {
        let mut rng = SeededRng::new(self.seed, "fleet app", (u64::from(index) << 32) | u64::from(app));
        let tenant = format!("tenant{index:06}x{app}");
        let sign_on_mode = self.sign_on_mode.to_owned();
        let base = App { sign_on_mode, ..App::office365(&format!("Microsoft Office 365 ({app})"), &tenant) };
        match rng.below(12) {
            0 => base,
            1 => base.provisioned(Connection::OAuth2 { enabled: true, authorize: true }).inactive(),
            2 => base.provisioned(Connection::Unknown),
            3 => base.provisioned(Connection::OAuth2 { enabled: false, authorize: true }),
            4 => base.provisioned(Connection::OAuth2 { enabled: false, authorize: false }),
            5..=7 => base.provisioned(Connection::OAuth2 { enabled: true, authorize: true }),
            8 => base.provisioned(Connection::OAuth2 { enabled: true, authorize: false }),
            9 => App { provisioning: Provisioning::NotSupported, ..base.provisioned(Connection::Unknown) },
            10 => App { provisioning: Provisioning::NotSupported, ..base },
            _ => App { tenant_type: Some("GCC_HIGH".to_owned()), ..base.provisioned(Connection::Unknown) },
        }
    }

    /// The expected standing of that app.
    pub fn expected_standing(&self, index: u32, app: u32) -> Standing {
        expected_standing(&self.app(index, app))
    }

    /// Org number `index`, plus one app that is not Office 365.
    pub fn org(&self, index: u32) -> Org {
        let mut org = Org::new(&Self::name(index)).with_token(&self.token(index), TokenPower::Full);
        org.apps_limit = self.apps_limit;
        org.apps.push(App::of_kind("okta_enduser", "Okta Dashboard", &org.name));
        org.apps.extend((0..self.apps_per_org).map(|app| self.app(index, app)));
        org
    }
}
