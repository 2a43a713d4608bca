//! An installation: its data folder or stack, and the ports through which use cases reach it.

use futures_util::TryStreamExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use regrant::clock::SystemClock;
use regrant::domain::app::AppRecord;
use regrant::domain::id::AppId;
use regrant::domain::org::OrgProfile;
use regrant::embedded::data_folder::DataFolder;
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
use regrant::web::authorization::Caller;
use regrant_console::LocalSignIn;
use tempfile::TempDir;

use crate::actor;
use crate::global::Global;
use crate::output::escaped;

/// Records per page: large enough to be fast, small enough that memory use does not depend on their number.
pub const PAGE: u32 = 200;

/// An opened installation.
pub struct Installation {
    /// Ledger, vault, queues, Okta, Microsoft, clock and randomness.
    pub ports: Ports,
    /// The processes that work off the queues.
    pub workers: Workers,
    /// Stands in for a data folder that does not exist; deleted when the command ends.
    _empty: Option<TempDir>,
}

/// The processes that work off the queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workers {
    /// This process, whose memory contains the queues.
    ThisProcess,
    /// The functions of a stack.
    Functions,
}

/// How long a call to Okta may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Until the server's rate window reopens: a scan has time.
    Long,
    /// At most half a minute: a person is waiting.
    Short,
}

impl Patience {
    fn okta(self, loopback: LoopbackPolicy) -> OktaConfig {
        let config = okta_config(loopback);
        match self {
            Self::Long => config,
            Self::Short => OktaConfig { timeout: Duration::from_secs(12), attempts: 2, ..config },
        }
    }
}

/// The endpoints of an installation on this machine.
pub struct LocalRouter {
    /// The endpoints.
    pub router: axum::Router,
    /// The path and query of the URL that signs in to the console, once.
    pub console: String,
}

impl Installation {
    /// Opens the stack or the data folder that the options name. Creates the data folder if it does not exist.
    pub async fn open(global: &Global) -> anyhow::Result<Self> {
        Self::open_with(global, Patience::Long).await
    }

    /// Opens it as [`open`](Self::open) does.
    pub async fn open_with(global: &Global, patience: Patience) -> anyhow::Result<Self> {
        let config = config(global, patience)?;
        match &global.stack {
            Some(name) => Self::open_stack(name, config).await,
            None => Self::open_at(&data_dir(global)?, config).await,
        }
    }

    /// Opens the stack or the data folder that the options name. Creates nothing: a data folder without data reads as an
    /// empty installation. For commands that only read, or that need an org to do anything.
    pub async fn open_existing(global: &Global) -> anyhow::Result<Self> {
        Self::open_existing_with(global, Patience::Long).await
    }

    /// Opens it as [`open_existing`](Self::open_existing) does.
    pub async fn open_existing_with(global: &Global, patience: Patience) -> anyhow::Result<Self> {
        if global.stack.is_some() {
            return Self::open_with(global, patience).await;
        }
        let folder = data_dir(global)?;
        if DataFolder::inspect(&folder)? == DataFolder::InUse {
            return Self::open_with(global, patience).await;
        }
        if is_chosen(global) && !folder.exists() {
            bail!(
                "the data folder {} does not exist; check --data-dir and REGRANT_DATA_DIR, or add the first org with \
                 `regrant org add HOST`, which creates it",
                folder.display()
            );
        }
        let empty = tempfile::tempdir().context("no temporary folder could be created")?;
        // Below it, because a temporary folder itself can have a looser mode than a data folder may have.
        let installation = Self::open_at(&empty.path().join("data"), config(global, patience)?).await?;
        Ok(Self { _empty: Some(empty), ..installation })
    }

    #[cfg(feature = "aws")]
    async fn open_stack(name: &str, config: Config) -> anyhow::Result<Self> {
        let stack = crate::stack::Described::read(name).await?;
        let ports = stack.ports(config)?.on_behalf_of(Some(actor::aws_principal(&stack.aws).await));
        Ok(Self { ports, workers: Workers::Functions, _empty: None })
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_async, reason = "the same signature in both builds")]
    async fn open_stack(_name: &str, _config: Config) -> anyhow::Result<Self> {
        Err(needs_feature_aws())
    }

    /// Opens the installation in `folder`, which only its owner may read. Creates it if it does not exist.
    pub async fn open_at(folder: &Path, config: Config) -> anyhow::Result<Self> {
        let ports = embedded::open(folder, config).await;
        let ports =
            ports.map_err(|error| anyhow!("the data folder {} could not be opened: {error}", folder.display()))?;
        let ports = ports.on_behalf_of(Some(actor::os_user()));
        Ok(Self { ports, workers: Workers::ThisProcess, _empty: None })
    }

    /// Refuses a stack, for commands that only make sense on this machine.
    pub fn refuse_stack(&self, reason: &'static str) -> anyhow::Result<()> {
        if self.workers == Workers::Functions { Err(anyhow!(reason)) } else { Ok(()) }
    }

    /// Whether loopback addresses are accepted as orgs.
    pub const fn loopback(global: &Global) -> LoopbackPolicy {
        if global.allow_loopback { LoopbackPolicy::Allow } else { LoopbackPolicy::Refuse }
    }

    /// The endpoints of all functions for the person who runs this process, with one shared 404 answer.
    pub fn router_for_this_machine(&self) -> LocalRouter {
        let (sign_in, console) = LocalSignIn::new(actor::os_user(), &*self.ports.randomness);
        let pages = regrant_console::router(self.ports.unattended(), Some(Arc::new(sign_in))).reset_fallback();
        let caller = Caller::ThisMachine(actor::os_user());
        LocalRouter { router: self.router().merge(pages).layer(axum::Extension(caller)), console }
    }

    /// The endpoints of all functions, with one shared 404 answer. `/v1` answers only requests with a [`Caller`].
    pub fn router(&self) -> axum::Router {
        let ports = self.ports.unattended();
        regrant_discovery::router(ports.clone())
            .merge(regrant_consent_url::router(ports.clone()).reset_fallback())
            .merge(regrant_callback::router(ports.clone()).reset_fallback())
            .merge(regrant_save::router(ports.clone()).reset_fallback())
            .merge(regrant_notify::router(ports.clone()).reset_fallback())
    }

    /// Finds an app of an org in the ledger. Fails if no scan has found it yet.
    pub async fn app(&self, org: &OrgProfile, app: &AppId) -> anyhow::Result<AppRecord> {
        let domain = escaped(org.domain());
        self.ports.ledger.app(&org.id, app).await?.with_context(|| {
            format!(
                "no scan has found an app {app} in {domain}; list its apps with `regrant status --org {domain}`, or scan \
                 again with `regrant scan --org {domain}`"
            )
        })
    }

    /// The Okta client alone, for questions that need no data folder.
    pub fn okta(global: &Global) -> anyhow::Result<Arc<dyn regrant::okta::Okta>> {
        let config = Patience::Short.okta(Self::loopback(global));
        Ok(Arc::new(OktaClient::new(config, Arc::new(SystemClock), Arc::new(SystemRandomness))?))
    }

    /// Finds an org by its id or host.
    pub async fn org(&self, name: &str) -> anyhow::Result<OrgProfile> {
        let wanted = name.trim().trim_end_matches('/');
        let wanted = wanted.split_once("://").map_or(wanted, |(_, host)| host).to_ascii_lowercase();
        let mut orgs = paging::items(PAGE, |page| self.ports.ledger.orgs(page));
        while let Some(org) = orgs.try_next().await? {
            if org.id.as_str() == name || org.domain() == wanted {
                return Ok(org);
            }
        }
        bail!(OrgError::NoSuchOrg(escaped(name)))
    }
}

/// The error of `--stack` and `regrant aws` in a build that cannot reach AWS.
#[cfg(not(feature = "aws"))]
pub fn needs_feature_aws() -> anyhow::Error {
    anyhow!(
        "this build cannot reach AWS; install one that can, from a checkout of Regrant's repository:\n  \
         cargo install --locked --path infra/local --features aws"
    )
}

fn config(global: &Global, patience: Patience) -> anyhow::Result<Config> {
    let loopback = Installation::loopback(global);
    let mail = regrant::environment::mail_settings()?;
    let settings = Settings { public_url: public_url(global, loopback)?, mail, ..Settings::default() };
    let simulator = regrant::environment::simulated_microsoft(loopback)?;
    let microsoft = MicrosoftConfig { simulator, ..MicrosoftConfig::default() };
    Ok(Config { okta: patience.okta(loopback), microsoft, settings })
}

/// The Okta client's configuration.
pub fn okta_config(loopback: LoopbackPolicy) -> OktaConfig {
    OktaConfig { loopback, ..OktaConfig::default() }
}

/// `--public-url`, else `REGRANT_PUBLIC_URL`, else none.
fn public_url(global: &Global, loopback: LoopbackPolicy) -> anyhow::Result<Option<PublicUrl>> {
    let set = std::env::var("REGRANT_PUBLIC_URL").ok().filter(|url| !url.is_empty());
    let (name, text) = match (&global.public_url, set) {
        (Some(url), _) => ("--public-url", url.clone()),
        (None, Some(url)) => ("REGRANT_PUBLIC_URL", url),
        (None, None) => return Ok(None),
    };
    PublicUrl::parse(&text, loopback).map(Some).map_err(|error| anyhow!("{name}: {error}"))
}

/// Whether the data folder was named, by an option or a variable.
fn is_chosen(global: &Global) -> bool {
    global.data_dir.is_some() || std::env::var_os("REGRANT_DATA_DIR").is_some_and(|folder| !folder.is_empty())
}

/// The data folder: `--data-dir`, else `REGRANT_DATA_DIR`, else the platform's.
pub fn data_dir(global: &Global) -> anyhow::Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let chosen = global.data_dir.clone().or_else(|| variable("REGRANT_DATA_DIR"));
    platform_dir(chosen.as_deref(), variable("XDG_DATA_HOME"), std::env::home_dir())
        .context("no home folder was found for the data; choose a folder with --data-dir")
}

/// The chosen folder, else that of the XDG base directory specification, which ignores a relative `XDG_DATA_HOME`.
fn platform_dir(chosen: Option<&Path>, xdg: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    if let Some(folder) = chosen {
        return Some(folder.to_owned());
    }
    let data = xdg
        .filter(|folder| folder.is_absolute())
        .or_else(|| home.filter(|folder| folder.is_absolute()).map(|folder| folder.join(".local/share")))?;
    Some(data.join("regrant"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_host_is_given_up_within_half_a_minute() {
        let config = Patience::Short.okta(LoopbackPolicy::Refuse);
        // The backoff between two attempts is at most 0.75 s.
        let longest = config.timeout * config.attempts + Duration::from_secs(1) * (config.attempts - 1);
        assert!(longest < Duration::from_secs(30), "{longest:?}");
        assert!(config.connect_timeout < config.timeout);
    }

    #[test]
    fn the_data_folder_defaults_to_xdg_then_home() {
        let (xdg, home) = (Some(PathBuf::from("/x/data")), Some(PathBuf::from("/h")));
        let chosen = Path::new("mine");
        assert_eq!(platform_dir(Some(chosen), xdg.clone(), home.clone()).as_deref(), Some(chosen));
        assert_eq!(platform_dir(None, xdg, home.clone()), Some(PathBuf::from("/x/data/regrant")));
        let relative = Some(PathBuf::from("data"));
        assert_eq!(platform_dir(None, relative, home), Some(PathBuf::from("/h/.local/share/regrant")));
        assert_eq!(platform_dir(None, None, None), None);
    }
}
