//! The installation: where its data is, and everything a use case reaches the world through.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use regrant::clock::SystemClock;
use regrant::domain::app::AppRecord;
use regrant::domain::id::AppId;
use regrant::domain::org::OrgProfile;
use regrant::embedded::{self, Config};
use regrant::http::loopback::LoopbackPolicy;
use regrant::ledger::paging;
use regrant::microsoft::config::MicrosoftConfig;
use regrant::okta::client::OktaClient;
use regrant::okta::config::OktaConfig;
use regrant::randomness::SystemRandomness;
use regrant::settings::{PublicUrl, Settings};
use regrant::usecases::Ports;
use regrant::usecases::access::orgs::OrgError;

use crate::args::Global;
use crate::error::CliError;

/// How many records are read at once: enough to be quick, few enough that memory does not grow with their number.
pub const PAGE: u32 = 200;

/// Everything in one process.
pub struct Installation {
    /// Ledger, vault, queue, Okta, clock and randomness.
    pub ports: Ports,
    /// Whose queues the work is taken from.
    pub workers: Workers,
}

/// Who works off the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// This process: the queues are in its memory.
    ThisProcess,
    /// The functions of a stack.
    Functions,
}

impl Installation {
    /// Opens the installation in the data folder that the options, the environment or the platform name.
    pub async fn open(global: &Global) -> Result<Self, CliError> {
        let loopback = Self::loopback(global);
        let mail = regrant::environment::mail_settings()?;
        let settings = Settings { public_url: public_url(global, loopback)?, mail, ..Settings::default() };
        let simulator = regrant::environment::simulated_microsoft(loopback)
            .map_err(|error| CliError::Simulators(error.to_string()))?;
        let microsoft = MicrosoftConfig { simulator, ..MicrosoftConfig::default() };
        let config = Config { okta: okta_config(loopback), microsoft, settings };
        #[cfg(feature = "aws")]
        if let Some(name) = &global.stack {
            let ports = crate::stack::Described::read(name).await?.ports(config)?;
            return Ok(Self { ports, workers: Workers::Functions });
        }
        Self::open_at(&data_dir(global)?, config).await
    }

    /// Opens the installation in `folder`, which only its owner may read.
    pub async fn open_at(folder: &Path, config: Config) -> Result<Self, CliError> {
        let ports = embedded::open(folder, config).await.map_err(|error| data_dir_error(folder, &error))?;
        Ok(Self { ports, workers: Workers::ThisProcess })
    }

    /// Whether loopback addresses may be orgs.
    pub const fn loopback(global: &Global) -> LoopbackPolicy {
        if global.allow_loopback { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse }
    }

    /// Every function's endpoints over this installation, and one answer to all other paths.
    pub fn router(&self) -> axum::Router {
        regrant_discovery::router(self.ports.clone())
            .merge(regrant_consent_url::router(self.ports.clone()).reset_fallback())
            .merge(regrant_callback::router(self.ports.clone()).reset_fallback())
            .merge(regrant_save::router(self.ports.clone()).reset_fallback())
            .merge(regrant_notify::router(self.ports.clone()).reset_fallback())
    }

    /// An app of an org, which a scan has seen.
    pub async fn app(&self, org: &OrgProfile, app: &AppId) -> Result<AppRecord, CliError> {
        let missing = || CliError::NoSuchApp { org: harmless(&org.domain()), app: app.clone() };
        self.ports.ledger.app(&org.id, app).await?.ok_or_else(missing)
    }

    /// Okta alone, for what needs no data folder.
    pub fn okta(global: &Global) -> Result<Arc<dyn regrant::okta::Okta>, CliError> {
        Ok(Arc::new(okta_client(Self::loopback(global))?))
    }

    /// An org by its id or its host.
    pub async fn org(&self, name: &str) -> Result<OrgProfile, CliError> {
        let wanted = name.trim().trim_end_matches('/');
        let wanted = wanted.split_once("://").map_or(wanted, |(_, host)| host).to_ascii_lowercase();
        let mut orgs = paging::items(PAGE, |page| self.ports.ledger.orgs(page));
        while let Some(org) = orgs.try_next().await? {
            if org.id.as_str() == name || org.domain() == wanted {
                return Ok(org);
            }
        }
        Err(OrgError::NoSuchOrg(harmless(name)).into())
    }
}

fn harmless(text: &str) -> String {
    regrant::domain::text::UntrustedText::new(text).to_string()
}

/// How Okta's client behaves.
pub fn okta_config(loopback: LoopbackPolicy) -> OktaConfig {
    OktaConfig { loopback, ..OktaConfig::default() }
}

/// `--public-url`, else `REGRANT_PUBLIC_URL`, else none.
fn public_url(global: &Global, loopback: LoopbackPolicy) -> Result<Option<PublicUrl>, CliError> {
    let set = std::env::var("REGRANT_PUBLIC_URL").ok().filter(|url| !url.is_empty());
    let (name, text) = match (&global.public_url, set) {
        (Some(url), _) => ("--public-url", url.clone()),
        (None, Some(url)) => ("REGRANT_PUBLIC_URL", url),
        (None, None) => return Ok(None),
    };
    PublicUrl::parse(&text, loopback).map(Some).map_err(|error| CliError::PublicUrl(name.to_owned(), error))
}

fn okta_client(loopback: LoopbackPolicy) -> Result<OktaClient, CliError> {
    Ok(OktaClient::new(okta_config(loopback), Arc::new(SystemClock), Arc::new(SystemRandomness))?)
}

/// The data folder that the options, the environment or the platform name.
pub fn data_dir(global: &Global) -> Result<PathBuf, CliError> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let chosen = global.data_dir.clone().or_else(|| variable("REGRANT_DATA_DIR"));
    platform_dir(chosen.as_deref(), variable("XDG_DATA_HOME"), std::env::home_dir()).ok_or(CliError::NoDataDir)
}

/// `--data-dir`, else the XDG base directory specification: a relative `XDG_DATA_HOME` counts as not set.
fn platform_dir(chosen: Option<&Path>, xdg: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    if let Some(folder) = chosen {
        return Some(folder.to_owned());
    }
    let data = xdg
        .filter(|folder| folder.is_absolute())
        .or_else(|| home.filter(|folder| folder.is_absolute()).map(|folder| folder.join(".local/share")))?;
    Some(data.join("regrant"))
}

fn data_dir_error(folder: &Path, error: &dyn std::fmt::Display) -> CliError {
    CliError::DataDir { path: folder.to_owned(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_folder_is_the_chosen_one_then_xdg_then_home() {
        let (xdg, home) = (Some(PathBuf::from("/x/data")), Some(PathBuf::from("/h")));
        let chosen = Path::new("mine");
        assert_eq!(platform_dir(Some(chosen), xdg.clone(), home.clone()).as_deref(), Some(chosen));
        assert_eq!(platform_dir(None, xdg, home.clone()), Some(PathBuf::from("/x/data/regrant")));
        let relative = Some(PathBuf::from("data"));
        assert_eq!(platform_dir(None, relative, home), Some(PathBuf::from("/h/.local/share/regrant")));
        assert_eq!(platform_dir(None, None, None), None);
    }
}
