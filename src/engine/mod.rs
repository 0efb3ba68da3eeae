//! A general discrete-event engine: patients, pools, fleets and paths, with no idea of hospitals.

pub mod agenda;
pub mod appointments;
pub mod arrivals;
pub mod calendar;
pub mod checks;
mod choice;
pub mod clock;
mod dispatch;
pub mod distributions;
mod escalation;
pub mod facts;
mod faults;
pub mod fleets;
mod interrupting;
mod later;
pub mod levels;
pub mod lines;
mod lookups;
pub mod patients;
mod prefetch;
pub mod program;
mod proven;
mod reach;
mod rows;
mod served;
pub mod simulation;
mod starts;
mod steps;
pub mod streams;
pub mod time;
mod triggers;
mod waiting;
mod weekly_mass;

#[cfg(test)]
mod tests;
