//! What a scenario may say, and the tables it compiles to.

pub mod measures;
pub mod model;
