//! Whole runs of the benchmark models, in events per second: with their measures, and with nobody reading.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use uecsim::engine::facts::Reader;
use uecsim::engine::simulation::{Simulation, Totals};
use uecsim::engine::time::{DAY, SimSpan, SimTime};
use uecsim::scenario::source::MemorySource;
use uecsim::uec::load::load;
use uecsim::uec::measures::{MeasureReader, MeasureTables};
use uecsim::uec::model::Model;

const MODELS: [(&str, &str, u64); 4] = [
    ("m1", include_str!("../scenarios/benchmarks/m1.toml"), 10),
    ("m2", include_str!("../scenarios/benchmarks/m2.toml"), 60),
    ("m2r", include_str!("../scenarios/benchmarks/m2r.toml"), 60),
    ("m3", include_str!("../scenarios/benchmarks/m3.toml"), 60),
];

fn model(text: &str, days: u64) -> Model {
    let source = MemorySource::new([("model.toml", text)]);
    let loaded = load("model.toml", &source).expect("the benchmark models are valid");
    let mut model = loaded.model;
    model.run.length = SimSpan(days * DAY.0);
    model
}

fn run<R: Reader>(model: &Model, reader: R) -> Totals {
    let mut simulation = Simulation::new(&model.program, 1, 1, reader);
    simulation.run_until(SimTime::ZERO + model.run.length);
    simulation.totals()
}

fn runs(criterion: &mut Criterion) {
    for (name, text, days) in MODELS {
        let model = model(text, days);
        let tables = MeasureTables::new(&model, model.run.warm_up, model.run.length);
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(run(&model, ()).events));
        group.sample_size(20);
        group.bench_function("measured", |bencher| {
            bencher.iter(|| run(&model, MeasureReader::new(&tables)))
        });
        group.bench_function("unread", |bencher| bencher.iter(|| run(&model, ())));
        group.finish();
    }
}

criterion_group!(benches, runs);
criterion_main!(benches);
