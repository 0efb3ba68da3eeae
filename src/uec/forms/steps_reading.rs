//! Reading steps: the first key of a step says what it does.

use crate::engine::time::SimSpan;
use crate::scenario::access::TableReader;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::files::Located;
use crate::scenario::tree::{Node, Value};
use crate::scenario::values;
use crate::uec::codes;

use super::Name;
use super::distributions::{distribution, is_distribution};
use super::reading::{
    Reading, key_name, optional_owned_name, owned_name, owned_names, span_of, window,
};
use super::steps::{Action, Branch, DurationForm, HoldHow, ShareForm, StepForm};
use super::tables_reading::{by_cohort, conditions, own};

/// Spoilt if any step cannot be read: what it would have marked or held is not missing.
pub const UNREADABLE_STEPS: &str = "*steps";

/// What a step can do, by its key.
pub const ACTIONS: [&str; 21] = [
    "mark",
    "wait",
    "wait_until",
    "wait_rate",
    "use",
    "hold",
    "hold_all",
    "let_go",
    "patience",
    "share",
    "choose",
    "when",
    "set",
    "go",
    "refer",
    "travel",
    "call",
    "convey",
    "book",
    "start",
    "leave",
];

/// The steps of a path.
pub fn path_steps(node: &Node, reading: &Reading) -> Vec<StepForm> {
    reading.begin_path();
    steps(node, "", reading)
}

/// `prefix` is the position of the step these steps belong to, with a point; empty in a path.
fn steps(node: &Node, prefix: &str, reading: &Reading) -> Vec<StepForm> {
    let nodes = values::list(node, reading.faults).unwrap_or_default();
    let each = nodes.iter().enumerate();
    each.map(|(index, node)| {
        let position = format!("{prefix}{}", index + 1);
        let read = reading.with_branches(|| step(node, &position, reading));
        read.unwrap_or_else(|| {
            reading.faults.spoil(UNREADABLE_STEPS);
            StepForm {
                action: Action::Unreadable,
                id: position,
                span: node.span,
            }
        })
    })
    .collect()
}

fn step(node: &Node, position: &str, reading: &Reading) -> Option<StepForm> {
    let Value::Table(table) = &node.value else {
        values::wrong_type(node, "a step", "{ mark = \"arrived\" }", reading.faults);
        return None;
    };
    // `use = …, set = …` cannot both be meant; the first key that is an action counts, as people read it.
    let action = table
        .own()
        .find(|(key, _)| ACTIONS.contains(&key.name.as_str()));
    let Some((key, value)) = action else {
        let message = "this step does nothing that is known";
        let fault = Diagnostic::error(codes::STEP, node.span, message);
        let first = table.own().next().map_or("", |(key, _)| key.name.as_str());
        reading.faults.report(fault.suggest(first, ACTIONS));
        return None;
    };
    let what = format!("step \"{}\"", key.name);
    let reader = TableReader::new(node, what, reading.faults);
    reader.allow(&[&key.name, "title"]);
    let id = reader.optional_name("id");
    if let Some(id) = id {
        reading.note_id(id);
    }
    let id = id.map_or(position, |id| id.value).to_owned();
    let step = StepReader {
        reader: &reader,
        reading,
        position,
    };
    let action = step.action(&key.name, value);
    // A step that could not be read may have keys that nobody asked for yet.
    if action.is_some() {
        reader.finish();
    }
    let span = node.span;
    Some(StepForm {
        action: action?,
        id,
        span,
    })
}

pub(super) struct StepReader<'a> {
    pub reader: &'a TableReader<'a>,
    pub reading: &'a Reading<'a>,
    position: &'a str,
}

impl StepReader<'_> {
    fn action(&self, action: &str, value: &Node) -> Option<Action> {
        match action {
            "mark" => Some(Action::Mark(self.name_of(value)?)),
            "wait" => Some(Action::Wait(duration(value, self.reading)?)),
            "wait_until" => Some(Action::WaitUntil(window(value, self.reading)?)),
            "wait_rate" => self.wait_rate(value),
            "use" => self.use_pool(value),
            "hold" | "hold_all" => self.hold(action, value),
            "let_go" => self.let_go(value),
            "patience" if value.as_str() == Some("none") => Some(Action::ClearPatience),
            "patience" => Some(Action::Patience(duration(value, self.reading)?)),
            "share" => self.share(value),
            "choose" => self.choose(value),
            "when" => self.when(value),
            "set" => self.set(value),
            "go" => Some(Action::Go(self.name_of(value)?)),
            "refer" => self.refer(value),
            "travel" => {
                let otherwise = self.optional_steps("otherwise");
                let route = self.name_of(value)?;
                Some(Action::Travel { route, otherwise })
            }
            "call" => self.call(value),
            "convey" => self.convey(value),
            "book" => self.book(value),
            "start" => {
                let with = owned_names(self.reader, "with");
                let path = self.name_of(value)?;
                Some(Action::Start { path, with })
            }
            _ => Some(Action::Leave(self.name_of(value)?)),
        }
    }

    fn name_of(&self, node: &Node) -> Option<Name> {
        values::name(node, self.reading.faults).map(own)
    }

    /// At least one name.
    fn names_of(&self, node: &Node) -> Option<Vec<Name>> {
        let names = values::names(node, self.reading.faults);
        let names: Vec<Name> = names.into_iter().map(own).collect();
        if names.is_empty() && node.as_array().is_some() {
            values::out_of_range(node, "at least one name is needed", self.reading.faults);
        }
        (!names.is_empty()).then_some(names)
    }

    fn steps_of(&self, node: &Node, part: &str) -> Vec<StepForm> {
        let prefix = format!("{}.{part}", self.position);
        self.reading.branch(|| steps(node, &prefix, self.reading))
    }

    pub fn optional_steps(&self, key: &str) -> Option<Vec<StepForm>> {
        let node = self.reader.optional(key)?;
        Some(self.steps_of(node, &format!("{key}.")))
    }

    fn wait_rate(&self, value: &Node) -> Option<Action> {
        let profile = self.name_of(value);
        let per_day = self.reader.required("per_day", "1.2");
        let per_day = per_day.and_then(|node| {
            let rate = values::factor(node, self.reading.faults)?;
            if rate <= 0.0 {
                values::out_of_range(node, "the rate must be above 0", self.reading.faults);
                return None;
            }
            Some(rate)
        });
        Some(Action::WaitRate {
            profile: profile?,
            per_day: per_day?,
        })
    }

    fn use_pool(&self, value: &Node) -> Option<Action> {
        let pools = self.names_of(value);
        let duration = self.reader.required("for", "\"8 min\"");
        let duration = duration.and_then(|node| self::duration(node, self.reading));
        let at_start = optional_owned_name(self.reader, "at_start");
        let held_as = optional_owned_name(self.reader, "as");
        let wait = Box::new(self.wait_form());
        Some(Action::Use {
            pools: pools?,
            duration: duration?,
            at_start,
            held_as,
            wait,
        })
    }

    fn hold(&self, action: &str, value: &Node) -> Option<Action> {
        let pools = self.names_of(value);
        let units = self.reader.optional("units");
        let units = units.map_or(Some(1), |node| self.units(node));
        let held_as = owned_names(self.reader, "as");
        let wait = Box::new(self.wait_form());
        let (pools, units) = (pools?, units?);
        let how = match (action, pools.len()) {
            ("hold_all", _) => HoldHow::All,
            (_, 1) => HoldHow::One,
            _ => HoldHow::Any,
        };
        let is_several = how != HoldHow::One && units > 1;
        if is_several {
            let message = "several units can be held of one pool only";
            self.fault(message, "one step for each pool");
            return None;
        }
        let n_names = held_as.len();
        let names_fit = match how {
            HoldHow::One => n_names <= 1,
            HoldHow::Any => n_names == 1,
            HoldHow::All => n_names <= 1 || n_names == pools.len(),
        };
        if !names_fit {
            let message = "what is held of several pools needs a name to let it go by";
            self.fault(message, "as = \"staff\"");
            return None;
        }
        Some(Action::Hold {
            pools,
            how,
            units,
            held_as,
            wait,
        })
    }

    fn let_go(&self, value: &Node) -> Option<Action> {
        let names = self.names_of(value);
        let units = match self.reader.optional("units") {
            Some(node) => Some(self.units(node)?),
            None => None,
        };
        Some(Action::LetGo {
            names: names?,
            units,
        })
    }

    fn units(&self, node: &Node) -> Option<u8> {
        let count = values::count(node, self.reading.faults)?;
        if !(1..=255).contains(&count) {
            values::out_of_range(node, "units lie between 1 and 255", self.reading.faults);
            return None;
        }
        Some(count as u8)
    }

    pub fn fault(&self, message: &str, advice: &str) {
        let fault = Diagnostic::error(codes::STEP, self.reader.span(), message);
        self.reading.faults.report(fault.try_this(advice));
    }

    fn share(&self, value: &Node) -> Option<Action> {
        let share = share(value, self.reading);
        let steps = self.reader.required("steps", "[ … ]");
        let steps = steps.map(|node| self.steps_of(node, ""));
        let otherwise = self.optional_steps("else").unwrap_or_default();
        Some(Action::Share {
            share: share?,
            steps: steps?,
            otherwise,
        })
    }

    fn choose(&self, value: &Node) -> Option<Action> {
        let choice = self.name_of(value);
        let to = self
            .reader
            .table("to", "{ home = \"home\", admit = [ … ] }");
        let branches = to?.into_iter().filter_map(|(key, node)| {
            let branch = match &node.value {
                Value::Array(_) => Branch::Steps(self.steps_of(node, &format!("{}.", key.name))),
                _ => Branch::Path(self.name_of(node)?),
            };
            Some((key_name(key), branch))
        });
        let to = branches.collect();
        Some(Action::Choose {
            choice: choice?,
            to,
        })
    }

    fn when(&self, value: &Node) -> Option<Action> {
        let conditions = conditions(value, self.reading);
        let steps = self.reader.required("steps", "[ … ]");
        let steps = steps.map(|node| self.steps_of(node, ""));
        let otherwise = self.optional_steps("else").unwrap_or_default();
        Some(Action::When {
            conditions: conditions?,
            steps: steps?,
            otherwise,
        })
    }

    fn set(&self, value: &Node) -> Option<Action> {
        if let Value::String(_) = value.value {
            let choice = owned_name(self.reader, "by");
            return Some(Action::SetBy {
                attribute: self.name_of(value)?,
                choice: choice?,
            });
        }
        Some(Action::Set(settings(value, self.reading)?))
    }

    fn refer(&self, value: &Node) -> Option<Action> {
        let route = self.name_of(value);
        let path = optional_owned_name(self.reader, "path");
        let otherwise = self.optional_steps("otherwise");
        Some(Action::Refer {
            route: route?,
            path,
            otherwise,
        })
    }

    fn call(&self, value: &Node) -> Option<Action> {
        let fleet = self.name_of(value);
        let held_as = optional_owned_name(self.reader, "as");
        let at_dispatch = optional_owned_name(self.reader, "at_dispatch");
        let wait = Box::new(self.wait_form());
        Some(Action::Call {
            fleet: fleet?,
            held_as,
            at_dispatch,
            wait,
        })
    }

    fn convey(&self, value: &Node) -> Option<Action> {
        let route = self.name_of(value);
        let path = optional_owned_name(self.reader, "path");
        let with = owned_name(self.reader, "with");
        let otherwise = self.optional_steps("otherwise");
        Some(Action::Convey {
            route: route?,
            path,
            with: with?,
            otherwise,
        })
    }

    fn book(&self, value: &Node) -> Option<Action> {
        let calendar = self.name_of(value);
        let within = self.reader.duration("within");
        let earliest = self.reader.optional_duration("earliest");
        let otherwise = self.optional_steps("otherwise");
        Some(Action::Book {
            calendar: calendar?,
            within: span_of(within?),
            earliest: earliest.map_or(SimSpan::ZERO, span_of),
            otherwise,
        })
    }
}

/// A distribution, or a table of them.
pub fn duration(node: &Node, reading: &Reading) -> Option<DurationForm> {
    by_cohort(node, is_distribution, &distribution, reading)
}

/// A share, or a table of them.
fn share(node: &Node, reading: &Reading) -> Option<ShareForm> {
    let read = |node: &Node, reading: &Reading| values::share(node, reading.faults);
    by_cohort(node, |_| true, &read, reading)
}

/// `{ attribute = "level", … }`.
pub fn settings(node: &Node, reading: &Reading) -> Option<Vec<(Name, Name)>> {
    let entries = values::entries(node, reading.faults)?;
    let set = entries.into_iter().filter_map(|(key, node)| {
        let value = match &node.value {
            Value::Integer(number) => number.to_string(),
            _ => values::text(node, reading.faults)?.to_owned(),
        };
        let span = node.span;
        Some((key_name(key), Located { value, span }))
    });
    let set: Vec<(Name, Name)> = set.collect();
    if set.is_empty() {
        values::out_of_range(node, "at least one attribute is needed", reading.faults);
        return None;
    }
    Some(set)
}
