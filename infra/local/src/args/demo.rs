//! `demo`: how to see everything on simulated orgs.

use std::net::SocketAddr;

use clap::Args;

/// `demo`.
#[derive(Debug, Args)]
pub struct Demo {
    /// End after the scan, with exit code 0 where the demo did what it should.
    #[arg(long)]
    pub once: bool,
    /// Print the scan as one JSON object.
    #[arg(long, requires = "once")]
    pub json: bool,
    /// Serve on this address while the demo runs; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0", conflicts_with = "once")]
    pub listen: SocketAddr,
}
