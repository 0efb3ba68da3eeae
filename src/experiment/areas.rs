//! Compiling the areas of a system side by side: the same model for any number of threads.

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::scenario::layers::Changes;
use crate::scenario::source::Source;
use crate::uec::federation::{EachArea, InTurn};
use crate::uec::load::{Loaded, Overrides, Refused, load_each};

/// On as many threads as a pool has; one after another without one.
pub struct SideBySide(Option<ThreadPool>);

impl SideBySide {
    /// On so many threads; one after another if the machine refuses them.
    pub fn on(threads: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1));
        Self(pool.build().ok())
    }
}

impl EachArea for SideBySide {
    fn each<I: Send, T: Send>(&self, items: Vec<I>, work: impl Fn(I) -> T + Sync + Send) -> Vec<T> {
        let Some(pool) = &self.0 else {
            return InTurn.each(items, work);
        };
        let items = items.into_par_iter().with_max_len(1);
        pool.install(|| items.map(work).collect())
    }
}

/// As [`load_with`](crate::uec::load_with), on so many threads.
///
/// Errors: as there.
pub fn load_on(
    path: &str,
    source: &dyn Source,
    how: (&Changes, &Overrides),
    threads: usize,
) -> Result<Loaded, Box<Refused>> {
    load_each(path, source, how, &SideBySide::on(threads))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::source::MemorySource;

    const SYSTEM: &str = "title = \"Three\"\nassumed = \"a test\"\n[run]\nlength = \"2 days\"\n[arrivals.come]\nrate = \"1 per day\"\nto = \"shop.arrive\"\n\
        [services.shop]\ntitle = \"Shop\"\npools = [\"tills\"]\n[services.shop.paths]\narrive = [{ use = \"tills\", for = { exponential = { mean = \"9 min\" } } }, { leave = \"home\" }]\n\
        [sites.corner]\nservices = [\"shop\"]\nplace = { x = 0, y = 0 }\n[sites.corner.pools]\ntills = 2\n\
        [areas]\nfile = \"areas.csv\"\n[areas.set]\n\"arrivals.come.rate\" = { column = \"rate\" }\n";

    fn loaded(table: &str, threads: usize) -> String {
        let source = MemorySource::new([("a.toml", SYSTEM), ("areas.csv", table)]);
        let how = (&Changes::AsWritten, &Overrides::default());
        match load_on("a.toml", &source, how, threads) {
            Ok(loaded) => format!("{:?}", loaded.model),
            Err(refused) => refused.render(),
        }
    }

    #[test]
    fn threads_change_neither_the_model_nor_its_faults() {
        let check = |table: &str, words: &[&str]| {
            let one = loaded(table, 1);
            assert_eq!(one, loaded(table, 3), "{table}");
            for words in words {
                assert!(one.contains(words), "{words}\n{one}");
            }
        };
        check(
            "area,rate\na,3 per day\nb,5 per day\nc,8 per day\n",
            &["AreaModel"],
        );
        check(
            "area,rate\na,3 per day\nb,5 per dya\nc,8 furlongs\n",
            &["note: in area \"b\"", "note: in area \"c\""],
        );
        check("area,rate\na,often\nb,5 per day\nc,8 per day\n", &["often"]);
    }
}
