//! Patients that go on at this very instant, in the order in which they were served or turned away.

use super::program::StepId;

/// A first-come-first-served line that empties at every instant, and so never has to move anybody up.
#[derive(Clone, Debug, Default)]
pub struct Ready {
    /// Patients, and the steps at which they go on.
    patients: Vec<(u32, StepId)>,
    n_gone: usize,
}

impl Ready {
    #[inline(always)]
    pub fn push(&mut self, patient: u32, step: StepId) {
        if self.n_gone == self.patients.len() {
            self.patients.clear();
            self.n_gone = 0;
        }
        self.patients.push((patient, step));
    }

    #[inline(always)]
    pub fn pop(&mut self) -> Option<(u32, StepId)> {
        let next = self.patients.get(self.n_gone).copied();
        self.n_gone += usize::from(next.is_some());
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_goes_first_and_the_line_is_used_again() {
        let mut ready = Ready::default();
        let going = |patient| (patient, StepId(patient * 2));
        let push = |ready: &mut Ready, patient| ready.push(patient, going(patient).1);
        for round in 0..3 {
            push(&mut ready, round);
            push(&mut ready, round + 10);
            assert_eq!(ready.pop(), Some(going(round)));
            push(&mut ready, round + 20);
            assert_eq!(ready.pop(), Some(going(round + 10)));
            assert_eq!(ready.pop(), Some(going(round + 20)));
            assert_eq!(ready.pop(), None);
        }
        assert!(ready.patients.capacity() < 10);
    }
}
