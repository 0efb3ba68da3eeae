//! What commands say: results and findings on standard output, faults on standard error.

use std::io::{ErrorKind, Write, stdout};
use std::path::Path;
use std::time::Duration;

use super::Exit;
use crate::experiment::control::{Failure, FailureKind};
use crate::experiment::overload::GrowingLine;
use crate::experiment::results::Results;
use crate::report::headline;
use crate::report::overload::since_when;
use crate::report::subject::Outcome;

/// A line on standard output, written as `println!` does but for a reader who has closed it.
macro_rules! put_line {
    ($($words:tt)*) => {{
        // What cannot be written has been said on standard error.
        let _ = $crate::cli::say::show(&format!("{}\n", format_args!($($words)*)));
    }};
}

/// Shows what was asked for on standard output. A reader who has read enough (`| head`) is no fault.
///
/// Errors: the machine refuses to write.
pub fn show(text: &str) -> Result<Exit, Exit> {
    let mut out = stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Ok(()) => Ok(Exit::Done),
        Err(reason) if reason.kind() == ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(reason) => {
            let message = format!("standard output cannot be written: {reason}");
            Err(fault(Exit::Machine, &message))
        }
    }
}

/// Says what went wrong and gives the exit code back.
pub fn fault(exit: Exit, message: &str) -> Exit {
    eprintln!("error: {message}");
    exit
}

/// What usually relieves a line that only grows.
const RELIEF: &str = "more units, shorter times there, or fewer patients sent there; uecsim check --load says at which hours units are short, \
     uecsim bottleneck where one more helps most";

/// Names a replication that failed, and what to do about it.
pub fn failed(failure: &Failure) {
    let Failure {
        scenario,
        replication,
        message,
        ..
    } = failure;
    let (code, advice) = match failure.kind {
        FailureKind::Memory => (
            "[R101]",
            "uecsim check says which pool is short of capacity",
        ),
        FailureKind::Unstable => ("[R103]", RELIEF),
        FailureKind::Internal => (
            "",
            "this is a fault of the program: please report it with the scenario and the seed",
        ),
    };
    let ended = match failure.kind {
        FailureKind::Unstable => "was stopped",
        FailureKind::Memory | FailureKind::Internal => "failed",
    };
    eprintln!(
        "error{code}: replication {replication} of {scenario} {ended}: {message}\n  try: {advice}"
    );
}

/// Tells of a line that only grew, since when, and what usually relieves it.
pub fn growing(line: &GrowingLine) {
    let GrowingLine {
        scenario,
        line: name,
        first,
        last,
        n_grew,
        n_replications,
        ..
    } = line;
    eprintln!(
        "warning[R102]: in {scenario} the line for {name} only grew {}: {first:.0} waiting before and {last:.0} in the last week \
         (means), in {n_grew} of {n_replications} replications\n  try: {RELIEF}; waits in this line depend on how long the run is",
        since_when(line)
    );
}

/// `12 replications of 366 days in 34.5 s, 12.3 million events per second`.
pub fn work_done(results: &[&Results], took: Duration) -> String {
    let n_runs: usize = results
        .iter()
        .map(|results| results.replications.len())
        .sum();
    let events: u64 = results
        .iter()
        .flat_map(|results| &results.conservation)
        .map(|conservation| conservation.events)
        .sum();
    let seconds = took.as_secs_f64().max(0.001);
    let millions = events as f64 / 1e6;
    let speed = millions / seconds;
    format!(
        "{n_runs} replications, {millions:.1} million events, {seconds:.1} s ({speed:.1} million events a second)"
    )
}

/// What was found, in three sentences, and where the report is.
pub fn finding(outcome: Outcome<'_>, folder: Option<&Path>) {
    // Without a folder no replication finished: there is nothing to say.
    if let Some(folder) = folder {
        put_line!("{}", headline::sentences(outcome).join(" "));
        put_line!("The report is {}.", folder.join("report.html").display());
    }
}

pub fn written(folder: &Path) -> String {
    format!("written to {}", folder.display())
}
