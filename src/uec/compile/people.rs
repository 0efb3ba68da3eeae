//! Who arrives: attributes, and a stream for each kind of arrival and each cell of residents with a need.

use crate::engine::program::{
    Arrivals, AttributeId, DurationId, N_ATTRIBUTES, ProfileId, RecordedArrival, SiteId,
    StreamPlace, StreamSpec,
};
use crate::engine::streams::purpose_key;
use crate::engine::time::SimTime;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::units::YEAR;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::arrivals::{
    ArrivalForm, ArrivalKind, EntryForm, RecordedForm, RecordedTime,
};
use crate::uec::forms::choices::MOST_LEVELS;
use crate::uec::forms::needs::{CellForm, NeedForm, PeopleForm};
use crate::uec::forms::steps::DurationForm;
use crate::uec::model::{AttributeName, Named};

use super::Compiler;
use super::growth::Growing;
use super::rates::Known;
use super::steps::Scope;
use super::stream_places::MIDDLE;

impl<'a> Compiler<'a> {
    /// The written attributes, and `zone`, `age` and `deprivation` where residents bring them.
    pub fn attributes(&mut self) {
        let forms = self.forms;
        let written = forms.attributes.iter().map(|form| AttributeName {
            id: form.name.value.clone(),
            title: form.title.clone(),
            levels: form.levels.clone(),
        });
        self.names.attributes = written.collect();
        if let Some(people) = &forms.people {
            let zones = people.zones.iter().map(|zone| Named {
                id: zone.name.value.clone(),
                title: zone.title.clone(),
            });
            self.add_attribute("zone", "Zone", zones.collect());
            let plain = |name: &Name| Named {
                id: name.value.clone(),
                title: name.value.clone(),
            };
            self.add_attribute("age", "Age", people.ages.iter().map(plain).collect());
            let mut levels: Vec<Named> = Vec::new();
            for level in people
                .cells
                .iter()
                .filter_map(|cell| cell.deprivation.as_ref())
            {
                if !levels.iter().any(|known| known.id == level.value) {
                    levels.push(plain(level));
                }
            }
            levels.sort_by(|a, b| a.id.cmp(&b.id));
            if !levels.is_empty() {
                self.add_attribute("deprivation", "Deprivation", levels);
            }
        }
        if let Some(one) = self.names.attributes.get(N_ATTRIBUTES) {
            let message = format!(
                "there are {} attributes, {N_ATTRIBUTES} at most; \"{}\" is one too many",
                self.names.attributes.len(),
                one.id
            );
            let form = forms
                .attributes
                .iter()
                .find(|form| form.name.value == one.id);
            let people = forms.people.as_ref().map(|people| people.span);
            let span = form.map(|form| form.name.span).or(people);
            self.faults
                .error(codes::LIMIT, span.unwrap_or_default(), message);
            self.names.attributes.truncate(N_ATTRIBUTES);
        }
    }

    fn add_attribute(&mut self, id: &str, title: &str, levels: Vec<Named>) {
        if self.names.attributes.iter().any(|one| one.id == id) || levels.is_empty() {
            return;
        }
        if levels.len() > MOST_LEVELS {
            let span = self.forms.people.as_ref().map(|people| people.span);
            let message = format!("{id} has {} levels, {MOST_LEVELS} at most", levels.len());
            self.faults
                .error(codes::LIMIT, span.unwrap_or_default(), message);
        }
        self.names.attributes.push(AttributeName {
            id: id.to_owned(),
            title: title.to_owned(),
            levels,
        });
    }

    pub fn streams(&mut self) {
        let forms = self.forms;
        let is_empty = forms.arrivals.is_empty() && forms.needs.is_empty();
        if is_empty && !self.faults.has_errors() {
            let message = "nothing arrives: the scenario has neither [arrivals] nor [needs]";
            self.faults
                .report(Diagnostic::placeless(codes::NOTHING_ARRIVES, message));
        }
        if let Some(people) = &forms.people {
            self.points(people);
        }
        for form in &forms.arrivals {
            self.arrival(form);
            self.end_stream_group(&form.entry, &[]);
        }
        for form in &forms.needs {
            match &forms.people {
                Some(people) => {
                    self.need(form, people);
                    let mut cells = people.cells.iter();
                    let of_residents = match cells.all(|cell| cell.deprivation.is_some()) {
                        true => &["zone", "age", "deprivation"][..],
                        false => &["zone", "age"],
                    };
                    self.end_stream_group(&form.entry, of_residents);
                }
                None if self.faults.is_spoilt("zone") => {}
                None => {
                    let message = "a need arises among residents, and the scenario has none";
                    let fault = Diagnostic::error(codes::ARRIVALS, form.span, message);
                    self.faults
                        .report(fault.try_this("[people] zones = \"zones.csv\""));
                }
            }
        }
    }

    /// Streams added since the last group ended are one group; all bring what `entry` sets and what residents bring.
    fn end_stream_group(&mut self, entry: &EntryForm, of_residents: &[&str]) {
        let n = self.program.streams.len();
        let group = self.stream_groups.last().map_or(0, |last| last + 1);
        self.stream_groups.resize(n, group);
        let sets = |id: &str| {
            let mut set = entry.set.iter();
            of_residents.contains(&id) || set.any(|(name, _)| name.value == id)
        };
        let attributes = self.names.attributes.iter().enumerate();
        let brought = attributes.filter(|(_, attribute)| sets(&attribute.id));
        let brought = brought.fold(0, |bits, (index, _)| bits | 1 << index);
        self.brings.resize(n, brought);
    }

    fn arrival(&mut self, form: &'a ArrivalForm) {
        let name = &form.name.value;
        let place = match &form.place {
            Some(place) => self.stream_place(place),
            None => Some(StreamPlace::At(self.projection.place(MIDDLE, 1.0))),
        };
        let Some((entry, attributes, drawn, place)) = self.entry(&form.entry, name, place) else {
            return;
        };
        let stream = |key: &str, arrivals| StreamSpec {
            key: purpose_key(key),
            arrivals,
            entry,
            attributes,
            drawn: drawn.clone(),
            place: place.clone(),
            active: None,
        };
        match &form.kind {
            ArrivalKind::Rate {
                per_millisecond,
                profile,
                multiply,
                growth,
            } => {
                let Some(profile) = self.profile(profile.as_ref()) else {
                    return;
                };
                let growing = self.growing(profile, *growth);
                for (suffix, arrivals) in parts(*per_millisecond, *multiply, growing) {
                    let key = format!("{name}{suffix}");
                    let spec = stream(&key, arrivals);
                    self.add_stream(key, spec, form.span);
                }
            }
            ArrivalKind::Gap(gap) => {
                let Some(gap) = self.gap(gap, name) else {
                    return;
                };
                let spec = stream(name, Arrivals::Renewal { gap });
                self.add_stream(name.clone(), spec, form.span);
            }
            ArrivalKind::Recorded(rows) => {
                let recorded = self.recorded(rows);
                let spec = stream(name, Arrivals::Recorded(recorded));
                self.add_stream(name.clone(), spec, form.span);
            }
        }
    }

    /// Gaps between arrivals, which may differ by time only: nobody is there yet of whom more could be known.
    fn gap(&mut self, form: &'a DurationForm, stream: &str) -> Option<DurationId> {
        let scope = Scope {
            site: SiteId(0),
            service: None,
            path: stream,
            group: 0,
        };
        let id = self.duration(form, scope);
        let spec = self.program.durations.get(id.index())?;
        let dimensions = &spec.selector.dimensions;
        if !dimensions
            .iter()
            .all(|(dimension, _)| dimension.is_of_time())
        {
            let message = "the time between arrivals can differ by hour, day, month, open:WINDOW and since:start_of_run only";
            self.faults.error(codes::RANGE, form.span, message);
            return None;
        }
        Some(id)
    }

    fn add_stream(&mut self, name: String, spec: StreamSpec, span: crate::scenario::files::Span) {
        if let Some(twin) = self.names.streams.iter().position(|known| *known == name) {
            debug_assert_eq!(self.program.streams[twin].key, spec.key);
            let message = format!("two streams of arrivals are called \"{name}\"");
            self.faults.error(codes::TWICE, span, message);
        }
        self.program.streams.push(spec);
        self.names.streams.push(name);
    }

    fn recorded(&self, rows: &'a [RecordedForm]) -> Vec<RecordedArrival> {
        let mut recorded = Vec::with_capacity(rows.len());
        for row in rows {
            let since = match row.time {
                RecordedTime::Since(since) => Some(since),
                RecordedTime::Calendar(moment) => self.time_zero.until(moment),
            };
            // What was recorded before the run begins is no part of it.
            let Some(since) = since else { continue };
            let set = row.set.iter().filter_map(|(attribute, level)| {
                let attribute = self.attribute(attribute)?;
                Some((attribute, self.level(attribute, level)?))
            });
            let set = set.collect();
            let time = SimTime::ZERO + since;
            recorded.push(RecordedArrival { time, set });
        }
        recorded.sort_by_key(|arrival| arrival.time);
        recorded
    }

    /// Streams of one need: a cell of residents and an age each.
    fn need(&mut self, form: &'a NeedForm, people: &'a PeopleForm) {
        let name = &form.name.value;
        let place = Some(StreamPlace::At(self.projection.place(MIDDLE, 1.0)));
        let Some((entry, attributes, drawn, _)) = self.entry(&form.entry, name, place) else {
            return;
        };
        let Some(profile) = self.profile(form.profile.as_ref()) else {
            return;
        };
        let growing = self.growing(profile, form.growth);
        let has_deprivation = people.cells.iter().any(|cell| cell.deprivation.is_some());
        let mut known = vec!["zone", "age"];
        known.extend(has_deprivation.then_some("deprivation"));
        known.extend(
            form.entry
                .set
                .iter()
                .map(|(attribute, _)| attribute.value.as_str()),
        );
        if !self.check_rates(form, &known) {
            return;
        }
        for cell in &people.cells {
            for (age, residents) in people.ages.iter().zip(&cell.residents) {
                let Some(rate) = self.rate_of(form, &known_of(form, people, cell, age)) else {
                    return;
                };
                let per_millisecond = rate * residents / 1000.0 / YEAR;
                if per_millisecond <= 0.0 {
                    continue;
                }
                let Some(cell_attributes) = self.cell_attributes(attributes, people, cell, age)
                else {
                    return;
                };
                let place = self.place_in_zone(people, cell.zone);
                for (suffix, arrivals) in parts(per_millisecond, form.multiply, growing) {
                    let key = stream_name(name, people, cell, age, suffix);
                    let spec = StreamSpec {
                        key: purpose_key(&key),
                        arrivals,
                        entry,
                        attributes: cell_attributes,
                        drawn: drawn.clone(),
                        place: place.clone(),
                        active: None,
                    };
                    self.program.streams.push(spec);
                    self.names.streams.push(key);
                }
            }
        }
    }

    fn cell_attributes(
        &self,
        mut attributes: [u8; N_ATTRIBUTES],
        people: &PeopleForm,
        cell: &CellForm,
        age: &Name,
    ) -> Option<[u8; N_ATTRIBUTES]> {
        let zone = &people.zones[cell.zone].name;
        let known = [
            ("zone", Some(zone)),
            ("age", Some(age)),
            ("deprivation", cell.deprivation.as_ref()),
        ];
        let mut is_good = true;
        for (attribute, level) in known {
            let Some(level) = level else { continue };
            let found = self
                .names
                .attributes
                .iter()
                .position(|one| one.id == attribute);
            let Some(found) = found else { continue };
            match self.level(AttributeId(found as u8), level) {
                Some(level) => attributes[found] = level,
                None => is_good = false,
            }
        }
        is_good.then_some(attributes)
    }

    fn profile(&self, name: Option<&Name>) -> Option<Option<ProfileId>> {
        let Some(name) = name else {
            return Some(None);
        };
        let found = self.index.profiles.find(name, self.faults)?;
        Some(Some(ProfileId(found as u16)))
    }
}

/// A stream as it was, thinned, or with others beside it, so that neither a factor nor growth renumbers anybody: what is put
/// behind its name, and its arrivals.
fn parts(
    per_millisecond: f64,
    multiply: f64,
    growing: Growing,
) -> impl Iterator<Item = (&'static str, Arrivals)> {
    let poisson = |per_millisecond, profile, accept| Arrivals::Poisson {
        per_millisecond,
        profile,
        accept,
    };
    let (kept, more) = (multiply.min(1.0), per_millisecond * (multiply - 1.0));
    let mut parts = vec![("", poisson(per_millisecond, growing.own, kept))];
    if growing.more.is_some() {
        parts.push(("^", poisson(per_millisecond, growing.more, kept)));
    }
    if multiply > 1.0 {
        parts.push(("+", poisson(more, growing.own, 1.0)));
        if growing.more.is_some() {
            parts.push(("+^", poisson(more, growing.more, 1.0)));
        }
    }
    parts.into_iter()
}

fn known_of<'k>(
    form: &'k NeedForm,
    people: &'k PeopleForm,
    cell: &'k CellForm,
    age: &'k Name,
) -> Known<'k> {
    let mut known = vec![
        ("zone", people.zones[cell.zone].name.value.as_str()),
        ("age", age.value.as_str()),
    ];
    known.extend(
        cell.deprivation
            .iter()
            .map(|level| ("deprivation", level.value.as_str())),
    );
    let set = form.entry.set.iter();
    known.extend(set.map(|(name, level)| (name.value.as_str(), level.value.as_str())));
    known
}

/// `need.zone.age`, with the deprivation of the cell if there is one: stable names for stable patients.
fn stream_name(
    need: &str,
    people: &PeopleForm,
    cell: &CellForm,
    age: &Name,
    suffix: &str,
) -> String {
    let zone = &people.zones[cell.zone].name.value;
    match &cell.deprivation {
        Some(level) => format!("{need}.{zone}.{}.{}{suffix}", age.value, level.value),
        None => format!("{need}.{zone}.{}{suffix}", age.value),
    }
}
