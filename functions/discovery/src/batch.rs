//! A message of the queue: one org to be looked at.

use regrant::queue::Message;
use regrant::usecases::discover::discover;

use crate::App;

/// Looks at the org of one message. `false` where it shall come again.
pub(crate) async fn look(app: App, message: Message) -> bool {
    let Message::ScanOrg { scan, org } = message else {
        tracing::error!("a message of another function is in this queue; it goes to the dead-letter queue");
        return false;
    };
    match discover(&app.ports, &scan, &org).await {
        Ok(discovery) => !discovery.try_again,
        Err(error) => {
            tracing::error!(%org, %error, "an org could not be looked at");
            false
        }
    }
}
