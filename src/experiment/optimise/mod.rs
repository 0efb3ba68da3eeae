//! The inverse questions: the fewest units that meet a target, the best of many configurations, what one more unit brings.
//!
//! Each works on any `Response` and one number that it answers, of which more is better; points are whatever the caller numbers.
//! Every answer says with what confidence, how many runs it took, and what it cannot tell apart.

pub mod codes;
pub mod curve;
pub mod fewest;
pub mod kim_nelson;
pub mod ocba;
pub mod question;
pub mod rivals;
pub mod runs;
pub mod split;
pub mod task;

pub use runs::Runs;

/// Smallest number of replications from which a variance is estimated.
pub const LEAST_FIRST: u32 = 5;
