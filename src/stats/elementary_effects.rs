//! Elementary effects (Morris screening): how much an output changes when one parameter moves, at points all over the ranges.
//!
//! Parameters are in parts of their ranges, so an effect is in the unit of the output, for a move across the whole range.
//! Source: Morris (1991), Technometrics 33:161; mu* after Campolongo, Cariboni & Saltelli (2007), Environmental Modelling &
//! Software 22:1509.

use super::summary::{mean, standard_deviation};

/// Of one parameter on one output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effects {
    /// Mean effect.
    pub mu: f64,
    /// Mean of the sizes of the effects, whatever their sign.
    pub mu_star: f64,
    /// Standard deviation of the effects: curvature, and interaction with other parameters. None of a single effect.
    pub sigma: Option<f64>,
}

/// None of no effects.
pub fn effects(each: &[f64]) -> Option<Effects> {
    let sizes: Vec<f64> = each.iter().map(|effect| effect.abs()).collect();
    Some(Effects {
        mu: mean(each)?,
        mu_star: mean(&sizes)?,
        sigma: standard_deviation(each),
    })
}

/// What mu* would be on average if a parameter did nothing and its effects were noise with this standard error.
///
/// Mean of the size of a normal variable.
pub fn noise_floor(standard_error: f64) -> f64 {
    standard_error * libm::sqrt(2.0 / std::f64::consts::PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_of_both_signs_do_not_cancel_in_mu_star() {
        let found = effects(&[-3.0, 3.0]).unwrap();
        assert_eq!((found.mu, found.mu_star), (0.0, 3.0));
        assert!((found.sigma.unwrap() - libm::sqrt(18.0)).abs() < 1e-12);
        assert_eq!(effects(&[]), None);
    }
}
