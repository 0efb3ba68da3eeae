//! The same patients in both scenarios: the share of each group who wait longer and less, in bands of how much.

use crate::experiment::counterfactual::{Change, Counterfactual, N_BANDS, SAME};
use crate::report::counterfactuals::{band_name, moved, share};
use crate::report::findings::interval;
use crate::report::format::{number, signed, uncapitalised, with_decimals};
use crate::report::subject::{Scenario, Subject, cohort_title};

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::theme::{self, AXIS, GRID, INK, LABEL_SIZE, MARGIN, QUIET, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, text};

const READ: &str = "each bar is one group of patients, the same people in both scenarios; to the left of the line are those who wait \
                    less under the alternative, to the right those who wait longer, darker the more. Those with the same wait are not \
                    drawn. At the right the mean difference with its 95 % interval.";
/// Attributes with more levels (zones) are left to the tables, as are groups beyond these.
const MOST_LEVELS: usize = 10;
const MOST_ROWS: usize = 30;
const KEY_ROOM: f64 = 46.0;
const HEADING: f64 = 24.0;
const ROW: f64 = 21.0;
const BAR: f64 = 14.0;
const AXIS_ROOM: f64 = 40.0;
const NAMES_WIDTH: f64 = 196.0;
const VALUES_WIDTH: f64 = 190.0;

struct Row<'a> {
    heading: Option<String>,
    name: String,
    change: &'a Change,
}

/// One chart for each alternative whose patients were followed.
pub fn draw<'a>(subject: &'a Subject<'a>) -> Vec<(String, Drawing<'a>)> {
    let alternatives = subject.alternatives();
    let followed = alternatives
        .iter()
        .filter_map(|scenario| Some((scenario, scenario.patients?)));
    followed
        .filter_map(|(scenario, patients)| {
            // With hyphens, which no name of a chart has.
            let id = match alternatives.len() {
                1 => "longer-or-less".to_owned(),
                _ => format!("longer-or-less-{}", scenario.results.model.name),
            };
            Some((id, drawing(subject, scenario, patients)?))
        })
        .collect()
}

fn drawing<'a>(
    subject: &'a Subject<'a>,
    scenario: &'a Scenario<'a>,
    patients: &'a Counterfactual,
) -> Option<Drawing<'a>> {
    let rows = rows(subject, patients);
    let all = rows.first()?.change;
    let time = &patients.times[0];
    let title = format!(
        "{}: {} of patients spend less time in queues, {} more, the others the same",
        scenario.label,
        share(Some(all.shorter?)),
        share(Some(all.longer?)),
    );
    let subtitle = format!(
        "{}, {} minus {}, of the same patient ({}); groups as known on arrival; {}, {} patients in each, 95 % intervals.",
        time.title,
        scenario.label,
        subject.baseline().label,
        time.unit,
        match patients.replications.len() {
            1 => "1 replication".to_owned(),
            n => format!("{n} replications"),
        },
        number(all.patients.mean)
    );
    let names: Vec<String> = (0..N_BANDS).map(|band| band_name(time, band)).collect();
    let table = table(&rows, &names, &time.unit);
    let alt = format!(
        "Bars to the left for patients who wait less and to the right for those who wait longer, one row per group. {title}. The \
         table has the values."
    );
    let headings = rows.iter().filter(|row| row.heading.is_some()).count();
    let height = KEY_ROOM + rows.len() as f64 * ROW + headings as f64 * HEADING + AXIS_ROOM;
    let unit = time.unit.clone();
    let paint = move |canvas: &Canvas, top: f64| paint(canvas, &rows, &names, &unit, top);
    Some(Drawing {
        title,
        subtitle,
        read: READ,
        alt,
        table,
        height,
        paint: Box::new(paint),
    })
}

/// All patients, then whole attributes as far as there is room.
fn rows<'a>(subject: &Subject<'_>, patients: &'a Counterfactual) -> Vec<Row<'a>> {
    let model = subject.model();
    let changes = &patients.changes[0];
    let mut rows = vec![Row {
        heading: None,
        name: "All patients".to_owned(),
        change: &changes[0],
    }];
    for (position, attribute) in model.names.attributes.iter().enumerate() {
        let levels = patients.groups.iter().zip(changes);
        let levels: Vec<_> = levels
            .filter(|(group, change)| {
                group.attribute == Some(position) && change.patients.mean > 0.0
            })
            .collect();
        if levels.len() > MOST_LEVELS || rows.len() + levels.len() > MOST_ROWS {
            continue;
        }
        for (order, (group, change)) in levels.into_iter().enumerate() {
            let by = if attribute.title.is_empty() {
                &attribute.id
            } else {
                &attribute.title
            };
            let level = attribute.levels.iter().find(|level| {
                group.cohort.split_once('=').map(|(_, id)| id) == Some(level.id.as_str())
            });
            let name = level.map_or_else(
                || cohort_title(model, &group.cohort),
                |level| match level.title.as_str() {
                    "" => level.id.clone(),
                    title => title.to_owned(),
                },
            );
            rows.push(Row {
                heading: (order == 0).then(|| format!("By {}", uncapitalised(by))),
                name,
                change,
            });
        }
    }
    rows
}

/// Percent of a group in each band.
fn percents(change: &Change) -> [f64; N_BANDS] {
    let patients = change.patients.mean;
    change.bands.map(|band| {
        if patients > 0.0 {
            100.0 * band.mean / patients
        } else {
            0.0
        }
    })
}

fn table(rows: &[Row<'_>], names: &[String], unit: &str) -> ChartTable {
    let mut columns = vec!["Group".to_owned(), "Patients".to_owned()];
    columns.extend(names.iter().map(|name| format!("{name} (%)")));
    columns.push(format!("Mean difference ({unit})"));
    columns.push("95 % interval".to_owned());
    let mut heading = String::new();
    let mut cells = Vec::new();
    for row in rows {
        if let Some(new) = &row.heading {
            heading.clone_from(new);
        }
        let name = match heading.as_str() {
            "" => row.name.clone(),
            heading => format!("{heading}: {}", row.name),
        };
        let mut of_row = vec![name, number(row.change.patients.mean)];
        let percents = percents(row.change);
        of_row.extend(percents.map(|percent| with_decimals(percent, 1)));
        let mean = row.change.mean_difference.as_ref();
        of_row.push(mean.map_or_else(String::new, |mean| signed(mean.mean)));
        of_row.push(mean.map(interval).unwrap_or_default());
        cells.push(of_row);
    }
    ChartTable {
        columns,
        rows: cells,
    }
}

/// Fill of a band: blue to the left, orange to the right, darker the further out.
fn fill(band: usize) -> plotters::style::RGBColor {
    if band < SAME {
        theme::band(SAME - band, SAME + 1).0
    } else {
        theme::worse_band(band - SAME - 1)
    }
}

fn paint(canvas: &Canvas, rows: &[Row<'_>], names: &[String], unit: &str, top: f64) {
    paint_key(canvas, names, top);
    let (from, to) = (MARGIN + NAMES_WIDTH, WIDTH - MARGIN - VALUES_WIDTH);
    let side = |bands: std::ops::Range<usize>| {
        rows.iter()
            .map(|row| percents(row.change)[bands.clone()].iter().sum::<f64>())
            .fold(0.0, f64::max)
    };
    // Ends on a whole ten, with room for the number beside the longest bar.
    let most = |percent: f64| ((percent + 8.0) / 10.0).ceil().max(1.0) * 10.0;
    let (left, right) = (most(side(0..SAME)), most(side(SAME + 1..N_BANDS)));
    let x_at = |percent: f64| from + (percent + left) / (left + right) * (to - from);
    let bottom = {
        let headings = rows.iter().filter(|row| row.heading.is_some()).count() as f64;
        top + KEY_ROOM + rows.len() as f64 * ROW + headings * HEADING
    };
    let step = if left + right > 120.0 { 20 } else { 10 };
    let first = -(left as i64) / step * step;
    for tick in (first..=right as i64).step_by(step as usize) {
        let x = x_at(tick as f64);
        let colour = if tick == 0 { AXIS } else { GRID };
        canvas.line(
            &[(x, top + KEY_ROOM - 4.0), (x, bottom)],
            Stroke::solid(colour, 1.0),
        );
        let lettering = Lettering::plain(TICK_SIZE, QUIET).align(Align::Centre);
        canvas.text(x, bottom + 11.0, &tick.abs().to_string(), lettering);
    }
    let axis = Lettering::plain(TICK_SIZE, QUIET);
    canvas.text(
        x_at(0.0) - 8.0,
        bottom + 28.0,
        "← less, % of the group",
        axis.align(Align::Right),
    );
    canvas.text(x_at(0.0) + 8.0, bottom + 28.0, "longer, % →", axis);
    let mut y = top + KEY_ROOM;
    for row in rows {
        if let Some(heading) = &row.heading {
            let lettering = Lettering::plain(LABEL_SIZE, INK).bold();
            let heading = text::shorten(heading, LABEL_SIZE, true, to - MARGIN);
            canvas.text(MARGIN, y + HEADING / 2.0 + 2.0, &heading, lettering.halo());
            y += HEADING;
        }
        paint_row(canvas, row, unit, y + ROW / 2.0, &x_at);
        y += ROW;
    }
}

fn paint_row(canvas: &Canvas, row: &Row<'_>, unit: &str, y: f64, x_at: &dyn Fn(f64) -> f64) {
    let name = text::shorten(&row.name, LABEL_SIZE, false, NAMES_WIDTH - 12.0);
    canvas.text(MARGIN, y, &name, Lettering::plain(LABEL_SIZE, INK));
    let percents = percents(row.change);
    let bar = |from: f64, to: f64, band: usize| {
        let (from, to) = (x_at(from), x_at(to));
        canvas.rectangle(from..to, y - BAR / 2.0..y + BAR / 2.0, fill(band));
    };
    let (mut left, mut right) = (0.0, 0.0);
    // From the line outwards, so that the smallest differences lie next to it.
    for size in 1..=SAME {
        let (less, more) = (SAME - size, SAME + size);
        bar(left - percents[less], left, less);
        left -= percents[less];
        bar(right, right + percents[more], more);
        right += percents[more];
    }
    let label = Lettering::plain(TICK_SIZE, INK).halo();
    let of = |percent: f64| with_decimals(percent, 0);
    canvas.text(x_at(left) - 4.0, y, &of(-left), label.align(Align::Right));
    canvas.text(x_at(right) + 4.0, y, &of(right), label);
    if let Some(mean) = &row.change.mean_difference {
        let words = format!("{} ({})", moved(mean.mean, unit), interval(mean));
        let words = text::shorten(&words, TICK_SIZE, false, VALUES_WIDTH - 4.0);
        let lettering = Lettering::plain(TICK_SIZE, INK).align(Align::Right);
        canvas.text(WIDTH - MARGIN, y, &words, lettering);
    }
}

fn paint_key(canvas: &Canvas, names: &[String], top: f64) {
    for (line, bands) in [(0..SAME), (SAME + 1..N_BANDS)].into_iter().enumerate() {
        let y = top + 9.0 + line as f64 * 18.0;
        let mut x = MARGIN;
        let mut bands: Vec<usize> = bands.collect();
        if line == 0 {
            bands.reverse();
        }
        for band in bands {
            canvas.rectangle(x..x + 14.0, y - 6.0..y + 6.0, fill(band));
            canvas.text(x + 19.0, y, &names[band], Lettering::plain(TICK_SIZE, INK));
            x += 19.0 + text::width(&names[band], TICK_SIZE, false) + 16.0;
        }
    }
}
