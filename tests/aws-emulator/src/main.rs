//! Empty AWS accounts on loopback, for tests.
//!
//! A program of its own, because the crates it is made of are under another licence than the rest: tests start it and
//! speak to it over HTTP, and link none of it. It writes the address it listens on as its first line and ends when its
//! standard input does, so that none is left behind by a test that died.
//!
//! `POST /accounts` there makes an empty account on a port of its own and answers with its endpoint. What a test may ask
//! of an account is in [`control`].

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
