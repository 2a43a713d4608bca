//! Limits a process to a share of a processor, as for a function with little memory, by a cgroup with a CPU quota.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The memory at which a function has one whole processor (Lambda docs, "Configure Lambda function memory").
const MEMORY_OF_A_PROCESSOR_MB: u32 = 1_769;
/// The period of the quota, in microseconds.
const PERIOD: u32 = 20_000;

/// A cgroup that is removed when dropped.
pub(super) struct Share(PathBuf);

impl Share {
    /// Creates the share of a function with this much memory.
    pub(super) fn of_memory(mb: u32) -> io::Result<Self> {
        let quota = PERIOD * mb / MEMORY_OF_A_PROCESSOR_MB;
        let root = Path::new("/sys/fs/cgroup");
        let unified = root.join("cgroup.controllers").is_file();
        let name = format!("regrant-cold-start-{}", std::process::id());
        let folder = if unified { root.join(name) } else { root.join("cpu").join(name) };
        fs::create_dir(&folder).map_err(|error| refused(&folder, &error))?;
        let share = Self(folder);
        if unified {
            share.write("cpu.max", &format!("{quota} {PERIOD}"))?;
        } else {
            share.write("cpu.cfs_period_us", &PERIOD.to_string())?;
            share.write("cpu.cfs_quota_us", &quota.to_string())?;
        }
        Ok(share)
    }

    /// Moves a process into it.
    pub(super) fn hold(&self, process: u32) -> io::Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    fn write(&self, file: &str, value: &str) -> io::Result<()> {
        let path = self.0.join(file);
        fs::write(&path, value).map_err(|error| refused(&path, &error))
    }
}

fn refused(path: &Path, error: &io::Error) -> io::Error {
    io::Error::other(format!("{}: {error}; a control group for processor time is needed", path.display()))
}

impl Drop for Share {
    fn drop(&mut self) {
        // Only an empty group can be removed; a leftover group limits no process.
        drop(fs::remove_dir(&self.0));
    }
}
