//! What is published of each area: a trust with its catchment, its part of an NHS 111 contract and of an ambulance service.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Wanted;
use super::super::departments::AcuteSite;
use super::super::districts::{District, one_district};
use super::super::facts::{self, Facts, eleven_later};
use super::super::tables::{ATTENDANCES, Sheet, Sheets};
use super::super::zones::{self, Zones};
use super::published::Published;
use crate::scenario::workspace::Workspace;

/// What is left of the national figures stands on a disc of this size: it is everywhere in truth.
const REST_KM2: f64 = 1_500.0;

/// Counts of the twelve months.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volumes {
    pub type1: f64,
    pub type2: f64,
    pub type3: f64,
    /// Emergency admissions through A&E, and not.
    pub through: f64,
    pub direct: f64,
    /// Calls to NHS 111.
    pub calls: f64,
    pub incidents: f64,
    /// Beds, means.
    pub adult_beds: f64,
    pub adult_beds_occupied: f64,
    pub childrens_beds: f64,
}

pub struct Area {
    /// The trust's code in small letters.
    pub id: String,
    pub title: String,
    pub board: String,
    pub contract: String,
    pub service: String,
    pub zones: Zones,
    pub lat: f64,
    pub lon: f64,
    pub volumes: Volumes,
}

pub struct Found {
    pub from: String,
    pub until: String,
    /// Trusts by code, then the rest.
    pub areas: Vec<Area>,
    /// National counts.
    pub national: Volumes,
    pub published: Published,
}

impl Found {
    pub fn notes(&self) -> Vec<String> {
        let residents: f64 = self.areas.iter().map(|area| area.zones.residents()).sum();
        let of = |of: fn(&Area) -> &str| {
            let all: BTreeSet<&str> = self.areas.iter().map(of).collect();
            all.into_iter().filter(|name| !name.is_empty()).count()
        };
        let rest = self.areas.last().map_or(0.0, |area| area.volumes.type1);
        vec![format!(
            "{} trusts in {} integrated care boards with {} NHS 111 contracts and {} ambulance services, {residents:.0} residents; \
             the rest of the national figures ({:.1} % of type 1 attendances, and the services that no trust's board has) is one more area",
            self.areas.len() - 1,
            of(|area| &area.board),
            of(|area| &area.contract),
            of(|area| &area.service),
            rest / self.national.type1 * 100.0
        )]
    }
}

/// England's own row of attendances: month, then twelve counts.
pub fn national_sheet<'w, 's>(workspace: &'w Workspace<'s>) -> Option<Sheet<'w, 's>> {
    let mut columns = vec![ATTENDANCES[0]];
    columns.extend(&ATTENDANCES[2..]);
    Sheet::open(workspace, "ae_monthly_england_2019_2024", &columns)
}

/// Errors: a month that is none or of which nothing is published.
pub fn gather(from: &str, sheets: &Sheets, national: &Sheet) -> Result<Found, String> {
    let until = eleven_later(from)
        .ok_or_else(|| format!("\"{from}\" is no month\n  try: --from 2023-04"))?;
    let period = (from, until.as_str());
    let mut trusts: Vec<Facts> = Vec::new();
    for code in trusts_with_type1(sheets, period) {
        let wanted = Wanted {
            name: String::new(),
            trust: code,
            from: from.to_owned(),
        };
        // A trust with too little published is part of the rest.
        if let Ok(facts) = facts::gather(&wanted, sheets) {
            trusts.push(facts);
        }
    }
    if trusts.is_empty() {
        return Err(format!(
            "no trust has published all twelve months from {from}\n  try: --from 2023-04"
        ));
    }
    let total = totals(sheets, national, period)?;
    let mut areas: Vec<Area> = trusts.iter().map(area_of).collect();
    part_by_residents(&mut areas, sheets, period);
    areas.push(rest_of(&areas, &trusts, &total, sheets));
    let published = Published::of(period, sheets, national);
    Ok(Found {
        from: from.to_owned(),
        until,
        areas,
        national: total,
        published,
    })
}

fn is_in((from, until): (&str, &str), month: &str) -> bool {
    from <= month && month <= until
}

fn trusts_with_type1(sheets: &Sheets, period: (&str, &str)) -> BTreeSet<String> {
    let table = &sheets.attendances;
    let rows = table.rows().filter(|&row| {
        is_in(period, &table.text(row, 0)) && table.count(row, 2).unwrap_or(0.0) > 0.0
    });
    rows.map(|row| table.text(row, 1)).collect()
}

fn area_of(facts: &Facts) -> Area {
    let middle =
        |of: fn(&AcuteSite) -> f64| facts.sites.iter().map(|site| of(site) * site.share).sum();
    Area {
        id: facts.code.to_lowercase(),
        title: facts
            .name
            .replace(" Foundation Trust", "")
            .replace(" NHS Trust", "")
            .replace(" NHS", ""),
        board: facts.board.clone(),
        contract: facts.contract.clone(),
        service: facts.ambulance_service.clone(),
        zones: zones::of(&facts.districts),
        lat: middle(|site| site.lat),
        lon: middle(|site| site.lon),
        volumes: Volumes {
            type1: facts.attendances(1),
            type2: facts.attendances(2),
            type3: facts.attendances(3),
            through: facts.admitted_through_ae(),
            direct: facts.admitted_directly(),
            adult_beds: facts.adult_beds,
            adult_beds_occupied: facts.adult_beds_occupied,
            childrens_beds: facts.childrens_beds,
            ..Volumes::default()
        },
    }
}

/// Sums over the period by what stands in column 1.
fn sums(table: &Sheet, period: (&str, &str), column: usize) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for row in table.rows() {
        if is_in(period, &table.text(row, 0)) {
            *sums.entry(table.text(row, 1)).or_insert(0.0) +=
                table.count(row, column).unwrap_or(0.0);
        }
    }
    sums
}

/// Calls of a contract and incidents of a service are parted among its areas by residents.
fn part_by_residents(areas: &mut [Area], sheets: &Sheets, period: (&str, &str)) {
    let calls = sums(&sheets.calls, period, 2);
    let incidents = sums(&sheets.ambulance, period, 2);
    let mut by_contract: BTreeMap<String, f64> = BTreeMap::new();
    let mut by_service: BTreeMap<String, f64> = BTreeMap::new();
    for area in areas.iter() {
        let residents = area.zones.residents();
        *by_contract.entry(area.contract.clone()).or_default() += residents;
        *by_service.entry(area.service.clone()).or_default() += residents;
    }
    for area in areas {
        let residents = area.zones.residents();
        let known =
            |of: &BTreeMap<String, f64>, name: &String| of.get(name).copied().unwrap_or(0.0);
        area.volumes.calls =
            known(&calls, &area.contract) * residents / known(&by_contract, &area.contract);
        area.volumes.incidents =
            known(&incidents, &area.service) * residents / known(&by_service, &area.service);
    }
}

/// Errors: nothing national is published for the period.
fn totals(sheets: &Sheets, national: &Sheet, period: (&str, &str)) -> Result<Volumes, String> {
    let rows: Vec<usize> = national
        .rows()
        .filter(|&row| is_in(period, &national.text(row, 0)))
        .collect();
    if rows.len() != 12 {
        return Err(format!(
            "{} of the twelve months from {} are published for England\n  try: --from 2023-04",
            rows.len(),
            period.0
        ));
    }
    let of = |column: usize| {
        rows.iter()
            .filter_map(|&row| national.count(row, column))
            .sum::<f64>()
    };
    let services = sums(&sheets.ambulance, period, 2).into_iter();
    let calls: f64 = sums(&sheets.calls, period, 2).values().sum();
    if calls <= 0.0 {
        return Err(
            "no calls to NHS 111 are known for these months\n  try: --from 2023-04".to_owned(),
        );
    }
    Ok(Volumes {
        type1: of(1),
        type2: of(2),
        type3: of(3),
        through: of(7) + of(8) + of(9),
        direct: of(10),
        calls,
        // England's own row is the sum of the services.
        incidents: services
            .filter(|(service, _)| service != "ENG")
            .map(|(_, n)| n)
            .sum(),
        ..Volumes::default()
    })
}

/// What no trust's area has: trusts without twelve months, providers of type 3 alone, contracts and services of no board.
fn rest_of(areas: &[Area], trusts: &[Facts], total: &Volumes, sheets: &Sheets) -> Area {
    let left = |of: fn(&Volumes) -> f64| {
        let known: f64 = areas.iter().map(|area| of(&area.volumes)).sum();
        (of(total) - known).max(0.0)
    };
    let (through, type1) = (
        left(|volumes| volumes.through),
        left(|volumes| volumes.type1),
    );
    // Beds as all trusts together have for each admission.
    let all = |of: fn(&Volumes) -> f64| areas.iter().map(|area| of(&area.volumes)).sum::<f64>();
    let per_admission = through / all(|volumes| volumes.through);
    let served: f64 = areas.iter().map(|area| area.zones.residents()).sum();
    let (lat, lon, everybody) = England::of(sheets);
    let residents = everybody.iter().flatten().sum::<f64>();
    let district = District {
        name: "England".to_owned(),
        lat,
        lon,
        area_km2: REST_KM2,
        population: residents,
        // At least as many people as the trusts' own would have for as many attendances.
        served: ((residents - served) / residents).max(type1 / total.type1),
        residents: everybody,
    };
    debug_assert_eq!(areas.len(), trusts.len());
    Area {
        id: "rest".to_owned(),
        title: "Rest of England's figures".to_owned(),
        board: String::new(),
        contract: String::new(),
        service: String::new(),
        zones: zones::of(&[district]),
        lat,
        lon,
        volumes: Volumes {
            type1,
            type2: left(|volumes| volumes.type2),
            type3: left(|volumes| volumes.type3),
            through,
            direct: left(|volumes| volumes.direct),
            calls: left(|volumes| volumes.calls),
            incidents: left(|volumes| volumes.incidents),
            adult_beds: per_admission * all(|volumes| volumes.adult_beds),
            adult_beds_occupied: per_admission * all(|volumes| volumes.adult_beds_occupied),
            childrens_beds: per_admission * all(|volumes| volumes.childrens_beds),
        },
    }
}

/// Middle of England by residents, and everybody by quintile and age.
struct England;

impl England {
    fn of(sheets: &Sheets) -> (f64, f64, [[f64; 8]; 5]) {
        let (places, mut all, mut seen) = (&sheets.places, [[0.0; 8]; 5], BTreeSet::new());
        let (mut lat, mut lon, mut n) = (0.0, 0.0, 0.0);
        for row in places.rows() {
            let code = places.text(row, 0);
            if !code.starts_with('E') || !seen.insert(code.clone()) {
                continue;
            }
            let Some(district) = one_district(sheets, &code, 1.0) else {
                continue;
            };
            for (sums, quintile) in all.iter_mut().zip(district.residents) {
                sums.iter_mut().zip(quintile).for_each(|(sum, n)| *sum += n);
            }
            lat += district.lat * district.population;
            lon += district.lon * district.population;
            n += district.population;
        }
        (lat / n, lon / n, all)
    }
}
