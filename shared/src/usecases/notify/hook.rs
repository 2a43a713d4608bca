//! Hooks: listing, adding and removing them, and calling one when an app's standing changes.

use crate::domain::notification::{About, Notification};
use crate::hooks::message::{StandingChange, body};
use crate::hooks::{Hook, HookList};
use crate::usecases::Ports;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

use super::NotifyError;
use super::context::NotificationContext;
use super::send_error::SendError;

/// Why the hooks cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum HooksError {
    /// The vault operation failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The stored secret is not a list of hooks.
    #[error(transparent)]
    NotUnsealed(#[from] NotUnsealed),
    /// A hook with this name exists.
    #[error("a hook named {0} already exists; remove it first or choose a different name")]
    Known(String),
}

/// All hooks.
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
    store_hooks(ports, all).await
}

/// Removes a hook. `false` if none has this name.
pub async fn remove_hook(ports: &Ports, name: &str) -> Result<bool, HooksError> {
    let mut all = hooks(ports).await?;
    let before = all.len();
    all.retain(|hook| hook.name != name);
    let removed = all.len() < before;
    if removed {
        store_hooks(ports, all).await?;
    }
    Ok(removed)
}

async fn store_hooks(ports: &Ports, hooks: Vec<Hook>) -> Result<(), HooksError> {
    ports.vault.put_pending(&SecretName::Hooks, &HookList(hooks).seal()).await?;
    Ok(ports.vault.promote(&SecretName::Hooks).await?)
}

/// Calls the hook `name` about a changed standing.
pub(super) async fn call_hook(
    ports: &Ports,
    name: &str,
    notification: &Notification,
    context: &NotificationContext,
) -> Result<Result<(), SendError>, NotifyError> {
    let permanent = |reason: &str| Ok(Err(SendError::Permanent { reason: reason.to_owned() }));
    let Some(hook) = hooks(ports).await?.into_iter().find(|hook| hook.name == name) else {
        return permanent("no hook has this name; it was removed");
    };
    let (About::StandingChanged { from, to, at }, Some(app)) = (&notification.about, &context.app) else {
        return permanent("hooks are only called for a changed standing");
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
    Ok(called.map_err(SendError::from))
}
