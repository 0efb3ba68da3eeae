//! What a scenario says of itself for a paper: the reporting checklist and the data dictionary.

use crate::folders::{Scratch, uecsim_in};
use crate::small::Hospital;

/// What `describe` writes of a small hospital with the flag.
fn described(flag: &str) -> String {
    let scratch = Scratch::new(&format!("reporting{flag}"));
    scratch.write("hospital.toml", &Hospital::default().text());
    let call = uecsim_in(scratch.folder(), &["describe", "hospital.toml", flag]);
    assert_eq!(call.exit, 0, "{}", call.err);
    call.out
}

/// The number of the line of the small hospital that begins so.
fn line(begins: &str) -> usize {
    let text = Hospital::default().text();
    let found = text.lines().position(|line| line.starts_with(begins));
    found.expect("the line is there") + 1
}

#[test]
fn the_checklist_has_all_24_items_traced_to_the_scenario() {
    let page = described("--stress");
    let items: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .filter_map(|line| line.split(' ').next())
        .collect();
    let expected = [
        "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5.1", "2.5.2", "2.5.3", "2.5.4",
        "2.5.5", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4",
        "6.1",
    ];
    assert_eq!(items, expected);
    for (what, begins) in [
        ("title", "title"),
        ("warm-up", "warm_up"),
        ("length", "length"),
        ("a measure", "[measures.time_in_department]"),
        ("an attribute", "[attributes.acuity]"),
        ("arrivals", "[arrivals.walk_ins]"),
        ("a service", "[services.ambulance]"),
        ("a fleet", "[fleets.ambulances]"),
    ] {
        let place = format!("hospital.toml:{})", line(begins));
        assert!(page.contains(&place), "{what}: {place} is missing\n{page}");
    }
    assert!(page.contains("| by acuity | `ambulances`, `cubicles`, `doctors` |"));
    assert!(page.contains("| first come, first served | `beds` |"));
    assert!(page.contains("`admitted`, `home`") || page.contains("`home`, `admitted`"));
    assert!(page.contains("*The author must write:* the background of the study"));
}

#[test]
fn the_dictionary_says_of_every_input_what_it_means_and_where_it_stands() {
    let page = described("--data-dictionary");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() > 20, "{page}");
    for row in &rows {
        assert_eq!(row.len(), 7, "{row:?}");
        assert!(row[1].ends_with('.'), "no meaning: {row:?}");
        assert!(row[6].starts_with("hospital.toml:"), "{row:?}");
    }
    let row = |path: &str| {
        let cell = format!("`{path}`");
        rows.iter()
            .find(|row| row[0] == cell)
            .unwrap_or_else(|| panic!("{path} is missing:\n{page}"))
    };
    let beds = row("sites.hospital.pools.beds");
    assert_eq!(
        beds[2..6],
        [
            "105",
            "units",
            "assumed: Round numbers for tests",
            "assumed"
        ]
    );
    let place = format!("hospital.toml:{}", line("beds = "));
    assert_eq!(beds[6], place);
    let warm_up = row("run.warm_up");
    assert_eq!(warm_up[2..4], ["14", "days"]);
}

#[test]
fn one_page_is_asked_for_at_a_time() {
    let scratch = Scratch::new("reporting-both");
    scratch.write("hospital.toml", &Hospital::default().text());
    let arguments = ["describe", "hospital.toml", "--stress", "--data-dictionary"];
    assert_eq!(uecsim_in(scratch.folder(), &arguments).exit, 2);
}
