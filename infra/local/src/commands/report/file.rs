//! Files that only their owner can read, because reports and evidence name customers and their broken apps. A file is
//! complete or not there: it is written under another name first.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::anyhow;

/// Writes `file` with `write`, replacing an older one.
pub(super) fn write_private(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let failed = |error: io::Error| anyhow!("{} could not be written: {error}", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // The library creates it with mode 0600.
    let mut unfinished = BufWriter::new(tempfile::NamedTempFile::new_in(folder).map_err(failed)?);
    write(&mut unfinished).map_err(failed)?;
    let unfinished = unfinished.into_inner().map_err(|error| failed(error.into_error()))?;
    unfinished.as_file().sync_all().map_err(failed)?;
    unfinished.persist(file).map_err(|error| failed(error.error))?;
    Ok(())
}

/// The error of a file that could not be read.
pub(super) fn unreadable(file: &Path, error: &io::Error) -> anyhow::Error {
    anyhow!("{} could not be read: {error}", file.display())
}
