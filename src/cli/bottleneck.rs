//! `bottleneck`: which pool is the bottleneck, by the paired effect of one more unit in each pool in turn.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::options::{Common, Exit};
use super::{folder, loading, running, say, writing};
use crate::experiment::bottleneck::{Bottleneck, Candidate, Skipped, Wanted, candidates};
use crate::experiment::results::Results;
use crate::report::OutputFile;
use crate::report::bottleneck::{Number, finding, line_words, skipped_table, table};
use crate::report::charts::bottleneck as chart;
use crate::report::findings::interval;
use crate::report::format::{better_direction, is_duration, signed, statistic_key};
use crate::report::headline::headline_findings;
use crate::report::subject::{ALL, Outcome, Subject};
use crate::scenario::diagnostic::nearest;
use crate::uec::model::{Model, Statistic};

#[derive(Debug, Args)]
pub struct BottleneckArguments {
    /// Scenario file, or name of a shipped scenario
    #[arg(value_name = "SCENARIO")]
    scenario: String,
    /// What one more unit is to help: a measure's id, or ID:STATISTIC as in summary.csv; the first one ranks (default: those of
    /// the scenario's headline, times first)
    #[arg(long, value_name = "MEASURE")]
    measure: Vec<String>,
    /// Pools with fewer patients waiting than this, on average, are not tried
    #[arg(long, value_name = "PATIENTS", default_value_t = 0.01, value_parser = at_least_zero)]
    least_waiting: f64,
    #[command(flatten)]
    common: Common,
}

fn at_least_zero(written: &str) -> Result<f64, String> {
    let number: f64 = written.parse().map_err(|_| "not a number".to_owned())?;
    match number.is_finite() && number >= 0.0 {
        true => Ok(number),
        false => Err("zero or more patients".to_owned()),
    }
}

pub fn bottleneck(arguments: &BottleneckArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let mut models = loading::models(std::slice::from_ref(&arguments.scenario), common)?;
    let model = models.remove(0);
    let out = common
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from("output").join(format!("{}-bottleneck", model.name)));
    if let Some(refusal) = folder::refusal(&out) {
        return Err(say::fault(Exit::Input, &refusal));
    }
    let asked = asked(&model, &arguments.measure)?;
    announce_all(&model, common);
    let ran = running::run(vec![model], common)?;
    if ran.exit != Exit::Done {
        let message =
            "the scenario as it is did not run to its end, so that nothing can be compared with it";
        return Err(say::fault(ran.exit, message));
    }
    let baseline = &ran.results[0];
    let wanted = wanted(baseline, &asked)?;
    let (found, skipped) = candidates(baseline, arguments.least_waiting);
    announce(&found, &skipped, baseline, common);
    let tried = running::find_bottleneck(baseline, found, &wanted, common)?;
    let shown = Shown {
        baseline,
        numbers: wanted.iter().map(|one| Number::of(baseline, one)).collect(),
        found: &tried.results,
        skipped: &skipped,
    };
    if tried.exit == Exit::Interrupted {
        eprintln!("stopped before all pools were tried: nothing is written");
        return Ok(tried.exit);
    }
    let command = command(arguments);
    shown.write(&out, &command)?;
    if common.json {
        put_line!("{:#}", shown.as_json());
    } else if !common.quiet {
        shown.say(&out, ran.took + tried.took);
    }
    Ok(tried.exit)
}

fn command(arguments: &BottleneckArguments) -> String {
    let measures = arguments.measure.iter();
    let mut further: Vec<String> = measures
        .map(|measure| format!("--measure \"{measure}\""))
        .collect();
    further.push(format!("--least-waiting {}", arguments.least_waiting));
    let scenario = std::slice::from_ref(&arguments.scenario);
    let common = &arguments.common;
    common.command("bottleneck", scenario, &further.join(" "))
}

/// Measure and statistic of every `--measure`; none: the scenario's headline.
///
/// Errors: all that are not there, before anything is run.
fn asked(model: &Model, written: &[String]) -> Result<Vec<(usize, Statistic)>, Exit> {
    let found: Vec<Option<(usize, Statistic)>> = written
        .iter()
        .map(|written| {
            let found = one_asked(model, written);
            found
                .map_err(|message| say::fault(Exit::Input, &message))
                .ok()
        })
        .collect();
    found.into_iter().collect::<Option<_>>().ok_or(Exit::Input)
}

fn one_asked(model: &Model, written: &str) -> Result<(usize, Statistic), String> {
    let (id, statistic) = match written.split_once(':') {
        Some((id, statistic)) => (id.trim(), Some(statistic.trim())),
        None => (written.trim(), None),
    };
    let ids = || model.measures.iter().map(|measure| measure.id.as_str());
    let Some(position) = ids().position(|known| known == id) else {
        let advice = match nearest(id, ids()) {
            Some(near) => format!("\"{near}\""),
            None => "uecsim list measures".to_owned(),
        };
        return Err(format!(
            "--measure: {} has no measure \"{id}\"\n  try: {advice}",
            model.name
        ));
    };
    let statistics = &model.measures[position].statistics;
    let usual = || {
        let mut all = statistics.iter().copied();
        all.find(|statistic| *statistic != Statistic::Count)
    };
    let found = match statistic {
        Some(wanted) => statistics
            .iter()
            .copied()
            .find(|known| statistic_key(*known) == wanted),
        None => usual().or(statistics.first().copied()),
    };
    found.map(|statistic| (position, statistic)).ok_or_else(|| {
        let known: Vec<String> = statistics
            .iter()
            .map(|known| format!("\"{id}:{}\"", statistic_key(*known)))
            .collect();
        format!(
            "--measure: the measure \"{id}\" has no statistic \"{}\"\n  try: {}",
            statistic.unwrap_or_default(),
            known.join(", ")
        )
    })
}

/// Of all sites and patients; those of the headline if none were asked for.
fn wanted(baseline: &Results, asked: &[(usize, Statistic)]) -> Result<Vec<Wanted>, Exit> {
    let subject = Subject::new(Outcome::Run(baseline));
    let headline = || {
        let findings = headline_findings(&subject);
        let one = |id: &str, statistic| {
            let measures = baseline.model.measures.iter();
            let measure = measures.clone().position(|measure| measure.id == id)?;
            Some((measure, statistic))
        };
        let found = findings.iter();
        let mut found: Vec<(usize, Statistic)> = found
            .filter_map(|finding| one(&finding.measure.id, finding.statistic))
            .collect();
        // Units that are missing show in times first, so that the first time ranks.
        found.sort_by_key(|(measure, _)| !is_duration(&baseline.model.measures[*measure]));
        found
    };
    let asked = if asked.is_empty() {
        headline()
    } else {
        asked.to_vec()
    };
    let key = |&(measure, statistic): &(usize, Statistic)| {
        let key = baseline.keys.iter().position(|key| {
            key.measure == measure
                && key.statistic == statistic
                && key.site == ALL
                && key.cohort == ALL
        })?;
        let better = better_direction(&baseline.model.measures[measure], statistic);
        Some(Wanted { key, better })
    };
    let wanted: Vec<Wanted> = asked.iter().filter_map(key).collect();
    match wanted.is_empty() {
        true => Err(say::fault(
            Exit::Input,
            "the scenario has no number by which pools could be ranked: give one with --measure",
        )),
        false => Ok(wanted),
    }
}

/// Says before anything runs how much that may be.
fn announce_all(model: &Model, common: &Common) {
    if !common.quiet {
        let n = model.run.replications;
        let n_lines = model.program.pools.len() + model.program.fleets.len();
        eprintln!(
            "note: {n} replications of the scenario as it is show where patients wait; then {n} for each pool and fleet with waiting, \
             of {n_lines}: at most {} in all",
            u64::from(n) * (n_lines as u64 + 1)
        );
    }
}

fn announce(found: &[Candidate], skipped: &[Skipped], baseline: &Results, common: &Common) {
    if !common.quiet {
        let n = baseline.replications.len();
        eprintln!(
            "note: {} pools and fleets are tried, {} more replications; {} are left out (skipped.csv says why)",
            found.len(),
            found.len() * n,
            skipped.len()
        );
    }
}

/// What is shown and written.
struct Shown<'a> {
    baseline: &'a Results,
    numbers: Vec<Number<'a>>,
    found: &'a Bottleneck,
    skipped: &'a [Skipped],
}

impl Shown<'_> {
    fn finding(&self) -> String {
        finding(&self.baseline.model, &self.numbers[0], self.found)
    }

    fn write(&self, out: &Path, command: &str) -> Result<(), Exit> {
        let text = |path: &str, text: String| OutputFile {
            path: path.to_owned(),
            bytes: text.into_bytes(),
        };
        let mut files = vec![
            text("bottleneck.csv", table(&self.numbers, self.found)),
            text("skipped.csv", skipped_table(self.skipped)),
        ];
        if let Some(chart) = chart::draw(&self.baseline.model, &self.numbers[0], self.found) {
            files.extend(writing::pictures(&chart));
        }
        let model = &self.baseline.model;
        let inputs = model.files.iter();
        let inputs: Vec<Value> = inputs
            .map(|file| json!({ "path": file.path, "sha256": file.sha256 }))
            .collect();
        let record = json!({
            "program": format!("uecsim {}", env!("CARGO_PKG_VERSION")),
            "command": command,
            "seed": model.run.seed,
            "replications": self.baseline.replications.len(),
            "tried": self.found.tried.len(),
            "finding": self.finding(),
            "inputs": inputs,
        });
        files.push(text("run.json", format!("{record:#}\n")));
        writing::write_folder(&files, out)
    }

    fn say(&self, out: &Path, took: Duration) {
        let model = &self.baseline.model;
        put_line!("{}: {}.", model.title, self.finding());
        let first = &self.numbers[0];
        put_line!(
            "Change of {} ({}) by one more unit{}; intervals hold together at 95 % for {} pools; {:.0} s",
            first.name(),
            first.unit,
            match model.areas.len() {
                0 => String::new(),
                n => format!(" in each of {n} areas"),
            },
            self.found.tried.len(),
            took.as_secs_f64()
        );
        let names: Vec<String> = self
            .found
            .tried
            .iter()
            .map(|one| line_words(model, one.candidate.line))
            .collect();
        let width = names.iter().map(|name| name.chars().count()).max();
        let width = width.unwrap_or(0);
        for (name, one) in names.iter().zip(&self.found.tried) {
            let Some(effect) = one.effects.first().copied().flatten() else {
                continue;
            };
            let difference = effect.difference;
            put_line!(
                "  {name:width$}  {:>8}  ({})  {}",
                signed(difference.mean),
                interval(&difference),
                first.verdict(&difference)
            );
        }
        for one in self.skipped {
            put_line!("  not tried: {}, since {}", one.name, one.why);
        }
        put_line!("{}", say::written(out));
    }

    fn as_json(&self) -> Value {
        let finite = |value: f64| Some(value).filter(|value| value.is_finite());
        let tried = self.found.tried.iter().map(|one| {
            let effects = self.numbers.iter().zip(&one.effects);
            let effects = effects.filter_map(|(number, effect)| {
                let effect = effect.as_ref()?;
                let difference = effect.difference;
                Some(json!({
                    "measure": number.measure.id,
                    "statistic": statistic_key(number.statistic),
                    "baseline": effect.baseline.mean,
                    "difference": difference.mean,
                    "low": finite(difference.low),
                    "high": finite(difference.high),
                    "n": difference.n,
                    "verdict": number.verdict(&difference),
                }))
            });
            json!({
                "line": one.candidate.name,
                "waiting": one.candidate.waiting,
                "effects": effects.collect::<Vec<_>>(),
            })
        });
        let skipped = self.skipped.iter();
        json!({
            "scenario": self.baseline.model.name,
            "finding": self.finding(),
            "confidence": self.found.confidence,
            "tried": tried.collect::<Vec<_>>(),
            "skipped": skipped.map(|one| json!({ "line": one.name, "why": one.why })).collect::<Vec<_>>(),
        })
    }
}
