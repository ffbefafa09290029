//! Asking the centre for newer documents, one after another: trust list, assignment, manifest, status
//! files, lists of what was taken back. What fails is left for the next round; what is held stays.

use domain::crypto::OpeningKey;
use domain::document::RevocationFile;
use domain::time::Timestamp;
use tracing::warn;

use super::{KnowledgeError, Library, Wanted};
use crate::folder::Folder;
use crate::link::{NoAnswer, Outcome, Request};

/// What to do next.
pub enum Next {
    /// Ask this, and hand over what came.
    Ask(Request),
    /// The round is over.
    Done {
        /// Anything new was taken.
        changed: bool,
        /// How it ended.
        ended: Ended,
    },
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every question was answered, be it with a refusal.
    Well,
    /// The centre does not answer, or has no time.
    Failed {
        /// The pause in seconds that it asks for; 0 for none.
        wish: u64,
    },
}

/// One round.
pub struct Refresh {
    awaited: Awaited,
    hello: Vec<u8>,
    changed: bool,
    /// The lists of what was taken back that are still to be asked for; none before their turn.
    lists: Option<Vec<RevocationFile>>,
    /// One of them came.
    withdrawn: bool,
}

enum Awaited {
    Trust,
    Assignment,
    Manifest,
    File([u8; 32], Box<Wanted>),
    Withdrawn(RevocationFile),
}

impl Refresh {
    /// Begins a round. `hello` asks for the assignment.
    #[must_use]
    pub fn begin(hello: Vec<u8>) -> (Self, Request) {
        let round = Self {
            awaited: Awaited::Trust,
            hello,
            changed: false,
            lists: None,
            withdrawn: false,
        };

        (round, Request::Trust)
    }

    /// Takes what came.
    pub fn step(
        &mut self,
        outcome: Outcome,
        library: &mut Library,
        folder: &Folder,
        opening: &OpeningKey,
        now: Timestamp,
    ) -> Next {
        let answer = match outcome {
            Ok(response) => Some(response),
            // Whoever has no time for one document has none for the next.
            Err(NoAnswer::Refused {
                status: 429 | 503,
                retry_after,
            }) => {
                self.count_withdrawn(library, folder);
                return self.fail(retry_after.unwrap_or(0));
            }
            // A list of another length is not the one that is named; the others are still to be asked for.
            Err(NoAnswer::TooLarge) if matches!(self.awaited, Awaited::Withdrawn(_)) => {
                warn!("the centre's list is longer than the trust list says");
                None
            }
            // What is refused to this station may still be given to everyone.
            Err(NoAnswer::Refused { status, .. }) => {
                warn!(status, "the centre refuses a document");
                None
            }
            Err(
                NoAnswer::Closed | NoAnswer::TooLarge | NoAnswer::Unreachable | NoAnswer::Untrusted,
            ) => {
                self.count_withdrawn(library, folder);
                return self.fail(0);
            }
        };
        match std::mem::replace(&mut self.awaited, Awaited::Trust) {
            Awaited::Trust => {
                if let Some(trust) = answer {
                    self.note(library.take_trust(folder, &trust.body, now));
                }
                self.awaited = Awaited::Assignment;

                Next::Ask(Request::Assignment(std::mem::take(&mut self.hello)))
            }
            Awaited::Assignment => {
                if let Some(assignment) = answer.filter(|answer| answer.status == 200) {
                    let body = assignment.body;
                    self.note(library.take_assignment(folder, &body, opening, now));
                }
                self.awaited = Awaited::Manifest;

                Next::Ask(Request::Manifest)
            }
            Awaited::Manifest => {
                let Some(manifest) = answer else {
                    return self.next_list(library, folder);
                };
                match library.consider_manifest(folder, manifest.body, now) {
                    Ok(Some(wanted)) => self.fetch_next(wanted, library, folder),
                    Ok(None) => self.next_list(library, folder),
                    Err(error) => self.give_up(&error, library, folder),
                }
            }
            Awaited::File(hash, wanted) => {
                let Some(file) = answer else {
                    return self.next_list(library, folder);
                };
                match Library::add_file(folder, &hash, &file.body) {
                    Ok(()) => self.fetch_next(*wanted, library, folder),
                    Err(error) => self.give_up(&error, library, folder),
                }
            }
            Awaited::Withdrawn(named) => {
                if let Some(file) = answer {
                    match Library::add_withdrawn(folder, &named, &file.body) {
                        Ok(()) => self.withdrawn = true,
                        Err(error) => warn!(%error, "the centre's list is not taken"),
                    }
                }

                self.next_list(library, folder)
            }
        }
    }

    fn fetch_next(&mut self, mut wanted: Wanted, library: &mut Library, folder: &Folder) -> Next {
        if let Some(hash) = wanted.missing.pop() {
            self.awaited = Awaited::File(hash, Box::new(wanted));
            return Next::Ask(Request::StatusFile(hash));
        }
        match library.take_list(folder, wanted) {
            Ok(()) => {
                self.changed = true;
                self.next_list(library, folder)
            }
            Err(error) => self.give_up(&error, library, folder),
        }
    }

    /// The lists of what was taken back come last, and one that does not come holds up no other.
    fn next_list(&mut self, library: &mut Library, folder: &Folder) -> Next {
        let lists = self
            .lists
            .get_or_insert_with(|| library.missing_withdrawn(folder));
        if let Some(named) = lists.pop() {
            let length = usize::try_from(named.length).unwrap_or(usize::MAX);
            let request = Request::RevocationFile {
                sha256: named.sha256,
                length,
            };
            self.awaited = Awaited::Withdrawn(named);
            return Next::Ask(request);
        }
        self.count_withdrawn(library, folder);

        self.done()
    }

    fn count_withdrawn(&mut self, library: &mut Library, folder: &Folder) {
        if std::mem::take(&mut self.withdrawn) {
            library.read_withdrawn(folder);
            self.changed = true;
        }
    }

    fn note(&mut self, taken: Result<bool, KnowledgeError>) {
        match taken {
            Ok(changed) => self.changed |= changed,
            Err(error) => warn!(%error, "a document of the centre is not taken"),
        }
    }

    fn give_up(&mut self, error: &KnowledgeError, library: &mut Library, folder: &Folder) -> Next {
        warn!(%error, "the centre's status list is not taken");

        self.next_list(library, folder)
    }

    fn done(&self) -> Next {
        Next::Done {
            changed: self.changed,
            ended: Ended::Well,
        }
    }

    fn fail(&self, wish: u64) -> Next {
        Next::Done {
            changed: self.changed,
            ended: Ended::Failed { wish },
        }
    }
}
