//! `data` and `area`: every packed table can be had, and the areas of very different trusts can be checked and run.

use std::fs;

use crate::folders::{Scratch, uecsim, uecsim_in};

#[test]
fn data_lists_sources_and_licences_and_prints_tables() {
    let listing = uecsim(&["data"]);
    assert_eq!(listing.exit, 0, "{}", listing.err);
    for words in [
        "ae_monthly_trust_2019_2024 (12574 rows)",
        "licence: Open Government Licence v3.0",
        "attribution: NHS England",
    ] {
        assert!(listing.out.contains(words), "{words}:\n{}", listing.out);
    }
    let table = uecsim(&["data", "ambulance_org_lookup"]);
    assert_eq!(table.exit, 0);
    assert!(table.out.starts_with("org_code,org_name\nENG,England\n"));
    let unknown = uecsim(&["data", "ambulance_org_lokup"]);
    assert_eq!((unknown.exit, unknown.out.as_str()), (2, ""));
    assert!(
        unknown
            .err
            .contains("try: uecsim data ambulance_org_lookup"),
        "{}",
        unknown.err
    );
}

/// Drafts, checks and runs the area of a trust; its sites and the type 1 attendances of the run, per year.
fn check(trust: &str, n_sites: usize) {
    let scratch = Scratch::new(&format!("area-{trust}"));
    let folder = scratch.folder();
    let drafted = uecsim_in(folder, &["area", "new", "here", "--trust", trust]);
    assert_eq!(drafted.exit, 0, "{}", drafted.err);
    let found = drafted.out.matches("emergency department: ").count();
    assert_eq!(found, n_sites, "{}", drafted.out);
    let checked = uecsim_in(folder, &["check", "here.toml"]);
    assert_eq!(checked.exit, 0, "{}{}", checked.out, checked.err);
    let length = [
        "--length",
        "14 days",
        "--warm-up",
        "7 days",
        "--replications",
        "1",
    ];
    let ran = uecsim_in(
        folder,
        &[
            &["run", "here.toml", "--quiet", "--out", "out"],
            &length[..],
        ]
        .concat(),
    );
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let summary = fs::read_to_string(folder.join("out/summary.csv")).expect("the run wrote it");
    let row = summary
        .lines()
        .find(|row| row.starts_with("here,attendances_type1,total,patients,all,all,"))
        .expect("attendances are measured");
    let simulated: f64 = row
        .split(',')
        .nth(6)
        .and_then(|mean| mean.parse().ok())
        .expect("a number");
    let targets =
        fs::read_to_string(folder.join("here/targets.csv")).expect("targets were written");
    let row = targets
        .lines()
        .find(|row| row.contains("attendances_type1"))
        .expect("attendances are a target");
    let published: f64 = row
        .split(',')
        .nth(6)
        .and_then(|n| n.parse().ok())
        .expect("a number");
    // Unfitted, of two weeks in spring: the right size, no more.
    let ratio = simulated / 14.0 / published;
    assert!((0.6..1.5).contains(&ratio), "{trust}: {ratio}");
}

#[test]
fn a_big_city_has_several_departments() {
    check("RRK", 3);
}

#[test]
fn a_rural_trust_has_two() {
    check("RNN", 2);
}

#[test]
fn a_single_site() {
    check("RCF", 1);
}

#[test]
fn a_trust_of_london_without_type_2() {
    check("RJ2", 2);
}

#[test]
fn a_trust_whose_four_hour_share_is_not_published() {
    check("RK9", 1);
}

#[test]
fn an_area_is_ready_to_calibrate() {
    let scratch = Scratch::new("area-calibrate");
    let folder = scratch.folder();
    let drafted = uecsim_in(folder, &["area", "new", "here", "--trust", "RCF"]);
    assert_eq!(drafted.exit, 0, "{}", drafted.err);
    let arguments = [
        "calibrate",
        "here.toml",
        "--to",
        "here/targets.csv",
        "--free",
        "here/free.csv",
        "--rounds",
        "0",
        "--length",
        "5 days",
        "--warm-up",
        "1 day",
        "--replications",
        "2",
        "--out",
        "out",
        "--quiet",
    ];
    let call = uecsim_in(folder, &arguments);
    assert!(call.exit <= 1, "{}", call.err);
    let table = fs::read_to_string(folder.join("out/targets.csv")).expect("it was written");
    let simulated = table.lines().skip(1).filter(|row| !row.ends_with(",0"));
    assert!(simulated.count() >= 12, "{table}");
    let sensitivity =
        fs::read_to_string(folder.join("out/sensitivity.csv")).expect("it was written");
    assert!(sensitivity.contains(",demand,"), "{sensitivity}");
}

#[test]
fn an_unknown_trust_and_a_taken_name_are_refused() {
    let scratch = Scratch::new("area-refused");
    let folder = scratch.folder();
    let unknown = uecsim_in(folder, &["area", "new", "here", "--trust", "RH9"]);
    assert_eq!(unknown.exit, 2);
    assert!(
        unknown
            .err
            .contains("no A&E attendances are published for \"RH9\""),
        "{}",
        unknown.err
    );
    assert!(!folder.join("here.toml").exists());
    scratch.write("here.toml", "mine");
    let taken = uecsim_in(folder, &["area", "new", "here", "--trust", "RH8"]);
    assert_eq!(taken.exit, 2);
    let kept = fs::read_to_string(folder.join("here.toml")).expect("it is there");
    assert_eq!(kept, "mine");
    let never = uecsim_in(
        folder,
        &[
            "area", "new", "there", "--trust", "RH8", "--from", "2031-04",
        ],
    );
    assert_eq!(never.exit, 2);
    assert!(
        never.err.contains("0 of the twelve months"),
        "{}",
        never.err
    );
}

#[test]
fn a_users_own_table_goes_first_and_its_faults_have_places() {
    let scratch = Scratch::new("area-own");
    let header = "trust_code,site_code,site_name,lat,lon,stroke_admissions_2021_22,why";
    scratch.write(
        "mine/acute_sites.csv",
        &format!("{header}\nRH8,X1,Hill Hospital,50.7,-3.5,,I work there\n"),
    );
    let arguments = ["area", "new", "here", "--trust", "RH8", "--data", "mine"];
    let drafted = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(drafted.exit, 0, "{}", drafted.err);
    assert!(drafted.out.contains(
        "emergency department: Hill Hospital (100 % of the trust's attendances): I work there"
    ));
    scratch.write(
        "mine/acute_sites.csv",
        &format!("{header}\nRH8,X1,Hill Hospital,north,-3.5,,\nRH8,X2,Dale,50,west,,\n"),
    );
    let arguments = ["area", "new", "there", "--trust", "RH8", "--data", "mine"];
    let wrong = uecsim_in(scratch.folder(), &arguments);
    assert_eq!((wrong.exit, wrong.out.as_str()), (2, ""));
    for words in ["acute_sites.csv:2:22", "acute_sites.csv:3:16", "^^^^^"] {
        assert!(wrong.err.contains(words), "{words}:\n{}", wrong.err);
    }
}
