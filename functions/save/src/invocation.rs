//! One invocation: which kind of event it is, and who handles it.

use std::time::Duration;

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, Received, answer, each_message};
use regrant::queue::{Message, Next};
use regrant::usecases::Ports;
use regrant::usecases::save::SaveRequest;
use regrant::usecases::save::work::work;
use serde_json::Value;

use crate::router;

/// How long until a save is taken up again that could not be worked on at all.
const PAUSE: Duration = Duration::from_mins(1);

/// Handles one invocation.
pub async fn handle(ports: &Ports, event: LambdaEvent<Value>) -> Result<Value, EventError> {
    let LambdaEvent { payload, context } = event;
    match Event::read(payload)? {
        Event::Http(request) => answer(router(ports.clone()), *request, context).await,
        Event::Batch(messages) => {
            let work = |received| save(ports.clone(), received);
            let answer = each_message(messages, &context, ports.clock.now(), &*ports.saves, work).await;
            Ok(serde_json::to_value(answer)?)
        }
        Event::Schedule => Err(EventError::NotHere { kind: "a schedule" }),
        Event::EmailReported(_) => Err(EventError::NotHere { kind: "a report of SES" }),
        Event::SystemLog(_) => Err(EventError::NotHere { kind: "an event of Okta's System Log" }),
    }
}

/// Does the work of one message.
async fn save(ports: Ports, received: Received) -> Next {
    let Message::SaveApp { org, app, session, confirmed_by } = received.message else {
        tracing::error!("a message of another function is in this queue; it goes to the dead-letter queue");
        return Next::Again { after: Duration::ZERO };
    };
    let request = SaveRequest { org, app, session, confirmed_by };
    work(&ports, &request, received.receive_count).await.unwrap_or_else(|stopped| {
        tracing::error!(cause = %stopped.cause, "a save could not be worked on");
        Next::Again { after: PAUSE }
    })
}
