//! Every diagnostic code with its meaning in plain words.
//!
//! S1 is reading (this layer); S2 within a service and S3 across services are listed by the layer that checks them,
//! in the same form.

/// A code and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub code: &'static str,
    /// A short title: `unknown key`.
    pub title: &'static str,
    /// What it means and what to do, in one or two sentences.
    pub explanation: &'static str,
}

pub const SYNTAX: &str = "S101";
pub const NO_SUCH_FILE: &str = "S102";
pub const UNREADABLE_FILE: &str = "S103";
pub const UNKNOWN_KEY: &str = "S104";
pub const MISSING_KEY: &str = "S105";
pub const WRONG_TYPE: &str = "S106";
pub const WRONG_QUANTITY: &str = "S107";
pub const OUT_OF_RANGE: &str = "S108";
pub const WRONG_WINDOW: &str = "S109";
pub const WRONG_DATE: &str = "S110";
pub const WRONG_WORD: &str = "S111";
pub const INCLUDE_CYCLE: &str = "S112";
pub const NO_SUCH_TARGET: &str = "S113";
pub const EXISTS_ALREADY: &str = "S114";
pub const CANNOT_SCALE: &str = "S115";
pub const NOT_A_LIST: &str = "S116";
pub const AREAS: &str = "S117";
pub const CSV_COLUMN: &str = "S121";
pub const CSV_RAGGED: &str = "S122";
pub const CSV_CELL: &str = "S123";
pub const CSV_DUPLICATE: &str = "S124";
pub const CSV_SHAPE: &str = "S125";

/// The codes of reading, in order.
pub const READING: &[Code] = &[
    Code {
        code: SYNTAX,
        title: "not valid TOML",
        explanation: "The text breaks the rules of TOML: a missing quotation mark or bracket, a key given twice, a text without quotation marks. The rest of the file is read as far as it can be.",
    },
    Code {
        code: NO_SUCH_FILE,
        title: "no such file",
        explanation: "A file that is named does not exist. Files are looked up from the folder of the file that names them, then from the shipped scenarios.",
    },
    Code {
        code: UNREADABLE_FILE,
        title: "unreadable file",
        explanation: "The file exists but its text cannot be read: it is not text in UTF-8, or may not be opened.",
    },
    Code {
        code: UNKNOWN_KEY,
        title: "unknown key",
        explanation: "The table has no such key. Keys are never ignored, because a misspelt one would silently change nothing.",
    },
    Code {
        code: MISSING_KEY,
        title: "missing key",
        explanation: "The table lacks a key that it cannot do without.",
    },
    Code {
        code: WRONG_TYPE,
        title: "wrong type",
        explanation: "A value of another kind is wanted here: for example a list, a table, or a text in quotation marks.",
    },
    Code {
        code: WRONG_QUANTITY,
        title: "not a quantity",
        explanation: "A duration, rate or share cannot be read. A quantity is a number and a unit, such as \"8 min\", \"40 per day\" or \"55 %\".",
    },
    Code {
        code: OUT_OF_RANGE,
        title: "out of range",
        explanation: "The value is of the right kind but too small or too large to mean anything: a negative duration, a share above one.",
    },
    Code {
        code: WRONG_WINDOW,
        title: "not a window",
        explanation: "Opening hours or shift hours cannot be read. They are written \"Mon-Fri 08:00-20:00, Sat 09:00-13:00\", \"always\", or the name of a window of [windows].",
    },
    Code {
        code: WRONG_DATE,
        title: "not a date",
        explanation: "A date or time of day cannot be read. Dates are written 2023-04-01, times of day \"08:30\".",
    },
    Code {
        code: WRONG_WORD,
        title: "not one of the words known here",
        explanation: "The value must be one of a few words, and this is none of them.",
    },
    Code {
        code: INCLUDE_CYCLE,
        title: "files lie below each other in a circle",
        explanation: "A file names, directly or by way of others, itself as its system or library.",
    },
    Code {
        code: NO_SUCH_TARGET,
        title: "a change to something that is not there",
        explanation: "A change sets, appends to or takes out something that does not exist in the scenario below it. New things are written under [add].",
    },
    Code {
        code: EXISTS_ALREADY,
        title: "added thing exists already",
        explanation: "A change adds something under a name that is taken. To replace what is there, write it under [set].",
    },
    Code {
        code: CANNOT_SCALE,
        title: "cannot be scaled or shifted",
        explanation: "A change multiplies, or adds to, something that is not a number, a duration, a rate, a share or a distribution of such.",
    },
    Code {
        code: NOT_A_LIST,
        title: "no list to append to or take from",
        explanation: "A change appends items to, takes items out of, or inserts items before something that is a table or a single value.",
    },
    Code {
        code: AREAS,
        title: "areas that cannot be told apart or added up",
        explanation: "Areas of one system have names of their own, and the same sites, pools, services, zones, attributes and measures: only values differ. Roll-outs do not go with areas.",
    },
    Code {
        code: CSV_COLUMN,
        title: "missing column",
        explanation: "A CSV file lacks a column that is needed. The first line of a CSV file names its columns.",
    },
    Code {
        code: CSV_RAGGED,
        title: "row of another length",
        explanation: "A row of a CSV file has more or fewer cells than its first line has columns; often a comma inside a text that is not in quotation marks.",
    },
    Code {
        code: CSV_CELL,
        title: "cell cannot be read",
        explanation: "A cell of a CSV file is not the number, duration, date or name that its column holds.",
    },
    Code {
        code: CSV_DUPLICATE,
        title: "given twice in a CSV file",
        explanation: "Two columns of a CSV file have one name, or two rows stand for one thing.",
    },
    Code {
        code: CSV_SHAPE,
        title: "not a table of comma-separated values",
        explanation: "The file has no rows, an unclosed quotation mark, or another separator than the comma.",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_explained() {
        assert!(READING.is_sorted_by(|a, b| a.code < b.code));
        for code in READING {
            assert!(code.code.starts_with("S1") && code.code.len() == 4);
            assert!(code.explanation.ends_with('.'), "{}", code.code);
        }
    }
}
