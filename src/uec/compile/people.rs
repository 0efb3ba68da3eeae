//! Who arrives: attributes, and a stream for each kind of arrival and each cell of residents with a need.

use crate::engine::program::{
    Arrivals, AttributeId, ChanceId, DurationId, N_ATTRIBUTES, ProfileId, RecordedArrival, SiteId,
    StepId, StreamPlace, StreamSpec,
};
use crate::engine::streams::purpose_key;
use crate::engine::time::SimTime;
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::units::YEAR;
use crate::uec::codes;
use crate::uec::forms::Name;
use crate::uec::forms::arrivals::{
    ArrivalForm, ArrivalKind, EntryForm, RecordedForm, RecordedTime, SharesForm, StreamPlaceForm,
};
use crate::uec::forms::choices::MOST_LEVELS;
use crate::uec::forms::needs::{CellForm, NeedForm, PeopleForm};
use crate::uec::forms::steps::DurationForm;
use crate::uec::forms::tables::DimensionKind;
use crate::uec::model::{AttributeName, Named};

use super::growth::Growing;
use super::index::report_unknown;
use super::rates::Known;
use super::steps::Scope;
use super::tables::{TableKey, TableName, always_first};
use super::{Compiler, split_name};

/// Written tables are numbered from 0; shares on arrival take numbers from the other end.
const ARRIVAL_TABLES: u32 = u32::MAX;

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

    /// Where patients begin, what they bring, and what is drawn for them on arrival.
    fn entry(
        &mut self,
        form: &'a EntryForm,
        stream: &str,
        place: Option<StreamPlace>,
    ) -> Option<Entered> {
        let entry = self.entry_step(form);
        let mut attributes = [0; N_ATTRIBUTES];
        for (index, one) in self.names.attributes.iter().enumerate() {
            let written = self
                .forms
                .attributes
                .iter()
                .find(|form| form.name.value == one.id);
            attributes[index] = written.map_or(0, |form| form.default);
        }
        for (attribute, level) in &form.set {
            let attribute = self.attribute(attribute);
            if let Some(attribute) = attribute
                && let Some(level) = self.level(attribute, level)
            {
                attributes[usize::from(attribute.0)] = level;
            }
        }
        let scope = Scope {
            site: SiteId(0),
            service: None,
            path: stream,
            group: 0,
        };
        let mut drawn = Vec::with_capacity(form.shares.len());
        for index in self.order_of_draws(form) {
            let (attribute, shares) = &form.shares[index];
            let Some(id) = self.attribute(attribute) else {
                continue;
            };
            let Some(chance) = self.arrival_chance(shares, id, attribute, scope) else {
                continue;
            };
            let purpose = purpose_key(&format!("{stream}#{}", attribute.value));
            drawn.push((id, chance, purpose));
        }
        Some((entry?, attributes, drawn, place?))
    }

    fn entry_step(&mut self, form: &'a EntryForm) -> Option<StepId> {
        let Some((service, path)) = split_name(&form.to) else {
            let message = format!("\"{}\" does not say where patients begin", form.to.value);
            let fault = Diagnostic::error(codes::ARRIVALS, form.to.span, message);
            self.faults.report(fault.try_this("to = \"service.path\""));
            return None;
        };
        let index = self.index.services.find(&service, self.faults)?;
        let service = &self.forms.services[index];
        let Some(path_index) = service.path(&path.value) else {
            let what = format!("path of service \"{}\"", service.name.value);
            let known = service.paths.iter().map(|path| &path.name.value);
            report_unknown(&what, &path, known, self.faults);
            return None;
        };
        let runs: Vec<SiteId> = (0..self.sites.len())
            .filter(|site| self.sites[*site].services.contains(&index))
            .map(|site| SiteId(site as u16))
            .collect();
        let site = match &form.site {
            Some(name) => {
                let site = self.site(name)?;
                if !runs.contains(&site) {
                    let message = format!(
                        "site \"{}\" does not run service \"{}\"",
                        name.value, service.name.value
                    );
                    let known = runs.iter().map(|site| &self.names.sites[site.index()].id);
                    let fault = Diagnostic::error(codes::WHICH_SITE, name.span, message);
                    self.faults.report(fault.suggest(&name.value, known));
                    return None;
                }
                site
            }
            None if runs.len() == 1 => runs[0],
            None => {
                let message = format!(
                    "{} sites run service \"{}\": which one is not said",
                    runs.len(),
                    service.name.value
                );
                let first = runs
                    .first()
                    .map_or("…", |site| &self.names.sites[site.index()].id);
                let fault = Diagnostic::error(codes::WHICH_SITE, form.to.span, message);
                self.faults.report(fault.try_this(format!(
                    "site = \"{first}\", or begin in a service that refers by a route"
                )));
                return None;
            }
        };
        let entry = self.entries.get(&(site, index, path_index))?;
        Some(entry.body)
    }

    /// Attributes whose shares look at another drawn attribute come after it.
    fn order_of_draws(&self, form: &EntryForm) -> Vec<usize> {
        let reads = |index: usize| -> Vec<&str> {
            let SharesForm::Choice(name) = &form.shares[index].1 else {
                return Vec::new();
            };
            let choice = self.index.choices.get(&name.value);
            let by = choice.map_or(&[][..], |choice| &self.forms.choices[choice].table.by);
            let attributes = by.iter().filter_map(|dimension| match &dimension.kind {
                DimensionKind::Attribute(name) => Some(name.value.as_str()),
                _ => None,
            });
            attributes.collect()
        };
        let mut left: Vec<usize> = (0..form.shares.len()).collect();
        let mut order = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let is_ready = |index: &usize| {
                let reads = reads(*index);
                let mut others = left.iter().filter(|other| *other != index);
                others.all(|other| !reads.contains(&form.shares[*other].0.value.as_str()))
            };
            let Some(position) = left.iter().position(is_ready) else {
                let (name, _) = &form.shares[left[0]];
                let message = "these shares look at each other in a circle";
                self.faults.error(codes::TABLE, name.span, message);
                return order;
            };
            order.push(left.remove(position));
        }
        order
    }

    fn arrival_chance(
        &mut self,
        shares: &'a SharesForm,
        attribute: AttributeId,
        name: &Name,
        scope: Scope,
    ) -> Option<ChanceId> {
        match shares {
            SharesForm::Choice(choice) => {
                let index = self.index.choices.find(choice, self.faults)?;
                Some(self.choice_of_level(index, attribute, scope))
            }
            SharesForm::Written(written) => {
                let n_levels = self.names.attributes[usize::from(attribute.0)].levels.len();
                let mut row = vec![0.0; n_levels];
                for (level, share) in written {
                    if let Some(level) = self.level(attribute, level) {
                        row[usize::from(level)] += share;
                    }
                }
                let key = TableKey {
                    table: TableName::Written(ARRIVAL_TABLES - self.program.chances.len() as u32),
                    site: None,
                };
                Some(self.chance(key, always_first(), &[row], name.span))
            }
        }
    }

    fn stream_place(&mut self, form: &'a StreamPlaceForm) -> Option<StreamPlace> {
        let forms = self.forms;
        let corner = |[x, y]: [f64; 2]| {
            let place = crate::uec::forms::PlaceForm::Kilometres { x, y };
            self.projection.place(place, 1.0)
        };
        match form {
            StreamPlaceForm::At(place) => Some(StreamPlace::At(self.projection.place(*place, 1.0))),
            StreamPlaceForm::Rectangle(low, high) => Some(StreamPlace::Rectangle {
                low: corner(*low),
                high: corner(*high),
            }),
            StreamPlaceForm::Zone(name) => {
                let people = forms.people.as_ref();
                let zones = people.map_or(&[][..], |people| &people.zones);
                let found = zones.iter().position(|zone| zone.name.value == name.value);
                match (people, found) {
                    (Some(people), Some(zone)) => Some(self.place_in_zone(people, zone)),
                    _ => {
                        let known = zones.iter().map(|zone| &zone.name.value);
                        report_unknown("zone", name, known, self.faults);
                        None
                    }
                }
            }
        }
    }

    fn place_in_zone(&self, people: &PeopleForm, zone: usize) -> StreamPlace {
        if let Some((first, n)) = self.zone_points.get(zone).copied().flatten() {
            return StreamPlace::Points { first, n };
        }
        let place = people.zones[zone].place.unwrap_or(MIDDLE);
        StreamPlace::At(self.projection.place(place, 1.0))
    }

    /// The points of each zone, with cumulative weights.
    fn points(&mut self, people: &'a PeopleForm) {
        let usual = self.usual_minutes_per_km();
        for point in &people.points {
            let known = people
                .zones
                .iter()
                .any(|zone| zone.name.value == point.zone.value);
            if !known {
                let zones = people.zones.iter().map(|zone| &zone.name.value);
                report_unknown("zone", &point.zone, zones, self.faults);
            }
        }
        for zone in &people.zones {
            let of_zone = people.points.iter();
            let of_zone = of_zone.filter(|point| point.zone.value == zone.name.value);
            let total: f64 = of_zone.clone().map(|point| point.weight).sum();
            if total <= 0.0 {
                self.zone_points.push(None);
                continue;
            }
            let first = self.program.points.len();
            let mut sum = 0.0;
            for point in of_zone {
                let relative = point
                    .slowness
                    .zip(usual)
                    .map_or(1.0, |(own, usual)| own / usual);
                self.program
                    .points
                    .push(self.projection.place(point.place, relative));
                sum += point.weight;
                self.program.point_weights.push(sum / total);
            }
            if let Some(last) = self.program.point_weights.last_mut() {
                *last = 1.0;
            }
            let n = self.program.points.len() - first;
            self.zone_points.push(Some((first as u32, n as u32)));
        }
    }

    /// Mean minutes for a kilometre over the points of the people, by weight; none if the points do not say.
    pub fn usual_minutes_per_km(&self) -> Option<f64> {
        let people = self.forms.people.as_ref()?;
        let (mut total, mut weight) = (0.0, 0.0);
        for point in &people.points {
            if let Some(slowness) = point.slowness {
                total += slowness * point.weight;
                weight += point.weight;
            }
        }
        (total > 0.0 && weight > 0.0).then(|| total / weight)
    }
}

type Entered = (
    StepId,
    [u8; N_ATTRIBUTES],
    Vec<(AttributeId, ChanceId, u64)>,
    StreamPlace,
);

const MIDDLE: crate::uec::forms::PlaceForm =
    crate::uec::forms::PlaceForm::Kilometres { x: 0.0, y: 0.0 };

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
