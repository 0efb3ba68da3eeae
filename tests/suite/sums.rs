//! Sums by weights: a cost and a harm that are known exactly, and groups that add up to the whole.

use uecsim::experiment::results::Results;
use uecsim::uec::model::{MeasureKind, Statistic, SumOf};

use crate::folders::{Scratch, uecsim};
use crate::small::{CLINIC, Length, faults_of, faults_of_files, model, model_of, run, shipped};

/// What is added up in the clinic.
const SUMS: &str = r#"[measures.departures]
kind = "count"
mark = "clinic.departed"
statistics = ["total"]
by = ["acuity"]
[measures.cost]
title = "Cost"
kind = "sum"
unit = "£"
statistics = ["total", "per day", "low estimate", "high estimate"]
by = ["acuity"]
items = [{ mark = "clinic.departed", each = 40, low = 30, high = 60, price_year = "2020" }]
[measures.cost_of_time]
kind = "sum"
unit = "£"
statistics = ["total"]
by = ["acuity"]
where = { acuity = ["1"] }
items = [
  { from = "clinic.arrived", to = "clinic.departed", per = "1 h", each = 100 },
  { from = "clinic.arrived", to = "clinic.departed", beyond = "24 min", per = "6 min", each = 7 },
]
[measures.cost_of_staff]
kind = "sum"
unit = "£"
statistics = ["total"]
by = ["acuity"]
items = [{ pools = ["nurses"], what = "capacity", per = "1 h", each = 25 }]
[measures.cost_in_all]
kind = "sum"
unit = "£"
statistics = ["total"]
by = ["acuity"]
sum_of = ["cost", "cost_of_time", "cost_of_staff"]
[measures.harm]
kind = "sum"
unit = "deaths"
statistics = ["total", "low estimate", "high estimate"]
items = [
  { from = "clinic.arrived", to = "clinic.departed", over = "20 min", up_to = "30 min", each = 0.01, low = 0.005, high = 0.03 },
  { from = "clinic.arrived", to = "clinic.departed", over = "30 min", each = 5 },
]
[measures.harm_by_odds]
kind = "sum"
unit = "deaths"
statistics = ["total", "low estimate", "high estimate"]
by = ["acuity"]
items = [{ from = "clinic.arrived", to = "clinic.departed", odds_ratio = 2, odds_ratio_low = 1, odds_ratio_high = 4, per = "10 min", chance = 0.5, at = "20 min", each = 0.1, high = 0.2 }]
[measures.good_by_odds]
kind = "sum"
unit = "deaths"
items = [{ from = "clinic.arrived", to = "clinic.departed", odds_ratio = 2, per = "10 min", chance = 0.5, at = "40 min", each = 1 }]
[measures.harm_of_the_late]
kind = "sum"
unit = "deaths"
items = [{ from = "clinic.arrived", to = "clinic.departed", odds_ratio = 2, per = "10 min", chance = 0.5, at = "20 min", over = "30 min", each = 1 }]
[measures.never_before]
kind = "sum"
unit = "patients"
items = [{ mark = "clinic.arrived", unless = "clinic.departed", each = 1 }]
[measures.already]
kind = "sum"
unit = "patients"
items = [{ mark = "clinic.departed", unless = "clinic.arrived", each = 1 }, { from = "clinic.arrived", to = "clinic.departed", over = "0 min", unless = "clinic.arrived", each = 1 }]
[measures.arrivals]
kind = "count"
mark = "clinic.arrived"
"#;

fn clinic() -> String {
    format!("{CLINIC}{SUMS}")
}

fn number(results: &Results, measure: &str, statistic: Statistic, cohort: &str) -> f64 {
    let key = results.keys.iter().position(|key| {
        results.model.measures[key.measure].id == measure
            && key.statistic == statistic
            && key.cohort == cohort
    });
    results.values[0][key.expect("the measure is kept so")].expect("it has a value")
}

#[test]
fn a_known_cost_and_a_known_harm_come_out() {
    let results = &run(vec![model(&clinic())])[0];
    let total = |measure: &str, cohort: &str| number(results, measure, Statistic::Total, cohort);
    for cohort in ["all", "acuity=1", "acuity=2"] {
        let patients = total("departures", cohort);
        assert!(patients > 100.0, "{patients}");
        assert_eq!(total("cost", cohort), 40.0 * patients);
        let of = |statistic| number(results, "cost", statistic, cohort);
        assert_eq!(of(Statistic::PerDay), 2.0 * patients);
        assert_eq!(of(Statistic::LowEstimate), 30.0 * patients);
        assert_eq!(of(Statistic::HighEstimate), 60.0 * patients);
    }
    // Half an hour at 100 an hour, and one piece of 6 minutes beyond 24.
    let urgent = total("departures", "acuity=1");
    assert!((total("cost_of_time", "all") - 57.0 * urgent).abs() < 1e-6);
    assert!((total("cost_of_time", "acuity=1") - 57.0 * urgent).abs() < 1e-6);
    assert_eq!(total("cost_of_time", "acuity=2"), 0.0);
    // Two nurses for twenty days; nobody's in particular.
    assert_eq!(total("cost_of_staff", "all"), 2.0 * 20.0 * 24.0 * 25.0);
    assert_eq!(total("cost_of_staff", "acuity=1"), 0.0);
    let harm = |statistic| number(results, "harm", statistic, "all");
    let patients = total("departures", "all");
    assert!((harm(Statistic::Total) - 0.01 * patients).abs() < 1e-9);
    assert!((harm(Statistic::LowEstimate) - (0.005 * patients)).abs() < 1e-9);
    assert!((harm(Statistic::HighEstimate) - (0.03 * patients)).abs() < 1e-9);
}

#[test]
fn a_total_is_the_sum_of_its_parts_and_of_its_groups() {
    let results = &run(vec![model(&clinic())])[0];
    let total = |measure: &str, cohort: &str| number(results, measure, Statistic::Total, cohort);
    let parts = ["cost", "cost_of_time", "cost_of_staff"];
    for cohort in ["all", "acuity=1", "acuity=2"] {
        let sum: f64 = parts.iter().map(|part| total(part, cohort)).sum();
        assert!(
            (total("cost_in_all", cohort) - sum).abs() < 1e-6,
            "{cohort}"
        );
    }
    for measure in ["cost", "cost_of_time"] {
        let groups = total(measure, "acuity=1") + total(measure, "acuity=2");
        assert!((groups - total(measure, "all")).abs() < 1e-6, "{measure}");
    }
}

#[test]
fn a_chance_grows_by_its_odds() {
    let results = &run(vec![model(&clinic())])[0];
    let harm = |statistic, cohort: &str| number(results, "harm_by_odds", statistic, cohort);
    for cohort in ["all", "acuity=1", "acuity=2"] {
        let patients = number(results, "departures", Statistic::Total, cohort);
        let near = |value: f64, each: f64| {
            assert!((value - patients * each).abs() < 1e-6, "{value}, {each}");
        };
        // Ten minutes later than at even odds: odds of 2, of 1 and of 4 to 1.
        near(harm(Statistic::Total, cohort), 0.1 / 6.0);
        near(harm(Statistic::LowEstimate, cohort), 0.0);
        near(harm(Statistic::HighEstimate, cohort), 0.2 * 0.3);
    }
    let good = number(results, "good_by_odds", Statistic::Total, "all");
    let patients = number(results, "departures", Statistic::Total, "all");
    assert!((good + patients / 6.0).abs() < 1e-6, "{good}");
    // Nobody takes longer than half an hour.
    let late = number(results, "harm_of_the_late", Statistic::Total, "all");
    assert_eq!(late, 0.0);
}

#[test]
fn who_has_passed_a_mark_is_in_no_item_that_excludes_it() {
    let results = &run(vec![model(&clinic())])[0];
    let total = |measure: &str| number(results, measure, Statistic::Total, "all");
    assert_eq!(total("already"), 0.0);
    assert_eq!(total("never_before"), total("arrivals"));
    assert!(total("arrivals") > 100.0);
}

#[test]
fn patients_are_left_out_by_32_marks_at_most() {
    let marks = |n: usize| {
        let steps: String = (0..n).map(|i| format!("{{ mark = \"m{i}\" }}, ")).collect();
        let items: String = (0..n)
            .map(|i| {
                format!("{{ mark = \"clinic.arrived\", unless = \"clinic.m{i}\", each = 1 }}, ")
            })
            .collect();
        let more =
            format!("[measures.many]\nkind = \"sum\"\nunit = \"patients\"\nitems = [{items}]\n");
        clinic().replacen(
            "{ mark = \"departed\" }",
            &format!("{steps}{{ mark = \"departed\" }}"),
            1,
        ) + &more
    };
    let faults = faults_of(&marks(40));
    assert!(faults.contains("by more than 32 marks"), "{faults}");
    // Two of the clinic's sums take a mark each.
    run(vec![model(&marks(30))]);
}

#[test]
fn only_a_chance_has_odds() {
    let wrong = clinic()
        .replace(
            "chance = 0.5, at = \"20 min\"",
            "chance = 1, at = \"20 min\"",
        )
        .replace("odds_ratio = 2, per", "odds_ratio = 0, per");
    let faults = faults_of(&wrong);
    for words in [
        "only a chance between 0 and 1 has odds",
        "an odds ratio is above 0",
    ] {
        assert!(faults.contains(words), "{faults}");
    }
}

/// A death is expected of a wait for a bed or of a response, of one patient never of both.
#[test]
fn the_shipped_harms_share_no_patient_and_add_up() {
    let length = Length {
        warm_up_days: 1,
        days: 3,
        replications: 1,
    };
    let results = &run(vec![shipped("devon-2023", length)])[0];
    let items = |id: &str| {
        let mut measures = results.model.measures.iter();
        let measure = measures.find(|measure| measure.id == id);
        match &measure.expect("the library has it").kind {
            MeasureKind::Sum { items } => items.clone(),
            other => panic!("{other:?}"),
        }
    };
    let (waits, responses) = (items("expected_deaths"), items("expected_deaths_response"));
    for response in &responses {
        let SumOf::Chance { to, .. } = response.of else {
            panic!("{response:?}")
        };
        // Whoever is counted passes the mark that keeps it out of the waits.
        assert!(
            waits.iter().all(|wait| wait.unless == Some(to)),
            "{waits:?}"
        );
    }
    assert_eq!(items("expected_deaths_all"), [waits, responses].concat());
    for statistic in [
        Statistic::Total,
        Statistic::LowEstimate,
        Statistic::HighEstimate,
    ] {
        let of = |measure: &str| number(results, measure, statistic, "all");
        let parts = of("expected_deaths") + of("expected_deaths_response");
        assert!((of("expected_deaths_all") - parts).abs() < 1e-9);
        assert!(of("expected_deaths_response") > 0.0);
    }
}

#[test]
fn a_total_names_sums_only() {
    let wrong = clinic().replace("sum_of = [\"cost\"", "sum_of = [\"departures\"");
    let faults = faults_of(&wrong);
    assert!(faults.contains("departures"), "{faults}");
}

#[test]
fn the_report_says_what_a_cost_is_in_and_of_which_year() {
    let scratch = Scratch::new("costs");
    let file = scratch.write("clinic.toml", &clinic());
    let out = scratch.path("out");
    let call = uecsim(&["run", &file, "--quiet", "--out", &out]);
    assert_eq!(call.exit, 0, "{}", call.err);
    let read =
        |name: &str| std::fs::read_to_string(format!("{out}/{name}")).expect("it is written");
    let report = read("report.html");
    let (_, section) = report
        .split_once("<section id=\"costs\"")
        .expect("a section");
    let (section, _) = section.split_once("</section>").expect("it ends");
    // About 50 patients a day at 40 pounds: 0.73 million a year.
    assert!(section.contains("Prices of 2020."), "{section}");
    assert!(section.contains("£\u{a0}million"), "{section}");
    let table = read("cost.csv");
    assert!(table.contains("\nclinic,cost,Cost,£,2020,"), "{table}");
    let staff = table
        .lines()
        .find(|line| line.starts_with("clinic,cost_of_staff,"));
    assert!(staff.is_some_and(|line| line.contains(",£,,")), "{table}");
    // Two nurses at 25 an hour.
    let staff = 2.0 * 24.0 * 365.25 * 25.0 / 1e6;
    assert!(
        section.contains(&format!("{staff:.2} (")),
        "{staff}: {section}"
    );
    assert!(section.contains("not said"), "{section}");
}

#[test]
fn prices_are_brought_to_one_year_by_an_index() {
    let prices = "[prices]\nyear = \"2024\"\nfile = \"prices.csv\"\nassumed = \"A test\"\n";
    let text = format!("{}{prices}", clinic());
    let index = "year,index\n2020,80\n2024,100\n";
    let files = [("test.toml", text.as_str()), ("prices.csv", index)];
    let (plain, dearer) = (run(vec![model(&clinic())]), run(vec![model_of(&files)]));
    for statistic in [
        Statistic::Total,
        Statistic::LowEstimate,
        Statistic::HighEstimate,
    ] {
        let [before, after] =
            [&plain, &dearer].map(|results| number(&results[0], "cost", statistic, "all"));
        assert!((after - before * 1.25).abs() < 1e-6, "{before} {after}");
    }
    // What has no year stays what it is, and so do sums of other things.
    for measure in ["cost_of_time", "harm"] {
        let [before, after] =
            [&plain, &dearer].map(|results| number(&results[0], measure, Statistic::Total, "all"));
        assert_eq!(before, after, "{measure}");
    }
    let faults = faults_of_files(&[
        ("test.toml", &text),
        ("prices.csv", "year,index\n2024,100\n"),
    ]);
    assert!(
        faults.contains("the index of [prices] has no year \"2020\""),
        "{faults}"
    );
    let faults = faults_of_files(&[
        ("test.toml", &text),
        ("prices.csv", "year,index\n2020,80\n2023,0\n2023,1\n"),
    ]);
    for words in ["an index of prices is above zero", "\"2023\" stands twice"] {
        assert!(faults.contains(words), "{faults}");
    }
}

#[test]
fn the_shipped_costs_are_at_prices_of_one_year() {
    let short = Length {
        warm_up_days: 0,
        days: 1,
        replications: 1,
    };
    let model = shipped("devon-2023", short);
    let mut n_prices = 0;
    for measure in &model.measures {
        let MeasureKind::Sum { items } = &measure.kind else {
            continue;
        };
        for item in items.iter().filter(|_| measure.unit == "£") {
            assert_eq!(item.price_year, "2023/24", "{}", measure.id);
            n_prices += 1;
        }
    }
    assert!(n_prices > 12, "{n_prices}");
    // 45 at prices of 2013, whose deflator is 81.9; that of 2023/24 is the mean of 106.8, 107.8, 108 and 109.3.
    let visit = model.measures.iter();
    let visit = visit.filter(|measure| measure.id == "cost_general_practice");
    let weights = visit.filter_map(|measure| match &measure.kind {
        MeasureKind::Sum { items } => Some(items[0].weight.value),
        _ => None,
    });
    let weights: Vec<f64> = weights.collect();
    let expected = 45.0 * (106.8 + 107.8 + 108.0 + 109.3) / 4.0 / 81.9;
    assert!((weights[0] - expected).abs() < 1e-9, "{weights:?}");
}
