//! One test crate, one module per kind of test.

mod cli;
mod commands;
mod conservation;
mod diagnostics;
mod directions;
mod extremes;
mod folders;
mod layers;
mod repeatability;
mod report;
mod shipped;
mod small;
mod theory;
