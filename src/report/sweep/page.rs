//! The page and the charts of a sweep.

use super::tried::Drawn;
use crate::experiment::design::{Design, Experiment};
use crate::report::charts::svg::escape;
use crate::report::charts::sweep_map::Map;
use crate::report::charts::{Chart, sweep_curve, sweep_map, tornado};
use crate::report::html::elements::{Cell, paragraph, section, table};
use crate::report::html::{document, figures};
use crate::report::run_json::Provenance;
use crate::report::tables::of_chart;
use crate::report::{OutputFile, chart_files, file};

/// How the sweep went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub n_points: u32,
    pub n_replications: u64,
    /// Scenarios at points that cannot run.
    pub n_refused: u64,
    pub n_failed: u64,
    /// Of a part: `part 2 of 4`; else empty.
    pub part: String,
    /// Of each scenario: name, seed, replications, days.
    pub scenarios: Vec<[String; 4]>,
}

/// The page, the charts as pictures and numbers, and the answers to the goal.
pub fn files(
    experiment: &Experiment,
    account: &Account,
    drawn: Option<&Drawn>,
    provenance: &Provenance,
) -> Vec<OutputFile> {
    let charts = drawn.map_or_else(Vec::new, charts);
    let page = page(experiment, account, drawn, &charts, provenance);
    let mut files = vec![file("report.html".to_owned(), page)];
    files.extend(chart_files(&charts));
    for map in drawn.into_iter().flat_map(maps) {
        if let Some(answers) = map.answer_table() {
            let name = format!("goal-{}.csv", map.tried.scenario);
            files.push(file(name, of_chart(&answers)));
        }
    }
    files
}

fn maps(drawn: &Drawn) -> Vec<Map<'_>> {
    let tried = drawn.tried.iter();
    tried.filter_map(|tried| Map::new(drawn, tried)).collect()
}

/// Names tell scenarios and numbers apart.
fn charts(drawn: &Drawn) -> Vec<Chart> {
    let id = |kind: &str, at: usize| {
        let tried = &drawn.tried[at];
        let statistic = tried.number.statistic.replace(' ', "-");
        format!(
            "{kind}-{}-{}-{statistic}",
            tried.scenario, tried.number.measure
        )
    };
    let each = drawn.tried.iter().enumerate();
    each.filter_map(|(at, tried)| match drawn.design {
        Design::OneAtATime { .. } => tornado::draw(drawn, tried, &id("tornado", at)),
        _ if drawn.parameters.len() == 1 => sweep_curve::draw(drawn, tried, &id("curve", at)),
        _ => {
            let map = Map::new(drawn, tried)?;
            sweep_map::draw(&map, &id("map", at))
        }
    })
    .collect()
}

fn page(
    experiment: &Experiment,
    account: &Account,
    drawn: Option<&Drawn>,
    charts: &[Chart],
    provenance: &Provenance,
) -> String {
    let mut sections = vec![
        ("findings", "What was found", findings(account, charts)),
        ("charts", "Charts", figures(charts)),
        ("goal", "What it takes to meet the goal", answers(drawn)),
        ("design", "What was varied", design(experiment, account)),
        ("reproduce", "How to run this again", again(provenance)),
    ];
    sections.retain(|(_, _, body)| !body.is_empty());
    let sections: Vec<(&str, &str, String)> = sections
        .into_iter()
        .map(|(id, heading, body)| (id, heading, section(id, heading, &body)))
        .collect();
    let header = paragraph("subtitle", &what(experiment, account));
    document(&escape(&experiment.title), &header, &sections, provenance)
}

fn what(experiment: &Experiment, account: &Account) -> String {
    let kind = experiment.design.as_ref().map_or("", Design::kind);
    let part = match account.part.as_str() {
        "" => String::new(),
        part => format!(" ({part})"),
    };
    format!(
        "{kind}: {} points{part} of {} scenarios, {} replications, the same patients at every point.",
        account.n_points,
        account.scenarios.len(),
        account.n_replications
    )
}

fn findings(account: &Account, charts: &[Chart]) -> String {
    let mut html = "<div class=\"findings\">\n".to_owned();
    for chart in charts {
        html.push_str(&paragraph("", &format!("{}.", chart.title)));
    }
    if charts.is_empty() {
        let words = "This design is for other programs to draw: results.parquet and results.csv have every replication, summary.csv every point with its interval.";
        html.push_str(&paragraph("", words));
    }
    if account.n_refused + account.n_failed > 0 {
        let words = format!(
            "{} scenarios could not run at their point and {} replications failed: failures.csv says which and why. They are in no other table.",
            account.n_refused, account.n_failed
        );
        html.push_str(&paragraph("", &words));
    }
    html.push_str("</div>\n");
    html
}

fn answers(drawn: Option<&Drawn>) -> String {
    let mut html = String::new();
    for map in drawn.into_iter().flat_map(maps) {
        let Some(answers) = map.answer_table() else {
            continue;
        };
        let rows = answers.rows.iter();
        let rows = rows.map(|row| row.iter().map(|cell| Cell::words(cell)).collect());
        let caption = format!("{}: {}", map.tried.scenario, map.tried.number.words());
        html.push_str(&table(&caption, &answers.columns, rows));
    }
    if !html.is_empty() {
        let words = "Levels of the grid whose mean meets the goal; where the interval reaches past the goal, chance may have decided.";
        html.push_str(&paragraph("note", words));
    }
    html
}

fn design(experiment: &Experiment, account: &Account) -> String {
    let columns = ["Parameter", "From", "To", "Base", "How", "Paths", "Source"].map(str::to_owned);
    let rows = experiment.parameters.iter().map(|parameter| {
        let unit = parameter.unit();
        let shown = |value| format!("{} {unit}", parameter.shown(value));
        let paths: Vec<&str> = parameter
            .moved
            .iter()
            .map(|moved| moved.path.as_str())
            .collect();
        vec![
            Cell::words(&parameter.title),
            Cell::words(shown(parameter.low()).trim_end()),
            Cell::words(shown(parameter.high()).trim_end()),
            Cell::words(shown(parameter.base()).trim_end()),
            Cell::words(parameter.how().word()),
            Cell::path(&paths.join(", ")),
            Cell::words(match parameter.origin.as_str() {
                "" => "not said",
                origin => origin,
            }),
        ]
    });
    let varied = table("Parameters", &columns, rows);
    let columns = ["Scenario", "Seed", "Replications", "Days"].map(str::to_owned);
    let rows = account.scenarios.iter();
    let rows = rows.map(|row| row.iter().map(|cell| Cell::words(cell)).collect());
    varied + &table("Scenarios", &columns, rows)
}

fn again(provenance: &Provenance) -> String {
    let command = format!("<pre><code>{}</code></pre>\n", escape(&provenance.command));
    let words = "run.json has the hashes of every input and output; the same version, inputs and seed give the same bytes at any number of threads, in one go, resumed or in parts.";
    command + &paragraph("", words)
}

/// One sentence for a terminal.
pub fn sentence(account: &Account, charts: &[String]) -> String {
    let done = format!(
        "{} points, {} replications.",
        account.n_points, account.n_replications
    );
    std::iter::once(done)
        .chain(charts.iter().map(|title| format!("{title}.")))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What charts found, in words.
pub fn titles(drawn: &Drawn) -> Vec<String> {
    charts(drawn).into_iter().map(|chart| chart.title).collect()
}
