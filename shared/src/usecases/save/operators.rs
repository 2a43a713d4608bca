//! Whether the operators were notified about an attempt, so that no page claims it before it is true.

use futures_util::TryStreamExt as _;

use crate::domain::contact::Audience;
use crate::domain::notification::Recipient;
use crate::domain::session::AuthorizationSession;
use crate::ledger::{LedgerError, paging};
use crate::usecases::Ports;

/// Whether a notification about the session's app was sent to an operator, or to a hook, since the session began.
pub async fn were_notified(ports: &Ports, session: &AuthorizationSession) -> Result<bool, LedgerError> {
    let mut all = paging::items(100, |page| ports.ledger.notifications(&session.org, page));
    // The latest come first.
    while let Some(notification) = all.try_next().await?.filter(|it| it.due_at >= session.opened_at) {
        let to_operators = match &notification.recipient {
            Recipient::Mail { audience, .. } => *audience == Audience::OktaOperator,
            Recipient::Hook { .. } => true,
        };
        let is_about_app = notification.app.as_ref() == Some(&session.app);
        if to_operators && is_about_app && notification.is_sent() {
            return Ok(true);
        }
    }
    Ok(false)
}
