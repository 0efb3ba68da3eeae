//! All England as a system of areas, and what such a system is not asked for.

use std::fs;

use crate::folders::{Scratch, uecsim_in};

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
