//! What the agenda's payloads mean, packed into 64 bits.

use super::program::{PoolId, StepId};

/// What an event in the agenda is about, other than a patient that goes on: 8 bits of kind, the rest as it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody in a line may be due.
    LineTimer {
        line: u16,
    },
    PoolRoster {
        pool: u16,
        change: u32,
    },
    UnitRoster {
        unit: u16,
        change: u32,
    },
    /// What a trigger switches is to be looked at: extra units of a pool, the reserve of a fleet.
    Resized {
        line: u16,
    },
    /// Somebody may have waited long enough to count for a trigger.
    TriggerTimer {
        trigger: u16,
    },
}

const KIND_SHIFT: u32 = 56;

impl Event {
    #[inline]
    pub fn pack(self) -> u64 {
        let (kind, rest) = match self {
            Self::LineTimer { line } => (1, u64::from(line)),
            Self::PoolRoster { pool, change } => (2, u64::from(pool) | (u64::from(change) << 16)),
            Self::UnitRoster { unit, change } => (3, u64::from(unit) | (u64::from(change) << 16)),
            Self::Resized { line } => (4, u64::from(line)),
            Self::TriggerTimer { trigger } => (5, u64::from(trigger)),
        };
        (kind << KIND_SHIFT) | rest
    }

    /// Not that of a patient that goes on.
    #[inline]
    pub fn unpack(payload: u64) -> Self {
        match payload >> KIND_SHIFT {
            1 => Self::LineTimer {
                line: payload as u16,
            },
            2 => Self::PoolRoster {
                pool: payload as u16,
                change: (payload >> 16) as u32,
            },
            3 => Self::UnitRoster {
                unit: payload as u16,
                change: (payload >> 16) as u32,
            },
            4 => Self::Resized {
                line: payload as u16,
            },
            _ => Self::TriggerTimer {
                trigger: payload as u16,
            },
        }
    }
}

/// A patient goes on, the commonest event by far: of kind 0, with the patient's slot in the low 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoesOn(pub u64);

const SLOT_BITS: u32 = 32;
const POOL_SHIFT: u32 = SLOT_BITS + u16::BITS;

impl GoesOn {
    /// If the token is still the patient's; where, its record says.
    #[inline(always)]
    pub fn if_token(patient: u32, token: u16) -> Self {
        Self(u64::from(patient) | (u64::from(token) << SLOT_BITS))
    }

    /// In a plain run, where no event ever comes too late: at a step, after letting go a unit of a pool that has served it.
    /// Nobody has to look at the patient's record to know what is to be done.
    #[inline(always)]
    pub fn at(patient: u32, step: StepId, served_by: Option<PoolId>) -> Self {
        let pool = served_by.map_or(0, |pool| u64::from(pool.0) + 1);
        let step = u64::from(step.0) << SLOT_BITS;
        Self(u64::from(patient) | step | (pool << POOL_SHIFT))
    }

    /// If the payload is one of these.
    #[inline(always)]
    pub fn of(payload: u64) -> Option<Self> {
        (payload >> KIND_SHIFT == 0).then_some(Self(payload))
    }

    #[inline(always)]
    pub fn patient(self) -> u32 {
        self.0 as u32
    }

    #[inline(always)]
    pub fn token(self) -> u16 {
        (self.0 >> SLOT_BITS) as u16
    }

    #[inline(always)]
    pub fn step(self) -> StepId {
        StepId(u32::from((self.0 >> SLOT_BITS) as u16))
    }

    #[inline(always)]
    pub fn served_by(self) -> Option<PoolId> {
        ((self.0 >> POOL_SHIFT) as u16).checked_sub(1).map(PoolId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out() {
        for event in [
            Event::LineTimer { line: u16::MAX },
            Event::PoolRoster {
                pool: u16::MAX,
                change: u32::MAX,
            },
            Event::UnitRoster {
                unit: 1,
                change: u32::MAX,
            },
            Event::Resized { line: 2 },
            Event::TriggerTimer { trigger: u16::MAX },
        ] {
            assert_eq!(Event::unpack(event.pack()), event);
            assert_eq!(GoesOn::of(event.pack()), None);
        }
        for served_by in [None, Some(PoolId(0)), Some(PoolId(253))] {
            let event = GoesOn::at(u32::MAX, StepId(u32::from(u16::MAX)), served_by);
            assert_eq!(GoesOn::of(event.0), Some(event));
            assert_eq!(event.patient(), u32::MAX);
            assert_eq!(event.step(), StepId(u32::from(u16::MAX)));
            assert_eq!(event.served_by(), served_by);
        }
        let event = GoesOn::if_token(u32::MAX, u16::MAX);
        assert_eq!(GoesOn::of(event.0), Some(event));
        assert_eq!((event.patient(), event.token()), (u32::MAX, u16::MAX));
    }
}
