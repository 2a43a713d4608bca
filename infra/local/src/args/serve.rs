//! `serve`: where the HTTP API listens, and how often it looks.

use std::net::SocketAddr;

use clap::Args;

/// `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Serve on this address.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Serve beyond this machine although nobody is asked to sign in: whoever reaches it reads everything.
    #[arg(long)]
    pub expose_without_sign_in: bool,
    /// Scan every so many minutes.
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=44_640))]
    pub scan_every: Option<u32>,
}
