//! The monthly panel: every measure of patients by calendar month, unit and whether they were covered by a roll-out.
//!
//! Units are the levels of the attribute that roll-outs go by, or the sites they go by; without either, the zones. A row's
//! version says which roll-outs were in force for its patients (for those at a site, by the site).

use std::ops::Range;

use super::tables::{Filter, What};
use crate::engine::facts::Seen;
use crate::engine::program::{AttributeId, MarkId, N_ATTRIBUTES, SiteId};
use crate::engine::time::{DAY, SimSpan, SimTime};
use crate::uec::calendar::TimeZero;
use crate::uec::model::{
    Date, MeasureKind, MeasureSpec, Model, MonthlyAccounts, RunPlan, Statistic,
};

/// From this length a run has a panel, roll-out or not: two years.
const LONG: SimSpan = SimSpan(730 * DAY.0);

/// What the rows of a panel stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelUnit {
    All,
    Attribute(AttributeId),
    Site,
}

/// The accounts of a panel, compiled.
#[derive(Clone, Debug)]
pub struct PanelTables {
    pub unit: PanelUnit,
    pub n_units: usize,
    /// First day of each month of the measured period, and how many of its days are measured.
    pub months: Vec<(Date, u32)>,
    /// Sets of roll-outs in force for somebody, as bits in the order of `Model::rollouts`; that of none first.
    pub versions: Vec<u16>,
    /// When each month but the first begins.
    month_starts: Vec<SimTime>,
    /// By stream: its version.
    of_stream: Vec<u16>,
    /// By site: when the roll-outs by site come and go there, as bits.
    at_sites: Vec<Vec<(u16, Range<SimTime>)>>,
    /// By mark.
    taps: Vec<Vec<PanelTap>>,
    /// Measures with their accounts: of, and of a share among.
    pub accounts: Vec<Account>,
}

#[derive(Clone, Debug)]
struct PanelTap {
    what: What,
    filters: Vec<Filter>,
    /// Position in the reader's accounts.
    account: usize,
}

/// Where a measure is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Position in `Model::measures`.
    pub measure: usize,
    pub of: usize,
    pub among: Option<usize>,
    /// Of durations in accounts by site: who took longer than a bound.
    pub longer_than: Vec<(SimSpan, usize)>,
}

/// How many, and the sum of their times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PanelCell {
    pub count: u64,
    pub sum: u64,
}

/// What one replication gave: shape `[accounts][versions][units][months]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel(pub Vec<PanelCell>);

impl PanelTables {
    /// None for a short run without roll-outs.
    pub fn new(model: &Model, run: RunPlan, clock: impl Fn(MarkId) -> u8) -> Option<Self> {
        let is_by_site = model.accounts == MonthlyAccounts::BySite;
        if model.rollouts.is_empty() && run.length < LONG && !is_by_site {
            return None;
        }
        let (unit, n_units) = match is_by_site {
            true => (PanelUnit::Site, model.names.sites.len()),
            false => unit_of(model),
        };
        let (months, month_starts) = months(&run);
        let masks: Vec<u16> = (0..model.program.streams.len())
            .map(|stream| mask_of(model, stream))
            .collect();
        let mut tables = Self {
            unit,
            n_units,
            months,
            month_starts,
            versions: versions(model, &masks),
            of_stream: Vec::new(),
            at_sites: at_sites(model),
            taps: vec![Vec::new(); model.program.mark_clocks.len()],
            accounts: Vec::new(),
        };
        let version = |mask: &u16| tables.version(*mask);
        tables.of_stream = masks.iter().map(version).collect();
        let mut n_accounts = 0;
        for (index, measure) in model.measures.iter().enumerate() {
            tables.add(index, measure, is_by_site, &mut n_accounts, &clock);
        }
        Some(tables)
    }

    fn version(&self, mask: u16) -> u16 {
        let found = self.versions.iter().position(|known| *known == mask);
        found.unwrap_or(0) as u16
    }

    fn add(
        &mut self,
        index: usize,
        measure: &MeasureSpec,
        with_bounds: bool,
        n_accounts: &mut usize,
        clock: &impl Fn(MarkId) -> u8,
    ) {
        let mut tap = |mark: MarkId, what: What, further: &[crate::uec::model::Condition]| {
            let conditions = measure.filter.iter().chain(further);
            let filters = conditions.map(Filter::new).collect();
            let account = *n_accounts;
            *n_accounts += 1;
            self.taps[mark.index()].push(PanelTap {
                what,
                filters,
                account,
            });
            account
        };
        let mut longer_than = Vec::new();
        let (of, among) = match &measure.kind {
            MeasureKind::Count { mark } => (tap(*mark, What::Count, &[]), None),
            MeasureKind::Duration { from, to } => {
                let clock = clock(*from);
                for statistic in measure.statistics.iter().filter(|_| with_bounds) {
                    if let Statistic::Within(over) | Statistic::Over(over) = *statistic {
                        let up_to = SimSpan(u64::MAX);
                        let what = What::Between { clock, over, up_to };
                        longer_than.push((over, tap(*to, what, &[])));
                    }
                }
                (tap(*to, What::Since { clock }, &[]), None)
            }
            MeasureKind::SumBeyond { from, to, beyond } => {
                let (clock, bound) = (clock(*from), *beyond);
                (tap(*to, What::Beyond { clock, bound }, &[]), None)
            }
            MeasureKind::Share {
                of,
                of_filter,
                among,
                among_filter,
            } => {
                let of = tap(*of, What::Count, of_filter);
                (of, Some(tap(*among, What::Count, among_filter)))
            }
            MeasureKind::Level { .. }
            | MeasureKind::FleetLevel { .. }
            | MeasureKind::TriggerLevel { .. }
            | MeasureKind::PerPatient { .. }
            | MeasureKind::Sum { .. } => return,
        };
        self.accounts.push(Account {
            measure: index,
            of,
            among,
            longer_than,
        });
    }

    fn n_accounts(&self) -> usize {
        self.taps.iter().map(Vec::len).sum()
    }

    /// Position of a cell.
    pub fn cell(&self, account: usize, version: usize, unit: usize, month: usize) -> usize {
        ((account * self.versions.len() + version) * self.n_units + unit) * self.months.len()
            + month
    }
}

/// Keeps a panel while a replication runs.
#[derive(Clone, Debug)]
pub(super) struct PanelReader {
    cells: Vec<PanelCell>,
    month: usize,
}

impl PanelReader {
    pub fn new(tables: &PanelTables) -> Self {
        let n = tables.n_accounts() * tables.versions.len() * tables.n_units * tables.months.len();
        Self {
            cells: vec![PanelCell::default(); n],
            month: 0,
        }
    }

    pub fn into_panel(self) -> Panel {
        Panel(self.cells)
    }

    /// A patient passes a mark in the measured period.
    pub fn pass(
        &mut self,
        tables: &PanelTables,
        now: SimTime,
        mark: MarkId,
        site: SiteId,
        patient: &Seen<'_>,
    ) {
        let taps = &tables.taps[mark.index()];
        if taps.is_empty() {
            return;
        }
        // Milestones come in order of time.
        while tables
            .month_starts
            .get(self.month)
            .is_some_and(|start| *start <= now)
        {
            self.month += 1;
        }
        let attributes: &[u8; N_ATTRIBUTES] = patient.attributes();
        let unit = match tables.unit {
            PanelUnit::All => 0,
            PanelUnit::Attribute(id) => usize::from(attributes[usize::from(id.0)]),
            PanelUnit::Site => site.index(),
        };
        let version = match tables.unit {
            PanelUnit::Site => {
                let here = tables.at_sites[site.index()].iter();
                let bits = here.filter(|(_, span)| span.contains(&now));
                tables.version(bits.fold(0, |mask, (bits, _)| mask | bits))
            }
            _ => tables.of_stream[patient.stream().index()],
        };
        for tap in taps {
            let admits = |filter: &Filter| filter.admits(attributes[usize::from(filter.attribute)]);
            if !tap.filters.iter().all(admits) {
                continue;
            }
            let amount = match tap.what {
                What::Count => Some(SimSpan::ZERO),
                What::Between { clock, over, up_to } => {
                    let took = patient.clock(clock).map(|from| now.since(from));
                    took.filter(|took| *took > over && *took <= up_to)
                }
                What::Since { clock } => patient.clock(clock).map(|from| now.since(from)),
                What::Beyond { clock, bound } => {
                    patient.clock(clock).map(|from| now.since(from + bound))
                }
                // Sums are in no panel.
                What::Chance { .. } => None,
            };
            if let Some(amount) = amount {
                let cell = tables.cell(tap.account, usize::from(version), unit, self.month);
                self.cells[cell].count += 1;
                self.cells[cell].sum += amount.0;
            }
        }
    }
}

/// What roll-outs go by; the zones if they go by nothing.
fn unit_of(model: &Model) -> (PanelUnit, usize) {
    let by = model.rollouts.iter().find_map(|one| one.by.as_deref());
    if by == Some("site") {
        return (PanelUnit::Site, model.names.sites.len());
    }
    let attributes = &model.names.attributes;
    let found = attributes
        .iter()
        .position(|one| one.id == by.unwrap_or("zone"));
    found.map_or((PanelUnit::All, 1), |index| {
        let unit = PanelUnit::Attribute(AttributeId(index as u8));
        (unit, attributes[index].levels.len())
    })
}

fn mask_of(model: &Model, stream: usize) -> u16 {
    let rollouts = model.rollouts.iter().enumerate();
    let covering = rollouts.filter(|(_, one)| one.covers.get(stream).copied().unwrap_or(false));
    covering.fold(0, |mask, (bit, _)| mask | 1 << bit)
}

fn versions(model: &Model, of_streams: &[u16]) -> Vec<u16> {
    let mut versions = vec![0];
    versions.extend(of_streams);
    // At a site, any set of those that come and go there.
    for site in at_sites(model) {
        for (_, span) in &site {
            let here = site.iter().filter(|(_, other)| other.contains(&span.start));
            versions.push(here.fold(0, |mask, (bits, _)| mask | bits));
            let after = site.iter().filter(|(_, other)| other.contains(&span.end));
            versions.push(after.fold(0, |mask, (bits, _)| mask | bits));
        }
    }
    versions.sort_unstable();
    versions.dedup();
    versions
}

fn at_sites(model: &Model) -> Vec<Vec<(u16, Range<SimTime>)>> {
    let of_site = |site: usize| {
        let rollouts = model.rollouts.iter().enumerate();
        rollouts
            .flat_map(|(bit, rollout)| {
                let spans = rollout.at_sites.get(site).into_iter().flatten();
                spans.map(move |span| (1 << bit, span.clone()))
            })
            .collect()
    };
    (0..model.names.sites.len()).map(of_site).collect()
}

/// The months of the measured period with their measured days, and when all but the first begin.
/// First day of each month of the measured period with how many of its days are measured, and when each but the first begins.
pub(super) fn months(run: &RunPlan) -> (Vec<(Date, u32)>, Vec<SimTime>) {
    let zero = TimeZero::of(run);
    let n_days = zero.measured_days(run);
    let (mut months, mut starts): (Vec<(Date, u32)>, Vec<SimTime>) = Default::default();
    for day in 0..n_days {
        let date = run.start.plus_days(day as i64);
        match months.last_mut() {
            Some((first, days)) if (first.year, first.month) == (date.year, date.month) => {
                *days += 1;
            }
            last => {
                if last.is_some() {
                    let midnight = date.to_days() * DAY.0 as i64;
                    let span = zero.until(midnight).unwrap_or_default();
                    starts.push(SimTime::ZERO + span);
                }
                months.push((date, 1));
            }
        }
    }
    (months, starts)
}
