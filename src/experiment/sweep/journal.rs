//! What came in, as bytes that may break off anywhere: each record with its length and checksum.

use std::io::{self, Read, Write};

use flate2::Crc;

use super::{Given, Record};
use crate::experiment::control::FailureKind;

/// No record is longer: what claims to be is damage.
const LONGEST: u32 = 1 << 26;

const VALUES: u8 = 0;
const INTERNAL: u8 = 1;
const MEMORY: u8 = 2;
const REFUSED: u8 = 3;
const UNSTABLE: u8 = 4;

/// A value that is missing; no number that is written has these bits.
const MISSING: u64 = u64::MAX;

/// Writes a record.
///
/// Errors: as writing.
pub fn write(record: &Record, to: &mut impl Write) -> io::Result<()> {
    let mut body = Vec::new();
    let (unit, replication) = match record {
        Record::Replication {
            unit, replication, ..
        } => (*unit, *replication),
        Record::Refused { unit, .. } => (*unit, 0),
    };
    body.extend(unit.to_le_bytes());
    body.extend(replication.to_le_bytes());
    match record {
        Record::Refused { faults, .. } => put_text(&mut body, REFUSED, faults),
        Record::Replication { given, .. } => match given {
            Given::Failed { kind, message } => {
                let kind = match kind {
                    FailureKind::Internal => INTERNAL,
                    FailureKind::Memory => MEMORY,
                    FailureKind::Unstable => UNSTABLE,
                };
                put_text(&mut body, kind, message);
            }
            Given::Values(values) => {
                body.push(VALUES);
                for value in values {
                    let bits = value.map_or(MISSING, f64::to_bits);
                    body.extend(bits.to_le_bytes());
                }
            }
        },
    }
    let length = body.len() as u32;
    let mut whole = Vec::with_capacity(body.len() + 8);
    whole.extend(length.to_le_bytes());
    whole.extend(checksum(&body).to_le_bytes());
    whole.extend(body);
    to.write_all(&whole)
}

fn put_text(body: &mut Vec<u8>, kind: u8, text: &str) {
    body.push(kind);
    body.extend(text.as_bytes());
}

/// The next record and how many bytes it took; none at the end, or where the journal breaks off.
///
/// Errors: as reading.
pub fn read(from: &mut impl Read) -> io::Result<Option<(Record, u64)>> {
    let mut head = [0; 8];
    if !fill(from, &mut head)? {
        return Ok(None);
    }
    let [a, b, c, d, rest @ ..] = head;
    let length = u32::from_le_bytes([a, b, c, d]);
    if length > LONGEST {
        return Ok(None);
    }
    let mut body = vec![0; length as usize];
    if !fill(from, &mut body)? || checksum(&body) != u32::from_le_bytes(rest) {
        return Ok(None);
    }
    Ok(record(&body).map(|record| (record, u64::from(length) + 8)))
}

/// None if it is no record.
fn record(body: &[u8]) -> Option<Record> {
    let (unit, rest) = body.split_first_chunk()?;
    let (replication, rest) = rest.split_first_chunk()?;
    let (kind, rest) = rest.split_first()?;
    let unit = u64::from_le_bytes(*unit);
    let replication = u32::from_le_bytes(*replication);
    let text = || String::from_utf8(rest.to_vec()).ok();
    let failed = |kind| {
        let message = text()?;
        Some(Given::Failed { kind, message })
    };
    let given = match *kind {
        VALUES => {
            let (values, []) = rest.as_chunks() else {
                return None;
            };
            let value = |bytes: &[u8; 8]| match u64::from_le_bytes(*bytes) {
                MISSING => None,
                bits => Some(f64::from_bits(bits)),
            };
            Given::Values(values.iter().map(value).collect())
        }
        INTERNAL => failed(FailureKind::Internal)?,
        MEMORY => failed(FailureKind::Memory)?,
        UNSTABLE => failed(FailureKind::Unstable)?,
        REFUSED => {
            let faults = text()?;
            return Some(Record::Refused { unit, faults });
        }
        _ => return None,
    };
    Some(Record::Replication {
        unit,
        replication,
        given,
    })
}

/// False if there is less to read.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(fault) if fault.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let replication = |unit, replication, given| Record::Replication {
            unit,
            replication,
            given,
        };
        let failed = |kind| Given::Failed {
            kind,
            message: "lines grew".to_owned(),
        };
        vec![
            replication(7, 2, Given::Values(vec![Some(0.1), None, Some(-3e300)])),
            replication(0, 1, failed(FailureKind::Memory)),
            replication(0, 2, failed(FailureKind::Internal)),
            Record::Refused {
                unit: u64::MAX,
                faults: "no such path: \u{e9}".to_owned(),
            },
            replication(8, 1, Given::Values(Vec::new())),
        ]
    }

    fn read_all(mut bytes: &[u8]) -> (Vec<Record>, u64) {
        let (mut all, mut length) = (Vec::new(), 0);
        while let Some((record, n)) = read(&mut bytes).expect("memory can be read") {
            all.push(record);
            length += n;
        }
        (all, length)
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut bytes = Vec::new();
        for record in records() {
            write(&record, &mut bytes).expect("memory takes it");
        }
        assert_eq!(read_all(&bytes), (records(), bytes.len() as u64));
    }

    #[test]
    fn a_journal_cut_anywhere_gives_the_records_before_the_cut() {
        let mut bytes = Vec::new();
        let mut ends = vec![0];
        for record in records() {
            write(&record, &mut bytes).expect("memory takes it");
            ends.push(bytes.len());
        }
        for cut in 0..=bytes.len() {
            let n_whole = ends.iter().filter(|end| **end <= cut).count() - 1;
            let (read, length) = read_all(&bytes[..cut]);
            assert_eq!(
                (&read[..], length),
                (&records()[..n_whole], ends[n_whole] as u64)
            );
        }
    }

    #[test]
    fn a_damaged_byte_ends_the_journal_before_its_record() {
        let mut bytes = Vec::new();
        for record in records() {
            write(&record, &mut bytes).expect("memory takes it");
        }
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            let (read, _) = read_all(&damaged);
            assert!(read.len() < records().len(), "byte {at}");
            assert_eq!(read, records()[..read.len()]);
        }
    }
}
