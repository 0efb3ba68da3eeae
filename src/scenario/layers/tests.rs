//! How layers merge, and what is said of those that cannot.

use super::super::source::MemorySource;
use super::*;

fn value(layered: &Layered, path: &str) -> String {
    let mut keys = path.split('.');
    let found = keys.try_fold(&layered.tree, |node, key| node.get(key));
    found.map_or_else(|| "absent".to_owned(), origins::written)
}

/// The values of a scenario at `paths`, in order.
fn check(files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let memory = MemorySource::new(files.iter().copied());
    let workspace = Workspace::new(&memory);
    let layered = load(&workspace, "a.toml", &Changes::AsWritten);
    assert!(workspace.diagnostics.is_empty(), "{}", workspace.render());
    let layered = layered.expect("no faults");
    for (path, expected) in expected {
        assert_eq!(value(&layered, path), *expected, "{path}");
    }
}

/// What is printed for a scenario that is wrong.
fn check_fault(files: &[(&str, &str)], expected: &str) {
    let memory = MemorySource::new(files.iter().copied());
    let workspace = Workspace::new(&memory);
    load(&workspace, "a.toml", &Changes::AsWritten);
    assert_eq!(workspace.render(), expected);
}

const LIBRARY: &str = "title = \"Library\"
source = \"lib\"
[services.ed]
title = \"ED\"
[services.ed.paths]
arrive = [
  { use = \"nurses\", for = \"8 min\", id = \"triage\" },
  { share = 0.5, id = \"test\", steps = [ { use = \"imaging\", for = { lognormal = { mean = \"30 min\", sd = \"10 min\" } }, id = \"image\" } ] },
]
[sites.a.pools]
nurses = 4
cubicles = 10
";

#[test]
fn layers_merge_from_the_library_up_to_the_changes() {
    check(
        &[
            (
                "a.toml",
                "title = \"A\"\nsystem = \"s.toml\"\nchanges = [\"c\"]\n[sites.a.pools]\ncubicles = 12\n",
            ),
            (
                "s.toml",
                "title = \"S\"\nlibrary = [\"l.toml\"]\n[sites.a.pools]\nnurses = 5\ncubicles = 11\n",
            ),
            ("l.toml", LIBRARY),
            (
                "changes/c.toml",
                "title = \"C\"\n[set]\n\"sites.*.pools.nurses\" = 6\n\"services.*.steps.triage.for\" = { multiply = 0.5 }\nservices.ed.steps.image.for = { multiply = 2, assumed = \"why\" }\n\"services.ed.steps.test.share\" = { add = 0.25 }\n\"services.ed.steps.triage.rank\" = \"acuity\"\n[add.sites.b.pools]\nnurses = 1\n[remove]\npaths = [\"services.ed.title\"]\n",
            ),
        ],
        &[
            ("title", "A"),
            ("system", "absent"),
            ("services.ed.title", "absent"),
            ("sites.a.pools.nurses", "6"),
            ("sites.a.pools.cubicles", "12"),
            ("sites.b.pools.nurses", "1"),
            (
                "services.ed.paths.arrive",
                "[{ use = nurses, for = 4 min, id = triage, rank = acuity }, { share = 0.75, id = test, steps = [{ use = imaging, for = { lognormal = { mean = 30 min, sd = 10 min }, scale = 2 }, id = image }] }]",
            ),
        ],
    );
}

#[test]
fn changes_add_to_lists_and_bring_libraries_below_the_system() {
    let change = "title = \"C\"
library = [\"../ward.toml\", \"../l.toml\"]
[append]
\"sites.*.services\" = [\"ward\", \"ed\"]
[take_out]
sites.a.services = [\"gp\"]
[insert_before]
\"services.ed.steps.image\" = [{ mark = \"one\" }, { mark = \"two\" }]
\"services.ed.paths.arrive.1\" = [{ mark = \"zero\" }]
[set]
\"services.ward.beds\" = { multiply = 2 }
";
    check(
        &[
            ("a.toml", "system = \"s.toml\"\nchanges = [\"c\", \"d\"]\n"),
            (
                "s.toml",
                "library = [\"l.toml\"]\n[sites.b]\nservices = [\"gp\", \"ed\"]\n[sites.a]\nservices = [\"gp\", \"ed\"]\n[services.ward]\nbeds = 3\n",
            ),
            ("l.toml", &LIBRARY.replace("[sites.a.pools]", "[sizes]")),
            (
                "ward.toml",
                "title = \"W\"\n[services.ward]\nbeds = 9\nstaff = 1\n",
            ),
            ("changes/c.toml", change),
            (
                "changes/d.toml",
                "title = \"D\"\nlibrary = [\"../ward.toml\"]\n[append]\n\"sites.a.services\" = [\"ward\"]\n",
            ),
        ],
        &[
            ("sites.a.services", "[ed, ward]"),
            ("sites.b.services", "[gp, ed, ward]"),
            ("services.ward", "{ beds = 6, staff = 1 }"),
            (
                "services.ed.paths.arrive",
                "[{ mark = zero }, { use = nurses, for = 8 min, id = triage }, { share = 0.5, id = test, steps = [{ mark = one }, { mark = two }, { use = imaging, for = { lognormal = { mean = 30 min, sd = 10 min } }, id = image }] }]",
            ),
            ("title", "absent"),
        ],
    );
}

#[test]
fn inline_tables_replace_and_tables_under_headers_merge() {
    check(
        &[
            (
                "a.toml",
                "system = \"s.toml\"\n[d]\nx = { gamma = 1 }\n[d.y]\nb = 2\n",
            ),
            ("s.toml", "[d]\nx = { normal = 1 }\ny = { a = 1 }\n"),
        ],
        &[("d.x", "{ gamma = 1 }"), ("d.y", "{ a = 1, b = 2 }")],
    );
}

#[test]
fn a_misspelt_target_is_shown_at_the_wrong_word() {
    check_fault(
        &[
            ("a.toml", "system = \"l.toml\"\nchanges = [\"c\"]\n"),
            ("l.toml", LIBRARY),
            (
                "changes/c.toml",
                "title = \"C\"\n[set]\n\"services.ed.steps.triag.for\" = \"4 min\"\n\"sites.a.pools.beds\" = 3\n",
            ),
        ],
        "error[S113]: \"services.ed.steps\" has nothing called \"triag\"
  changes/c.toml:3:20
  3 | \"services.ed.steps.triag.for\" = \"4 min\"
    |                    ^^^^^
  try: \"triage\"

error[S113]: \"sites.a.pools\" has nothing called \"beds\"
  changes/c.toml:4:16
  4 | \"sites.a.pools.beds\" = 3
    |                ^^^^
  note: known: \"nurses\", \"cubicles\"
  try: write a new thing under [add]
",
    );
}

#[test]
fn what_exists_cannot_be_added_and_what_is_no_number_not_scaled() {
    check_fault(
            &[
                ("a.toml", "system = \"l.toml\"\nchanges = [\"c\"]\n"),
                ("l.toml", LIBRARY),
                ("changes/c.toml", "title = \"C\"\n[set]\n\"services.ed.title\" = { multiply = 2 }\n[add.sites.a.pools]\nnurses = 3\n"),
            ],
            "error[S115]: \"services.ed.title\" cannot be scaled or shifted: \"ED\" is no number, duration, rate or share
  changes/c.toml:3:2
  3 | \"services.ed.title\" = { multiply = 2 }
    |  ^^^^^^^^^^^^^^^^^

error[S114]: \"sites.a.pools.nurses\" exists already
  changes/c.toml:5:1
  5 | nurses = 3
    | ^^^^^^
  note: it stands at l.toml:11
  try: another name, or \"sites.a.pools.nurses\" under [set]
",
        );
}

#[test]
fn a_circle_of_files_is_reported() {
    check_fault(
        &[
            ("a.toml", "system = \"s.toml\"\n"),
            ("s.toml", "library = [\"a.toml\"]\n"),
        ],
        "error[S112]: a.toml lies below itself
  s.toml:1:12
  1 | library = [\"a.toml\"]
    |            ^^^^^^^^
  try: take this name out here, or out of the file that leads back to it
",
    );
}

#[test]
fn other_changes_may_be_chosen_than_those_written() {
    let memory = MemorySource::new([
        ("a.toml", "changes = [\"one\"]\nx = 1\n"),
        ("changes/one.toml", "title = \"1\"\n[set]\nx = 2\n"),
        (
            "changes/two.toml",
            "title = \"2\"\n[set]\nx = { multiply = 10 }\n",
        ),
    ]);
    let check = |changes: Changes, expected: &str| {
        let workspace = Workspace::new(&memory);
        let layered = load(&workspace, "a.toml", &changes).expect("no faults");
        assert_eq!(value(&layered, "x"), expected);
    };
    check(Changes::AsWritten, "2");
    check(Changes::Only(vec![]), "1");
    check(Changes::Only(vec!["two".to_owned()]), "10");
    check(
        Changes::Only(vec!["one".to_owned(), "two".to_owned()]),
        "20",
    );
}

#[test]
fn no_text_is_too_broken_to_be_reported() {
    let check = |text: &str| {
        let memory = MemorySource::new([("a.toml", text)]);
        let workspace = Workspace::new(&memory);
        let layered = load(&workspace, "a.toml", &Changes::AsWritten);
        assert_eq!(layered.is_none(), workspace.diagnostics.has_errors());
        workspace.render();
    };
    let text = format!("é = \"–\"\n{LIBRARY}");
    for (at, c) in text.char_indices() {
        check(&text[..at]);
        check(&format!("{}{}", &text[..at], &text[at + c.len_utf8()..]));
    }
}
