//! What a scenario may say, and the tables it compiles to.

pub mod calendar;
pub mod check;
pub mod codes;
pub mod compile;
pub mod forms;
pub mod load;
pub mod measures;
pub mod model;
#[cfg(test)]
mod tests;

pub use load::{Loaded, Refused, load, load_with_changes};
