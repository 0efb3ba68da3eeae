//! A general discrete-event engine: patients, pools, fleets and paths, with no idea of hospitals.

pub mod distributions;
pub mod program;
pub mod streams;
pub mod time;
