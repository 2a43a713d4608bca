//! A mail transport over Amazon SES (API version 2).

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};

use crate::aws::error::{code, reason};
use crate::mail::{Email, MailError, MailTransport, MessageId};

/// Amazon SES in one region.
#[derive(Debug, Clone)]
pub struct Ses {
    client: Client,
    /// The configuration set that reports bounces and complaints.
    configuration_set: Option<String>,
}

impl Ses {
    /// SES in the region of `client`; the configuration set reports bounces and complaints.
    pub const fn new(client: Client, configuration_set: Option<String>) -> Self {
        Self { client, configuration_set }
    }
}

#[async_trait]
impl MailTransport for Ses {
    async fn send(&self, email: &Email) -> Result<MessageId, MailError> {
        let mime = RawMessage::builder().data(Blob::new(email.to_mime()?)).build();
        let mime = mime.map_err(|error| MailError::Refused { reason: error.to_string() })?;
        // Reports of SES repeat the tags, which identify the notification.
        let tags: Result<Vec<_>, _> =
            email.tags.iter().map(|(name, value)| MessageTag::builder().name(name).value(value).build()).collect();
        let tags = tags.map_err(|error| MailError::Refused { reason: error.to_string() })?;
        let request = self
            .client
            .send_email()
            .from_email_address(email.from.to_string())
            .destination(Destination::builder().to_addresses(email.to.bare()).build())
            .content(EmailContent::builder().raw(mime).build())
            .set_email_tags(Some(tags))
            .set_configuration_set_name(self.configuration_set.clone());
        match request.send().await {
            Ok(sent) => Ok(MessageId(sent.message_id.unwrap_or_default())),
            Err(error) => {
                let code = code(&error).unwrap_or_default().to_owned();
                let reason = reason(&error);
                Err(match advice(&code, &reason) {
                    Some(advice) => MailError::Refused { reason: format!("{reason}; {advice}") },
                    None => MailError::NotNow { reason },
                })
            }
        }
    }
}

/// What to do about a permanent rejection; `None` if a retry may succeed (SES API reference, `SendEmail`, "Errors").
fn advice(code: &str, said: &str) -> Option<&'static str> {
    Some(match code {
        "MessageRejected" if said.contains("not verified") => {
            "verify the sender's domain in this region; while the account is in the sandbox every recipient must be \
             verified too, so ask AWS for production access"
        }
        "MailFromDomainNotVerifiedException" => "verify the MAIL FROM domain in this region",
        "AccountSuspendedException" | "SendingPausedException" => {
            "AWS has paused this account's sending; its console says why"
        }
        "MessageRejected" | "BadRequestException" => "check the address and the email",
        "NotFoundException" => "the configuration set does not exist in this region; check the stack's parameters",
        _ => return None,
    })
}
