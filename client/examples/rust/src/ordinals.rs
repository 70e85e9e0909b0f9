//! The count that shows that nothing was lost and nothing came twice.

use crate::v1::TimelineItem;

/// Checks that ordinals rise by exactly 1, from the one that the server announced.
#[derive(Default)]
pub struct Ordinals {
    next: Option<i64>,
}

impl Ordinals {
    /// Items count on from here: `first_ordinal` of the first `opened`, or of the answer to a seek.
    pub fn begin(&mut self, first: i64) {
        self.next = Some(first);
    }

    /// The next item is this one. Anything else than the ordinal that is due is a defect of server or client.
    pub fn take(&mut self, item: &TimelineItem) -> Result<(), String> {
        match self.next {
            Some(next) if next == item.ordinal => {
                self.next = Some(next + 1);
                Ok(())
            }
            Some(next) => Err(format!("defect: ordinal {} came where {next} was due", item.ordinal)),
            None => Err(format!("defect: ordinal {} came before anything was opened", item.ordinal)),
        }
    }

    /// Ordinal of the last item; none before the first opening.
    pub fn last(&self) -> Option<i64> {
        self.next.map(|next| next - 1)
    }
}
