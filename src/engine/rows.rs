//! The table of steps as a run reads it: all that a step touches side by side, in half a cache line.

use super::distributions::Sampler;
use super::program::{Draw, DurationId, Program, Step};

#[derive(Clone, Copy)]
pub struct StepRow<'p> {
    pub step: Step,
    pub draw: Draw,
    /// Of a step that takes time: its sampler, if all patients share one.
    pub sampler: Option<&'p Sampler>,
}

/// By step.
pub fn step_rows(program: &Program) -> Vec<StepRow<'_>> {
    let rows = program.steps.iter().zip(&program.draws);
    rows.map(|(step, draw)| StepRow {
        step: *step,
        draw: *draw,
        sampler: duration_of(step).and_then(|duration| only_sampler(program, duration)),
    })
    .collect()
}

fn duration_of(step: &Step) -> Option<DurationId> {
    match step {
        Step::Use { duration, .. } | Step::Wait { duration } | Step::Patience { duration } => {
            Some(*duration)
        }
        _ => None,
    }
}

fn only_sampler(program: &Program, duration: DurationId) -> Option<&Sampler> {
    let spec = &program.durations[duration.index()];
    let is_single = spec.selector.dimensions.is_empty();
    is_single.then(|| &program.samplers[spec.samplers[0].index()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_half_a_cache_line() {
        assert_eq!(std::mem::size_of::<StepRow<'_>>(), 32);
    }
}
