//! Lambda events of the save function.

use std::time::Duration;

use lambda_runtime::LambdaEvent;
use regrant::lambda::{Event, EventError, Received, answer, each_message};
use regrant::queue::{Disposition, SaveApp};
use regrant::usecases::Ports;
use regrant::usecases::save::work::save_app;
use serde_json::Value;

use crate::router;

/// How long to wait before a save is retried that failed before it could start.
const PAUSE: Duration = Duration::from_mins(1);

/// Handles one invocation.
pub async fn handle(ports: &Ports, event: LambdaEvent<Value>) -> Result<Value, EventError> {
    let LambdaEvent { payload, context } = event;
    match Event::read(payload)? {
        Event::Http(request) => answer(router(ports.clone()), *request, context).await,
        Event::Batch(messages) => {
            let save = |received| save(ports.clone(), received);
            let answer = each_message(messages, &context, ports.clock.now(), &*ports.queues.saves, save).await;
            Ok(serde_json::to_value(answer)?)
        }
        other => Err(other.unsupported()),
    }
}

async fn save(ports: Ports, received: Received<SaveApp>) -> Disposition {
    save_app(&ports, &received.message, received.receive_count).await.unwrap_or_else(|error| {
        tracing::error!(cause = %error.cause, "a save failed before it could start and will be retried");
        Disposition::Retry { after: PAUSE }
    })
}
