//! Codes of faults in what an experiment asks for.

use crate::scenario::codes::Code;

pub const QUESTION: &str = "E141";
pub const COST: &str = "E142";
pub const NOT_UNCERTAIN: &str = "E143";

/// In order.
pub const ASKING: &[Code] = &[
    Code {
        code: QUESTION,
        title: "a question that the experiment cannot answer",
        explanation: "[optimise] says what to find (fewest, returns, best or split) and the smallest difference that matters; each question needs a [goal] and parameters with single values that go up. docs/optimise.md says what each one needs.",
    },
    Code {
        code: COST,
        title: "a cost that is missing or comes from nowhere",
        explanation: "To split a budget every parameter needs what one unit of it costs, under [optimise.costs], and the budget and each cost a source or the reason why they are assumed.",
    },
    Code {
        code: NOT_UNCERTAIN,
        title: "nothing whose uncertainty could matter",
        explanation: "A sensitivity analysis needs parameters: tables under [vary] with low and high or a distribution, or --library for the library values with low and high that the scenario uses.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_explained() {
        assert!(ASKING.is_sorted_by(|a, b| a.code < b.code));
        for code in ASKING {
            assert!(code.explanation.ends_with('.'), "{}", code.code);
        }
    }
}
