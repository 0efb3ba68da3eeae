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

impl<R: Reader> Simulation<'_, R> {
    /// Checks the state at this moment (between events).
    pub fn check(&mut self) -> Result<(), Breach> {
        self.check_patients()?;
        self.check_units()?;
        for (line, level) in self.levels.iter_mut().enumerate() {
            let areas = level.areas(self.now);
            let line = line as u16;
            let (area, waited) = (areas.waiting, self.lines.total_waited(line, self.now));
            if area != waited {
                return Err(Breach::LittlesLaw { line, area, waited });
            }
        }
        Ok(())
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
                && patient.in_service
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
