//! Made-up results with every kind of measure, course and distribution. The numbers mean nothing.

use uecsim::engine::program::{AttributeId, DispositionId, FleetId, MarkId, PoolId};
use uecsim::engine::time::{DAY, HOUR, MINUTE, SimSpan};
use uecsim::experiment::results::{
    Alternative, Comparison, Conservation, Course, Difference, Estimate, LevelTimes,
    MeasureHistogram, Part, PatientFlow, Results, ValueKey,
};
use uecsim::uec::measures::FlowEnd;
use uecsim::uec::model::{
    AttributeName, Better, ChangeNote, ChartKind, ChartSpec, Date, InputFile, InputValue, LevelOf,
    MeasureKind, MeasureSpec, Model, Named, Names, Nature, Origin, RunPlan, Standard, Statistic,
};

pub const N_REPLICATIONS: usize = 20;
const N_DAYS: usize = 366;
const SITES: [(&str, &str); 3] = [
    ("northgate", "Northgate General"),
    ("southmoor", "Southmoor Hospital"),
    ("westcliff", "Westcliff Infirmary"),
];
const CATEGORIES: [(&str, &str); 4] = [
    ("C1", "Category 1"),
    ("C2", "Category 2"),
    ("C3", "Category 3"),
    ("C4", "Category 4"),
];

/// A baseline and `n_alternatives` that are better in most things.
pub fn comparison(n_alternatives: usize) -> Comparison {
    let baseline = results("traditional", "Traditional", 1.0);
    let others = [
        ("networked", "Networked", 0.88),
        ("hub-only", "Clinical hub", 0.95),
        ("beds", "More beds", 0.97),
    ];
    let alternatives = others
        .into_iter()
        .take(n_alternatives)
        .map(|(name, title, factor)| {
            let results = results(name, title, factor);
            let differences = differences(&baseline, &results);
            Alternative {
                results,
                differences,
                part: Part::Whole,
                patients: None,
            }
        });
    let mut alternatives: Vec<Alternative> = alternatives.collect();
    let mut interaction = Vec::new();
    if n_alternatives == 1 {
        // The second step ends where the alternative does.
        let half_way = results("networked up to hub", "Clinical hub", 0.95);
        let whole = alternatives[0].results.clone();
        let aid_alone = results("networked with mutual-aid alone", "Mutual aid", 0.96);
        let (hub, aid) = ("clinical-hub".to_owned(), "mutual-aid".to_owned());
        let parts = [
            (
                Part::Added(hub.clone()),
                differences(&baseline, &half_way),
                half_way.clone(),
            ),
            (
                Part::Added(aid.clone()),
                differences(&half_way, &whole),
                whole.clone(),
            ),
            (
                Part::Alone(hub),
                differences(&baseline, &half_way),
                half_way.clone(),
            ),
            (
                Part::Alone(aid),
                differences(&baseline, &aid_alone),
                aid_alone.clone(),
            ),
        ];
        let mut sum = whole.clone();
        for (run, values) in sum.values.iter_mut().enumerate() {
            for (key, value) in values.iter_mut().enumerate() {
                let of = |results: &Results| results.values[run][key].expect("all are there");
                *value = Some(of(&half_way) + of(&aid_alone) - of(&baseline));
            }
        }
        interaction = differences(&sum, &whole);
        for (part, differences, results) in parts {
            alternatives.push(Alternative {
                results,
                differences,
                part,
                patients: None,
            });
        }
    }
    Comparison {
        baseline,
        alternatives,
        interaction,
    }
}

/// `burden` scales waits and levels; 1 is the baseline.
pub fn results(name: &str, title: &str, burden: f64) -> Results {
    let model = model(name, title);
    let mut keys = Vec::new();
    for (measure, spec) in model.measures.iter().enumerate() {
        for &statistic in &spec.statistics {
            let mut push = |site: &str, cohort: &str| {
                keys.push(ValueKey {
                    measure,
                    statistic,
                    site: site.to_owned(),
                    cohort: cohort.to_owned(),
                });
            };
            push("all", "all");
            if spec.by_site {
                SITES.iter().for_each(|site| push(site.0, "all"));
            }
            if !spec.by.is_empty() {
                CATEGORIES
                    .iter()
                    .for_each(|category| push("all", &format!("category={}", category.0)));
            }
        }
    }
    let mut noise = Noise(burden.to_bits());
    let values: Vec<Vec<Option<f64>>> = (0..N_REPLICATIONS)
        .map(|_| {
            keys.iter()
                .map(|key| {
                    Some(typical(&model.measures[key.measure], key, burden) * noise.factor(0.02))
                })
                .collect()
        })
        .collect();
    let estimates = (0..keys.len())
        .map(|key| estimate(values.iter().filter_map(|row| row[key])))
        .collect();
    let courses = |bins: usize, keeps: fn(&MeasureSpec) -> bool, noise: &mut Noise| {
        let mut courses = Vec::new();
        for (measure, spec) in model
            .measures
            .iter()
            .enumerate()
            .filter(|(_, spec)| keeps(spec))
        {
            courses.push(course(measure, spec, bins, burden, noise));
        }
        courses
    };
    let daily = courses(N_DAYS, |spec| spec.by_day, &mut noise);
    let weekly = courses(168, |spec| spec.by_hour_of_week, &mut noise);
    let histograms = histograms(&model, burden);
    let conservation = (0..N_REPLICATIONS as u32)
        .map(|replication| Conservation {
            replication,
            arrived: 350_000,
            left: vec![200_000, 149_500],
            inside: 500,
            events: 9_000_000,
            ..Conservation::default()
        })
        .collect();
    let replications = (0..N_REPLICATIONS as u32).collect();
    Results {
        model,
        replications,
        keys,
        values,
        estimates,
        daily,
        weekly,
        histograms,
        level_times: level_times(burden),
        flows: flows(burden),
        conservation,
        panel: None,
        groups: None,
        partial: false,
        batches: false,
    }
}

fn model(name: &str, title: &str) -> Model {
    let start = Date {
        year: 2023,
        month: 4,
        day: 1,
    };
    let run = RunPlan {
        start,
        warm_up: SimSpan(28 * DAY.0),
        length: SimSpan(N_DAYS as u64 * DAY.0),
        replications: N_REPLICATIONS as u32,
        seed: 2023,
        ..RunPlan::default()
    };
    Model {
        name: name.to_owned(),
        title: format!("{title}: a made-up area with three hospitals"),
        limits: vec!["Mental-health services and dentists are left out.".to_owned()],
        description: "A made-up area. Mental-health services and dentists are left out.".to_owned(),
        run,
        names: names(),
        measures: measures(),
        charts: charts(),
        inputs: inputs(),
        changes: vec![ChangeNote {
            name: "clinical-hub".to_owned(),
            title: "Clinical hub behind 111".to_owned(),
            evidence: vec![
                "nhs111_hub_2019: 24 % fewer ambulance dispositions".to_owned(),
                "assumption: the hub is staffed from existing clinicians".to_owned(),
            ],
        }],
        files: vec![InputFile {
            path: format!("scenarios/{name}.toml"),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            text: "title = \"A made-up area\"\n".into(),
        }],
        ..Model::default()
    }
}

fn names() -> Names {
    let named = |(id, title): &(&str, &str)| Named {
        id: (*id).to_owned(),
        title: (*title).to_owned(),
    };
    let category = AttributeName {
        id: "category".to_owned(),
        title: "Ambulance category".to_owned(),
        levels: CATEGORIES.iter().map(named).collect(),
    };
    Names {
        sites: SITES.iter().map(named).collect(),
        services: [
            ("nhs111", "NHS 111"),
            ("emergency_department", "Emergency department (type 1)"),
            ("hospital", "Hospital"),
        ]
        .iter()
        .map(named)
        .collect(),
        attributes: vec![category],
        dispositions: vec!["discharged".to_owned(), "admitted".to_owned()],
        ..Names::default()
    }
}

fn measures() -> Vec<MeasureSpec> {
    use Statistic::{Count, Mean, Over, PerDay, Percent, Quantile, Total, Within};
    let mark = MarkId(0);
    let count = MeasureKind::Count { mark };
    let duration = MeasureKind::Duration {
        from: mark,
        to: mark,
    };
    let share = MeasureKind::Share {
        of: mark,
        of_filter: vec![],
        among: mark,
        among_filter: vec![],
    };
    let level = |what| MeasureKind::Level {
        pools: vec![PoolId(0)],
        what,
    };
    let hours = |hours: u64| SimSpan(hours * HOUR.0);
    let minutes = |minutes: u64| SimSpan(minutes * MINUTE.0);
    let mut time_in = measure(
        "time_in_department",
        "Time in A&E",
        "min",
        duration.clone(),
        vec![
            Within(hours(4)),
            Mean,
            Quantile(0.5),
            Quantile(0.95),
            Over(hours(12)),
            Count,
        ],
    );
    time_in.standards = vec![Standard {
        statistic: Within(hours(4)),
        value: 76.0,
        cohort: None,
    }];
    let mut response = measure(
        "response_time",
        "Ambulance response",
        "min",
        duration.clone(),
        vec![Mean, Quantile(0.9)],
    );
    response.by = vec![AttributeId(0)];
    for (level, mean, p90) in [
        (0, 7.0, 15.0),
        (1, 18.0, 40.0),
        (2, 0.0, 120.0),
        (3, 0.0, 180.0),
    ] {
        let cohort = Some((AttributeId(0), level));
        response.standards.push(Standard {
            statistic: Quantile(0.9),
            value: p90,
            cohort,
        });
        if mean > 0.0 {
            response.standards.push(Standard {
                statistic: Mean,
                value: mean,
                cohort,
            });
        }
    }
    let handover = measure(
        "handover",
        "Ambulance handover",
        "min",
        duration.clone(),
        vec![Within(minutes(15)), Mean, Quantile(0.9), Over(minutes(60))],
    );
    let mut attendances = measure(
        "attendances",
        "A&E attendances",
        "patients",
        count.clone(),
        vec![PerDay, Total],
    );
    attendances.better = Better::Neither;
    let mut admissions = measure(
        "admissions",
        "Emergency admissions",
        "patients",
        count,
        vec![PerDay, Total],
    );
    admissions.better = Better::Neither;
    vec![
        attendances,
        admissions,
        time_in,
        measure(
            "wait_for_clinician",
            "Wait to be seen in A&E",
            "min",
            duration.clone(),
            vec![Mean, Quantile(0.9)],
        ),
        measure(
            "ed_occupancy",
            "Patients in A&E",
            "patients",
            level(LevelOf::Busy),
            vec![Mean],
        ),
        response,
        handover,
        measure(
            "answer_time",
            "111 answer time",
            "s",
            duration,
            vec![Mean, Quantile(0.95)],
        ),
        measure(
            "abandoned",
            "111 calls abandoned",
            "%",
            share,
            vec![Percent],
        ),
        measure(
            "bed_occupancy",
            "Bed occupancy",
            "%",
            level(LevelOf::Occupancy),
            vec![Mean],
        ),
        measure(
            "boarding",
            "Patients waiting in A&E for a bed",
            "patients",
            level(LevelOf::Waiting),
            vec![Mean],
        ),
        measure(
            "hours_lost",
            "Ambulance hours lost at handover",
            "h",
            MeasureKind::SumBeyond {
                from: mark,
                to: mark,
                beyond: minutes(15),
            },
            vec![PerDay],
        ),
        measure(
            "crews_busy",
            "Ambulance crews busy",
            "crews",
            MeasureKind::FleetLevel {
                fleet: FleetId(0),
                what: LevelOf::Busy,
            },
            vec![Mean],
        ),
    ]
}

fn measure(
    id: &str,
    title: &str,
    unit: &str,
    kind: MeasureKind,
    statistics: Vec<Statistic>,
) -> MeasureSpec {
    MeasureSpec {
        id: id.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        kind,
        filter: vec![],
        statistics,
        by_site: true,
        by: vec![],
        by_day: true,
        by_hour_of_week: true,
        better: Better::Lower,
        nature: Nature::Emergent,
        source: "made up".to_owned(),
        standards: vec![],
    }
}

fn charts() -> Vec<ChartSpec> {
    let chart = |id: &str, kind, measures: &[usize], lines: &[f64]| ChartSpec {
        id: id.to_owned(),
        kind,
        measures: measures.to_vec(),
        lines: lines.to_vec(),
        shaded: None,
        read: String::new(),
    };
    vec![
        chart(
            "differences",
            ChartKind::Interval,
            &[2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 1],
            &[],
        ),
        chart("activity", ChartKind::Daily, &[0, 1], &[]),
        chart("week", ChartKind::Week, &[0, 3, 4], &[]),
        chart(
            "time_in_department",
            ChartKind::Survival,
            &[2],
            &[240.0, 720.0],
        ),
        chart("response", ChartKind::Standards, &[5], &[]),
        chart("handover", ChartKind::Bands, &[6], &[15.0, 30.0, 60.0]),
        chart("answering", ChartKind::Week, &[7, 8], &[]),
        chart("beds", ChartKind::Level, &[9, 10], &[85.0, 92.0]),
        chart("journeys", ChartKind::Flow, &[], &[]),
        chart("stages", ChartKind::Stages, &[6, 2], &[]),
        chart("crews", ChartKind::Heat, &[12], &[]),
        chart("beds_over", ChartKind::TimeAtLevel, &[9, 10], &[92.0, 95.0]),
        chart("long_waits", ChartKind::LongWaits, &[2], &[720.0]),
        chart("sites", ChartKind::Sites, &[2, 6], &[]),
        chart("groups", ChartKind::Groups, &[5], &[]),
        chart("runs", ChartKind::Runs, &[2, 3], &[]),
        chart("inside", ChartKind::Stack, &[11, 10, 4], &[]),
    ]
}

fn inputs() -> Vec<InputValue> {
    let input = |path: &str, value: &str, origin, line| InputValue {
        path: path.to_owned(),
        value: value.to_owned(),
        origin,
        file: "scenarios/library/services/emergency_department.toml".to_owned(),
        line,
    };
    vec![
        input(
            "services.emergency_department.steps.triage.for",
            "{ lognormal = { mean = \"8 min\", sd = \"4 min\" } }",
            Origin::Source("ed_triage_2018".to_owned()),
            12,
        ),
        input(
            "sites.northgate.pools.cubicles",
            "40",
            Origin::Calibrated("to the share within 4 hours, 2023/24".to_owned()),
            31,
        ),
        input(
            "needs.chest_pain.rate_per_1000",
            "11.2",
            Origin::Assumed("no published rate by age <85> & deprivation".to_owned()),
            7,
        ),
        input("run.length", "\"366 days\"", Origin::Unsaid, 3),
    ]
}

/// A number of the right size for each measure.
fn typical(measure: &MeasureSpec, key: &ValueKey, burden: f64) -> f64 {
    let site = if key.site == "all" {
        1.0
    } else {
        0.9 + 0.1 * key.site.len() as f64 / 9.0
    };
    let category = match key.cohort.as_str() {
        "category=C1" => 0.25,
        "category=C3" => 3.2,
        "category=C4" => 4.4,
        _ => 1.0,
    };
    let (mean, exponent) = match measure.id.as_str() {
        "attendances" => (912.0, 0.1),
        "admissions" => (246.0, 0.0),
        "time_in_department" => (286.0, 1.0),
        "wait_for_clinician" => (96.0, 1.6),
        "ed_occupancy" => (181.0, 1.0),
        "response_time" => (37.0 * category, 1.4),
        "handover" => (34.0, 2.0),
        "answer_time" => (94.0, 0.0),
        "abandoned" => (7.4, -1.0),
        "bed_occupancy" => (95.8, 0.2),
        "boarding" => (41.0, 2.5),
        "hours_lost" => (212.0, 3.0),
        _ => (88.0, 0.4),
    };
    let scale = burden.powf(exponent) * site;
    match key.statistic {
        Statistic::Quantile(0.5) => 0.8 * mean * scale,
        Statistic::Quantile(_) => 2.1 * mean * scale,
        Statistic::Within(_) => 68.9 / scale,
        Statistic::Over(_) => 7.9 * scale,
        Statistic::Count | Statistic::Total => mean * scale * N_DAYS as f64,
        _ => mean * scale,
    }
}

fn course(
    measure: usize,
    spec: &MeasureSpec,
    bins: usize,
    burden: f64,
    noise: &mut Noise,
) -> Course {
    let key = ValueKey {
        measure,
        statistic: Statistic::Mean,
        site: "all".to_owned(),
        cohort: "all".to_owned(),
    };
    let level = typical(spec, &key, burden);
    let is_week = bins == 168;
    let is_flow = matches!(
        spec.kind,
        MeasureKind::Count { .. } | MeasureKind::SumBeyond { .. }
    );
    let level = if is_week && is_flow {
        level / 24.0
    } else {
        level
    };
    let steady = spec.unit == "%" && spec.id != "abandoned";
    let (mut mean, mut low, mut high) = (vec![], vec![], vec![]);
    for bin in 0..bins {
        let (hour, day) = if is_week {
            (bin % 24, bin / 24)
        } else {
            (12, bin % 7)
        };
        let season = if is_week {
            0.0
        } else {
            ((bin as f64 - 270.0) / 58.0).cos() * 0.08
        };
        let by_hour = if is_week {
            ((hour as f64 - 15.0) * std::f64::consts::PI / 12.0).cos() * 0.55
        } else {
            0.0
        };
        let by_day = if day == 0 {
            0.09
        } else if day > 4 {
            -0.06
        } else {
            0.0
        };
        let swing = (by_hour + by_day + season) * if steady { 0.2 } else { 1.0 };
        let value = level * (1.0 + swing) * noise.factor(if steady { 0.004 } else { 0.02 });
        let spread = if steady { 0.012 } else { 0.09 };
        mean.push(Some(value));
        low.push(Some(value * (1.0 - spread)));
        high.push(Some(value * (1.0 + spread)));
    }
    Course {
        measure,
        site: "all".to_owned(),
        mean,
        low,
        high,
    }
}

/// Bed occupancy between 90 and 99 %, the higher the greater the burden, and up to nine patients who wait.
fn level_times(burden: f64) -> Vec<LevelTimes> {
    let hours = |first: usize, peak: f64| {
        let run = |run: usize| {
            let hours = (0..first + 10).map(|level| match level.checked_sub(first) {
                None => 0,
                Some(above) => {
                    let away = (above as f64 - peak).abs();
                    (900.0 / (1.0 + away)) as u32 + (run % 3) as u32
                }
            });
            hours.collect()
        };
        (0..N_REPLICATIONS).map(run).collect()
    };
    vec![
        LevelTimes {
            measure: 9,
            hours: hours(90, 6.0 * burden),
        },
        LevelTimes {
            measure: 10,
            hours: hours(0, 5.0 * burden),
        },
    ]
}

/// A hundred begin, most with 111, some go on to A&E and to hospital; as many come to each service as go from it.
fn flows(burden: f64) -> Vec<PatientFlow> {
    let service = |nth, service| FlowEnd::Service { nth, service };
    let left = |disposition| FlowEnd::Left(DispositionId(disposition));
    let to_hospital = 12.0 * burden;
    let flows = [
        (FlowEnd::Begins, FlowEnd::Nowhere, 100.0),
        (FlowEnd::Earlier, service(2, 1), 1.0),
        (FlowEnd::Nowhere, service(1, 0), 70.0),
        (FlowEnd::Nowhere, service(1, 1), 20.0),
        (FlowEnd::Nowhere, left(0), 10.0),
        (service(1, 0), service(2, 1), 30.0),
        (service(1, 0), left(0), 40.0),
        (service(1, 1), left(0), 20.0),
        (service(2, 1), service(3, 2), to_hospital),
        (service(2, 1), left(0), 30.0 - to_hospital),
        (service(2, 1), FlowEnd::Inside, 1.0),
        (service(3, 2), left(1), to_hospital),
    ];
    let flow = |(from, to, mean): (FlowEnd, FlowEnd, f64)| PatientFlow {
        from,
        to,
        per_day: Estimate {
            mean,
            low: mean * 0.98,
            high: mean * 1.02,
            n: N_REPLICATIONS,
        },
    };
    flows.map(flow).to_vec()
}

fn histograms(model: &Model, burden: f64) -> Vec<MeasureHistogram> {
    let mut histograms = Vec::new();
    for (measure, spec) in model.measures.iter().enumerate() {
        let (median, slope) = match spec.id.as_str() {
            "time_in_department" => (175.0 * burden, 1.9),
            "handover" => (22.0 * burden * burden, 1.7),
            _ => continue,
        };
        for (number, site) in ["all"]
            .into_iter()
            .chain(SITES.iter().map(|site| site.0))
            .enumerate()
        {
            let median = median * (1.0 + 0.12 * number as f64);
            let upper_minutes: Vec<f64> = (1..=288)
                .map(|bin| f64::from(bin) * 5.0)
                .chain([f64::INFINITY])
                .collect();
            let still_in = |minutes: f64| 1.0 / (1.0 + (minutes / median).powf(slope));
            let mut before = 1.0;
            let counts = upper_minutes.iter().map(|&upper| {
                let after = if upper.is_finite() {
                    still_in(upper)
                } else {
                    0.0
                };
                let count = ((before - after) * 6_000_000.0) as u64;
                before = after;
                count
            });
            let counts = counts.collect();
            histograms.push(MeasureHistogram {
                measure,
                site: site.to_owned(),
                upper_minutes,
                counts,
            });
        }
    }
    histograms
}

fn differences(baseline: &Results, alternative: &Results) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (position, key) in baseline.keys.iter().enumerate() {
        let paired = baseline
            .values
            .iter()
            .zip(&alternative.values)
            .filter_map(|(a, b)| Some(b[position]? - a[position]?));
        let both = baseline.estimates[position].zip(alternative.estimates[position]);
        let (Some((before, after)), Some(difference)) = (both, estimate(paired)) else {
            continue;
        };
        differences.push(Difference {
            key: key.clone(),
            baseline: before,
            alternative: after,
            difference,
            pairing_gain: Some(6.4),
        });
    }
    differences
}

fn estimate(values: impl Iterator<Item = f64>) -> Option<Estimate> {
    let values: Vec<f64> = values.collect();
    let n = values.len();
    if n == 0 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (n as f64 - 1.0);
    let half_width = 2.093 * (variance / n as f64).sqrt();
    Some(Estimate {
        mean,
        low: mean - half_width,
        high: mean + half_width,
        n,
    })
}

/// A small generator, so that the fixture is the same everywhere.
struct Noise(u64);

impl Noise {
    /// About 1, give or take `spread`.
    fn factor(&mut self, spread: f64) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let uniform = (self.0 >> 33) as f64 / (1_u64 << 31) as f64;
        1.0 + spread * (2.0 * uniform - 1.0) * 1.7
    }
}
