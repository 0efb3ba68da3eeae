//! `verify`: simulates again what a folder records and compares every byte that was written.
//!
//! A folder carries all that this takes: `run.json` holds the texts of the inputs (those that the program does not carry
//! itself), what was asked for, and the hash of every file. Exit codes: 0 the same, 1 something differs, 2 it cannot be
//! verified.

mod differences;
mod events;
mod record;
mod replay;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use super::options::{Common, Exit};
use super::say;
use differences::Difference;
use record::Record;

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// Folders that `run` or `compare` wrote
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Threads to use; results do not depend on it (default: one for each core)
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Say nothing but what differs
    #[arg(long, short)]
    quiet: bool,
    /// Print what was found as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// What verifying a folder found.
struct Found {
    differences: Vec<Difference>,
    /// What is worth knowing and is no difference.
    notes: Vec<String>,
    n_files: usize,
    n_bytes: u64,
    n_replications: usize,
}

pub fn verify(arguments: &VerifyArguments) -> Result<Exit, Exit> {
    let common = Common {
        threads: arguments.threads,
        quiet: arguments.quiet || arguments.json,
        ..Common::default()
    };
    let mut worst = Exit::Done;
    let mut told = Vec::new();
    for folder in &arguments.folders {
        let begun = Instant::now();
        let exit = match verify_one(folder, &common) {
            Ok(found) => {
                let seconds = begun.elapsed().as_secs_f64();
                if arguments.json {
                    told.push(as_json(folder, &found));
                } else {
                    tell(folder, &found, seconds, arguments.quiet);
                }
                match found.differences.is_empty() {
                    true => Exit::Done,
                    false => Exit::DoesNotHold,
                }
            }
            Err(Stop::Cannot(why)) => {
                let message = format!("{} cannot be verified: {why}", folder.display());
                let exit = say::fault(Exit::Input, &message);
                told.push(json!({ "folder": folder, "same": null, "why": why }));
                exit
            }
            Err(Stop::Ended(exit)) => return Err(exit),
        };
        worst = worst.max(exit);
    }
    if arguments.json {
        put_line!("{}", Value::from(told));
    }
    Ok(worst)
}

/// Why a folder was not verified.
enum Stop {
    /// Something is missing that verifying takes.
    Cannot(String),
    /// The machine or the user ended it, or the program has a fault, which has been said.
    Ended(Exit),
}

impl From<Exit> for Stop {
    fn from(exit: Exit) -> Self {
        Self::Ended(exit)
    }
}

fn verify_one(folder: &Path, common: &Common) -> Result<Found, Stop> {
    let (record, text) = Record::read(folder).map_err(Stop::Cannot)?;
    let changed = record.changed_inputs();
    let notes = record.changed_on_disk();
    let mut found = Found {
        differences: changed,
        notes,
        n_files: 0,
        n_bytes: 0,
        n_replications: 0,
    };
    // With other inputs everything would come out otherwise: that they were changed is what there is to say.
    if found.differences.is_empty() {
        replay::compare(folder, &record, &text, common, &mut found)?;
    }
    Ok(found)
}

fn tell(folder: &Path, found: &Found, seconds: f64, is_quiet: bool) {
    let shown = folder.display();
    if !is_quiet {
        for note in &found.notes {
            eprintln!("note: {note}");
        }
    }
    for difference in &found.differences {
        put_line!("{}", difference.words());
    }
    if found.differences.is_empty() && !is_quiet {
        put_line!(
            "{shown} is verified: {} replications simulated again in {seconds:.1} s give the same {} files, byte for byte ({:.1} MB).",
            found.n_replications,
            found.n_files,
            found.n_bytes as f64 / 1e6
        );
    } else if !found.differences.is_empty() {
        let n = found.differences.len();
        let differences = if n == 1 { "difference" } else { "differences" };
        put_line!("{shown} is not what its record gives: {n} {differences}.");
    }
}

fn as_json(folder: &Path, found: &Found) -> Value {
    let differences = found.differences.iter().map(Difference::as_json);
    json!({
        "folder": folder,
        "same": found.differences.is_empty(),
        "files": found.n_files,
        "bytes": found.n_bytes,
        "replications": found.n_replications,
        "differences": differences.collect::<Vec<_>>(),
        "notes": found.notes,
    })
}
