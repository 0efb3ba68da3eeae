//! Sites: where services run, how large their pools are by the hour, and the appointments they offer.

use crate::engine::program::ShiftEnd;
use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::files::{Located, Span};
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::scenario::windows::parse_days;
use crate::uec::codes;

use super::reading::{
    Csv, Reading, check_name, degrees, entries, key_name, optional_owned_name, owned_names, place,
    span_of, title, window,
};
use super::triggers::{SurgeForm, surges};
use super::{Name, PlaceForm, WindowForm};

#[derive(Clone, Debug)]
pub struct SiteForm {
    pub name: Name,
    pub title: String,
    pub services: Vec<Name>,
    pub place: Option<PlaceForm>,
    /// None: always.
    pub hours: Option<WindowForm>,
    pub zone: Option<Name>,
    pub pools: Vec<(Name, RosterForm)>,
    pub slots: Vec<(Name, SlotsForm)>,
    pub on_shift_end: Vec<(Name, ShiftEnd)>,
    pub surge: Vec<(Name, Vec<SurgeForm>)>,
}

/// Units through the week: every row holds from its time on its days until the next.
#[derive(Clone, Debug)]
pub struct RosterForm {
    pub rows: Vec<RosterRow>,
    /// In place of rows: units one after the other from time zero of the run, each for so long, the last for ever.
    pub course: Option<(SimSpan, Vec<u32>)>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct RosterRow {
    /// Milliseconds since midnight.
    pub from: u64,
    pub units: u32,
    pub days: [bool; 7],
}

#[derive(Clone, Debug)]
pub struct SlotsForm {
    pub per_hour: f64,
    pub hours: Option<WindowForm>,
    pub span: Span,
}

/// `[sites]`, then the rows of every `[sites_from]`.
pub fn sites(root: &TableReader, reading: &Reading) -> Vec<SiteForm> {
    let mut sites = entries(root, "sites", reading, |name, node, reading| {
        Some(site(name, node, reading))
    });
    let tables = entries(root, "sites_from", reading, |name, node, reading| {
        sites_from(&name, node, reading)
    });
    sites.extend(tables.into_iter().flatten());
    for (index, site) in sites.iter().enumerate() {
        let name = &site.name;
        if sites[..index]
            .iter()
            .any(|other| other.name.value == name.value)
        {
            let message = format!("there are two sites \"{}\"", name.value);
            reading.faults.error(codes::TWICE, name.span, message);
        }
    }
    sites
}

fn site(name: Name, node: &Node, reading: &Reading) -> SiteForm {
    let what = format!("site \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    let services = owned_names(&reader, "services");
    let place = reader
        .optional("place")
        .and_then(|node| place(node, reading));
    let hours = reader
        .optional("hours")
        .and_then(|node| window(node, reading));
    let zone = optional_owned_name(&reader, "zone");
    let pools = named(&reader, "pools", &roster, reading);
    let slots = named(&reader, "slots", &slots, reading);
    let on_shift_end = named(&reader, "on_shift_end", &shift_end, reading);
    let surge = named(&reader, "surge", &surges, reading);
    reader.finish();
    SiteForm {
        name,
        title,
        services,
        place,
        hours,
        zone,
        pools,
        slots,
        on_shift_end,
        surge,
    }
}

fn named<T>(
    reader: &TableReader,
    key: &str,
    read: &dyn Fn(&Node, &Reading) -> Option<T>,
    reading: &Reading,
) -> Vec<(Name, T)> {
    let entries = reader.optional_table(key).into_iter();
    let read_one = |(key, node)| {
        let size = read(node, reading);
        if size.is_none() {
            reading.faults.spoil(&key_name(key).value);
        }
        Some((key_name(key), size?))
    };
    entries.filter_map(read_one).collect()
}

/// What staff do at the end of a shift, as written.
pub const SHIFT_ENDS: [&str; 2] = ["finish", "interrupt"];

fn shift_end(node: &Node, reading: &Reading) -> Option<ShiftEnd> {
    let found = values::word(node, &SHIFT_ENDS, reading.faults)?;
    Some([ShiftEnd::Finish, ShiftEnd::Interrupt][found])
}

/// Largest number of units of a pool.
const MOST_UNITS: u64 = 1_000_000;

/// A number, or rows `{ from, units, days }`.
pub fn roster(node: &Node, reading: &Reading) -> Option<RosterForm> {
    let span = node.span;
    if let Value::Table(_) = node.value {
        return course(node, reading);
    }
    let rows = match &node.value {
        Value::Array(nodes) => {
            let rows: Vec<Option<RosterRow>> =
                nodes.iter().map(|node| roster_row(node, reading)).collect();
            rows.into_iter().collect::<Option<Vec<_>>>()?
        }
        _ => vec![RosterRow {
            from: 0,
            units: units(node, reading)?,
            days: [true; 7],
        }],
    };
    if rows.is_empty() {
        let message = "a roster needs at least one row";
        reading.faults.error(codes::RANGE, span, message);
        return None;
    }
    Some(RosterForm {
        rows,
        course: None,
        span,
    })
}

/// `{ file = "schedule.csv", column = "units", every = "1 h" }`.
fn course(node: &Node, reading: &Reading) -> Option<RosterForm> {
    let reader = TableReader::new(node, "the roster", reading.faults);
    let file = reader.required("file", "\"schedule.csv\"");
    let column = reader.name("column");
    let every = reader.duration("every").map(span_of);
    if every == Some(SimSpan::ZERO) {
        let message = "each row holds for a time above 0";
        let span = reader.span_of("every");
        reading.faults.error(codes::RANGE, span, message);
    }
    reader.finish();
    let csv = reading.csv(file?)?;
    let column = csv.column_of(column?, reading)?;
    let units = (0..csv.table.n_rows()).map(|row| {
        let units = csv.table.count(row, column, reading.faults)?;
        Some(u32::try_from(units).unwrap_or(u32::MAX))
    });
    let units: Vec<Option<u32>> = units.collect();
    let units: Vec<u32> = units.into_iter().collect::<Option<_>>()?;
    if units.is_empty() {
        let message = "a roster needs at least one row";
        reading.faults.error(codes::RANGE, csv.asked_at, message);
        return None;
    }
    Some(RosterForm {
        rows: Vec::new(),
        course: Some((every?, units)),
        span: node.span,
    })
}

/// How many units a pool has.
pub fn units(node: &Node, reading: &Reading) -> Option<u32> {
    let count = values::count(node, reading.faults)?;
    if count > MOST_UNITS {
        values::out_of_range(node, "a pool has at most 1000000 units", reading.faults);
        return None;
    }
    Some(count as u32)
}

fn roster_row(node: &Node, reading: &Reading) -> Option<RosterRow> {
    let reader = TableReader::new(node, "the roster row", reading.faults);
    let from = reader.required("from", "\"08:00\"");
    let from = from.and_then(|node| values::clock(node, reading.faults));
    let units = reader.required("units", "5");
    let units = units.and_then(|node| self::units(node, reading));
    let days = match reader.optional("days") {
        Some(node) => days(node, reading),
        None => Some([true; 7]),
    };
    reader.finish();
    Some(RosterRow {
        from: from?,
        units: units?,
        days: days?,
    })
}

/// `"Mon-Fri"`, or several joined by commas.
fn days(node: &Node, reading: &Reading) -> Option<[bool; 7]> {
    let text = values::text(node, reading.faults)?;
    let mut days = [false; 7];
    for part in text.split(',') {
        match parse_days(part.trim()) {
            Ok(found) => (0..7).for_each(|day| days[day] |= found[day]),
            Err(reason) => {
                let message = format!("\"{text}\" does not say days: {reason}");
                reading.faults.error(codes::RANGE, node.span, message);
                return None;
            }
        }
    }
    Some(days)
}

/// `{ per_hour = 12, hours = "Mon-Fri 08:00-18:00" }`.
pub fn slots(node: &Node, reading: &Reading) -> Option<SlotsForm> {
    let reader = TableReader::new(node, "the slots", reading.faults);
    let per_hour = reader.required("per_hour", "12");
    let per_hour = per_hour.and_then(|node| values::factor(node, reading.faults));
    let hours = match reader.optional("hours") {
        Some(node) => Some(window(node, reading)?),
        None => None,
    };
    reader.finish();
    Some(SlotsForm {
        per_hour: per_hour?,
        hours,
        span: node.span,
    })
}

/// Many sites from a CSV file: columns id, title, lat, lon (or x, y), zone, then `pools.NAME` or `slots.NAME.per_hour`.
fn sites_from(name: &Name, node: &Node, reading: &Reading) -> Option<Vec<SiteForm>> {
    let what = format!("list of sites \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let file = reader.required("file", "\"sites.csv\"");
    let services = owned_names(&reader, "services");
    let hours = reader
        .optional("hours")
        .and_then(|node| window(node, reading));
    let shared_pools = named(&reader, "pools", &roster, reading);
    let shared_slots = named(&reader, "slots", &slots, reading);
    let on_shift_end = named(&reader, "on_shift_end", &shift_end, reading);
    let surge = named(&reader, "surge", &surges, reading);
    reader.finish();
    let csv = reading.csv(file?)?;
    let id = csv.column("id", reading)?;
    let base = |row: usize, name: Name| {
        let title = csv.table.optional_column("title");
        let title = title.and_then(|column| csv.name(row, column));
        let zone = csv.table.optional_column("zone");
        SiteForm {
            title: title.map_or_else(|| name.value.clone(), |title| title.value),
            services: services.clone(),
            place: place_of_row(&csv, row, reading),
            hours: hours.clone(),
            zone: zone.and_then(|column| csv.name(row, column)),
            pools: shared_pools.clone(),
            slots: shared_slots.clone(),
            on_shift_end: on_shift_end.clone(),
            surge: surge.clone(),
            name,
        }
    };
    let mut sites = Vec::new();
    for row in 0..csv.table.n_rows() {
        let Some(name) = csv.required_name(row, id, reading) else {
            continue;
        };
        check_name(&name.value, name.span, reading);
        let mut site = base(row, name);
        for (column, heading) in csv.table.columns().enumerate() {
            add_sized_column(&mut site, &csv, row, column, heading, reading);
        }
        sites.push(site);
    }
    Some(sites)
}

/// The place in the columns lat and lon, or x and y, of a row.
pub fn place_of_row(csv: &Csv, row: usize, reading: &Reading) -> Option<PlaceForm> {
    let table = &csv.table;
    let number = |column: usize| table.number(row, column, reading.faults);
    let pair = |a: &str, b: &str| table.optional_column(a).zip(table.optional_column(b));
    if let Some((lat, lon)) = pair("lat", "lon") {
        return degrees(number(lat)?, number(lon)?, table.row_span(row), reading);
    }
    let (x, y) = pair("x", "y")?;
    let (x, y) = (number(x)?, number(y)?);
    Some(PlaceForm::Kilometres { x, y })
}

/// Reads a cell below `pools.NAME` or `slots.NAME.per_hour`; empty cells and other columns say nothing.
fn add_sized_column(
    site: &mut SiteForm,
    csv: &Csv,
    row: usize,
    column: usize,
    heading: &str,
    reading: &Reading,
) {
    let span = csv.table.span(row, column);
    let name = |value: &str| Located {
        value: value.to_owned(),
        span: csv.table.column_span(column),
    };
    if csv.table.is_empty(row, column) {
        return;
    }
    if let Some(pool) = heading.strip_prefix("pools.") {
        let Some(count) = csv.table.count(row, column, reading.faults) else {
            return;
        };
        let roster = RosterForm {
            course: None,
            rows: vec![RosterRow {
                from: 0,
                units: count.min(MOST_UNITS) as u32,
                days: [true; 7],
            }],
            span,
        };
        replace(&mut site.pools, name(pool), roster);
    } else if let Some(calendar) = heading.strip_prefix("slots.") {
        let calendar = calendar.strip_suffix(".per_hour").unwrap_or(calendar);
        let Some(per_hour) = csv.table.factor(row, column, reading.faults) else {
            return;
        };
        let shared = site.slots.iter().find(|(name, _)| name.value == calendar);
        let hours = shared.and_then(|(_, slots)| slots.hours.clone());
        let hours = hours.or_else(|| site.hours.clone());
        let slots = SlotsForm {
            per_hour,
            hours,
            span,
        };
        replace(&mut site.slots, name(calendar), slots);
    }
}

fn replace<T>(list: &mut Vec<(Name, T)>, name: Name, value: T) {
    match list.iter_mut().find(|(other, _)| other.value == name.value) {
        Some(entry) => entry.1 = value,
        None => list.push((name, value)),
    }
}
