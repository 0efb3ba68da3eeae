//! Places in kilometres.

use crate::engine::program::Place;
use crate::uec::forms::{PlaceForm, ScenarioForm};

/// Kilometres of a degree of latitude on a sphere of the Earth's mean radius, 6371.0088 km (Moritz, 2000: GRS 80).
const KM_PER_DEGREE: f64 = 6371.0088 * std::f64::consts::PI / 180.0;

/// Degrees to kilometres about a central latitude and longitude (equirectangular).
///
/// Simplification: right to 1 % within some 200 km of the centre at British latitudes, which is less than what any detour
/// factor is known to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Projection {
    lat: f64,
    lon: f64,
    km_per_degree_of_longitude: f64,
}

impl Projection {
    /// About the mean of the places of zones, sites and stations.
    pub fn of(forms: &ScenarioForm) -> Self {
        let zones = forms.people.iter().flat_map(|people| &people.zones);
        let zones = zones.filter_map(|zone| zone.place);
        let sites = forms.sites.iter().filter_map(|site| site.place);
        let stations = forms.fleets.iter().flat_map(|fleet| &fleet.stations);
        let stations = stations.map(|station| station.place);
        let (mut n, mut lat_sum, mut lon_sum) = (0.0, 0.0, 0.0);
        for place in zones.chain(sites).chain(stations) {
            if let PlaceForm::Degrees { lat, lon } = place {
                n += 1.0;
                lat_sum += lat;
                lon_sum += lon;
            }
        }
        let n = f64::max(n, 1.0);
        Self::about(lat_sum / n, lon_sum / n)
    }

    pub fn about(lat: f64, lon: f64) -> Self {
        let radians = lat * std::f64::consts::PI / 180.0;
        Self {
            lat,
            lon,
            km_per_degree_of_longitude: KM_PER_DEGREE * libm::cos(radians),
        }
    }

    /// `slowness` is relative: 1 is the usual speed of the fleet or route.
    pub fn place(&self, form: PlaceForm, slowness: f64) -> Place {
        let (x, y) = match form {
            PlaceForm::Kilometres { x, y } => (x, y),
            PlaceForm::Degrees { lat, lon } => (
                (lon - self.lon) * self.km_per_degree_of_longitude,
                (lat - self.lat) * KM_PER_DEGREE,
            ),
        };
        Place {
            x: x as f32,
            y: y as f32,
            slowness: slowness as f32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exeter_and_plymouth_lie_58_km_apart() {
        let projection = Projection::about(50.5, -3.8);
        let exeter = PlaceForm::Degrees {
            lat: 50.7167,
            lon: -3.5066,
        };
        let plymouth = PlaceForm::Degrees {
            lat: 50.4167,
            lon: -4.1139,
        };
        let (a, b) = (
            projection.place(exeter, 1.0),
            projection.place(plymouth, 1.0),
        );
        let km = f64::from((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt();
        // Great circle between the two places: 54.4 km.
        assert!((km - 54.4).abs() < 0.3, "{km}");
    }
}
