//! How the patients of each stream begin: the part of a stream that every arrival touches, in one cache line.
//!
//! Thousands of streams of one need draw the same attributes; the list is kept once.

use std::collections::BTreeMap;
use std::ops::Range;

use super::program::{
    AttributeId, ChanceId, N_ATTRIBUTES, Program, StepId, StreamPlace, StreamSpec,
};
use super::proven::Proven;

/// An attribute drawn on arrival: which, by what shares, for what purpose.
pub type Drawn = (AttributeId, ChanceId, u64);

#[derive(Clone, Debug)]
#[repr(align(64))]
pub struct Start {
    pub key: u64,
    pub entry: StepId,
    pub attributes: [u8; N_ATTRIBUTES],
    pub place: StreamPlace,
    /// Positions in the list of drawn attributes.
    pub drawn: Range<u32>,
}

/// By stream.
pub struct Starts {
    starts: Vec<Start>,
    drawn: Vec<Drawn>,
}

impl Starts {
    pub fn new(program: &Program) -> Self {
        let mut drawn = Vec::new();
        let mut known: BTreeMap<&[Drawn], u32> = BTreeMap::new();
        let start = |spec: &StreamSpec, first_drawn: u32| Start {
            key: spec.key,
            entry: spec.entry,
            attributes: spec.attributes,
            place: spec.place.clone(),
            drawn: first_drawn..first_drawn + spec.drawn.len() as u32,
        };
        let mut starts = Vec::with_capacity(program.streams.len());
        for spec in &program.streams {
            let first = *known.entry(&spec.drawn).or_insert_with(|| {
                drawn.extend_from_slice(&spec.drawn);
                (drawn.len() - spec.drawn.len()) as u32
            });
            starts.push(start(spec, first));
        }
        Self { starts, drawn }
    }

    #[inline]
    pub fn get(&self, stream: usize) -> &Start {
        self.starts.at(stream)
    }

    #[inline]
    pub fn drawn(&self, index: u32) -> Drawn {
        *self.drawn.at(index as usize)
    }
}
