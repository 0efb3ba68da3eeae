//! What a value of a scenario means: the words that the schema has for the key it stands under.

use serde_json::Value;

/// The description nearest to the end of a dotted path (`sites.exeter.pools.beds`); none if the schema knows none.
///
/// Names that users give (of sites, paths, steps) may stand where the schema has a list: a step is called by its id.
pub fn meaning<'s>(schema: &'s Value, path: &str) -> Option<&'s str> {
    let parts: Vec<&str> = path.split('.').collect();
    below(schema, schema, &parts).map(|found| found.words)
}

struct Found<'s> {
    /// Parts of the path that the schema knew.
    depth: usize,
    words: &'s str,
}

/// The deepest description on the way down; of alternatives the one that knows most of the path.
fn below<'s>(root: &'s Value, node: &'s Value, parts: &[&str]) -> Option<Found<'s>> {
    let own = node.get("description").and_then(Value::as_str);
    let own = own.map(|words| Found { depth: 0, words });
    let deeper = children(root, node, parts)
        .into_iter()
        .max_by_key(|found| found.depth);
    deeper.or(own)
}

fn children<'s>(root: &'s Value, node: &'s Value, parts: &[&str]) -> Vec<Found<'s>> {
    let mut found = Vec::new();
    // A definition or an alternative stands for the node itself.
    if let Some(name) = node.get("$ref").and_then(Value::as_str) {
        let name = name.trim_start_matches("#/$defs/");
        let definition = root.get("$defs").and_then(|all| all.get(name));
        found.extend(definition.and_then(|definition| below(root, definition, parts)));
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        let each = node.get(key).and_then(Value::as_array);
        let each = each.into_iter().flatten();
        found.extend(each.filter_map(|one| below(root, one, parts)));
    }
    // A description at the node wins over one that its definition has for no more of the path.
    if node.get("description").is_some() {
        found.retain(|found| found.depth > 0);
    }
    let Some((first, rest)) = parts.split_first() else {
        return found;
    };
    let mut go = |child: Option<&'s Value>| {
        let child = child.filter(|child| child.is_object());
        let deeper = child.and_then(|child| below(root, child, rest));
        found.extend(deeper.map(|deeper| Found {
            depth: deeper.depth + 1,
            ..deeper
        }));
    };
    let named = node.get("properties").and_then(|keys| keys.get(first));
    match named {
        Some(named) => go(Some(named)),
        None => {
            go(node.get("additionalProperties"));
            go(node.get("items"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_deepest_description_on_the_way_is_found() {
        let schema = json!({
            "properties": {
                "sites": {
                    "description": "Where services run.",
                    "additionalProperties": { "$ref": "#/$defs/site" },
                },
                "steps": { "items": { "$ref": "#/$defs/step" } },
            },
            "$defs": {
                "site": {
                    "properties": {
                        "pools": {
                            "description": "How many of each pool.",
                            "additionalProperties": { "anyOf": [{ "type": "integer" }, { "$ref": "#/$defs/roster" }] },
                        },
                    },
                },
                "roster": { "properties": { "units": { "description": "Units on duty." } } },
                "step": { "properties": { "for": { "description": "How long it takes.", "$ref": "#/$defs/duration" } } },
                "duration": { "description": "A time." },
            },
        });
        let check = |path: &str, expected: Option<&str>| {
            assert_eq!(meaning(&schema, path), expected, "{path}");
        };
        check("sites", Some("Where services run."));
        check("sites.exeter.pools.beds", Some("How many of each pool."));
        check("sites.exeter.pools.beds.units", Some("Units on duty."));
        check("sites.exeter.unknown", Some("Where services run."));
        check("steps.triage.for", Some("How long it takes."));
        check("nothing.of.this", None);
    }

    #[test]
    fn the_language_has_words_for_what_scenarios_are_made_of() {
        let schema = super::super::schema();
        for path in [
            "run.warm_up",
            "sites.exeter.pools.beds",
            "services.ed.paths.arrive.triage.for",
            "arrivals.walk_ins.rate",
            "fleets.ambulances.speed_kmh",
        ] {
            let words = meaning(&schema, path);
            assert!(
                words.is_some_and(|words| words.ends_with('.')),
                "{path}: {words:?}"
            );
        }
    }
}
