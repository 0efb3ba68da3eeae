//! The files of a sweep, written as its points are done, in their order.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::cli::options::Exit;
use crate::cli::writing::Hashing;
use crate::experiment::control::FailureKind;
use crate::experiment::design::{Design, Experiment};
use crate::experiment::sweep::{Given, Record, Whole, journal};
use crate::report::run_json::Written;
#[cfg(feature = "parquet")]
use crate::report::sweep::parquet::Parquet;
use crate::report::sweep::tables::{Files, Tables};
use crate::report::sweep::tried::Drawn;
use crate::report::sweep::{Heading, Point};

/// All that came in of a part, in the order of its points: what `merge` joins.
pub const RECORDS: &str = "records.bin";

type Sink = Hashing<BufWriter<File>>;

/// Files under way.
pub struct Output {
    design: Design,
    tables: Tables<Sink>,
    #[cfg(feature = "parquet")]
    parquet: Parquet<Sink>,
    records: Option<Sink>,
    drawn: Option<Drawn>,
    pub tally: Tally,
}

/// What came in so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub n_points: u32,
    pub n_replications: u64,
    pub n_refused: u64,
    pub n_failed: u64,
    /// How the command is to end on their account.
    pub worst: Option<Exit>,
    /// The first few faults.
    pub told: Vec<String>,
}

/// Faults that are shown; all are in the table of failures.
const MOST_TOLD: usize = 3;

/// What is left when all is written.
pub struct Ended {
    pub written: Vec<Written>,
    pub drawn: Option<Drawn>,
    pub tally: Tally,
}

impl Output {
    /// Begins all files in an empty folder; `is_part` asks for [`RECORDS`].
    ///
    /// Errors: the disk refuses.
    pub fn begin(
        folder: &Path,
        experiment: &Experiment,
        heading: &Heading,
        about: &str,
        is_part: bool,
    ) -> io::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let open = |name: &str| -> io::Result<Sink> {
            let file = File::create(folder.join(name))?;
            Ok(Hashing::new(BufWriter::with_capacity(1 << 18, file)))
        };
        let files = Files {
            results: open("results.csv")?,
            summary: open("summary.csv")?,
            points: open("points.csv")?,
            failures: open("failures.csv")?,
        };
        #[cfg(feature = "parquet")]
        let parquet = Parquet::begin(heading.clone(), about.to_owned(), open("results.parquet")?)?;
        #[cfg(not(feature = "parquet"))]
        let _ = about;
        let design = experiment.design.clone();
        Ok(Self {
            design: design.unwrap_or(Design::Rows(Vec::new())),
            tables: Tables::begin(heading.clone(), files)?,
            #[cfg(feature = "parquet")]
            parquet,
            records: if is_part { Some(open(RECORDS)?) } else { None },
            drawn: Drawn::begin(experiment, heading),
            tally: Tally::default(),
        })
    }

    /// Adds a scenario at a point of the design, both from 0; `unit` counts those of this part.
    ///
    /// Errors: the disk refuses.
    pub fn add(&mut self, index: u32, scenario: usize, unit: u64, whole: &Whole) -> io::Result<()> {
        let parameters = &self.tables.heading().parameters;
        let values = self.design.point(index, parameters);
        let point = Point::new(index, values, parameters);
        self.count(&point, scenario, whole);
        self.tables.add(&point, scenario, whole)?;
        #[cfg(feature = "parquet")]
        self.parquet.add(&point, scenario, whole)?;
        if let Some(records) = &mut self.records {
            for record in records_of(unit, whole) {
                journal::write(&record, records)?;
            }
        }
        if let Some(drawn) = &mut self.drawn {
            drawn.add(&point, scenario, whole);
        }
        Ok(())
    }

    fn count(&mut self, point: &Point, scenario: usize, whole: &Whole) {
        let name = &self.tables.heading().scenarios[scenario].name;
        let tally = &mut self.tally;
        tally.n_points += u32::from(scenario == 0);
        let mut fault = |exit: Exit, words: String| {
            tally.worst = tally.worst.max(Some(exit));
            if tally.told.len() < MOST_TOLD {
                tally.told.push(words);
            }
        };
        match whole {
            Whole::Refused(faults) => {
                fault(Exit::Input, faults.clone());
                tally.n_refused += 1;
            }
            Whole::Replications(all) => {
                let mut n_failed = 0;
                for (replication, given) in (1..).zip(all) {
                    let Given::Failed { kind, message } = given else {
                        continue;
                    };
                    let replication: u32 = replication;
                    let exit = match kind {
                        FailureKind::Internal => Exit::Internal,
                        FailureKind::Memory | FailureKind::Unstable => Exit::Machine,
                    };
                    let point = point.number;
                    let at = format!("replication {replication} of {name} at point {point}");
                    fault(exit, format!("error: {at} failed: {message}"));
                    n_failed += 1;
                }
                tally.n_failed += n_failed;
                tally.n_replications += all.len() as u64 - n_failed;
            }
        }
    }

    /// Ends all files.
    ///
    /// Errors: the disk refuses.
    pub fn finish(self) -> io::Result<Ended> {
        let Files {
            results,
            summary,
            points,
            failures,
        } = self.tables.to;
        let mut sinks = vec![
            ("results.csv", results),
            ("summary.csv", summary),
            ("points.csv", points),
            ("failures.csv", failures),
        ];
        #[cfg(feature = "parquet")]
        sinks.push(("results.parquet", self.parquet.finish()?));
        sinks.extend(self.records.map(|records| (RECORDS, records)));
        let mut written = Vec::new();
        for (name, mut sink) in sinks {
            sink.flush()?;
            // What the disk could not take may show only now.
            sink.inner().get_ref().sync_all()?;
            written.push(sink.written(name));
        }
        Ok(Ended {
            written,
            drawn: self.drawn,
            tally: self.tally,
        })
    }
}

/// A unit as records.
fn records_of(unit: u64, whole: &Whole) -> Vec<Record> {
    match whole {
        Whole::Refused(faults) => vec![Record::Refused {
            unit,
            faults: faults.clone(),
        }],
        Whole::Replications(all) => (1..)
            .zip(all)
            .map(|(replication, given)| Record::Replication {
                unit,
                replication,
                given: given.clone(),
            })
            .collect(),
    }
}
