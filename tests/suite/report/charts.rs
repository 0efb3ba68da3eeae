//! Every kind of chart draws one scenario and several, the same bytes each time.

use uecsim::report::charts::{self, Chart};
use uecsim::report::subject::{Outcome, Subject};

use super::fixture;

fn drawn(n_alternatives: usize) -> Vec<Chart> {
    let comparison = fixture::comparison(n_alternatives);
    charts::all(&Subject::new(Outcome::Comparison(&comparison)))
}

/// Set `UECSIM_CHARTS` to a folder to look at the charts there.
fn show(charts: &[Chart], prefix: &str) {
    let Some(folder) = std::env::var_os("UECSIM_CHARTS") else {
        return;
    };
    for chart in charts {
        let path = std::path::Path::new(&folder).join(format!("{prefix}-{}", chart.id));
        std::fs::write(path.with_extension("svg"), &chart.svg).expect("the folder exists");
        #[cfg(feature = "png")]
        {
            let png = uecsim::report::png::from_svg(&chart.svg).expect("the chart is valid SVG");
            std::fs::write(path.with_extension("png"), png).expect("the folder exists");
        }
    }
}

#[test]
fn every_kind_of_chart_draws_one_scenario_and_several() {
    let n_charts = fixture::results("traditional", "Traditional", 1.0)
        .model
        .charts
        .len();
    for n_alternatives in [0, 1, 3] {
        let charts = drawn(n_alternatives);
        show(&charts, &n_alternatives.to_string());
        let n_steps = usize::from(n_alternatives == 1);
        assert_eq!(charts.len(), n_charts + n_steps);
        for chart in &charts {
            assert!(
                chart.svg.contains("<path") || chart.svg.contains("<rect"),
                "{} is empty",
                chart.id
            );
            assert!(
                !chart.svg.contains("NaN") && !chart.title.contains("NaN"),
                "{}",
                chart.title
            );
            assert!(
                chart
                    .table
                    .rows
                    .iter()
                    .all(|row| row.len() == chart.table.columns.len()),
                "{}",
                chart.id
            );
            assert!(!chart.alt.is_empty() && chart.read.starts_with("How to read"));
        }
    }
}

#[test]
fn charts_are_the_same_bytes_each_time() {
    assert_eq!(drawn(1), drawn(1));
}
