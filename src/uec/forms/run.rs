//! When a scenario begins, how long it runs and how often.

use crate::engine::time::{DAY, SimSpan};
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::values;
use crate::uec::codes;
use crate::uec::model::{Clock, RunPlan};

use super::reading::{Reading, span_of};

/// Longest run, warm-up included: the engine counts milliseconds in 40 bits.
pub const LONGEST_RUN: SimSpan = SimSpan(30 * 365 * 86_400_000);

pub fn run(root: &TableReader, reading: &Reading) -> RunPlan {
    let mut plan = RunPlan::default();
    let Some(node) = root.required("run", "{ length = \"28 days\" }") else {
        return plan;
    };
    let reader = TableReader::new(node, "run", reading.faults);
    if let Some(date) = reader.optional_date("start") {
        plan.start = date;
        if !(1..=9000).contains(&date.year) {
            let message = "the start lies too far from our time";
            reading
                .faults
                .error(codes::RANGE, reader.span_of("start"), message);
        }
    }
    if let Some(warm_up) = reader.optional_duration("warm_up") {
        plan.warm_up = span_of(warm_up);
    }
    if let Some(length) = reader.duration("length") {
        plan.length = span_of(length);
        check_length(&plan, &reader, reading);
    }
    if let Some(replications) = reader.optional_count("replications") {
        plan.replications = u32::try_from(replications).unwrap_or(u32::MAX);
        if !(1..=1_000_000).contains(&replications) {
            let message = "replications lie between 1 and 1000000";
            let span = reader.span_of("replications");
            reading.faults.error(codes::RANGE, span, message);
        }
    }
    if reader.optional("clock").is_some() {
        let words = Clock::WRITTEN.map(|(word, _)| word);
        if let Some(at) = reader.word("clock", &words) {
            plan.clock = Clock::WRITTEN[at].1;
            check_clock(&plan, &reader, reading);
        }
    }
    if let Some(node) = reader.optional("seed") {
        plan.seed = values::count(node, reading.faults).unwrap_or(plan.seed);
    }
    reader.finish();
    plan
}

/// The rule of changing clocks is that of 1996; and a run on such a clock is one of whole days.
fn check_clock(plan: &RunPlan, reader: &TableReader, reading: &Reading) {
    if plan.clock == Clock::Fixed {
        return;
    }
    if plan.start.year < 1997 {
        let message = "before 1997 summer time began and ended on other days than are known here";
        let fault = Diagnostic::error(codes::RANGE, reader.span_of("start"), message);
        reading.faults.report(fault.try_this("clock = \"fixed\""));
    }
    for (key, span) in [("warm_up", plan.warm_up), ("length", plan.length)] {
        if !span.0.is_multiple_of(DAY.0) {
            let message = "on a clock that is changed this is a number of whole days";
            let fault = Diagnostic::error(codes::RANGE, reader.span_of(key), message);
            let days = match span.0.div_ceil(DAY.0) {
                1 => "1 day".to_owned(),
                days => format!("{days} days"),
            };
            reading.faults.report(fault.try_this(format!("\"{days}\"")));
        }
    }
}

fn check_length(plan: &RunPlan, reader: &TableReader, reading: &Reading) {
    let span = reader.span_of("length");
    if plan.length == SimSpan::ZERO {
        let fault = Diagnostic::error(codes::NOTHING_ARRIVES, span, "the run has no length");
        reading
            .faults
            .report(fault.try_this("length = \"28 days\""));
    }
    if plan.length.0.saturating_add(plan.warm_up.0) > LONGEST_RUN.0 {
        let message = "warm-up and length together are at most 30 years";
        reading.faults.error(codes::RANGE, span, message);
    }
}
