//! A reproducible `.tar.gz`.

use std::io;

use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

/// An archive whose files lie in one folder. Entries carry no time and belong to user 0.
pub(super) struct Archive {
    folder: String,
    builder: Builder<Vec<u8>>,
}

impl Archive {
    /// An empty archive of `folder`.
    pub(super) fn new(folder: &str) -> Self {
        Self { folder: folder.to_owned(), builder: Builder::new(Vec::new()) }
    }

    /// Adds a file.
    pub(super) fn add(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.append(path, content, 0o644)
    }

    /// Adds a file that may be executed.
    pub(super) fn add_program(&mut self, path: &str, content: &[u8]) -> io::Result<()> {
        self.append(path, content, 0o755)
    }

    fn append(&mut self, path: &str, content: &[u8], mode: u32) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        self.builder.append_data(&mut header, format!("{}/{path}", self.folder), content)
    }

    /// The compressed archive.
    pub(super) fn finish(self) -> io::Result<Vec<u8>> {
        let mut compressed = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        io::copy(&mut self.builder.into_inner()?.as_slice(), &mut compressed)?;
        compressed.finish()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn archive() -> Vec<u8> {
        let mut archive = Archive::new("regrant-1");
        archive.add_program("regrant", b"program").unwrap();
        archive.add("man/regrant.1", b"manual").unwrap();
        archive.finish().unwrap()
    }

    #[test]
    fn the_same_files_make_the_same_bytes() {
        assert_eq!(archive(), archive());
    }

    #[test]
    fn files_are_in_one_folder_and_only_programs_run() {
        let packed = archive();
        let mut unpacked = tar::Archive::new(flate2::read::GzDecoder::new(packed.as_slice()));
        let entries = unpacked.entries().unwrap().map(|entry| {
            let mut entry = entry.unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            (entry.path().unwrap().display().to_string(), entry.header().mode().unwrap(), content)
        });
        let expected = [("regrant-1/regrant", 0o755, "program"), ("regrant-1/man/regrant.1", 0o644, "manual")];
        let expected = expected.map(|(path, mode, content)| (path.to_owned(), mode, content.to_owned()));
        assert_eq!(entries.collect::<Vec<_>>(), expected);
    }
}
