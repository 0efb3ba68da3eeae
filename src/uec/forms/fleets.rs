//! Fleets: units with places and shifts.

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::files::{Located, Span};
use crate::scenario::tree::Node;
use crate::scenario::values;
use crate::scenario::windows::parse_window;
use crate::uec::codes;

use super::reading::{
    Csv, Reading, entries, key_name, optional_owned_name, owned_name, place, span_of, title,
    window, window_by_name,
};
use super::routes::{rank, speed};
use super::sites::place_of_row;
use super::{Name, PlaceForm, WindowForm};

#[derive(Clone, Debug)]
pub struct FleetForm {
    pub name: Name,
    pub title: String,
    pub stations: Vec<StationForm>,
    /// By hour of day; none: as slow as the places say.
    pub kmh: Option<[f64; 24]>,
    pub detour: f64,
    pub responding: f64,
    pub conveying: f64,
    pub returning: f64,
    pub reassign: Option<SimSpan>,
    pub rank: Option<Name>,
    pub reserve: Option<ReserveForm>,
}

#[derive(Clone, Debug)]
pub struct StationForm {
    pub place: PlaceForm,
    pub units: u32,
    /// None: always.
    pub shift: Option<WindowForm>,
    pub span: Span,
}

/// Units kept for calls up to a level of the attribute that ranks them.
#[derive(Clone, Debug)]
pub struct ReserveForm {
    pub units: u32,
    pub up_to: Name,
    /// Trigger; none: always.
    pub when: Option<Name>,
}

/// Units of a fleet, all stations together.
const MOST_UNITS: u64 = 10_000;

pub fn fleets(root: &TableReader, reading: &Reading) -> Vec<FleetForm> {
    entries(root, "fleets", reading, fleet)
}

fn fleet(name: Name, node: &Node, reading: &Reading) -> Option<FleetForm> {
    let what = format!("fleet \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    let kmh = match reader.optional("speed_kmh") {
        Some(node) => speed(node, reading).map(Some),
        None => Some(None),
    };
    let factor = |key: &str, absent: f64| reader.optional_factor(key).unwrap_or(absent);
    let detour = factor("detour", 1.0);
    let responding = factor("responding", 1.0);
    let conveying = factor("conveying", 1.0);
    let returning = factor("returning", 1.0);
    let reassign = reader.optional_reader("reassign", "re-assignment");
    let reassign = reassign.and_then(|reader| {
        let saves = reader.duration("saves");
        reader.finish();
        saves.map(span_of)
    });
    let rank = rank(&reader);
    let reserve = match reader.optional_reader("reserve", "the reserve") {
        Some(reader) => reserve(reader, reading).map(Some),
        None => Some(None),
    };
    let stations = match reader.optional("units_from") {
        Some(file) => stations_from(file, reading),
        None => stations(&reader, reading),
    };
    reader.allow(&["stations", "units_from"]);
    reader.finish();
    Some(FleetForm {
        name,
        title,
        stations: stations?,
        kmh: kmh?,
        detour,
        responding,
        conveying,
        returning,
        reassign,
        rank,
        reserve: reserve?,
    })
}

fn reserve(reader: TableReader, reading: &Reading) -> Option<ReserveForm> {
    let units = reader.required("units", "2").and_then(|node| {
        let count = values::count(node, reading.faults)?;
        units_in_range(count, node.span, reading)
    });
    let up_to = owned_name(&reader, "up_to");
    let when = optional_owned_name(&reader, "when");
    reader.finish();
    Some(ReserveForm {
        units: units?,
        up_to: up_to?,
        when,
    })
}

fn stations(reader: &TableReader, reading: &Reading) -> Option<Vec<StationForm>> {
    let entries = reader.table(
        "stations",
        "{ north = { place = { x = 0, y = 0 }, units = 3 } }",
    )?;
    let stations: Vec<Option<StationForm>> = entries
        .into_iter()
        .map(|(key, node)| station(&key_name(key), node, reading))
        .collect();
    stations.into_iter().collect()
}

fn station(name: &Name, node: &Node, reading: &Reading) -> Option<StationForm> {
    let what = format!("station \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let written = reader.required("place", "{ x = 0, y = 0 }");
    let written = written.and_then(|node| place(node, reading));
    let units = reader.required("units", "3").and_then(|node| {
        let count = values::count(node, reading.faults)?;
        units_in_range(count, node.span, reading)
    });
    let shift = match reader.optional("shift") {
        Some(node) => window(node, reading).map(Some),
        None => Some(None),
    };
    reader.finish();
    Some(StationForm {
        place: written?,
        units: units?,
        shift: shift?,
        span: node.span,
    })
}

fn units_in_range(count: u64, span: Span, reading: &Reading) -> Option<u32> {
    if count > MOST_UNITS {
        let message = format!("a fleet has at most {MOST_UNITS} units");
        reading.faults.error(codes::LIMIT, span, message);
        return None;
    }
    Some(count as u32)
}

/// Rows `station,lat,lon,units,shift` of a CSV file.
fn stations_from(file: &Node, reading: &Reading) -> Option<Vec<StationForm>> {
    let csv = reading.csv(file)?;
    csv.column("station", reading);
    let units = csv.column("units", reading)?;
    if csv.table.optional_column("x").is_none() {
        csv.column("lat", reading)?;
        csv.column("lon", reading)?;
    }
    let shift = csv.table.optional_column("shift");
    let row = |row: usize| {
        let count = csv.table.count(row, units, reading.faults)?;
        let span = csv.table.row_span(row);
        let shift = match shift.filter(|column| !csv.table.is_empty(row, *column)) {
            Some(column) => Some(window_of_cell(&csv, row, column, reading)?),
            None => None,
        };
        Some(StationForm {
            place: place_of_row(&csv, row, reading)?,
            units: units_in_range(count, span, reading)?,
            shift,
            span,
        })
    };
    let stations: Vec<Option<StationForm>> = (0..csv.table.n_rows()).map(row).collect();
    stations.into_iter().collect()
}

fn window_of_cell(csv: &Csv, row: usize, column: usize, reading: &Reading) -> Option<WindowForm> {
    let text = csv.table.text(row, column).into_owned();
    let span = csv.table.span(row, column);
    let is_written = text.contains(':') || text.starts_with(|c: char| c.is_ascii_uppercase());
    if !is_written {
        return Some(window_by_name(Located { value: text, span }));
    }
    match parse_window(&text) {
        Ok(value) => Some(WindowForm::Written(Located { value, span })),
        Err(fault) => {
            let message = format!("\"{text}\" is not a window: {}", fault.reason);
            reading.faults.error(codes::RANGE, span, message);
            None
        }
    }
}
