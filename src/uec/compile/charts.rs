//! Charts, and whether their measures suit them.

use crate::scenario::diagnostic::Diagnostic;
use crate::uec::codes;
use crate::uec::forms::charts::ChartForm;
use crate::uec::forms::measures::MeasureKindForm;
use crate::uec::model::{ChartKind, ChartSpec};

use super::Compiler;
use super::index::report_unknown;

impl Compiler<'_> {
    pub(super) fn chart(&self, form: &ChartForm, kept: &[&str]) -> ChartSpec {
        let written = self
            .forms
            .measures
            .iter()
            .map(|measure| &measure.name.value);
        let written: Vec<&String> = written.collect();
        let measures = form.measures.iter().filter_map(|name| {
            let is_written = written.iter().any(|known| **known == name.value);
            if !is_written {
                report_unknown("measure", name, &written, self.faults);
            }
            kept.iter().position(|known| *known == name.value)
        });
        let measures: Vec<usize> = measures.collect();
        if form.measures.is_empty() && form.kind.shows_measures() {
            let message = format!("chart \"{}\" shows no measure", form.name.value);
            self.faults
                .report(Diagnostic::error(codes::MEASURE, form.name.span, message));
        }
        if form.kind == ChartKind::Stack && measures.len() == form.measures.len() {
            self.check_stack(form, &measures);
        }
        ChartSpec {
            id: form.name.value.clone(),
            kind: form.kind,
            measures,
            lines: form.lines.clone(),
            shaded: self.shaded(form, kept),
            read: form.read.clone(),
        }
    }

    /// Reports a stack that has nothing to show, or more than can be told apart.
    fn check_stack(&self, form: &ChartForm, measures: &[usize]) {
        let areas = measures.iter().map(|&measure| &self.measures[measure]);
        let n_areas = areas.filter(|measure| measure.is_level_by_day()).count();
        let most = ChartKind::MAX_AREAS;
        if (1..=most).contains(&n_areas) {
            return;
        }
        let name = &form.name.value;
        let message = match n_areas {
            0 => format!("chart \"{name}\" shows no level over the days"),
            _ => format!(
                "chart \"{name}\" has {n_areas} areas: more than {most} cannot be told apart"
            ),
        };
        let fault = Diagnostic::error(codes::MEASURE, form.name.span, message);
        let advice = "measures of kind = \"level\" with series = [\"day\"]";
        self.faults
            .report(fault.try_this(format!("up to {most} {advice}")));
    }

    /// The measure whose time on a chart shades; it must be of a trigger and keep the course that the chart shows.
    fn shaded(&self, form: &ChartForm, kept: &[&str]) -> Option<usize> {
        let name = form.shaded.as_ref()?;
        let mut written = self.forms.measures.iter();
        let Some(measure) = written.find(|measure| measure.name.value == name.value) else {
            let known = self.forms.measures.iter();
            let known = known.map(|measure| &measure.name.value);
            report_unknown("measure", name, known, self.faults);
            return None;
        };
        let keeps_course = match form.kind {
            ChartKind::Week => measure.by_hour_of_week,
            _ => measure.by_day,
        };
        let is_trigger = matches!(measure.kind, MeasureKindForm::TriggerLevel { .. });
        if !is_trigger || !keeps_course {
            let message = format!(
                "measure \"{}\" does not say when a trigger is on over the time that the chart shows",
                name.value
            );
            let fault = Diagnostic::error(codes::MEASURE, name.span, message);
            let advice = "kind = \"level\", trigger = \"…\", what = \"on\", series = [\"day\", \"hour_of_week\"]";
            self.faults.report(fault.try_this(advice));
            return None;
        }
        kept.iter().position(|known| *known == name.value)
    }
}
