//! Escalation: triggers with hysteresis, and what they switch. Answers are known by hand or from the theory of queues.

use uecsim::experiment::results::Results;
use uecsim::uec::model::Statistic;

use crate::small::{faults_of, model_of, run, values};

/// A ward with one bed, stays of an hour, patients at these minutes, and what else the scenario says.
fn ward(minutes: &[u32], more: &str) -> Results {
    let text = format!(
        "title = \"Ward\"
assumed = \"Round numbers for tests\"
[run]
start = 2024-01-01
length = \"10 h\"
replications = 1
[arrivals.all]
file = \"arrivals.csv\"
to = \"ward.arrive\"
[services.ward]
pools = [\"beds\"]
[services.ward.paths]
arrive = [
  {{ mark = \"came\" }},
  {{ hold = \"beds\", id = \"bed\" }},
  {{ mark = \"in_bed\" }},
  {{ wait = \"60 min\", id = \"stay\" }},
  {{ leave = \"home\" }},
]
[sites.here]
services = [\"ward\"]
pools = {{ beds = 1 }}
[measures.wait]
kind = \"duration\"
from = \"ward.came\"
to = \"ward.in_bed\"
unit = \"min\"
statistics = [\"mean\", \"count\"]
source = \"A test\"
[measures.on]
kind = \"level\"
trigger = \"pressed\"
what = \"on\"
by = [\"site\"]
source = \"A test\"
{more}"
    );
    let rows: String = minutes
        .iter()
        .map(|minute| format!("{minute} min\n"))
        .collect();
    let files = [
        ("scenarios/test.toml", text.as_str()),
        ("scenarios/arrivals.csv", &format!("time\n{rows}")),
    ];
    run(vec![model_of(&files)]).remove(0)
}

fn mean(results: &Results, measure: &str) -> f64 {
    values(results, measure, Statistic::Mean)[0]
}

/// Minutes of the ten hours.
fn minutes_on(results: &Results) -> f64 {
    mean(results, "on") * 6.0
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-6, "{found}, not {expected}");
}

const TWO_WAITING: &str = "[triggers.pressed]\nof = { waiting = \"beds\" }\non = 2\n";

#[test]
fn extra_beds_open_after_their_notice_and_close_when_the_trigger_goes_off() {
    // Three come at once. Half an hour later the extra bed opens for the second.
    let surge =
        "[sites.here.surge]\nbeds = { when = \"pressed\", units = 1, after = \"30 min\" }\n";
    // Off as soon as one waits: the third has to wait until one of both beds is free and only one is used.
    let closing = ward(&[0, 0, 0], &format!("{TWO_WAITING}off = 1\n{surge}"));
    assert_near(mean(&closing, "wait"), (0.0 + 30.0 + 90.0) / 3.0);
    assert_near(minutes_on(&closing), 30.0);
    // On until nobody waits: the third takes the first's bed.
    let staying = ward(&[0, 0, 0], &format!("{TWO_WAITING}off = 0\n{surge}"));
    assert_near(mean(&staying, "wait"), (0.0 + 30.0 + 60.0) / 3.0);
    assert_near(minutes_on(&staying), 60.0);
    // Without, they go in one after another.
    let without = ward(&[0, 0, 0], &format!("{TWO_WAITING}off = 0\n"));
    assert_near(mean(&without, "wait"), (0.0 + 60.0 + 120.0) / 3.0);
    // A trigger that is off again before the notice is over opens nothing.
    let late = surge.replace("30 min", "70 min");
    let too_late = ward(&[0, 0, 0], &format!("{TWO_WAITING}off = 1\n{late}"));
    assert_near(mean(&too_late, "wait"), (0.0 + 60.0 + 120.0) / 3.0);
    assert_near(minutes_on(&too_late), 60.0);
}

#[test]
fn a_trigger_without_a_number_to_go_off_at_stays_on_at_its_own() {
    // One in the bed switches it on, opens a second bed and keeps it on until nobody is in bed.
    let busy = "[triggers.pressed]\nof = { busy = \"beds\" }\non = 1\n";
    let surge = "[sites.here.surge]\nbeds = { when = \"pressed\", units = 1 }\n";
    let found = ward(&[0, 0, 0], &format!("{busy}{surge}"));
    assert_near(mean(&found, "wait"), (0.0 + 0.0 + 60.0) / 3.0);
    assert_near(minutes_on(&found), 120.0);
    assert_near(minutes_on(&ward(&[0, 0, 0], TWO_WAITING)), 60.0);
}

#[test]
fn a_trigger_stays_on_for_its_least_time_and_goes_off_at_its_end() {
    // Two wait from the start; one goes in after an hour, the other after two.
    let on_for = |more: &str| minutes_on(&ward(&[0, 0, 0], &format!("{TWO_WAITING}{more}")));
    assert_near(on_for("off = 1\n"), 60.0);
    // Nothing happens at minute 90: it goes off by itself.
    assert_near(on_for("off = 1\nat_least = \"90 min\"\n"), 90.0);
    // The level is what keeps it on for longer.
    assert_near(on_for("off = 0\nat_least = \"90 min\"\n"), 120.0);
    assert_near(on_for("off = 1\nat_least = \"20 min\"\n"), 60.0);
    // It comes on again, for its least time again.
    let twice = format!("{TWO_WAITING}off = 1\nat_least = \"75 min\"\n");
    assert_near(minutes_on(&ward(&[0, 0, 0, 240, 240, 240], &twice)), 150.0);
    // So does one on long waits: two have waited for half an hour at minute 30, one alone from 60.
    let long = "[triggers.pressed]\nof = { waiting = \"beds\", longer_than = \"30 min\" }\non = 2\noff = 1\n";
    assert_near(minutes_on(&ward(&[0, 0, 0], long)), 30.0);
    let longer = format!("{long}at_least = \"100 min\"\n");
    assert_near(minutes_on(&ward(&[0, 0, 0], &longer)), 100.0);
}

#[test]
fn a_least_time_on_is_a_length_of_time() {
    let wrong =
        format!("title = \"W\"\nassumed = \"A test\"\n{TWO_WAITING}at_least = \"two hours\"\n");
    let faults = faults_of(&wrong);
    assert!(faults.contains("two hours"), "{faults}");
    assert!(faults.contains("test.toml:6:"), "{faults}");
}

#[test]
fn a_trigger_on_long_waits_comes_on_at_the_minute_they_become_long() {
    // The second and third wait from minutes 10 and 20, so two have waited for half an hour at minute 50; at 60 one goes in.
    let trigger = |on: u32, held: &str| {
        format!(
            "[triggers.pressed]\nof = {{ waiting = \"beds\", longer_than = \"30 min\"{held} }}\non = {on}\n"
        )
    };
    let two = ward(&[0, 10, 20], &format!("{}off = 1\n", trigger(2, "")));
    assert_near(minutes_on(&two), 10.0);
    // One long wait: from minute 40 until the last goes in at 120.
    let one = ward(&[0, 10, 20], &format!("{}off = 0\n", trigger(1, "")));
    assert_near(minutes_on(&one), 80.0);
    let nobody = ward(&[0, 70], &trigger(1, ""));
    assert_near(minutes_on(&nobody), 0.0);
}

#[test]
fn long_waits_count_for_those_alone_who_hold_something() {
    let text = |held: &str| {
        format!(
            "[services.ward.pools]
beds = 1
trolleys = 1
[triggers.pressed]
of = {{ waiting = \"beds\", longer_than = \"30 min\"{held} }}
on = 1
off = 0
[arrivals.on_a_trolley]
file = \"trolley.csv\"
to = \"ward.by_trolley\"
"
        )
    };
    let run_with = |held: &str| {
        let paths = "[services.ward.paths]
arrive = [ { hold = \"beds\", id = \"bed\" }, { wait = \"60 min\", id = \"stay\" }, { leave = \"home\" } ]
by_trolley = [ { hold = \"trolleys\", as = \"trolley\", id = \"trolley\" }, { hold = \"beds\", id = \"bed_after\" }, { let_go = \"trolley\" }, { leave = \"home\" } ]
[arrivals.walking]
file = \"arrivals.csv\"
to = \"ward.arrive\"
[measures.on]
kind = \"level\"
trigger = \"pressed\"
what = \"on\"
source = \"A test\"
";
        let text = format!(
            "title = \"Ward\"\nassumed = \"Round numbers for tests\"\n[run]\nlength = \"10 h\"\nreplications = 1\n{}{paths}",
            text(held)
        );
        let files = [
            ("scenarios/test.toml", text.as_str()),
            ("scenarios/arrivals.csv", "time\n0 min\n0 min\n0 min\n"),
            ("scenarios/trolley.csv", "time\n10 min\n"),
        ];
        minutes_on(&run(vec![model_of(&files)]).remove(0))
    };
    // The last to go in, at minute 180, is the one on a trolley, waiting since minute 10; the others since minute 0.
    assert_near(run_with(", held = \"trolley\""), 140.0);
    assert_near(run_with(""), 150.0);
}

#[test]
fn a_bed_that_opens_when_somebody_waits_makes_a_queue_with_two_servers() {
    // While one waits the second bed opens; so patients meet two servers, and the trigger is on while somebody waits for
    // both: with a load of 1.2 that is the share of time with three or more in an M/M/2 queue, and the wait is Erlang's.
    let text = "title = \"Ward\"
assumed = \"Round numbers for tests\"
[run]
warm_up = \"20 days\"
length = \"1000 days\"
replications = 6
[arrivals.all]
rate = \"1.2 per h\"
to = \"ward.arrive\"
[services.ward]
pools = [\"beds\"]
[services.ward.paths]
arrive = [
  { mark = \"came\" },
  { hold = \"beds\", id = \"bed\" },
  { mark = \"in_bed\" },
  { wait = { exponential = { mean = \"1 h\" } }, id = \"stay\" },
  { leave = \"home\" },
]
[sites.here]
services = [\"ward\"]
pools = { beds = 1 }
surge = { beds = { when = \"pressed\", units = 1 } }
[triggers.pressed]
of = { waiting = \"beds\" }
on = 1
off = 0
[measures.wait]
kind = \"duration\"
from = \"ward.came\"
to = \"ward.in_bed\"
unit = \"min\"
source = \"A test\"
[measures.on]
kind = \"level\"
trigger = \"pressed\"
what = \"on\"
source = \"A test\"
";
    let results = run(vec![model_of(&[("scenarios/test.toml", text)])]).remove(0);
    let mean_of = |measure: &str| {
        let all = values(&results, measure, Statistic::Mean);
        all.iter().sum::<f64>() / all.len() as f64
    };
    let (load, per_server) = (1.2, 0.6);
    let nobody = (1.0 - per_server) / (1.0 + per_server);
    let both_busy = nobody * load * load / 2.0 / (1.0 - per_server);
    let wait = 60.0 * both_busy / (2.0 - load);
    let on = 100.0 * both_busy * per_server;
    assert!(
        (mean_of("wait") - wait).abs() < 0.03 * wait,
        "{} {wait}",
        mean_of("wait")
    );
    assert!(
        (mean_of("on") - on).abs() < 0.03 * on,
        "{} {on}",
        mean_of("on")
    );
}

/// Two crews at one place, calls where they stand, an hour each, with a category and a minute.
fn crews(reserve: &str, calls: &str) -> Results {
    let text = format!(
        "title = \"Crews\"
assumed = \"Round numbers for tests\"
[run]
length = \"10 h\"
replications = 1
[attributes.category]
levels = [\"C1\", \"C2\"]
[arrivals.calls]
file = \"calls.csv\"
to = \"ambulance.call\"
place = {{ x = 0, y = 0 }}
[services.ambulance]
pools = []
[services.ambulance.paths]
call = [
  {{ mark = \"called\" }},
  {{ call = \"crews\", rank = \"category\", as = \"crew\", id = \"crew\" }},
  {{ mark = \"reached\" }},
  {{ wait = \"60 min\", id = \"scene\" }},
  {{ leave = \"home\" }},
]
[sites.here]
services = [\"ambulance\"]
place = {{ x = 0, y = 0 }}
[fleets.crews]
speed_kmh = 60
rank = \"category\"
{reserve}
stations = {{ one = {{ place = {{ x = 0, y = 0 }}, units = 2 }} }}
[triggers.pressed]
of = {{ waiting = \"crews\" }}
on = 2
off = 0
[measures.response]
kind = \"duration\"
from = \"ambulance.called\"
to = \"ambulance.reached\"
unit = \"min\"
by = [\"category\"]
statistics = [\"mean\", \"count\"]
source = \"A test\"
"
    );
    let files = [
        ("scenarios/test.toml", text.as_str()),
        ("scenarios/calls.csv", calls),
    ];
    run(vec![model_of(&files)]).remove(0)
}

#[test]
fn a_crew_held_back_goes_to_the_urgent_call_and_to_no_other() {
    let calls = "time,category\n0 min,C2\n10 min,C2\n20 min,C1\n";
    let category = |results: &Results, level: &str| {
        let key = results
            .keys
            .iter()
            .position(|key| key.statistic == Statistic::Mean && key.cohort.ends_with(level));
        results.values[0][key.expect("the measure is by category")].expect("there were calls")
    };
    let without = crews("", calls);
    assert_near(category(&without, "C1"), 40.0);
    assert_near(category(&without, "C2"), 0.0);
    // The second C2 call waits for the crew of the first though one stands idle, and the C1 call has that one at once.
    let kept = crews("reserve = { units = 1, up_to = \"C1\" }", calls);
    assert_near(category(&kept, "C1"), 0.0);
    // The crew free at 60 is the only free one, and kept; at 80 the other is free as well.
    assert_near(category(&kept, "C2"), (0.0 + 70.0) / 2.0);
    // Kept only while two wait: that is never so here.
    let when = crews(
        "reserve = { units = 1, up_to = \"C1\", when = \"pressed\" }",
        calls,
    );
    assert_near(category(&when, "C1"), 40.0);
}

#[test]
fn what_cannot_be_watched_or_switched_is_refused_with_all_its_faults() {
    let refused = faults_of(
        "title = \"Ward\"
[run]
length = \"1 day\"
[arrivals.all]
rate = \"1 per h\"
to = \"ward.arrive\"
[services.ward]
pools = [\"beds\"]
[services.ward.paths]
arrive = [ { use = \"beds\", for = \"30 min\", id = \"stay\" }, { leave = \"home\" } ]
[sites.here]
services = [\"ward\"]
pools = { beds = 1 }
surge = { bed = { when = \"full\", units = 1 }, beds = { when = \"ful\", units = 1 } }
[triggers.full]
of = { busy = \"beds\" }
on = 1
[triggers.held]
of = { waiting = \"beds\", held = \"crew\" }
on = 1
[triggers.busy_long]
of = { busy = \"beds\", longer_than = \"1 h\" }
on = 1
[measures.beds]
kind = \"level\"
pools = [\"beds\"]
what = \"on\"
source = \"A test\"
[measures.full]
kind = \"level\"
trigger = \"full\"
what = \"busy\"
source = \"A test\"
[charts.full]
kind = \"survival\"
measures = [\"full\"]
shaded = \"beds\"
",
    );
    for expected in [
        "\"held\" tells those who have waited long from others",
        "\"longer_than\" counts patients who wait",
        "measure \"beds\" needs \"trigger\"",
        "measure \"full\" needs \"pools\"",
        "only charts over the days or the hours of the week have times to shade",
    ] {
        assert!(refused.contains(expected), "{expected}:\n{refused}");
    }
}
