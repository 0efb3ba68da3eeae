//! stats layer.
