//! A general discrete-event engine: patients, pools, fleets and paths, with no idea of hospitals.

pub mod agenda;
pub mod appointments;
pub mod arrivals;
mod begin;
pub mod calendar;
pub mod checks;
mod choice;
pub mod clock;
mod dispatch;
pub mod distributions;
mod escalation;
mod events;
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
mod rarer_steps;
mod reach;
mod ready;
mod rosters;
mod rows;
mod served;
mod serving;
pub mod simulation;
mod sorter;
mod starts;
mod steps;
pub mod streams;
mod tell;
pub mod time;
mod triggers;
mod unit_jobs;
mod waiting;
mod weekly_mass;

#[cfg(test)]
mod tests;
