//! `new`: a scenario file to start from, with comments that teach.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::options::Exit;
use super::sources::DiskOverEmbedded;
use super::{folder, say, schema};
use crate::scenario::workspace::Workspace;
use crate::uec::observed::{self, Observed};
use crate::uec::schema::{TITLE, text};

#[derive(Debug, Args)]
pub struct NewArguments {
    /// Name of the scenario; the file is NAME.toml
    #[arg(value_name = "NAME")]
    name: String,
    /// What to start from
    #[arg(long, value_enum, default_value_t = Like::OneEd)]
    like: Like,
    /// Your own arrivals, as rate and profile: CSV with `time` (one row each), or `time,count` (one row an hour), by the local clock
    #[arg(long, value_name = "FILE.csv", conflicts_with = "like")]
    arrivals: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Like {
    /// One emergency department, everything in one file
    OneEd,
    /// The shipped system of Devon with a change laid over
    Devon,
}

const ONE_ED: &str = include_str!("starters/one-ed.toml");
const DEVON: &str = include_str!("starters/devon.toml");

/// Exit code 2 if the name cannot be a file's or the file is there already.
pub fn new(arguments: &NewArguments) -> Result<Exit, Exit> {
    let path = path_of(&arguments.name)?;
    let mut text = starter(arguments.like, &path);
    let observed = match &arguments.arrivals {
        Some(file) => Some(observed(file)?),
        None => None,
    };
    let table = path.with_file_name(format!(
        "{}-arrivals.csv",
        path.file_stem().unwrap_or_default().to_string_lossy()
    ));
    if let (Some(observed), Some(file)) = (&observed, &arguments.arrivals) {
        text = with_arrivals(&text, observed, &table, file);
        if path.exists() {
            // Its table would be left without it.
            return Err(taken(&path));
        }
        write(&table, &weights(observed))?;
    }
    write(&path, &text)?;
    if let Some(observed) = &observed {
        say::show(&told(observed))?;
    }
    let by_editors = match write_schema(&path)? {
        true => format!(
            "{} beside it lets editors complete and check it\n",
            schema::FILE
        ),
        false => String::new(),
    };
    let shown = shown(&path);
    say::show(&format!(
        "written to {shown}\n{by_editors}Now: uecsim check {shown}, then: uecsim run {shown}\n"
    ))
}

/// Exit code 2 with all faults of the file.
fn observed(file: &Path) -> Result<Observed, Exit> {
    let path = shown(file);
    let source = DiskOverEmbedded::for_file(&path);
    let workspace = Workspace::new(&source);
    observed::read(&workspace, &path).ok_or_else(|| {
        eprintln!("{}", workspace.render());
        Exit::Input
    })
}

/// The starter with this rate and profile in place of its own.
fn with_arrivals(text: &str, observed: &Observed, table: &Path, file: &Path) -> String {
    let table = table.file_name().unwrap_or_default().to_string_lossy();
    let file = file.file_name().unwrap_or_default().to_string_lossy();
    let mut profile = format!(
        "[profiles.day]                              # mean arrivals by hour of the week\n\
         source = \"{file}, {} to {}\"\n\
         week = {{ file = \"{table}\", column = \"weight\" }}\n",
        observed.first, observed.last
    );
    if let Some(months) = &observed.months {
        let months: Vec<String> = months.iter().map(|month| format!("{month:.4}")).collect();
        profile.push_str(&format!("months = [{}]\n", months.join(", ")));
    }
    let rate = format!("rate = \"{:.4} per day\"", observed.per_day);
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("[profiles.day]") {
            lines.push(profile.trim_end().to_owned());
        } else if line.starts_with("rate = \"180 per day\"") {
            lines.push(format!(
                "source = \"{file}, {} to {}\"",
                observed.first, observed.last
            ));
            lines.push(rate.clone());
        } else if line.starts_with("shares = {") {
            // The file says when patients come, not who they are.
            let own = "}, assumed = \"A starting point: round numbers, no real department\" }";
            lines.push(line.replacen("} }", own, 1));
        } else if !line.starts_with("hours = [") {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n") + "\n"
}

/// The table that the profile names.
fn weights(observed: &Observed) -> String {
    let rows = observed.week.iter().enumerate();
    let rows = rows.map(|(hour, weight)| format!("{hour},{weight}\n"));
    format!("hour_of_week,weight\n{}", rows.collect::<String>())
}

fn told(observed: &Observed) -> String {
    let mut told = format!(
        "{} arrivals from {} to {}: {:.1} a day\n",
        observed.n_arrivals, observed.first, observed.last, observed.per_day
    );
    for note in &observed.notes {
        told.push_str(&format!("note: {note}\n"));
    }
    told
}

/// Writes the schema that the file names beside it; false if something else has its name.
fn write_schema(scenario: &Path) -> Result<bool, Exit> {
    let path = scenario.with_file_name(schema::FILE);
    // That of an earlier version is renewed.
    if path.exists() && !fs::read_to_string(&path).is_ok_and(|text| text.contains(TITLE)) {
        return Ok(false);
    }
    let written = folder::write_file(&path, text().as_bytes());
    written.map_err(|reason| {
        let message = format!("{} cannot be written: {reason}", path.display());
        say::fault(Exit::Machine, &message)
    })?;
    Ok(true)
}

/// `NAME.toml`, where NAME may have a folder before it and may have the ending already.
fn path_of(name: &str) -> Result<PathBuf, Exit> {
    let bare = name.strip_suffix(".toml").unwrap_or(name);
    let stem = Path::new(bare).file_name().and_then(|stem| stem.to_str());
    let is_good = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
    match stem {
        Some(stem)
            if stem.starts_with(char::is_alphanumeric)
                && stem.chars().all(is_good)
                && bare.ends_with(stem) =>
        {
            Ok(PathBuf::from(format!("{bare}.toml")))
        }
        _ => {
            let message = format!(
                "\"{name}\" cannot be the name of a scenario: letters, digits, \"-\" and \"_\" can, after a letter or digit\n  try: uecsim new my-scenario"
            );
            Err(say::fault(Exit::Input, &message))
        }
    }
}

fn starter(like: Like, path: &Path) -> String {
    let text = match like {
        Like::OneEd => ONE_ED,
        Like::Devon => DEVON,
    };
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let title = title(&name);
    text.replace("{title}", &title)
        .replace("{name}", &name)
        .replace("{file}", &shown(path))
}

/// `my-first_try` as `My first try`.
fn title(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn taken(path: &Path) -> Exit {
    let message = format!(
        "{} is there already and is left as it is\n  try: another name, or move the file away first",
        path.display()
    );
    say::fault(Exit::Input, &message)
}

/// Never over a file that is there, not even one that came a moment ago.
fn write(path: &Path, text: &str) -> Result<(), Exit> {
    let refused = |reason: std::io::Error| {
        if reason.kind() == ErrorKind::AlreadyExists {
            return taken(path);
        }
        let message = format!("{} cannot be written: {reason}", path.display());
        say::fault(Exit::Machine, &message)
    };
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder).map_err(|reason| {
            let message = format!("{} cannot be made: {reason}", folder.display());
            say::fault(Exit::Machine, &message)
        })?;
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(refused)?;
    file.write_all(text.as_bytes()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::dates::Date;

    #[test]
    fn the_starter_takes_other_arrivals() {
        let observed = Observed {
            n_arrivals: 700,
            first: Date::new(2024, 1, 1).expect("a date"),
            last: Date::new(2024, 1, 28).expect("a date"),
            per_day: 25.0,
            week: vec![1.0; 168],
            months: None,
            notes: Vec::new(),
        };
        let text = with_arrivals(
            ONE_ED,
            &observed,
            Path::new("a-arrivals.csv"),
            Path::new("came.csv"),
        );
        assert!(text.contains("rate = \"25.0000 per day\"") && !text.contains("180 per day"));
        assert!(text.contains("a-arrivals.csv") && !text.contains("\nhours = ["));
        // Who patients are does not follow from when they come.
        assert!(text.contains("}, assumed = \"A starting point"), "{text}");
        assert_eq!(weights(&observed).lines().count(), 169);
    }

    #[test]
    fn a_name_becomes_a_title() {
        assert_eq!(title("my-first_try"), "My first try");
        assert_eq!(title("émile"), "Émile");
    }

    #[test]
    fn names_that_are_no_files_are_refused() {
        for name in ["", ".toml", "a b", "-x", "..", "a/", "a\"b", "a/.."] {
            assert_eq!(path_of(name), Err(Exit::Input), "{name:?}");
        }
        for name in ["a", "a.toml", "x/a-1"] {
            assert!(path_of(name).is_ok(), "{name:?}");
        }
    }
}
