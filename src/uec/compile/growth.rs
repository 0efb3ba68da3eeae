//! Demand that grows or falls from year to year.
//!
//! Growth adds a stream beside the one that there is, so that it renumbers nobody: the same patients come as without it, and
//! others on top (or, where demand falls, some of the same do not come).

use crate::engine::program::{Profile, ProfileId};
use crate::engine::time::{DAY, WEEK};

use super::Compiler;

const DAYS_PER_YEAR: f64 = 365.25;

/// The profiles of a stream that grows.
#[derive(Clone, Copy, Debug)]
pub struct Growing {
    /// Of those who come in any case.
    pub own: Option<ProfileId>,
    /// Of those whom growth brings; none without growth.
    pub more: Option<ProfileId>,
}

impl Compiler<'_> {
    /// The profiles for a rate that is as written on the first measured day and grows by a share `per_year`, compounded.
    pub fn growing(&mut self, profile: Option<ProfileId>, per_year: f64) -> Growing {
        if per_year == 0.0 {
            return Growing {
                own: profile,
                more: None,
            };
        }
        let key = (profile.map(|id| id.0), per_year.to_bits());
        if let Some(known) = self.growing.get(&key) {
            return *known;
        }
        let run = &self.forms.run;
        let warm_up = run.warm_up.0 as f64 / DAY.0 as f64;
        let n_days = (run.warm_up + run.length).0.div_ceil(DAY.0).max(1);
        let base = match profile {
            Some(id) => self.program.profiles[id.index()].clone(),
            None => Profile {
                bin: WEEK,
                cycle: vec![1.0],
                day_factors: Vec::new(),
            },
        };
        let factors = |part: fn(f64) -> f64| {
            let of_day = |day: u64| {
                let usual = base
                    .day_factors
                    .get(day as usize)
                    .or(base.day_factors.last());
                let years = (day as f64 + 0.5 - warm_up) / DAYS_PER_YEAR;
                usual.copied().unwrap_or(1.0) * part(libm::pow(1.0 + per_year, years))
            };
            Profile {
                day_factors: (0..n_days).map(of_day).collect(),
                ..base.clone()
            }
        };
        let profiles = [
            factors(|growth| growth.min(1.0)),
            factors(|growth| (growth - 1.0).max(0.0)),
        ];
        let [own, more] = profiles.map(|profile| {
            self.program.profiles.push(profile);
            ProfileId(self.program.profiles.len() as u16 - 1)
        });
        let growing = Growing {
            own: Some(own),
            more: Some(more),
        };
        self.growing.insert(key, growing);
        growing
    }
}
