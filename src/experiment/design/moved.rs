//! Values of a scenario that are moved, and the text of the change that moves them.

use crate::scenario::units;

/// A value of the scenario that a parameter moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Dotted path, as in `[set]` of a change.
    pub path: String,
    pub how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The value is multiplied by the parameter, which starts at 1.
    Multiply,
    /// The parameter is added in this unit (none of a plain number); it starts at 0.
    Add { unit: String },
    /// The parameter stands in place of the value, in this unit.
    Set { unit: String },
}

impl How {
    /// The value of the parameter at which the scenario is as written, if that is the same for every scenario.
    pub fn start(&self) -> Option<f64> {
        match self {
            Self::Multiply => Some(1.0),
            Self::Add { .. } => Some(0.0),
            Self::Set { .. } => None,
        }
    }

    /// As experiment files write it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Multiply => "multiply",
            Self::Add { .. } => "add",
            Self::Set { .. } => "set",
        }
    }

    /// `multiply = 0.9`, `add = "5 min"`, `value = 12`.
    pub fn assignment(&self, value: f64) -> String {
        match self {
            Self::Multiply => format!("multiply = {value}"),
            Self::Add { unit } => format!("add = {}", quantity(value, unit)),
            Self::Set { unit } => format!("value = {}", quantity(value, unit)),
        }
    }
}

/// A number as scenarios write it, with its unit in quotation marks.
fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "" => value.to_string(),
        unit => format!("\"{value} {unit}\""),
    }
}

/// Whether scenarios write quantities in this unit: of time, of rates, or of shares.
pub fn is_unit(unit: &str) -> bool {
    unit == "%"
        || units::parse_duration(&format!("1 {unit}")).is_ok()
        || units::parse_rate(&format!("1 {unit}")).is_ok()
}

/// Values that are moved together.
pub struct Setting<'a> {
    pub moved: &'a [Moved],
    /// For each of `moved`, as [`How::assignment`] writes it.
    pub assignments: Vec<String>,
    /// Where the value comes from: `assumed = "…"`, and more of the kind.
    pub said: String,
}

/// The text of the change that puts settings into force, a line for each moved value.
///
/// `title` and `evidence` must hold no quotation marks.
pub fn change_text(settings: &[Setting<'_>], title: &str, evidence: &str) -> String {
    let mut text = format!("title = \"{title}\"\nevidence = [\"{evidence}\"]\n\n[set]\n");
    for Setting {
        moved,
        assignments,
        said,
    } in settings
    {
        for (Moved { path, .. }, assignment) in moved.iter().zip(assignments) {
            text.push_str(&format!("\"{path}\" = {{ {assignment}, {said} }}\n"));
        }
    }
    text
}

/// Lines of a change's text before the first moved value.
pub const LINES_BEFORE: usize = 4;
