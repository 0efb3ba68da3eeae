//! Published monthly figures beside simulated ones: the bands, the limits, the pictures and the page.

use std::fmt::Write;
use std::fs;

use uecsim::experiment::backtest::monthly::with_accounts;
use uecsim::experiment::history::trace;
use uecsim::report::charts::{control, history};
use uecsim::report::format::{better_direction, statistic_key};
use uecsim::uec::model::Model;

use crate::folders::{Scratch, uecsim};
use crate::small::{CLINIC, model_of, run};

const COLUMNS: &str = "series,measure,statistic,site,cohort,unit,month,published,source,note\n";

/// A year of 40 and 44 patients a day by turns, then January to March, of which February is far off and March not published.
fn published() -> String {
    let mut text = COLUMNS.to_owned();
    let mut row = |month: &str, value: &str| {
        let _ = writeln!(
            text,
            "Visits,visits,per day,all,all,visits,{month},{value},a test,"
        );
    };
    for month in 1..=12 {
        row(
            &format!("2022-{month:02}"),
            if month % 2 == 0 { "44" } else { "40" },
        );
    }
    row("2023-01", "50");
    row("2023-02", "70");
    text + "Nothing,absent,total,all,all,visits,2023-01,1,a test,\n"
}

fn clinic() -> String {
    let days = CLINIC.replace(
        "[run]\n",
        "history = \"published.csv\"\n[run]\nstart = 2023-01-01\n",
    );
    let days = days
        .replace("length = \"20 days\"", "length = \"100 days\"")
        .replace("replications = 2", "replications = 8");
    days + "[measures.visits]\ntitle = \"Visits\"\nkind = \"count\"\nmark = \"clinic.arrived\"\nunit = \"visits\"\n\
            statistics = [\"per day\"]\nbetter = \"lower\"\nsource = \"Arrivals\"\n"
}

fn model() -> Model {
    model_of(&[("test.toml", &clinic()), ("published.csv", &published())])
}

#[test]
fn published_months_stand_beside_the_whole_months_of_a_run() {
    let model = model();
    let series = model.history.clone();
    let (model, found) = with_accounts(model, &series, statistic_key);
    let results = run(vec![model]).remove(0);
    let (traced, refused) = trace(&results, series, found, statistic_key, better_direction);
    assert_eq!(
        refused,
        [(
            "Nothing".to_owned(),
            "the scenario has no measure \"absent\"".to_owned()
        )]
    );
    let [visits] = &traced[..] else {
        panic!("{traced:?}")
    };
    // January to March are whole, the days of April are not a month.
    let months: Vec<String> = visits
        .months
        .iter()
        .map(|month| month.month.written())
        .collect();
    assert_eq!(months, ["2023-01", "2023-02", "2023-03"]);
    // A replication's month has 50 arrivals a day, sd sqrt(50 / 31) = 1.27: its interval of nine tenths in theory 46 to 54.
    for month in &visits.months {
        assert!((45.0..=55.0).contains(&month.mean), "{month:?}");
        assert!(
            month.low < month.mean - 1.0 && month.high > month.mean + 1.0,
            "{month:?}"
        );
    }
    let within: Vec<Option<bool>> = visits
        .months
        .iter()
        .map(|month| month.is_within())
        .collect();
    assert_eq!(within, [Some(true), Some(false), None]);
    let runs = &results
        .panel
        .as_ref()
        .expect("accounts were asked for")
        .runs;
    assert_eq!(runs.len(), 8);

    let chart = history::draw(&traced, 8).expect("two months are published");
    assert_eq!(
        chart.title,
        "1 of 2 published months lie where a simulated one would"
    );
    let chart = control::draw(&traced).expect("twelve months are published before the run");
    assert_eq!(chart.title, "Simulated months leave the limits of the past");
    assert_eq!(chart.table.rows.len(), 12 + 3);
    // Moving ranges are all 4: limits 42 less and plus 2.66 times 4.
    let row = &chart.table.rows[0];
    assert_eq!(row[3..], ["published", "40.0", "42.0", "31.4", "52.6", ""]);
    assert_eq!(chart.table.rows[12][3], "simulated");
    assert!(
        chart.svg.contains(">simulated</text>"),
        "the shade is labelled"
    );
}

#[test]
fn fit_draws_the_history_that_the_scenario_names() {
    let scratch = Scratch::new("history");
    let scenario = scratch.write("clinic.toml", &clinic());
    scratch.write("published.csv", &published());
    let targets = scratch.write(
        "targets.csv",
        "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note\n\
         All,Visits,visits,per day,all,all,50,visits,10 %,a test,\n",
    );
    let page = scratch.path("fit.md");
    let call = uecsim(&["fit", &scenario, "--published", &targets, "--page", &page]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let read = |name: &str| fs::read_to_string(scratch.path(name)).expect("it was written");
    let page = read("fit.md");
    for words in [
        "![1 of 2 published months lie where a simulated one would](fit-history.svg)",
        "![Simulated months leave the limits of the past](fit-control.svg)",
        "| Visits | visits | 2 | 1 |",
        "- Nothing: the scenario has no measure \"absent\".",
    ] {
        assert!(page.contains(words), "{words} is missing:\n{page}");
    }
    assert!(read("fit-history.svg").starts_with("<svg"));
    assert!(read("fit-control.svg").starts_with("<svg"));
    let table = read("fit-months.csv");
    assert_eq!(table.lines().count(), 1 + 3 + 15, "{table}");
}

#[test]
fn every_fault_of_a_history_is_shown_at_its_cell() {
    let scratch = Scratch::new("history-faults");
    let scenario = scratch.write("clinic.toml", &clinic());
    scratch.write(
        "published.csv",
        &format!("{COLUMNS}Visits,visits,per day,all,all,visits,2023-13,many,a test,\n"),
    );
    let call = uecsim(&["check", &scenario]);
    assert_eq!(call.exit, 2);
    for words in [
        "\"2023-13\" is no month",
        "published.csv:2:38",
        "published.csv:2:46",
    ] {
        assert!(call.err.contains(words), "{words}:\n{}", call.err);
    }
}
