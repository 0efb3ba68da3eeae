//! What is published of all England in the twelve months, as `uecsim fit` reads it.

use std::fmt::Write;

use super::super::tables::{Sheet, Sheets};

/// Rows of the table of published figures.
pub struct Published(Vec<String>);

impl Published {
    /// Figures that are not published in the period are left out.
    pub fn of(period: (&str, &str), sheets: &Sheets, national: &Sheet) -> Self {
        let mut all = Self(Vec::new());
        all.attendances(period, national);
        all.calls(period, &sheets.calls);
        all.ambulances(period, &sheets.ambulance);
        all.beds(period, &sheets.beds);
        all
    }

    pub fn table(&self) -> String {
        let mut text =
            "group,label,measure,statistic,site,cohort,published,unit,tolerance,source,note\n"
                .to_owned();
        for row in &self.0 {
            let _ = writeln!(text, "{row}");
        }
        text
    }

    /// `what`: group, label, measure, statistic, cohort; `how`: unit, tolerance, source.
    fn row(&mut self, what: [&str; 5], value: Option<f64>, how: [&str; 3]) {
        let ([group, label, measure, statistic, cohort], [unit, tolerance, source]) = (what, how);
        if let Some(value) = value.filter(|value| value.is_finite() && *value > 0.0) {
            self.0.push(format!(
                "{group},\"{label}\",{measure},{statistic},all,{cohort},{value:.2},{unit},{tolerance},\"{source}\","
            ));
        }
    }

    fn attendances(&mut self, period: (&str, &str), table: &Sheet) {
        let rows = rows_in(table, period, None);
        let sum = |column: usize| total(table, &rows, column);
        let source = "NHS England A&E monthly, England";
        let patients = ["patients", "3 %", source];
        let through = [7, 8, 9]
            .map(|column| sum(column).unwrap_or(0.0))
            .iter()
            .sum();
        let within = sum(4)
            .zip(sum(1))
            .map(|(over, all)| 100.0 - over / all * 100.0);
        for (kind, column) in [("1", 1), ("2", 2), ("3", 3)] {
            let (label, measure) = (
                format!("Attendances, type {kind}"),
                format!("attendances_type{kind}"),
            );
            self.row(
                ["A&E", &label, &measure, "total", "all"],
                sum(column),
                patients,
            );
        }
        self.row(
            [
                "A&E",
                "Within 4 h, type 1",
                "time_in_department",
                "within 4 h",
                "all",
            ],
            within,
            ["%", "10 points", source],
        );
        let admissions = ["admissions", "3 %", source];
        self.row(
            [
                "Admissions",
                "Emergency admissions through A&E",
                "emergency_admissions_via_ed",
                "total",
                "all",
            ],
            Some(through),
            admissions,
        );
        self.row(
            [
                "Admissions",
                "Emergency admissions not through A&E",
                "emergency_admissions_direct",
                "total",
                "all",
            ],
            sum(10),
            admissions,
        );
    }

    fn calls(&mut self, period: (&str, &str), table: &Sheet) {
        let rows = rows_in(table, period, None);
        let sum = |column: usize| total(table, &rows, column);
        let source = "Integrated Urgent Care ADC, all contracts";
        let share = |of: usize, among: usize| {
            sum(of)
                .zip(sum(among))
                .map(|(of, among)| of / among * 100.0)
        };
        self.row(
            [
                "NHS 111",
                "Calls received (A01)",
                "nhs111_calls",
                "total",
                "all",
            ],
            sum(2),
            ["calls", "3 %", source],
        );
        self.row(
            [
                "NHS 111",
                "Calls answered (A03)",
                "nhs111_answer_time",
                "count",
                "all",
            ],
            sum(3),
            ["calls", "3 %", source],
        );
        self.row(
            [
                "NHS 111",
                "Answered within 60 s (B01 over A03)",
                "nhs111_answer_time",
                "within 1 min",
                "all",
            ],
            share(4, 3),
            ["%", "10 points", source],
        );
        self.row(
            [
                "NHS 111",
                "Abandoned (B02 over A01)",
                "nhs111_abandoned",
                "percent",
                "all",
            ],
            share(5, 2),
            ["%", "5 points", source],
        );
    }

    /// Of England's own row.
    fn ambulances(&mut self, period: (&str, &str), table: &Sheet) {
        let rows = rows_in(table, period, Some("ENG"));
        let source = "NHS England Ambulance Quality Indicators, England";
        self.row(
            ["Ambulances", "Incidents", "incidents", "total", "all"],
            total(table, &rows, 2),
            ["incidents", "3 %", source],
        );
        for (category, n, mean) in [("1", 3, 4), ("2", 5, 6), ("3", 7, 8)] {
            let cohort = format!("category=C{category}");
            let label = format!("Incidents, category {category}");
            self.row(
                ["Ambulances", &label, "incidents", "total", &cohort],
                total(table, &rows, n),
                ["incidents", "10 %", source],
            );
            let label = format!("Response, category {category}, mean");
            self.row(
                ["Ambulances", &label, "ambulance_response", "mean", &cohort],
                weighted(table, &rows, n, mean).map(|seconds| seconds / 60.0),
                ["min", "30 %", source],
            );
        }
        let of_incidents = |column: usize| {
            let all = total(table, &rows, 2);
            let some = total(table, &rows, column);
            some.zip(all).map(|(some, all)| some / all * 100.0)
        };
        for (label, measure, column) in [
            ("Closed by telephone (A17 over A7)", "hear_and_treat", 11),
            ("Treated on scene (A55 over A7)", "see_and_treat", 12),
            (
                "Conveyed to a department (A53 over A7)",
                "conveyed_to_ed",
                13,
            ),
        ] {
            self.row(
                ["Ambulances", label, measure, "percent", "all"],
                of_incidents(column),
                ["%", "3 points", source],
            );
        }
        self.row(
            [
                "Ambulances",
                "Handover, mean (from October 2023)",
                "handover",
                "mean",
                "all",
            ],
            weighted(table, &rows, 9, 10).map(|seconds| seconds / 60.0),
            ["min", "30 %", source],
        );
    }

    fn beds(&mut self, period: (&str, &str), table: &Sheet) {
        let rows = rows_in(table, period, None);
        let sum = |columns: [usize; 2]| -> f64 {
            columns
                .iter()
                .filter_map(|&column| total(table, &rows, column))
                .sum()
        };
        self.row(
            [
                "Beds",
                "General and acute bed occupancy, adults and children",
                "bed_occupancy",
                "mean",
                "all",
            ],
            Some(sum([3, 5]) / sum([2, 4]) * 100.0),
            [
                "%",
                "3 points",
                "NHS England critical care and general and acute beds, all trusts",
            ],
        );
    }
}

/// Rows of the period, of one organisation if one is named.
fn rows_in(table: &Sheet, (from, until): (&str, &str), organisation: Option<&str>) -> Vec<usize> {
    let is_in = |row: &usize| {
        let month = table.text(*row, 0);
        from <= month.as_str()
            && month.as_str() <= until
            && organisation.is_none_or(|code| table.is(*row, 1, code))
    };
    table.rows().filter(is_in).collect()
}

fn total(table: &Sheet, rows: &[usize], column: usize) -> Option<f64> {
    let values: Vec<f64> = rows
        .iter()
        .filter_map(|&row| table.count(row, column))
        .collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

/// Mean of a column weighted by another.
fn weighted(table: &Sheet, rows: &[usize], weight: usize, column: usize) -> Option<f64> {
    let pairs = rows
        .iter()
        .filter_map(|&row| Some((table.count(row, weight)?, table.count(row, column)?)));
    let (weights, sum) = pairs.fold((0.0, 0.0), |(weights, sum), (weight, value)| {
        (weights + weight, sum + weight * value)
    });
    (weights > 0.0).then(|| sum / weights)
}
