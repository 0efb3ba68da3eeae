//! The CSV tables of a sweep, written row by row. Columns are documented in `output/README.md`.

use std::io::{self, Write};

use super::{Heading, Number, Point};
use crate::experiment::results::Estimate;
use crate::experiment::summarise::estimate;
use crate::experiment::sweep::{Given, Whole};
use crate::report::format::{exact, exact_or_empty};

const OF_A_NUMBER: [&str; 5] = ["measure", "statistic", "unit", "site", "cohort"];

/// Tables under way.
pub struct Tables<W> {
    heading: Heading,
    /// The cells of every number, ready to be written. Shape: `[scenarios][numbers]`.
    cells: Vec<Vec<String>>,
    pub to: Files<W>,
}

/// Where each table goes.
pub struct Files<W> {
    /// Every replication.
    pub results: W,
    /// Every point with its interval.
    pub summary: W,
    /// Every point.
    pub points: W,
    /// What failed.
    pub failures: W,
}

impl<W: Write> Tables<W> {
    /// Begins the tables with their headers.
    ///
    /// Errors: as writing.
    pub fn begin(heading: Heading, mut to: Files<W>) -> io::Result<Self> {
        let names = heading
            .parameters
            .iter()
            .map(|parameter| parameter.name.as_str());
        let point: Vec<&str> = std::iter::once("point").chain(names).collect();
        let header = |more: &[&str]| line(point.iter().chain(more).copied());
        let number = OF_A_NUMBER.as_slice();
        let results = [&["scenario", "replication"], number, &["value"]].concat();
        let summary = [&["scenario"], number, &["mean", "ci_low", "ci_high", "n"]].concat();
        to.results.write_all(header(&results)?.as_bytes())?;
        to.summary.write_all(header(&summary)?.as_bytes())?;
        to.points.write_all(header(&[])?.as_bytes())?;
        let failures = ["point", "scenario", "replication", "what"];
        to.failures.write_all(line(failures)?.as_bytes())?;
        let cells = heading.scenarios.iter().map(|scenario| {
            let numbers = scenario.numbers.iter();
            let cells = numbers.map(|number| Ok(line(number.cells())?.trim_end().to_owned()));
            cells.collect::<io::Result<_>>()
        });
        let cells = cells.collect::<io::Result<_>>()?;
        Ok(Self { heading, cells, to })
    }

    pub fn heading(&self) -> &Heading {
        &self.heading
    }

    /// Adds a scenario at a point.
    ///
    /// Errors: as writing.
    pub fn add(&mut self, point: &Point, scenario: usize, whole: &Whole) -> io::Result<()> {
        let number = point.number.to_string();
        let values = point.shown.iter().map(String::as_str);
        let start = line(std::iter::once(number.as_str()).chain(values))?;
        if scenario == 0 {
            self.to.points.write_all(start.as_bytes())?;
        }
        let name = &self.heading.scenarios[scenario].name;
        let start = format!("{},{}", start.trim_end(), line([name.as_str()])?.trim_end());
        match whole {
            Whole::Refused(faults) => {
                let row = line([number.as_str(), name, "", faults])?;
                self.to.failures.write_all(row.as_bytes())?;
            }
            Whole::Replications(given) => {
                self.add_replications(&number, &start, scenario, given)?;
                self.add_summary(&start, scenario, given)?;
            }
        }
        Ok(())
    }

    fn add_replications(
        &mut self,
        number: &str,
        start: &str,
        scenario: usize,
        given: &[Given],
    ) -> io::Result<()> {
        for (replication, given) in (1..).zip(given) {
            match given {
                Given::Values(values) => {
                    for (cells, value) in self.cells[scenario].iter().zip(values) {
                        let value = exact_or_empty(*value);
                        writeln!(self.to.results, "{start},{replication},{cells},{value}")?;
                    }
                }
                Given::Failed { message, .. } => {
                    let name = &self.heading.scenarios[scenario].name;
                    let replication: String = replication.to_string();
                    let row = line([number, name, &replication, message])?;
                    self.to.failures.write_all(row.as_bytes())?;
                }
            }
        }
        Ok(())
    }

    fn add_summary(&mut self, start: &str, scenario: usize, given: &[Given]) -> io::Result<()> {
        for (at, cells) in self.cells[scenario].iter().enumerate() {
            let estimate = estimate_of(given, at);
            let end = match estimate {
                None => ",,,0".to_owned(),
                Some(Estimate { mean, low, high, n }) => {
                    let bound = |bound: f64| match bound.is_finite() {
                        true => exact(bound),
                        false => String::new(),
                    };
                    format!("{},{},{},{n}", exact(mean), bound(low), bound(high))
                }
            };
            writeln!(self.to.summary, "{start},{cells},{end}")?;
        }
        Ok(())
    }
}

/// A number over the replications that have it.
pub fn estimate_of(given: &[Given], number: usize) -> Option<Estimate> {
    let values = given.iter().filter_map(|given| match given {
        Given::Values(values) => values[number],
        Given::Failed { .. } => None,
    });
    estimate(&values.collect::<Vec<f64>>())
}

/// A row of a CSV file with its line break.
fn line<'c>(cells: impl IntoIterator<Item = &'c str>) -> io::Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(io::Error::other)?;
    let bytes = writer.into_inner().map_err(|fault| fault.into_error())?;
    String::from_utf8(bytes).map_err(io::Error::other)
}

/// Position of a number in a scenario's.
pub fn position(numbers: &[Number], wanted: [&str; 4]) -> Option<usize> {
    numbers.iter().position(|number| {
        let [measure, statistic, _, site, cohort] = number.cells();
        [measure, statistic, site, cohort] == wanted
    })
}
