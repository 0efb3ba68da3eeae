//! Parameters on the plane of Morris: how much each matters against how unevenly it acts.

use crate::report::format::{exact, exact_or_empty, number};

use super::canvas::{Canvas, Lettering, Stroke};
use super::theme::{self, INK, MARGIN, QUIET, STANDARD, TICK_SIZE, WIDTH};
use super::{ChartTable, Drawing, axis, text};

const READ: &str = "each numbered point is a parameter. Further right it matters more; the bar is the 95 % interval over trajectories. Further up it acts less \
     evenly, because its effect bends or hangs on other parameters: above the dashed line more than half of what it does. Left of the dotted line it cannot be told from chance.";
const PLOT: f64 = 330.0;
const LEFT: f64 = 62.0;
const LIST: f64 = 270.0;
const HEAD: f64 = 26.0;
const ROW: f64 = 17.0;

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    pub name: String,
    pub mu_star: f64,
    pub low: f64,
    pub high: f64,
    pub sigma: f64,
    pub mu: f64,
    pub is_told_from_noise: bool,
    /// Part of the variance of its effects that common random numbers saved.
    pub saved: Option<f64>,
}

pub struct Plane {
    pub title: String,
    pub subtitle: String,
    pub unit: String,
    /// In order of mu*, the greatest first.
    pub points: Vec<Point>,
    /// The mu* of noise alone.
    pub floor: Option<f64>,
}

/// None without points.
pub fn draw(plane: &Plane) -> Option<Drawing<'_>> {
    if plane.points.is_empty() {
        return None;
    }
    let list = HEAD + listed(plane).len() as f64 * ROW + ROW;
    let plot = HEAD + PLOT + axis::TICKS_ROOM + axis::TITLE_ROOM + 8.0;
    Some(Drawing {
        title: plane.title.clone(),
        subtitle: plane.subtitle.clone(),
        read: READ,
        alt: format!("{} The table has the values.", plane.title),
        table: table(plane),
        height: plot.max(list),
        paint: Box::new(move |canvas, top| paint(canvas, plane, top)),
    })
}

/// Points that have a place in the list.
fn listed(plane: &Plane) -> &[Point] {
    &plane.points[..plane.points.len().min(20)]
}

fn table(plane: &Plane) -> ChartTable {
    let columns = [
        "Parameter",
        "mu*",
        "Low",
        "High",
        "sigma",
        "mu",
        "Told from chance",
        "Variance saved by common random numbers",
    ];
    let rows = plane.points.iter().map(|point| {
        let told = if point.is_told_from_noise {
            "yes"
        } else {
            "no"
        };
        vec![
            point.name.clone(),
            exact(point.mu_star),
            exact(point.low),
            exact(point.high),
            exact(point.sigma),
            exact(point.mu),
            told.to_owned(),
            exact_or_empty(point.saved),
        ]
    });
    ChartTable {
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}

fn paint(canvas: &Canvas, plane: &Plane, top: f64) {
    let most = |of: fn(&Point) -> f64| plane.points.iter().map(of).fold(1e-9, f64::max);
    let across = axis::ticks(0.0, most(|point| point.high), 6.0);
    let up = axis::ticks(0.0, most(|point| point.sigma), 6.0);
    axis::heading(
        canvas,
        MARGIN,
        top + 8.0,
        "sigma: unevenness ",
        &format!("({})", plane.unit),
    );
    let panel = canvas.panel(
        LEFT..WIDTH - MARGIN - LIST,
        top + HEAD..top + HEAD + PLOT,
        0.0..across[across.len() - 1],
        0.0..up[up.len() - 1],
    );
    axis::y_axis(&panel, &up, |tick| axis::tick_text(tick, &up));
    axis::x_axis(&panel, &across, |tick| axis::tick_text(tick, &across));
    axis::x_title(
        &panel,
        &format!("mu*: mean effect across the range ({})", plane.unit),
    );
    let end = panel.x_data.end.min(panel.y_data.end);
    panel.line(
        vec![(0.0, 0.0), (end, end)],
        Stroke {
            colour: QUIET,
            width: 1.0,
            dash: "6 4",
        },
    );
    if let Some(floor) = plane.floor.filter(|floor| *floor < panel.x_data.end) {
        panel.line(
            vec![(floor, 0.0), (floor, panel.y_data.end)],
            Stroke {
                colour: STANDARD,
                width: 1.5,
                dash: "1.5 3",
            },
        );
    }
    let style = theme::series(0);
    // The greatest last, on top of the others.
    for (at, point) in plane.points.iter().enumerate().rev() {
        let y = panel.y_at(point.sigma);
        let bar = [
            (panel.x_at(point.low.max(0.0)), y),
            (panel.x_at(point.high), y),
        ];
        canvas.line(&bar, Stroke::solid(theme::series(2).colour, 1.5));
        let x = panel.x_at(point.mu_star);
        let words = format!(
            "{}: mu* {}, sigma {}",
            point.name,
            number(point.mu_star),
            number(point.sigma)
        );
        canvas.tip(&words, || {
            canvas.marker(x, y, style.marker, style.colour, point.is_told_from_noise);
        });
        if at < listed(plane).len() && point.is_told_from_noise {
            let lettering = Lettering::plain(TICK_SIZE, INK).bold().halo();
            canvas.text(x + 7.0, y - 8.0, &(at + 1).to_string(), lettering);
        }
    }
    list(canvas, plane, panel.x.end + 22.0, top);
}

fn list(canvas: &Canvas, plane: &Plane, x: f64, top: f64) {
    let quiet = Lettering::plain(TICK_SIZE, QUIET);
    canvas.text(x, top + 8.0, "mu*, parameter", quiet);
    for (at, point) in listed(plane).iter().enumerate() {
        let y = top + HEAD + (at as f64 + 0.5) * ROW;
        let number_of = format!("{}", at + 1);
        let lettering = match point.is_told_from_noise {
            true => Lettering::plain(TICK_SIZE, INK),
            false => quiet,
        };
        canvas.text(x, y, &number_of, lettering.bold());
        canvas.text(x + 22.0, y, &number(point.mu_star), lettering);
        let room = WIDTH - MARGIN - x - 62.0;
        let name = text::shorten(&point.name, TICK_SIZE, false, room);
        canvas.text(x + 62.0, y, &name, lettering);
    }
    let y = top + HEAD + (listed(plane).len() as f64 + 0.5) * ROW;
    let more = plane.points.len() - listed(plane).len();
    if more > 0 {
        canvas.text(x, y, &format!("{more} more in the table"), quiet);
    }
}
