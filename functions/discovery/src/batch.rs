//! A message of the queue: one org to be looked at.

use std::time::Duration;

use regrant::lambda::Received;
use regrant::queue::{Message, Next};

use crate::App;
use crate::look::look;

/// How long until the next look at an org that could not be looked at: longer than a rate limit's window in Okta.
const PAUSE: Duration = Duration::from_secs(90);

/// Looks at the org of one message.
pub(crate) async fn work(app: App, received: Received) -> Next {
    let Message::ScanOrg { scan, org } = received.message else {
        tracing::error!("a message of another function is in this queue; it goes to the dead-letter queue");
        return Next::Again { after: Duration::ZERO };
    };
    look(&app.ports, &scan, &org, received.receive_count, PAUSE).await.unwrap_or_else(|error| {
        tracing::error!(%org, %error, "an org could not be looked at");
        Next::Again { after: PAUSE * received.receive_count }
    })
}
