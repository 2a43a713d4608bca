//! Emulated AWS accounts on loopback, for tests.
//!
//! A separate program, because its crates are under a different licence than the rest: tests start it, use it over HTTP and
//! link none of it. It prints its address as the first line and exits when its standard input closes, so that a failed
//! test leaves no process behind.
//!
//! `POST /accounts` creates an empty account on its own port and answers with its endpoint. [`control`] describes the
//! account's control API.

mod account;
mod calls;
mod control;
mod faults;

use std::io::{self, Write as _};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(io::stdout(), "{}", listener.local_addr()?)?;
    tokio::select! {
        served = axum::serve(listener, Router::new().route("/accounts", post(open_account))) => served,
        ended = end_of_input() => ended,
    }
}

async fn open_account() -> Result<String, (StatusCode, String)> {
    account::open().await.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

async fn end_of_input() -> io::Result<()> {
    let (mut input, mut buffer) = (tokio::io::stdin(), [0; 64]);
    while input.read(&mut buffer).await? > 0 {}
    Ok(())
}
