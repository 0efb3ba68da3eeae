//! What makes a sweep the one it is, and what two of them differ in.

use serde::{Deserialize, Serialize};

use crate::cli::experiments::Setup;
use crate::experiment::sweep::Shard;
use crate::report::format::date_iso;
use crate::report::run_json::sha256;
use crate::scenario::source::stem;
use crate::uec::model::Model;

/// Two sweeps with the same identity have the same results, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Of the program.
    pub version: String,
    pub experiment: String,
    pub design: String,
    pub points: u32,
    pub scenarios: Vec<Plan>,
    pub inputs: Vec<Input>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub name: String,
    pub seed: u64,
    pub start: String,
    pub warm_up_milliseconds: u64,
    pub length_milliseconds: u64,
    pub replications: u32,
}

/// A file that results depend on; without its folder, which may differ from machine to machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Input {
    pub file: String,
    pub sha256: String,
}

/// A sweep, or a part of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    pub identity: Identity,
    pub part: u32,
    pub of: u32,
}

impl Begun {
    pub fn shard(&self) -> Shard {
        Shard {
            part: self.part,
            n: self.of,
        }
    }
}

impl Identity {
    /// `models` are the scenarios at any point.
    pub fn new(setup: &Setup, models: &[Model], overlay: &str) -> Self {
        let own = setup.files.iter().map(|file| Input {
            file: file_name(&file.path).to_owned(),
            sha256: sha256(file.text.as_bytes()),
        });
        let theirs = models.iter().flat_map(|model| &model.files);
        let theirs = theirs
            .filter(|file| file_name(&file.path) != overlay)
            .map(|file| Input {
                file: file_name(&file.path).to_owned(),
                sha256: file.sha256.clone(),
            });
        let mut inputs: Vec<Input> = own.chain(theirs).collect();
        inputs.sort();
        inputs.dedup();
        let experiment = &setup.experiment;
        let design = experiment.design.as_ref();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            experiment: experiment.name.clone(),
            design: design.map_or("", |design| design.kind()).to_owned(),
            points: design.map_or(0, |design| design.n_points()),
            scenarios: models.iter().map(plan).collect(),
            inputs,
        }
    }

    /// What differs, each as a sentence without its full stop; where the two are is named so.
    pub fn differences(&self, other: &Self, here: &str, there: &str) -> Vec<String> {
        let mut all = Vec::new();
        let mut told = |what: &str, own: &str, other: &str| {
            if own != other {
                all.push(format!("{what} is {own} {here} and {other} {there}"));
            }
        };
        told("the version", &self.version, &other.version);
        told("the experiment", &self.experiment, &other.experiment);
        told("the design", &self.design, &other.design);
        let points = [self.points, other.points].map(|points| points.to_string());
        told("the number of points", &points[0], &points[1]);
        let names = |identity: &Self| {
            let names = identity.scenarios.iter().map(|plan| plan.name.as_str());
            names.collect::<Vec<_>>().join(", ")
        };
        told("the list of scenarios", &names(self), &names(other));
        for (own, other) in self.scenarios.iter().zip(&other.scenarios) {
            let name = &own.name;
            let mut of = |what: &str, own: &dyn ToString, other: &dyn ToString| {
                let (own, other) = (own.to_string(), other.to_string());
                told(&format!("the {what} of {name}"), &own, &other);
            };
            of("seed", &own.seed, &other.seed);
            of("start", &own.start, &other.start);
            of(
                "number of replications",
                &own.replications,
                &other.replications,
            );
            of(
                "length in ms",
                &own.length_milliseconds,
                &other.length_milliseconds,
            );
            of(
                "warm-up in ms",
                &own.warm_up_milliseconds,
                &other.warm_up_milliseconds,
            );
        }
        let only = |these: &[Input], those: &[Input]| -> Vec<String> {
            let only = these.iter().filter(|input| !those.contains(input));
            only.map(|input| input.file.clone()).collect()
        };
        let (own, other) = (
            only(&self.inputs, &other.inputs),
            only(&other.inputs, &self.inputs),
        );
        for file in &own {
            all.push(match other.contains(file) {
                true => format!("the file {file} is not the same {here} and {there}"),
                false => format!("the file {file} plays a part {here} only"),
            });
        }
        let missing = other.iter().filter(|file| !own.contains(file));
        all.extend(missing.map(|file| format!("the file {file} plays a part {there} only")));
        all
    }
}

fn plan(model: &Model) -> Plan {
    let run = model.run;
    Plan {
        name: model.name.clone(),
        seed: run.seed,
        start: date_iso(run.start),
        warm_up_milliseconds: run.warm_up.0,
        length_milliseconds: run.length.0,
        replications: run.replications,
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(stem(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(seed: u64, inputs: &[(&str, &str)]) -> Identity {
        let inputs = inputs.iter().map(|(file, sha256)| Input {
            file: (*file).to_owned(),
            sha256: (*sha256).to_owned(),
        });
        Identity {
            version: "1".to_owned(),
            experiment: "e".to_owned(),
            design: "grid".to_owned(),
            points: 4,
            scenarios: vec![Plan {
                name: "a".to_owned(),
                seed,
                start: "2024-01-01".to_owned(),
                warm_up_milliseconds: 0,
                length_milliseconds: 1,
                replications: 2,
            }],
            inputs: inputs.collect(),
        }
    }

    #[test]
    fn what_differs_is_named() {
        let one = identity(1, &[("e.toml", "aa"), ("a.toml", "bb")]);
        assert!(one.differences(&one, "here", "there").is_empty());
        let other = identity(2, &[("e.toml", "cc"), ("b.toml", "bb")]);
        let expected = [
            "the seed of a is 1 here and 2 there",
            "the file e.toml is not the same here and there",
            "the file a.toml plays a part here only",
            "the file b.toml plays a part there only",
        ];
        assert_eq!(one.differences(&other, "here", "there"), expected);
    }
}
