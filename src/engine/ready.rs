//! Patients that go on at this very instant, in the order in which they were served or turned away.

/// A first-come-first-served line that empties at every instant, and so never has to move anybody up.
#[derive(Clone, Debug, Default)]
pub struct Ready {
    patients: Vec<u32>,
    n_gone: usize,
}

impl Ready {
    #[inline]
    pub fn push(&mut self, patient: u32) {
        self.patients.push(patient);
    }

    #[inline(always)]
    pub fn pop(&mut self) -> Option<u32> {
        if self.patients.is_empty() {
            return None;
        }
        if let Some(patient) = self.patients.get(self.n_gone) {
            self.n_gone += 1;
            return Some(*patient);
        }
        self.patients.clear();
        self.n_gone = 0;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_goes_first_and_the_line_is_used_again() {
        let mut ready = Ready::default();
        for round in 0..3 {
            ready.push(round);
            ready.push(round + 10);
            assert_eq!(ready.pop(), Some(round));
            ready.push(round + 20);
            assert_eq!(ready.pop(), Some(round + 10));
            assert_eq!(ready.pop(), Some(round + 20));
            assert_eq!(ready.pop(), None);
        }
        assert!(ready.patients.capacity() < 10);
    }
}
