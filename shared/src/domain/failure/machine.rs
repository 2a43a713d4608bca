//! Failures of the machine that Regrant runs on.

use std::io::{Error, ErrorKind};

/// What an operating system's error means, and what to do about it.
pub fn explained(error: &Error) -> String {
    let advice = match error.kind() {
        ErrorKind::StorageFull => "the disk is full; make room and run the command again",
        ErrorKind::QuotaExceeded => "this user's disk quota is used up; make room and run the command again",
        ErrorKind::ReadOnlyFilesystem => {
            "the file system is read-only; Regrant also writes while it reads, so choose a folder on a writable one with --data-dir"
        }
        ErrorKind::PermissionDenied => {
            "this user may not do that; run Regrant as the owner of the folder, or choose another one with --data-dir"
        }
        ErrorKind::NotADirectory => "a part of the path is a file; choose another folder with --data-dir",
        ErrorKind::FileTooLarge => "the file would be larger than this system or `ulimit -f` allows",
        _ => return error.to_string(),
    };
    format!("{advice} ({error})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_faults_have_a_next_step() {
        for (kind, words) in [
            (ErrorKind::StorageFull, "make room"),
            (ErrorKind::ReadOnlyFilesystem, "read-only"),
            (ErrorKind::PermissionDenied, "--data-dir"),
        ] {
            let text = explained(&Error::from(kind));
            assert!(text.contains(words), "{text}");
        }
    }
}
