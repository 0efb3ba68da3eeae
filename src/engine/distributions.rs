//! Placeholder until the distributions land.

/// A distribution as a quantile table.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler;
