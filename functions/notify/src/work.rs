//! A message of the queue: find out what is due, or send one notification.

use std::time::Duration;

use regrant::queue::{Message, Next};
use regrant::usecases::Ports;
use regrant::usecases::notify::plan::plan;
use regrant::usecases::notify::send::send;

/// How long until a message comes again whose work could not be done at all.
const PAUSE: Duration = Duration::from_mins(1);

/// Does the work of one message.
pub(crate) async fn work(ports: &Ports, message: &Message) -> Next {
    let done = match message {
        Message::PlanNotifications { org, app } => plan(ports, org, app.as_ref()).await.map(|made| {
            tracing::info!(%org, made, "notifications planned");
            Next::Done
        }),
        Message::SendNotification { request, notification } => send(ports, request, notification).await,
        Message::ScanOrg { .. } | Message::SaveApp { .. } => {
            tracing::error!("a message of another function is in this queue; it goes to the dead-letter queue");
            return Next::Again { after: Duration::ZERO };
        }
    };
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a notification could not be worked on; it comes again");
        Next::Again { after: PAUSE }
    })
}
