//! JSON lines: one value on each line.

use std::io::{self, Write};

use serde::Serialize;

/// Writes a value on a line of its own.
pub fn write(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
