//! A Regrant in a process of its own, that can be killed: every function over HTTP, and the queue of saves worked off.

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

/// What a victim is started with.
#[derive(Debug, Clone)]
pub struct KillableServer {
    /// Its data folder.
    pub data: PathBuf,
    /// The simulated Microsoft's sign-in page and Graph.
    pub microsoft: SimulatedMicrosoft,
    /// After which write it ends.
    pub end_after_write: Option<u64>,
    /// Whether it logs everything there is, to standard error.
    pub trace: bool,
    /// How far its clock is ahead.
    pub ahead: SignedDuration,
}

impl KillableServer {
    /// Serves until it is killed, or kills itself. Prints its address, and nothing else.
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
        #[expect(clippy::print_stdout, reason = "how the parent learns the address")]
        {
            println!("{}", listener.local_addr()?);
        }
        let writes = move || async move { crash_point.writes().to_string() };
        // As after a redelivery: what the process before this one left is worked on first.
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
                // What cannot be worked on now is worked on when somebody asks again.
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
