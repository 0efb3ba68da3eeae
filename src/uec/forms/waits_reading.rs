//! Reading how a step waits: in which order, how long, and what happens on the way.

use super::reading::{optional_owned_name, owned_name};
use super::steps::{EscalateForm, PatienceForm, WaitForm, WorsenForm};
use super::steps_reading::{StepReader, duration, settings};
use crate::scenario::values;

impl StepReader<'_> {
    pub fn wait_form(&self) -> WaitForm {
        let reader = self.reader;
        let patience = self.patience();
        let limit = reader.optional_count("limit");
        WaitForm {
            rank: optional_owned_name(reader, "rank"),
            due: reader
                .optional("due")
                .and_then(|node| duration(node, self.reading)),
            patience: patience.unwrap_or(PatienceForm::Endless),
            otherwise: self.optional_steps("otherwise"),
            limit: limit.map(|limit| u32::try_from(limit).unwrap_or(u32::MAX)),
            worsen: self.worsen(),
            escalate: self.escalate(),
            interrupts: reader.flag("interrupts"),
            interruptible: reader.flag("interruptible"),
            fit: reader.flag("fit"),
        }
    }

    fn patience(&self) -> Option<PatienceForm> {
        let after = self.reader.optional("leave_after");
        let at = self.reader.optional("leave_at");
        if let Some(node) = after {
            if at.is_some() {
                let message = "a wait ends by \"leave_after\" or by \"leave_at\", not both";
                self.fault(message, "leave_at = \"deadline\"");
            }
            return Some(PatienceForm::Drawn(duration(node, self.reading)?));
        }
        values::word(at?, &["deadline"], self.reading.faults)?;
        Some(PatienceForm::Deadline)
    }

    fn worsen(&self) -> Option<WorsenForm> {
        let reader = self.reader.optional_reader("worsen", "worsening")?;
        let after = reader.required("after", "\"2 h\"");
        let after = after.and_then(|node| duration(node, self.reading));
        let set = reader.required("set", "{ acuity = \"1\" }");
        let set = set.and_then(|node| settings(node, self.reading));
        reader.finish();
        let mut set = set?;
        if set.len() != 1 {
            let message = "worsening sets exactly one attribute";
            self.fault(
                message,
                "worsen = { after = \"2 h\", set = { acuity = \"1\" } }",
            );
            return None;
        }
        let (attribute, level) = set.remove(0);
        Some(WorsenForm {
            after: after?,
            attribute,
            level,
        })
    }

    fn escalate(&self) -> Option<EscalateForm> {
        let reader = self.reader.optional_reader("escalate", "escalation")?;
        let trigger = owned_name(&reader, "when");
        let to = reader.count("to");
        reader.finish();
        Some(EscalateForm {
            trigger: trigger?,
            to: u8::try_from(to?).unwrap_or(u8::MAX),
        })
    }
}
