//! Offered load, as estimated before a run.

use super::{around, faults_of, loaded};

#[test]
fn work_through_shares_circles_and_holds_adds_up() {
    // 10 an hour; 8 minutes each, again with a quarter: 10 / 60 * 8 / 0.75 busy on average.
    let text = around(
        "{ hold = \"tills\" },
        { use = \"servers\", for = \"8 min\" },
        { let_go = \"tills\" },
        { share = 0.25, steps = [{ go = \"arrive\" }] },
        { leave = \"done\" }",
        "",
    );
    let found = loaded(&text);
    let expected = 80.0 / 60.0 / 0.75;
    for load in &found.loads {
        assert!((load.offered - expected).abs() < 1e-4, "{load:?}");
    }
    assert_eq!(found.loads[0].capacity, 3.0);
    assert!(found.warnings.is_empty(), "{}", found.render());
}

#[test]
fn shares_by_cohort_are_weighted_by_who_comes() {
    let text = around(
        "{ share = { by = [\"acuity\"], rows = { \"1\" = 1, \"2\" = 0.5, else = 0 } }, steps = [{ use = \"servers\", for = { by = [\"acuity\"], rows = { \"1\" = \"10 min\", else = \"1 min\" } } }] },
        { leave = \"done\" }",
        "",
    )
    .replace("[attributes.acuity]", "shares = { acuity = { \"1\" = 0.2, \"2\" = 0.4, \"3\" = 0.4 } }\n[attributes.acuity]");
    let found = loaded(&text);
    // 2 an hour for 10 minutes and 2 an hour for 1 minute.
    assert!(
        (found.loads[0].offered - 22.0 / 60.0).abs() < 1e-9,
        "{:?}",
        found.loads
    );
}

#[test]
fn overload_is_a_warning_with_pool_load_and_capacity() {
    let text = around(
        "{ use = \"servers\", for = \"30 min\" }, { leave = \"done\" }",
        "",
    );
    let printed = loaded(&text).render();
    let message = "warning[S306]: pool \"servers\" of site \"everywhere\" has 3.0 units on average, and work for 5.0 comes to it (167 %)";
    assert!(printed.starts_with(message), "{printed}");
    assert!(
        printed.contains("nobody in this line gives up"),
        "{printed}"
    );
}

#[test]
fn hours_with_nobody_on_are_a_warning_and_a_pool_without_units_is_an_error() {
    let steps = "{ use = \"servers\", for = \"3 min\" }, { leave = \"done\" }";
    let text = around(steps, "").replace(
        "servers = 3",
        "servers = [{ from = \"08:00\", units = 3 }, { from = \"20:00\", units = 0 }]",
    );
    let printed = loaded(&text).render();
    assert!(printed.contains("warning[S305]"), "{printed}");
    assert!(printed.contains("for 84 hours of the week"), "{printed}");
    assert!(printed.contains("first Mon 00:00"), "{printed}");
    let printed = faults_of(&around(steps, "").replace("servers = 3", "servers = 0"));
    assert!(printed.contains("error[S305]"), "{printed}");
}
