//! Tell a hook that an app stands elsewhere than before; and which hooks there are.

use crate::domain::notification::{About, Notification};
use crate::hooks::message::{StandingChange, body};
use crate::hooks::{Hook, HookList};
use crate::usecases::Ports;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

use super::NotifyError;
use super::matter::Matter;
use super::not_told::NotTold;

/// Why the hooks cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HooksError {
    /// The vault did not serve.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault's secret is something else.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// There is one already.
    #[error("there is a hook {0} already; remove it first")]
    Known(String),
}

/// Every hook.
pub async fn hooks(ports: &Ports) -> Result<Vec<Hook>, HooksError> {
    let secret = ports.vault.get(&SecretName::Hooks, SecretVersion::Current).await?;
    Ok(secret.as_ref().map(HookList::unseal).transpose()?.unwrap_or_default().0)
}

/// Adds a hook.
pub async fn add_hook(ports: &Ports, hook: Hook) -> Result<(), HooksError> {
    let mut all = hooks(ports).await?;
    if all.iter().any(|known| known.name == hook.name) {
        return Err(HooksError::Known(hook.name));
    }
    all.push(hook);
    keep(ports, all).await
}

/// Removes a hook. `false` where there is none of that name.
pub async fn remove_hook(ports: &Ports, name: &str) -> Result<bool, HooksError> {
    let mut all = hooks(ports).await?;
    let before = all.len();
    all.retain(|hook| hook.name != name);
    let removed = all.len() < before;
    if removed {
        keep(ports, all).await?;
    }
    Ok(removed)
}

async fn keep(ports: &Ports, hooks: Vec<Hook>) -> Result<(), HooksError> {
    ports.vault.put_pending(&SecretName::Hooks, &HookList(hooks).seal()).await?;
    Ok(ports.vault.promote(&SecretName::Hooks).await?)
}

/// Calls a hook, or says why it cannot be told.
pub(super) async fn call(
    ports: &Ports,
    name: &str,
    notification: &Notification,
    matter: &Matter,
) -> Result<Result<(), NotTold>, NotifyError> {
    let never = |reason: &str| Ok(Err(NotTold::Never { reason: reason.to_owned() }));
    let Some(hook) = hooks(ports).await?.into_iter().find(|hook| hook.name == name) else {
        return never("there is no hook of this name any more");
    };
    let (About::StandingChanged { from, to, at }, Some(app)) = (&notification.about, &matter.app) else {
        return never("a hook is told of changes of standing only");
    };
    let change = StandingChange {
        notification: &notification.id,
        request: &notification.request,
        app,
        from: *from,
        to: *to,
        at: *at,
    };
    let called = ports.hooks.call(&hook, &notification.id, ports.clock.now(), &body(hook.kind, &change)).await;
    Ok(called.map_err(NotTold::from))
}
