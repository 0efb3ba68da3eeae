//! A sweep under way on the disk, from which it can go on after any stop.
//!
//! Beside the folder that the results will have: `sweep.json` says what was begun, `journal.bin` has every replication that was
//! done, `files` the tables so far. The journal is the truth: tables are written anew from it when a sweep is taken up again, so
//! that they are those of an undisturbed run whatever was lost of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::identity::Begun;
use crate::cli::folder::{replace, write_file};
use crate::experiment::sweep::{Record, journal};

const BEGUN: &str = "sweep.json";
const JOURNAL: &str = "journal.bin";
const FILES: &str = "files";

pub struct Unfinished {
    folder: PathBuf,
}

impl Unfinished {
    /// Of the results that will be at `target`.
    pub fn of(target: &Path) -> Self {
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push("-unfinished");
        Self {
            folder: target.with_file_name(name),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the files of the results are written.
    pub fn files(&self) -> PathBuf {
        self.folder.join(FILES)
    }

    /// Whether something was begun here.
    pub fn exists(&self) -> bool {
        self.folder.join(JOURNAL).exists()
    }

    /// What was begun. None if it cannot be read.
    pub fn begun(&self) -> Option<Begun> {
        let text = fs::read_to_string(self.folder.join(BEGUN)).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Begins anew; what was there is removed.
    ///
    /// Errors: the disk refuses.
    pub fn begin(&self, begun: &Begun) -> io::Result<File> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        let text = serde_json::to_string_pretty(begun).map_err(io::Error::other)?;
        write_file(&self.folder.join(BEGUN), text.as_bytes())?;
        File::create(self.folder.join(JOURNAL))
    }

    /// Reads what was done to `take`, and opens the journal behind the last whole record.
    ///
    /// Errors: the disk, or `take`, refuses.
    pub fn resume(&self, mut take: impl FnMut(Record) -> io::Result<()>) -> io::Result<File> {
        let path = self.folder.join(JOURNAL);
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut reader = BufReader::with_capacity(1 << 18, &file);
        let mut length = 0;
        while let Some((record, n)) = journal::read(&mut reader)? {
            take(record)?;
            length += n;
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        Ok(file)
    }

    /// Puts the files in their place and removes the rest.
    ///
    /// Errors: the disk refuses; nothing is lost then.
    pub fn finish(&self, target: &Path) -> io::Result<()> {
        replace(&self.files(), target)?;
        fs::remove_dir_all(&self.folder)
    }
}

/// Adds a record and hands it to the disk, so that a killed sweep has it.
///
/// Errors: the disk refuses.
pub fn append(record: &Record, to: &mut File) -> io::Result<()> {
    let mut bytes = Vec::new();
    journal::write(record, &mut bytes)?;
    to.write_all(&bytes)
}
