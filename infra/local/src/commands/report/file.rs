//! Files that only their owner can read, because reports and evidence name customers and their broken apps. A file is
//! complete or not there: it is written under another name first.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use anyhow::Context as _;

/// Writes `file` with `write`, replacing an older one.
pub(super) fn write_private(file: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> anyhow::Result<()> {
    let failed = || format!("{} could not be written", file.display());
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // The library creates it with mode 0600.
    let mut unfinished = BufWriter::new(tempfile::NamedTempFile::new_in(folder).with_context(failed)?);
    write(&mut unfinished).with_context(failed)?;
    let unfinished = unfinished.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
    unfinished.as_file().sync_all().with_context(failed)?;
    unfinished.persist(file).with_context(failed)?;
    Ok(())
}
