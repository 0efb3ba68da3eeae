//! What is wrong is said, and nothing panics.

use crate::engine::streams;
use crate::scenario::source::MemorySource;

use super::{around, faults_of};

/// Checks that a scenario around these steps is refused with this fault.
fn check(steps: &str, more: &str, code: &str, message: &str) {
    let printed = faults_of(&around(steps, more));
    let expected = format!("error[{code}]: {message}");
    assert!(
        printed.contains(&expected),
        "expected {expected}, found {printed}"
    );
}

#[test]
fn faults_of_steps_are_reported_where_they_stand() {
    check(
        "{ mark = \"a\" }",
        "",
        "S202",
        "path \"shop.arrive\" ends without leaving",
    );
    check(
        "{ go = \"arrive\" }",
        "",
        "S202",
        "whoever comes to path \"arrive\" of service \"shop\" goes round for ever",
    );
    check(
        "{ leave = \"a\" }, { leave = \"b\" }",
        "",
        "S203",
        "nobody comes to this step",
    );
    check(
        "{ uze = \"servers\" }, { leave = \"a\" }",
        "",
        "S201",
        "this step does nothing that is known",
    );
    check(
        "{ use = \"server\", for = \"1 min\" }, { leave = \"a\" }",
        "",
        "S301",
        "no pool is called \"server\" here",
    );
    check(
        "{ let_go = \"crew\" }, { leave = \"a\" }",
        "",
        "S208",
        "nothing is ever held under the name \"crew\"",
    );
    check(
        "{ hold = \"tills\" }, { hold = \"tills\" }, { leave = \"a\" }",
        "",
        "S209",
        "something may still be held under \"tills\" here",
    );
    check(
        "{ go = \"arive\" }",
        "",
        "S301",
        "no path of service \"shop\" is called \"arive\"",
    );
    check(
        "{ refer = \"shp\" }",
        "",
        "S301",
        "no route or service is called \"shp\"",
    );
    check(
        "{ refer = \"shop\", path = \"x\" }",
        "",
        "S301",
        "no path of service \"shop\" is called \"x\"",
    );
    check(
        "{ set = { acuity = \"9\" } }, { leave = \"a\" }",
        "",
        "S301",
        "no level of acuity is called \"9\"",
    );
    check(
        "{ wait = { lognormal = { mean = \"0 min\", sd = \"1 min\" } } }, { leave = \"a\" }",
        "",
        "S210",
        "this distribution cannot be: mean must be above 0",
    );
    check(
        "{ wait = { lognormel = { mean = \"1 min\" } } }, { leave = \"a\" }",
        "",
        "S210",
        "this is not a distribution: it has no shape",
    );
    check(
        "{ hold = [\"servers\", \"tills\"] }, { leave = \"a\" }",
        "",
        "S201",
        "what is held of several pools needs a name",
    );
    check(
        "{ use = \"servers\", for = \"1 min\", otherwise = [{ leave = \"b\" }] }, { leave = \"a\" }",
        "",
        "S203",
        "nobody gives up here",
    );
    check(
        "{ choose = \"what\", to = { a = \"arrive\" } }",
        "",
        "S301",
        "no choice is called \"what\"",
    );
    check(
        "{ when = { acuty = \"1\" }, steps = [] }, { leave = \"a\" }",
        "",
        "S301",
        "no attribute is called \"acuty\"",
    );
}

#[test]
fn faults_of_tables_are_reported_where_they_stand() {
    let choice = |rows: &str| {
        format!("[choices.what]\nby = [\"acuity\"]\noutcomes = [\"a\", \"b\"]\nrows = [{rows}]")
    };
    let steps = "{ choose = \"what\", to = { a = [{ leave = \"a\" }], b = [{ leave = \"b\" }] } }";
    // Also of a table that nothing uses.
    check(
        "{ leave = \"a\" }",
        &choice("{ acuity = \"9\", shares = [1, 0] }, { shares = [1, 0] }"),
        "S301",
        "no level of acuity is called \"9\"",
    );
    check(
        steps,
        &choice("{ shares = [0.4, 0.5] }"),
        "S204",
        "these shares sum to 0.9, not to 1",
    );
    check(
        steps,
        &choice("{ shares = [1] }"),
        "S204",
        "1 shares for 2 outcomes",
    );
    check(
        steps,
        &format!("{}\nweights = {{ c = 2 }}", choice("{ shares = [1, 0] }")),
        "S301",
        "\"c\" is not one of the outcomes",
    );
    check(
        steps,
        &format!("{}\nweights = {{ a = -1 }}", choice("{ shares = [1, 0] }")),
        "S108",
        "this number cannot be negative",
    );
    check(
        steps,
        &format!("{}\nweights = {{ a = 0 }}", choice("{ shares = [1, 0] }")),
        "S204",
        "every outcome that this row has is weighed by 0",
    );
    check(
        steps,
        &choice("{ acuity = \"1\", shares = [1, 0] }"),
        "S205",
        "no row matches acuity \"2\"",
    );
    check(
        steps,
        &choice("{ acuity = \"7\", shares = [1, 0] }, { shares = [1, 0] }"),
        "S301",
        "no level of acuity is called \"7\"",
    );
    check(
        "{ leave = \"a\" }",
        "[measures.m]\nkind = \"count\"\nmark = \"shop.seen\"",
        "S307",
        "no step makes the mark \"shop.seen\"",
    );
    check(
        "{ leave = \"a\" }",
        "[measures.m]\nkind = \"count\"\nmark = \"shop.seen\"\nstatistics = [\"p90\"]",
        "S214",
        "a measure of kind \"count\" does not have",
    );
    check(
        "{ leave = \"a\" }",
        "[sites.b]\nservices = [\"shop\"]\npools = { server = 1 }",
        "S301",
        "no pool of this site's services is called \"server\"",
    );
    check(
        "{ leave = \"a\" }",
        "[sites.b]\nservices = [\"shp\"]",
        "S301",
        "no service is called \"shp\"",
    );
    check(
        "{ leave = \"a\" }",
        "[sites.b]\nservices = [\"shop\"]\n[sites.c]\nservices = [\"shop\"]",
        "S308",
        "2 sites run service \"shop\"",
    );
    let attributes: Vec<String> = (0..13)
        .map(|n| format!("[attributes.a{n}]\nlevels = [\"x\"]"))
        .collect();
    check(
        "{ leave = \"a\" }",
        &attributes.join("\n"),
        "S209",
        "there are 14 attributes, 13 at most",
    );
}

#[test]
fn a_pool_that_nobody_sizes_is_named_with_its_site() {
    let text = around(
        "{ use = \"servers\", for = \"1 min\" }, { leave = \"a\" }",
        "[sites.b]\nservices = [\"shop\"]",
    );
    let printed = faults_of(&text.replace("{ servers = 3, tills = 2 }", "[\"servers\"]"));
    assert!(
        printed.contains(
            "error[S302]: site \"b\" does not size the pool \"servers\" of service \"shop\""
        ),
        "{printed}"
    );
    let text = around(
        "{ use = \"servers\", for = \"1 min\" }, { leave = \"a\" }",
        "",
    );
    let printed = faults_of(&text.replace("{ servers = 3, tills = 2 }", "[\"servers\"]"));
    assert!(
        printed.contains("error[S302]: nobody sizes the pool \"servers\""),
        "{printed}"
    );
}

#[test]
fn all_faults_are_found_at_once() {
    let steps = "{ mark = \"a\", idd = 3 }, { use = \"server\", for = \"8 mn\" }, { use = \"tils\", for = \"8 min\" }, { go = \"x\" }";
    let printed = faults_of(&around(steps, "[sites.b]\nservice = []\n"));
    for part in ["\"idd\"", "\"8 mn\"", "\"tils\"", "\"x\"", "\"service\""] {
        assert!(printed.contains(part), "{part} in {printed}");
    }
}

const WHOLE: &str = r#"
title = "All kinds of things"
[run]
start = 2023-04-01
length = "7 days"
[windows]
day = "08:00-20:00"
[profiles.p]
cycle = "24 h"
values = [1, 2, 3]
months = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]
[attributes.acuity]
levels = ["1", "2"]
[durations.stay]
by = ["acuity", "open:day"]
rows = [{ acuity = "1", "open:day" = "yes", is = "1 h" }, { is = { gamma = { mean = "2 h", sd = "1 h" } } }]
[choices.where]
by = [{ waiting = "beds", bands = [1, 5] }, "trigger:full"]
outcomes = ["home", "ward"]
rows = [{ "waiting:beds" = "5", shares = [1, 0] }, { "trigger:full" = "on", shares = [0.5, 0.5] }, { shares = [0.2, 0.8] }]
[arrivals.a]
rate = "40 per day"
profile = "p"
multiply = 1.1
shares = { acuity = { "1" = 0.5, "2" = 0.5 } }
to = "ed.arrive"
site = "north"
place = { x = 1, y = 2 }
[services.ed]
pools = ["beds", "staff"]
calendars = ["slots"]
[services.ed.paths]
arrive = [
  { mark = "arrived" },
  { patience = "4 h" },
  { hold_all = ["beds", "staff"], as = ["bed", "nurse"], rank = "acuity", leave_at = "deadline", worsen = { after = "1 h", set = { acuity = "1" } }, escalate = { when = "full", to = 0 }, otherwise = [{ mark = "gave_up" }, { leave = "left" }] },
  { let_go = ["nurse"] },
  { wait = { choice_of = "stay" }, id = "stay" },
  { wait_rate = "p", per_day = 2 },
  { use = "staff", for = { mixture = { shares = [0.5, 0.5], of = ["1 min", { shift = "1 min", exponential = { rate = "9 per h" } }] } }, at_start = "seen", id = "seen" },
  { call = "vans", as = "van" },
  { choose = "where", to = { home = [{ let_go = "van" }, { go = "out" }], ward = "ward" } },
]
ward = [{ convey = "near", path = "out", with = "van", otherwise = [{ leave = "nowhere" }] }]
out = [
  { start = "clean", with = ["bed"] },
  { book = "slots", within = "1 day", earliest = "10 min", otherwise = [{ leave = "no_slot" }] },
  { wait_until = "day" },
  { when = { "busy:beds" = { at_least = 3 }, acuity = "1" }, steps = [{ leave = "full" }], else = [{ set = "acuity", by = "triage" }] },
  { leave = "home" },
]
clean = [{ wait = "10 min" }, { leave = "cleaned" }]
[choices.triage]
outcomes = ["2", "1"]
shares = [0.25, 0.75]
[sites.north]
services = ["ed"]
place = { x = 0, y = 0 }
pools = { beds = 10, staff = [{ from = "08:00", units = 5, days = "Mon-Fri" }, { from = "20:00", units = 2 }] }
slots = { slots = { per_hour = 3, hours = "day" } }
on_shift_end = { staff = "interrupt" }
[sites.south]
services = ["ed"]
place = { x = 9, y = 0 }
pools = { beds = 10, staff = 3 }
slots = { slots = { per_hour = 3 } }
[routes.near]
service = "ed"
travel = { speed_kmh = { profile = [30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30] }, detour = 1.4 }
load = { waiting = "beds", minutes_each = 6 }
except = { trigger = "full" }
[fleets.vans]
stations = { a = { place = { x = 0, y = 0 }, units = 3, shift = "day" } }
speed_kmh = 50
[triggers.full]
of = { busy = "beds" }
on = "95 %"
off = 5
[measures.time]
title = "Time"
kind = "duration"
from = "ed.arrived"
to = "ed.seen"
where = { acuity = ["1"] }
statistics = ["mean", "p90", "within 4 h"]
by = ["site", "acuity"]
standards = [{ statistic = "p90", value = "40 min", where = { acuity = "1" } }]
series = ["day"]
[measures.beds]
kind = "level"
pools = ["beds", "north.staff"]
what = "occupancy"
[charts.time]
kind = "survival"
measures = ["time"]
lines = ["4 h"]
"#;

fn load(text: &str) -> Result<super::Loaded, Box<crate::uec::Refused>> {
    let source = MemorySource::new([("a.toml", text)]);
    crate::uec::load("a.toml", &source)
}

#[test]
fn a_scenario_of_all_kinds_of_things_compiles() {
    let loaded = load(WHOLE).unwrap_or_else(|refused| panic!("{}", refused.render()));
    assert_eq!(loaded.model.program.faults(), Vec::<String>::new());
}

/// Keyed draws, so that a failure can be found again.
fn draw(nth: u64, purpose: u64, below: usize) -> usize {
    (streams::draw(7, purpose, nth) % below.max(1) as u64) as usize
}

#[test]
fn no_text_makes_the_compiler_panic() {
    let lines: Vec<&str> = WHOLE.lines().collect();
    let words = [
        "0",
        "-1",
        "\"\"",
        "[]",
        "{}",
        "\"1\"",
        "1e300",
        "\"ed\"",
        "\"beds\"",
        "true",
        "\"near\"",
        "\"always\"",
        "\"0 min\"",
        "\"9999999 years\"",
        "\"acuity\"",
    ];
    for nth in 0..400 {
        let mut text: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for change in 0..=draw(nth, 1, 2) as u64 {
            let at = draw(nth, 10 + change, text.len());
            let line = text[at].clone();
            match draw(nth, 20 + change, 5) {
                0 => {
                    text.remove(at);
                }
                1 => text[at] = line.chars().take(draw(nth, 30, line.len())).collect(),
                2 => text.insert(at, line),
                // Another value in place of one between two spaces, commas or brackets.
                3 => {
                    let parts: Vec<&str> = line.split(' ').collect();
                    let part = draw(nth, 40 + change, parts.len());
                    let word = words[draw(nth, 50 + change, words.len())];
                    let put = |(index, old): (usize, &&str)| {
                        if index == part { word } else { old }.to_owned()
                    };
                    let parts: Vec<String> = parts.iter().enumerate().map(put).collect();
                    text[at] = parts.join(" ");
                }
                _ => {
                    let other = draw(nth, 60 + change, text.len());
                    text.swap(at, other);
                }
            }
        }
        let text = text.join("\n");
        match load(&text) {
            Ok(loaded) => assert_eq!(
                loaded.model.program.faults(),
                Vec::<String>::new(),
                "{text}"
            ),
            Err(refused) => assert!(!refused.render().is_empty(), "{text}"),
        }
    }
}

#[test]
fn no_truncated_text_makes_the_compiler_panic() {
    for end in (0..WHOLE.len()).step_by(61) {
        if let Err(refused) = load(&WHOLE[..end]) {
            assert!(!refused.render().is_empty());
        }
    }
}
