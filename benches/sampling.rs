//! The cost of one draw: the keyed bits alone, and with each kind of sampler.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};

use uecsim::engine::distributions::{Distribution, Sampler, Shape};
use uecsim::engine::streams;

fn samplers() -> Vec<(&'static str, Shape)> {
    let lognormal = Shape::lognormal_mean_sd(30.0, 20.0).expect("valid");
    let triangular = Shape::Triangular {
        low: 5.0,
        mode: 7.0,
        high: 20.0,
    };
    let discrete = Shape::Discrete {
        values: vec![1.0, 2.0, 3.0],
        shares: vec![0.2, 0.5, 0.3],
    };
    let gamma = Shape::Gamma {
        shape: 2.5,
        scale: 6.0,
    };
    vec![
        ("exponential", Shape::Exponential { mean: 1.0 }),
        ("lognormal", lognormal),
        ("gamma", gamma),
        ("triangular", triangular),
        ("discrete", discrete),
        ("poisson", Shape::Poisson { mean: 12.0 }),
        ("constant", Shape::Constant { value: 9.0 }),
    ]
}

fn draws(criterion: &mut Criterion) {
    let mut patient = 0;
    criterion.bench_function("draw/bits", |bencher| {
        bencher.iter(|| {
            patient += 1;
            streams::draw(black_box(patient), 77, 0)
        })
    });
    for (name, shape) in samplers() {
        let distribution = Distribution::new(shape).expect("valid");
        let sampler = Sampler::new(&distribution);
        criterion.bench_function(&format!("draw/{name}"), |bencher| {
            bencher.iter(|| {
                patient += 1;
                sampler.sample_span(streams::draw(black_box(patient), 77, 0))
            })
        });
        criterion.bench_function(&format!("build/{name}"), |bencher| {
            bencher.iter(|| Sampler::new(black_box(&distribution)))
        });
    }
}

criterion_group!(benches, draws);
criterion_main!(benches);
