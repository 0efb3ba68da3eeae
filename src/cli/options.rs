//! Flags that the commands share, and exit codes.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::{ExitCode, Termination};
use std::thread::available_parallelism;

use clap::Args;

use crate::report::run_json::Recipe;
use crate::scenario::units::{parse_duration, write_duration};

#[derive(Clone, Debug, Default, Args)]
pub struct Common {
    /// Root of all random draws (default: as the scenario says)
    #[arg(long)]
    pub seed: Option<u64>,
    /// Independent runs of each scenario (default: as the scenario says)
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub replications: Option<u32>,
    /// Measured time, as "28 days" or "1 week" (default: as the scenario says)
    #[arg(long, value_name = "DURATION", value_parser = milliseconds)]
    pub length: Option<u64>,
    /// Time before it that is simulated but not measured, as "14 days"
    #[arg(long, value_name = "DURATION", value_parser = milliseconds)]
    pub warm_up: Option<u64>,
    /// Threads to use; results do not depend on it (default: one for each core)
    #[arg(long)]
    pub threads: Option<NonZeroUsize>,
    /// Folder to write to (default: output/ and the scenario's name)
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Say nothing but faults
    #[arg(long, short)]
    pub quiet: bool,
    /// Print the results as JSON on standard output
    #[arg(long)]
    pub json: bool,
}

impl Common {
    /// Threads to use.
    pub fn threads(&self) -> usize {
        let wanted = self.threads.or_else(|| available_parallelism().ok());
        wanted.map_or(1, NonZeroUsize::get)
    }

    /// These flags with a number of replications.
    pub fn with_replications(&self, replications: u32) -> Self {
        Self {
            replications: Some(replications),
            ..self.clone()
        }
    }

    /// What a record keeps of these flags: those that results depend on.
    pub fn recipe(&self, command: &str) -> Recipe {
        Recipe {
            command: command.to_owned(),
            seed: self.seed,
            replications: self.replications,
            warm_up_milliseconds: self.warm_up,
            length_milliseconds: self.length,
            ..Recipe::default()
        }
    }

    /// The command as one would type it to get the same results again: without what changes none of them.
    pub fn command(&self, name: &str, scenarios: &[String], further: &str) -> String {
        let mut words = vec!["uecsim".to_owned(), name.to_owned()];
        words.extend_from_slice(scenarios);
        words.extend((!further.is_empty()).then(|| further.to_owned()));
        let mut flag = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{name} {value}")));
        };
        let duration = |milliseconds: u64| format!("\"{}\"", write_duration(milliseconds as f64));
        flag("seed", self.seed.map(|seed| seed.to_string()));
        flag(
            "replications",
            self.replications.map(|number| number.to_string()),
        );
        flag("length", self.length.map(duration));
        flag("warm-up", self.warm_up.map(duration));
        words.join(" ")
    }
}

/// Milliseconds.
const FOUR_WEEKS: u64 = 28 * 86_400_000;

/// For `--stop-when-unstable`: so many weeks that their quarters are whole ones, since each day of the week is another.
pub fn stretch(written: &str) -> Result<u64, String> {
    let stretch = milliseconds(written)?;
    match stretch > 0 && stretch.is_multiple_of(FOUR_WEEKS) {
        true => Ok(stretch),
        false => Err("try: 4 weeks, or a multiple of that".to_owned()),
    }
}

/// Milliseconds of a duration as scenarios write it.
fn milliseconds(written: &str) -> Result<u64, String> {
    let milliseconds = parse_duration(written).map_err(|fault| fault.sentence())?;
    if milliseconds < 0.0 {
        return Err("it is negative".to_owned());
    }
    Ok(milliseconds as u64)
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    Done = 0,
    /// A check that the user asked for did not hold.
    DoesNotHold = 1,
    /// The input is wrong: nothing was run or overwritten.
    Input = 2,
    /// The machine failed, or a scenario outgrew it: disk, memory bound, a line that only grows.
    Machine = 3,
    /// A fault of the program.
    Internal = 4,
    /// Stopped by the user; finished replications are kept.
    Interrupted = 130,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
