//! What the agenda's payloads mean, packed into 64 bits.

/// What an event in the agenda is about: 8 bits of kind, 16 of token, 32 of slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A patient goes on, if the token is still its.
    Resume {
        patient: u32,
        token: u16,
    },
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

impl Event {
    #[inline]
    pub fn pack(self) -> u64 {
        match self {
            Self::Resume { patient, token } => u64::from(patient) | (u64::from(token) << 32),
            Self::LineTimer { line } => u64::from(line) | (1 << 56),
            Self::PoolRoster { pool, change } => {
                u64::from(pool) | (u64::from(change) << 16) | (2 << 56)
            }
            Self::UnitRoster { unit, change } => {
                u64::from(unit) | (u64::from(change) << 16) | (3 << 56)
            }
            Self::Resized { line } => u64::from(line) | (4 << 56),
            Self::TriggerTimer { trigger } => u64::from(trigger) | (5 << 56),
        }
    }

    /// Patient and token, if a patient goes on: the commonest event by far.
    #[inline(always)]
    pub fn of_resumed(payload: u64) -> Option<(u32, u16)> {
        (payload >> 56 == 0).then_some((payload as u32, (payload >> 32) as u16))
    }

    #[inline]
    pub fn unpack(payload: u64) -> Self {
        match payload >> 56 {
            0 => Self::Resume {
                patient: payload as u32,
                token: (payload >> 32) as u16,
            },
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
