//! The distributions that a scenario may write, in words; docs/language.md has the whole grammar.

/// A shape, how it is written and what it is used for.
pub struct ShapeNote {
    pub name: &'static str,
    pub title: &'static str,
    pub written: &'static str,
}

/// In the order in which the language lists them.
pub const SHAPES: &[ShapeNote] = &[
    ShapeNote {
        name: "constant",
        title: "always the same length",
        written: "{ constant = \"9 min\" }, or \"9 min\" alone",
    },
    ShapeNote {
        name: "uniform",
        title: "anything between two lengths, all equally likely",
        written: "{ uniform = { low = \"5 min\", high = \"15 min\" } }",
    },
    ShapeNote {
        name: "triangular",
        title: "between two lengths, most likely at a third",
        written: "{ triangular = { low = \"5 min\", mode = \"8 min\", high = \"15 min\" } }",
    },
    ShapeNote {
        name: "exponential",
        title: "no memory: how long it has taken says nothing of how long it will",
        written: "{ exponential = { mean = \"9 min\" } }",
    },
    ShapeNote {
        name: "gamma",
        title: "never negative, with a tail to the right",
        written: "{ gamma = { mean = \"9 min\", sd = \"4 min\" } }",
    },
    ShapeNote {
        name: "erlang",
        title: "several exponential phases, one after the other",
        written: "{ erlang = { k = 3, mean = \"9 min\" } }",
    },
    ShapeNote {
        name: "weibull",
        title: "a hazard that rises or falls with time",
        written: "{ weibull = { shape = 1.5, scale = \"10 min\" } }",
    },
    ShapeNote {
        name: "lognormal",
        title: "most are short, a few are very long: the usual shape of treatment times",
        written: "{ lognormal = { mean = \"9 min\", sd = \"4 min\" } }, or by median and p90",
    },
    ShapeNote {
        name: "normal",
        title: "spread evenly about the mean, cut off at zero",
        written: "{ normal = { mean = \"9 min\", sd = \"2 min\" } }",
    },
    ShapeNote {
        name: "pearson5",
        title: "a heavy tail to the right: one over a gamma",
        written: "{ pearson5 = { shape = 3, scale = \"20 min\" } }",
    },
    ShapeNote {
        name: "pearson6",
        title: "a heavy tail to the right: a gamma over a gamma",
        written: "{ pearson6 = { shape1 = 2, shape2 = 4, scale = \"20 min\" } }",
    },
    ShapeNote {
        name: "beta",
        title: "between two lengths, leaning to either",
        written: "{ beta = { a = 2, b = 5, low = \"5 min\", high = \"30 min\" } }",
    },
    ShapeNote {
        name: "discrete",
        title: "one of a few lengths, each with its share",
        written: "{ discrete = { values = [\"5 min\", \"10 min\"], shares = [0.2, 0.8] } }",
    },
    ShapeNote {
        name: "poisson",
        title: "a whole number of a unit",
        written: "{ poisson = { mean = 4, unit = \"min\" } }",
    },
    ShapeNote {
        name: "empirical",
        title: "as observed: values, or the quantiles of a table",
        written: "{ empirical = { file = \"x.csv\", column = \"minutes\", unit = \"min\" } }",
    },
    ShapeNote {
        name: "mixture",
        title: "one of several distributions, each with its share",
        written: "{ mixture = { shares = [0.8, 0.2], of = [\"5 min\", { exponential = { mean = \"1 h\" } }] } }",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::MemorySource;
    use crate::uec::forms::distributions;
    use crate::uec::load;

    #[test]
    fn every_shape_of_the_language_is_explained_in_its_order() {
        let explained: Vec<&str> = SHAPES.iter().map(|shape| shape.name).collect();
        let mut known = distributions::SHAPES.to_vec();
        known.push("mixture");
        assert_eq!(explained, known);
    }

    #[test]
    fn every_example_can_be_read() {
        for shape in SHAPES {
            let example = shape.written.split(", or ").next().unwrap_or_default();
            let text = format!(
                "[run]\nlength = \"1 day\"\n[arrivals.a]\nrate = \"9 per day\"\nto = \"s.p\"\n[services.s.paths]\np = [{{ wait = {example}, id = \"w\" }}, {{ leave = \"home\" }}]\n"
            );
            let source =
                MemorySource::new([("a.toml", text.as_str()), ("x.csv", "minutes\n3\n9\n")]);
            if let Err(refused) = load("a.toml", &source) {
                panic!("{}:\n{}", shape.name, refused.render());
            }
        }
    }
}
