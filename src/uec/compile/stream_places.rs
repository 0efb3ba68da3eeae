//! Where in the area people are when they arrive: at a place, in a rectangle, or at the points of their zone.

use crate::engine::program::StreamPlace;
use crate::uec::forms::arrivals::StreamPlaceForm;
use crate::uec::forms::needs::PeopleForm;

use super::Compiler;
use super::index::report_unknown;

/// Of those for whom nothing is written.
pub const MIDDLE: crate::uec::forms::PlaceForm =
    crate::uec::forms::PlaceForm::Kilometres { x: 0.0, y: 0.0 };

impl<'a> Compiler<'a> {
    pub fn stream_place(&mut self, form: &'a StreamPlaceForm) -> Option<StreamPlace> {
        let forms = self.forms;
        let corner = |[x, y]: [f64; 2]| {
            let place = crate::uec::forms::PlaceForm::Kilometres { x, y };
            self.projection.place(place, 1.0)
        };
        match form {
            StreamPlaceForm::At(place) => Some(StreamPlace::At(self.projection.place(*place, 1.0))),
            StreamPlaceForm::Rectangle(low, high) => Some(StreamPlace::Rectangle {
                low: corner(*low),
                high: corner(*high),
            }),
            StreamPlaceForm::Zone(name) => {
                let people = forms.people.as_ref();
                let zones = people.map_or(&[][..], |people| &people.zones);
                let found = zones.iter().position(|zone| zone.name.value == name.value);
                match (people, found) {
                    (Some(people), Some(zone)) => Some(self.place_in_zone(people, zone)),
                    _ => {
                        let known = zones.iter().map(|zone| &zone.name.value);
                        report_unknown("zone", name, known, self.faults);
                        None
                    }
                }
            }
        }
    }

    pub fn place_in_zone(&self, people: &PeopleForm, zone: usize) -> StreamPlace {
        if let Some((first, n)) = self.zone_points.get(zone).copied().flatten() {
            return StreamPlace::Points { first, n };
        }
        let place = people.zones[zone].place.unwrap_or(MIDDLE);
        StreamPlace::At(self.projection.place(place, 1.0))
    }

    /// The points of each zone, with cumulative weights.
    pub fn points(&mut self, people: &'a PeopleForm) {
        let usual = self.usual_minutes_per_km();
        for point in &people.points {
            let known = people
                .zones
                .iter()
                .any(|zone| zone.name.value == point.zone.value);
            if !known {
                let zones = people.zones.iter().map(|zone| &zone.name.value);
                report_unknown("zone", &point.zone, zones, self.faults);
            }
        }
        for zone in &people.zones {
            let of_zone = people.points.iter();
            let of_zone = of_zone.filter(|point| point.zone.value == zone.name.value);
            let total: f64 = of_zone.clone().map(|point| point.weight).sum();
            if total <= 0.0 {
                self.zone_points.push(None);
                continue;
            }
            let first = self.program.points.len();
            let mut sum = 0.0;
            for point in of_zone {
                let relative = point
                    .slowness
                    .zip(usual)
                    .map_or(1.0, |(own, usual)| own / usual);
                self.program
                    .points
                    .push(self.projection.place(point.place, relative));
                sum += point.weight;
                self.program.point_weights.push(sum / total);
            }
            if let Some(last) = self.program.point_weights.last_mut() {
                *last = 1.0;
            }
            let n = self.program.points.len() - first;
            self.zone_points.push(Some((first as u32, n as u32)));
        }
    }

    /// Mean minutes for a kilometre over the points of the people, by weight; none if the points do not say.
    pub fn usual_minutes_per_km(&self) -> Option<f64> {
        let people = self.forms.people.as_ref()?;
        let (mut total, mut weight) = (0.0, 0.0);
        for point in &people.points {
            if let Some(slowness) = point.slowness {
                total += slowness * point.weight;
                weight += point.weight;
            }
        }
        (total > 0.0 && weight > 0.0).then(|| total / weight)
    }
}
