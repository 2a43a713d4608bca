//! One invocation: which kind of event it is, and who handles it.

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, answer, each_message};
use regrant::queue::Message;
use regrant::usecases::Ports;
use regrant::usecases::save::SaveRequest;
use regrant::usecases::save::work::{Next, work};
use serde_json::Value;

use crate::router;

/// Handles one invocation.
pub async fn handle(ports: &Ports, event: LambdaEvent<Value>) -> Result<Value, EventError> {
    let LambdaEvent { payload, context } = event;
    match Event::read(payload)? {
        Event::Http(request) => answer(router(ports.clone()), *request, context).await,
        Event::Batch(messages) => {
            Ok(serde_json::to_value(each_message(messages, |message| save(ports.clone(), message)).await)?)
        }
        Event::Schedule => Err(EventError::NotHere { kind: "a schedule" }),
    }
}

/// Does the work of one message. `false` where it shall come again. How often it was delivered is SQS's to count, so a
/// person's word is taken as followed up for the last time.
async fn save(ports: Ports, message: Message) -> bool {
    let Message::SaveApp { org, app, session, word } = message else {
        tracing::error!("a message of another function is in this queue; it goes to the dead-letter queue");
        return false;
    };
    match work(&ports, &SaveRequest { org, app, session, word }, u32::MAX).await {
        Ok(next) => next == Next::Done,
        Err(stopped) => {
            tracing::error!(cause = %stopped.cause, "a save could not be worked on");
            false
        }
    }
}
