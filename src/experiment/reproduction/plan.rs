//! Which numbers of which scenario each figure is made of: looked up before anything runs.

use crate::scenario::diagnostic::{Diagnostic, Diagnostics};
use crate::scenario::files::Span;
use crate::uec::forms::measures::statistic;
use crate::uec::model::Model;

use super::formula::Reference;
use super::{Description, Figure, How, codes};
use crate::experiment::results::ValueKey;
use crate::experiment::summarise::keys_of;

/// A description whose figures know their numbers.
pub struct Plan {
    pub description: Description,
    /// By figure: scenario and position among its values, by reference of the formula. Empty for what cannot be had.
    pub(super) sources: Vec<Vec<(usize, usize)>>,
}

/// Looks every number up in the models, which are those of the description's scenarios in their order.
///
/// Errors (reported): `E203`; none is then given.
pub fn plan(description: Description, models: &[Model], faults: &Diagnostics) -> Option<Plan> {
    let keys: Vec<Vec<ValueKey>> = models.iter().map(keys_of).collect();
    let search = Search {
        description: &description,
        models,
        keys: &keys,
        faults,
    };
    let sources: Vec<Option<Vec<(usize, usize)>>> = description
        .figures
        .iter()
        .map(|figure| search.sources(figure))
        .collect();
    let sources = sources.into_iter().collect::<Option<_>>()?;
    Some(Plan {
        description,
        sources,
    })
}

struct Search<'a> {
    description: &'a Description,
    models: &'a [Model],
    /// By scenario.
    keys: &'a [Vec<ValueKey>],
    faults: &'a Diagnostics,
}

impl Search<'_> {
    fn sources(&self, figure: &Figure) -> Option<Vec<(usize, usize)>> {
        let How::Formula { parsed, span, .. } = &figure.how else {
            return Some(Vec::new());
        };
        let found = parsed.references.iter();
        let found: Vec<Option<(usize, usize)>> = found
            .map(|reference| self.source(figure, reference, *span))
            .collect();
        found.into_iter().collect()
    }

    fn source(&self, figure: &Figure, reference: &Reference, span: Span) -> Option<(usize, usize)> {
        let id = reference.scenario.as_ref().unwrap_or(&figure.scenario);
        let scenarios = &self.description.scenarios;
        let Some(scenario) = scenarios.iter().position(|known| known.id == *id) else {
            let fault = self.fault(span, format!("there is no scenario \"{id}\""));
            let known = scenarios.iter().map(|known| known.id.as_str());
            self.faults.report(fault.suggest(id, known));
            return None;
        };
        let model = &self.models[scenario];
        let Some(measure) = model
            .measures
            .iter()
            .position(|one| one.id == reference.measure)
        else {
            let message = format!("{} has no measure \"{}\"", model.name, reference.measure);
            let known = model.measures.iter().map(|measure| measure.id.as_str());
            let fault = self.fault(span, message).suggest(&reference.measure, known);
            self.faults.report(fault);
            return None;
        };
        let wanted = statistic(&reference.statistic);
        let key = self.keys[scenario].iter().position(|key| {
            key.measure == measure
                && Some(key.statistic) == wanted
                && key.site == "all"
                && key.cohort == reference.cohort
        });
        if key.is_none() {
            let group = match reference.cohort.as_str() {
                "all" => String::new(),
                cohort => format!(" for {cohort}"),
            };
            let message = format!(
                "measure \"{}\" of {} does not give \"{}\"{group}",
                reference.measure, model.name, reference.statistic
            );
            let fault = self.fault(span, message);
            self.faults.report(
                fault.note(
                    "it must be among the measure's \"statistics\", its attribute under \"by\"",
                ),
            );
        }
        Some((scenario, key?))
    }

    fn fault(&self, span: Span, message: String) -> Diagnostic {
        Diagnostic::error(codes::NO_SUCH_NUMBER, span, message)
    }
}
