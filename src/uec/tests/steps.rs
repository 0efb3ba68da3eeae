use crate::engine::program::{
    ChanceId, DispositionId, DurationId, HoldSlot, MarkId, OptionalMark, Patience, PoolId, SiteId,
    Step, StepId, WaitId,
};
use crate::engine::streams::purpose_key;

use super::{around, loaded, loaded_with, steps_of};

const SITE: SiteId = SiteId(0);

fn leave(disposition: u16) -> Step {
    Step::Leave {
        disposition: DispositionId(disposition),
        site: SITE,
    }
}

#[test]
fn a_simple_path_becomes_the_steps_it_says() {
    let text = around(
        "{ mark = \"arrived\" },
        { use = \"servers\", for = \"8 min\", id = \"serve\" },
        { hold = \"tills\", as = \"till\" },
        { wait = { exponential = { mean = \"2 min\" } }, id = \"pay\" },
        { let_go = \"till\" },
        { share = 0.25, id = \"again\", steps = [{ leave = \"unhappy\" }], else = [{ leave = \"happy\" }] },",
        "",
    );
    let (steps, program) = steps_of(&text);
    let slot = HoldSlot(0);
    let expected = [
        Step::Mark {
            mark: MarkId(0),
            site: SITE,
        },
        Step::Use {
            pool: PoolId(0),
            wait: WaitId(0),
            duration: DurationId(0),
        },
        Step::Hold {
            slot,
            units: 1,
            pool: PoolId(1),
            wait: WaitId(1),
        },
        Step::Wait {
            duration: DurationId(1),
        },
        Step::LetGo { slot },
        Step::Share {
            chance: ChanceId(0),
            otherwise: StepId(8),
        },
        leave(0),
        leave(1),
    ];
    assert_eq!(steps, expected);
    assert_eq!(program.draws[2].purpose, purpose_key("shop.arrive.serve"));
    assert_eq!(program.streams[0].entry, StepId(1));
    assert_eq!(program.chances[0].cumulative, [0.25, 1.0]);
    assert_eq!(program.faults(), Vec::<String>::new());
}

#[test]
fn names_are_kept_for_reports() {
    let text = around(
        "{ mark = \"arrived\" }, { wait = \"1 min\" }, { leave = \"done\" }",
        "",
    );
    let model = loaded(&text).model;
    assert_eq!(model.names.marks, ["shop.arrived"]);
    assert_eq!(model.names.dispositions, ["done"]);
    assert_eq!(model.names.steps[2], "shop.arrive.2");
    assert_eq!(model.names.sites[0].id, "everywhere");
    assert_eq!(model.names.pools.len(), 2);
    assert_eq!(model.name, "a");
    assert_eq!(model.files.len(), 1);
}

#[test]
fn a_use_with_a_mark_at_its_start_is_one_step() {
    let text = around(
        "{ use = \"servers\", for = \"8 min\", at_start = \"seen\" }, { leave = \"done\" }",
        "",
    );
    let program = loaded(&text).model.program;
    let expected = [
        Step::Enter { group: 0 },
        Step::Use {
            pool: PoolId(0),
            wait: WaitId(0),
            duration: DurationId(0),
        },
        leave(0),
    ];
    assert_eq!(program.steps, expected);
    assert_eq!(program.draws[1].at_start, OptionalMark(0));
    assert_eq!(program.draws[1].site, SITE);
    assert_eq!(program.draws[2].at_start, OptionalMark::NONE);
}

#[test]
fn a_use_that_is_held_under_a_name_is_written_out() {
    let text = around(
        "{ use = \"servers\", for = \"8 min\", as = \"server\", at_start = \"seen\" }, { leave = \"done\" }",
        "",
    );
    let (steps, _) = steps_of(&text);
    let slot = HoldSlot(0);
    let expected = [
        Step::Hold {
            slot,
            units: 1,
            pool: PoolId(0),
            wait: WaitId(0),
        },
        Step::Mark {
            mark: MarkId(0),
            site: SITE,
        },
        Step::Wait {
            duration: DurationId(0),
        },
        Step::LetGo { slot },
        leave(0),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn whoever_gives_up_leaves_or_does_what_is_written() {
    let text = around(
        "{ hold = \"servers\", leave_after = \"1 h\", rank = \"acuity\", id = \"server\" },
        { let_go = \"servers\" },
        { hold = \"tills\", limit = 2, otherwise = [{ mark = \"turned_away\" }] },
        { leave = \"done\" }",
        "",
    );
    let (steps, program) = steps_of(&text);
    let first = &program.waits[0];
    assert!(matches!(first.patience, Patience::Drawn(_)));
    assert_eq!(
        first.patience_purpose,
        purpose_key("shop.arrive.server#patience")
    );
    let left = program.steps[first.otherwise.index()];
    let Step::Leave { disposition, .. } = left else {
        panic!("{left:?}")
    };
    let names = loaded(&text).model.names;
    assert_eq!(names.dispositions[disposition.index()], "left");
    // What is written aside goes on with the step after the one that was given up.
    let second = &program.waits[1];
    assert_eq!(second.limit, Some(2));
    let aside = second.otherwise.index();
    assert!(matches!(program.steps[aside], Step::Mark { .. }));
    assert_eq!(program.steps[aside + 1], Step::Jump { to: StepId(4) });
    assert_eq!(steps[3], leave(0));
}

#[test]
fn branches_meet_again_and_circles_count_their_visits() {
    let text = around(
        "{ when = { acuity = [\"1\", \"2\"] }, steps = [{ wait = \"1 min\" }], else = [{ wait = \"2 min\" }] },
        { choose = \"what\", id = \"what\", to = { out = [{ leave = \"out\" }], round = \"arrive\" } },",
        "[choices.what]
        by = [\"acuity\"]
        outcomes = [\"out\", \"round\"]
        rows = [{ acuity = \"1\", shares = [0.9, 0.1] }, { shares = [1, 0] }]",
    );
    let (steps, program) = steps_of(&text);
    assert!(matches!(steps[0], Step::When { .. }));
    let rows = &program.selectors[0];
    assert_eq!(rows.dimensions[0].1, [0, 0, 1]);
    assert_eq!(rows.rows, [0, 1]);
    assert_eq!(steps[2], Step::Jump { to: StepId(5) });
    let Step::Choose { chance, first } = steps[4] else {
        panic!("{:?}", steps[4])
    };
    let chance = &program.chances[chance.index()];
    assert_eq!(chance.selector.dimensions[0].1, [0, 1, 1]);
    assert_eq!(chance.cumulative, [0.9, 1.0, 1.0, 1.0]);
    // Coming round again is a visit, so that draws are new ones.
    let round = program.branches[first as usize + 1].index();
    assert!(matches!(program.steps[round], Step::Enter { .. }));
    assert_eq!(program.steps[round + 1], Step::Jump { to: StepId(1) });
}

#[test]
fn weights_move_every_row_and_leave_shares() {
    let steps = "{ choose = \"what\", to = { a = [{ leave = \"a\" }], b = [{ leave = \"b\" }], c = [{ leave = \"c\" }] } }";
    let cumulative = |weights: &str| {
        let choice = format!(
            "[choices.what]
            by = [\"acuity\"]
            outcomes = [\"a\", \"b\", \"c\"]
            {weights}
            rows = [{{ acuity = \"1\", shares = [0.5, 0.3, 0.2] }}, {{ shares = [0, 0, 1] }}]"
        );
        let program = loaded(&around(steps, &choice)).model.program;
        program.chances[0].cumulative.clone()
    };
    assert_eq!(
        cumulative("weights = { a = 1, b = 1.0 }"),
        cumulative(""),
        "weights of 1 are none"
    );
    // 0.5, 0.6 and 0.1 of 1.2; the other row has one outcome and keeps it.
    let weighed = cumulative("weights = { b = 2, c = 0.5 }");
    let expected = [5.0 / 12.0, 11.0 / 12.0, 1.0, 0.0, 0.0, 1.0];
    for (got, wanted) in weighed.iter().zip(expected) {
        assert!((got - wanted).abs() < 1e-12, "{weighed:?}");
    }
    assert_eq!(weighed.len(), expected.len());
}

#[test]
fn a_change_multiplies_weights_and_keeps_surge_units_whole() {
    let scenario = around(
        "{ share = { choice_of = \"stays\" }, steps = [{ use = \"servers\", for = \"1 min\" }] }, { leave = \"done\" }",
        "[choices.stays]
        outcomes = [\"yes\", \"no\"]
        shares = [0.5, 0.5]
        weights = { yes = 1 }
        [triggers.full]
        of = { waiting = \"servers\" }
        on = 5
        [sites.shop]
        services = [\"shop\"]
        place = { x = 0, y = 0 }
        [sites.shop.pools]
        servers = 3
        tills = 2
        [sites.shop.surge]
        servers = { when = \"full\", units = 7 }",
    );
    let change = "title = \"More\"\nassumed = \"a test\"\n[set]\n\"choices.stays.weights.yes\" = { multiply = 3 }\n\"sites.shop.surge.servers.units\" = { multiply = 1.1 }\n";
    let scenario = format!("changes = [\"more\"]\n{scenario}");
    let program = loaded_with(&[("a.toml", &scenario), ("changes/more.toml", change)])
        .model
        .program;
    assert_eq!(program.chances[0].cumulative, [0.75, 1.0]);
    let surges: Vec<u32> = (program.pools.iter())
        .flat_map(|pool| pool.surges.iter().map(|surge| surge.units))
        .collect();
    assert_eq!(surges, [8]);
}

#[test]
fn tables_look_at_time_queues_and_what_is_held() {
    let text = around(
        "{ hold = \"servers\", as = \"server\" },
        { wait = { by = [\"hour\", \"day\", \"open:late\", \"held:server\", { waiting = \"tills\", bands = [1, 5] }], rows = [
            { hour = \"8-9\", day = \"Sat-Sun\", is = \"1 min\" },
            { \"waiting:tills\" = \"5\", \"open:late\" = \"yes\", \"held:server\" = \"yes\", is = \"2 min\" },
            { is = \"3 min\" } ] } },
        { leave = \"done\" }",
        "[windows]
        late = \"20:00-24:00\"",
    );
    let program = loaded(&text).model.program;
    let duration = program.durations.last().expect("one duration");
    assert_eq!(duration.samplers.len(), 3);
    assert_eq!(duration.selector.dimensions.len(), 5);
    assert_eq!(duration.selector.rows.len(), 32);
    let hours = &duration.selector.dimensions[0].1;
    assert_eq!(hours.iter().filter(|step| **step != hours[0]).count(), 2);
}

#[test]
fn things_held_at_different_times_share_slots_and_others_do_not() {
    let pools: Vec<String> = (0..8).map(|n| format!("p{n} = 1")).collect();
    let holds: Vec<String> = (0..8)
        .map(|n| format!("{{ hold = \"p{n}\" }}, {{ hold = \"tills\" }}, {{ let_go = [\"p{n}\", \"tills\"] }}"))
        .collect();
    let text = around(&format!("{}, {{ leave = \"done\" }}", holds.join(", ")), "");
    let text = text.replace("tills = 2", &format!("tills = 2, {}", pools.join(", ")));
    let (steps, _) = steps_of(&text);
    for step in &steps {
        if let Step::Hold { slot, .. } | Step::LetGo { slot } = step {
            assert!(slot.0 < 2, "{step:?}");
        }
    }
    let all: Vec<String> = (0..8).map(|n| format!("{{ hold = \"p{n}\" }}")).collect();
    let text = around(&format!("{}, {{ leave = \"done\" }}", all.join(", ")), "");
    let text = text.replace("tills = 2", &format!("tills = 2, {}", pools.join(", ")));
    assert!(super::faults_of(&text).contains("more than 6 things are held"));
}

#[test]
fn what_is_taken_together_lies_side_by_side() {
    let text = around(
        "{ hold = \"tills\" },
        { hold_all = [\"servers\", \"tills2\"], as = \"both\" },
        { wait = \"1 min\" },
        { let_go = \"both\" },
        { leave = \"done\" }",
        "",
    )
    .replace("tills = 2", "tills = 2, tills2 = 1");
    let (steps, _) = steps_of(&text);
    let Step::HoldAll { slot, .. } = steps[1] else {
        panic!("{:?}", steps[1])
    };
    assert_eq!(steps[3], Step::LetGo { slot });
    assert_eq!(
        steps[4],
        Step::LetGo {
            slot: HoldSlot(slot.0 + 1)
        }
    );
    let Step::Hold { slot: other, .. } = steps[0] else {
        panic!("{:?}", steps[0])
    };
    assert!(other.0 != slot.0 && other.0 != slot.0 + 1);
}

#[test]
fn clocks_are_given_to_marks_that_durations_begin_at() {
    let text = around(
        "{ mark = \"arrived\" }, { wait = \"1 min\" }, { mark = \"departed\" }, { leave = \"done\" }",
        "[measures.time]
        kind = \"duration\"
        from = \"shop.arrived\"
        to = \"shop.departed\"
        statistics = [\"mean\", \"p90\", \"within 4 h\"]
        by = [\"site\", \"acuity\"]
        [charts.time]
        kind = \"survival\"
        measures = [\"time\"]
        lines = [\"4 h\"]",
    );
    let model = loaded(&text).model;
    assert_eq!(model.program.mark_clocks, [Some(0), None]);
    assert_eq!(model.program.n_clocks, 1);
    assert_eq!(model.measures[0].unit, "min");
    assert!(model.measures[0].by_site);
    assert_eq!(model.charts[0].measures, [0]);
    assert_eq!(model.charts[0].lines, [240.0]);
}

#[test]
fn an_id_is_given_once_except_in_branches_that_exclude_each_other() {
    let shared = "{ share = 0.5, id = \"which\", steps = [{ wait = \"1 min\", id = \"stay\" }], else = [{ wait = \"2 min\", id = \"stay\" }] }, { leave = \"done\" }";
    let (steps, program) = steps_of(&around(shared, ""));
    assert_eq!(program.draws[2].purpose, program.draws[4].purpose);
    assert_eq!(steps.len(), 5);
    let twice = "{ wait = \"1 min\", id = \"stay\" }, { share = 0.5, steps = [{ wait = \"1 min\", id = \"stay\" }] }, { leave = \"done\" }";
    let printed = super::faults_of(&around(twice, ""));
    assert!(
        printed.contains("error[S207]: two steps of this path have the id \"stay\""),
        "{printed}"
    );
}
