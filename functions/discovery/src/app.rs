//! What the function is made of.

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
}
