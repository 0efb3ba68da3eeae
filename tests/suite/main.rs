//! One test crate, one module per kind of test.

mod cli;
mod commands;
mod conservation;
mod counterfactuals;
mod diagnostics;
mod directions;
mod equity;
mod escalation;
mod extremes;
mod flows;
mod folders;
mod growth;
mod journeys;
mod layers;
mod pathways;
mod repeatability;
mod report;
mod reproductions;
mod rollouts;
mod schema;
mod services;
mod shipped;
mod small;
mod sums;
mod theory;
mod variation;
