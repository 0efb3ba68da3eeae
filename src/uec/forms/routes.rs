//! Routes: who goes to which site, and how long that takes.

use crate::engine::program::RouteRule;
use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;

use super::Name;
use super::reading::{Reading, entries, optional_owned_name, owned_name, span_of};
use super::steps::StepForm;
use super::steps_reading::path_steps;
use super::time::list_of;

#[derive(Clone, Debug)]
pub struct RouteForm {
    pub name: Name,
    pub service: Name,
    pub rule: RuleForm,
    pub travel: TravelForm,
    pub load: Option<LoadForm>,
    pub except: Option<Name>,
    /// Sites count whether they are open or not.
    pub any_time: bool,
    pub otherwise: Option<Vec<StepForm>>,
}

#[derive(Clone, Debug)]
pub enum RuleForm {
    Site(RouteRule),
    /// The site of the patient's own zone, else the nearest.
    SameZone,
    Shares(Vec<ZoneSite>),
}

/// A number for a zone and a site.
#[derive(Clone, Debug)]
pub struct ZoneSite {
    pub zone: Name,
    pub site: Name,
    pub value: f64,
}

#[derive(Clone, Debug)]
pub enum TravelForm {
    None,
    /// Over the road at this speed by hour of day (none: as the places say), by the patient's place.
    Speed {
        kmh: Option<[f64; 24]>,
        detour: f64,
    },
    /// Minutes from each zone to each site.
    Minutes(Vec<ZoneSite>),
}

/// Every patient waiting at a site makes it seem this much further away.
#[derive(Clone, Debug)]
pub struct LoadForm {
    pub pool: Name,
    pub each: SimSpan,
}

pub fn routes(root: &TableReader, reading: &Reading) -> Vec<RouteForm> {
    entries(root, "routes", reading, route)
}

fn route(name: Name, node: &Node, reading: &Reading) -> Option<RouteForm> {
    let what = format!("route \"{}\"", name.value);
    let reader = TableReader::new(node, what, reading.faults);
    let service = owned_name(&reader, "service");
    let rule = rule(&reader, reading);
    let travel = match reader.optional("travel") {
        Some(node) => travel(node, reading),
        None => Some(TravelForm::None),
    };
    let load = reader.optional_reader("load", "the load");
    let load = load.and_then(|reader| load_form(reader));
    let except = reader.optional_reader("except", "the exception");
    let except = except.and_then(|reader| {
        let trigger = owned_name(&reader, "trigger");
        reader.finish();
        trigger
    });
    let any_time = reader.flag("any_time");
    let otherwise = reader.optional("otherwise");
    let otherwise = otherwise.map(|node| path_steps(node, reading));
    reader.allow(&["title", "file"]);
    reader.finish();
    Some(RouteForm {
        name,
        service: service?,
        rule: rule?,
        travel: travel?,
        load,
        except,
        any_time,
        otherwise,
    })
}

/// Rules of routes as written.
pub const RULES: [&str; 4] = ["nearest", "same_site", "same_zone", "shares"];

fn rule(reader: &TableReader, reading: &Reading) -> Option<RuleForm> {
    let word = reader.optional_word("rule", &RULES);
    if reader.has("rule") {
        word?;
    }
    Some(match word.unwrap_or(0) {
        0 => RuleForm::Site(RouteRule::Nearest),
        1 => RuleForm::Site(RouteRule::SameSite),
        2 => RuleForm::SameZone,
        _ => {
            let file = reader.required("file", "\"shares.csv\"")?;
            RuleForm::Shares(zone_sites(file, "weight", reading)?)
        }
    })
}

fn load_form(reader: TableReader) -> Option<LoadForm> {
    let pool = owned_name(&reader, "waiting");
    let each = reader.number("minutes_each");
    reader.finish();
    Some(LoadForm {
        pool: pool?,
        each: SimSpan::from_minutes(each?.max(0.0)),
    })
}

fn travel(node: &Node, reading: &Reading) -> Option<TravelForm> {
    if let Value::String(_) = node.value {
        values::word(node, &["none"], reading.faults)?;
        return Some(TravelForm::None);
    }
    let reader = TableReader::new(node, "travel", reading.faults);
    let form = match reader.optional("file") {
        Some(file) => zone_sites(file, "minutes", reading).map(TravelForm::Minutes),
        None => {
            let kmh = match reader.optional("speed_kmh") {
                Some(node) => speed(node, reading).map(Some),
                None => Some(None),
            };
            let detour = reader.optional_factor("detour").unwrap_or(1.0);
            kmh.map(|kmh| TravelForm::Speed { kmh, detour })
        }
    };
    reader.allow(&["file", "speed_kmh", "detour"]);
    reader.finish();
    form
}

/// A speed, or `{ profile = [24 speeds] }` by hour of day.
pub fn speed(node: &Node, reading: &Reading) -> Option<[f64; 24]> {
    let by_hour = if node.as_table().is_some() {
        let reader = TableReader::new(node, "the speed", reading.faults);
        let values = reader.required("profile", "[24 numbers]");
        reader.finish();
        let values = list_of(values?, Some(24), reading)?;
        <[f64; 24]>::try_from(values).ok()?
    } else {
        [values::factor(node, reading.faults)?; 24]
    };
    if by_hour.iter().any(|kmh| *kmh <= 0.0) {
        values::out_of_range(node, "a speed must be above 0", reading.faults);
        return None;
    }
    Some(by_hour)
}

/// Rows `zone,site,VALUE` of a CSV file.
fn zone_sites(file: &Node, value: &str, reading: &Reading) -> Option<Vec<ZoneSite>> {
    let csv = reading.csv(file)?;
    let columns = ["zone", "site", value].map(|name| csv.column(name, reading));
    let [Some(zone), Some(site), Some(value)] = columns else {
        return None;
    };
    let row = |row: usize| {
        let number = csv.table.factor(row, value, reading.faults);
        Some(ZoneSite {
            zone: csv.required_name(row, zone, reading)?,
            site: csv.required_name(row, site, reading)?,
            value: number?,
        })
    };
    let rows: Vec<Option<ZoneSite>> = (0..csv.table.n_rows()).map(row).collect();
    rows.into_iter().collect()
}

/// A span of time under a key, if it is there.
pub fn optional_span(reader: &TableReader, key: &str) -> Option<SimSpan> {
    reader.optional_duration(key).map(span_of)
}

/// The attribute that ranks, if one is named.
pub fn rank(reader: &TableReader) -> Option<Name> {
    optional_owned_name(reader, "rank")
}
