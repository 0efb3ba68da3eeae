//! The trust's residents as zones: districts by deprivation, with the ages of the library; and what the shipped system of Devon
//! has to compare with.

use std::collections::BTreeMap;

use super::departments::slug;
use super::districts::District;
use crate::scenario::source::Source;

/// The ages of the library, as `[attributes.age]` has them.
pub const AGES: [&str; 8] = [
    "0-4", "5-14", "15-24", "25-44", "45-64", "65-74", "75-84", "85+",
];

/// Districts with a smaller part of the residents are counted with the others.
const SMALLEST_DISTRICT: f64 = 0.02;
/// A deprivation group of a district with fewer residents joins the next.
const SMALLEST_ZONE: f64 = 15_000.0;
/// Residents per square kilometre below which a district is called rural. Assumption: the order of the official classification's
/// mainly rural districts.
const RURAL_BELOW: f64 = 300.0;
/// Kilometres in a degree of latitude.
pub const KM_PER_DEGREE: f64 = 111.2;

pub struct Zone {
    pub id: String,
    pub title: String,
    pub lat: f64,
    pub lon: f64,
    pub area_km2: f64,
    pub is_rural: bool,
    /// 1 is the most deprived.
    pub quintile: usize,
    /// By age.
    pub residents: [f64; 8],
}

impl Zone {
    pub fn total(&self) -> f64 {
        self.residents.iter().sum()
    }
}

pub struct Zones {
    pub list: Vec<Zone>,
    pub n_districts: usize,
}

impl Zones {
    pub fn residents(&self) -> f64 {
        self.list.iter().map(Zone::total).sum()
    }

    /// The one with most residents.
    pub fn largest(&self) -> &Zone {
        let mut largest = &self.list[0];
        for zone in &self.list {
            if zone.total() > largest.total() {
                largest = zone;
            }
        }
        largest
    }
}

/// The zones of a trust. Residents of districts that are left out are added to the others in proportion.
pub fn of(districts: &[District]) -> Zones {
    let total: f64 = districts.iter().map(District::served_residents).sum();
    let is_kept = |district: &&District| district.served_residents() >= SMALLEST_DISTRICT * total;
    let kept: Vec<&District> = districts.iter().filter(is_kept).collect();
    let of_kept: f64 = kept
        .iter()
        .map(|district| district.served_residents())
        .sum();
    let scale = total / of_kept;
    let mut list = Vec::new();
    for district in &kept {
        split(district, district.served * scale, &mut list);
    }
    Zones {
        list,
        n_districts: kept.len(),
    }
}

/// A district's deprivation groups, joined to the next where they are small.
fn split(district: &District, served: f64, list: &mut Vec<Zone>) {
    let mut groups: Vec<(f64, [f64; 8])> = Vec::new();
    let mut current = (0.0, [0.0; 8]);
    for (at, quintile) in district.residents.iter().enumerate() {
        for (sum, residents) in current.1.iter_mut().zip(quintile) {
            *sum += residents * served;
        }
        current.0 += (at + 1) as f64 * quintile.iter().sum::<f64>() * served;
        if current.1.iter().sum::<f64>() >= SMALLEST_ZONE {
            groups.push(std::mem::take(&mut current));
        }
    }
    match groups.last_mut() {
        Some(last) => {
            last.0 += current.0;
            last.1
                .iter_mut()
                .zip(current.1)
                .for_each(|(sum, more)| *sum += more);
        }
        None => groups.push(current),
    }
    for (weighted, residents) in groups {
        let total: f64 = residents.iter().sum();
        let quintile = (weighted / total.max(1.0)).round().clamp(1.0, 5.0) as usize;
        let mut id = format!("{}_{quintile}", slug(&district.name));
        // Two groups of a district may have the same mean.
        while list.iter().any(|zone: &Zone| zone.id == id) {
            id.push('b');
        }
        list.push(Zone {
            title: format!("{}, quintile {quintile}", district.name),
            id,
            lat: district.lat,
            lon: district.lon,
            area_km2: district.area_km2,
            is_rural: district.population / district.area_km2.max(1.0) < RURAL_BELOW,
            quintile,
            residents: residents.map(f64::round),
        });
    }
}

/// Seven points spread over a disc of the district's area: the middle and a ring at 0.67 of the radius, which halves the area.
pub fn points(zone: &Zone) -> Vec<(f64, f64)> {
    const RING: [(f64, f64); 6] = [
        (1.0, 0.0),
        (0.5, 0.866_025),
        (-0.5, 0.866_025),
        (-1.0, 0.0),
        (-0.5, -0.866_025),
        (0.5, -0.866_025),
    ];
    let radius_km = (zone.area_km2 / std::f64::consts::PI).sqrt() * 0.67;
    let per_lon = KM_PER_DEGREE * libm::cos(zone.lat.to_radians());
    let ring = RING.map(|(x, y)| {
        let (lat, lon) = (y * radius_km / KM_PER_DEGREE, x * radius_km / per_lon);
        (zone.lat + lat, zone.lon + lon)
    });
    std::iter::once((zone.lat, zone.lon)).chain(ring).collect()
}

/// What the shipped library and the system of Devon say.
pub struct Shipped {
    /// Ids of all needs.
    pub needs: Vec<String>,
    /// Ids of first contacts with urgent and emergency care, by place and condition.
    pub first_contacts: Vec<String>,
    /// Contacts a year per 1,000 residents that tend to end in A&E, by age and deprivation.
    rates: BTreeMap<(String, String), f64>,
    /// Such contacts of Devon.
    pub devon_contacts: f64,
    /// Age and condition of those in Devon's hospitals and in support when the run begins.
    pub in_beds: Vec<(String, String)>,
    pub in_support: Vec<(String, String)>,
}

/// Needs that general practice, dentists and pharmacies see; they say little of how many come to A&E.
const NOT_FOR_AE: [&str; 5] = [
    "minor_illness",
    "long_standing",
    "child_illness",
    "dental",
    "medication",
];

impl Shipped {
    pub fn read(source: &dyn Source) -> Option<Self> {
        let text = |path: &str| source.read(&format!("scenarios/{path}")).ok();
        let needs = |path: &str| Some(need_names(&text(path)?));
        let mut rates = BTreeMap::new();
        for row in rows(&text("library/needs_rates.csv")?) {
            let counted = row.iter().filter(|(name, _)| {
                !["age", "deprivation"].contains(&name.as_str())
                    && !NOT_FOR_AE.contains(&name.as_str())
            });
            let sum = counted
                .filter_map(|(_, value)| value.parse::<f64>().ok())
                .sum();
            rates.insert(
                (row.get("age")?.clone(), row.get("deprivation")?.clone()),
                sum,
            );
        }
        let mut shipped = Self {
            needs: needs("library/needs.toml")?,
            first_contacts: needs("library/urgent_contacts.toml")?,
            rates,
            devon_contacts: 0.0,
            in_beds: inside(&text("systems/devon/in_at_start/exeter_beds.csv")?),
            in_support: inside(&text("systems/devon/in_at_start/exeter_support.csv")?),
        };
        for row in rows(&text("systems/devon/zones.csv")?) {
            for age in AGES {
                let residents: f64 = row.get(age)?.parse().ok()?;
                shipped.devon_contacts += residents * shipped.rate(age, row.get("deprivation")?);
            }
        }
        Some(shipped)
    }

    fn rate(&self, age: &str, deprivation: &str) -> f64 {
        let key = (age.to_owned(), deprivation.to_owned());
        self.rates.get(&key).copied().unwrap_or(0.0) / 1000.0
    }

    /// Contacts a year of these zones that tend to end in A&E.
    pub fn contacts(&self, zones: &Zones) -> f64 {
        let of_zone = |zone: &Zone| {
            let ages = AGES.iter().zip(zone.residents);
            let deprivation = zone.quintile.to_string();
            ages.map(|(age, residents)| residents * self.rate(age, &deprivation))
                .sum::<f64>()
        };
        zones.list.iter().map(of_zone).sum()
    }
}

fn need_names(text: &str) -> Vec<String> {
    let names = text.lines().filter_map(|line| {
        let name = line.trim().strip_prefix("[needs.")?.strip_suffix(']')?;
        (!name.contains('.')).then(|| name.to_owned())
    });
    names.collect()
}

pub fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().filter_map(Result::ok).collect()
}

pub fn inside(text: &str) -> Vec<(String, String)> {
    let pair = |row: BTreeMap<String, String>| {
        Some((row.get("age")?.clone(), row.get("condition")?.clone()))
    };
    rows(text).into_iter().filter_map(pair).collect()
}
