//! Whom a pool serves, for pools where a service can be interrupted.

use super::program::WaitId;
use super::time::SimTime;

/// One service that may be interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Service {
    pub patient: u32,
    pub rank: u8,
    pub wait: WaitId,
    /// Order of the patient in the line, kept for its return.
    pub order: u64,
    pub is_interruptible: bool,
    pub ends: SimTime,
}

#[derive(Clone, Debug, Default)]
pub struct Served {
    services: Vec<Service>,
}

impl Served {
    pub fn start(&mut self, service: Service) {
        self.services.push(service);
    }

    /// Ends the patient's service, if it is listed.
    pub fn end(&mut self, patient: u32) -> Option<Service> {
        let index = self
            .services
            .iter()
            .position(|service| service.patient == patient)?;
        Some(self.services.remove(index))
    }

    /// The one to interrupt: the least urgent, the latest arrived of those, if less urgent than `rank`.
    pub fn least_urgent_below(&self, rank: u8) -> Option<Service> {
        let interruptible = self
            .services
            .iter()
            .filter(|service| service.is_interruptible && service.rank > rank);
        interruptible
            .max_by_key(|service| (service.rank, service.order))
            .copied()
    }

    /// The one to send back when staff leave: the least urgent, the latest arrived of those.
    pub fn last(&self) -> Option<Service> {
        self.services
            .iter()
            .max_by_key(|service| (service.rank, service.order))
            .copied()
    }
}
