//! Builds again when a shipped scenario or data file comes or goes: the binary carries them.

fn main() {
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=data");
}
