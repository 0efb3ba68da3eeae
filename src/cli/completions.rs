//! `completions`: what a shell needs to complete commands and flags.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::options::Exit;
use super::say;

#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// Shell to write for
    shell: Shell,
}

/// Prints the shell's script; its manual says where to put it.
pub fn completions(arguments: &CompletionsArguments) -> Result<Exit, Exit> {
    let mut command = super::Arguments::command();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "uecsim", &mut script);
    say::show(&String::from_utf8_lossy(&script))
}
