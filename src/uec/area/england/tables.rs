//! The tables of the system's areas, as text: what each has, its zones and points, its fleets.

use std::fmt::Write;

use super::super::places::stations;
use super::super::pools::{Shift, part};
use super::super::zones::{AGES, Zone, points};
use super::areas::{Area, Found};
use super::sizes::Size;

/// Districts of a quintile's residents of which points are kept.
const DISTRICTS: usize = 4;
/// Points of a district: the middle and every second one of the ring.
const POINTS: [usize; 4] = [0, 1, 3, 5];

pub fn areas(found: &Found, sizes: &[Size]) -> String {
    let mut text = "area,title,board,contract,service,lat,lon,calls,emergency_calls,walk_in,centre,planned,from_clinics,type_2,nhs111,control,departments,home_support,rehabilitation_beds,care_home_beds,same_day,centres,acute_beds,medical_beds,surgical_beds,childrens_beds,clinic_rooms,stay\n".to_owned();
    for (area, size) in found.areas.iter().zip(sizes) {
        let Area {
            id,
            title,
            board,
            contract,
            service,
            lat,
            lon,
            ..
        } = area;
        let [calls, emergency_calls, walk_in, centre] = size.contacts;
        let [acute, medical, surgical, children] = size.beds;
        let [home, rehabilitation, care_home] = size.support;
        let _ = writeln!(
            text,
            "{id},\"{title}\",{board},{contract},{service},{lat:.4},{lon:.4},{calls:.4},{emergency_calls:.4},{walk_in:.4},{centre:.4},\
             {:.0} per year,{:.0} per year,{:.0} per year,{:.3},{:.3},{:.3},{:.3},{:.3},{:.3},{:.3},{:.3},{acute},{medical},{surgical},{children},{:.0},{:.3}",
            size.planned,
            size.from_clinics,
            size.type2.max(1.0),
            size.calls,
            size.control,
            size.departments,
            home,
            rehabilitation,
            care_home,
            size.same_day,
            size.centre,
            (size.type2 / 800.0).ceil() + 1.0,
            size.stay,
        );
    }
    text
}

/// The zones of an area of one quintile of deprivation.
fn of_quintile(area: &Area, quintile: usize) -> impl Iterator<Item = &Zone> {
    area.zones
        .list
        .iter()
        .filter(move |zone| zone.quintile == quintile)
}

pub fn zones(found: &Found) -> String {
    let mut text = format!(
        "area,zone,title,lat,lon,rural,deprivation,{}\n",
        AGES.join(",")
    );
    for area in &found.areas {
        for quintile in 1..=5 {
            let mut residents = [0.0; 8];
            let (mut lat, mut lon, mut rural, mut n) = (0.0, 0.0, 0.0, 0.0);
            for zone in of_quintile(area, quintile) {
                residents
                    .iter_mut()
                    .zip(zone.residents)
                    .for_each(|(sum, n)| *sum += n);
                lat += zone.lat * zone.total();
                lon += zone.lon * zone.total();
                rural += if zone.is_rural { zone.total() } else { 0.0 };
                n += zone.total();
            }
            let (lat, lon) = if n > 0.0 {
                (lat / n, lon / n)
            } else {
                (area.lat, area.lon)
            };
            let residents = residents.map(|residents| residents.to_string()).join(",");
            let rural = u8::from(rural > n / 2.0);
            let _ = writeln!(
                text,
                "{},quintile_{quintile},Quintile {quintile} of deprivation,{lat:.4},{lon:.4},{rural},{quintile},{residents}",
                area.id
            );
        }
    }
    text
}

pub fn place_points(found: &Found) -> String {
    let mut text = "area,zone,lat,lon,weight\n".to_owned();
    for area in &found.areas {
        for quintile in 1..=5 {
            let mut here: Vec<&Zone> = of_quintile(area, quintile).collect();
            here.sort_by(|a, b| b.total().total_cmp(&a.total()).then(a.id.cmp(&b.id)));
            for zone in here.into_iter().take(DISTRICTS) {
                let all = points(zone);
                for (lat, lon) in POINTS.map(|at| all[at]) {
                    let _ = writeln!(
                        text,
                        "{},quintile_{quintile},{lat:.3},{lon:.3},{:.0}",
                        area.id,
                        (zone.total() / 100.0).max(1.0)
                    );
                }
            }
        }
    }
    text
}

/// Rows of a fleet's table: every shift's units parted among the area's stations by residents.
pub fn units(
    found: &Found,
    sizes: &[Size],
    shifts: &[Shift],
    scale: fn(&Size) -> f64,
    most_stations: usize,
) -> String {
    let mut text = "area,station,lat,lon,units,shift\n".to_owned();
    for (area, size) in found.areas.iter().zip(sizes) {
        let mut stations = stations(&area.zones);
        stations.truncate(most_stations);
        let weights: Vec<f64> = stations.iter().map(|station| station.residents).collect();
        for (shift, devon) in shifts {
            for (at, (station, units)) in stations
                .iter()
                .zip(part(devon * scale(size), &weights))
                .enumerate()
            {
                if units > 0 {
                    let _ = writeln!(
                        text,
                        "{},{},{:.3},{:.3},{units},\"{shift}\"",
                        area.id,
                        at + 1,
                        station.lat,
                        station.lon
                    );
                }
            }
        }
    }
    text
}
