//! `sweep`: runs every point of an experiment's design on all cores, writing results as they come, and goes on after any stop.

mod ending;
mod identity;
pub mod merge;
mod output;
mod record;
mod unfinished;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Args;

use self::identity::{Begun, Identity};
use self::output::Output;
use self::record::Said;
use self::unfinished::{Unfinished, append};
use super::experiments::{self, Setup};
use super::options::{Common, Exit};
use super::progress::Progress;
use super::{folder, interrupt, overlay, say};
use crate::experiment::control::Control;
use crate::experiment::design::Design;
use crate::experiment::design::codes::NOT_THE_SAME;
use crate::experiment::replicate::days_to_run;
use crate::experiment::results::ValueKey;
use crate::experiment::summarise::keys_of;
use crate::experiment::sweep::order::Order;
use crate::experiment::sweep::work::{Busy, Work, work};
use crate::experiment::sweep::{Record, Shard};
use crate::report::sweep::{Heading, Number, Swept};
use crate::uec::model::Model;

#[derive(Debug, Args)]
pub struct SweepArguments {
    /// The experiment file, or the name of a shipped experiment
    experiment: String,
    /// Go on where an earlier call of the same command was stopped
    #[arg(long)]
    resume: bool,
    /// Begin again, and remove what an earlier call left unfinished
    #[arg(long, conflicts_with = "resume")]
    anew: bool,
    /// Run one part of N, as 2/8, for `uecsim merge` to join
    #[arg(long, value_name = "PART/N", value_parser = shard)]
    shard: Option<Shard>,
    #[command(flatten)]
    common: Common,
}

fn shard(written: &str) -> Result<Shard, String> {
    let numbers = written.split_once('/');
    let numbers = numbers.and_then(|(part, n)| Some((part.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((part, n)) if 1 <= part && part <= n => Ok(Shard { part, n }),
        _ => Err("a part is written like 2/8: the second of eight".to_owned()),
    }
}

pub fn sweep(arguments: &SweepArguments) -> Result<Exit, Exit> {
    let common = &arguments.common;
    let setup = Setup::load(&arguments.experiment, common)?;
    if setup.experiment.design.is_none() {
        let message = "the experiment has no [design]: a sweep needs one, such as kind = \"grid\"";
        return Err(say::fault(Exit::Input, message));
    }
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let target = target(&setup, shard, common);
    if let Some(refusal) = folder::refusal(&target) {
        return Err(say::fault(Exit::Input, &refusal));
    }
    setup.check_points()?;
    let sweep = Sweep::new(&setup, shard, arguments)?;
    sweep.run(&target, arguments)
}

fn target(setup: &Setup, shard: Shard, common: &Common) -> PathBuf {
    common.out.clone().unwrap_or_else(|| {
        let name = &setup.experiment.name;
        Path::new("output").join(match shard {
            Shard::WHOLE => name.clone(),
            Shard { part, n } => format!("{name}-part-{part}-of-{n}"),
        })
    })
}

/// A sweep that can be run: what it keeps is known.
struct Sweep<'s> {
    setup: &'s Setup,
    design: &'s Design,
    begun: Begun,
    heading: Heading,
    /// Every number of a scenario's runs, and the positions of those that are kept. By scenario.
    keys: Vec<Vec<ValueKey>>,
    kept: Vec<Vec<usize>>,
    replications: Vec<u32>,
    /// Simulated days of one replication of each scenario.
    days: Vec<u64>,
    said: Said,
}

impl<'s> Sweep<'s> {
    /// Errors: a measure or goal that no scenario gives, shown.
    fn new(setup: &'s Setup, shard: Shard, arguments: &SweepArguments) -> Result<Self, Exit> {
        let design = setup.experiment.design.as_ref().ok_or(Exit::Input)?;
        let models = setup.reference_models()?;
        let keys: Vec<Vec<ValueKey>> = models.iter().map(keys_of).collect();
        let kept = setup.kept(&models, &keys)?;
        let scenarios = models.iter().zip(&keys).zip(&kept);
        let heading = Heading {
            parameters: setup.experiment.parameters.clone(),
            scenarios: scenarios
                .map(|((model, keys), kept)| Swept {
                    name: model.name.clone(),
                    numbers: kept
                        .iter()
                        .map(|&at| Number::of(model, &keys[at]))
                        .collect(),
                })
                .collect(),
        };
        let begun = Begun {
            identity: Identity::new(setup, &models, overlay::NAME),
            part: shard.part,
            of: shard.n,
        };
        let one_replication = |model: &Model| {
            let n = u64::from(model.run.replications);
            days_to_run(std::slice::from_ref(model)) / n.max(1)
        };
        let texts = setup.files.iter();
        let texts: BTreeMap<String, String> = texts
            .map(|file| (file.path.clone(), file.text.to_string()))
            .collect();
        let path = experiments::find(&arguments.experiment);
        let said = Said {
            command: arguments.common.command(
                "sweep",
                std::slice::from_ref(&arguments.experiment),
                "",
            ),
            sweep: begun.clone(),
            experiment: crate::scenario::source::normalise(&path),
            texts,
        };
        Ok(Self {
            setup,
            design,
            begun,
            heading,
            keys,
            kept,
            replications: models.iter().map(|model| model.run.replications).collect(),
            days: models.iter().map(one_replication).collect(),
            said,
        })
    }

    fn n_scenarios(&self) -> u64 {
        self.replications.len() as u64
    }

    fn n_units(&self) -> u64 {
        let points = self.begun.shard().n_points(self.design.n_points());
        u64::from(points) * self.n_scenarios()
    }

    /// Point of the design and scenario, both from 0.
    fn place(&self, unit: u64) -> (u32, usize) {
        let nth = (unit / self.n_scenarios()) as u32;
        (
            self.begun.shard().point(nth),
            (unit % self.n_scenarios()) as usize,
        )
    }

    fn days(&self) -> u64 {
        let points = self.n_units() / self.n_scenarios();
        let each = self.days.iter().zip(&self.replications);
        let of_point: u64 = each.map(|(days, n)| days * u64::from(*n)).sum();
        points * of_point
    }

    fn run(&self, target: &Path, arguments: &SweepArguments) -> Result<Exit, Exit> {
        let common = &arguments.common;
        let unfinished = Unfinished::of(target);
        if arguments.resume && !unfinished.exists() && self.is_done(target) {
            if !common.quiet {
                eprintln!("note: {} is whole: nothing is left to do", target.display());
            }
            return Ok(Exit::Done);
        }
        let is_resumed = self.may_begin(&unfinished, arguments)?;
        let refused = |fault: io::Error| disk_fault(&unfinished, &fault.to_string());
        let keeper = self.keeper(&unfinished, is_resumed).map_err(refused)?;
        let begun = Instant::now();
        let threads = self
            .work(&keeper, common)
            .map_err(|fault| disk_fault(&unfinished, &fault))?;
        let keeper = keeper.into_inner().expect(UNPOISONED);
        let n_left = self.n_units() - keeper.order.next();
        if n_left > 0 {
            let (n, all) = (keeper.output.tally.n_replications, self.n_units());
            let done = all - n_left;
            eprintln!(
                "stopped after {n} replications, {done} of {all} points done; to go on: {} --resume",
                self.command(arguments)
            );
            return Ok(Exit::Interrupted);
        }
        self.end(
            keeper.output,
            &unfinished,
            target,
            (begun.elapsed(), &threads),
            common,
        )
    }

    /// Whether this very sweep lies there whole.
    fn is_done(&self, target: &Path) -> bool {
        let record = record::Record::read(target);
        record.is_ok_and(|record| record.sweep == self.begun)
    }

    /// The command with its flags, without those that say how to begin.
    fn command(&self, arguments: &SweepArguments) -> String {
        let shard = arguments
            .shard
            .map(|Shard { part, n }| format!(" --shard {part}/{n}"));
        let out = arguments.common.out.as_ref();
        let out = out.map(|out| format!(" --out {}", out.display()));
        let flags = [shard, out].into_iter().flatten().collect::<String>();
        format!("{}{flags}", self.said.command)
    }

    /// Whether there is something to go on with.
    ///
    /// Errors: something is there that must not be mixed or lost, shown.
    fn may_begin(&self, unfinished: &Unfinished, arguments: &SweepArguments) -> Result<bool, Exit> {
        let shown = unfinished.folder().display();
        if !unfinished.exists() {
            return Ok(false);
        }
        if arguments.anew {
            return Ok(false);
        }
        if !arguments.resume {
            let message = format!(
                "{shown} holds a sweep that was stopped: --resume goes on with it, --anew begins again and removes it"
            );
            return Err(say::fault(Exit::Input, &message));
        }
        let Some(begun) = unfinished.begun() else {
            let message = format!(
                "{shown} does not say what was begun there: --anew begins again and removes it"
            );
            return Err(say::fault(Exit::Input, &message));
        };
        let mut differences = self
            .begun
            .identity
            .differences(&begun.identity, "here", "there");
        if begun.shard() != self.begun.shard() {
            differences.push(format!(
                "it is part {} of {} here and part {} of {} there",
                self.begun.part, self.begun.of, begun.part, begun.of
            ));
        }
        if differences.is_empty() {
            return Ok(true);
        }
        eprintln!("error[{NOT_THE_SAME}]: {shown} was begun as another sweep");
        for difference in &differences {
            eprintln!("  note: {difference}");
        }
        eprintln!("  try: the same inputs and flags, another --out, or --anew to begin again");
        Err(Exit::Input)
    }

    /// The output and the order, as far as an earlier call has come.
    fn keeper(
        &self,
        unfinished: &Unfinished,
        is_resumed: bool,
    ) -> io::Result<Mutex<Keeper<'_, 's>>> {
        let fresh = match is_resumed {
            true => None,
            false => Some(unfinished.begin(&self.begun)?),
        };
        let about = ending::about(&self.setup.experiment, &self.begun.identity);
        let is_part = self.begun.shard() != Shard::WHOLE;
        let experiment = &self.setup.experiment;
        let output = Output::begin(
            &unfinished.files(),
            experiment,
            &self.heading,
            &about,
            is_part,
        )?;
        let mut keeper = Keeper {
            sweep: self,
            journal: fresh,
            order: Order::new(self.replications.clone()),
            output,
        };
        if is_resumed {
            let journal = unfinished.resume(|record| keeper.take(record))?;
            keeper.journal = Some(journal);
        }
        Ok(Mutex::new(keeper))
    }

    fn work(&self, keeper: &Mutex<Keeper<'_, '_>>, common: &Common) -> Result<Vec<Busy>, String> {
        let (first, came_in) = {
            let keeper = keeper.lock().expect(UNPOISONED);
            (keeper.order.next(), keeper.order.came_in())
        };
        let progress = Progress::new(self.days(), common.quiet);
        let done = first * self.days() / self.n_units().max(1);
        progress.add(done);
        let control = Control {
            threads: common.threads(),
            cancel: interrupt::flag(),
            progress: &|days| progress.add(days),
        };
        let has = |unit: u64, replication: u32| has(&came_in, unit, replication);
        let threads = work(
            &Work {
                first,
                end: self.n_units(),
                replications: &self.replications,
                has: &has,
                build: &|unit| self.build(unit),
                kept: &self.kept,
                sink: &|record| {
                    let mut keeper = keeper.lock().expect(UNPOISONED);
                    keeper.keep(record).map_err(|fault| fault.to_string())
                },
            },
            &control,
        );
        progress.finish();
        threads
    }

    /// Errors: all faults of the scenario at the point.
    fn build(&self, unit: u64) -> Result<Model, String> {
        let (point, scenario) = self.place(unit);
        let values = self.design.point(point, &self.setup.experiment.parameters);
        let at = format!("point {}", point + 1);
        let model = self.setup.build(scenario, &values, &at)?.model;
        match keys_of(&model) == self.keys[scenario] {
            true => Ok(model),
            false => Err(format!(
                "error: {} gives other numbers at {at} than at the base",
                model.name
            )),
        }
    }

    fn end(
        &self,
        output: Output,
        unfinished: &Unfinished,
        target: &Path,
        timing: (Duration, &[Busy]),
        common: &Common,
    ) -> Result<Exit, Exit> {
        let refused = |fault: io::Error| disk_fault(unfinished, &fault.to_string());
        let ended = output.finish().map_err(refused)?;
        // As other commands do: what is not whole does not replace an earlier run.
        let target = match ended.tally.worst {
            None => target.to_owned(),
            Some(_) => {
                let mut name = target.file_name().unwrap_or_default().to_owned();
                name.push("-partial");
                target.with_file_name(name)
            }
        };
        let files = unfinished.files();
        let experiment = &self.setup.experiment;
        let said = self.said.clone();
        let titles = ending::write(&files, experiment, &self.heading, &ended, said, timing);
        let titles = titles.map_err(refused)?;
        unfinished.finish(&target).map_err(refused)?;
        Ok(ending::tell(&ended, &target, &titles, &self.said, common))
    }
}

const UNPOISONED: &str = "nothing panics while it holds the lock";

fn has(came_in: &BTreeSet<(u64, u32)>, unit: u64, replication: u32) -> bool {
    came_in.contains(&(unit, replication))
}

fn disk_fault(unfinished: &Unfinished, fault: &str) -> Exit {
    let folder = unfinished.folder().display();
    let message =
        format!("{fault}; what was done is in {folder}: make room and go on with --resume");
    say::fault(Exit::Machine, &message)
}

/// Keeps what comes in.
struct Keeper<'k, 's> {
    sweep: &'k Sweep<'s>,
    /// None while it is read back.
    journal: Option<File>,
    order: Order,
    output: Output,
}

impl Keeper<'_, '_> {
    /// Into the journal first, then into the tables as far as they are whole; the lowest unit that is not.
    fn keep(&mut self, record: Record) -> io::Result<u64> {
        if let Some(journal) = &mut self.journal {
            append(&record, journal)?;
        }
        self.take(record)?;
        Ok(self.order.next())
    }

    fn take(&mut self, record: Record) -> io::Result<()> {
        self.order.take(record);
        while let Some((unit, whole)) = self.order.pop() {
            let (point, scenario) = self.sweep.place(unit);
            self.output.add(point, scenario, unit, &whole)?;
        }
        Ok(())
    }
}
