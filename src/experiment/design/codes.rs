//! Codes of faults in experiment files and in what is made of them.

use crate::scenario::codes::Code;

pub const PARAMETER: &str = "E121";
pub const DESIGN: &str = "E122";
pub const POINT: &str = "E123";
pub const NOT_MEASURED: &str = "E124";
pub const NOT_THE_SAME: &str = "E125";
pub const PARTS: &str = "E126";

/// In order.
pub const DESIGNING: &[Code] = &[
    Code {
        code: PARAMETER,
        title: "a parameter that cannot be varied so",
        explanation: "A table under [vary] names the paths it moves, how (multiply, add or set), and over what: a list of values, low and high, or a distribution; one of the three, and values that \"how\" can use.",
    },
    Code {
        code: DESIGN,
        title: "a design that cannot be",
        explanation: "The design asks for what its parameters do not say, or for more points or dimensions than it can have. docs/sweeps.md says what each design needs.",
    },
    Code {
        code: POINT,
        title: "a point at which a scenario cannot run",
        explanation: "With the values of this point laid over, the scenario has a fault, which is shown. Narrow the range of the parameter, or take the path out of it.",
    },
    Code {
        code: NOT_MEASURED,
        title: "a measure that the scenarios do not give",
        explanation: "The experiment asks for a measure, statistic, site or cohort that runs of a scenario do not have. uecsim list measures names them.",
    },
    Code {
        code: NOT_THE_SAME,
        title: "an unfinished sweep of another kind",
        explanation: "What lies there was begun with other inputs, another seed, version or design, so that results would be mixed. Give the same ones, another folder with --out, or leave --resume out to begin anew.",
    },
    Code {
        code: PARTS,
        title: "parts that do not belong together",
        explanation: "merge joins all parts of one sweep, each once: made by the same version from the same inputs, seed and design, whole and unchanged. What differs, is missing or is there twice is named.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_explained() {
        assert!(DESIGNING.is_sorted_by(|a, b| a.code < b.code));
        for code in DESIGNING {
            assert!(code.explanation.ends_with('.'), "{}", code.code);
        }
    }
}
