//! A pretix ticket: numbers of its product. Who holds it, it does not say; its seat stands in the event's own list alone.

use serde_json::Value;

use super::Content;
use crate::rules::CodeKind;
use crate::screen::ProofView;

pub(super) fn read(ticket: &Value) -> Option<Content> {
    let number = |name: &str| ticket.get(name)?.as_i64();

    Some(Content {
        holder: None,
        proofs: vec![(
            CodeKind::Ticket,
            ProofView::Ticket {
                product: None,
                item: number("item")?,
                variation: number("variation")?,
                subevent: number("subevent")?,
            },
        )],
    })
}
