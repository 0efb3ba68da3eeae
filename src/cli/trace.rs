//! `trace`: one patient's journey as a timeline, or the same patient in two scenarios side by side.

use clap::Args;

use super::options::{Common, Exit};
use super::{interrupt, loading, say};
use crate::experiment::journeys::{eventful_patient, journey};
use crate::report::timeline;
use crate::uec::events::PatientId;
use crate::uec::model::Model;

#[derive(Debug, Args)]
pub struct TraceArguments {
    /// Scenario file, or name of a shipped scenario
    #[arg(value_name = "SCENARIO", required_unless_present = "both")]
    scenario: Option<String>,
    /// The same patient in two scenarios, side by side
    #[arg(long, num_args = 2, value_names = ["A", "B"], conflicts_with = "scenario")]
    both: Option<Vec<String>>,
    /// Whose journey: STREAM:NUMBER, as the first column of an event log says
    /// (default: of those who arrive on the first measured day, the one with most milestones)
    #[arg(long, value_name = "STREAM:NUMBER")]
    patient: Option<String>,
    /// Without --patient: only streams whose name begins with this, as "chest_pain"
    #[arg(long, value_name = "NEED", default_value = "")]
    need: String,
    /// Which replication, from 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    replication: u32,
    #[command(flatten)]
    common: Common,
}

pub fn trace(arguments: &TraceArguments) -> Result<Exit, Exit> {
    let paths: Vec<String> = match (&arguments.both, &arguments.scenario) {
        (Some(both), _) => both.clone(),
        (None, scenario) => scenario.iter().cloned().collect(),
    };
    let models = loading::models(&paths, &arguments.common)?;
    loading::of_one_area(&models, "trace")?;
    let patient = patient(arguments, &models[0])?;
    let cancel = interrupt::flag();
    let journeys: Vec<_> = models
        .iter()
        .map(|model| journey(model, arguments.replication, patient, cancel))
        .collect();
    if interrupt::has_happened() {
        return Ok(Exit::Interrupted);
    }
    if let Some(missing) = journeys.iter().position(Vec::is_empty) {
        let message = format!(
            "patient {}:{} does not come in replication {} of {}",
            patient.stream, patient.ordinal, arguments.replication, paths[missing]
        );
        return Err(say::fault(Exit::Input, &message));
    }
    let text = match (&models[..], &journeys[..]) {
        ([a, b], [first, second]) => timeline::both([a, b], [first, second]),
        _ => timeline::one(&models[0], &journeys[0]),
    };
    say::show(&text)
}

/// The patient asked for, or a telling one.
fn patient<'a>(arguments: &'a TraceArguments, model: &'a Model) -> Result<PatientId<'a>, Exit> {
    if let Some(written) = &arguments.patient {
        let parts = written.rsplit_once(':');
        let parsed = parts.and_then(|(stream, number)| Some((stream, number.parse().ok()?)));
        let Some((stream, ordinal)) = parsed else {
            let message = format!(
                "\"{written}\" is no patient: write STREAM:NUMBER, as in --patient chest_pain.exeter_1.65-74:12"
            );
            return Err(say::fault(Exit::Input, &message));
        };
        if !model.names.streams.iter().any(|known| known == stream) {
            let message = format!("no stream of {} is called \"{stream}\"", model.name);
            return Err(say::fault(Exit::Input, &message));
        }
        return Ok(PatientId { stream, ordinal });
    }
    let found = eventful_patient(
        model,
        arguments.replication,
        &arguments.need,
        interrupt::flag(),
    );
    found.ok_or_else(|| {
        let message = format!(
            "nobody of a stream that begins with \"{}\" arrives on the first measured day",
            arguments.need
        );
        say::fault(Exit::Input, &message)
    })
}
