//! Fleets.

use crate::engine::program::{FleetSpec, FleetWay, UnitSpec};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::windows::WeekWindow;
use crate::uec::codes;
use crate::uec::forms::fleets::FleetForm;
use crate::uec::model::Named;

use super::Compiler;
use super::calendars::shift;

impl<'a> Compiler<'a> {
    pub fn fleets(&mut self) {
        let forms = self.forms;
        for form in &forms.fleets {
            if self.program.fleets.len() >= 255 {
                let message = "there are more than 255 fleets";
                self.faults.error(codes::LIMIT, form.name.span, message);
                return;
            }
            let spec = self.fleet_spec(form);
            self.program.fleets.push(spec);
            self.names.fleets.push(Named {
                id: form.name.value.clone(),
                title: form.title.clone(),
            });
        }
    }

    fn fleet_spec(&mut self, form: &'a FleetForm) -> FleetSpec {
        let mut units = Vec::new();
        for station in &form.stations {
            let window = match &station.shift {
                Some(shift) => self.week_window(shift),
                None => Some(WeekWindow::always()),
            };
            let Some(window) = window else { continue };
            let unit = UnitSpec {
                station: self.projection.place(station.place, 1.0),
                roster: shift(&window, self.time_zero),
            };
            units.extend(std::iter::repeat_n(unit, station.units as usize));
        }
        if units.is_empty() {
            let message = format!("fleet \"{}\" has no units", form.name.value);
            let fault = Diagnostic::error(codes::POOL_UNSIZED, form.name.span, message);
            let advice =
                "stations = { name = { place = { x = 0, y = 0 }, units = 2, shift = \"always\" } }";
            self.faults.report(fault.try_this(advice));
        }
        if let Some(rank) = &form.rank {
            self.attribute(rank);
        }
        let way = FleetWay {
            detour: form.detour as f32,
            by_hour: self.minutes_per_km(form.kmh.as_ref(), form.name.span),
            responding: form.responding as f32,
            conveying: form.conveying as f32,
            returning: form.returning as f32,
            reassign: form.reassign,
            reserve: None,
        };
        FleetSpec {
            units,
            ways: vec![way],
        }
    }
}
