//! Every replication as Parquet: the rows and columns of `results.csv`, with what they mean in the file's metadata.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::{Heading, Point, is_text};
use crate::experiment::sweep::{Given, Whole};

/// Rows of a group: so many are in memory at a time.
const ROWS: usize = 65_536;

/// A table under way.
pub struct Parquet<W: Write + Send> {
    heading: Heading,
    writer: SerializedFileWriter<W>,
    /// Of the group being filled.
    rows: Rows,
    /// The texts of every number. Shape: `[scenarios][numbers][5]`.
    texts: Vec<Vec<[ByteArray; 5]>>,
    names: Vec<ByteArray>,
}

/// Columns of a group. Parameters are numbers or text.
#[derive(Default)]
struct Rows {
    points: Vec<i32>,
    parameters: Vec<Values>,
    scenarios: Vec<ByteArray>,
    replications: Vec<i32>,
    numbers: [Vec<ByteArray>; 5],
    values: Vec<Option<f64>>,
}

enum Values {
    Numbers(Vec<f64>),
    Texts(Vec<ByteArray>),
}

impl<W: Write + Send> Parquet<W> {
    /// Begins a table; `about` says what it is, as JSON.
    ///
    /// Errors: as writing.
    pub fn begin(heading: Heading, about: String, to: W) -> io::Result<Self> {
        let schema = schema(&heading).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(vec![KeyValue::new("uecsim".to_owned(), about)]))
            .build();
        let writer = SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties));
        let scenarios = heading.scenarios.iter();
        let texts = scenarios.map(|scenario| {
            let numbers = scenario.numbers.iter();
            numbers
                .map(|number| number.cells().map(ByteArray::from))
                .collect()
        });
        let texts = texts.collect();
        let names = heading.scenarios.iter();
        let names = names.map(|scenario| ByteArray::from(scenario.name.as_str()));
        Ok(Self {
            writer: writer.map_err(failed)?,
            rows: Rows::new(&heading),
            texts,
            names: names.collect(),
            heading,
        })
    }

    /// Adds a scenario at a point.
    ///
    /// Errors: as writing.
    pub fn add(&mut self, point: &Point, scenario: usize, whole: &Whole) -> io::Result<()> {
        let Whole::Replications(given) = whole else {
            return Ok(());
        };
        for (replication, given) in (1..).zip(given) {
            let Given::Values(values) = given else {
                continue;
            };
            for (at, value) in values.iter().enumerate() {
                let (texts, name) = (&self.texts[scenario][at], &self.names[scenario]);
                self.rows.push(point, name, replication, texts, *value);
                if self.rows.values.len() == ROWS {
                    self.flush().map_err(failed)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the table and gives back what it was written to.
    ///
    /// Errors: as writing.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush().map_err(failed)?;
        self.writer.into_inner().map_err(failed)
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        if self.rows.values.is_empty() {
            return Ok(());
        }
        let rows = std::mem::replace(&mut self.rows, Rows::new(&self.heading));
        let mut group = self.writer.next_row_group()?;
        integers(&mut group, &rows.points)?;
        for values in &rows.parameters {
            match values {
                Values::Numbers(values) => column::<_, DoubleType>(&mut group, values, None)?,
                Values::Texts(values) => column::<_, ByteArrayType>(&mut group, values, None)?,
            }
        }
        column::<_, ByteArrayType>(&mut group, &rows.scenarios, None)?;
        integers(&mut group, &rows.replications)?;
        for texts in &rows.numbers {
            column::<_, ByteArrayType>(&mut group, texts, None)?;
        }
        let known: Vec<i16> = rows.values.iter().map(|v| i16::from(v.is_some())).collect();
        let values: Vec<f64> = rows.values.iter().flatten().copied().collect();
        column::<_, DoubleType>(&mut group, &values, Some(&known))?;
        group.close()?;
        Ok(())
    }
}

impl Rows {
    fn new(heading: &Heading) -> Self {
        let parameters = heading.parameters.iter();
        Self {
            parameters: parameters
                .map(|parameter| match is_text(parameter) {
                    true => Values::Texts(Vec::new()),
                    false => Values::Numbers(Vec::new()),
                })
                .collect(),
            ..Self::default()
        }
    }

    fn push(
        &mut self,
        point: &Point,
        scenario: &ByteArray,
        replication: i32,
        texts: &[ByteArray; 5],
        value: Option<f64>,
    ) {
        self.points.push(point.number as i32);
        let cells = self.parameters.iter_mut().zip(&point.values);
        for ((values, number), shown) in cells.zip(&point.shown) {
            match values {
                Values::Numbers(numbers) => numbers.push(*number),
                Values::Texts(texts) => texts.push(ByteArray::from(shown.as_str())),
            }
        }
        self.scenarios.push(scenario.clone());
        self.replications.push(replication);
        for (column, text) in self.numbers.iter_mut().zip(texts) {
            column.push(text.clone());
        }
        self.values.push(value);
    }
}

fn integers<W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[i32],
) -> Result<(), ParquetError> {
    column::<_, Int32Type>(group, values, None)
}

/// Writes the next column; `known` says which rows have a value.
fn column<W: Write + Send, T: parquet::data_type::DataType>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    known: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("a column too many".to_owned()));
    };
    column.typed::<T>().write_batch(values, known, None)?;
    column.close()
}

fn schema(heading: &Heading) -> Result<Type, ParquetError> {
    let field = |name: &str, physical: Physical, repetition: Repetition| {
        let converted = match physical {
            Physical::BYTE_ARRAY => ConvertedType::UTF8,
            _ => ConvertedType::NONE,
        };
        Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .with_converted_type(converted)
            .build()
            .map(Arc::new)
    };
    let required = |name: &str, physical| field(name, physical, Repetition::REQUIRED);
    let mut fields = vec![required("point", Physical::INT32)];
    fields.extend(heading.parameters.iter().map(|parameter| {
        let physical = match is_text(parameter) {
            true => Physical::BYTE_ARRAY,
            false => Physical::DOUBLE,
        };
        required(&parameter.name, physical)
    }));
    fields.push(required("scenario", Physical::BYTE_ARRAY));
    fields.push(required("replication", Physical::INT32));
    let texts = ["measure", "statistic", "unit", "site", "cohort"];
    fields.extend(texts.map(|name| required(name, Physical::BYTE_ARRAY)));
    fields.push(field("value", Physical::DOUBLE, Repetition::OPTIONAL));
    let fields = fields.into_iter().collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("results")
        .with_fields(fields)
        .build()
}

/// What the disk said, if it was the disk.
fn failed(fault: ParquetError) -> io::Error {
    match fault {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(fault) => *fault,
            Err(inner) => io::Error::other(inner),
        },
        fault => io::Error::other(fault),
    }
}
