//! `area`: a first system for the area of any English acute trust, ready to calibrate.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::options::{Common, Exit};
use super::packed::DataSource;
use super::{folder, say};
use crate::experiment::areas::SideBySide;
use crate::uec::area::{Drafted, Wanted, draft, england};

#[derive(Debug, Args)]
pub struct AreaArguments {
    #[command(subcommand)]
    what: AreaCommand,
}

#[derive(Debug, Subcommand)]
enum AreaCommand {
    /// Write NAME.toml and a folder NAME: system, tables, targets, monthly series and free parameters
    New(NewArea),
    /// Write all England as a system of areas that do not exchange patients: NAME.toml and a folder NAME of tables
    England(EnglandArguments),
}

#[derive(Debug, Args)]
struct EnglandArguments {
    /// Name of the system and of the folder beside it
    #[arg(value_name = "NAME", default_value = "england")]
    name: String,
    /// First of the twelve months that the system describes; NHS 111 volumes are published for 2023-04 to 2024-03
    #[arg(long, value_name = "MONTH", default_value = "2023-04")]
    from: String,
    /// Folder with your own tables of the same names and columns; those that it lacks are the program's
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
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
        AreaCommand::England(arguments) => all_england(arguments),
    }
}

/// Exit code 2 if the name is taken or no file's, the trust unknown or a table wrong.
fn new(arguments: &NewArea) -> Result<Exit, Exit> {
    let example = format!("uecsim area new my-area --trust {}", arguments.trust);
    let target = Target::new(&arguments.name, &example)?;
    let source = data(&arguments.data)?;
    let wanted = Wanted {
        name: target.name.clone(),
        trust: arguments.trust.clone(),
        from: arguments.from.clone(),
    };
    let drafted = target.write(draft(&wanted, &source))?;
    let (scenario, tables) = (target.file(), target.folder());
    let (scenario, tables) = (scenario.display(), tables.display());
    say::show(&format!(
        "{}\nwritten to {scenario} and the folder {tables}\n\
         Now: uecsim check {scenario}, uecsim run {scenario}, then\n  \
         uecsim calibrate {scenario} --to {tables}/targets.csv --free {tables}/free.csv\n",
        drafted.notes.join("\n")
    ))
}

/// Exit code 2 if the name is taken or no file's, or a table wrong.
fn all_england(arguments: &EnglandArguments) -> Result<Exit, Exit> {
    let target = Target::new(&arguments.name, "uecsim area england my-england")?;
    let source = data(&arguments.data)?;
    let each = SideBySide::on(Common::default().threads());
    let drafted = target.write(england::draft(
        &target.name,
        &arguments.from,
        &source,
        &each,
    ))?;
    let (system, tables) = (target.file(), target.folder());
    let (system, tables) = (system.display(), tables.display());
    say::show(&format!(
        "{}\nwritten to {system} and the folder {tables}\n\
         Now: a scenario with system = \"{system}\" and [run]\n",
        drafted.notes.join("\n")
    ))
}

/// The program's tables, below those of the user's folder.
fn data(folder: &Option<PathBuf>) -> Result<DataSource, Exit> {
    match folder.as_ref().filter(|folder| !folder.is_dir()) {
        Some(folder) => {
            let message = format!("{} is no folder", folder.display());
            Err(say::fault(Exit::Input, &message))
        }
        None => Ok(DataSource {
            folder: folder.clone(),
        }),
    }
}

/// Where a draft goes.
struct Target {
    parent: PathBuf,
    name: String,
}

impl Target {
    /// Errors: a name that is no file's, or taken.
    fn new(written: &str, example: &str) -> Result<Self, Exit> {
        let path = PathBuf::from(written);
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.filter(|name| {
            let is_good =
                |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
            name.chars().all(is_good) && written.ends_with(name)
        });
        let Some(name) = name else {
            let message = format!(
                "\"{written}\" cannot be the name of an area: letters, digits, \"-\" and \"_\" can\n  try: {example}"
            );
            return Err(say::fault(Exit::Input, &message));
        };
        let target = Self {
            parent: path.parent().unwrap_or(Path::new("")).to_owned(),
            name: name.to_owned(),
        };
        for taken in [target.file(), target.folder()] {
            if taken.exists() {
                let message = format!(
                    "{} is there already and is left as it is\n  try: another name, or move it away first",
                    taken.display()
                );
                return Err(say::fault(Exit::Input, &message));
            }
        }
        Ok(target)
    }

    fn file(&self) -> PathBuf {
        self.parent.join(format!("{}.toml", self.name))
    }

    fn folder(&self) -> PathBuf {
        self.parent.join(&self.name)
    }

    /// Writes a draft.
    ///
    /// Errors: why there is none, or a file cannot be written.
    fn write(&self, drafted: Result<Drafted, String>) -> Result<Drafted, Exit> {
        let drafted = drafted.map_err(|fault| {
            match fault.starts_with("error") {
                true => eprintln!("{fault}"),
                false => eprintln!("error: {fault}"),
            }
            Exit::Input
        })?;
        // The scenario is written last: without it nothing of a half-written area is taken for one.
        for (file, text) in drafted.files.iter().rev() {
            let target = self.parent.join(file);
            let made = target.parent().map_or(Ok(()), fs::create_dir_all);
            let written = made.and_then(|()| folder::write_file(&target, text.as_bytes()));
            written.map_err(|fault| {
                let message = format!("{} cannot be written: {fault}", target.display());
                say::fault(Exit::Machine, &message)
            })?;
        }
        Ok(drafted)
    }
}
