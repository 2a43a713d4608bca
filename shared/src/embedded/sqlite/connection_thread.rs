//! The thread that owns the connection.
//!
//! An operation takes some ten microseconds. Handing each to a pool of threads that take turns at the connection costs more than
//! the operation: half of a scan's processor time went into waking threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

type Operation = Box<dyn FnOnce(&mut Connection) + Send>;

/// Runs operations on the connection one after another. Closes the connection when it is dropped.
pub(super) struct ConnectionThread {
    /// `None` only while it is being dropped.
    operations: Option<mpsc::Sender<Operation>>,
    thread: Option<JoinHandle<()>>,
}

/// The operation panicked. Its transaction was rolled back.
#[derive(Debug)]
pub(super) struct Panicked;

impl ConnectionThread {
    /// Starts the thread.
    pub(super) fn start(connection: Connection) -> std::io::Result<Self> {
        let (operations, received) = mpsc::channel::<Operation>();
        let serve = move || {
            let mut connection = connection;
            while let Ok(operation) = received.recv() {
                // The caller notices by its closed channel; the operations of other callers must go on.
                let _ = catch_unwind(AssertUnwindSafe(|| operation(&mut connection)));
            }
        };
        let thread = thread::Builder::new().name("ledger".to_owned()).spawn(serve)?;
        Ok(Self { operations: Some(operations), thread: Some(thread) })
    }

    /// Runs one operation.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Connection) -> T + Send + 'static,
    ) -> Result<T, Panicked> {
        let (finished, result) = oneshot::channel();
        let operation: Operation = Box::new(move |connection| {
            // The caller may have stopped waiting.
            let _ = finished.send(operation(connection));
        });
        let sent = self.operations.as_ref().is_some_and(|operations| operations.send(operation).is_ok());
        if sent { result.await.map_err(|_| Panicked) } else { Err(Panicked) }
    }
}

impl Drop for ConnectionThread {
    fn drop(&mut self) {
        drop(self.operations.take());
        if let Some(thread) = self.thread.take() {
            // It ends after the operations that were sent before. It does not panic.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set itself up has failed")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn panic_rolls_back_and_spares_other_operations() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER)").unwrap();
        let thread = ConnectionThread::start(connection).unwrap();
        let panicked = thread
            .run(|connection| {
                let transaction = connection.transaction().unwrap();
                transaction.execute("INSERT INTO t VALUES (1)", []).unwrap();
                panic!("on purpose")
            })
            .await;
        assert!(matches!(panicked, Err::<(), _>(Panicked)));
        let count = |connection: &mut Connection| {
            connection.query_row("SELECT count(*) FROM t", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        assert_eq!(thread.run(count).await.unwrap(), 0);
    }
}
