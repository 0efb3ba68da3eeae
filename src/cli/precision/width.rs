//! Half-widths as people write them: `5 %` of the mean, or so much in the unit of the measure.

use crate::experiment::precision::Width;
use crate::report::format::{statistic_key, unit_of};
use crate::scenario::units::{parse_duration, time_unit};
use crate::uec::model::{MeasureSpec, Statistic};

/// The half-width of a statistic; `is_one` if it was asked for this measure alone.
///
/// Errors: what is wrong, and what to write instead.
pub fn read(
    written: &str,
    measure: &MeasureSpec,
    statistic: Statistic,
    is_one: bool,
) -> Result<Width, (String, String)> {
    let text = written.trim();
    let unit = unit_of(measure, statistic);
    let advice = advice(measure, statistic, &unit);
    let fault = |message: String| Err((message, advice.clone()));
    if let Some(percent) = text.strip_suffix('%') {
        return match positive(percent) {
            Some(percent) => Ok(Width::Share(percent / 100.0)),
            None => fault(format!("\"{text}\" is no half-width")),
        };
    }
    if !is_one {
        return fault(
            "a half-width of all headline measures is in percent: their units differ".to_owned(),
        );
    }
    if let Some(plain) = positive(text) {
        return Ok(Width::Absolute(plain));
    }
    let absolute = if let Some(length) = time_unit(&unit) {
        let milliseconds = parse_duration(text).ok().filter(|length| *length > 0.0);
        milliseconds.map(|milliseconds| milliseconds / length)
    } else if unit == "%" {
        let number = text
            .strip_suffix("points")
            .or_else(|| text.strip_suffix("point"));
        number.and_then(positive)
    } else {
        text.strip_suffix(&unit).and_then(positive)
    };
    match absolute {
        Some(absolute) => Ok(Width::Absolute(absolute)),
        None => fault(format!("\"{text}\" is no half-width in {unit}")),
    }
}

fn positive(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

fn advice(measure: &MeasureSpec, statistic: Statistic, unit: &str) -> String {
    let name = format!("{}:{}", measure.id, statistic_key(statistic));
    let absolute = match unit {
        "%" => "0.5 points".to_owned(),
        unit => format!("2 {unit}"),
    };
    format!("\"5 %\" of the mean, or for one measure \"{name}={absolute}\"")
}
