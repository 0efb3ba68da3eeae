//! `data`: the open data that the program carries, with its sources and licences.

use clap::Args;

use super::options::Exit;
use super::{packed, say};
use crate::scenario::diagnostic::nearest;

#[derive(Debug, Args)]
pub struct DataArguments {
    /// File to print as CSV (default: list all of them)
    #[arg(value_name = "NAME")]
    name: Option<String>,
}

/// Exit code 2 if no such file is carried.
pub fn data(arguments: &DataArguments) -> Result<Exit, Exit> {
    let Some(name) = &arguments.name else {
        return say::show(&listing());
    };
    let name = name.strip_suffix(".csv").unwrap_or(name);
    match packed::text(name) {
        Some(text) => say::show(&text),
        None => {
            let catalogue = packed::catalogue();
            let names = catalogue.iter().map(|file| file.name.as_str());
            let advice = match nearest(name, names) {
                Some(near) => format!("uecsim data {near}"),
                None => "uecsim data lists all of them".to_owned(),
            };
            let message = format!("no data file is called \"{name}\"\n  try: {advice}");
            Err(say::fault(Exit::Input, &message))
        }
    }
}

fn listing() -> String {
    let mut text = String::new();
    for file in packed::catalogue() {
        let (name, rows, what) = (&file.name, file.rows, &file.what);
        text.push_str(&format!(
            "{name} ({rows} rows)\n  {what}\n  source: {}\n  licence: {}\n",
            file.source, file.licence
        ));
        if !file.attribution.is_empty() {
            text.push_str(&format!("  attribution: {}\n", file.attribution));
        }
    }
    text.push_str("Now: uecsim data NAME prints one as CSV\n");
    text
}
