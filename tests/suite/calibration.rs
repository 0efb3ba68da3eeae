//! `calibrate` finds the parameters that a scenario's own output was made with, and says what it cannot know; `backtest`
//! forecasts a year that was simulated, beside its rivals.

use std::fs;
use std::path::Path;

use uecsim::experiment::calibrate::{Free, change_text, read};
use uecsim::scenario::layers::Changes;
use uecsim::scenario::source::{MemorySource, ReadFault, Source};
use uecsim::scenario::workspace::Workspace;
use uecsim::uec::{Overrides, load_with};

use crate::folders::{Call, Scratch, uecsim_in};

/// A clinic with a waiting line: nurses see everybody, and some go on to a doctor.
const CLINIC: &str = r#"
title = "A clinic"
[run]
start = 2021-01-01
warm_up = "5 days"
length = "60 days"
replications = 6
seed = 3
[services.clinic]
title = "Clinic"
pools = { nurses = 3, doctors = 2 }
[services.clinic.paths]
arrive = [
  { mark = "arrived" },
  { use = "nurses", for = { exponential = { mean = "20 min" } }, id = "nurse" },
  { mark = "seen" },
  { share = 0.4, id = "on", steps = [ { use = "doctors", for = { exponential = { mean = "25 min" } }, id = "doctor" } ] },
  { mark = "left" },
  { leave = "home" },
]
[arrivals.people]
rate = "120 per day"
to = "clinic.arrive"
[arrivals.more]
rate = "10 per day"
to = "clinic.arrive"
[measures.attendances]
title = "Attendances"
kind = "count"
mark = "clinic.arrived"
unit = "patients"
statistics = ["total", "per day"]
by = ["site"]
better = "lower"
nature = "emergent"
source = "a test"
[measures.to_nurse]
title = "Time to be seen"
kind = "duration"
from = "clinic.arrived"
to = "clinic.seen"
unit = "min"
statistics = ["mean", "within 30 min", "count"]
better = "lower"
nature = "emergent"
source = "a test"
[measures.in_clinic]
title = "Time in the clinic"
kind = "duration"
from = "clinic.arrived"
to = "clinic.left"
unit = "min"
statistics = ["mean", "within 30 min", "count"]
better = "lower"
nature = "emergent"
source = "a test"
"#;

const FREE: &str = "name,path,how,low,high,step,note\n\
    demand,arrivals.people.rate,multiply,0.6,1.5,0.05,\n\
    nursing,services.clinic.steps.nurse.for,multiply,0.6,1.4,0.05,\n\
    doctoring,services.clinic.steps.doctor.for,multiply,0.6,1.6,0.1,\n";

const TARGETS: &str =
    "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note\n";

/// Runs the clinic with parameters changed and gives some of its figures as targets.
fn truth(scratch: &Scratch, change: &str, seed: &str) -> String {
    scratch.write(
        "truth.toml",
        &CLINIC.replace(
            "title = \"A clinic\"\n",
            "title = \"Truth\"\nchanges = [\"true.toml\"]\n",
        ),
    );
    scratch.write("true.toml", change);
    let ran = uecsim_in(
        scratch.folder(),
        &[
            "run",
            "truth.toml",
            "--quiet",
            "--out",
            "truth",
            "--seed",
            seed,
            "--replications",
            "30",
        ],
    );
    assert_eq!(ran.exit, 0, "{}", ran.err);
    let summary = fs::read_to_string(scratch.path("truth/summary.csv")).expect("the run wrote it");
    let mut targets = TARGETS.to_owned();
    for (measure, statistic, unit, tolerance) in [
        ("attendances", "total", "patients", "1 %"),
        ("to_nurse", "mean", "min", "3 %"),
        ("in_clinic", "mean", "min", "3 %"),
    ] {
        let start = format!("truth,{measure},{statistic},{unit},all,all,");
        let row = summary
            .lines()
            .find(|row| row.starts_with(&start))
            .expect("it is measured");
        let mean = row[start.len()..].split(',').next().expect("a mean");
        targets.push_str(&format!(
            "g,{measure},{measure},{statistic},all,all,{mean},{unit},{tolerance},own output,\n"
        ));
    }
    targets
}

/// Value, and half-widths of the interval by chance, of a parameter in `fitted.csv`.
fn fitted(scratch: &Scratch, parameter: &str) -> (f64, Option<f64>) {
    let table = fs::read_to_string(scratch.path("out/fitted.csv")).expect("the fit wrote it");
    let row = table
        .lines()
        .find(|row| row.starts_with(&format!("{parameter},")))
        .expect("it is a parameter");
    let cells: Vec<&str> = row.split(',').collect();
    (cells[3].parse().expect("a number"), cells[4].parse().ok())
}

fn calibrate(scratch: &Scratch, further: &[&str]) -> Call {
    let arguments = [
        "calibrate",
        "clinic.toml",
        "--to",
        "targets.csv",
        "--free",
        "free.csv",
        "--quiet",
        "--out",
        "out",
    ];
    uecsim_in(scratch.folder(), &[&arguments, further].concat())
}

#[test]
fn known_parameters_are_recovered_from_the_scenarios_own_output() {
    let scratch = Scratch::new("calibrate");
    let change = "title = \"Truth\"\nevidence = [\"a test\"]\n[set]\n\
        \"arrivals.people.rate\" = { multiply = 1.2 }\n\
        \"services.clinic.steps.nurse.for\" = { multiply = 1.1 }\n\
        \"services.clinic.steps.doctor.for\" = { multiply = 0.8 }\n";
    // Other patients than those of the fit: recovered are parameters, not random numbers.
    scratch.write("targets.csv", &truth(&scratch, change, "77"));
    scratch.write("clinic.toml", CLINIC);
    scratch.write("free.csv", FREE);
    let call = calibrate(&scratch, &["--replications", "12"]);
    assert_eq!(call.exit, 0, "{}{}", call.out, call.err);
    for (parameter, true_value) in [("demand", 1.2), ("nursing", 1.1), ("doctoring", 0.8)] {
        let (value, half_width) = fitted(&scratch, parameter);
        let half_width = half_width.expect("it is determined");
        assert!(
            (value - true_value).abs() < half_width.max(0.02),
            "{parameter}: {value} ± {half_width}"
        );
        assert!((value - true_value).abs() < 0.08, "{parameter}: {value}");
    }
    let kept = fs::read_to_string(scratch.path("clinic.toml")).expect("it is there");
    assert_eq!(kept, CLINIC, "the user's file stays as it is");
    let report = fs::read_to_string(scratch.path("out/report.md")).expect("the fit wrote it");
    assert!(report.contains("3 of 3 targets are met"), "{report}");
    // The change file can be used, and gives what the report says.
    scratch.write(
        "used.toml",
        &CLINIC.replace(
            "title = \"A clinic\"\n",
            "title = \"Used\"\nchanges = [\"out/fitted.toml\"]\n",
        ),
    );
    let used = uecsim_in(scratch.folder(), &["check", "used.toml"]);
    assert_eq!(used.exit, 0, "{}", used.err);
    let again = calibrate(&scratch, &["--replications", "12", "--threads", "1"]);
    assert_eq!(again.exit, 0);
    let repeated = fs::read_to_string(scratch.path("out/report.md")).expect("the fit wrote it");
    assert_eq!(repeated, report, "one thread gives the same bytes");
}

#[test]
fn parameters_that_do_the_same_are_said_to() {
    let scratch = Scratch::new("calibrate-alike");
    scratch.write(
        "clinic.toml",
        &CLINIC
            .replace("rate = \"10 per day\"", "rate = \"120 per day\"")
            .replace("nurses = 3", "nurses = 6"),
    );
    scratch.write("free.csv", "name,path,how,low,high,step,note\n\
        one,arrivals.people.rate,multiply,0.5,1.5,0.1,\nother,arrivals.more.rate,multiply,0.5,1.5,0.1,\n");
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,total,all,all,15000,patients,1 %,s,\n"),
    );
    let call = calibrate(&scratch, &["--replications", "3"]);
    assert!(call.exit <= 1, "{}", call.err);
    let report = fs::read_to_string(scratch.path("out/report.md")).expect("the fit wrote it");
    assert!(report.contains("Hardly determined: "), "{report}");
    assert!(report.contains("not determined"), "{report}");
}

#[test]
fn pools_are_scaled_to_whole_units() {
    let change = "title = \"More\"\nevidence = [\"a test\"]\n[set]\n\"services.clinic.pools.*\" = { multiply = 1.4 }\n";
    let files = [("clinic.toml", CLINIC), ("more.toml", change)];
    let changes = Changes::Also(vec!["more.toml".to_owned()]);
    let loaded = load_with(
        "clinic.toml",
        &MemorySource::new(files),
        &changes,
        &Overrides::default(),
    );
    let loaded = loaded.unwrap_or_else(|refused| panic!("{}", refused.render()));
    let mut units: Vec<f64> = loaded.loads.iter().map(|load| load.capacity).collect();
    units.sort_by(f64::total_cmp);
    // 2 times 1.4 is 2.8, 3 times 1.4 is 4.2.
    assert_eq!(units, [3.0, 4.0]);
}

#[test]
fn faults_of_the_tables_and_of_the_paths_are_told_before_anything_runs() {
    let scratch = Scratch::new("calibrate-faults");
    scratch.write("clinic.toml", CLINIC);
    scratch.write("targets.csv", &format!("{TARGETS}g,n,attendances,total,all,all,many,patients,1 %,s,\ng,n,attendances,total,all,all,1,patients,a lot,s,\n"));
    scratch.write(
        "free.csv",
        "name,path,how,low,high,step,note\na,x.y,twice,0.5,1.5,,\n",
    );
    let call = calibrate(&scratch, &[]);
    assert_eq!((call.exit, call.out.as_str()), (2, ""));
    for place in ["targets.csv:2:", "targets.csv:3:", "free.csv:2:7"] {
        assert!(call.err.contains(place), "{place}:\n{}", call.err);
    }
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,total,all,all,1,patients,1 %,s,\n"),
    );
    scratch.write(
        "free.csv",
        "name,path,how,low,high,step,note\na,arrivals.peopel.rate,multiply,0.5,1.5,,\n",
    );
    let call = calibrate(&scratch, &[]);
    assert_eq!(call.exit, 2);
    assert!(
        call.err.contains("S113") && call.err.contains("peopel"),
        "{}",
        call.err
    );
    assert!(!scratch.folder().join("out").exists());
}

/// Monthly rows of the truth: 2019 to 2021 as the clinic is, with a share that nobody published before the forecast.
fn monthly() -> String {
    let mut text =
        "series,measure,statistic,site,cohort,unit,month,published,source,note\n".to_owned();
    for month in 0..36 {
        let (year, of_year) = (2019 + month / 12, month % 12 + 1);
        let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month % 12];
        // 130 a day, as the scenario has; the last year is what is forecast, in part.
        let attendances = 130 * days + if month % 2 == 0 { 30 } else { -30 };
        text.push_str(&format!("Attendances,attendances,total,all,all,patients,{year}-{of_year:02},{attendances},made up,\n"));
        let hidden = if year < 2021 || of_year < 7 {
            String::new()
        } else {
            "80".to_owned()
        };
        text.push_str(&format!("Within 30 min,in_clinic,within 30 min,all,all,%,{year}-{of_year:02},{hidden},made up,not published before July\n"));
        text.push_str(&format!("Calls,attendances,total,all,all,patients,{year}-{of_year:02},{attendances},made up,input: put in as it was\n"));
        text.push_str(&format!(
            "Queue,attendances,p50,all,all,patients,{year}-{of_year:02},1,made up,\n"
        ));
    }
    text
}

#[test]
fn a_year_is_forecast_with_intervals_beside_plain_rivals() {
    let scratch = Scratch::new("backtest");
    scratch.write("clinic.toml", CLINIC);
    scratch.write(
        "free.csv",
        "name,path,how,low,high,step,note\ndemand,arrivals.people.rate,multiply,0.6,1.5,0.1,\n",
    );
    // Half a year of 130 a day.
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,per day,all,all,130,patients,1 %,s,\n"),
    );
    scratch.write("monthly.csv", &monthly());
    let arguments = [
        "backtest",
        "clinic.toml",
        "--to",
        "targets.csv",
        "--free",
        "free.csv",
        "--monthly",
        "monthly.csv",
        "--from",
        "2021-07",
        "--months",
        "6",
        "--replications",
        "8",
        "--quiet",
        "--out",
        "out",
        "--page",
        "page.md",
    ];
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 0, "{}", call.err);
    let table = fs::read_to_string(scratch.path("out/forecast.csv")).expect("it was written");
    let rows: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect())
        .collect();
    assert_eq!(rows.len(), 6, "only attendances can be forecast:\n{table}");
    let mut covered = 0;
    for row in &rows {
        let number = |at: usize| -> f64 { row[at].parse().expect("a number") };
        let (published, forecast) = (number(7), number(8));
        // A month has some 4,000 patients: the mean of eight is within 3 %.
        assert!((forecast / published - 1.0).abs() < 0.03, "{row:?}");
        assert!(number(9) < forecast && forecast < number(10), "{row:?}");
        assert_eq!(
            row[11] == "1",
            number(9) <= published && published <= number(10)
        );
        covered += usize::from(row[11] == "1");
        // Every year was the same, so last year's month is exact.
        assert_eq!(number(12), published, "{row:?}");
        assert!(!row[13].is_empty(), "thirty months are enough to smooth");
    }
    assert!(covered >= 5, "{table}");
    let page = fs::read_to_string(scratch.path("page.md")).expect("it was written");
    for words in [
        "**Within 30 min**: not published before the forecast begins, so nothing was there to fit (not published before July)",
        "**Calls**: an input, not a forecast (input: put in as it was)",
        "**Queue**: the measure \"attendances\" has no statistic \"p50\"",
    ] {
        assert!(page.contains(words), "{words}:\n{page}");
    }
}

#[test]
fn a_backtest_says_what_is_wrong_with_its_months() {
    let scratch = Scratch::new("backtest-faults");
    scratch.write("clinic.toml", CLINIC);
    scratch.write("free.csv", FREE);
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,per day,all,all,130,patients,1 %,s,\n"),
    );
    let header = "series,measure,statistic,site,cohort,unit,month,published,source,note\n";
    scratch.write("monthly.csv", &format!("{header}A,attendances,total,all,all,patients,2021-13,1,s,\nA,attendances,total,all,all,patients,2021-01,x,s,\nA,attendances,total,all,all,patients,2021-01,2,s,\n"));
    let arguments = [
        "backtest",
        "clinic.toml",
        "--to",
        "targets.csv",
        "--free",
        "free.csv",
        "--monthly",
        "monthly.csv",
        "--from",
    ];
    let call = uecsim_in(scratch.folder(), &[&arguments[..], &["2021-07"]].concat());
    assert_eq!(call.exit, 2);
    for place in ["monthly.csv:2:38", "monthly.csv:3:46", "monthly.csv:4:38"] {
        assert!(call.err.contains(place), "{place}:\n{}", call.err);
    }
    scratch.write(
        "monthly.csv",
        &format!("{header}A,attendances,total,all,all,patients,2021-01,1,s,\n"),
    );
    let call = uecsim_in(scratch.folder(), &[&arguments[..], &["2020-07"]].concat());
    assert_eq!(call.exit, 2);
    assert!(
        call.err
            .contains("must start on the first of a month before 2020-07"),
        "{}",
        call.err
    );
}

#[test]
fn a_number_fitted_elsewhere_enters_a_forecast_only_with_a_reason() {
    let scratch = Scratch::new("backtest-kept");
    let calibrated = "rate = \"120 per day\"\nsource = \"counts of July to December 2021\"\nnature = \"calibrated\"";
    let clinic = CLINIC
        .replace("rate = \"120 per day\"", calibrated)
        .replace("rate = \"10 per day\"", &calibrated.replace("120", "10"));
    scratch.write("clinic.toml", &clinic);
    scratch.write(
        "free.csv",
        "name,path,how,low,high,step,note\ndemand,arrivals.people.rate,multiply,0.6,1.5,0.1,\n",
    );
    scratch.write(
        "targets.csv",
        &format!("{TARGETS}g,n,attendances,per day,all,all,130,patients,1 %,s,\n"),
    );
    scratch.write("monthly.csv", &monthly());
    let arguments = [
        "backtest",
        "clinic.toml",
        "--to",
        "targets.csv",
        "--free",
        "free.csv",
        "--monthly",
        "monthly.csv",
        "--from",
        "2021-07",
        "--months",
        "6",
        "--replications",
        "2",
        "--rounds",
        "1",
        "--quiet",
        "--out",
        "out",
    ];
    let call = uecsim_in(scratch.folder(), &arguments);
    assert_eq!(call.exit, 2);
    assert!(
        call.err
            .starts_with("error[E105]: 1 numbers are marked calibrated"),
        "{}",
        call.err
    );
    assert!(call.err.contains(": arrivals.more (1)"), "{}", call.err);
    assert!(!call.err.contains("arrivals.people"), "the fit moves it");
    let out = scratch.path("out");
    assert!(!Path::new(&out).exists(), "nothing is run or written");
    // A row that names nothing is refused at its cell.
    let with_kept = [&arguments[..], &["--kept", "kept.csv"]].concat();
    scratch.write("kept.csv", "path,reason\narrivals.mroe,a slip\n");
    let call = uecsim_in(scratch.folder(), &with_kept);
    assert_eq!(call.exit, 2);
    assert!(call.err.contains("kept.csv:2:1"), "{}", call.err);
    scratch.write(
        "kept.csv",
        "path,reason\narrivals.more,an input of this test\n",
    );
    let call = uecsim_in(scratch.folder(), &with_kept);
    assert_eq!(call.exit, 0, "{}", call.err);
    let page = fs::read_to_string(scratch.path("out/report.md")).expect("it was written");
    assert!(
        page.contains("| `arrivals.more` | 1 | an input of this test |"),
        "{page}"
    );
}

/// The project's files, and a change that stands in none.
struct WithChange(String);

impl Source for WithChange {
    fn read(&self, path: &str) -> Result<String, ReadFault> {
        if path.ends_with("change.toml") {
            return Ok(self.0.clone());
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        fs::read_to_string(path).map_err(|_| ReadFault::Missing)
    }
}

#[test]
fn the_tables_of_devons_backtest_fit_its_scenario() {
    let folder = "scenarios/experiments/devon-backtest";
    let source = WithChange(String::new());
    let workspace = Workspace::new(&source);
    let free = read::free(&workspace, &format!("{folder}/free.csv")).expect("it can be read");
    let targets =
        read::targets(&workspace, &format!("{folder}/targets.csv")).expect("they can be read");
    let months = uecsim::uec::history::series(&workspace, &format!("{folder}/monthly.csv"));
    let months = months.unwrap_or_else(|| panic!("{}", workspace.render()));
    let off: Vec<f64> = free.iter().map(|free| free.start() + free.step).collect();
    let source = WithChange(change_text(&free, &off, "A test", "a test"));
    let changes = Changes::Also(vec!["change.toml".to_owned()]);
    let loaded = load_with(
        &format!("{folder}.toml"),
        &source,
        &changes,
        &Overrides::default(),
    );
    let model = loaded
        .unwrap_or_else(|refused| panic!("{}", refused.render()))
        .model;
    let known = |id: &str| model.measures.iter().any(|measure| measure.id == id);
    assert!(targets.iter().all(|target| known(&target.measure)));
    let (_, found) = uecsim::experiment::backtest::monthly::with_accounts(
        model,
        &months,
        uecsim::report::format::statistic_key,
    );
    assert!(found.iter().all(Result::is_ok), "{found:?}");
    // Nothing of the forecast year is in the targets but calls to NHS 111, an input; Plymouth's hidden share has no past.
    let of_later = targets
        .iter()
        .filter(|target| target.source.contains("March 2024"));
    assert!(of_later.map(|target| &target.measure).eq(["nhs111_calls"]));
    let hidden = months
        .iter()
        .find(|series| series.name.starts_with("Within 4 h") && series.site == "derriford")
        .expect("it is listed");
    let before = hidden
        .months
        .iter()
        .filter(|(month, _)| month.written().as_str() < "2023-04");
    assert!(before.clone().count() > 12);
    let first = hidden
        .months
        .iter()
        .find(|(month, _)| month.written() == "2023-06")
        .expect("it is listed");
    assert!(
        first.1.is_some()
            && hidden
                .months
                .iter()
                .any(|(month, value)| month.written() == "2023-04" && value.is_none())
    );
    assert_eq!(
        free.iter().filter(|free| Free::start(free) == 1.0).count(),
        free.len()
    );
}
