//! Offered load against rostered capacity by pool and hour of the week: what was found, and its table.

use crate::uec::check::load_by_hour::HourlyLoad;
use crate::uec::compile::EVERYWHERE;
use crate::uec::model::{Model, Named};

use super::format::{DAYS, exact, number};
use super::subject::site_title;
use super::tables::Sheet;

/// A pool that patients come to or a fleet that they call, with its week.
pub struct PoolWeek<'a> {
    /// Of several areas.
    pub area: Option<&'a Named>,
    /// Empty for a fleet.
    pub site: &'a str,
    /// Or the fleet.
    pub pool: &'a str,
    /// `Doctors at Exeter`; of an area with its name.
    pub name: String,
    /// `Doctors`.
    pub title: String,
    /// `Exeter`; empty for a pool of the whole area.
    pub site_title: String,
    pub load: &'a HourlyLoad,
}

impl PoolWeek<'_> {
    /// `Mon 14:00: 5.2 wanted, 4 rostered`; none if no hour is short.
    pub fn worst(&self) -> Option<String> {
        let hour = self.load.worst()?;
        let (offered, capacity) = (self.load.offered[hour], self.load.capacity[hour]);
        Some(format!(
            "{}: {} wanted, {} rostered",
            when(hour),
            number(offered),
            number(capacity)
        ))
    }

    /// Load over capacity, both over the whole week; none without capacity.
    pub fn percent(&self) -> Option<f64> {
        let capacity = self.load.mean_capacity();
        (capacity > 0.0).then(|| self.load.mean_offered() / capacity * 100.0)
    }
}

/// `Mon 14:00`.
pub fn when(hour: usize) -> String {
    format!("{} {:02}:00", DAYS[hour / 24 % 7], hour % 24)
}

/// Pools that anybody comes to, of all areas if there are several: those short in most hours first, then by load.
pub fn weeks<'a>(model: &'a Model, loads: &'a [HourlyLoad]) -> Vec<PoolWeek<'a>> {
    let mut weeks = weeks_of(model, None, loads);
    for area in &model.areas {
        weeks.extend(weeks_of(model, Some(&area.named), &area.hourly_loads));
    }
    let percent = |week: &PoolWeek<'_>| week.percent().unwrap_or(0.0);
    weeks.sort_by(|a, b| {
        let by_hours = b.load.hours_short().cmp(&a.load.hours_short());
        by_hours.then(percent(b).total_cmp(&percent(a)))
    });
    weeks
}

fn weeks_of<'a>(
    model: &'a Model,
    area: Option<&'a Named>,
    loads: &'a [HourlyLoad],
) -> Vec<PoolWeek<'a>> {
    let pools = model.names.pools.iter().map(|pool| {
        let site = &model.names.sites[pool.site.index()].id;
        (site.as_str(), pool.id.as_str())
    });
    let fleets = model
        .names
        .fleets
        .iter()
        .map(|fleet| ("", fleet.id.as_str()));
    let weeks = pools
        .chain(fleets)
        .zip(loads)
        .filter(|(_, load)| load.is_wanted())
        .map(|((site, pool), load)| {
            let (name, site_title) = (pool_words(model, site, pool), site_words(model, site));
            let (name, site_title) = match area {
                None => (name, site_title),
                Some(area) if site_title.is_empty() => {
                    (format!("{name}, {}", area.title), area.title.clone())
                }
                Some(area) => (
                    format!("{name}, {}", area.title),
                    format!("{site_title}, {}", area.title),
                ),
            };
            PoolWeek {
                area,
                site,
                pool,
                name,
                title: capitalised(pool),
                site_title,
                load,
            }
        });
    weeks.collect()
}

/// `Doctors at Exeter`; a pool of the whole area stands alone.
fn pool_words(model: &Model, site: &str, pool: &str) -> String {
    match site_words(model, site) {
        site if site.is_empty() => capitalised(pool),
        site => format!("{} at {site}", capitalised(pool)),
    }
}

/// `Triage nurses`.
pub fn capitalised(pool: &str) -> String {
    let pool = pool.replace('_', " ");
    let mut letters = pool.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// `Exeter`; empty for what belongs to the whole area.
pub fn site_words(model: &Model, site: &str) -> String {
    match site {
        "" | EVERYWHERE => String::new(),
        site => site_title(model, site),
    }
}

/// What was found, in a sentence without its full stop.
pub fn finding(weeks: &[PoolWeek<'_>]) -> String {
    let n_short = |week: &PoolWeek<'_>| week.load.hours_short();
    let short = weeks.iter().filter(|week| n_short(week) > 0).count();
    let (one, several) = match weeks.iter().any(|week| week.site.is_empty()) {
        true => ("pool or fleet", "pools and fleets"),
        false => ("pool", "pools"),
    };
    let Some(worst) = weeks.first().filter(|_| short > 0) else {
        return format!("No {one} is short of units in any hour of the week");
    };
    let n_hours = n_short(worst);
    let others = match short - 1 {
        0 => format!("no other {one} is"),
        1 => format!("one other {one} is in some"),
        others => format!("{others} other {several} are in some"),
    };
    let (is, hours) = (
        if worst.pool.ends_with('s') {
            "are"
        } else {
            "is"
        },
        if n_hours == 1 { "hour" } else { "hours" },
    );
    format!(
        "{} {is} short in {n_hours} {hours} of the week; {others}",
        worst.name
    )
}

/// One row per pool and hour of the week, in the order of `weeks`.
pub fn table(weeks: &[PoolWeek<'_>]) -> String {
    let has_areas = weeks.iter().any(|week| week.area.is_some());
    let own = [
        "site",
        "pool",
        "hour_of_week",
        "day",
        "hour",
        "offered",
        "capacity",
        "load_percent",
        "short",
    ];
    let columns: Vec<&str> = has_areas.then_some("area").into_iter().chain(own).collect();
    let mut sheet = Sheet::new(&columns);
    for week in weeks {
        let load = week.load;
        for (hour, (offered, capacity)) in load.offered.iter().zip(&load.capacity).enumerate() {
            let percent = (*capacity > 0.0).then(|| exact(offered / capacity * 100.0));
            let area = week.area.map(|area| area.id.clone());
            let own = [
                week.site.to_owned(),
                week.pool.to_owned(),
                hour.to_string(),
                DAYS[hour / 24 % 7].to_owned(),
                (hour % 24).to_string(),
                exact(*offered),
                exact(*capacity),
                percent.unwrap_or_default(),
                u8::from(load.is_short(hour)).to_string(),
            ];
            let row: Vec<String> = area.into_iter().chain(own).collect();
            sheet.push(&row);
        }
    }
    sheet.finish()
}
