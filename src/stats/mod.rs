//! Pure mathematics on numbers: special functions and summaries. Knows nothing of simulations.

pub mod special;
