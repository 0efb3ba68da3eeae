//! One replication of several areas that do not exchange patients: each runs by itself, and their accounts are added up.
//!
//! An area is run from beginning to end before the thread takes another, so that its whole state stays near the processor. Added are
//! counts, times and integrals, all whole numbers; what is made of them (shares, means, centiles) is made of the sums.

use super::control::Failure;
use super::one_run::{Ended, Finished, conservation};
use super::results::Conservation;
use crate::engine::checks::Balance;
use crate::uec::measures::{Growth, MeasureReader, MeasureTables, Row};
use crate::uec::model::Model;

/// One area's part of a replication.
pub(super) struct AreaRun<'t> {
    reader: MeasureReader<'t>,
    of_area: OfArea,
}

/// What is kept of an area by itself.
struct OfArea {
    /// By those keys of its tables that are of all its sites and patients.
    values: Vec<Option<f64>>,
    growing: Vec<Growth>,
    conservation: Conservation,
}

impl<'t> AreaRun<'t> {
    /// `model` and `tables` are the area's own.
    pub fn of(
        model: &Model,
        tables: &MeasureTables,
        replication: u32,
        (mut simulation, n_checks): Ended<'_, 't>,
    ) -> Self {
        let conservation = conservation(&mut simulation, replication, n_checks);
        let reader = simulation.into_reader();
        let outcome = reader.clone().outcome(model);
        let values = tables.keys().iter().zip(outcome.values);
        let values = values.filter(|(key, _)| key.row == Row::All);
        let of_area = OfArea {
            values: values.map(|(_, value)| value).collect(),
            growing: outcome.growing,
            conservation,
        };
        Self { reader, of_area }
    }
}

/// A replication of which some areas are done.
pub(super) struct Joining<'t> {
    sum: MeasureReader<'t>,
    areas: Vec<Option<OfArea>>,
    n_failed: usize,
    failure: Option<Failure>,
}

impl<'t> Joining<'t> {
    pub fn new(tables: &'t MeasureTables, n_areas: usize) -> Self {
        Self {
            sum: MeasureReader::new(tables),
            areas: (0..n_areas).map(|_| None).collect(),
            n_failed: 0,
            failure: None,
        }
    }

    pub fn take(&mut self, area: usize, run: AreaRun<'_>) {
        self.sum.absorb(&run.reader);
        self.areas[area] = Some(run.of_area);
    }

    /// Of several failures the one that comes first by its words is told, whatever thread was faster.
    pub fn fail(&mut self, failure: Failure) {
        self.n_failed += 1;
        let earlier = self.failure.take();
        self.failure = match earlier {
            Some(earlier) if earlier.message <= failure.message => Some(earlier),
            _ => Some(failure),
        };
    }

    pub fn is_complete(&self) -> bool {
        let n_done = self.areas.iter().flatten().count();
        n_done + self.n_failed == self.areas.len()
    }

    /// All areas together, then each by itself in the order of the model.
    ///
    /// Errors: an area failed.
    pub fn join(self, model: &Model, replication: u32) -> Result<Finished, Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let mut outcome = self.sum.outcome(model);
        let mut conservation = Conservation {
            replication,
            ..Conservation::default()
        };
        for (index, area) in self.areas.into_iter().flatten().enumerate() {
            outcome.values.extend(area.values);
            let growing = area.growing.into_iter();
            outcome.growing.extend(growing.map(|growth| Growth {
                area: Some(index as u16),
                ..growth
            }));
            add(&mut conservation, area.conservation);
        }
        conservation.growing.clone_from(&outcome.growing);
        Ok(Finished {
            replication,
            outcome,
            conservation,
        })
    }
}

/// Checks are those of every area; lines of one pool are taken together.
fn add(sum: &mut Conservation, of: Conservation) {
    sum.arrived += of.arrived;
    sum.inside += of.inside;
    sum.events += of.events;
    sum.n_checks += of.n_checks;
    sum.left.resize(of.left.len().max(sum.left.len()), 0);
    sum.left
        .iter_mut()
        .zip(of.left)
        .for_each(|(sum, n)| *sum += n);
    sum.lines
        .resize(of.lines.len().max(sum.lines.len()), Balance::default());
    for (sum, line) in sum.lines.iter_mut().zip(of.lines) {
        sum.area += line.area;
        sum.waited += line.waited;
    }
}
