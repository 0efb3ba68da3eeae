//! What a reader needs who does not see the report, uses no mouse, prints it or has scripts off.

use uecsim::report::run_json::Provenance;
use uecsim::report::subject::{Outcome, Subject};
use uecsim::report::{charts, html};

use super::fixture;

fn page(n_alternatives: usize) -> String {
    let comparison = fixture::comparison(n_alternatives);
    let subject = Subject::new(Outcome::Comparison(&comparison));
    let provenance = Provenance {
        command: "uecsim".to_owned(),
        version: "0.1.0".to_owned(),
        ..Provenance::default()
    };
    html::page(&subject, &charts::all(&subject), &provenance)
}

/// Every element of a name: its opening tag and what stands up to its closing one.
fn elements<'p>(page: &'p str, name: &str) -> Vec<(&'p str, &'p str)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    for (at, _) in page.match_indices(&open) {
        let rest = &page[at..];
        let next = rest.as_bytes()[open.len()];
        if next != b' ' && next != b'>' {
            continue;
        }
        let end = rest.find('>').expect("a tag is closed");
        let body = rest.find(&close).expect("an element is closed");
        found.push((&rest[..=end], &rest[end + 1..body]));
    }
    found
}

/// Values of an attribute, in order.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let open = format!(" {name}=\"");
    let values = page.match_indices(&open).map(|(at, _)| {
        let rest = &page[at + open.len()..];
        &rest[..rest.find('"').expect("an attribute is closed")]
    });
    values.collect()
}

#[test]
fn every_picture_has_a_role_a_title_and_words_for_it() {
    let page = page(1);
    let pictures = elements(&page, "svg");
    assert!(pictures.len() > 15, "{}", pictures.len());
    for (tag, body) in pictures {
        assert!(tag.contains(" role=\"img\""), "{tag}");
        let label = attributes(tag, "aria-label");
        assert!(label.len() == 1 && label[0].len() > 40, "{tag}");
        assert!(body.trim_start().starts_with("<title>"), "{}", &body[..60]);
    }
}

#[test]
fn every_table_has_a_caption_and_headers_with_a_scope() {
    for n_alternatives in [0, 1, 3] {
        let page = page(n_alternatives);
        let tables = elements(&page, "table");
        assert!(tables.len() > 15);
        for (_, body) in &tables {
            let captions = elements(body, "caption");
            assert!(captions.len() == 1 && !captions[0].1.is_empty());
            for row in elements(body, "tr") {
                assert!(row.1.starts_with("<th scope="), "{}", row.1);
            }
        }
        for (tag, _) in elements(&page, "th") {
            assert!(
                tag.contains("scope=\"col\"") || tag.contains("scope=\"row\""),
                "{tag}"
            );
        }
    }
}

#[test]
fn every_chart_has_its_numbers_and_files_one_click_away() {
    let page = page(1);
    for (tag, body) in elements(&page, "figure") {
        let id = attributes(tag, "id")[0]
            .strip_prefix("chart-")
            .expect("a figure is a chart");
        for file in [format!("charts/{id}.svg"), format!("charts/{id}.csv")] {
            assert!(attributes(body, "href").contains(&file.as_str()), "{file}");
        }
        let tables = elements(body, "details");
        assert!(tables.len() == 1 && tables[0].1.contains("<td"), "{id}");
    }
}

#[test]
fn ids_are_unique_and_every_link_within_the_page_leads_somewhere() {
    for n_alternatives in [0, 1, 3] {
        let page = page(n_alternatives);
        let mut ids = attributes(&page, "id");
        let n_ids = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), n_ids);
        let targets = attributes(&page, "href").into_iter();
        let targets = targets.filter_map(|target| target.strip_prefix('#'));
        let labels = attributes(&page, "aria-labelledby");
        for target in targets.chain(labels) {
            assert!(ids.binary_search(&target).is_ok(), "#{target}");
        }
    }
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    let page = page(1);
    let levels = page.match_indices("<h").filter_map(|(at, _)| {
        let level = page.as_bytes()[at + 2];
        level.is_ascii_digit().then(|| level - b'0')
    });
    let levels: Vec<u8> = levels.collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    for pair in levels.windows(2) {
        assert!(pair[1] <= pair[0] + 1, "{levels:?}");
    }
}

#[test]
fn a_reader_can_skip_print_and_rest_from_motion() {
    let page = page(1);
    assert!(page.contains("<html lang=\"en-GB\">"));
    assert!(page.contains("class=\"skip\" href=\"#main\""));
    assert!(page.contains("@media print") && page.contains("prefers-reduced-motion"));
    // Whatever the script makes is extra: no content waits for it.
    let (before, script) = page.split_once("<script>").expect("there is a script");
    assert!(!before.contains(" hidden") && !before.contains("onclick"));
    assert!(script.contains("Escape"));
}

/// WCAG 2.2, 1.4.3: contrast of text with white paper.
#[test]
fn text_is_dark_enough() {
    use uecsim::report::charts::theme;
    let part = |value: u8| {
        let share = f64::from(value) / 255.0;
        match share <= 0.04045 {
            true => share / 12.92,
            false => ((share + 0.055) / 1.055).powf(2.4),
        }
    };
    let mut colours = vec![
        theme::INK,
        theme::QUIET,
        theme::STANDARD,
        theme::BETTER,
        theme::WORSE_TEXT,
    ];
    colours.extend((0..theme::MAX_SERIES).map(|series| theme::series(series).text));
    for colour in colours {
        let light = 0.2126 * part(colour.0) + 0.7152 * part(colour.1) + 0.0722 * part(colour.2);
        let contrast = 1.05 / (light + 0.05);
        assert!(contrast >= 4.5, "{colour:?}: {contrast:.1}");
    }
}
