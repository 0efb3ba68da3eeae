//! One test crate, one module per kind of test.

mod cli;
mod conservation;
mod diagnostics;
mod directions;
mod extremes;
mod folders;
mod layers;
mod repeatability;
mod report;
mod services;
mod shipped;
mod small;
mod theory;
