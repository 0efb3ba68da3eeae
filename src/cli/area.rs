//! `area`: a first system for the area of any English acute trust, ready to calibrate.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::options::Exit;
use super::packed::DataSource;
use super::{folder, say};
use crate::uec::area::{Wanted, draft};

#[derive(Debug, Args)]
pub struct AreaArguments {
    #[command(subcommand)]
    what: AreaCommand,
}

#[derive(Debug, Subcommand)]
enum AreaCommand {
    /// Write NAME.toml and a folder NAME: system, tables, targets, monthly series and free parameters
    New(NewArea),
}

#[derive(Debug, Args)]
struct NewArea {
    /// Name of the scenario and of the folder beside it
    #[arg(value_name = "NAME")]
    name: String,
    /// ODS code of the trust, as RH8 (uecsim data ae_org_lookup lists them)
    #[arg(long, value_name = "CODE")]
    trust: String,
    /// First of the twelve months that the system describes
    #[arg(long, value_name = "MONTH", default_value = "2023-04")]
    from: String,
    /// Folder with your own tables of the same names and columns; those that it lacks are the program's
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

pub fn area(arguments: &AreaArguments) -> Result<Exit, Exit> {
    match &arguments.what {
        AreaCommand::New(arguments) => new(arguments),
    }
}

/// Exit code 2 if the name is taken or no file's, the trust unknown or a table wrong.
fn new(arguments: &NewArea) -> Result<Exit, Exit> {
    let path = PathBuf::from(&arguments.name);
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.filter(|name| {
        let is_good = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        name.chars().all(is_good) && arguments.name.ends_with(name)
    });
    let Some(name) = name else {
        let message = format!(
            "\"{}\" cannot be the name of an area: letters, digits, \"-\" and \"_\" can\n  try: uecsim area new my-area --trust {}",
            arguments.name, arguments.trust
        );
        return Err(say::fault(Exit::Input, &message));
    };
    if let Some(folder) = arguments.data.as_ref().filter(|folder| !folder.is_dir()) {
        let message = format!("{} is no folder", folder.display());
        return Err(say::fault(Exit::Input, &message));
    }
    let parent = path.parent().unwrap_or(Path::new("")).to_owned();
    for taken in [parent.join(format!("{name}.toml")), parent.join(name)] {
        if taken.exists() {
            let message = format!(
                "{} is there already and is left as it is\n  try: another name, or move it away first",
                taken.display()
            );
            return Err(say::fault(Exit::Input, &message));
        }
    }
    let wanted = Wanted {
        name: name.to_owned(),
        trust: arguments.trust.clone(),
        from: arguments.from.clone(),
    };
    let source = DataSource {
        folder: arguments.data.clone(),
    };
    let drafted = draft(&wanted, &source).map_err(|fault| {
        match fault.starts_with("error") {
            true => eprintln!("{fault}"),
            false => eprintln!("error: {fault}"),
        }
        Exit::Input
    })?;
    // The scenario is written last: without it nothing of a half-written area is taken for one.
    for (file, text) in drafted.files.iter().rev() {
        let target = parent.join(file);
        let made = target.parent().map_or(Ok(()), fs::create_dir_all);
        let written = made.and_then(|()| folder::write_file(&target, text.as_bytes()));
        written.map_err(|fault| {
            let message = format!("{} cannot be written: {fault}", target.display());
            say::fault(Exit::Machine, &message)
        })?;
    }
    let scenario = parent.join(format!("{name}.toml"));
    let tables = parent.join(name);
    let (scenario, tables) = (scenario.display(), tables.display());
    say::show(&format!(
        "{}\nwritten to {scenario} and the folder {tables}\n\
         Now: uecsim check {scenario}, uecsim run {scenario}, then\n  \
         uecsim calibrate {scenario} --to {tables}/targets.csv --free {tables}/free.csv\n",
        drafted.notes.join("\n")
    ))
}
