//! Names of figures with whole numbers in them: `p_delay_<n>_beds` stands for `p_delay_9_beds`, `p_delay_10_beds`, …

use super::formula::Variables;

/// A name in which `<n>` stands for a whole number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Words(String),
    Number(String),
}

impl Pattern {
    /// None if an angle bracket is not closed or encloses no name.
    pub fn new(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((words, behind)) = rest.split_once('<') {
            let (name, behind) = behind.split_once('>')?;
            let is_name = |c: char| c.is_ascii_alphabetic() || c == '_';
            if name.is_empty() || !name.chars().all(is_name) {
                return None;
            }
            parts.push(Part::Words(words.to_owned()));
            parts.push(Part::Number(name.to_owned()));
            rest = behind;
        }
        parts.push(Part::Words(rest.to_owned()));
        Some(Self {
            text: text.to_owned(),
            parts,
        })
    }

    /// The numbers of a name that fits; none if it does not.
    pub fn matches(&self, name: &str) -> Option<Variables> {
        let mut rest = name;
        let mut variables = Variables::new();
        for part in &self.parts {
            match part {
                Part::Words(words) => rest = rest.strip_prefix(words.as_str())?,
                Part::Number(name) => {
                    let end = rest.find(|c: char| !c.is_ascii_digit());
                    let (digits, behind) = rest.split_at(end.unwrap_or(rest.len()));
                    variables.push((name.clone(), digits.parse().ok()?));
                    rest = behind;
                }
            }
        }
        rest.is_empty().then_some(variables)
    }
}

/// `text` with `<n>` replaced by the number of that name.
pub fn fill_in(text: &str, variables: &Variables) -> String {
    variables
        .iter()
        .fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("<{name}>"), &value.to_string())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_finds_the_numbers_of_a_name() {
        let pattern = Pattern::new("asu_<a>+<b>_beds").expect("it is a pattern");
        let expected = vec![("a".to_owned(), 11), ("b".to_owned(), 4)];
        assert_eq!(pattern.matches("asu_11+4_beds"), Some(expected.clone()));
        assert_eq!(pattern.matches("asu_11+_beds"), None);
        assert_eq!(pattern.matches("asu_11+4_beds_more"), None);
        assert_eq!(fill_in("<a> and <b>", &expected), "11 and 4");
        assert_eq!(Pattern::new("asu_<a"), None);
    }
}
