//! The `uecsim` program.

fn main() {}
