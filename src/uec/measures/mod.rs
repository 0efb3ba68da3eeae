//! Measures: what is counted and timed while a replication runs, and the numbers that come of it.
//!
//! [`MeasureTables`] compiles a model's measures into flat tables by mark and pool, once; a [`MeasureReader`] keeps the
//! accounts of one replication by them; its [`Outcome`] holds the values in the order of [`MeasureTables::keys`].
//!
//! What counts, and when. A measure counts what happens in the measured period, from the end of the warm-up to the end of
//! the run. A duration counts when it *ends* there, also for patients who arrived during the warm-up: a queue inherited
//! from the warm-up is part of the system's state. Patients still inside at the end have no duration yet and count in none.
//! Sites are those of the mark that ends a duration. Attributes are those the patient has at that moment.
//!
//! Every account is a sum of whole numbers (patients, milliseconds), so that the order of summation cannot change it.

mod builder;
mod by_patient;
mod flow;
mod group_values;
mod groups;
mod keys;
mod levels;
mod lines;
mod monthly;
mod odds;
mod outcome;
mod panel;
mod passed;
mod per_patient;
mod plain;
mod reader;
mod statistics;
mod tables;

pub use by_patient::{
    FIRST_DURATION, JOURNEY, PatientReader, PatientRecord, PatientTables, QUEUES,
};
pub use flow::{Flow, FlowEnd, LAST_NTH};
pub use groups::{GroupAttribute, GroupTables};
pub use keys::{MeasureKey, Row, unit_milliseconds};
pub use lines::{Growth, Line, SHORTEST_STRETCH};
pub use outcome::{CourseKey, Outcome};
pub use panel::{Account, Panel, PanelCell, PanelTables, PanelUnit};
pub use per_patient::is_told_apart;
pub use reader::MeasureReader;
pub use tables::MeasureTables;

#[cfg(test)]
mod tests;
