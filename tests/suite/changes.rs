//! Changes that insert steps into paths: they can be laid over each other, and whoever they do not concern goes the same way.

use std::path::Path;

use uecsim::experiment::results::Results;
use uecsim::uec::model::Statistic;

use crate::rollouts::assert_same;
use crate::small::{Length, model_of_over_shipped, run, values};

/// Changes that ask patients something on their way, with the step that asks.
const ASKED: [(&str, &str); 4] = [
    (
        "care-home-support",
        "first_contact.steps.rings_support_line",
    ),
    (
        "high-intensity-users",
        "first_contact.steps.has_coordinator",
    ),
    (
        "mental-health-crisis",
        "first_contact.steps.rings_crisis_line",
    ),
    ("urgent-community-response", "*.steps.suits_ucr"),
];

/// Devon for some days with these changes, and one more.
fn devon(changes: &[&str], last: &str) -> Results {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/devon-2023.toml");
    let text = std::fs::read_to_string(path).expect("the scenario is shipped");
    let named: Vec<String> = changes.iter().map(|name| format!("\"{name}\", ")).collect();
    let text = format!("changes = [{}\"last\"]\n{text}", named.concat());
    let last = format!("title = \"Last\"\nevidence = [\"assumed: a test\"]\n{last}");
    let length = Length {
        warm_up_days: 1,
        days: 4,
        replications: 1,
    };
    let files = [
        ("scenarios/test.toml", text.as_str()),
        ("scenarios/changes/last.toml", &last),
    ];
    run(vec![model_of_over_shipped(&files, length)]).remove(0)
}

#[test]
fn whom_an_inserted_step_does_not_concern_goes_on_as_before_to_the_last_draw() {
    let names = ASKED.map(|(change, _)| change);
    let nobody = ASKED.map(|(_, step)| format!("\"services.{step}.share\" = 0\n"));
    let asked = devon(&names, &format!("[set]\n{}", nobody.concat()));
    let steps = ASKED.map(|(_, step)| format!("\"services.{step}\", "));
    let not_asked = devon(&names, &format!("[remove]\npaths = [{}]\n", steps.concat()));
    assert_same(&asked, &not_asked);
    // Without the changes as well, but for their sites, which move the middle of the map by a little.
    let plain = devon(&[], "");
    let hours = |results| values(results, "time_to_definitive_care", Statistic::Mean)[0];
    let (found, expected) = (hours(&asked), hours(&plain));
    assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected}");
    assert_eq!(asked.conservation[0].arrived, plain.conservation[0].arrived);
}

#[test]
fn changes_that_insert_steps_before_the_same_one_all_apply_in_either_order() {
    let order = ASKED.map(|(change, _)| change);
    let reverse = [order[3], order[2], order[1], order[0]];
    for order in [order, reverse] {
        let results = devon(&order, "");
        for measure in ["care_home_settled", "coordinator_answered"] {
            let percent = values(&results, measure, Statistic::Percent)[0];
            assert!(percent > 10.0, "{measure} {percent} {order:?}");
        }
        let calls = values(&results, "crisis_line_answer", Statistic::Count)[0];
        assert!(calls > 100.0, "{calls} {order:?}");
    }
}

/// Everybody is asked; who is in doubt goes to be looked at and comes back to the step after the question.
fn desk(start: &str) -> Results {
    let text = format!(
        "title = \"Desk\"
assumed = \"Round numbers for tests\"
[run]
length = \"20 days\"
replications = 2
[arrivals.all]
rate = \"60 per day\"
to = \"desk.start\"
[services.desk]
pools = []
[services.desk.paths]
{start}
[measures.stay]
kind = \"duration\"
from = \"desk.came\"
to = \"desk.went\"
unit = \"min\"
statistics = [\"mean\", \"p90\", \"count\"]
source = \"A test\"
"
    );
    run(vec![crate::small::model(&text)]).remove(0)
}

#[test]
fn a_path_is_gone_on_with_from_one_of_its_steps() {
    let question = "{ share = 0.3, id = \"doubt\", steps = [{ go = \"looked_at\" }] }";
    let looked_at = "{ wait = { gamma = { mean = \"30 min\", sd = \"10 min\" } }, id = \"look\" }";
    let rest = "{ wait = { gamma = { mean = \"10 min\", sd = \"5 min\" } }, id = \"talk\" }, { mark = \"went\" }, { leave = \"home\" }";
    let results = desk(&format!(
        "start = [{{ mark = \"came\" }}, {question}, {rest}]\nlooked_at = [{looked_at}, {{ go = \"start.talk\" }}]"
    ));
    let mean = values(&results, "stay", Statistic::Mean)[0];
    assert!((mean - (0.3 * 30.0 + 10.0)).abs() < 1.0, "{mean}");
    // Who is in no doubt draws the same at `talk` as if nobody were asked.
    let not_asked = desk(&format!("start = [{{ mark = \"came\" }}, {rest}]"));
    let nobody = desk(&format!(
        "start = [{{ mark = \"came\" }}, {}, {rest}]\nlooked_at = [{looked_at}, {{ go = \"start.talk\" }}]",
        question.replace("0.3", "0")
    ));
    assert_same(&nobody, &not_asked);
}
