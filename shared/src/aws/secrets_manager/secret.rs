//! One secret of the service, its versions and their labels.

use std::time::Duration;

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::{ProvideErrorMetadata, SdkError};
use backon::{BackoffBuilder as _, ExponentialBuilder};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use super::{EMPTY, MAX_BYTES};
use crate::aws::error::{code, reason};
use crate::vault::{SecretVersion, VaultError};

/// How often to try creating a secret whose name is not free yet: the service deletes a secret asynchronously (`DeleteSecret`,
/// "use appropriate back off and retry logic").
const MAX_ATTEMPTS: usize = 6;

/// One secret.
pub(super) struct Secret<'a> {
    pub(super) client: &'a Client,
    pub(super) name: String,
    pub(super) kms_key: Option<&'a str>,
}

/// One version of a secret.
pub(super) struct StoredVersion {
    pub(super) id: String,
    pub(super) value: SecretString,
    stages: Vec<String>,
}

impl StoredVersion {
    fn is(&self, version: SecretVersion) -> bool {
        self.stages.iter().any(|label| label == label_of(version))
    }
}

/// The service's staging label of a version.
const fn label_of(version: SecretVersion) -> &'static str {
    match version {
        SecretVersion::Pending => "AWSPENDING",
        SecretVersion::Current => "AWSCURRENT",
        SecretVersion::Previous => "AWSPREVIOUS",
    }
}

impl Secret<'_> {
    pub(super) async fn get(&self, version: SecretVersion) -> Result<Option<SecretString>, VaultError> {
        let stored = self.version(version).await?;
        // After an interrupted promotion, the current version still has the label of a pending one.
        let promoted = |found: &StoredVersion| version == SecretVersion::Pending && found.is(SecretVersion::Current);
        let stored = stored.filter(|found| found.value.expose_secret() != EMPTY && !promoted(found));
        Ok(stored.map(|found| found.value))
    }

    /// The version with a label, including the empty first one.
    pub(super) async fn version(&self, version: SecretVersion) -> Result<Option<StoredVersion>, VaultError> {
        let request = self.client.get_secret_value().secret_id(&self.name).version_stage(label_of(version));
        match request.send().await {
            Ok(found) => Ok(found.secret_string.zip(found.version_id).map(|(value, id)| StoredVersion {
                id,
                value: SecretString::from(value),
                stages: found.version_stages.unwrap_or_default(),
            })),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(self.refused("read", &error)),
        }
    }

    /// Writes a pending version, creating the secret if necessary, and returns the version's id.
    pub(super) async fn put(&self, value: &SecretString, advice: &'static str) -> Result<String, VaultError> {
        let bytes = value.expose_secret().len();
        if bytes > MAX_BYTES {
            return Err(VaultError::TooLarge { name: self.name.clone(), bytes, advice });
        }
        // The same token for all attempts, so that a write whose response was lost is not applied twice.
        let token = Uuid::now_v7().to_string();
        let request = || {
            self.client
                .put_secret_value()
                .secret_id(&self.name)
                .client_request_token(&token)
                .secret_string(value.expose_secret())
                .version_stages(label_of(SecretVersion::Pending))
        };
        match request().send().await {
            Ok(_) => return Ok(token),
            Err(error) if is_absent(&error) => self.create().await?,
            Err(error) => return Err(self.refused("write", &error)),
        }
        request().send().await.map_err(|error| self.refused("write", &error))?;
        Ok(token)
    }

    pub(super) async fn put_pending(&self, value: &SecretString) -> Result<(), VaultError> {
        self.put(value, "this is longer than any valid value; check the input").await.map(drop)
    }

    /// Creates the secret with an empty first version. Succeeds if another worker has just created it.
    async fn create(&self) -> Result<(), VaultError> {
        let token = Uuid::now_v7().to_string();
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(8))
            .with_max_times(MAX_ATTEMPTS)
            .build();
        let mut pauses = pauses.into_iter();
        loop {
            let request = self
                .client
                .create_secret()
                .name(&self.name)
                .client_request_token(&token)
                .set_kms_key_id(self.kms_key.map(str::to_owned))
                .secret_string(EMPTY);
            let error = match request.send().await {
                Ok(_) => return Ok(()),
                Err(error) if code(&error) == Some("ResourceExistsException") => return Ok(()),
                Err(error) => error,
            };
            let is_being_deleted = code(&error) == Some("InvalidRequestException");
            match pauses.next().filter(|_| is_being_deleted) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(self.refused("create", &error)),
            }
        }
    }

    pub(super) async fn promote(&self) -> Result<(), VaultError> {
        let nothing = || VaultError::NothingPending { name: self.name.clone() };
        let pending = self.version(SecretVersion::Pending).await?.ok_or_else(nothing)?;
        if !pending.is(SecretVersion::Current) {
            let current = self.version(SecretVersion::Current).await?;
            // The service labels the version that loses this label as the previous one.
            self.make_current(&pending.id, current.as_ref()).await?;
        }
        self.unlabel(SecretVersion::Pending, &pending.id).await
    }

    /// Moves the label of the current version away from `before`. Fails if a different version has it by now.
    pub(super) async fn make_current(&self, id: &str, before: Option<&StoredVersion>) -> Result<(), VaultError> {
        let request = self
            .client
            .update_secret_version_stage()
            .secret_id(&self.name)
            .version_stage(label_of(SecretVersion::Current))
            .move_to_version_id(id)
            .set_remove_from_version_id(before.map(|before| before.id.clone()));
        request.send().await.map(drop).map_err(|error| self.refused("make current", &error))
    }

    pub(super) async fn discard_pending(&self) -> Result<(), VaultError> {
        match self.version(SecretVersion::Pending).await? {
            Some(pending) if !pending.is(SecretVersion::Current) => {
                self.unlabel(SecretVersion::Pending, &pending.id).await
            }
            _ => Ok(()),
        }
    }

    /// Removes a label from a version. The service deletes versions without labels.
    async fn unlabel(&self, version: SecretVersion, id: &str) -> Result<(), VaultError> {
        let request = self
            .client
            .update_secret_version_stage()
            .secret_id(&self.name)
            .version_stage(label_of(version))
            .remove_from_version_id(id);
        request.send().await.map(drop).map_err(|error| self.refused("relabel", &error))
    }

    /// Deletes the secret immediately: the credential of a removed org must not stay recoverable for a month.
    pub(super) async fn remove(&self) -> Result<(), VaultError> {
        let request = self.client.delete_secret().secret_id(&self.name).force_delete_without_recovery(true);
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(self.refused("remove", &error)),
        }
    }

    fn refused<E: ProvideErrorMetadata, R>(&self, action: &'static str, error: &SdkError<E, R>) -> VaultError {
        let mut reason = reason(error);
        let advice = match code(error) {
            Some("InvalidRequestException") => {
                "; if it was deleted in the console, restore it there, or wait until the deletion is complete"
            }
            // The service keeps about 100 versions, and deletes none from the last 24 hours (Secrets Manager quotas).
            Some("LimitExceededException") => {
                "; a secret allows about a hundred changes a day: continue tomorrow, or use more pooled secrets"
            }
            _ => "",
        };
        reason.push_str(advice);
        VaultError::Service { action, name: self.name.clone(), reason }
    }
}

/// Whether the secret, or a version with that label, does not exist.
fn is_absent<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    code(error) == Some("ResourceNotFoundException")
}
