//! The tables of places, as text: zones, points, practices, who goes to which department, and ambulance stations.

use std::fmt::Write;

use super::facts::Facts;
use super::pools::{Scale, Shift, part};
use super::zones::{AGES, KM_PER_DEGREE, Zone, Zones, points};

/// Kilometres over which the pull of a department falls to a third. Assumption: between the 4 km of Devon's borders and a town's reach.
const PULL_KM: f64 = 8.0;
/// Enough for the parts of departments to come out to a hundredth.
const ROUNDS_OF_BALANCE: usize = 50;
/// Residents for whom one ambulance station stands.
const RESIDENTS_PER_STATION: f64 = 60_000.0;

fn km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let north = (a.0 - b.0) * KM_PER_DEGREE;
    let east = (a.1 - b.1) * KM_PER_DEGREE * libm::cos(a.0.to_radians());
    (north * north + east * east).sqrt()
}

pub(super) fn nearest(zones: &Zones, lat: f64, lon: f64) -> &Zone {
    let mut best = &zones.list[0];
    for zone in &zones.list {
        if km((zone.lat, zone.lon), (lat, lon)) < km((best.lat, best.lon), (lat, lon)) {
            best = zone;
        }
    }
    best
}

pub(super) fn zones_table(zones: &Zones) -> String {
    let mut text = format!("zone,title,lat,lon,rural,deprivation,{}\n", AGES.join(","));
    for zone in &zones.list {
        let Zone {
            id,
            title,
            lat,
            lon,
            quintile,
            ..
        } = zone;
        let rural = u8::from(zone.is_rural);
        let residents = zone
            .residents
            .map(|residents| residents.to_string())
            .join(",");
        let _ = writeln!(
            text,
            "{id},\"{title}\",{lat:.5},{lon:.5},{rural},{quintile},{residents}"
        );
    }
    text
}

pub(super) fn points_table(zones: &Zones) -> String {
    let mut text = "zone,lat,lon,weight\n".to_owned();
    for zone in &zones.list {
        for (lat, lon) in points(zone) {
            let _ = writeln!(text, "{},{lat:.5},{lon:.5},1", zone.id);
        }
    }
    text
}

pub(super) fn practices(zones: &Zones, scale: &Scale) -> String {
    let mut text = "id,title,lat,lon,residents,slots.same_day.per_hour\n".to_owned();
    for zone in &zones.list {
        let Zone {
            id,
            title,
            lat,
            lon,
            ..
        } = zone;
        let (residents, slots) = (zone.total(), scale.slots(zone.total()));
        let _ = writeln!(
            text,
            "gp_{id},\"General practice, {title}\",{lat:.5},{lon:.5},{residents:.0},{slots}"
        );
    }
    text
}

pub(super) fn registered(zones: &Zones) -> String {
    let rows = zones
        .list
        .iter()
        .map(|zone| format!("{0},gp_{0},1\n", zone.id));
    std::iter::once("zone,site,weight\n".to_owned())
        .chain(rows)
        .collect()
}

/// Each zone's share of every department: less with distance, and in all as many as the department's part of attendances;
/// shares under 1 % are left out.
pub(super) fn departments(facts: &Facts, zones: &Zones) -> String {
    let pulls: Vec<Vec<f64>> = zones
        .list
        .iter()
        .map(|zone| {
            let distances = facts
                .sites
                .iter()
                .map(|site| km((zone.lat, zone.lon), (site.lat, site.lon)));
            let distances: Vec<f64> = distances.collect();
            // Relative to the nearest one, so that far zones keep a pull.
            let nearest = distances.iter().copied().fold(f64::INFINITY, f64::min);
            distances
                .iter()
                .map(|far| libm::exp((nearest - far) / PULL_KM))
                .collect()
        })
        .collect();
    let mut draws: Vec<f64> = facts.sites.iter().map(|site| site.share).collect();
    let shares = |draws: &[f64], zone: usize| {
        let parts: Vec<f64> = pulls[zone]
            .iter()
            .zip(draws)
            .map(|(pull, draw)| pull * draw)
            .collect();
        let total: f64 = parts.iter().sum();
        parts
            .into_iter()
            .map(|part| part / total)
            .collect::<Vec<f64>>()
    };
    for _ in 0..ROUNDS_OF_BALANCE {
        let mut of_site = vec![0.0; draws.len()];
        for (at, zone) in zones.list.iter().enumerate() {
            let here = shares(&draws, at);
            of_site
                .iter_mut()
                .zip(here)
                .for_each(|(sum, share)| *sum += share * zone.total());
        }
        let residents = zones.residents();
        for ((draw, of_site), site) in draws.iter_mut().zip(of_site).zip(&facts.sites) {
            *draw *= (site.share * residents / of_site.max(1.0)).clamp(0.2, 5.0);
        }
    }
    let mut text = "zone,site,weight\n".to_owned();
    for (at, zone) in zones.list.iter().enumerate() {
        for (site, share) in facts.sites.iter().zip(shares(&draws, at)) {
            if share >= 0.01 {
                let _ = writeln!(text, "{},{},{share:.3}", zone.id, site.id);
            }
        }
    }
    text
}

/// An ambulance station.
pub struct Station {
    name: String,
    pub lat: f64,
    pub lon: f64,
    pub residents: f64,
}

/// Stations at the points of every district, the more the more residents, largest district first.
pub fn stations(zones: &Zones) -> Vec<Station> {
    let mut districts: Vec<(&Zone, f64)> = Vec::new();
    for zone in &zones.list {
        match districts
            .iter_mut()
            .find(|(known, _)| (known.lat, known.lon) == (zone.lat, zone.lon))
        {
            Some((_, residents)) => *residents += zone.total(),
            None => districts.push((zone, zone.total())),
        }
    }
    let mut stations = Vec::new();
    for (zone, residents) in districts {
        let points = points(zone);
        let n = ((residents / RESIDENTS_PER_STATION).round() as usize).clamp(1, points.len());
        let district = zone
            .title
            .rsplit_once(", quintile")
            .map_or(zone.title.as_str(), |(name, _)| name);
        for (at, (lat, lon)) in points.into_iter().take(n).enumerate() {
            stations.push(Station {
                name: format!("{district} {}", at + 1),
                lat,
                lon,
                residents: residents / n as f64,
            });
        }
    }
    stations
}

/// Rows of a fleet's table: every shift's units parted among stations by residents.
pub(super) fn units(stations: &[Station], shifts: &[Shift], scale: f64) -> String {
    let weights: Vec<f64> = stations.iter().map(|station| station.residents).collect();
    let mut text = "station,lat,lon,units,shift\n".to_owned();
    for (shift, devon) in shifts {
        for (station, units) in stations.iter().zip(part(devon * scale, &weights)) {
            let Station { name, lat, lon, .. } = station;
            if units > 0 {
                let _ = writeln!(text, "\"{name}\",{lat:.5},{lon:.5},{units},\"{shift}\"");
            }
        }
    }
    text
}
