//! What all versions share, when a roll-out changes it: extra units, triggers, ends of shifts, how a fleet is sent and drives.

use std::path::Path;

use uecsim::experiment::results::Results;
use uecsim::uec::model::{Model, Statistic};

use super::assert_same;
use crate::small::{Length, model_of, model_over_shipped, run};

/// A mean of the first replication.
fn number(results: &Results, measure: &str, site: &str, cohort: &str) -> f64 {
    value(results, measure, Statistic::Mean, (site, cohort))
}

fn count(results: &Results, measure: &str, cohort: &str) -> f64 {
    value(results, measure, Statistic::Count, ("all", cohort))
}

fn value(results: &Results, measure: &str, statistic: Statistic, of: (&str, &str)) -> f64 {
    let key = results.keys.iter().position(|key| {
        results.model.measures[key.measure].id == measure
            && key.statistic == statistic
            && (key.site.as_str(), key.cohort.as_str()) == of
    });
    let key = key.unwrap_or_else(|| panic!("no {measure} of {of:?}"));
    results.values[0][key].expect("it has a value")
}

fn assert_near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
}

/// Two hospitals that are always full, with a bed each and two more while they are full, and a change.
fn hospitals(more: &str, change: &str) -> Results {
    let each = |site: &str| {
        format!(
            "[arrivals.{site}]
rate = \"20 per h\"
set = {{ area = \"{site}\" }}
to = \"ward.arrive\"
site = \"{site}\"
[sites.{site}]
services = [\"ward\"]
place = {{ x = 0, y = 0 }}
pools = {{ beds = 1 }}
surge = {{ beds = {{ when = \"full\", units = 2 }} }}
"
        )
    };
    let text = format!(
        "title = \"Hospitals\"
assumed = \"Round numbers for tests\"
{more}
[run]
start = 2023-01-01
warm_up = \"1 day\"
length = \"10 days\"
replications = 1
[attributes.area]
levels = [\"north\", \"south\"]
{}{}
[services.ward]
pools = [\"beds\"]
[services.ward.paths]
arrive = [{{ use = \"beds\", for = \"60 min\", id = \"stay\" }}, {{ leave = \"home\" }}]
[triggers.full]
of = {{ busy = \"beds\" }}
on = 1
[measures.beds]
kind = \"level\"
pools = [\"beds\"]
what = \"capacity\"
unit = \"beds\"
by = [\"site\"]
source = \"A test\"
[measures.full]
kind = \"level\"
trigger = \"full\"
what = \"on\"
by = [\"site\"]
source = \"A test\"
",
        each("north"),
        each("south")
    );
    let change = format!("title = \"A change\"\nevidence = [\"assumed: a test\"]\n{change}");
    let files = [
        ("scenarios/test.toml", text.as_str()),
        ("scenarios/changes/change.toml", &change),
    ];
    run(vec![model_of(&files)]).remove(0)
}

fn rolled_out(how: &str) -> String {
    format!("[rollouts.change]\nchanges = [\"change\"]\n{how}\n")
}

const MORE_BEDS: &str = "[set]
\"sites.*.surge.beds.units\" = { value = 6, assumed = \"a test\" }\n";

#[test]
fn extra_units_follow_the_version_in_force_at_their_site() {
    let check = |how: &str, expected: [f64; 2]| {
        let results = hospitals(&rolled_out(how), MORE_BEDS);
        let found = ["north", "south"].map(|site| number(&results, "beds", site, "all"));
        assert_near(found[0], expected[0]);
        assert_near(found[1], expected[1]);
    };
    check("by = \"site\"\nshare = \"0 %\"", [3.0, 3.0]);
    check("by = \"site\"", [7.0, 7.0]);
    check("by = \"site\"\nonly = [\"south\"]", [3.0, 7.0]);
    // The fifth day of ten and those before it are not covered.
    check(
        "by = \"site\"\nonly = [\"south\"]\nfrom = 2023-01-06",
        [3.0, 5.0],
    );
    check("from = 2023-01-03\nuntil = 2023-01-04", [3.4, 3.4]);
    // Half of those who may come: half of two and half of six.
    check("by = \"area\"\nshare = \"50 %\"", [5.0, 5.0]);
    check("by = \"area\"", [7.0, 7.0]);
}

#[test]
fn what_opens_extra_units_is_a_site_s_own_as_well() {
    let never = "[set]\n\"triggers.full.on\" = { value = 1000, assumed = \"a test\" }\n";
    let results = hospitals(&rolled_out("by = \"site\"\nonly = [\"south\"]"), never);
    let number = |measure: &str, site: &str| number(&results, measure, site, "all");
    assert_near(number("beds", "north"), 3.0);
    assert_near(number("beds", "south"), 1.0);
    assert_near(number("full", "north"), 100.0);
    assert_near(number("full", "south"), 0.0);
    assert_near(number("full", "all"), 50.0);
}

#[test]
fn whoever_is_not_covered_keeps_extra_units_triggers_and_ends_of_shifts() {
    let change = "[set]
\"sites.*.surge.beds\" = { when = \"full\", units = 4, after = \"2 h\" }
\"triggers.full.on\" = { value = 2, assumed = \"a test\" }
\"sites.*.pools.beds\" = [{ from = \"00:00\", units = 3 }, { from = \"20:00\", units = 1 }]
[add.sites.north]
on_shift_end = { beds = \"interrupt\" }
[add.sites.south]
on_shift_end = { beds = \"interrupt\" }
";
    let (as_it_is, changed) = (
        hospitals("", change),
        hospitals("changes = [\"change\"]", change),
    );
    assert_ne!(as_it_is.values, changed.values);
    for by in ["site", "area"] {
        let how = |share: &str| rolled_out(&format!("by = \"{by}\"\nshare = \"{share}\""));
        assert_same(&hospitals(&how("0 %"), change), &as_it_is);
        assert_same(&hospitals(&how("100 %"), change), &changed);
    }
}

/// Two areas so far from each other that no crew goes from one to the other, with crews enough for both.
fn crews(more: &str, change: &str) -> Results {
    let each = |area: &str, x: u32| {
        format!(
            "[arrivals.{area}]
rate = \"30 per day\"
set = {{ area = \"{area}\" }}
shares = {{ category = {{ \"C1\" = 0.3, \"C2\" = 0.7 }} }}
place = {{ rectangle = {{ x = [{x}, {}], y = [0, 20] }} }}
to = \"ambulance.call\"
[sites.{area}_hospital]
services = [\"hospital\"]
place = {{ x = {x}, y = 20 }}
",
            x + 20
        )
    };
    let text = format!(
        "title = \"Crews\"
assumed = \"Round numbers for tests\"
{more}
[run]
start = 2023-01-01
warm_up = \"1 day\"
length = \"20 days\"
replications = 2
[attributes.category]
levels = [\"C1\", \"C2\"]
[attributes.area]
levels = [\"north\", \"south\"]
{}{}
[services.ambulance]
pools = []
[services.ambulance.paths]
call = [
  {{ mark = \"called\" }},
  {{ call = \"crews\", rank = \"category\", as = \"crew\" }},
  {{ mark = \"on_scene\" }},
  {{ wait = {{ gamma = {{ mean = \"40 min\", sd = \"20 min\" }} }}, id = \"scene\" }},
  {{ mark = \"left_scene\" }},
  {{ convey = \"hospitals\", path = \"arrive\", with = \"crew\", id = \"convey\" }},
]
[services.hospital]
pools = []
[services.hospital.paths]
arrive = [{{ mark = \"arrived\" }}, {{ leave = \"hospital\" }}]
[routes.hospitals]
service = \"hospital\"
rule = \"nearest\"
travel = {{ speed_kmh = 40, detour = 1.4 }}
[fleets.crews]
stations = {{ north = {{ place = {{ x = 0, y = 0 }}, units = 20 }}, south = {{ place = {{ x = 900, y = 0 }}, units = 20 }} }}
speed_kmh = 40
detour = 1.4
reassign = {{ saves = \"5 min\" }}
rank = \"category\"
[triggers.any_call]
of = {{ busy = \"crews\" }}
on = 1
[measures.response]
kind = \"duration\"
from = \"ambulance.called\"
to = \"ambulance.on_scene\"
unit = \"min\"
statistics = [\"mean\", \"count\"]
by = [\"area\", \"category\"]
source = \"A test\"
[measures.ride]
kind = \"duration\"
from = \"ambulance.left_scene\"
to = \"hospital.arrived\"
unit = \"min\"
statistics = [\"mean\", \"count\"]
by = [\"area\", \"category\"]
source = \"A test\"
[measures.busy]
kind = \"level\"
fleet = \"crews\"
what = \"busy\"
source = \"A test\"
",
        each("north", 0),
        each("south", 900)
    );
    let change = format!("title = \"A change\"\nevidence = [\"assumed: a test\"]\n{change}");
    let files = [
        ("scenarios/test.toml", text.as_str()),
        ("scenarios/changes/change.toml", &change),
    ];
    run(vec![model_of(&files)]).remove(0)
}

const FASTER: &str = "[set]
\"fleets.crews.speed_kmh\" = { value = 60, assumed = \"a test\" }
\"fleets.crews.reassign.saves\" = { value = \"1 min\", assumed = \"a test\" }
[add.fleets.crews]
responding = 0.8
returning = 1.5
";

#[test]
fn a_call_is_answered_as_the_version_of_its_patient_has_it() {
    let (as_it_is, changed) = (crews("", FASTER), crews("changes = [\"change\"]", FASTER));
    for how in ["by = \"area\"\nshare = ", "by = \"site\"\nshare = "] {
        let share = |percent: &str| rolled_out(&format!("{how}\"{percent}\""));
        assert_same(&crews(&share("0 %"), FASTER), &as_it_is);
        assert_same(&crews(&share("100 %"), FASTER), &changed);
    }
    let half = crews(&rolled_out("by = \"area\"\nonly = [\"south\"]"), FASTER);
    for measure in ["response", "ride"] {
        let number = |results: &Results, area: &str| number(results, measure, "all", area);
        for (area, pure) in [("area=north", &as_it_is), ("area=south", &changed)] {
            assert_near(number(&half, area), number(pure, area));
        }
        assert!(number(&half, "area=south") < 0.8 * number(&as_it_is, "area=south"));
    }
    // From a day on: in between.
    let later = crews(&rolled_out("from = 2023-01-11"), FASTER);
    let [slow, between, fast] =
        [&as_it_is, &later, &changed].map(|results| number(results, "ride", "all", "all"));
    assert!(fast < between && between < slow, "{fast} {between} {slow}");
}

#[test]
fn units_are_held_back_from_those_whose_version_does_so() {
    for when in ["", ", when = \"any_call\""] {
        let all = format!("[add.fleets.crews]\nreserve = {{ units = 40, up_to = \"C1\"{when} }}\n");
        let (as_it_is, changed) = (crews("", &all), crews("changes = [\"change\"]", &all));
        let share = |share: &str| rolled_out(&format!("by = \"area\"\nshare = \"{share}\""));
        assert_same(&crews(&share("0 %"), &all), &as_it_is);
        assert_same(&crews(&share("100 %"), &all), &changed);
        let half = crews(&rolled_out("by = \"area\"\nonly = [\"south\"]"), &all);
        let mean = |results: &Results, cohort: &str| number(results, "response", "all", cohort);
        if when.is_empty() {
            // Nobody of the north waits for a crew that is kept, and in the south only those of C1 are ever answered.
            assert_near(mean(&half, "area=north"), mean(&as_it_is, "area=north"));
            let answered = |results| count(results, "response", "area=south");
            let [some, all] = [&half, &as_it_is].map(answered);
            assert!(0.2 * all < some && some < 0.4 * all, "{some} of {all}");
        } else {
            // Once no crew is out all go who have waited.
            let (late, soon) = (mean(&half, "area=south"), mean(&as_it_is, "area=south"));
            assert!(late > 2.0 * soon, "{late} {soon}");
        }
    }
}

/// Devon for a few days, with more at the top of its file and at the end.
fn devon(top: &str, more: &str) -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/devon-2023.toml");
    let text = std::fs::read_to_string(path).expect("the scenario is shipped");
    let length = Length {
        warm_up_days: 2,
        days: 5,
        replications: 1,
    };
    model_over_shipped(&format!("{top}\n{text}\n{more}\n"), length)
}

#[test]
fn escalation_is_rolled_out_over_devon() {
    let rollout = |how: &str| {
        devon(
            "",
            &format!("[rollouts.one]\nchanges = [\"escalation\"]\n{how}"),
        )
    };
    let results = run(vec![
        devon("", ""),
        devon("changes = [\"escalation\"]", ""),
        rollout("by = \"zone\"\nshare = \"0 %\""),
        rollout("by = \"zone\"\nshare = \"100 %\""),
        rollout("by = \"site\"\nonly = [\"exeter\"]"),
    ]);
    let [as_it_is, changed, nobody, everybody, exeter] = &results[..] else {
        unreachable!("as many results as models");
    };
    assert_ne!(as_it_is.values, changed.values);
    assert_same(nobody, as_it_is);
    assert_same(everybody, changed);
    assert_ne!(exeter.values, as_it_is.values);
}
