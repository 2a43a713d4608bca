//! Hooks: listing, adding, testing and removing them, and calling one about an event, again if an operator asks for it.

use crate::domain::app::AppRecord;
use crate::domain::id::{NotificationId, RequestId};
use crate::domain::notification::{About, Notification, NotificationState, Recipient};
use crate::domain::standing::Severity;
use crate::hooks::message::{RequestEvent, StandingChange, body, request_body, test_body, ticket_text};
use crate::hooks::tickets::{TicketChange, TicketGoal};
use crate::hooks::{Hook, HookError, HookList};
use crate::ledger::LedgerError;
use crate::randomness::token;
use crate::usecases::Ports;
use crate::usecases::records::lease::LeaseGuard;
use crate::vault::{NotUnsealed, SecretName, SecretVersion, VaultError};

use super::NotifyError;
use super::attempt::IN_FLIGHT;
use super::context::{NotificationContext, load_context};
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
    all.push(Hook { added_at: Some(ports.clock.now()), ..hook });
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

/// Why a hook could not be tested, or an event not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum HookCallError {
    /// The hooks could not be read.
    #[error(transparent)]
    Hooks(#[from] HooksError),
    /// The ledger operation failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The hook is unknown.
    #[error("no hook is called {0}; `regrant hook list` shows them")]
    NoSuchHook(String),
    /// The event is unknown.
    #[error("no hook received an event with this id; `regrant hook events` lists the events of a request")]
    NoSuchEvent,
    /// The call failed.
    #[error(transparent)]
    Call(#[from] HookError),
    /// The event could not be delivered again.
    #[error("{0}")]
    NotDelivered(String),
}

/// Calls a hook with a test event, or signs in to its ticket system without changing anything there.
pub async fn test_hook(ports: &Ports, name: &str) -> Result<(), HookCallError> {
    let hook = named(ports, name).await?.ok_or_else(|| HookCallError::NoSuchHook(name.to_owned()))?;
    if hook.kind.is_ticket_system() {
        return Ok(ports.hooks.check_tickets(&hook).await?);
    }
    let (id, now) = (NotificationId::from_digits(token(&*ports.randomness)), ports.clock.now());
    Ok(ports.hooks.call(&hook, &id, now, &test_body(hook.kind, &id, now)).await?)
}

/// The events of a request that hooks received or will receive.
pub async fn hook_events(ports: &Ports, request: &RequestId) -> Result<Vec<Notification>, LedgerError> {
    let mut events = ports.ledger.notifications_of(request).await?;
    events.retain(|event| matches!(event.recipient, Recipient::Hook { .. }));
    Ok(events)
}

/// Calls a hook again with an event that it may have received, under the same id. Changes no record.
pub async fn replay_event(ports: &Ports, request: &RequestId, id: &NotificationId) -> Result<(), HookCallError> {
    let event = ports.ledger.notification(request, id).await?.ok_or(HookCallError::NoSuchEvent)?;
    let Recipient::Hook { name } = &event.recipient else { return Err(HookCallError::NoSuchEvent) };
    let Ok(context) = load_context(ports, &event).await? else {
        return Err(HookCallError::NotDelivered("the event's org or app was removed".to_owned()));
    };
    match call_hook(ports, name, &event, &context).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(SendError::Retryable { reason } | SendError::Permanent { reason })) => {
            Err(HookCallError::NotDelivered(reason))
        }
        Err(error) => Err(HookCallError::NotDelivered(error.to_string())),
    }
}

async fn named(ports: &Ports, name: &str) -> Result<Option<Hook>, HooksError> {
    Ok(hooks(ports).await?.into_iter().find(|hook| hook.name == name))
}

/// Calls the hook `name` about an event. Returns the receiver's id for it: that of the ticket, if there is one.
pub(super) async fn call_hook(
    ports: &Ports,
    name: &str,
    notification: &Notification,
    context: &NotificationContext,
) -> Result<Result<String, SendError>, NotifyError> {
    let permanent = |reason: &str| Ok(Err(SendError::Permanent { reason: reason.to_owned() }));
    let Some(hook) = named(ports, name).await? else { return permanent("no hook has this name; it was removed") };
    let Some(app) = &context.app else { return permanent("hooks are only called about an app") };
    if let About::StandingChanged { from, to, at } = &notification.about {
        let (id, request) = (&notification.id, &notification.request);
        let change = StandingChange { notification: id, request, app, from: *from, to: *to, at: *at };
        let called = ports.hooks.call(&hook, id, ports.clock.now(), &body(hook.kind, &change)).await;
        return Ok(called.map(|()| String::new()).map_err(SendError::from));
    }
    let Some(event) = request_event(notification, context, app) else {
        return permanent("hooks are not called about this");
    };
    if hook.kind.is_ticket_system() {
        return update_ticket(ports, &hook, notification, &event).await;
    }
    let called = ports.hooks.call(&hook, &notification.id, ports.clock.now(), &request_body(&event)).await;
    Ok(called.map(|()| String::new()).map_err(SendError::from))
}

fn request_event<'a>(
    notification: &'a Notification,
    context: &'a NotificationContext,
    app: &'a AppRecord,
) -> Option<RequestEvent<'a>> {
    let own = app.request.as_ref().filter(|request| request.id == notification.request);
    let (kind, change, at) = match &notification.about {
        About::RequestOpened => ("request.opened", None, own.map(|request| request.opened_at)),
        About::RequestChanged { from, to, at } => ("request.changed", Some((*from, *to)), Some(*at)),
        // Its standing is the same; its reasons say more.
        About::SecretEnding { .. } => ("request.changed", Some((app.standing(), app.standing())), None),
        About::RequestEnded => {
            ("request.ended", None, own.and_then(|request| request.closed.as_ref()).map(|closed| closed.at))
        }
        _ => return None,
    };
    Some(RequestEvent {
        notification: &notification.id,
        request: &notification.request,
        app,
        customer: context.org.customer.as_ref(),
        kind,
        change,
        at: at.unwrap_or(notification.made_at),
    })
}

/// Brings the ticket of a request to what an event asks for. One worker at a time: two that look for the ticket at the same
/// time would both open one.
async fn update_ticket(
    ports: &Ports,
    hook: &Hook,
    notification: &Notification,
    event: &RequestEvent<'_>,
) -> Result<Result<String, SendError>, NotifyError> {
    let lease = format!("ticket-{}-{}", hook.name, event.request);
    let Some(lease) = LeaseGuard::try_acquire(ports, &lease, IN_FLIGHT).await? else {
        let reason = "another event of this request is being delivered".to_owned();
        return Ok(Err(SendError::Retryable { reason }));
    };
    // The request as it is now: an event that comes late must not open a ticket for a request that has ended.
    let is_open = event.app.request.as_ref().is_some_and(|request| request.id == *event.request && request.is_open());
    let goal = match notification.about {
        _ if !is_open => TicketGoal::IsClosed,
        About::RequestChanged { .. } | About::SecretEnding { .. } => TicketGoal::ShowsEvent,
        _ => TicketGoal::Exists,
    };
    let known = hook_events(ports, event.request).await?.into_iter().find_map(|earlier| match earlier.state {
        NotificationState::Sent { carrier_id, .. }
            if earlier.recipient == notification.recipient && !carrier_id.is_empty() =>
        {
            Some(carrier_id)
        }
        _ => None,
    });
    let (title, description, note) = ticket_text(event);
    let change = TicketChange {
        request: event.request.clone(),
        event: notification.id.clone(),
        known,
        goal,
        title,
        description,
        note,
        severity: Severity::of(event.app.known_standing()),
    };
    let updated = ports.hooks.update_ticket(hook, &change).await;
    lease.release(ports).await?;
    Ok(updated.map(Option::unwrap_or_default).map_err(SendError::from))
}
