//! Compiles a model's measures into [`MeasureTables`]: where each is counted, and what is counted at each mark.

use super::flow::FlowTables;
use super::groups::GroupTables;
use super::keys::{MeasureKey, Row, has_statistic};
use super::levels::{LevelRow, LevelTables};
use super::monthly::MonthlyTables;
use super::odds::Odds;
use super::panel::PanelTables;
use super::passed::PassedTables;
use super::per_patient::PerPatientTables;
use super::plain::{At, PlainTap};
use super::tables::{
    Block, Filter, Grid, HOURS_OF_WEEK, Item, MeasureTables, Period, Sizes, Split, Tap, What, Whole,
};
use crate::engine::program::{AttributeId, MarkId, Program, SiteId, Step};
use crate::engine::time::{SimSpan, SimTime};
use crate::uec::model::{
    Condition, LevelOf, MeasureKind, MeasureSpec, Model, RunPlan, Statistic, SumItem, SumOf,
};

pub(super) struct Builder<'m> {
    model: &'m Model,
    period: Period,
    sites_of_mark: Vec<Vec<SiteId>>,
    taps_by_mark: Vec<Vec<Tap>>,
    sizes: Sizes,
    levels: LevelTables,
    odds: Vec<Odds>,
    per_patient: PerPatientTables,
    passed: PassedTables,
    monthly: MonthlyTables,
    blocks: Vec<Block>,
    groups: GroupTables,
}

impl<'m> Builder<'m> {
    pub fn new(model: &'m Model, period: Period) -> Self {
        let n_marks = model.program.mark_clocks.len();
        Self {
            model,
            groups: GroupTables::new(model, period.days()),
            period,
            sites_of_mark: sites_of_marks(&model.program, n_marks),
            taps_by_mark: vec![Vec::new(); n_marks],
            sizes: Sizes::default(),
            levels: LevelTables::default(),
            odds: Vec::new(),
            per_patient: PerPatientTables::default(),
            passed: PassedTables::default(),
            monthly: MonthlyTables::default(),
            blocks: Vec::new(),
        }
    }

    pub fn measure(&mut self, measure: &MeasureSpec) {
        self.groups.begin_measure();
        match &measure.kind {
            MeasureKind::Count { mark } => self.counted(measure, *mark, What::Count),
            MeasureKind::Duration { from, to } => {
                let clock = self.clock(*from);
                self.counted(measure, *to, What::Since { clock });
            }
            MeasureKind::SumBeyond { from, to, beyond } => {
                let (clock, bound) = (self.clock(*from), *beyond);
                self.counted(measure, *to, What::Beyond { clock, bound });
            }
            MeasureKind::Share {
                of,
                of_filter,
                among,
                among_filter,
            } => {
                // One row order for both sides: a site that only sees one of the marks still has its row.
                let mut block = self.block(measure, &[*of, *among]);
                block.grid = self.tap(measure, *of, of_filter, (What::Count, 0), &block);
                block.among = self.tap(measure, *among, among_filter, (What::Count, 0), &block);
                self.blocks.push(block);
            }
            MeasureKind::PerPatient { marks, among } => {
                let mut block = self.block(measure, marks);
                let filters = measure.filter.iter().map(Filter::new).collect();
                let splits = self.splits(measure, &block).into();
                let first_row = self.per_patient.add(
                    self.taps_by_mark.len(),
                    (marks, *among),
                    (filters, splits),
                    (block.rows.len(), self.groups.add_numbers(measure)),
                );
                block.grid.first_row = first_row as u32;
                self.blocks.push(block);
            }
            MeasureKind::Sum { items } => {
                let marks = items.iter().filter_map(|item| match item.of {
                    SumOf::Mark(mark) => Some(mark),
                    SumOf::Between { to, .. }
                    | SumOf::Time { to, .. }
                    | SumOf::Chance { to, .. } => Some(to),
                    SumOf::Pools { .. } | SumOf::Fleet { .. } => None,
                });
                let mut block = self.block(measure, &marks.collect::<Vec<_>>());
                block.items = items
                    .iter()
                    .map(|item| self.item(measure, item, &block))
                    .collect();
                self.blocks.push(block);
            }
            MeasureKind::Level { pools, what } => {
                let rows = self
                    .levels
                    .add_pools(self.model, measure, pools, &self.period);
                self.level(rows, *what);
            }
            MeasureKind::FleetLevel { fleet, what } => {
                let rows = self.levels.add_fleet(measure, *fleet, &self.period);
                self.level(rows, *what);
            }
            MeasureKind::TriggerLevel { triggers, what } => {
                let rows = self
                    .levels
                    .add_triggers(self.model, measure, triggers, &self.period);
                self.level(rows, *what);
            }
        }
    }

    fn item(&mut self, measure: &MeasureSpec, item: &SumItem, block: &Block) -> Item {
        let unless = item.unless.map_or(0, |mark| self.passed.bit(mark));
        let tap = |builder: &mut Self, mark: MarkId, what: What| {
            builder.tap(measure, mark, &item.filter, (what, unless), block)
        };
        match &item.of {
            SumOf::Mark(mark) => Item::Counts(tap(self, *mark, What::Count)),
            SumOf::Between {
                from,
                to,
                over,
                up_to,
            } => {
                let what = What::Between {
                    clock: self.clock(*from),
                    over: *over,
                    up_to: up_to.unwrap_or(SimSpan(u64::MAX)),
                };
                Item::Counts(tap(self, *to, what))
            }
            SumOf::Time {
                from, to, beyond, ..
            } => {
                let what = What::Beyond {
                    clock: self.clock(*from),
                    bound: *beyond,
                };
                Item::Times(tap(self, *to, what))
            }
            SumOf::Chance {
                from,
                to,
                at,
                chance,
                over,
                per,
                odds_ratio,
            } => {
                let clock = self.clock(*from);
                let ratios = [odds_ratio.value, odds_ratio.low, odds_ratio.high, 1.0];
                let chances = ratios.map(|ratio| {
                    self.odds
                        .push(Odds::new(*chance, *at, ratio, *per).over(*over));
                    let odds = u16::try_from(self.odds.len() - 1).expect("sums have few items");
                    tap(self, *to, What::Chance { clock, odds })
                });
                Item::Chances(chances)
            }
            SumOf::Pools { pools, .. } => {
                self.groups.add_nobody();
                let rows = self
                    .levels
                    .add_pools(self.model, measure, pools, &self.period);
                Item::Tracks(rows[0].1.clone())
            }
            SumOf::Fleet { fleet, .. } => {
                self.groups.add_nobody();
                let rows = self.levels.add_fleet(measure, *fleet, &self.period);
                Item::Tracks(rows[0].1.clone())
            }
        }
    }

    fn level(&mut self, rows: Vec<LevelRow>, what: LevelOf) {
        self.levels.totals.push((what, rows[0].1.clone()));
        self.blocks.push(level_block(rows));
    }

    fn clock(&self, mark: MarkId) -> u8 {
        self.model.program.mark_clocks[mark.index()]
            .expect("the mark that a duration starts from has a clock")
    }

    fn counted(&mut self, measure: &MeasureSpec, mark: MarkId, what: What) {
        let mut block = self.block(measure, &[mark]);
        block.monthly = self.monthly.add(measure, &block);
        block.grid = self.tap(measure, mark, &[], (what, 0), &block);
        self.blocks.push(block);
    }

    fn block(&self, measure: &MeasureSpec, marks: &[MarkId]) -> Block {
        let mut rows = vec![Row::All];
        if measure.by_site {
            let mut sites: Vec<SiteId> = marks
                .iter()
                .flat_map(|mark| self.sites_of_mark[mark.index()].iter().copied())
                .collect();
            sites.sort_unstable();
            sites.dedup();
            rows.extend(sites.into_iter().map(Row::Site));
        }
        let n_site_rows = rows.len();
        for &attribute in &measure.by {
            let n_levels = self.model.names.attributes[usize::from(attribute.0)]
                .levels
                .len();
            let n_levels = u8::try_from(n_levels).expect("an attribute has at most 250 levels");
            rows.extend((0..n_levels).map(|level| Row::Cohort(attribute, level)));
        }
        Block {
            rows,
            n_site_rows,
            ..Block::default()
        }
    }

    fn tap(
        &mut self,
        measure: &MeasureSpec,
        mark: MarkId,
        further: &[Condition],
        (what, unless): (What, u32),
        block: &Block,
    ) -> Grid {
        let conditions = measure.filter.iter().chain(further);
        let mut splits = self.splits(measure, block);
        let whole = if measure.by_site {
            Whole::Sites(block.n_site_rows as u16 - 1)
        } else if splits.is_empty() {
            Whole::Itself
        } else {
            Whole::Cohorts(splits.remove(0))
        };
        let site_rows = match whole {
            Whole::Sites(_) => self.site_rows(block),
            _ => Box::default(),
        };
        let filters: Box<[Filter]> = conditions.map(Filter::new).collect();
        let bounds = match what {
            What::Count | What::Between { .. } | What::Chance { .. } => None,
            What::Since { .. } => Some(time_bounds(measure)),
            What::Beyond { .. } => Some(NOT_BEYOND.to_vec()),
        };
        let tap = Tap {
            what,
            groups: self
                .groups
                .add((mark, what, unless), &filters, bounds.clone()),
            unless,
            filters,
            splits: splits.into(),
            site_rows,
            whole,
            grid: self.grid(measure, bounds, block),
            monthly: block.monthly,
        };
        let grid = tap.grid;
        self.taps_by_mark[mark.index()].push(tap);
        grid
    }

    fn splits(&self, measure: &MeasureSpec, block: &Block) -> Vec<Split> {
        let mut first_row = block.n_site_rows as u16;
        let split = |attribute: &AttributeId| {
            let levels = &self.model.names.attributes[usize::from(attribute.0)].levels;
            let split = Split {
                attribute: attribute.0,
                n_levels: levels.len() as u8,
                first_row,
            };
            first_row += u16::from(split.n_levels);
            split
        };
        measure.by.iter().map(split).collect()
    }

    fn site_rows(&self, block: &Block) -> Box<[u16]> {
        let mut rows = vec![0; usize::from(self.model.program.n_sites)];
        for (row, key) in block.rows.iter().enumerate() {
            if let Row::Site(site) = key {
                rows[site.index()] = row as u16;
            }
        }
        rows.into()
    }

    /// `bounds` are of times; counts have none.
    fn grid(&mut self, measure: &MeasureSpec, bounds: Option<Vec<u64>>, block: &Block) -> Grid {
        let n_rows = block.rows.len();
        let sizes = &mut self.sizes;
        let first_row = match bounds {
            None => {
                sizes.counts += n_rows;
                sizes.counts - n_rows
            }
            Some(bounds) => {
                sizes.times.extend(vec![bounds; n_rows]);
                sizes.times.len() - n_rows
            }
        };
        let grid = Grid {
            first_row: first_row as u32,
            by_day: measure.by_day.then_some(sizes.days as u32),
            by_hour: measure.by_hour_of_week.then_some(sizes.hours as u32),
        };
        if measure.by_day {
            sizes.days += block.n_site_rows * self.period.n_days;
        }
        if measure.by_hour_of_week {
            sizes.hours += block.n_site_rows * HOURS_OF_WEEK;
        }
        grid
    }

    pub fn finish(mut self, model: &Model, period: Period) -> MeasureTables {
        self.groups.finish();
        let mut keys = Vec::new();
        for (index, (measure, block)) in model.measures.iter().zip(&self.blocks).enumerate() {
            for &statistic in &measure.statistics {
                if has_statistic(measure, statistic) {
                    keys.extend(block.rows.iter().map(|&row| MeasureKey {
                        measure: index,
                        statistic,
                        row,
                    }));
                }
            }
        }
        let run = RunPlan {
            warm_up: period.start.since(SimTime::ZERO),
            length: period.end.since(period.start),
            ..model.run
        };
        self.monthly.finish(&run);
        let clock = |mark: MarkId| {
            model.program.mark_clocks[mark.index()]
                .expect("the mark that a duration starts from has a clock")
        };
        let panel = PanelTables::new(model, run, clock);
        let at_mark = |(mark, taps): (usize, &Vec<Tap>)| {
            let mark = MarkId(mark as u16);
            let is_for_more = panel.is_some()
                || self.per_patient.is_counted(mark)
                || self.passed.is_told_apart(mark);
            let plain: Option<Box<[PlainTap]>> = taps.iter().map(Tap::as_plain).collect();
            match plain {
                Some(taps) if !is_for_more && taps.is_empty() => At::Nothing,
                Some(taps) if !is_for_more => At::Plain(taps),
                _ => At::Anything,
            }
        };
        let at_marks = self.taps_by_mark.iter().enumerate().map(at_mark).collect();
        MeasureTables {
            period,
            at_marks,
            panel,
            taps: self.taps_by_mark.into_iter().map(Vec::into).collect(),
            sizes: self.sizes,
            levels: self.levels,
            odds: self.odds,
            per_patient: self.per_patient,
            passed: self.passed,
            flow: FlowTables::new(&model.program, &model.names),
            blocks: self.blocks,
            groups: self.groups,
            monthly: self.monthly,
            keys,
        }
    }
}

/// Of times beyond a bound: tells how many were not beyond at all.
const NOT_BEYOND: [u64; 1] = [0];

/// Bounds of `within` and `over` in milliseconds, increasing, each once.
fn time_bounds(measure: &MeasureSpec) -> Vec<u64> {
    let mut bounds: Vec<u64> = measure
        .statistics
        .iter()
        .filter_map(|statistic| match statistic {
            Statistic::Within(bound) | Statistic::Over(bound) => Some(bound.0),
            _ => None,
        })
        .collect();
    bounds.sort_unstable();
    bounds.dedup();
    bounds
}

fn level_block(rows: Vec<LevelRow>) -> Block {
    let n_site_rows = rows.len();
    let (rows, tracks) = rows.into_iter().unzip();
    Block {
        rows,
        n_site_rows,
        tracks,
        ..Block::default()
    }
}

/// The sites at which each mark can happen, in order.
fn sites_of_marks(program: &Program, n_marks: usize) -> Vec<Vec<SiteId>> {
    let mut sites = vec![Vec::new(); n_marks];
    for (step, draw) in program.steps.iter().zip(&program.draws) {
        match step {
            Step::Mark { mark, site } => sites[mark.index()].push(*site),
            Step::Call { at_dispatch, .. } => {
                if let Some(mark) = at_dispatch.get() {
                    sites[mark.index()].push(draw.site);
                }
            }
            Step::Use { .. } => {
                if let Some(mark) = draw.at_start.get() {
                    sites[mark.index()].push(draw.site);
                }
            }
            _ => {}
        }
    }
    for of_mark in &mut sites {
        of_mark.sort_unstable();
        of_mark.dedup();
    }
    sites
}
