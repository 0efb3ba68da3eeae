//! Builds again when a shipped scenario comes or goes: the binary carries them.

fn main() {
    println!("cargo::rerun-if-changed=scenarios");
}
