//! Tests of the shapes: closed forms against their tables and against `statrs` and `rand_distr`.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use rand_distr::Distribution as _;
use statrs::distribution::ContinuousCDF;

use super::{Distribution, Sampler, Shape};
use crate::engine::streams::{draw, purpose_key};

fn of(shape: Shape) -> Distribution {
    Distribution::new(shape).unwrap()
}

/// Every family, with ordinary and awkward parameters.
fn smooth_shapes() -> Vec<Shape> {
    let pearson6 = |shape1, shape2| Shape::PearsonVI {
        shape1,
        shape2,
        scale: 7.0,
    };
    let beta = |a, b| Shape::Beta {
        a,
        b,
        low: 2.0,
        high: 10.0,
    };
    let gamma = |shape| Shape::Gamma { shape, scale: 6.0 };
    let weibull = |shape| Shape::Weibull { shape, scale: 3.0 };
    let truncated = |mean, sd| Shape::NormalTruncated { mean, sd };
    let triangular = |mode| Shape::Triangular {
        low: 3.0,
        mode,
        high: 20.0,
    };
    vec![
        Shape::Uniform {
            low: 2.0,
            high: 5.0,
        },
        triangular(3.0),
        triangular(7.7),
        triangular(20.0),
        Shape::Exponential { mean: 40.0 },
        gamma(0.3),
        gamma(1.0),
        gamma(2.5),
        gamma(300.0),
        Shape::Erlang { k: 3, mean: 90.0 },
        weibull(0.5),
        weibull(1.7),
        weibull(6.0),
        Shape::lognormal_mean_sd(30.0, 20.0).unwrap(),
        Shape::lognormal_mean_sd(2160.0, 2160.0).unwrap(),
        Shape::lognormal_median_p90(10.0, 90.0).unwrap(),
        truncated(10.0, 3.0),
        truncated(-4.0, 3.0),
        Shape::PearsonV {
            shape: 3.5,
            scale: 40.0,
        },
        pearson6(2.0, 4.0),
        pearson6(0.7, 9.0),
        beta(0.6, 0.8),
        beta(2.0, 5.0),
        beta(30.0, 2.0),
    ]
}

fn other_shapes() -> Vec<Shape> {
    vec![
        Shape::Constant { value: 4.0 },
        Shape::Discrete {
            values: vec![5.0, 1.0, 9.0],
            shares: vec![0.2, 0.5, 0.3],
        },
        Shape::EmpiricalValues {
            values: vec![3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0],
        },
        Shape::EmpiricalQuantiles {
            probabilities: vec![0.1, 0.25, 0.5, 0.9, 0.99],
            values: vec![2.0, 4.0, 4.0, 20.0, 50.0],
        },
        Shape::Poisson { mean: 0.3 },
        Shape::Poisson { mean: 12.5 },
        Shape::Poisson { mean: 9_000.0 },
        Shape::Mixture {
            shares: vec![0.7, 0.3],
            of: vec![
                of(Shape::Exponential { mean: 2.0 }),
                of(Shape::Uniform {
                    low: 10.0,
                    high: 11.0,
                })
                .clamped(None, Some(10.5))
                .unwrap(),
            ],
        },
    ]
}

/// Expectation of `f` of what a sampler draws: midpoints of equal steps, in octaves towards both ends.
fn expectation(sampler: &Sampler, f: impl Fn(f64) -> f64) -> f64 {
    let mut sum = 0.0;
    let steps = 512_u64;
    for octave in 1..=40_i32 {
        let top = 1_u64 << (63 - octave);
        for i in 0..steps {
            let along = u128::from(top) * u128::from(2 * i + 1) / u128::from(2 * steps);
            let low = top + along as u64;
            let weight = 0.5_f64.powi(octave + 1) / steps as f64;
            sum += weight * (f(sampler.sample(low)) + f(sampler.sample(!low)));
        }
    }
    sum
}

fn table_mean(sampler: &Sampler) -> f64 {
    expectation(sampler, |x| x)
}

fn assert_close(actual: f64, expected: f64, relative: f64, what: &dyn std::fmt::Debug) {
    let off = (actual - expected).abs();
    assert!(
        off <= relative * expected.abs().max(1e-300),
        "{what:?}: {actual} is not {expected} (relative {})",
        off / expected.abs()
    );
}

#[test]
fn table_quantiles_are_within_one_in_a_hundred_thousand() {
    for shape in smooth_shapes() {
        let distribution = of(shape);
        let sampler = Sampler::new(&distribution);
        for i in 0..500 {
            let bits = draw(i, 1, 0);
            for small in (1..27).map(|shift| bits >> shift) {
                let p = small as f64 / 2.0_f64.powi(64);
                if p < 1e-8 {
                    continue;
                }
                for (bits, upper) in [(small, false), (!small, true)] {
                    let exact = distribution.shape.quantile(p, upper);
                    let what = (&distribution, p, upper);
                    assert_close(sampler.sample(bits), exact, 1e-5, &what);
                }
            }
        }
    }
}

#[test]
fn table_means_are_the_closed_forms() {
    for shape in smooth_shapes().into_iter().chain(other_shapes()) {
        let distribution = of(shape);
        let mean = table_mean(&Sampler::new(&distribution));
        // Atoms and pieces jump between the steps of the sum.
        let tolerance = if smooth_shapes().contains(&distribution.shape) {
            1e-6
        } else {
            1e-3
        };
        assert_close(mean, distribution.mean(), tolerance, &distribution);
    }
}

#[test]
fn bounds_shift_and_scale_are_in_the_mean() {
    for shape in smooth_shapes().into_iter().chain(other_shapes()) {
        let natural = of(shape);
        let (low, high) = (natural.quantile(0.2), natural.quantile(0.7));
        for (minimum, maximum) in [
            (Some(low), None),
            (None, Some(high)),
            (Some(low), Some(high)),
        ] {
            let bounded = natural.clone().clamped(minimum, maximum).unwrap();
            let moved = bounded.multiplied(1.5).unwrap().added(3.0).unwrap();
            let mean = table_mean(&Sampler::new(&moved));
            assert_close(moved.mean(), mean, 1e-3, &moved);
            assert!(moved.lowest() >= low * 1.5 + 3.0 || minimum.is_none());
        }
    }
}

#[test]
fn smooth_means_under_bounds_are_exact() {
    for shape in smooth_shapes() {
        let natural = of(shape);
        let bounds = (Some(natural.quantile(0.15)), Some(natural.quantile(0.8)));
        let bounded = natural.clamped(bounds.0, bounds.1).unwrap();
        let mean = table_mean(&Sampler::new(&bounded));
        assert_close(bounded.mean(), mean, 3e-6, &bounded);
    }
}

#[test]
fn a_sample_never_leaves_the_bounds() {
    for shape in smooth_shapes().into_iter().chain(other_shapes()) {
        let natural = of(shape);
        let (low, high) = (natural.quantile(0.3), natural.quantile(0.6));
        let bounded = natural.clamped(Some(low), Some(high)).unwrap();
        let sampler = Sampler::new(&bounded);
        for bits in [0, 1, u64::MAX, u64::MAX - 1, 1 << 63, (1 << 63) - 1] {
            assert!((low..=high).contains(&sampler.sample(bits)), "{bounded:?}");
        }
    }
}

#[test]
fn samples_increase_with_the_bits() {
    for shape in smooth_shapes().into_iter().chain(other_shapes()) {
        if matches!(shape, Shape::Mixture { .. }) {
            continue;
        }
        let sampler = Sampler::new(&of(shape.clone()));
        let mut before = f64::NEG_INFINITY;
        for i in 0..100_000_u64 {
            let now = sampler.sample(i * (u64::MAX / 100_000));
            // Single precision within a cell.
            assert!(now >= before - 1e-6 * before.abs(), "{shape:?} at {i}");
            before = now;
        }
    }
}

#[test]
fn quantile_undoes_cdf() {
    for shape in smooth_shapes() {
        let distribution = of(shape);
        for p in [1e-6, 0.01, 0.3, 0.5, 0.77, 0.999, 1.0 - 1e-6] {
            let x = distribution.quantile(p);
            assert_close(distribution.cdf(x), p, 1e-7, &(&distribution, p));
        }
    }
}

#[test]
fn distribution_functions_agree_with_statrs() {
    fn check(shape: Shape, reference: impl ContinuousCDF<f64, f64>) {
        let distribution = of(shape);
        for i in 1..60 {
            let x = distribution.quantile(f64::from(i) / 60.0);
            assert_close(distribution.cdf(x), reference.cdf(x), 1e-9, &distribution);
        }
    }
    use statrs::distribution as peer;
    let gamma = |shape| Shape::Gamma { shape, scale: 6.0 };
    for shape in [0.3, 1.0, 2.5, 30.0] {
        check(gamma(shape), peer::Gamma::new(shape, 1.0 / 6.0).unwrap());
    }
    let erlang = Shape::Erlang { k: 4, mean: 8.0 };
    check(erlang, peer::Erlang::new(4, 0.5).unwrap());
    let weibull = Shape::Weibull {
        shape: 1.7,
        scale: 3.0,
    };
    check(weibull, peer::Weibull::new(1.7, 3.0).unwrap());
    let lognormal = Shape::Lognormal {
        mu: 1.2,
        sigma: 0.8,
    };
    check(lognormal, peer::LogNormal::new(1.2, 0.8).unwrap());
    let exponential = Shape::Exponential { mean: 4.0 };
    check(exponential, peer::Exp::new(0.25).unwrap());
    let pearson5 = Shape::PearsonV {
        shape: 3.5,
        scale: 40.0,
    };
    check(pearson5, peer::InverseGamma::new(3.5, 40.0).unwrap());
    let beta = Shape::Beta {
        a: 0.6,
        b: 3.0,
        low: 0.0,
        high: 1.0,
    };
    check(beta, peer::Beta::new(0.6, 3.0).unwrap());
    let triangular = Shape::Triangular {
        low: 3.0,
        mode: 7.7,
        high: 20.0,
    };
    check(triangular, peer::Triangular::new(3.0, 20.0, 7.7).unwrap());
    // Pearson VI is a scaled F distribution.
    let pearson6 = Shape::PearsonVI {
        shape1: 2.0,
        shape2: 4.0,
        scale: 2.0,
    };
    check(pearson6, peer::FisherSnedecor::new(4.0, 8.0).unwrap());
}

#[test]
fn samples_agree_with_rand_distr() {
    fn check(shape: Shape, reference: impl rand_distr::Distribution<f64>) {
        const N: usize = 20_000;
        let distribution = of(shape);
        let sampler = Sampler::new(&distribution);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
        let purpose = purpose_key("two samples");
        let mut ours: Vec<f64> = (0..N as u64)
            .map(|i| sampler.sample(draw(i, purpose, 0)))
            .collect();
        let mut theirs: Vec<f64> = (0..N).map(|_| reference.sample(&mut rng)).collect();
        ours.sort_by(f64::total_cmp);
        theirs.sort_by(f64::total_cmp);
        let mut largest = 0.0_f64;
        for value in &ours {
            let at_most = theirs.partition_point(|other| other <= value);
            let ours_at_most = ours.partition_point(|other| other <= value);
            largest = largest.max((at_most as f64 - ours_at_most as f64).abs() / N as f64);
        }
        // Two-sample Kolmogorov-Smirnov at 1 in 10,000.
        let critical = 2.2252 * (2.0 / N as f64).sqrt();
        assert!(largest < critical, "{distribution:?}: {largest}");
    }
    use rand_distr as peer;
    let gamma = |shape| Shape::Gamma { shape, scale: 6.0 };
    for shape in [0.3, 2.5, 300.0] {
        check(gamma(shape), peer::Gamma::new(shape, 6.0).unwrap());
    }
    let exponential = Shape::Exponential { mean: 4.0 };
    check(exponential, peer::Exp::new(0.25).unwrap());
    let erlang = Shape::Erlang { k: 3, mean: 9.0 };
    check(erlang, peer::Gamma::new(3.0, 3.0).unwrap());
    let weibull = Shape::Weibull {
        shape: 0.5,
        scale: 3.0,
    };
    check(weibull, peer::Weibull::new(3.0, 0.5).unwrap());
    let lognormal = Shape::Lognormal {
        mu: 1.2,
        sigma: 0.8,
    };
    check(lognormal, peer::LogNormal::new(1.2, 0.8).unwrap());
    let triangular = Shape::Triangular {
        low: 3.0,
        mode: 7.7,
        high: 20.0,
    };
    check(triangular, peer::Triangular::new(3.0, 20.0, 7.7).unwrap());
    let beta = Shape::Beta {
        a: 0.6,
        b: 3.0,
        low: 0.0,
        high: 1.0,
    };
    check(beta, peer::Beta::new(0.6, 3.0).unwrap());
    let pearson5 = Shape::PearsonV {
        shape: 3.5,
        scale: 40.0,
    };
    let inverse_gamma = peer::Gamma::new(3.5, 1.0 / 40.0).unwrap();
    check(pearson5, inverse_gamma.map(|x: f64| 1.0 / x));
    let pearson6 = Shape::PearsonVI {
        shape1: 2.0,
        shape2: 4.0,
        scale: 2.0,
    };
    check(pearson6, peer::FisherF::new(4.0, 8.0).unwrap());
    for mean in [0.3, 12.5, 9_000.0] {
        check(Shape::Poisson { mean }, peer::Poisson::new(mean).unwrap());
    }
    check(
        Shape::NormalTruncated { mean: 1.0, sd: 3.0 },
        Redrawn(peer::Normal::new(1.0, 3.0).unwrap()),
    );
}

/// A normal drawn again while it is negative.
struct Redrawn(rand_distr::Normal<f64>);

impl rand_distr::Distribution<f64> for Redrawn {
    fn sample<R: rand::Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        loop {
            let value = self.0.sample(rng);
            if value >= 0.0 {
                return value;
            }
        }
    }
}

#[test]
fn variance_is_that_of_the_quantiles() {
    for shape in smooth_shapes().into_iter().chain(other_shapes()) {
        if matches!(shape, Shape::Mixture { .. }) {
            continue;
        }
        let distribution = of(shape);
        let mean = distribution.mean();
        let sampler = Sampler::new(&distribution);
        let variance = expectation(&sampler, |x| (x - mean) * (x - mean));
        let expected = distribution.variance().unwrap();
        // Atoms and pieces jump between the steps of the sum; an inverse gamma of 3.5 has a very long tail.
        assert!(
            (variance - expected).abs() <= 2e-3 * expected,
            "{distribution:?}: {variance}"
        );
    }
}

#[test]
fn a_parameter_at_fault_is_named() {
    fn check(shape: Result<Shape, super::ParameterFault>, parameter: &str) {
        let fault = shape.and_then(Distribution::new).unwrap_err();
        assert_eq!(fault.parameter, parameter, "{fault}");
    }
    check(Shape::lognormal_mean_sd(-1.0, 2.0), "mean");
    check(Shape::lognormal_median_p90(5.0, 4.0), "p90");
    check(Ok(Shape::Exponential { mean: f64::NAN }), "mean");
    check(Ok(Shape::Erlang { k: 0, mean: 1.0 }), "k");
    let shares = vec![0.5, 0.4];
    let values = vec![1.0, 2.0];
    check(Ok(Shape::Discrete { values, shares }), "shares");
    let pearson5 = Shape::PearsonV {
        shape: 1.0,
        scale: 2.0,
    };
    check(Ok(pearson5), "shape");
}

#[test]
fn a_constant_is_exact() {
    let nine = Sampler::new(&Distribution::constant(9.25).unwrap());
    assert_eq!(nine.sample(12_345), 9.25);
    let nothing = of(Shape::Exponential { mean: 4.0 })
        .multiplied(0.0)
        .unwrap();
    assert_eq!(Sampler::new(&nothing).sample(99), 0.0);
    assert_eq!(nothing.mean(), 0.0);
}
