//! Codes of the faults found in what a scenario says: S2 within one thing, S3 across things.

use crate::scenario::codes::Code;

pub const STEP: &str = "S201";
pub const NEVER_LEAVES: &str = "S202";
pub const NEVER_REACHED_STEP: &str = "S203";
pub const SHARES: &str = "S204";
pub const TABLE: &str = "S205";
pub const ROW_NEVER_MATCHES: &str = "S206";
pub const TWICE: &str = "S207";
pub const NEVER_HELD: &str = "S208";
pub const LIMIT: &str = "S209";
pub const DISTRIBUTION: &str = "S210";
pub const RANGE: &str = "S211";
pub const NAME: &str = "S212";
pub const ARRIVALS: &str = "S213";
pub const MEASURE: &str = "S214";
pub const UNKNOWN_NAME: &str = "S301";
pub const POOL_UNSIZED: &str = "S302";
pub const SITE_UNREACHED: &str = "S303";
pub const SERVICE_UNREACHED: &str = "S304";
pub const NOBODY_ON: &str = "S305";
pub const OVERLOAD: &str = "S306";
pub const MARK_NEVER_MADE: &str = "S307";
pub const WHICH_SITE: &str = "S308";
pub const PLACE: &str = "S309";
pub const NOTHING_ARRIVES: &str = "S310";
pub const ROUTE: &str = "S311";
pub const ROLLOUT: &str = "S312";

/// The codes of this layer, in order.
pub const CHECKING: &[Code] = &[
    Code {
        code: STEP,
        title: "a step that cannot be understood",
        explanation: "The first key of a step that is an action says what it does; the other keys must belong to that action.",
    },
    Code {
        code: NEVER_LEAVES,
        title: "a path that never leaves",
        explanation: "A patient can come to the end of the path, or go round in it for ever, without leaving. End every branch with \"leave\", \"go\", \"refer\" or \"convey\".",
    },
    Code {
        code: NEVER_REACHED_STEP,
        title: "steps that are never reached",
        explanation: "The step before these always leaves or goes elsewhere, so that nobody comes to them.",
    },
    Code {
        code: SHARES,
        title: "shares that do not sum to one",
        explanation: "Shares of the outcomes of one choice sum to 1 within a millionth, one share for each outcome.",
    },
    Code {
        code: TABLE,
        title: "a table that leaves something out",
        explanation: "The first row that matches counts, and some row must match whatever comes: end with a row without conditions, or \"else\". A table has at most 65536 different cases.",
    },
    Code {
        code: ROW_NEVER_MATCHES,
        title: "a row that never matches",
        explanation: "Rows above it match in every case in which it would. Put the more special row first.",
    },
    Code {
        code: TWICE,
        title: "given twice",
        explanation: "A name, level, site or step id stands twice where it must be unique. Two steps of one path with one id would share their draws.",
    },
    Code {
        code: NEVER_HELD,
        title: "let go of what is never held",
        explanation: "No \"hold\" or \"call\" keeps anything under this name. The name is that of \"as\", or else the pool's.",
    },
    Code {
        code: LIMIT,
        title: "too many",
        explanation: "A limit of the program is passed: 13 attributes of 250 levels, 6 things held by one patient at one time, 32 clocks for durations, 65535 pools, tables or marks.",
    },
    Code {
        code: DISTRIBUTION,
        title: "not a distribution",
        explanation: "The distribution has no shape, several, or a parameter that its shape does not allow.",
    },
    Code {
        code: RANGE,
        title: "a value that means nothing here",
        explanation: "The value is well written but cannot be used where it stands.",
    },
    Code {
        code: NAME,
        title: "not a name",
        explanation: "Names of things are lower case letters, digits and underscores.",
    },
    Code {
        code: ARRIVALS,
        title: "arrivals that say too little or too much",
        explanation: "A stream of arrivals has one of a rate, a distribution of gaps, or a file of recorded arrivals.",
    },
    Code {
        code: MEASURE,
        title: "a measure that cannot be taken",
        explanation: "The kind of measure does not offer this statistic or lacks what it measures.",
    },
    Code {
        code: UNKNOWN_NAME,
        title: "unknown name",
        explanation: "Nothing of this kind has this name. The nearest known name is suggested.",
    },
    Code {
        code: POOL_UNSIZED,
        title: "a pool or calendar that nobody sizes",
        explanation: "The site runs a service that needs the pool, but does not say how many units it has.",
    },
    Code {
        code: SITE_UNREACHED,
        title: "a site that nobody can reach",
        explanation: "No arrivals, route or path leads to the site.",
    },
    Code {
        code: SERVICE_UNREACHED,
        title: "a service or path that nobody can reach",
        explanation: "No arrivals, needs, routes or other paths lead there.",
    },
    Code {
        code: NOBODY_ON,
        title: "nobody on while patients can arrive",
        explanation: "The pool has no units at some time of the week at which patients come to it, or at any time. They wait, for ever if nobody ever comes.",
    },
    Code {
        code: OVERLOAD,
        title: "offered load at or above capacity",
        explanation: "An estimate before any run: work that arrives for the pool, in units busy on average, against the mean number rostered. At or above it the line grows without end unless patients give up or go elsewhere.",
    },
    Code {
        code: MARK_NEVER_MADE,
        title: "a mark that is measured but never made",
        explanation: "No step makes the mark, so the measure would always be empty.",
    },
    Code {
        code: WHICH_SITE,
        title: "which site is not said",
        explanation: "Several sites run the service: say which, or refer by a route.",
    },
    Code {
        code: PLACE,
        title: "a place that is missing",
        explanation: "Travel by road needs to know where patients, sites and units are.",
    },
    Code {
        code: NOTHING_ARRIVES,
        title: "nothing to simulate",
        explanation: "The scenario has no arrivals, or no length.",
    },
    Code {
        code: ROUTE,
        title: "a route that leads nowhere",
        explanation: "No site runs the route's service, or a table that the route needs does not cover its zones and sites.",
    },
    Code {
        code: ROLLOUT,
        title: "a roll-out that cannot be",
        explanation: "A roll-out says when and by what units its changes come into force, and both versions must fit into one run: the same levels of attributes, at most eight versions at a time.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_explained() {
        assert!(CHECKING.is_sorted_by(|a, b| a.code < b.code));
        for code in CHECKING {
            assert!(
                code.code.len() == 4 && code.explanation.ends_with('.'),
                "{}",
                code.code
            );
        }
    }
}
