//! Packs the shipped scenarios for the binary, and builds again when a scenario or data file comes or goes.
//!
//! A folder with a file `NOT_PACKED.md` stays out: its tables are under other terms than the program's. Whoever works in a copy of
//! the repository finds it on the disk.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=data");
    let out = env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?;
    let packed = PathBuf::from(out).join("scenarios");
    if packed.exists() {
        fs::remove_dir_all(&packed)?;
    }
    copy(Path::new("scenarios"), &packed)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.join("NOT_PACKED.md").exists() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => fs::write(to, fs::read(entry.path())?)?,
        }
    }
    Ok(())
}
