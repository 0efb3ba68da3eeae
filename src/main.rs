//! The `uecsim` program.

fn main() -> uecsim::cli::Exit {
    uecsim::cli::main()
}
