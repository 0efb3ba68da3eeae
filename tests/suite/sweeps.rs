//! Sweeps, end to end through the program: the same bytes at any number of threads, after any stop, and in parts.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::folders::{Call, Scratch, bytes_of, uecsim};
use crate::small::Hospital;

/// An experiment beside its scenario.
fn write(scratch: &Scratch, design: &str) -> String {
    scratch.write("hospital.toml", &Hospital::default().text());
    let text = format!(
        r#"
title = "Cubicles and doctors"
scenarios = ["hospital.toml"]
measures = ["time_in_department", "response"]
[run]
length = "10 days"
warm_up = "2 days"
replications = 3
seed = 7
[vary.cubicles]
title = "Cubicles"
paths = ["sites.hospital.pools.cubicles"]
how = "set"
values = [10, 12, 14, 16]
base = 14
[vary.assessment]
title = "Time of an assessment"
paths = ["services.emergency_department.paths.treat.steps.assessment.for"]
how = "multiply"
low = 0.8
high = 1.2
levels = 5
[vary.rank]
title = "Order of the line"
paths = ["services.emergency_department.paths.treat.steps.assessment.rank"]
how = "set"
values = ["acuity"]
base = "acuity"
{design}
"#
    );
    scratch.write("experiment.toml", &text)
}

const GRID: &str = "[goal]\nmeasure = \"time_in_department\"\nstatistic = \"within 4 h\"\nat_least = 90\n[design]\nkind = \"grid\"\n";

fn sweep(experiment: &str, more: &[&str], out: &str) -> Call {
    let arguments = [&["sweep", experiment, "--quiet", "--out", out], more].concat();
    uecsim(&arguments)
}

/// All files of a folder but those that say how long it took.
fn results(out: &str) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = bytes_of(out);
    assert!(
        files.remove("timing.json").is_some(),
        "{out}: {:?}",
        files.keys()
    );
    files
}

/// Checks that two folders hold the same, and says what does not.
fn check_same(one: &str, other: &str) {
    let (one, other) = (results(one), results(other));
    let names: Vec<&String> = one.keys().collect();
    assert_eq!(names, other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        assert!(*bytes == other[name], "{name} differs");
    }
}

fn done(call: &Call) {
    assert_eq!((call.exit, call.err.as_str()), (0, ""), "{}", call.err);
}

#[test]
fn threads_resumption_and_parts_change_no_byte() {
    let scratch = Scratch::new("sweep-same");
    let experiment = write(&scratch, GRID);
    let whole = scratch.path("whole");
    done(&sweep(&experiment, &["--threads", "1"], &whole));
    let files = results(&whole);
    for name in [
        "results.csv",
        "results.parquet",
        "summary.csv",
        "points.csv",
        "failures.csv",
        "run.json",
        "report.html",
        "goal-hospital.csv",
    ] {
        assert!(
            files.contains_key(name),
            "{name} is missing: {:?}",
            files.keys()
        );
    }
    let threads = scratch.path("threads");
    done(&sweep(&experiment, &["--threads", "3"], &threads));
    check_same(&whole, &threads);
    let parts = ["1/3", "2/3", "3/3"].map(|part| {
        let out = scratch.path(&part.replace('/', "-"));
        done(&sweep(&experiment, &["--shard", part], &out));
        out
    });
    let merged = scratch.path("merged");
    let [a, b, c] = &parts;
    done(&uecsim(&["merge", c, a, b, "--quiet", "--out", &merged]));
    check_same(&whole, &merged);
}

#[test]
fn rows_say_what_they_are_about_and_add_up_to_the_summary() {
    let scratch = Scratch::new("sweep-rows");
    let experiment = write(&scratch, GRID);
    let out = scratch.path("out");
    done(&sweep(&experiment, &[], &out));
    let table = |name: &str| -> Vec<Vec<String>> {
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_path(Path::new(&out).join(name));
        let rows = reader.expect("it is there").into_records();
        rows.map(|row| row.expect("a row").iter().map(str::to_owned).collect())
            .collect()
    };
    let rows = table("results.csv");
    let header = "point,cubicles,assessment,rank,scenario,replication,measure,statistic,unit,site,cohort,value";
    assert_eq!(rows[0].join(","), header);
    // 20 points, 3 replications; 4 statistics of one measure and 2 of another, for all patients.
    assert_eq!(rows.len() - 1, 20 * 3 * 6);
    assert_eq!(
        &rows[1][..11],
        [
            "1",
            "10",
            "0.8",
            "acuity",
            "hospital",
            "1",
            "time_in_department",
            "mean",
            "min",
            "all",
            "all"
        ]
    );
    let points = table("points.csv");
    assert_eq!(points.len() - 1, 20);
    assert_eq!(points[20].join(","), "20,16,1.2,acuity");
    let summary = table("summary.csv");
    assert_eq!(summary.len() - 1, 20 * 6);
    for row in &summary[1..] {
        let values: Vec<f64> = rows[1..]
            .iter()
            .filter(|other| other[0] == row[0] && other[6..11] == row[5..10])
            .map(|other| other[11].parse().expect("a number"))
            .collect();
        let mean: f64 = row[10].parse().expect("a number");
        let own = values.iter().sum::<f64>() / values.len() as f64;
        assert!((own - mean).abs() <= 1e-8 * mean.abs(), "{row:?}");
        assert_eq!(row[13], values.len().to_string());
    }
}

/// Common random numbers: two points at which the scenario is the same have the same results, replication by replication.
#[test]
fn every_point_has_the_same_patients() {
    let scratch = Scratch::new("sweep-paired");
    let experiment = write(&scratch, GRID);
    let text = fs::read_to_string(&experiment).expect("it is there");
    // Of cubicles there are no parts: both factors leave 14.
    let text = text.replace(
        "how = \"set\"\nvalues = [10, 12, 14, 16]\nbase = 14",
        "how = \"multiply\"\nvalues = [1, 1.0000001]",
    );
    fs::write(&experiment, text).expect("it can be written");
    let out = scratch.path("out");
    done(&sweep(&experiment, &[], &out));
    let rows = fs::read_to_string(Path::new(&out).join("results.csv")).expect("it is there");
    let of = |point: &str| -> Vec<String> {
        let rows = rows.lines().filter_map(|row| row.split_once(point));
        rows.map(|(_, rest)| rest.to_owned()).collect()
    };
    assert_eq!(of(",1,1.2,").len(), 3 * 6);
    assert_eq!(of(",1,1.2,"), of(",1.0000001,1.2,"));
    assert_ne!(of(",1,1.2,"), of(",1,0.8,"));
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let scratch = Scratch::new("sweep-parts");
    let experiment = write(&scratch, GRID);
    let part = |part: &str, more: &[&str], name: &str| {
        let out = scratch.path(name);
        done(&sweep(
            &experiment,
            &[&["--shard", part], more].concat(),
            &out,
        ));
        out
    };
    let (one, two) = (part("1/2", &[], "one"), part("2/2", &[], "two"));
    let check = |folders: &[&str], expected: &[&str]| {
        let out = scratch.path("merged");
        let call = uecsim(&[&["merge", "--out", &out], folders].concat());
        assert_eq!((call.exit, call.out.as_str()), (2, ""), "{}", call.err);
        assert!(call.err.starts_with("error[E126]"), "{}", call.err);
        for words in expected {
            assert!(
                call.err.contains(words),
                "{words} is missing:\n{}",
                call.err
            );
        }
        assert!(!Path::new(&out).exists());
    };
    check(&[&one], &["part 2 of 2 is missing"]);
    check(&[&one, &two, &one], &["part 1 is there more than once"]);
    let seeded = part("2/2", &["--seed", "8"], "seeded");
    check(
        &[&one, &seeded],
        &["the seed of hospital is 7 in ", " and 8 in "],
    );
    let third = part("2/3", &[], "third");
    check(
        &[&one, &third],
        &["one of 3 parts", "part 2 of 2 is missing"],
    );
    let records = Path::new(&two).join("records.bin");
    let mut bytes = fs::read(&records).expect("it is there");
    bytes[100] ^= 1;
    fs::write(&records, bytes).expect("it can be written");
    check(&[&one, &two], &["is not as it was written"]);
    check(&[&scratch.path("nowhere")], &["cannot be read"]);
}

fn started(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_uecsim"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started")
}

/// Starts a sweep and kills it at once, as `kill -9` does, after a time.
fn killed_after(arguments: &[&str], time: Duration) {
    let mut child = started(arguments);
    std::thread::sleep(time);
    let _ = child.kill();
    let _ = child.wait();
}

/// Starts a sweep; calls `then` with it as soon as its journal is longer than so many bytes.
fn at_work(arguments: &[&str], unfinished: &str, length: u64, then: impl FnOnce(&mut Child)) {
    let journal = Path::new(unfinished).join("journal.bin");
    let has_come_so_far = || fs::metadata(&journal).is_ok_and(|journal| journal.len() > length);
    let mut child = started(arguments);
    while !has_come_so_far() && child.try_wait().expect("it can be asked").is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
    then(&mut child);
    let _ = child.wait();
}

/// Kills a sweep that has kept the first replications.
fn killed_at_work(arguments: &[&str], unfinished: &str) {
    at_work(arguments, unfinished, 300, |child| {
        let ended = child.try_wait().expect("it can be asked");
        assert_eq!(ended, None, "it ended before it was killed");
        let _ = child.kill();
    });
}

/// Kills a sweep at `n` moments, resumes each, and compares with an undisturbed one. Every second moment is one of the clock,
/// from the start of the program to its end; the others are when so much of the journal was written. Every third is killed
/// once more after it was taken up.
fn kill_and_resume(name: &str, n: u32) {
    let scratch = Scratch::new(name);
    let experiment = write(&scratch, GRID);
    let whole = scratch.path("whole");
    let begun = Instant::now();
    done(&sweep(&experiment, &["--threads", "2"], &whole));
    let course = begun.elapsed();
    // 60 records of 6 numbers.
    let journal_bytes = 60 * (8 + 13 + 6 * 8);
    let unfinished = scratch.path("killed-unfinished");
    let mut n_at_work = 0;
    for moment in 0..n {
        let out = scratch.path("killed");
        let arguments = [
            "sweep",
            &experiment,
            "--quiet",
            "--threads",
            "2",
            "--out",
            &out,
        ];
        // Multiples of the golden ratio: they meet all parts of the course, and none twice.
        let share = (f64::from(moment) * 0.618_033_988_75 + 0.05).fract();
        match moment % 2 {
            0 => at_work(
                &arguments,
                &unfinished,
                (share * f64::from(journal_bytes)) as u64,
                |child| {
                    n_at_work += u32::from(child.try_wait().expect("it can be asked").is_none());
                    let _ = child.kill();
                },
            ),
            _ => killed_after(&arguments, course.mul_f64(share)),
        }
        let resumed = [&arguments[..], &["--resume"]].concat();
        if moment % 3 == 2 {
            killed_after(&resumed, course.mul_f64(share / 2.0));
        }
        done(&uecsim(&resumed));
        check_same(&whole, &out);
        assert!(!Path::new(&unfinished).exists(), "moment {moment}");
        fs::remove_dir_all(&out).expect("it can be removed");
    }
    assert!(
        4 * n_at_work >= n,
        "only {n_at_work} of {n} were certainly killed at work"
    );
}

#[test]
fn a_killed_sweep_goes_on_to_the_same_bytes() {
    kill_and_resume("sweep-kill", 4);
}

/// The same at 50 moments.
#[test]
#[ignore = "takes some minutes"]
fn fifty_killed_sweeps_go_on_to_the_same_bytes() {
    kill_and_resume("sweep-kill-50", 50);
}

/// A journal as a full disk, or a crash of the machine, may leave it: cut off or with rubbish at its end; tables gone or half.
#[test]
fn a_sweep_goes_on_from_whatever_the_disk_kept() {
    let scratch = Scratch::new("sweep-disk");
    let experiment = write(&scratch, GRID);
    let whole = scratch.path("whole");
    done(&sweep(&experiment, &[], &whole));
    let out = scratch.path("out");
    let unfinished = scratch.path("out-unfinished");
    let stopped = ["sweep", &experiment, "--quiet", "--out", &out];
    let journal = Path::new(&unfinished).join("journal.bin");
    let spoil: [&dyn Fn(Vec<u8>) -> Vec<u8>; 3] = [
        &|bytes| bytes[..bytes.len() * 2 / 3].to_vec(),
        &|bytes| [bytes, vec![0; 1000]].concat(),
        &|_| Vec::new(),
    ];
    for spoil in spoil {
        killed_at_work(&stopped, &unfinished);
        let bytes = fs::read(&journal).expect("it is there");
        fs::write(&journal, spoil(bytes)).expect("it can be written");
        let _ = fs::remove_dir_all(Path::new(&unfinished).join("files"));
        done(&sweep(&experiment, &["--resume"], &out));
        check_same(&whole, &out);
        fs::remove_dir_all(&out).expect("it can be removed");
    }
}

#[test]
fn a_full_disk_ends_the_sweep_and_it_goes_on_when_there_is_room() {
    // A bound on the size of files stands for the disk: what the machine refuses is an error all the same.
    if !cfg!(target_os = "linux") {
        return;
    }
    let scratch = Scratch::new("sweep-full");
    let experiment = write(&scratch, GRID);
    let whole = scratch.path("whole");
    done(&sweep(&experiment, &[], &whole));
    let out = scratch.path("out");
    // No file may grow beyond so many kB: the journal breaks off, or the tables do.
    for limit in [2, 8] {
        let limited = format!(
            "trap '' XFSZ; ulimit -f {limit}; exec {} sweep {experiment} --quiet --out {out}",
            env!("CARGO_BIN_EXE_uecsim")
        );
        let status = Command::new("bash")
            .args(["-c", &limited])
            .stderr(Stdio::null())
            .status()
            .expect("bash can be started");
        assert_eq!(status.code(), Some(3), "{limit} kB");
        assert!(!Path::new(&out).exists());
        done(&sweep(&experiment, &["--resume"], &out));
        check_same(&whole, &out);
        fs::remove_dir_all(&out).expect("it can be removed");
    }
}

#[test]
fn nothing_unfinished_is_lost_or_mixed() {
    let scratch = Scratch::new("sweep-mixed");
    let experiment = write(&scratch, GRID);
    let out = scratch.path("out");
    let unfinished = scratch.path("out-unfinished");
    let arguments = ["sweep", &experiment, "--quiet", "--out", &out];
    killed_at_work(&arguments, &unfinished);
    let refused = |more: &[&str], words: &[&str]| {
        let call = sweep(&experiment, more, &out);
        assert_eq!(call.exit, 2, "{}", call.err);
        for words in words {
            assert!(
                call.err.contains(words),
                "{words} is missing:\n{}",
                call.err
            );
        }
        assert!(Path::new(&unfinished).exists() && !Path::new(&out).exists());
    };
    refused(&[], &["--resume goes on with it, --anew begins again"]);
    refused(
        &["--resume", "--seed", "8"],
        &["error[E125]", "the seed of hospital is 8 here and 7 there"],
    );
    let of = "the number of replications of hospital is 4 here and 3 there";
    refused(&["--resume", "--replications", "4"], &[of]);
    let text = fs::read_to_string(&experiment).expect("it is there");
    fs::write(
        &experiment,
        text.replace("values = [10, 12,", "values = [11, 12,"),
    )
    .expect("it can be written");
    refused(
        &["--resume"],
        &["the file experiment.toml is not the same here and there"],
    );
    done(&sweep(&experiment, &["--anew"], &out));
    assert!(!Path::new(&unfinished).exists());
}

#[test]
fn a_point_that_cannot_run_is_told_before_anything_is_run() {
    let scratch = Scratch::new("sweep-refused");
    let experiment = write(&scratch, GRID);
    let text = fs::read_to_string(&experiment).expect("it is there");
    let broken = scratch.write(
        "broken.toml",
        &text.replace("values = [10, 12,", "values = [-1, 12,"),
    );
    let out = scratch.path("out");
    let call = sweep(&broken, &[], &out);
    assert_eq!(call.exit, 2);
    assert!(
        call.err
            .contains("error[E123]: hospital cannot run at point 1 (cubicles = -1"),
        "{}",
        call.err
    );
    assert!(!Path::new(&out).exists());
}

/// More points than are looked at beforehand: the one that cannot run is told at the end, and the others are kept.
#[test]
fn a_point_that_fails_later_is_listed_and_the_others_are_kept() {
    let scratch = Scratch::new("sweep-later");
    let rows: String = (0..60)
        .map(|row| {
            format!(
                "{},1\n",
                if row == 31 {
                    10.5
                } else {
                    f64::from(10 + row % 7)
                }
            )
        })
        .collect();
    scratch.write("rows.csv", &format!("cubicles,assessment\n{rows}"));
    let experiment = write(&scratch, "[design]\nkind = \"rows\"\nfile = \"rows.csv\"\n");
    let text = fs::read_to_string(&experiment).expect("it is there");
    let from = text.find("[vary.rank]").expect("it is there");
    let to = text.find("[design]").expect("it is there");
    let text = text
        .replace(&text[from..to], "")
        .replace("replications = 3", "replications = 1");
    fs::write(&experiment, text).expect("it can be written");
    let out = scratch.path("out");
    let call = sweep(&experiment, &[], &out);
    assert_eq!(call.exit, 2, "{}", call.err);
    assert!(
        call.err.contains("cannot run at point 32 (cubicles = 10.5"),
        "{}",
        call.err
    );
    let partial = scratch.path("out-partial");
    assert!(!Path::new(&out).exists());
    let failures =
        fs::read_to_string(Path::new(&partial).join("failures.csv")).expect("it is there");
    assert!(
        failures
            .lines()
            .nth(1)
            .is_some_and(|row| row.starts_with("32,hospital,,")),
        "{failures}"
    );
    let rows = fs::read_to_string(Path::new(&partial).join("results.csv")).expect("it is there");
    assert_eq!(rows.lines().count() - 1, 59 * 6);
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_was_done() {
    let scratch = Scratch::new("sweep-interrupt");
    let experiment = write(&scratch, GRID);
    let out = scratch.path("out");
    let unfinished = scratch.path("out-unfinished");
    let arguments = [
        "sweep",
        &experiment,
        "--quiet",
        "--out",
        &out,
        "--replications",
        "400",
    ];
    at_work(&arguments, &unfinished, 300, |child| {
        let id = child.id().to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status();
        assert!(asked.expect("a process can be interrupted").success());
        let ended = child.wait().expect("it ends");
        assert_eq!(ended.code(), Some(130));
        let mut said = String::new();
        let from = child.stderr.as_mut().expect("it is kept");
        from.read_to_string(&mut said).expect("a text");
        assert!(said.contains("to go on: uecsim sweep"), "{said}");
        assert!(said.contains("--resume"), "{said}");
    });
    assert!(Path::new(&unfinished).join("journal.bin").exists());
    assert!(!Path::new(&out).exists());
}

#[test]
fn a_measure_or_goal_that_is_not_there_is_refused() {
    let scratch = Scratch::new("sweep-measure");
    let experiment = write(&scratch, GRID);
    let text = fs::read_to_string(&experiment).expect("it is there");
    let refused = |from: &str, to: &str, words: &[&str]| {
        let changed = scratch.write("changed.toml", &text.replace(from, to));
        let call = sweep(&changed, &[], &scratch.path("out"));
        assert_eq!(call.exit, 2, "{}", call.err);
        for words in words {
            assert!(
                call.err.contains(words),
                "{words} is missing:\n{}",
                call.err
            );
        }
    };
    refused(
        "\"response\"",
        "\"respons\"",
        &[
            "error[E124]: no scenario has a measure \"respons\"",
            "try: \"response\"",
        ],
    );
    refused(
        "\"within 4 h\"",
        "\"within 5 h\"",
        &[
            "gives no \"within 5 h\" of time_in_department",
            "\"within 4 h\"",
        ],
    );
    refused(
        "at_least",
        "site = \"elsewhere\"\nat_least",
        &["does not give time_in_department for site \"elsewhere\""],
    );
}

/// A parameter of all areas moves each of them, and threads change nothing: results are those of both together.
#[test]
fn a_system_of_areas_is_swept_like_any_other() {
    let scratch = Scratch::new("sweep-areas");
    scratch.write("areas.csv", "area,rate\na,3 per hour\nb,5 per hour\n");
    scratch.write(
        "two.toml",
        r#"
title = "Two shops"
assumed = "a test"
[run]
length = "5 days"
[arrivals.come]
rate = "1 per hour"
to = "shop.arrive"
[services.shop]
title = "Shop"
pools = ["tills"]
[services.shop.paths]
arrive = [{ mark = "in" }, { use = "tills", for = { exponential = { mean = "12 min" } }, at_start = "served" }, { leave = "home" }]
[sites.corner]
services = ["shop"]
place = { x = 0, y = 0 }
[sites.corner.pools]
tills = 2
[areas]
file = "areas.csv"
[areas.set]
"arrivals.come.rate" = { column = "rate" }
[measures.wait]
title = "Wait"
kind = "duration"
from = "shop.in"
to = "shop.served"
unit = "min"
statistics = ["mean", "count"]
better = "lower"
source = "a test"
"#,
    );
    let experiment = scratch.write(
        "experiment.toml",
        r#"
title = "Tills"
scenarios = ["two.toml"]
measures = ["wait"]
[run]
length = "5 days"
replications = 2
seed = 7
[vary.tills]
title = "Tills"
paths = ["sites.corner.pools.tills"]
how = "set"
values = [1, 2, 3]
base = 2
[design]
kind = "grid"
"#,
    );
    let [one, three] = ["1", "3"].map(|threads| {
        let out = scratch.path(threads);
        done(&sweep(&experiment, &["--threads", threads], &out));
        out
    });
    check_same(&one, &three);
    let summary = fs::read_to_string(Path::new(&one).join("summary.csv")).expect("it was written");
    let waits: Vec<f64> = summary
        .lines()
        .filter(|line| line.contains(",wait,mean,"))
        .filter_map(|line| line.split(',').nth(8)?.parse().ok())
        .collect();
    // One till is as much as the busier shop has work for: its line only grows.
    assert!(
        waits.len() == 3 && waits[0] > 10.0 * waits[1] && waits[1] > 3.0 * waits[2],
        "{summary}"
    );
}
