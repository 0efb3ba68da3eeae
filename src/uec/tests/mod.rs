//! Small scenarios, and what they compile to.

mod broken;
mod journeys;
mod loads;
mod people;
mod steps;

use crate::engine::program::{Program, Step};
use crate::scenario::source::MemorySource;

use super::{Loaded, load};

/// A run, one stream and one service around some steps.
pub fn around(steps: &str, more: &str) -> String {
    format!(
        "[run]
length = \"28 days\"
[arrivals.patients]
rate = \"10 per h\"
to = \"shop.arrive\"
[attributes.acuity]
levels = [\"1\", \"2\", \"3\"]
[services.shop]
pools = {{ servers = 3, tills = 2 }}
[services.shop.paths]
arrive = [
{steps}
]
{more}"
    )
}

pub fn loaded(text: &str) -> Loaded {
    loaded_with(&[("a.toml", text)])
}

pub fn loaded_with(files: &[(&str, &str)]) -> Loaded {
    let source = MemorySource::new(files.iter().copied());
    load(files[0].0, &source).unwrap_or_else(|refused| panic!("{}", refused.render()))
}

/// The printed faults of a scenario that is refused.
pub fn faults_of(text: &str) -> String {
    let source = MemorySource::new([("a.toml", text)]);
    match load("a.toml", &source) {
        Ok(_) => String::new(),
        Err(refused) => refused.render(),
    }
}

/// The steps of a scenario's only path, without the one that counts visits.
pub fn steps_of(text: &str) -> (Vec<Step>, Program) {
    let program = loaded(text).model.program;
    assert!(matches!(program.steps[0], Step::Enter { .. }));
    (program.steps[1..].to_vec(), program)
}
