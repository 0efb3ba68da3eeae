//! The events of a replication as CSV rows, fit for process mining and for animation.
//!
//! Columns and kinds of event are those that the Python package `vidigi` reads (`entity_id`, `pathway`, `event_type`,
//! `event`, `time`, `resource_id`); what else there is to say stands in columns after them. Steps that only lead from one
//! to the next are left out.

use std::collections::BTreeMap;
use std::io;

use crate::uec::events::{Event, PatientId, ResourceName, What};
use crate::uec::model::{Model, RunPlan};

use super::format::date_iso;

const COLUMNS: [&str; 9] = [
    "entity_id",
    "pathway",
    "event_type",
    "event",
    "time",
    "resource_id",
    "timestamp",
    "site",
    "detail",
];

/// A log that is being written.
pub struct EventLog<'m, W: io::Write> {
    model: &'m Model,
    writer: csv::Writer<W>,
    /// By pool: which numbers its busy units have. Units have no identity in a run; here each gets the lowest number
    /// that is free, so that an animation can place it.
    numbers: BTreeMap<(&'m str, &'m str), Vec<bool>>,
    held: BTreeMap<Holding<'m>, Vec<usize>>,
}

/// Pool, site and whose its units are.
type Holding<'m> = (PatientId<'m>, &'m str, &'m str);

impl<'m, W: io::Write> EventLog<'m, W> {
    /// Errors: the header cannot be written.
    pub fn new(model: &'m Model, to: W) -> io::Result<Self> {
        let mut writer = csv::Writer::from_writer(to);
        writer.write_record(COLUMNS)?;
        Ok(Self {
            model,
            writer,
            numbers: BTreeMap::new(),
            held: BTreeMap::new(),
        })
    }

    /// Errors: the row cannot be written.
    pub fn write(&mut self, event: &Event<'m>) -> io::Result<()> {
        let Some(row) = self.row(event) else {
            return Ok(());
        };
        let PatientId { stream, ordinal } = event.patient;
        let numbers: Vec<String> = row.numbers.iter().map(usize::to_string).collect();
        self.writer.write_record([
            &*format!("{stream}:{ordinal}"),
            stream.split('.').next().unwrap_or(stream),
            row.kind,
            &row.name,
            &format!("{:.4}", event.milliseconds as f64 / 60_000.0),
            &numbers.join(";"),
            &timestamp(&self.model.run, event.milliseconds),
            row.site,
            &row.detail,
        ])?;
        Ok(())
    }

    /// Errors: what is left cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.writer.flush()
    }

    fn row(&mut self, event: &Event<'m>) -> Option<Row<'m>> {
        let row = |kind, name: &str, site| Row {
            kind,
            name: name.to_owned(),
            numbers: Vec::new(),
            site,
            detail: String::new(),
        };
        Some(match event.what {
            What::Comes { .. } => return None,
            What::Arrives => Row {
                detail: self.levels(event),
                ..row("arrival_departure", "arrival", "")
            },
            What::Leaves { disposition, site } => Row {
                detail: disposition.to_owned(),
                ..match event.is_task {
                    true => row("task_end", "task_ends", site),
                    false => row("arrival_departure", "depart", site),
                }
            },
            What::Passes { mark, site } => row("milestone", mark, site),
            What::Switches {
                trigger,
                site,
                is_on,
            } => Row {
                detail: if is_on { "on" } else { "off" }.to_owned(),
                ..row("trigger", trigger, site)
            },
            What::Waits { step, line } => Row {
                detail: step.to_owned(),
                ..row("queue", &format!("{}_wait_begins", line.id), line.site)
            },
            What::GivesUp { waited, line, .. } => Row {
                detail: format!("waited {:.2} min", waited.minutes()),
                ..row("gives_up", &format!("{}_given_up", line.id), line.site)
            },
            What::Takes(resource) => Row {
                numbers: self.take(event.patient, resource),
                ..row(
                    "resource_use",
                    &format!("{}_begins", resource.id),
                    resource.site,
                )
            },
            What::LetsGo(resource) => Row {
                numbers: self.let_go(event.patient, resource),
                ..row(
                    "resource_use_end",
                    &format!("{}_complete", resource.id),
                    resource.site,
                )
            },
        })
    }

    fn take(&mut self, patient: PatientId<'m>, resource: ResourceName<'m>) -> Vec<usize> {
        if let Some(vehicle) = resource.vehicle {
            return vec![usize::from(vehicle) + 1];
        }
        let busy = self
            .numbers
            .entry((resource.id, resource.site))
            .or_default();
        let mut taken = Vec::with_capacity(usize::from(resource.units));
        for _ in 0..resource.units {
            let number = busy
                .iter()
                .position(|is_busy| !is_busy)
                .unwrap_or(busy.len());
            if number == busy.len() {
                busy.push(true);
            } else {
                busy[number] = true;
            }
            taken.push(number + 1);
        }
        let holding = (patient, resource.id, resource.site);
        self.held.entry(holding).or_default().extend(&taken);
        taken
    }

    fn let_go(&mut self, patient: PatientId<'m>, resource: ResourceName<'m>) -> Vec<usize> {
        if let Some(vehicle) = resource.vehicle {
            return vec![usize::from(vehicle) + 1];
        }
        let holding = (patient, resource.id, resource.site);
        let Some(held) = self.held.get_mut(&holding) else {
            return Vec::new();
        };
        let n = usize::from(resource.units).min(held.len());
        let gone: Vec<usize> = held.drain(..n).collect();
        if held.is_empty() {
            self.held.remove(&holding);
        }
        if let Some(busy) = self.numbers.get_mut(&(resource.id, resource.site)) {
            gone.iter().for_each(|number| busy[number - 1] = false);
        }
        gone
    }

    /// What is known of a patient: `age=65-74;level=urgent`.
    fn levels(&self, event: &Event<'_>) -> String {
        let attributes = self.model.names.attributes.iter().zip(event.levels);
        let known = attributes.filter_map(|(attribute, level)| {
            let level = attribute.levels.get(usize::from(level))?;
            Some(format!("{}={}", attribute.id, level.id))
        });
        known.collect::<Vec<_>>().join(";")
    }
}

struct Row<'m> {
    kind: &'static str,
    name: String,
    numbers: Vec<usize>,
    site: &'m str,
    detail: String,
}

/// A moment of a run by the calendar, ISO 8601 without a time zone.
///
/// `milliseconds` are since the first measured day began.
pub fn timestamp(run: &RunPlan, milliseconds: i64) -> String {
    let (date, of_day) = run.wall(milliseconds);
    format!(
        "{}T{:02}:{:02}:{:02}.{:03}",
        date_iso(date),
        of_day / 3_600_000,
        of_day / 60_000 % 60,
        of_day / 1000 % 60,
        of_day % 1000
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uec::model::Date;

    #[test]
    fn a_moment_of_the_warm_up_lies_before_the_start() {
        let run = RunPlan {
            start: Date::new(2023, 4, 1).expect("a date"),
            ..RunPlan::default()
        };
        const DAY: i64 = 86_400_000;
        assert_eq!(timestamp(&run, 0), "2023-04-01T00:00:00.000");
        assert_eq!(timestamp(&run, -1), "2023-03-31T23:59:59.999");
        assert_eq!(
            timestamp(&run, 30 * DAY + 3_723_004),
            "2023-05-01T01:02:03.004"
        );
    }

    #[test]
    fn a_unit_gets_the_lowest_free_number() {
        let model = Model::default();
        let mut log = EventLog::new(&model, io::sink()).expect("a sink takes all");
        let patient = |ordinal| PatientId {
            stream: "s",
            ordinal,
        };
        let beds = |units| ResourceName {
            id: "beds",
            site: "here",
            units,
            vehicle: None,
        };
        assert_eq!(log.take(patient(1), beds(1)), [1]);
        assert_eq!(log.take(patient(2), beds(2)), [2, 3]);
        assert_eq!(log.let_go(patient(1), beds(1)), [1]);
        assert_eq!(log.take(patient(3), beds(2)), [1, 4]);
        assert_eq!(log.let_go(patient(2), beds(2)), [2, 3]);
        assert!(log.let_go(patient(9), beds(1)).is_empty());
    }
}
