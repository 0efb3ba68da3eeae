//! A plotters backend that writes compact SVG in quarter units.
//!
//! Plotters positions things on whole pixels, which shows as steps in lines. Here a pixel of plotters is a quarter of the
//! chart's unit, and numbers are written back divided by four. The page is a string shared with the canvas, so that text
//! before and after drawing can be added; dashes, which plotters has no notion of for SVG, are a property of the pen.

use std::cell::RefCell;
use std::convert::Infallible;
use std::fmt::Write;
use std::rc::Rc;

use plotters::style::RGBColor;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};

use super::canvas::Lettering;
use super::text;

/// Plotters' pixels per unit of the chart.
pub const SCALE: f64 = 4.0;

/// What has been drawn so far, and the dash of the pen.
#[derive(Default)]
pub struct Page {
    pub body: String,
    /// SVG dash pattern in the chart's units; empty is solid.
    pub dash: &'static str,
    /// Text gets a white edge.
    pub halo: bool,
    /// Goes into the next text, after it.
    pub tail: String,
}

pub struct SvgBackend {
    page: Rc<RefCell<Page>>,
    size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl SvgBackend {
    /// Shape: `width` and `height` in the chart's units.
    pub fn new(page: Rc<RefCell<Page>>, width: f64, height: f64) -> Self {
        let size = ((width * SCALE) as u32, (height * SCALE) as u32);
        Self { page, size }
    }

    fn write(&self, element: std::fmt::Arguments<'_>) -> Drawn {
        let mut page = self.page.borrow_mut();
        page.body
            .write_fmt(element)
            .expect("writing to a string cannot fail");
        page.body.push('\n');
        Ok(())
    }

    fn stroke<S: BackendStyle>(&self, style: &S) -> String {
        let mut stroke = format!("stroke=\"{}\"", colour(style.color()));
        if style.stroke_width() != SCALE as u32 {
            let _ = write!(
                stroke,
                " stroke-width=\"{}\"",
                quarter(style.stroke_width() as i32)
            );
        }
        let dash = self.page.borrow().dash;
        if !dash.is_empty() {
            let _ = write!(stroke, " stroke-dasharray=\"{dash}\"");
        }
        stroke + &opacity(style.color())
    }
}

impl DrawingBackend for SvgBackend {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let (x, y) = (quarter(a.0.min(b.0)), quarter(a.1.min(b.1)));
        let (width, height) = (quarter((b.0 - a.0).abs()), quarter((b.1 - a.1).abs()));
        let paint = if fill {
            format!(
                "fill=\"{}\"{}",
                colour(style.color()),
                opacity(style.color())
            )
        } else {
            format!("fill=\"none\" {}", self.stroke(style))
        };
        self.write(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {paint}/>"
        ))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let stroke = self.stroke(style);
        self.write(format_args!(
            "<path d=\"{}\" fill=\"none\" {stroke}/>",
            relative(path)
        ))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let (fill, opacity) = (colour(style.color()), opacity(style.color()));
        self.write(format_args!(
            "<path d=\"{}z\" fill=\"{fill}\"{opacity}/>",
            relative(path)
        ))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let paint = if fill {
            format!(
                "fill=\"{}\"{}",
                colour(style.color()),
                opacity(style.color())
            )
        } else {
            format!("fill=\"none\" {}", self.stroke(style))
        };
        let (x, y, r) = (quarter(at.0), quarter(at.1), quarter(radius as i32));
        self.write(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {paint}/>"
        ))
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let size = style.size();
        // The baseline is placed here because viewers disagree about `dominant-baseline`: the capitals' height of
        // these fonts is 0.72 of the size.
        let rise = match style.anchor().v_pos {
            VPos::Top => 0.72 * size,
            VPos::Center => 0.36 * size,
            VPos::Bottom => 0.0,
        };
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => " text-anchor=\"middle\"",
            HPos::Right => " text-anchor=\"end\"",
        };
        let weight = if matches!(style.style(), FontStyle::Bold) {
            " font-weight=\"bold\""
        } else {
            ""
        };
        let (x, y) = (
            quarter(at.0),
            quarter((f64::from(at.1) + rise + 0.5) as i32),
        );
        let (size, fill) = (quarter(size as i32), colour(style.color()));
        let tail = std::mem::take(&mut self.page.borrow_mut().tail);
        let edge = if self.page.borrow().halo {
            " stroke=\"#FFFFFF\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        } else {
            ""
        };
        self.write(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{fill}\"{weight}{anchor}{edge}>{}{tail}</text>",
            escape(text)
        ))
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let bold = matches!(style.style(), FontStyle::Bold);
        Ok((
            text::width(text, style.size(), bold) as u32,
            style.size() as u32,
        ))
    }
}

/// Text that follows another on the same line.
pub fn following(text: &str, lettering: Lettering) -> String {
    let RGBColor(red, green, blue) = lettering.colour;
    let fill = colour(BackendColor {
        alpha: 1.0,
        rgb: (red, green, blue),
    });
    let weight = if lettering.bold { "bold" } else { "normal" };
    format!(
        "<tspan dx=\"8\" fill=\"{fill}\" font-weight=\"{weight}\">{}</tspan>",
        escape(text)
    )
}

/// `text` with the characters replaced that mean something in SVG and HTML.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}

/// Quarters as a decimal: 5 is `1.25`.
fn quarter(quarters: i32) -> String {
    let sign = if quarters < 0 { "-" } else { "" };
    let whole = quarters.unsigned_abs() / 4;
    let rest = ["", ".25", ".5", ".75"][(quarters.unsigned_abs() % 4) as usize];
    match (whole, rest) {
        (0, "") => "0".to_owned(),
        (0, rest) => format!("{sign}{rest}"),
        (whole, rest) => format!("{sign}{whole}{rest}"),
    }
}

/// Path data: an absolute start and relative steps, which are shorter and, in quarters, exact.
fn relative(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let mut data = String::new();
    let mut last: Option<BackendCoord> = None;
    for (x, y) in path {
        match last {
            None => {
                let _ = write!(data, "M{} {}l", quarter(x), quarter(y));
            }
            Some((from_x, from_y)) => {
                let (dx, dy) = (quarter(x - from_x), quarter(y - from_y));
                if !data.ends_with('l') && !dx.starts_with('-') {
                    data.push(' ');
                }
                data.push_str(&dx);
                if !dy.starts_with('-') {
                    data.push(' ');
                }
                data.push_str(&dy);
            }
        }
        last = Some((x, y));
    }
    data
}

fn colour(color: BackendColor) -> String {
    let (red, green, blue) = color.rgb;
    format!("#{red:02X}{green:02X}{blue:02X}")
}

fn opacity(color: BackendColor) -> String {
    if color.alpha < 1.0 {
        format!(" opacity=\"{}\"", color.alpha)
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_are_written_shortly() {
        let written: Vec<String> = [0, 1, -1, 4, 6, -10].into_iter().map(quarter).collect();
        assert_eq!(written, ["0", ".25", "-.25", "1", "1.5", "-2.5"]);
    }

    #[test]
    fn paths_are_relative() {
        assert_eq!(relative([(4, 8), (8, 8), (9, 4)]), "M1 2l1 0 .25-1");
    }

    #[test]
    fn titles_cannot_break_out_of_an_element() {
        assert_eq!(escape("<b> & \"x\""), "&lt;b&gt; &amp; &quot;x&quot;");
    }
}
