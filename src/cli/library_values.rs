//! Library values with a low and a high estimate, made parameters of an experiment.

use super::experiments::Setup;
use super::options::Exit;
use super::say;
use super::sources::DiskOverEmbedded;
use crate::experiment::design::Parameter;
use crate::experiment::sensitivity::library;
use crate::scenario::source::{SHIPPED, Source};
use crate::uec::model::Model;

/// Adds the library values that the scenario uses; what could not be taken, and why.
pub fn add_library(
    setup: &mut Setup,
    scenario: usize,
    model: &Model,
) -> Result<Vec<(String, String)>, Exit> {
    let path = format!("{SHIPPED}/library/evidence.csv");
    let text = DiskOverEmbedded::for_file(&path).read(&path);
    let values = match text {
        Ok(text) => library::library_values(&text),
        Err(_) => Err(format!("{path} cannot be read")),
    };
    let values = values.map_err(|fault| say::fault(Exit::Input, &fault))?;
    let (used, mut left_out) = library::used(&model.inputs, &values);
    let own = std::mem::take(&mut setup.experiment.parameters);
    let mut taken: Vec<Parameter> = Vec::new();
    for used in used {
        let mut paths: Vec<String> = Vec::new();
        for path in used.paths {
            let way = match reach(setup, scenario, used.library, &path) {
                Ok(way) => way,
                Err(why) => {
                    left_out.push((path, why));
                    continue;
                }
            };
            // One id may stand in several paths of a service, and is then reached in all of them at once.
            let mut all = own.iter().chain(&taken);
            match all.find(|parameter| moves(parameter, &way)) {
                Some(other) => {
                    let name = &other.name;
                    let why = format!("{name} moves it already: steps of one id move together");
                    left_out.push((path, why));
                }
                None if !paths.contains(&way) => paths.push(way),
                None => {}
            }
        }
        if !paths.is_empty() {
            taken.push(library::parameter(used.library, paths));
        }
    }
    setup.experiment.parameters = own.into_iter().chain(taken).collect();
    Ok(left_out)
}

fn moves(parameter: &Parameter, path: &str) -> bool {
    parameter.moved.iter().any(|moved| moved.path == path)
}

/// The way of writing a path by which a change moves it to both ends of a library value.
///
/// Errors: why there is none.
fn reach(
    setup: &mut Setup,
    scenario: usize,
    library: &library::LibraryValue,
    path: &str,
) -> Result<String, String> {
    let mut why = String::new();
    for way in library::reaching(path) {
        let parameter = library::parameter(library, vec![way.clone()]);
        let ends = [parameter.low(), parameter.high()];
        setup.experiment.parameters = vec![parameter];
        let tried = ends.iter().try_for_each(|end| {
            let built = setup.build(scenario, &[*end], "an end of a library value");
            built.map(|_| ())
        });
        match tried {
            Ok(()) => return Ok(way),
            Err(faults) => why = first_fault(&faults),
        }
    }
    Err(why)
}

/// What a printed fault of a point says, without codes and places.
fn first_fault(printed: &str) -> String {
    let mut faults = printed.lines().filter(|line| line.starts_with("error"));
    // The first says that the point cannot run, the second why.
    let fault = faults.next_back().unwrap_or(printed);
    let words = fault.split_once("]: ").map_or(fault, |(_, words)| words);
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_the_last_fault_of_what_is_printed() {
        let printed =
            "error[E123]: a cannot run\nerror[S115]: \"x\" cannot be scaled\n  a.toml:1:1";
        assert_eq!(first_fault(printed), "\"x\" cannot be scaled");
    }
}
