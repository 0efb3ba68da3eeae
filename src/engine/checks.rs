//! What must hold in every run, whatever the program: units are accounted for, and Little's law holds exactly.
//!
//! With integer time the law is an identity: the integral of the number waiting equals the sum of the times waited.

use super::facts::Reader;
use super::patients::Held;
use super::program::{HoldSlot, N_HOLD_SLOTS, Step};
use super::simulation::Simulation;

/// What does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breach {
    /// A pool or fleet (line number: pools first) counts other units busy than patients hold.
    UnitsHeld { line: u16, busy: u32, held: u32 },
    /// Integral of the number waiting against the sum of times waited, milliseconds.
    LittlesLaw { line: u16, area: u64, waited: u64 },
    /// Arrived less left against patients found inside.
    Patients { expected: u64, found: u64 },
}

impl Breach {
    /// The line it was found at; none if it concerns patients as a whole.
    pub fn line(&self) -> Option<u16> {
        match self {
            Self::UnitsHeld { line, .. } | Self::LittlesLaw { line, .. } => Some(*line),
            Self::Patients { .. } => None,
        }
    }
}

/// Both sides of Little's law for one line, patient-milliseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Integral of the number waiting.
    pub area: u64,
    /// Sum of the times waited, of those still waiting up to now.
    pub waited: u64,
}

impl Balance {
    /// The difference as a share of the larger side, 0 to 1; 0 means that the law holds to the millisecond.
    pub fn relative_error(self) -> f64 {
        let larger = self.area.max(self.waited).max(1);
        self.area.abs_diff(self.waited) as f64 / larger as f64
    }
}

impl<R: Reader> Simulation<'_, R> {
    /// Checks the state at this moment (between events).
    pub fn check(&mut self) -> Result<(), Breach> {
        self.check_patients()?;
        self.check_units()?;
        for (line, Balance { area, waited }) in self.balances().into_iter().enumerate() {
            let line = line as u16;
            if area != waited {
                return Err(Breach::LittlesLaw { line, area, waited });
            }
        }
        Ok(())
    }

    /// Both sides of Little's law for every line at this moment: pools first, then fleets.
    pub fn balances(&self) -> Vec<Balance> {
        let lines = self.levels.iter().enumerate();
        lines
            .map(|(line, level)| Balance {
                area: level.areas(self.now).waiting,
                waited: self.lines.total_waited(line as u16, self.now),
            })
            .collect()
    }

    fn check_patients(&self) -> Result<(), Breach> {
        let found = self
            .patients
            .inside()
            .filter(|slot| !self.patients.origin(*slot).is_task)
            .count() as u64;
        let expected = self.totals().inside;
        if found == expected {
            Ok(())
        } else {
            Err(Breach::Patients { expected, found })
        }
    }

    fn check_units(&self) -> Result<(), Breach> {
        let n_pools = self.program.pools.len();
        let mut held = vec![0_u32; self.levels.len()];
        for slot in self.patients.inside() {
            let patient = self.patients.get(slot);
            for hold in 0..N_HOLD_SLOTS {
                match patient.held(HoldSlot(hold as u8)) {
                    Held::Nothing => {}
                    Held::Pool { pool, units } => held[usize::from(pool)] += u32::from(units),
                    Held::Unit(unit) => {
                        held[n_pools + usize::from(self.units[usize::from(unit)].fleet)] += 1
                    }
                }
            }
            if let Step::Use { pool, .. } = self.program.steps[patient.step.index()]
                && patient.in_service()
            {
                held[pool.index()] += 1;
            }
        }
        for (line, (level, held)) in self.levels.iter().zip(held).enumerate() {
            if level.busy != held {
                return Err(Breach::UnitsHeld {
                    line: line as u16,
                    busy: level.busy,
                    held,
                });
            }
        }
        Ok(())
    }
}
