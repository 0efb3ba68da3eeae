//! All England: the shipped system is what the command writes from the packed data, and threads change no byte of its results.

use std::fs;
use std::path::Path;

use crate::folders::{Scratch, uecsim_in};

/// Files of a folder and of those in it, by their path below it.
fn files(folder: &Path, below: &str, found: &mut Vec<String>) {
    let entries = fs::read_dir(folder).expect("a folder");
    for entry in entries {
        let entry = entry.expect("a file");
        let name = entry.file_name().into_string().expect("a plain name");
        match entry.path().is_dir() {
            true => files(&entry.path(), &format!("{below}{name}/"), found),
            false => found.push(format!("{below}{name}")),
        }
    }
}

#[test]
fn the_shipped_system_is_what_the_command_writes() {
    let scratch = Scratch::new("england-drafted");
    let folder = scratch.folder();
    let drafted = uecsim_in(folder, &["area", "england"]);
    assert_eq!(drafted.exit, 0, "{}", drafted.err);
    assert!(
        drafted
            .out
            .contains("119 trusts in 40 integrated care boards"),
        "{}",
        drafted.out
    );
    let mut written = Vec::new();
    files(folder, "", &mut written);
    assert!(written.len() >= 10, "{written:?}");
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/systems");
    for file in &written {
        let [here, there] = [folder, &shipped].map(|folder| fs::read(folder.join(file)).ok());
        assert!(here == there, "{file} is not what is shipped");
    }
    let mut known = Vec::new();
    files(&shipped.join("england"), "england/", &mut known);
    known.retain(|file| file != "england/README.md");
    assert_eq!(known.len() + 1, written.len(), "{known:?}");
}

#[test]
fn a_period_of_which_too_little_is_published_is_refused() {
    let scratch = Scratch::new("england-refused");
    let check = |from: &str, words: &str| {
        let refused = uecsim_in(scratch.folder(), &["area", "england", "--from", from]);
        assert_eq!(refused.exit, 2, "{}", refused.out);
        assert!(refused.err.contains(words), "{from}: {}", refused.err);
    };
    check("2023-13", "\"2023-13\" is no month");
    check("2030-04", "no trust has published all twelve months");
    check("2022-04", "no calls to NHS 111 are known");
    let left: Vec<_> = fs::read_dir(scratch.folder()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What follows one system's patients says that this is many.
#[test]
fn a_system_of_areas_is_not_traced() {
    let scratch = Scratch::new("england-traced");
    let folder = scratch.folder();
    let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("a folder");
    write("areas.csv", "area,rate\na,3 per day\nb,5 per day\n");
    write(
        "two.toml",
        "title = \"Two\"\nassumed = \"a test\"\n[run]\nlength = \"2 days\"\n[arrivals.come]\nrate = \"1 per day\"\nto = \"shop.arrive\"\n\
         [services.shop]\ntitle = \"Shop\"\n[services.shop.paths]\narrive = [{ mark = \"in\" }, { leave = \"home\" }]\n\
         [sites.shop]\nservices = [\"shop\"]\nplace = { x = 0, y = 0 }\n\
         [areas]\nfile = \"areas.csv\"\n[areas.set]\n\"arrivals.come.rate\" = { column = \"rate\" }\n\
         [measures.come]\ntitle = \"Come\"\nkind = \"count\"\nmark = \"shop.in\"\nunit = \"patients\"\nstatistics = [\"total\"]\nbetter = \"neither\"\nsource = \"a test\"\n",
    );
    for arguments in [&["trace", "two.toml"][..], &["run", "two.toml", "--log"]] {
        let refused = uecsim_in(folder, arguments);
        assert_eq!(refused.exit, 2, "{}", refused.out);
        assert!(refused.err.contains("two is 2 areas"), "{}", refused.err);
    }
    let ran = uecsim_in(folder, &["run", "two.toml", "--quiet", "--out", "out"]);
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let summary = fs::read_to_string(folder.join("out/summary.csv")).expect("the run wrote it");
    for site in ["all", "shop", "a", "b"] {
        let row = format!("two,come,total,patients,{site},all,");
        assert!(site == "shop" || summary.contains(&row), "{row}\n{summary}");
    }
}

/// A week of all England, one area after another and side by side. In release, some ten seconds of a processor.
#[test]
#[ignore = "long: run with --release -- --ignored"]
fn threads_change_no_byte_of_england() {
    let scratch = Scratch::new("england-threads");
    let told = |threads: &str| {
        let arguments = [
            "run",
            "england",
            "--quiet",
            "--length",
            "7 days",
            "--warm-up",
            "0 days",
            "--threads",
            threads,
            "--out",
            threads,
        ];
        let ran = uecsim_in(scratch.folder(), &arguments);
        assert_eq!(ran.exit, 0, "{}", ran.err);
        let file = |name: &str| {
            fs::read(scratch.folder().join(threads).join(name)).expect("the run wrote it")
        };
        [
            file("summary.csv"),
            file("daily.csv"),
            file("distributions.csv"),
        ]
    };
    let one = told("1");
    assert!(one == told("2") && one == told("5"));
}
