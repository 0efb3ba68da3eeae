//! A page to draw on in the chart's units, and panels with their own axes.
//!
//! Thin over plotters: it fixes the text style, hides the scale of the backend, and turns a finished drawing into SVG.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::report::fonts::font_faces;

use super::svg::{Page, SCALE, SvgBackend, escape, following};
use super::theme::{self, Marker};

const DRAWN: &str = "drawing to memory cannot fail";

/// How a piece of text looks.
#[derive(Clone, Copy, Debug)]
pub struct Lettering {
    pub size: f64,
    pub bold: bool,
    pub colour: RGBColor,
    pub align: Align,
    /// With a white edge, for text that may stand on lines.
    pub halo: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

impl Lettering {
    pub fn plain(size: f64, colour: RGBColor) -> Self {
        Self {
            size,
            bold: false,
            colour,
            align: Align::Left,
            halo: false,
        }
    }

    pub fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    pub fn halo(self) -> Self {
        Self { halo: true, ..self }
    }
}

/// A line's colour, width in units and SVG dash pattern.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    pub colour: RGBColor,
    pub width: f64,
    pub dash: &'static str,
}

impl Stroke {
    pub fn solid(colour: RGBColor, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: "",
        }
    }
}

pub struct Canvas {
    area: DrawingArea<SvgBackend, Shift>,
    page: Rc<RefCell<Page>>,
    pub width: f64,
    pub height: f64,
}

/// Anything that maps its own coordinates to the page can be drawn on.
pub type PanelCoordinates = Cartesian2d<RangedCoordf64, RangedCoordf64>;

impl Canvas {
    pub fn new(width: f64, height: f64) -> Self {
        let page = Rc::new(RefCell::new(Page::default()));
        let area = SvgBackend::new(Rc::clone(&page), width, height).into_drawing_area();
        Self {
            area,
            page,
            width,
            height,
        }
    }

    /// The drawing as an SVG document; `title` names it, `description` is for those who cannot see it. One that stands
    /// alone carries its fonts, so that no word is wider than the room made for it; a page has them once.
    pub fn into_svg(self, title: &str, description: &str, is_alone: bool) -> String {
        let (width, height) = (self.width, self.height);
        let (title, description) = (escape(title), escape(description));
        let fonts = match is_alone {
            true => format!("<style>\n{}</style>\n", font_faces()),
            false => String::new(),
        };
        let families = theme::FONT_FAMILIES;
        let page = self.page.borrow();
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\" aria-label=\"{description}\" font-family=\"{families}\">\n<title>{title}</title>\n{fonts}\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n{}</svg>\n",
            page.body
        )
    }

    /// Text with its capitals centred on `y`, followed by another in whatever font the two are shown.
    pub fn text_pair(&self, x: f64, y: f64, first: (&str, Lettering), second: (&str, Lettering)) {
        self.page.borrow_mut().tail = following(second.0, second.1);
        self.text(x, y, first.0, first.1);
    }

    /// Text with its capitals centred on `y`.
    pub fn text(&self, x: f64, y: f64, text: &str, lettering: Lettering) {
        let weight = if lettering.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        };
        let horizontal = match lettering.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let font = FontDesc::new(FontFamily::SansSerif, lettering.size * SCALE, weight);
        let style = TextStyle::from(font)
            .color(&lettering.colour)
            .pos(Pos::new(horizontal, VPos::Center));
        self.page.borrow_mut().halo = lettering.halo;
        self.area
            .draw(&Text::new(text, pixel(x, y), style))
            .expect(DRAWN);
    }

    pub fn line(&self, points: &[(f64, f64)], stroke: Stroke) {
        let points: Vec<(i32, i32)> = points.iter().map(|&(x, y)| pixel(x, y)).collect();
        self.with_dash(stroke.dash, || {
            self.area
                .draw(&PathElement::new(points, pen(stroke)))
                .expect(DRAWN);
        });
    }

    pub fn rectangle(&self, x: Range<f64>, y: Range<f64>, fill: RGBColor) {
        let corners = [pixel(x.start, y.start), pixel(x.end, y.end)];
        self.area
            .draw(&Rectangle::new(corners, fill.filled()))
            .expect(DRAWN);
    }

    pub fn outline(&self, x: Range<f64>, y: Range<f64>, stroke: Stroke) {
        let corners = [pixel(x.start, y.start), pixel(x.end, y.end)];
        self.area
            .draw(&Rectangle::new(corners, pen(stroke)))
            .expect(DRAWN);
    }

    /// A filled shape with these corners, to be drawn over without hiding what is below.
    pub fn band(&self, corners: &[(f64, f64)], fill: RGBColor, opacity: f64) {
        let corners: Vec<(i32, i32)> = corners.iter().map(|&(x, y)| pixel(x, y)).collect();
        self.area
            .draw(&Polygon::new(corners, fill.mix(opacity).filled()))
            .expect(DRAWN);
    }

    /// What `draw` draws says these words when it is pointed at.
    pub fn tip(&self, words: &str, draw: impl FnOnce()) {
        let open = format!("<g class=\"tip\"><title>{}</title>\n", escape(words));
        self.page.borrow_mut().body.push_str(&open);
        draw();
        self.page.borrow_mut().body.push_str("</g>\n");
    }

    /// A point with a white edge, so that it stands out from lines; `filled` or hollow.
    pub fn marker(&self, x: f64, y: f64, marker: Marker, colour: RGBColor, filled: bool) {
        match filled {
            true => self.edged_marker((x, y), marker, colour, Stroke::solid(theme::PAPER, 1.0)),
            false => self.edged_marker((x, y), marker, theme::PAPER, Stroke::solid(colour, 2.0)),
        }
    }

    /// A point filled and edged in colours of its own.
    pub fn edged_marker(&self, (x, y): (f64, f64), marker: Marker, inside: RGBColor, edge: Stroke) {
        let r = theme::MARKER_RADIUS;
        let corners: Vec<(f64, f64)> = match marker {
            Marker::Circle => {
                let radius = (r * SCALE) as i32;
                self.area
                    .draw(&Circle::new(pixel(x, y), radius, inside.filled()))
                    .expect(DRAWN);
                self.area
                    .draw(&Circle::new(pixel(x, y), radius, pen(edge)))
                    .expect(DRAWN);
                return;
            }
            Marker::Square => vec![
                (-0.9, -0.9),
                (0.9, -0.9),
                (0.9, 0.9),
                (-0.9, 0.9),
                (-0.9, -0.9),
            ],
            Marker::Triangle => vec![(0.0, -1.25), (1.15, 0.85), (-1.15, 0.85), (0.0, -1.25)],
            Marker::TriangleDown => vec![(0.0, 1.25), (1.15, -0.85), (-1.15, -0.85), (0.0, 1.25)],
            Marker::Diamond => vec![
                (0.0, -1.3),
                (1.3, 0.0),
                (0.0, 1.3),
                (-1.3, 0.0),
                (0.0, -1.3),
            ],
        };
        let corners: Vec<(f64, f64)> = corners
            .into_iter()
            .map(|(dx, dy)| (x + dx * r, y + dy * r))
            .collect();
        let shape: Vec<(i32, i32)> = corners.iter().map(|&(x, y)| pixel(x, y)).collect();
        self.area
            .draw(&Polygon::new(shape, inside.filled()))
            .expect(DRAWN);
        self.line(&corners, edge);
    }

    /// A panel whose data range fills the page from `x` to `y` (top to bottom).
    pub fn panel(
        &self,
        x: Range<f64>,
        y: Range<f64>,
        x_data: Range<f64>,
        y_data: Range<f64>,
    ) -> Panel<'_> {
        let (left, top) = pixel(x.start, y.start);
        let (right, bottom) = pixel(x.end, y.end);
        let coordinates =
            PanelCoordinates::new(x_data.clone(), y_data.clone(), (left..right, bottom..top));
        let area = self.area.apply_coord_spec(coordinates);
        Panel {
            canvas: self,
            area,
            x,
            y,
            x_data,
            y_data,
        }
    }

    fn with_dash(&self, dash: &'static str, draw: impl FnOnce()) {
        self.page.borrow_mut().dash = dash;
        draw();
        self.page.borrow_mut().dash = "";
    }
}

/// Part of the page with axes; points are given in data units.
pub struct Panel<'c> {
    pub canvas: &'c Canvas,
    area: DrawingArea<SvgBackend, PanelCoordinates>,
    /// On the page.
    pub x: Range<f64>,
    pub y: Range<f64>,
    pub x_data: Range<f64>,
    pub y_data: Range<f64>,
}

impl Panel<'_> {
    /// Position on the page of a value on the x axis.
    pub fn x_at(&self, value: f64) -> f64 {
        let share = (value - self.x_data.start) / (self.x_data.end - self.x_data.start);
        self.x.start + share * (self.x.end - self.x.start)
    }

    /// Position on the page of a value on the y axis.
    pub fn y_at(&self, value: f64) -> f64 {
        let share = (value - self.y_data.start) / (self.y_data.end - self.y_data.start);
        self.y.end - share * (self.y.end - self.y.start)
    }

    pub fn line(&self, points: Vec<(f64, f64)>, stroke: Stroke) {
        self.canvas.with_dash(stroke.dash, || {
            self.area
                .draw(&PathElement::new(points, pen(stroke)))
                .expect(DRAWN);
        });
    }

    /// A band between `low` and `high`, given along the same x.
    pub fn ribbon(&self, low: &[(f64, f64)], high: &[(f64, f64)], colour: RGBColor) {
        let around: Vec<(f64, f64)> = high
            .iter()
            .copied()
            .chain(low.iter().rev().copied())
            .collect();
        let fill = colour.mix(theme::RIBBON_OPACITY).filled();
        self.area.draw(&Polygon::new(around, fill)).expect(DRAWN);
    }
}

fn pixel(x: f64, y: f64) -> (i32, i32) {
    ((x * SCALE + 0.5) as i32, (y * SCALE + 0.5) as i32)
}

fn pen(stroke: Stroke) -> ShapeStyle {
    stroke.colour.stroke_width((stroke.width * SCALE) as u32)
}
