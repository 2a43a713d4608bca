//! A batch of the queue: one org a message, and each message succeeds or fails alone.

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use regrant::queue::Message;
use regrant::usecases::discover::discover;

use crate::App;

/// Looks at the orgs of a batch, all at once: a batch has ten at the most. The answer names the messages that SQS
/// shall deliver again (partial batch responses, `ReportBatchItemFailures`).
pub async fn handle_batch(app: &App, batch: SqsEvent) -> SqsBatchResponse {
    let mut looks = tokio::task::JoinSet::new();
    for message in batch.records {
        let app = app.clone();
        looks.spawn(async move {
            let failed = !look(&app, &message).await;
            (message.message_id, failed)
        });
    }
    let mut failures = Vec::new();
    for (id, failed) in looks.join_all().await {
        if let (Some(id), true) = (id, failed) {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = id;
            failures.push(failure);
        }
    }
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures;
    response
}

/// Looks at the org of one message. `false` where it shall come again.
async fn look(app: &App, message: &SqsMessage) -> bool {
    let id = message.message_id.as_deref().unwrap_or("without id");
    // The parser's own error could quote what somebody put into the queue.
    let Ok(Message::ScanOrg { scan, org }) = serde_json::from_str(message.body.as_deref().unwrap_or_default()) else {
        tracing::error!(message = id, "a message of the queue cannot be read; it goes to the dead-letter queue");
        return false;
    };
    match discover(&app.ports, &scan, &org).await {
        Ok(discovery) => !discovery.try_again,
        Err(error) => {
            tracing::error!(message = id, %error, "an org could not be looked at");
            false
        }
    }
}
