//! `schema`: the JSON Schema of scenario or experiment files, for editors.

use std::path::PathBuf;

use clap::Args;

use super::options::Exit;
use super::{folder, say};
use crate::experiment::design;
use crate::uec::schema;

/// Name of the file that `new` writes beside a scenario.
pub const FILE: &str = "uecsim.schema.json";

#[derive(Debug, Args)]
pub struct SchemaArguments {
    /// Of experiment files rather than of scenarios, systems, libraries and changes
    #[arg(long)]
    experiment: bool,
    /// File to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn schema(arguments: &SchemaArguments) -> Result<Exit, Exit> {
    let text = match arguments.experiment {
        true => design::schema::text(),
        false => schema::text(),
    };
    let Some(out) = &arguments.out else {
        return say::show(&text);
    };
    if out.is_dir() {
        let message = format!("{0} is a folder\n  try: --out {0}/{FILE}", out.display());
        return Err(say::fault(Exit::Input, &message));
    }
    folder::write_file(out, text.as_bytes()).map_err(|reason| {
        let message = format!("{} cannot be written: {reason}", out.display());
        say::fault(Exit::Machine, &message)
    })?;
    say::show(&format!("{}\n", say::written(out)))
}
