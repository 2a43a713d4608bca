//! Regrant in a separate process that can be killed: serves every function over HTTP and processes the save queue.

use regrant::embedded::worker::drain_saves;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jiff::SignedDuration;
use regrant::http::loopback::LoopbackPolicy;
use regrant::microsoft::config::{MicrosoftConfig, SimulatedMicrosoft};
use regrant::settings::{PublicUrl, Settings};
use regrant::usecases::save::resume::resume_saves;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use crate::accelerated_clock::AcceleratedClock;
use crate::bench::{Sides, ports_in};
use crate::consent::{PUBLIC_URL, router};
use crate::crash_point::{CrashPoint, CrashingLedger, CrashingVault};

/// The configuration of a killable server.
#[derive(Debug, Clone)]
pub struct KillableServer {
    /// Its data folder.
    pub data: PathBuf,
    /// The simulated Microsoft's sign-in page and Graph.
    pub microsoft: SimulatedMicrosoft,
    /// The number of the write after which it exits.
    pub end_after_write: Option<u64>,
    /// Whether it logs everything to standard error.
    pub trace: bool,
    /// How far its clock runs ahead.
    pub ahead: SignedDuration,
}

impl KillableServer {
    /// Serves until it is killed or kills itself. Prints only its address.
    pub async fn live(self) -> std::io::Result<()> {
        if self.trace {
            tracing_subscriber::fmt()
                .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
                .with_ansi(false)
                .with_writer(std::io::stderr)
                .init();
        }
        let sides = Sides {
            microsoft: MicrosoftConfig { simulator: Some(self.microsoft), ..MicrosoftConfig::default() },
            settings: Settings {
                public_url: PublicUrl::parse(PUBLIC_URL, LoopbackPolicy::Refuse).ok(),
                ..Settings::default()
            },
            ..Sides::default()
        };
        let mut ports = ports_in(&self.data, Arc::new(AcceleratedClock::ahead_by(self.ahead)), sides).await;
        ports.randomness = Arc::new(regrant::randomness::SystemRandomness);
        let crash_point = CrashPoint::new(self.end_after_write);
        ports.ledger = Arc::new(CrashingLedger(ports.ledger, crash_point.clone()));
        ports.vault = Arc::new(CrashingVault(ports.vault, crash_point.clone()));

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        #[expect(clippy::print_stdout, reason = "the parent reads the address")]
        {
            println!("{}", listener.local_addr()?);
        }
        let writes = move || async move { crash_point.writes().to_string() };
        // As after a redelivery: first resumes the work that the previous process left.
        let _ = resume_saves(&ports).await;
        let one_worker = Arc::new(Mutex::new(ports.clone()));
        let worker = one_worker.clone();
        let settled = move || async move {
            let _ = drain_saves(&*one_worker.lock().await).await;
        };
        let counted = Router::new().route("/writes", get(writes)).route("/settled", get(settled));
        let router = router(&ports).merge(counted);
        let saves = async {
            loop {
                // Failed work is retried on the next request.
                let _ = drain_saves(&*worker.lock().await).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            served = axum::serve(listener, router) => served,
            () = saves => Ok(()),
        }
    }
}
