//! Residents by zone, age and deprivation, and the needs that arise among them.

use crate::scenario::access::TableReader;
use crate::scenario::codes as csv_codes;
use crate::scenario::files::Span;
use crate::scenario::tree::Node;
use crate::scenario::values;
use crate::uec::codes;

use super::arrivals::{EntryForm, entry, growth};
use super::reading::{Csv, Reading, entries, optional_owned_name, title};
use super::sites::place_of_row;
use super::steps::ShareForm;
use super::tables::{ByCohort, ByCohortKind, RowForm, TableForm};
use super::tables_reading::{by_cohort, dimensions};
use super::{Name, PlaceForm};

#[derive(Clone, Debug)]
pub struct PeopleForm {
    /// One row of the zones' table: a zone, or a part of it with one deprivation level.
    pub cells: Vec<CellForm>,
    /// Levels of `age`: the columns of counts, in file order.
    pub ages: Vec<Name>,
    /// In file order.
    pub zones: Vec<ZoneForm>,
    pub points: Vec<PointForm>,
    pub span: Span,
}

impl PeopleForm {
    /// Everybody who lives there.
    pub fn total(&self) -> f64 {
        let counts = self.cells.iter().flat_map(|cell| &cell.residents);
        counts.sum()
    }
}

#[derive(Clone, Debug)]
pub struct CellForm {
    /// Position in `PeopleForm::zones`.
    pub zone: usize,
    pub deprivation: Option<Name>,
    /// Residents by age, as `PeopleForm::ages`.
    pub residents: Vec<f64>,
}

#[derive(Clone, Debug)]
pub struct ZoneForm {
    pub name: Name,
    pub title: String,
    pub place: Option<PlaceForm>,
}

#[derive(Clone, Debug)]
pub struct PointForm {
    pub zone: Name,
    pub place: PlaceForm,
    pub weight: f64,
    /// Minutes per kilometre.
    pub slowness: Option<f64>,
}

#[derive(Clone, Debug)]
pub struct NeedForm {
    pub name: Name,
    pub title: String,
    /// A year, per 1,000 residents.
    pub rate: ShareForm,
    pub profile: Option<Name>,
    pub multiply: f64,
    /// Share by which the rate grows in a year.
    pub growth: f64,
    pub entry: EntryForm,
    pub span: Span,
}

/// Columns of the zones' table that are not levels of age.
const ZONE_COLUMNS: [&str; 8] = [
    "zone",
    "title",
    "lat",
    "lon",
    "x",
    "y",
    "rural",
    "deprivation",
];

pub fn people(root: &TableReader, reading: &Reading) -> Option<PeopleForm> {
    let reader = root.optional_reader("people", "people")?;
    reader.allow(&["title"]);
    let zones = reader.required("zones", "\"zones.csv\"");
    let points = reader.optional("points");
    let span = reader.span();
    reader.finish();
    let people = zones.and_then(|zones| zones_of(&reading.csv(zones)?, span, reading));
    let people = people.and_then(|people| {
        let points = points.map_or(Some(Vec::new()), |node| points_of(node, reading))?;
        Some(PeopleForm { points, ..people })
    });
    if people.is_none() {
        for attribute in PEOPLE_ATTRIBUTES {
            reading.faults.spoil(attribute);
        }
    }
    people
}

/// What the streams of needs set for every patient.
const PEOPLE_ATTRIBUTES: [&str; 3] = ["zone", "age", "deprivation"];

fn zones_of(csv: &Csv, span: Span, reading: &Reading) -> Option<PeopleForm> {
    let zone = csv.column("zone", reading)?;
    let table = &csv.table;
    let title = table.optional_column("title");
    let deprivation = table.optional_column("deprivation");
    let headings: Vec<(usize, &str)> = table
        .columns()
        .enumerate()
        .filter(|(_, heading)| !ZONE_COLUMNS.contains(heading))
        .collect();
    let ages = headings.iter().map(|(column, heading)| Name {
        value: (*heading).to_owned(),
        span: table.column_span(*column),
    });
    let mut people = PeopleForm {
        cells: Vec::new(),
        ages: ages.collect(),
        zones: Vec::new(),
        points: Vec::new(),
        span,
    };
    for row in 0..table.n_rows() {
        let Some(name) = csv.required_name(row, zone, reading) else {
            continue;
        };
        let known = people.zones.iter().position(|z| z.name.value == name.value);
        let zone = known.unwrap_or(people.zones.len());
        if known.is_none() {
            let title = title.and_then(|column| csv.name(row, column));
            people.zones.push(ZoneForm {
                title: title.map_or_else(|| name.value.clone(), |title| title.value),
                place: place_of_row(csv, row, reading),
                name,
            });
        }
        let residents = headings
            .iter()
            .map(|(column, _)| table.factor(row, *column, reading.faults).unwrap_or(0.0));
        let deprivation = deprivation.and_then(|column| csv.name(row, column));
        report_repeated(&people, zone, deprivation.as_ref(), row, csv, reading);
        people.cells.push(CellForm {
            zone,
            deprivation,
            residents: residents.collect(),
        });
    }
    Some(people)
}

/// Errors (reported): `S124` if the zone has a row of the same deprivation already.
fn report_repeated(
    people: &PeopleForm,
    zone: usize,
    deprivation: Option<&Name>,
    row: usize,
    csv: &Csv,
    reading: &Reading,
) {
    let level = |name: Option<&Name>| name.map(|name| name.value.clone());
    let mut cells = people.cells.iter();
    if cells.any(|cell| cell.zone == zone && level(cell.deprivation.as_ref()) == level(deprivation))
    {
        let name = &people.zones[zone].name.value;
        let message = match deprivation {
            Some(level) => format!(
                "there are two rows of zone \"{name}\", deprivation \"{}\"",
                level.value
            ),
            None => format!("there are two rows of zone \"{name}\""),
        };
        let span = csv.table.row_span(row);
        reading
            .faults
            .error(csv_codes::CSV_DUPLICATE, span, message);
    }
}

fn points_of(file: &Node, reading: &Reading) -> Option<Vec<PointForm>> {
    let csv = reading.csv(file)?;
    let zone = csv.column("zone", reading)?;
    let weight = csv.table.optional_column("weight");
    let slowness = csv.table.optional_column("slowness");
    let row = |row: usize| {
        let factor = |column: usize| csv.table.factor(row, column, reading.faults);
        let zone = csv.required_name(row, zone, reading)?;
        let Some(place) = place_of_row(&csv, row, reading) else {
            let message = "a point needs numbers in the columns lat and lon, or x and y";
            reading
                .faults
                .error(codes::RANGE, csv.table.row_span(row), message);
            return None;
        };
        Some(PointForm {
            zone,
            place,
            weight: weight.map_or(Some(1.0), factor)?,
            slowness: match slowness.filter(|column| !csv.table.is_empty(row, *column)) {
                Some(column) => Some(factor(column)?),
                None => None,
            },
        })
    };
    let points: Vec<Option<PointForm>> = (0..csv.table.n_rows()).map(row).collect();
    points.into_iter().collect()
}

pub fn needs(root: &TableReader, reading: &Reading) -> Vec<NeedForm> {
    entries(root, "needs", reading, need)
}

fn need(name: Name, node: &Node, reading: &Reading) -> Option<NeedForm> {
    let what = format!("need \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let title = title(&reader, &name.value);
    let rate = reader.required("rate_per_1000", "120");
    let rate = rate.and_then(|node| rates(node, reading));
    let profile = optional_owned_name(&reader, "profile");
    let multiply = reader.optional_factor("multiply").unwrap_or(1.0);
    let growth = growth(&reader, reading);
    let entry = entry(&reader, reading);
    reader.finish();
    Some(NeedForm {
        name,
        title,
        rate: rate?,
        profile,
        multiply,
        growth,
        entry: entry?,
        span: node.span,
    })
}

/// A number, a table of numbers, or `{ by, file, column }`.
fn rates(node: &Node, reading: &Reading) -> Option<ByCohort<f64>> {
    let read = |node: &Node, reading: &Reading| values::factor(node, reading.faults);
    if node.get("file").is_none() {
        return by_cohort(node, |_| true, &read, reading);
    }
    let reader = TableReader::new(node, "the table of rates", reading.faults);
    let by = dimensions(&reader, reading);
    let column = reader.name("column");
    let file = reader.optional("file");
    reader.finish();
    let (by, column) = (by?, column?);
    let csv = reading.csv(file?)?;
    let value = csv
        .table
        .column(column.value, column.span, reading.faults)?;
    let levels: Vec<Option<usize>> = by.iter().map(|d| csv.column(&d.column, reading)).collect();
    let levels: Vec<usize> = levels.into_iter().collect::<Option<_>>()?;
    let row = |row: usize| {
        Some(RowForm {
            levels: levels
                .iter()
                .map(|column| csv.levels(row, *column))
                .collect(),
            value: csv.table.factor(row, value, reading.faults)?,
            span: csv.table.row_span(row),
        })
    };
    let rows: Vec<Option<RowForm<f64>>> = (0..csv.table.n_rows()).map(row).collect();
    let rows = rows.into_iter().collect::<Option<_>>()?;
    let span = node.span;
    Some(ByCohort {
        id: reading.next_id(),
        kind: ByCohortKind::Table(TableForm { by, rows, span }),
        span,
    })
}
