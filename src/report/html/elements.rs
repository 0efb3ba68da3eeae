//! The few HTML elements the report is made of. Text given to them is escaped here.

use crate::report::charts::svg::escape;

/// A table cell; the first of a row is its header.
pub struct Cell {
    html: String,
    class: String,
}

impl Cell {
    pub fn words(text: &str) -> Self {
        let class = if text.len() > 40 { "words" } else { "" };
        Self {
            html: escape(text),
            class: class.to_owned(),
        }
    }

    pub fn code(text: &str) -> Self {
        Self {
            html: format!("<code>{}</code>", escape(text)),
            class: "words".to_owned(),
        }
    }

    /// A dotted path or a file name, which may break after its parts.
    pub fn path(text: &str) -> Self {
        let mut html = escape(text);
        for part in ['.', '/', '_'] {
            html = html.replace(part, &format!("{part}<wbr>"));
        }
        Self {
            html: format!("<code>{html}</code>"),
            class: "words".to_owned(),
        }
    }

    /// A word in the colour of a class of the style sheet.
    pub fn coloured(word: &str, class: &str) -> Self {
        Self {
            html: escape(word),
            class: class.to_owned(),
        }
    }

    /// A word that also has a colour, by its class.
    pub fn verdict(word: &str) -> Self {
        Self {
            html: escape(word),
            class: word.replace(' ', "-"),
        }
    }
}

/// A table that scrolls by itself where it is wider than the page.
pub fn table(caption: &str, columns: &[String], rows: impl Iterator<Item = Vec<Cell>>) -> String {
    let caption = escape(caption);
    let head: String = columns
        .iter()
        .map(|column| format!("<th scope=\"col\">{}</th>", escape(column)))
        .collect();
    let mut html = format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table: {caption}\">\n<table>\n\
         <caption>{caption}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    );
    for row in rows {
        html.push_str("<tr>");
        for (position, cell) in row.iter().enumerate() {
            let class = if cell.class.is_empty() {
                String::new()
            } else {
                format!(" class=\"{}\"", cell.class)
            };
            match position {
                0 => html.push_str(&format!("<th scope=\"row\"{class}>{}</th>", cell.html)),
                _ => html.push_str(&format!("<td{class}>{}</td>", cell.html)),
            }
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    html
}

/// `body` is HTML.
pub fn details(summary: &str, body: &str) -> String {
    format!(
        "<details>\n<summary>{}</summary>\n{body}</details>\n",
        escape(summary)
    )
}

pub fn paragraph(class: &str, text: &str) -> String {
    let class = if class.is_empty() {
        String::new()
    } else {
        format!(" class=\"{class}\"")
    };
    format!("<p{class}>{}</p>\n", escape(text))
}

/// `body` is HTML.
pub fn section(id: &str, heading: &str, body: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-heading\">\n<h2 id=\"{id}-heading\">{heading}</h2>\n{body}</section>\n"
    )
}
