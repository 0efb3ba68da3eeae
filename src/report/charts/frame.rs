//! Puts a plot on a page: title, subtitle and reading aid around it, or bare for a page that has them as text.

use super::canvas::{Canvas, Lettering};
use super::theme::{
    self, FOOTER_SIZE, INK, LINE_HEIGHT, MARGIN, QUIET, SUBTITLE_SIZE, TITLE_SIZE, WIDTH,
};
use super::{Chart, Drawing, text};

/// `read` is the scenario's reading aid; empty for that of the kind.
pub fn compose(id: &str, read: &str, drawing: Drawing<'_>) -> Chart {
    let read = reading_aid(read, &drawing);
    let inline = Canvas::new(WIDTH, drawing.height);
    (drawing.paint)(&inline, 0.0);
    let svg = document(&drawing, &read);
    Chart {
        id: id.to_owned(),
        inline: inline.into_svg(&drawing.title, &drawing.alt, false),
        svg,
        title: drawing.title,
        subtitle: drawing.subtitle,
        read,
        alt: drawing.alt,
        table: drawing.table,
    }
}

fn reading_aid(read: &str, drawing: &Drawing<'_>) -> String {
    let text = if read.trim().is_empty() {
        drawing.read
    } else {
        read.trim()
    };
    if text.to_lowercase().starts_with("how to read") {
        text.to_owned()
    } else {
        format!("How to read this: {text}")
    }
}

fn document(drawing: &Drawing<'_>, read: &str) -> String {
    let room = WIDTH - 2.0 * MARGIN;
    let title = text::wrap_evenly(&drawing.title, TITLE_SIZE, true, room);
    let subtitle = text::wrap(&drawing.subtitle, SUBTITLE_SIZE, false, room);
    let footer = text::wrap(read, FOOTER_SIZE, false, room);
    let lines = |lines: &[String], size: f64| lines.len() as f64 * size * LINE_HEIGHT;
    let plot_top =
        MARGIN + lines(&title, TITLE_SIZE) + 4.0 + lines(&subtitle, SUBTITLE_SIZE) + 12.0;
    let footer_top = plot_top + drawing.height + 12.0;
    let height = (footer_top + lines(&footer, FOOTER_SIZE) + MARGIN).ceil();

    let canvas = Canvas::new(WIDTH, height);
    let under_title = paragraph(
        &canvas,
        MARGIN,
        &title,
        Lettering::plain(TITLE_SIZE, INK).bold(),
    );
    paragraph(
        &canvas,
        under_title + 4.0,
        &subtitle,
        Lettering::plain(SUBTITLE_SIZE, QUIET),
    );
    (drawing.paint)(&canvas, plot_top);
    let rule = super::canvas::Stroke::solid(theme::GRID, 1.0);
    canvas.line(
        &[
            (MARGIN, footer_top - 5.0),
            (WIDTH - MARGIN, footer_top - 5.0),
        ],
        rule,
    );
    paragraph(
        &canvas,
        footer_top,
        &footer,
        Lettering::plain(FOOTER_SIZE, QUIET),
    );
    canvas.into_svg(&drawing.title, &drawing.alt, true)
}

/// Lines of text from `top` down; the height below the last.
fn paragraph(canvas: &Canvas, top: f64, lines: &[String], lettering: Lettering) -> f64 {
    let step = lettering.size * LINE_HEIGHT;
    for (position, line) in lines.iter().enumerate() {
        canvas.text(
            MARGIN,
            top + (position as f64 + 0.5) * step,
            line,
            lettering,
        );
    }
    top + lines.len() as f64 * step
}
