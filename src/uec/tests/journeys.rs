//! Patients, crews and side tasks between sites.

use crate::engine::program::{OptionalMark, RouteRule, Step};

use super::loaded;

const AMBULANCES: &str = r#"
[run]
start = 2023-04-01
warm_up = "7 days"
length = "28 days"
[attributes.category]
levels = ["C1", "C2"]
[arrivals.calls]
rate = "5 per h"
shares = { category = { C1 = 0.2, C2 = 0.8 } }
to = "ambulance.call"
place = { rectangle = { x = [0, 10], y = [0, 10] } }
[services.ambulance.paths]
call = [
  { call = "crews", rank = "category", as = "crew", at_dispatch = "sent" },
  { mark = "on_scene" },
  { wait = "20 min", id = "scene" },
  { share = 0.3, id = "see_and_treat", steps = [{ leave = "seen_and_treated" }] },
  { convey = "to_ed", path = "by_ambulance", with = "crew", id = "convey" },
]
[services.ed]
pools = ["cubicles"]
[services.ed.paths]
by_ambulance = [
  { hold = "cubicles" },
  { start = "make_ready", with = ["crew"] },
  { wait = "3 h", id = "stay" },
  { let_go = "cubicles" },
  { refer = "gp", id = "to_gp" },
]
make_ready = [{ wait = "15 min", id = "clean" }, { leave = "ready" }]
[services.gp]
calendars = { same_day = { per_hour = 4, hours = "Mon-Fri 08:00-18:00" } }
[services.gp.paths]
arrive = [
  { book = "same_day", within = "2 days", otherwise = [{ leave = "no_slot" }] },
  { leave = "seen" },
]
[sites.north]
services = ["ed"]
place = { x = 2, y = 2 }
pools = { cubicles = [{ from = "08:00", units = 10 }, { from = "20:00", units = 6 }] }
[sites.south]
services = ["ed"]
place = { x = 8, y = 8 }
hours = "08:00-22:00"
pools = { cubicles = 4 }
[routes.to_ed]
service = "ed"
rule = "nearest"
travel = { speed_kmh = 40, detour = 1.4 }
load = { waiting = "cubicles", minutes_each = 6 }
except = { trigger = "full" }
[triggers.full]
of = { busy = "cubicles" }
on = "95 %"
off = 3
[fleets.crews]
stations = { a = { place = { x = 1, y = 1 }, units = 2 }, b = { place = { x = 9, y = 9 }, units = 1, shift = "Mon-Fri 08:00-20:00" } }
speed_kmh = 60
detour = 1.3
reassign = { saves = "3 min" }
rank = "category"
"#;

#[test]
fn a_crew_is_called_rides_along_and_is_made_ready_by_a_side_task() {
    let model = loaded(AMBULANCES).model;
    let program = &model.program;
    let call = program
        .steps
        .iter()
        .find(|step| matches!(step, Step::Call { .. }));
    let Some(Step::Call {
        slot, at_dispatch, ..
    }) = call
    else {
        panic!("no call")
    };
    assert_ne!(*at_dispatch, OptionalMark::NONE);
    assert_eq!(
        model.names.marks[usize::from(at_dispatch.0)],
        "ambulance.sent"
    );
    let mut conveys = program.steps.iter().filter_map(|step| match step {
        Step::Convey { slot, route, entry } => Some((*slot, *route, *entry)),
        _ => None,
    });
    let (held, route, entry) = conveys.next_back().expect("a conveyance");
    assert_eq!(held, *slot);
    let route = &program.routes[route.index()];
    assert_eq!(route.rule, RouteRule::Nearest);
    assert_eq!(route.sites.len(), 2);
    assert_eq!(route.by_hour[0], 1.5);
    assert!(route.sites[0].hours.is_none() && route.sites[1].hours.is_some());
    for site in &route.sites {
        assert_eq!(site.load.len(), 1);
        assert!(site.except.is_some());
        let step = site.entries[usize::from(entry)];
        assert!(matches!(program.steps[step.index()], Step::Enter { .. }));
    }
    let starts = program.steps.iter().filter_map(|step| match step {
        Step::Start { with, .. } => Some(*with),
        _ => None,
    });
    assert!(starts.clone().count() == 2 && starts.into_iter().all(|with| with == 1 << slot.0));
}

#[test]
fn fleets_triggers_and_slots_are_those_of_the_scenario() {
    let program = loaded(AMBULANCES).model.program;
    let fleet = &program.fleets[0];
    assert_eq!(fleet.units.len(), 3);
    assert_eq!(fleet.units[0].roster.changes.len(), 1);
    // Ten weekly changes; the run begins on a Saturday, with the unit off.
    assert_eq!(fleet.units[2].roster.changes[0].1, 0);
    assert_eq!(fleet.units[2].roster.changes.len(), 11);
    assert_eq!(program.triggers.len(), 2);
    assert_eq!((program.triggers[1].on, program.triggers[1].off), (4, 3));
    // North has eight cubicles on average.
    assert_eq!(program.triggers[0].on, 8);
    let slots: u32 = program.calendars[0]
        .week
        .iter()
        .map(|slots| u32::from(*slots))
        .sum();
    assert_eq!(slots, 200);
    let drawn = program.chances.last().expect("drawn on arrival");
    assert_eq!(drawn.cumulative, [0.2, 1.0]);
}

#[test]
fn a_path_is_compiled_once_for_each_site_with_the_same_draws() {
    let program = loaded(AMBULANCES).model.program;
    let purpose = crate::engine::streams::purpose_key("ed.by_ambulance.stay");
    let draws = program.draws.iter().filter(|draw| draw.purpose == purpose);
    let sites: Vec<u16> = draws.map(|draw| draw.site.0).collect();
    assert_eq!(sites, [0, 1]);
}
