//! Special functions: logarithm of gamma, incomplete gamma and beta, the normal distribution.
//!
//! Everything goes through `libm`, so that results have the same bytes on every platform. Functions are pure and
//! unit-free; arguments outside a function's domain are the caller's bug and are asserted in debug builds.

use libm::{erfc, exp, lgamma, log, log1p, sqrt};

/// `1 / sqrt(2 pi)`.
const INVERSE_SQRT_TAU: f64 = 0.398_942_280_401_432_7;

/// Relative size of a term that no longer matters to a double.
const NEGLIGIBLE: f64 = 1e-17;

/// A series or continued fraction that has not converged after this many terms belongs to parameters beyond 1e9.
const MOST_TERMS: usize = 200_000;

/// Natural logarithm of the gamma function of a positive number.
pub fn ln_gamma(x: f64) -> f64 {
    lgamma(x)
}

/// Natural logarithm of the beta function of two positive numbers.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    lgamma(a) + lgamma(b) - lgamma(a + b)
}

/// Regularised incomplete gamma functions of a positive `shape`: (lower `P`, upper `Q`), each accurate when small.
///
/// Source: Press et al. (2007), Numerical Recipes, sec. 6.2: series below `shape + 1`, continued fraction above.
pub fn gamma_regularised(shape: f64, x: f64) -> (f64, f64) {
    debug_assert!(shape > 0.0);
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let front = exp(shape * log(x) - x - lgamma(shape));
    if x < shape + 1.0 {
        let lower = front * gamma_series(shape, x);
        (lower, 1.0 - lower)
    } else {
        let upper = front * gamma_fraction(shape, x);
        (1.0 - upper, upper)
    }
}

fn gamma_series(shape: f64, x: f64) -> f64 {
    let mut term = 1.0 / shape;
    let mut sum = term;
    let mut order = shape;
    for _ in 0..MOST_TERMS {
        order += 1.0;
        term *= x / order;
        sum += term;
        if term < sum * NEGLIGIBLE {
            break;
        }
    }
    sum
}

fn gamma_fraction(shape: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE / NEGLIGIBLE;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / tiny;
    let mut d = 1.0 / b;
    let mut value = d;
    for i in 1..MOST_TERMS {
        let i = i as f64;
        let a = -i * (i - shape);
        b += 2.0;
        d = 1.0 / away_from_zero(a * d + b, tiny);
        c = away_from_zero(b + a / c, tiny);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

fn away_from_zero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// Regularised incomplete beta function `I_x(a, b)`; `complement` is `1 - x`, given apart so that it keeps its digits.
///
/// Source: Press et al. (2007), Numerical Recipes, sec. 6.4 (Lentz's continued fraction).
pub fn beta_regularised(a: f64, b: f64, x: f64, complement: f64) -> f64 {
    debug_assert!(a > 0.0 && b > 0.0);
    if x <= 0.0 {
        return 0.0;
    }
    if complement <= 0.0 {
        return 1.0;
    }
    let front = exp(a * log(x) + b * log(complement) - ln_beta(a, b));
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, complement) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = f64::MIN_POSITIVE / NEGLIGIBLE;
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0), tiny);
    let mut value = d;
    for m in 1..MOST_TERMS {
        let m = m as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d, tiny);
        c = away_from_zero(1.0 + even / c, tiny);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d, tiny);
        c = away_from_zero(1.0 + odd / c, tiny);
        let factor = d * c;
        value *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

/// Density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    INVERSE_SQRT_TAU * exp(-0.5 * z * z)
}

/// Probability that a standard normal is at most `z`; for the upper tail take `normal_cdf(-z)`.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal's quantile of a probability in [0, 1]; minus and plus infinity at the ends.
///
/// For an upper tail probability take `-normal_quantile(tail)`, which keeps its digits. Relative error below 1e-15.
/// Source: Wichura (1988), Applied Statistics 37:477, algorithm AS 241 (PPND16).
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    if tail <= 0.0 {
        return if q < 0.0 {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let r = sqrt(-log(tail));
    let z = if r <= 5.0 {
        polynomial(&NEAR_ABOVE, r - 1.6) / polynomial(&NEAR_BELOW, r - 1.6)
    } else {
        polynomial(&FAR_ABOVE, r - 5.0) / polynomial(&FAR_BELOW, r - 5.0)
    };
    if q < 0.0 { -z } else { z }
}

fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients
        .iter()
        .rev()
        .fold(0.0, |sum, coefficient| sum * x + coefficient)
}

const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_545e3,
];
const NEAR_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
const NEAR_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

/// The quantile of a gamma variable of scale 1, from a probability at its lower or (`upper`) its upper end.
///
/// `start` is a guess of the quantile's logarithm, if the caller has a good one: neighbouring quantiles are then found
/// in a step or two. Zero if the quantile is below the smallest double.
pub fn gamma_quantile(shape: f64, tail: f64, upper: bool, start: Option<f64>) -> f64 {
    if tail <= 0.0 || tail >= 1.0 {
        return if (tail >= 1.0) == upper {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let ln_front = lgamma(shape);
    // P(x) is at most x^shape / Gamma(shape + 1): the logarithm of the quantile is at least this.
    let least = (log(if upper { 1.0 - tail } else { tail }) + lgamma(shape + 1.0)) / shape;
    if !upper && least < -700.0 {
        return 0.0;
    }
    let guess = start
        .filter(|z| z.is_finite())
        .unwrap_or_else(|| gamma_guess(shape, tail, upper).max(least));
    let z = solve_tail(guess, tail, upper, |z| {
        let x = exp(z);
        let (lower, above) = gamma_regularised(shape, x);
        Tail {
            lower,
            above,
            density: exp(shape * z - x - ln_front),
            bend: shape - x,
        }
    });
    exp(z)
}

/// Wilson and Hilferty's approximation, as a logarithm.
fn gamma_guess(shape: f64, tail: f64, upper: bool) -> f64 {
    let normal = normal_quantile(tail);
    let z = if upper { -normal } else { normal };
    let root = 1.0 - 1.0 / (9.0 * shape) + z / (3.0 * sqrt(shape));
    if root > 0.05 {
        log(shape) + 3.0 * log(root)
    } else {
        f64::NEG_INFINITY
    }
}

/// The logit `ln(x / (1 - x))` of a beta variable's quantile, from a probability at its lower or (`upper`) upper end.
///
/// The logit keeps the digits of both `x` and `1 - x`. `start` as in [`gamma_quantile`].
pub fn beta_quantile_logit(a: f64, b: f64, tail: f64, upper: bool, start: Option<f64>) -> f64 {
    if tail <= 0.0 || tail >= 1.0 {
        return if (tail >= 1.0) == upper {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let ln_front = ln_beta(a, b);
    let guess = start.filter(|z| z.is_finite());
    solve_tail(guess.unwrap_or_else(|| log(a / b)), tail, upper, |z| {
        // The logistic and its complement, each from the side on which the exponential does not overflow.
        let small = 1.0 / (1.0 + exp(z.abs()));
        let large = 1.0 / (1.0 + exp(-z.abs()));
        let (x, complement) = if z < 0.0 {
            (small, large)
        } else {
            (large, small)
        };
        let lower = beta_regularised(a, b, x, complement);
        let above = beta_regularised(b, a, complement, x);
        let ln_x = -if z < 0.0 {
            log1p(exp(z)) - z
        } else {
            log1p(exp(-z))
        };
        let ln_complement = ln_x - z;
        Tail {
            lower,
            above,
            density: exp(a * ln_x + b * ln_complement - ln_front),
            bend: a * complement - b * x,
        }
    })
}

/// What the solver needs to know at a point.
struct Tail {
    lower: f64,
    above: f64,
    density: f64,
    /// Derivative of the density's logarithm.
    bend: f64,
}

/// Solves `probability(z) = tail` by Halley's method on its logarithm, kept within a shrinking bracket.
fn solve_tail(start: f64, tail: f64, upper: bool, f: impl Fn(f64) -> Tail) -> f64 {
    let target = log(tail);
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut z = start;
    for _ in 0..200 {
        let at = f(z);
        let (probability, density) = if upper {
            (at.above, -at.density)
        } else {
            (at.lower, at.density)
        };
        let excess = log(probability) - target;
        if (excess > 0.0) == upper {
            low = z;
        } else {
            high = z;
        }
        let slope = density / probability;
        let newton = excess / slope;
        let halley = newton / (1.0 - 0.5 * newton * (at.bend - slope)).max(0.5);
        let step = if halley.is_finite() {
            halley.clamp(-4.0, 4.0)
        } else if low == z {
            -4.0
        } else {
            4.0
        };
        let next = z - step;
        // Convergence is cubic: after a step of 1e-5 the error is 1e-15.
        if step.abs() <= 1e-5 {
            return next;
        }
        z = if (next <= low || next >= high) && low.is_finite() && high.is_finite() {
            0.5 * (low + high)
        } else {
            next
        };
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(actual: f64, expected: f64) {
        let off = (actual - expected).abs();
        assert!(
            off <= 1e-13 * expected.abs(),
            "{actual:e} is not {expected:e}"
        );
    }

    /// Expected values by mpmath at 40 digits.
    #[test]
    fn normal_tails_keep_their_digits() {
        check(normal_cdf(-1.0), 0.158_655_253_931_457_05);
        check(normal_cdf(-10.0), 7.619_853_024_160_527e-24);
        check(normal_quantile(0.975), 1.959_963_984_540_054);
        check(normal_quantile(1e-12), -7.034_483_825_301_131);
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
    }

    #[test]
    fn gamma_of_whole_shapes_is_a_poisson_sum() {
        // Q(3, x) = e^-x (1 + x + x^2 / 2).
        for x in [0.01_f64, 1.0, 3.9, 4.1, 30.0] {
            let (lower, upper) = gamma_regularised(3.0, x);
            check(upper, (-x).exp() * (1.0 + x + 0.5 * x * x));
            check(lower + upper, 1.0);
        }
    }

    #[test]
    fn beta_of_whole_shapes_is_a_polynomial() {
        // I_x(2, 3) = 6x^2 - 8x^3 + 3x^4.
        for x in [1e-6_f64, 0.2, 0.5, 0.9] {
            let polynomial = x * x * (6.0 - 8.0 * x + 3.0 * x * x);
            check(beta_regularised(2.0, 3.0, x, 1.0 - x), polynomial);
        }
    }

    #[test]
    fn quantiles_undo_their_functions_from_either_end() {
        for shape in [0.05, 0.7, 4.0, 500.0] {
            for tail in [1e-12, 1e-3, 0.4, 0.7] {
                for upper in [false, true] {
                    let x = gamma_quantile(shape, tail, upper, None);
                    let (lower, above) = gamma_regularised(shape, x);
                    let off = if upper { above } else { lower } / tail - 1.0;
                    // Below the smallest double the quantile is 0.
                    assert!(off.abs() < 1e-10 || x == 0.0, "{shape} {tail} {upper}: {x}");
                }
            }
        }
    }
}
