//! A decoder that panics costs one try, never the caller.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// The library failed where it should have refused; what it was building is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed;

/// Runs a library's code; a panic in it is an answer, and is not printed.
///
/// `work` must not leave anything half changed behind that is used afterwards.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Failed> {
    quiet_when_guarded();

    let outer = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);

    outcome.map_err(|_| Failed)
}

/// Puts a filter before the process's panic hook, once: panics elsewhere are printed as before.
fn quiet_when_guarded() {
    static ONCE: Once = Once::new();

    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                before(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_answer() {
        assert_eq!(guarded(|| -> u8 { panic!("a decoder's bug") }), Err(Failed));
        assert_eq!(guarded(|| 7), Ok(7));
    }
}
