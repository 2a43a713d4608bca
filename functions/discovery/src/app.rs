//! What the function is made of, read from its environment once.

use regrant::embedded::{self, StartError};
use regrant::usecases::Ports;

/// The function's parts.
#[derive(Clone)]
pub struct App {
    /// What the use cases reach the world through.
    pub ports: Ports,
}

impl App {
    /// From parts that are there already.
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// From the environment, as [`embedded::from_env`] reads it.
    pub async fn from_env() -> Result<Self, StartError> {
        Ok(Self::new(embedded::from_env().await?))
    }
}
