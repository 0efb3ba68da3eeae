//! The report of a warm-up: a page in Markdown and its tables.

use std::fmt::Write;

use crate::experiment::summarise::estimate;
use crate::experiment::warm_up::{Changing, Level, Unsteady, WEEK, WarmUp};
use crate::stats::steady_state::{Truncation, welch};
use crate::stats::summary::mean;

use super::findings::interval;
use super::format::{exact, exact_or_empty, number, quantity};
use super::tables::Sheet;

/// What was found, in sentences.
pub fn finding(found: &WarmUp) -> Vec<String> {
    let present = days(found.present.minutes());
    let Some(recommended) = found.recommended() else {
        let mut sentences =
            vec!["No warm-up is recommended: there is no steady state to wait for.".to_owned()];
        sentences.extend(found.unsteady.iter().map(unsteady_words));
        return sentences;
    };
    let wanted = days(recommended.minutes());
    let slowest = slowest(found).map_or_else(String::new, |level| {
        format!(
            " (it is \u{201c}{}\u{201d} that takes longest)",
            level.followed.title
        )
    });
    let judged = if recommended.0 == 0 {
        "The course shows no start to be left out.".to_owned()
    } else {
        format!("Recommended warm-up: {wanted}{slowest}.")
    };
    let has = match found.present.0 {
        0 => "The scenario has none".to_owned(),
        _ => format!("The scenario has {present}"),
    };
    let verdict = if found.present >= recommended {
        "which is enough."
    } else {
        "which is too short."
    };
    vec![judged, format!("{has}, {verdict}")]
}

fn slowest(found: &WarmUp) -> Option<&Level> {
    let cut = |level: &&Level| level.cut.map_or(0, |cut| cut.leave_out);
    let most = found.levels.iter().map(|level| cut(&level)).max()?;
    found.levels.iter().find(|level| cut(level) == most)
}

/// `14 days`.
fn days(minutes: f64) -> String {
    let days = minutes / 1440.0;
    let plural = if days == 1.0 { "" } else { "s" };
    format!("{} day{plural}", exact(days))
}

pub fn unsteady_words(reason: &Unsteady) -> String {
    match reason {
        Unsteady::LineGrows { line, before, last } => format!(
            "The line for {line} keeps growing: {} waiting in the third quarter of the run, {} in the last, so that every wait there depends on how long \
             the run is.",
            number(*before),
            number(*last)
        ),
        Unsteady::Drifts {
            level,
            unit,
            before,
            last,
        } => format!(
            "\u{201c}{level}\u{201d} drifts: {} in the third quarter of the run, {} in the last.",
            quantity(*before, unit),
            quantity(*last, unit)
        ),
        Unsteady::NotSettled { level } => format!(
            "\u{201c}{level}\u{201d} has not settled in the first half of the run: follow it for longer (--length)."
        ),
        Unsteady::TooShort { least_weeks } => format!(
            "The run is too short to tell: follow it for {least_weeks} weeks at least (--length)."
        ),
    }
}

/// Why a scenario is not followed at all.
pub fn changing_words(change: &Changing) -> String {
    match change {
        Changing::Recorded(stream) => format!("the arrivals of {stream} are recorded ones"),
        Changing::Rollout(title) => format!("a change comes into force during the run ({title})"),
        Changing::Roster(line) => format!("{line} has a roster over the run"),
        Changing::Slots(calendar) => format!("the slots of {calendar} change during the run"),
    }
}

/// The means over replications after the warm-up that is recommended (or the first half), level by level.
pub fn means_after(found: &WarmUp, level: &Level) -> Vec<f64> {
    let skip = skipped_values(found, level);
    let runs = level.by_run.iter();
    runs.filter_map(|run| mean(&run[skip.min(run.len())..]))
        .collect()
}

fn skipped_values(found: &WarmUp, level: &Level) -> usize {
    let n = level.by_run.iter().map(Vec::len).min().unwrap_or(0);
    match found.recommended() {
        Some(span) => ((span.minutes() / 60.0) as usize).div_ceil(found.hours_of_value()),
        None => n / 2,
    }
}

/// Half-widths of the moving average, in hours: half a week where weeks are whole, else half a day.
pub fn window_hours(found: &WarmUp) -> usize {
    if found.is_weekly { WEEK / 2 } else { 12 }
}

fn cut_words(cut: Option<Truncation>) -> String {
    match cut {
        None => "too short to tell".to_owned(),
        Some(cut) if !cut.is_settled => "not settled".to_owned(),
        Some(cut) => format!("{} days", number(cut.leave_out as f64 / 24.0)),
    }
}

/// The page; `picture` is the file of its chart.
pub fn page(found: &WarmUp, command: &str, picture: &str) -> String {
    let model = &found.model;
    let batches = if found.is_weekly {
        "Something changes with the hour or the day, so that values are means over whole weeks, counted from the start: MSER is taken over weeks, and the \
         moving average over a week. The season is held at the day of the start"
    } else {
        "Nothing changes with the hour or the day: MSER-5 is taken over hours, five to a batch, and the moving average over a day"
    };
    let mut page = format!(
        "# {}: warm-up\n\n**{}**\n\nWritten by `{command}`: {} replications of {} from the start of the scenario, seed {}. {batches}. A trend is one that \
         replications share in the second half of the run (99 % confidence for all levels and lines together) and that moves the level by more than 5 %.\n\n\
         ![Courses of key levels]({picture})\n\n\
         | level | MSER | mean after that (95 % interval) | half-width |\n|---|---|---|---|\n",
        model.title,
        finding(found).join(" "),
        found.n_replications,
        days(model.run.length.minutes()),
        model.run.seed,
    );
    for level in &found.levels {
        let (mean, half) = match estimate(&means_after(found, level)) {
            Some(estimate) => (
                format!(
                    "{} ({})",
                    quantity(estimate.mean, &level.followed.unit),
                    interval(&estimate)
                ),
                share_of_mean(estimate.mean, estimate.high - estimate.mean),
            ),
            None => Default::default(),
        };
        let _ = writeln!(
            page,
            "| {} | {} | {mean} | {half} |",
            level.followed.title,
            cut_words(level.cut)
        );
    }
    page.push_str(
        "\nSources: White (1997), Simulation 69:323, and White, Cobb & Spratt (2000), Winter Simulation Conference, 755 (MSER); Welch (1983) and Law (2015), \
         Simulation Modeling and Analysis, sec. 9.5.1 (moving averages); Hoad, Robinson & Davies (2010), Journal of the Operational Research Society 61:1389 \
         (MSER-5 over the mean of several replications).\n",
    );
    page
}

/// `2.1 % of the mean`.
pub fn share_of_mean(mean: f64, half_width: f64) -> String {
    let share = 100.0 * half_width / mean.abs();
    match share.is_finite() {
        true => format!("{} % of the mean", number(share)),
        false => String::new(),
    }
}

/// `warm-up.csv`: one row for each level.
pub fn table(found: &WarmUp) -> String {
    let mut sheet = Sheet::new(&[
        "scenario",
        "level",
        "unit",
        "mser_days",
        "settled",
        "mean",
        "ci_low",
        "ci_high",
        "n",
    ]);
    for level in &found.levels {
        let after = estimate(&means_after(found, level));
        let finite = |value: f64| value.is_finite().then_some(value);
        sheet.push(&[
            found.model.name.clone(),
            level.followed.title.clone(),
            level.followed.unit.clone(),
            exact_or_empty(level.cut.map(|cut| cut.leave_out as f64 / 24.0)),
            u8::from(level.cut.is_some_and(|cut| cut.is_settled)).to_string(),
            exact_or_empty(after.map(|after| after.mean)),
            exact_or_empty(after.and_then(|after| finite(after.low))),
            exact_or_empty(after.and_then(|after| finite(after.high))),
            after.map_or(0, |after| after.n).to_string(),
        ]);
    }
    sheet.finish()
}

/// `courses.csv`: by level and hour from the start, the mean over replications and its moving average.
pub fn courses(found: &WarmUp) -> String {
    let mut sheet = Sheet::new(&[
        "scenario",
        "level",
        "unit",
        "hour",
        "mean",
        "moving_average",
    ]);
    for level in &found.levels {
        let averages = welch(&level.mean, window_hours(found));
        for (hour, value) in level.mean.iter().enumerate() {
            sheet.push(&[
                found.model.name.clone(),
                level.followed.title.clone(),
                level.followed.unit.clone(),
                hour.to_string(),
                exact(*value),
                exact_or_empty(averages.get(hour).copied()),
            ]);
        }
    }
    sheet.finish()
}
