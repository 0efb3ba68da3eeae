//! One test crate, one module per kind of test.

mod layers;
mod report;
mod theory;
