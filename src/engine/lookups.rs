//! The program's tables by cohort, time, place and state as a run reads them: every selector flat and side by side.
//!
//! A look-up adds what each dimension's value is worth and reads the row at the sum. Rows say at once what is wanted there:
//! where the shares of a chance begin, which sampler a length of time is drawn from, which branch is taken.

use super::program::{
    AttributeId, ChanceId, Dimension, DurationId, N_ATTRIBUTES, Program, Selector, SelectorId,
};
use super::proven::Proven;
use super::streams;

/// One selector.
#[derive(Clone, Copy)]
pub struct Lookup {
    /// Attributes come first.
    first_term: u32,
    n_attributes: u16,
    n_others: u16,
    /// Of a chance: its outcomes but the last.
    n_shares: u16,
    /// Of the row that is read when the sum is none of the table's; the rows follow.
    first_row: u32,
    n_rows: u32,
}

/// One dimension: value `v` adds `worth[first + v]`, a value from `n` on nothing.
#[derive(Clone, Copy)]
pub struct Term {
    first: u32,
    /// Of `Lookups::others`, if it is not an attribute.
    other: u32,
    n: u16,
    attribute: u8,
}

impl Lookup {
    /// No dimension is anything but an attribute.
    #[inline]
    pub fn is_about_patient(&self) -> bool {
        self.n_others == 0
    }
}

/// All selectors of a program: of its chances, then of its selectors, then of its durations.
pub struct Lookups<'p> {
    lookups: Vec<Lookup>,
    terms: Vec<Term>,
    worth: Vec<u32>,
    rows: Vec<u32>,
    others: Vec<&'p Dimension>,
    /// Of every chance, by row: for all outcomes but the last, the least draw (of 53 bits) that lies beyond it.
    ends: Vec<u64>,
    first_selector: usize,
    first_duration: usize,
}

/// Bits of a draw that `streams::unit` leaves out.
const UNUSED_BITS: u32 = 11;

/// The least draw, without its unused bits, whose `streams::unit` is not below a cumulative share.
fn first_draw_beyond(share: f64) -> u64 {
    const DRAWS: u64 = 1 << (64 - UNUSED_BITS);
    let is_below = |draw: u64| draw < DRAWS && streams::unit(draw << UNUSED_BITS) < share;
    // Rounding is off by one at most, on either side.
    let mut draw = (share * DRAWS as f64) as u64;
    while draw > 0 && !is_below(draw - 1) {
        draw -= 1;
    }
    while is_below(draw) {
        draw += 1;
    }
    draw
}

/// No attribute: another dimension.
const OTHER: u8 = u8::MAX;

impl<'p> Lookups<'p> {
    pub fn new(program: &'p Program) -> Self {
        let mut lookups = Self {
            lookups: Vec::new(),
            terms: Vec::new(),
            worth: Vec::new(),
            rows: Vec::new(),
            others: Vec::new(),
            ends: Vec::new(),
            first_selector: program.chances.len(),
            first_duration: program.chances.len() + program.selectors.len(),
        };
        for chance in &program.chances {
            let n = chance.n_outcomes as usize;
            let first = lookups.ends.len();
            for row in chance.cumulative.chunks(n) {
                lookups
                    .ends
                    .extend(row[..n - 1].iter().map(|share| first_draw_beyond(*share)));
            }
            lookups.add(&chance.selector, n as u16 - 1, |row| {
                (first + row * (n - 1)) as u32
            });
        }
        for selector in &program.selectors {
            lookups.add(selector, 0, |row| row as u32);
        }
        for duration in &program.durations {
            let sampler = |row: usize| u32::from(duration.samplers[row].0);
            lookups.add(&duration.selector, 0, sampler);
        }
        lookups
    }

    fn add(&mut self, selector: &'p Selector, n_shares: u16, of_row: impl Fn(usize) -> u32) {
        let is_attribute = |dimension: &Dimension| matches!(dimension, Dimension::Attribute(_));
        let (attributes, others): (Vec<_>, Vec<_>) =
            (selector.dimensions.iter()).partition(|(dimension, _)| is_attribute(dimension));
        self.lookups.push(Lookup {
            first_term: self.terms.len() as u32,
            n_attributes: attributes.len() as u16,
            n_others: others.len() as u16,
            n_shares,
            first_row: self.rows.len() as u32,
            n_rows: selector.rows.len() as u32,
        });
        for (dimension, worth) in attributes.into_iter().chain(others) {
            let (attribute, other) = match dimension {
                Dimension::Attribute(AttributeId(attribute)) => (*attribute, 0),
                _ => {
                    self.others.push(dimension);
                    (OTHER, self.others.len() as u32 - 1)
                }
            };
            self.terms.push(Term {
                first: self.worth.len() as u32,
                n: worth.len() as u16,
                other,
                attribute,
            });
            self.worth.extend_from_slice(worth);
        }
        self.rows.push(of_row(0));
        let rows = selector.rows.iter().map(|row| of_row(*row as usize));
        self.rows.extend(rows);
    }

    #[inline]
    pub fn chance(&self, id: ChanceId) -> &Lookup {
        self.lookups.at(id.index())
    }

    #[inline]
    pub fn selector(&self, id: SelectorId) -> &Lookup {
        self.lookups.at(self.first_selector + id.index())
    }

    #[inline]
    pub fn duration(&self, id: DurationId) -> &Lookup {
        self.lookups.at(self.first_duration + id.index())
    }

    /// The row of a selector that is about the patient only.
    #[inline(always)]
    pub fn row(&self, lookup: &Lookup, attributes: &[u8; N_ATTRIBUTES]) -> u32 {
        self.row_at(lookup, self.of_attributes(lookup, attributes))
    }

    /// The row of any selector; `value_of` says what a dimension other than an attribute is now.
    #[inline]
    pub fn row_by(
        &self,
        lookup: &Lookup,
        attributes: &[u8; N_ATTRIBUTES],
        value_of: impl Fn(&Dimension) -> usize,
    ) -> u32 {
        let mut sum = self.of_attributes(lookup, attributes);
        let first = lookup.first_term as usize + usize::from(lookup.n_attributes);
        for term in self.terms.range(first, usize::from(lookup.n_others)) {
            let value = value_of(self.others.at(term.other as usize));
            sum += self.worth(term, value);
        }
        self.row_at(lookup, sum)
    }

    #[inline(always)]
    fn of_attributes(&self, lookup: &Lookup, attributes: &[u8; N_ATTRIBUTES]) -> u32 {
        let first = lookup.first_term as usize;
        let worth = |term: &Term| {
            let level = attributes.at(usize::from(term.attribute));
            self.worth(term, usize::from(*level))
        };
        match self.terms.range(first, usize::from(lookup.n_attributes)) {
            [] => 0,
            [only] => worth(only),
            terms => terms.iter().map(worth).sum(),
        }
    }

    #[inline(always)]
    fn row_at(&self, lookup: &Lookup, sum: u32) -> u32 {
        let row = if sum < lookup.n_rows { 1 + sum } else { 0 };
        *self.rows.at((lookup.first_row + row) as usize)
    }

    #[inline(always)]
    fn worth(&self, term: &Term, value: usize) -> u32 {
        if value < usize::from(term.n) {
            *self.worth.at(term.first as usize + value)
        } else {
            0
        }
    }

    /// The outcome of a chance that a draw gives in a row.
    #[inline]
    pub fn outcome(&self, lookup: &Lookup, row: u32, bits: u64) -> usize {
        let ends = self.ends.range(row as usize, usize::from(lookup.n_shares));
        let draw = bits >> UNUSED_BITS;
        // Said apart, few shares are not counted by the vector, which costs more than they do.
        match ends {
            [end] => usize::from(draw >= *end),
            [first, second] => usize::from(draw >= *first) + usize::from(draw >= *second),
            _ => ends.iter().filter(|end| draw >= **end).count(),
        }
    }
}
