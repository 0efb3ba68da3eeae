//! Scenario text to located values to diagnostics.
//!
//! Knows TOML, CSV, units of measure and how files lie over each other; does not know what a service or a patient is.
//! It opens no file: text comes from a [`source::Source`] that the caller passes.
//!
//! Usual course: [`workspace::Workspace::new`] over a source, [`layers::load`] a scenario file into one merged tree,
//! read the tree with [`access::TableReader`], and show what [`workspace::Workspace::render`] says.

pub mod access;
pub mod areas;
pub mod codes;
pub mod csv_columns;
pub mod csv_table;
pub mod dates;
pub mod diagnostic;
pub mod files;
pub mod layers;
pub mod origins;
pub mod source;
pub mod tree;
pub mod units;
pub mod values;
pub mod windows;
pub mod workspace;

mod changes;
mod csv_records;
mod lists;
mod scaling;
mod syntax;
mod walk;
