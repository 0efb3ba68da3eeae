//! `merge`: joins the parts of a sweep that `--shard` made, into the same files as a sweep in one go.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use sha2::{Digest, Sha256};

use super::ending;
use super::identity::Begun;
use super::output::{Output, RECORDS};
use super::record::{Record, Said};
use crate::cli::folder::{self, Draft};
use crate::cli::options::{Common, Exit};
use crate::cli::say;
use crate::experiment::design::codes::PARTS;
use crate::experiment::design::{Experiment, read};
use crate::experiment::sweep::order::Order;
use crate::experiment::sweep::{Shard, Whole, journal};
use crate::report::run_json::hexadecimal;
use crate::report::sweep::{Heading, Number, Swept};
use crate::scenario::source::MemorySource;
use crate::scenario::workspace::Workspace;

#[derive(Debug, Args)]
pub struct MergeArguments {
    /// Folders of all parts, in any order
    #[arg(required = true, value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Folder to write to (default: output/ and the experiment's name)
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Say nothing but faults
    #[arg(long, short)]
    quiet: bool,
    /// Print where the results are as JSON on standard output
    #[arg(long)]
    json: bool,
}

/// A part with what it says of itself.
struct Part {
    folder: PathBuf,
    record: Record,
}

pub fn merge(arguments: &MergeArguments) -> Result<Exit, Exit> {
    let begun = Instant::now();
    let parts = parts(&arguments.folders)?;
    let first = &parts[0].record;
    let experiment = experiment(first).ok_or_else(|| {
        let message = format!(
            "the experiment in {} cannot be read",
            parts[0].folder.display()
        );
        say::fault(Exit::Input, &message)
    })?;
    let out = arguments.out.clone();
    let out = out.unwrap_or_else(|| Path::new("output").join(&experiment.name));
    if let Some(refusal) = folder::refusal(&out) {
        return Err(say::fault(Exit::Input, &refusal));
    }
    let refused = |fault: io::Error| {
        let message = format!("{} cannot be written: {fault}", out.display());
        say::fault(Exit::Machine, &message)
    };
    let heading = heading(&experiment, first);
    let draft = Draft::new(&out).map_err(refused)?;
    let about = ending::about(&experiment, &first.sweep.identity);
    let files = draft.path().to_owned();
    let mut output =
        Output::begin(&files, &experiment, &heading, &about, false).map_err(refused)?;
    join(&parts, &mut output).map_err(refused)?;
    let ended = output.finish().map_err(refused)?;
    let said = Said {
        command: first.command.clone(),
        sweep: Begun {
            part: 1,
            of: 1,
            ..first.sweep.clone()
        },
        experiment: first.experiment.clone(),
        texts: first.texts.clone(),
    };
    let timing = (begun.elapsed(), &[][..]);
    let titles = ending::write(&files, &experiment, &heading, &ended, said.clone(), timing);
    let titles = titles.map_err(refused)?;
    draft.finish().map_err(refused)?;
    let common = Common {
        quiet: arguments.quiet,
        json: arguments.json,
        ..Common::default()
    };
    Ok(ending::tell(&ended, &out, &titles, &said, &common))
}

/// The parts in their order.
///
/// Errors: all that keeps them from being joined, shown.
fn parts(folders: &[PathBuf]) -> Result<Vec<Part>, Exit> {
    let mut faults = Vec::new();
    let mut parts = Vec::new();
    for folder in folders {
        match Record::read(folder).and_then(|record| whole(folder, record)) {
            Ok(part) => parts.push(part),
            Err(fault) => faults.push(fault),
        }
    }
    parts.sort_by_key(|part| part.record.sweep.part);
    if let [first, others @ ..] = &parts[..] {
        let own = &first.record.sweep;
        for other in others {
            let shown = other.folder.display();
            let (here, there) = (
                format!("in {}", first.folder.display()),
                format!("in {shown}"),
            );
            let begun = &other.record.sweep;
            faults.extend(own.identity.differences(&begun.identity, &here, &there));
            if begun.of != own.of {
                faults.push(format!(
                    "{shown} is one of {} parts, {} one of {}",
                    begun.of,
                    first.folder.display(),
                    own.of
                ));
            }
        }
        for part in 1..=own.of {
            let of_part: Vec<String> = parts
                .iter()
                .filter(|other| other.record.sweep.part == part && other.record.sweep.of == own.of)
                .map(|other| other.folder.display().to_string())
                .collect();
            match of_part.len() {
                0 => faults.push(format!("part {part} of {} is missing", own.of)),
                1 => {}
                _ => faults.push(format!(
                    "part {part} is there more than once: {}",
                    of_part.join(", ")
                )),
            }
        }
    }
    if faults.is_empty() {
        return Ok(parts);
    }
    eprintln!("error[{PARTS}]: these parts cannot be joined");
    for fault in &faults {
        eprintln!("  note: {fault}");
    }
    Err(Exit::Input)
}

/// A part whose records are as they were written.
///
/// Errors: why it is none, in words.
fn whole(folder: &Path, record: Record) -> Result<Part, String> {
    let shown = folder.display();
    if record.sweep.shard() == Shard::WHOLE {
        return Err(format!("{shown} is a whole sweep, not a part of one"));
    }
    let written = record.outputs.iter().find(|output| output.path == RECORDS);
    let written = written.ok_or_else(|| format!("{shown} lists no {RECORDS}"))?;
    let path = folder.join(RECORDS);
    let sum =
        sha256(&path).map_err(|fault| format!("{} cannot be read: {fault}", path.display()))?;
    if sum != written.sha256 {
        return Err(format!("{} is not as it was written", path.display()));
    }
    Ok(Part {
        folder: folder.to_owned(),
        record,
    })
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut bytes = vec![0; 1 << 18];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            n => hash.update(&bytes[..n]),
        }
    }
}

/// The experiment as the part read it.
fn experiment(record: &Record) -> Option<Experiment> {
    let texts = record.texts.iter();
    let source = MemorySource::new(texts.map(|(path, text)| (path.as_str(), text.as_str())));
    let workspace = Workspace::new(&source);
    read::read(&workspace, &record.experiment)
}

fn heading(experiment: &Experiment, record: &Record) -> Heading {
    let plans = record.sweep.identity.scenarios.iter();
    Heading {
        parameters: experiment.parameters.clone(),
        scenarios: plans
            .zip(&record.numbers)
            .map(|(plan, kept)| Swept {
                name: plan.name.clone(),
                numbers: kept.iter().cloned().map(Number::from).collect(),
            })
            .collect(),
    }
}

/// Puts the units of all parts into the order of points.
fn join(parts: &[Part], output: &mut Output) -> io::Result<()> {
    let identity = &parts[0].record.sweep.identity;
    let n_scenarios = identity.scenarios.len();
    let replications: Vec<u32> = identity
        .scenarios
        .iter()
        .map(|plan| plan.replications)
        .collect();
    let mut streams = Vec::new();
    for part in parts {
        let file = File::open(part.folder.join(RECORDS))?;
        streams.push((
            BufReader::with_capacity(1 << 16, file),
            Order::new(replications.clone()),
        ));
    }
    for point in 0..identity.points {
        let (file, order) = &mut streams[point as usize % parts.len()];
        for scenario in 0..n_scenarios {
            let whole = next(file, order)?;
            let unit = u64::from(point) * n_scenarios as u64 + scenario as u64;
            output.add(point, scenario, unit, &whole)?;
        }
    }
    Ok(())
}

/// The next unit of a part.
fn next(file: &mut impl Read, order: &mut Order) -> io::Result<Whole> {
    loop {
        if let Some((_, whole)) = order.pop() {
            return Ok(whole);
        }
        let Some((record, _)) = journal::read(file)? else {
            let message = "a part ends before its last point";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        };
        order.take(record);
    }
}
