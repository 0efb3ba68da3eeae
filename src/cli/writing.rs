//! Where a command's results go, and writing them there.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::folder::{self, Draft};
use super::options::{Common, Exit};
use super::sources::embedded_text;
use super::{interrupt, say};
use crate::experiment::control::Failure;
use crate::experiment::journeys;
use crate::experiment::results::{Alternative, Part, Results};
use crate::report;
use crate::report::charts::Chart;
use crate::report::event_log::EventLog;
use crate::report::format::{add_days, date_iso};
use crate::report::precision::PrecisionRecord;
use crate::report::run_json::{Provenance, Recipe, Timing, Written, hexadecimal, timing_json};
use crate::report::subject::Outcome;
use crate::uec::model::{Date, Model};

/// The log of events of one replication.
pub const EVENTS: &str = "events.csv";

/// A folder that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(PathBuf);

impl Target {
    /// One folder for each run: `--out` for one, folders in it for several.
    ///
    /// Errors: two scenarios of one name, a folder that holds something else.
    pub fn for_runs(names: &[&str], common: &Common) -> Result<Vec<Self>, Exit> {
        for (position, name) in names.iter().enumerate() {
            if names[..position].contains(name) {
                let message = format!(
                    "two scenarios are called {name}: their results would go to one folder"
                );
                return Err(say::fault(Exit::Input, &message));
            }
        }
        let folder = |name: &&str| match &common.out {
            Some(out) if names.len() == 1 => out.clone(),
            Some(out) => out.join(name),
            None => Path::new("output").join(name),
        };
        names.iter().map(folder).map(Self::new).collect()
    }

    /// `output/BASELINE-vs-ALTERNATIVE`, or `--out`.
    ///
    /// Errors: a folder that holds something else.
    pub fn for_comparison(models: &[Model], common: &Common) -> Result<Self, Exit> {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).collect();
        let folder = common.out.clone();
        Self::new(folder.unwrap_or_else(|| Path::new("output").join(names.join("-vs-"))))
    }

    /// `output/NAME-warm-up`, or `--out`.
    ///
    /// Errors: a folder that holds something else.
    pub fn for_warm_up(name: &str, common: &Common) -> Result<Self, Exit> {
        let folder = common.out.clone();
        Self::new(folder.unwrap_or_else(|| Path::new("output").join(format!("{name}-warm-up"))))
    }

    /// `output/NAME`, or `--out`.
    ///
    /// Errors: a folder that holds something else.
    pub fn for_analysis(name: &str, common: &Common) -> Result<Self, Exit> {
        let folder = common.out.clone();
        Self::new(folder.unwrap_or_else(|| Path::new("output").join(name)))
    }

    /// A folder for each reproduction: `--out` for one, folders in it for several.
    ///
    /// Errors: a folder that holds something else.
    pub fn for_reproductions(names: &[String], common: &Common) -> Result<Vec<Self>, Exit> {
        let folder = |name: &String| match &common.out {
            Some(out) if names.len() == 1 => out.clone(),
            Some(out) => out.join(name),
            None => Path::new("output").join(format!("reproduce-{name}")),
        };
        names.iter().map(folder).map(Self::new).collect()
    }

    fn new(folder: PathBuf) -> Result<Self, Exit> {
        match folder::refusal(&folder) {
            Some(refusal) => Err(say::fault(Exit::Input, &refusal)),
            None => Ok(Self(folder)),
        }
    }

    /// Results that are not whole go beside, so that an earlier whole run is kept.
    fn for_exit(&self, exit: Exit) -> PathBuf {
        if exit == Exit::Done {
            return self.0.clone();
        }
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push("-partial");
        self.0.with_file_name(name)
    }
}

/// How a run was asked for and how it went.
pub struct Circumstances {
    /// As one would type it.
    pub command: String,
    pub exit: Exit,
    /// Replications that did not finish.
    pub failures: Vec<Failure>,
    pub took: Duration,
    pub threads: usize,
    pub recipe: Recipe,
    /// What a precision that was asked for came to.
    pub precision: Option<PrecisionRecord>,
}

/// Writes files that are ready, with `timing.json`; the folder.
pub fn write_files(
    files: &[report::OutputFile],
    timing: &Timing,
    target: &Target,
    exit: Exit,
) -> Result<PathBuf, Exit> {
    let folder = target.for_exit(exit);
    let written = Draft::new(&folder).and_then(|draft| {
        put_files(files, draft.path())?;
        fs::write(draft.path().join("timing.json"), timing_json(timing))?;
        draft.finish()
    });
    written.map(|()| folder.clone()).map_err(|fault| {
        let message = format!("{} cannot be written: {fault}", folder.display());
        say::fault(Exit::Machine, &message)
    })
}

/// A chart as SVG and, where this build makes them, as PNG.
pub fn pictures(chart: &Chart) -> Vec<report::OutputFile> {
    let mut files = vec![report::OutputFile {
        path: format!("charts/{}.svg", chart.id),
        bytes: chart.svg.clone().into_bytes(),
    }];
    files.extend(report::picture(chart));
    files
}

/// Writes a folder of these files and nothing else.
pub fn write_folder(files: &[report::OutputFile], folder: &Path) -> Result<(), Exit> {
    let written = Draft::new(folder).and_then(|draft| {
        put_files(files, draft.path())?;
        draft.finish()
    });
    written.map_err(|fault| {
        let message = format!("{} cannot be written: {fault}", folder.display());
        say::fault(Exit::Machine, &message)
    })
}

fn put_files(files: &[report::OutputFile], folder: &Path) -> io::Result<()> {
    for file in files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, &file.bytes)?;
    }
    Ok(())
}

/// Writes all files of a run; none if no replication finished.
pub fn write(
    outcome: Outcome<'_>,
    target: &Target,
    circumstances: &Circumstances,
) -> Result<Option<PathBuf>, Exit> {
    let has_results = match outcome {
        Outcome::Run(results) => !results.replications.is_empty(),
        Outcome::Comparison(comparison) => !comparison.baseline.replications.is_empty(),
    };
    if !has_results {
        eprintln!("no replication finished: nothing is written");
        return Ok(None);
    }
    let folder = target.for_exit(circumstances.exit);
    let written = Draft::new(&folder).and_then(|draft| {
        fill(outcome, draft.path(), circumstances)?;
        draft.finish()
    });
    match written {
        Ok(()) => Ok(Some(folder)),
        Err(fault) => {
            let message = format!("{} cannot be written: {fault}", folder.display());
            Err(say::fault(Exit::Machine, &message))
        }
    }
}

fn fill(outcome: Outcome<'_>, folder: &Path, circumstances: &Circumstances) -> io::Result<()> {
    let mut provenance = Provenance {
        command: circumstances.command.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        recipe: Some(circumstances.recipe.clone()),
        carried: carried(&all_results(outcome)),
        further: Vec::new(),
        precision: circumstances.precision.clone(),
    };
    if let (Outcome::Run(results), Some(replication)) = (outcome, circumstances.recipe.log) {
        let log = write_log(&results.model, replication, &folder.join(EVENTS))?;
        provenance.further.extend(log);
    }
    if !circumstances.failures.is_empty() {
        let stopped = report::OutputFile {
            path: "stopped.csv".to_owned(),
            bytes: report::overload::stopped_table(&circumstances.failures).into_bytes(),
        };
        provenance.further.push(Written::of(&stopped));
        put_files(&[stopped], folder)?;
    }
    let files = report_files(outcome, &provenance, circumstances.threads)?;
    put_files(&files, folder)?;
    fs::write(
        folder.join("timing.json"),
        timing_json(&timing(outcome, circumstances)),
    )
}

/// Every file of the report, made on so many threads.
///
/// Errors: the machine refuses threads.
pub fn report_files(
    outcome: Outcome<'_>,
    provenance: &Provenance,
    threads: usize,
) -> io::Result<Vec<report::OutputFile>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .build()
        .map_err(io::Error::other)?;
    Ok(pool.install(|| report::files(outcome, provenance)))
}

/// Input files whose text is that which the program carries, by path and SHA-256.
pub fn carried(results: &[&Results]) -> BTreeSet<(String, String)> {
    let files = results.iter().flat_map(|results| &results.model.files);
    files
        .filter(|file| embedded_text(&file.path) == Some(&*file.text))
        .map(|file| (file.path.clone(), file.sha256.clone()))
        .collect()
}

/// Tells a replication once more, event by event: a run that nobody wants a log of pays nothing for it.
fn write_log(model: &Model, replication: u32, path: &Path) -> io::Result<Option<Written>> {
    let file = io::BufWriter::with_capacity(1 << 20, fs::File::create(path)?);
    let mut to = Hashing::new(file);
    if tell_log(model, replication, interrupt::flag(), &mut to)? {
        return Ok(Some(to.written(EVENTS)));
    }
    // Half a log would pass for a whole one.
    eprintln!("{EVENTS} is left out: stopped before it was whole");
    fs::remove_file(path)?;
    Ok(None)
}

/// Writes the log of a replication; false if it was cancelled.
///
/// Errors: it cannot be written.
pub fn tell_log(
    model: &Model,
    replication: u32,
    cancel: &AtomicBool,
    to: &mut impl io::Write,
) -> io::Result<bool> {
    let mut log = EventLog::new(model, to)?;
    let mut written = Ok(());
    let is_whole = journeys::tell(model, replication, cancel, |event| {
        if written.is_ok() {
            written = log.write(event);
        }
    });
    written.and_then(|()| log.finish())?;
    Ok(is_whole)
}

/// Writes on and knows what was written.
pub struct Hashing<W> {
    to: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: io::Write> Hashing<W> {
    pub fn new(to: W) -> Self {
        Self {
            to,
            hash: Sha256::new(),
            bytes: 0,
        }
    }

    pub fn inner(&mut self) -> &mut W {
        &mut self.to
    }

    /// What was written so far, as a file of this name.
    pub fn written(self, path: &str) -> Written {
        Written {
            path: path.to_owned(),
            bytes: self.bytes,
            sha256: hexadecimal(&self.hash.finalize()),
        }
    }
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.to.write(bytes)?;
        self.hash.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

fn timing(outcome: Outcome<'_>, circumstances: &Circumstances) -> Timing {
    timing_of(
        &all_results(outcome),
        circumstances.took,
        circumstances.threads,
    )
}

/// How long runs took.
pub fn timing_of(results: &[&Results], took: Duration, threads: usize) -> Timing {
    let runs = results.iter().flat_map(|results| &results.conservation);
    timing_with(runs.map(|run| run.events).sum(), took, threads)
}

/// How long it took to execute so many timed state changes.
pub fn timing_with(events: u64, took: Duration, threads: usize) -> Timing {
    let wall_seconds = took.as_secs_f64();
    Timing {
        finished: now(),
        threads,
        wall_seconds,
        events,
        events_per_second: events as f64 / wall_seconds.max(1e-6),
    }
}

/// The results of every scenario that was run. Parts of a decomposition that are the same scenario were run once.
pub fn all_results(outcome: Outcome<'_>) -> Vec<&Results> {
    match outcome {
        Outcome::Run(results) => vec![results],
        Outcome::Comparison(comparison) => {
            let mut all = vec![&comparison.baseline];
            let mut known = Vec::new();
            for Alternative { results, part, .. } in &comparison.alternatives {
                let changes = results.model.changes.iter();
                let changes: Vec<&str> = changes.map(|change| change.name.as_str()).collect();
                if *part == Part::Whole || !known.contains(&changes) {
                    all.push(results);
                }
                known.push(changes);
            }
            all
        }
    }
}

/// This moment in UTC, ISO 8601.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since.map_or(0, |since| since.as_secs());
    let epoch = Date {
        year: 1970,
        month: 1,
        day: 1,
    };
    let date = date_iso(add_days(epoch, (seconds / 86_400) as usize));
    let of_day = seconds % 86_400;
    format!(
        "{date}T{:02}:{:02}:{:02}Z",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}
