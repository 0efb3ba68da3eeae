//! What a scenario may say, and the tables it compiles to.

pub mod area;
pub mod calendar;
pub mod check;
pub mod codes;
pub mod compile;
pub mod events;
pub mod federation;
pub mod forms;
pub mod history;
pub mod load;
pub mod measures;
pub mod model;
pub mod observed;
pub mod outline;
pub mod overview;
pub mod queueing;
mod rollout;
pub mod schema;
pub mod shapes;
pub mod telling;
#[cfg(test)]
mod tests;

pub use load::{Loaded, Overrides, Refused, load, load_with};
