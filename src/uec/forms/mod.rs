//! Scenario files as typed forms: every table and step of the language, with the place of each name.
//!
//! Reading a form checks what can be seen in it alone (types, ranges, unknown keys); names are looked up by `compile`.

pub mod arrivals;
pub mod charts;
pub mod choices;
pub mod distributions;
pub mod equity;
pub mod fleets;
pub mod measures;
pub mod needs;
pub mod prices;
pub mod reading;
pub mod rollouts;
pub mod routes;
pub mod run;
pub mod services;
pub mod sites;
pub mod steps;
pub mod steps_reading;
pub mod sums;
pub mod tables;
pub mod tables_reading;
pub mod time;
pub mod triggers;
mod waits_reading;

use crate::scenario::access::TableReader;
use crate::scenario::files::Located;
use crate::scenario::tree::Node;
use crate::scenario::windows::WeekWindow;

use super::history::{self, Series};
use super::model::RunPlan;
use arrivals::ArrivalForm;
use charts::ChartForm;
use choices::{AttributeForm, ChoiceForm, NamedDurations};
use fleets::FleetForm;
use measures::MeasureForm;
use needs::{NeedForm, PeopleForm};
use reading::Reading;
use rollouts::RolloutForm;
use routes::RouteForm;
use services::ServiceForm;
use sites::SiteForm;
use time::{NamedWindow, ProfileForm};
use triggers::TriggerForm;

/// A name as written somewhere.
pub type Name = Located<String>;

/// Open hours: written out or by the name of one of `[windows]`.
#[derive(Clone, Debug)]
pub enum WindowForm {
    Written(Located<WeekWindow>),
    Named(Name),
}

/// Where something is, as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlaceForm {
    Kilometres { x: f64, y: f64 },
    Degrees { lat: f64, lon: f64 },
}

/// A whole scenario, every list in file order.
#[derive(Clone, Debug)]
pub struct ScenarioForm {
    pub title: Option<String>,
    pub description: String,
    pub run: RunPlan,
    pub attributes: Vec<AttributeForm>,
    pub windows: Vec<NamedWindow>,
    pub profiles: Vec<ProfileForm>,
    pub durations: Vec<NamedDurations>,
    pub choices: Vec<ChoiceForm>,
    pub arrivals: Vec<ArrivalForm>,
    pub people: Option<PeopleForm>,
    pub needs: Vec<NeedForm>,
    pub services: Vec<ServiceForm>,
    pub sites: Vec<SiteForm>,
    pub routes: Vec<RouteForm>,
    pub fleets: Vec<FleetForm>,
    pub triggers: Vec<TriggerForm>,
    pub measures: Vec<MeasureForm>,
    /// Attributes by which all measures of patients are told apart.
    pub equity: equity::EquityForm,
    pub charts: Vec<ChartForm>,
    pub rollouts: Vec<RolloutForm>,
    /// Published monthly figures.
    pub history: Vec<Series>,
}

/// Measures, whose costs are brought to the prices of one year where the scenario says which.
fn measures_at_one_price(root: &TableReader, reading: &Reading) -> Vec<MeasureForm> {
    let mut all = measures::measures(root, reading);
    if let Some(prices) = prices::prices(root, reading) {
        let items = all.iter_mut().flat_map(MeasureForm::sum_items);
        items.for_each(|item| item.bring_to(&prices, reading));
    }
    all
}

/// Reads every table of a scenario's tree; faults are reported and leave their table out.
pub fn read(tree: &Node, reading: &Reading) -> ScenarioForm {
    let root = TableReader::new(tree, "the scenario", reading.faults);
    let form = ScenarioForm {
        title: root.optional_string("title").map(str::to_owned),
        description: root
            .optional_string("description")
            .unwrap_or_default()
            .to_owned(),
        run: run::run(&root, reading),
        attributes: choices::attributes(&root, reading),
        windows: time::windows(&root, reading),
        profiles: time::profiles(&root, reading),
        durations: choices::durations(&root, reading),
        choices: choices::choices(&root, reading),
        arrivals: arrivals::arrivals(&root, reading),
        people: needs::people(&root, reading),
        needs: needs::needs(&root, reading),
        services: services::services(&root, reading),
        sites: sites::sites(&root, reading),
        routes: routes::routes(&root, reading),
        fleets: fleets::fleets(&root, reading),
        triggers: triggers::triggers(&root, reading),
        measures: measures_at_one_price(&root, reading),
        equity: equity::equity(&root, reading),
        charts: charts::charts(&root, reading),
        rollouts: rollouts::rollouts(&root, reading),
        history: root
            .optional("history")
            .and_then(|name| history::named(reading.workspace, name))
            .unwrap_or_default(),
    };
    root.finish();
    form
}
