//! Exports: whose they are, what they hold, and what it is answered.

use domain::crypto::OpeningKey;
use domain::wire::{Answer, BundleError, Export, Message};
use stick::{Part, Unusable};
use thiserror::Error;

use super::{UsbError, about_the_message};
use crate::centre::{Centre, Refused};

/// An export that was opened and judged.
#[derive(Debug, Default)]
pub struct Taken {
    /// The first entry that it told of.
    pub first: u64,
    /// The last one; `first` - 1 where it told of none.
    pub last: u64,
    /// The signed answers, for the way back.
    pub answers: Vec<Vec<u8>>,
    /// The last of them, read.
    pub answer: Option<Answer>,
    /// Messages that got no signed answer.
    pub refused: Vec<Refused>,
    /// The greeting in it.
    pub(super) hello: Option<Vec<u8>>,
}

/// Why an export was not opened. It is left as it is.
#[derive(Debug, Error)]
pub enum NotTaken {
    /// It cannot be read.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// It is no export, or not for this centre's key.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// Its header and its name differ.
    #[error("it is not the file that its name says")]
    OtherName,
    /// It is for another authority's centre.
    #[error("it is for another authority")]
    OtherAuthority,
    /// No such station is enrolled here.
    #[error("it is of a station that is not known here")]
    UnknownStation,
}

/// Judges an export, message by message. Nothing of an unknown sender is opened.
pub(super) async fn take(
    centre: &Centre,
    exchange: &OpeningKey,
    part: &Part,
    bytes: &[u8],
) -> Result<Result<Taken, NotTaken>, UsbError> {
    let export = match Export::read(bytes) {
        Ok(export) => export,
        Err(error) => return Ok(Err(error.into())),
    };
    let header = export.header;
    if header.authority != centre.authority().id() {
        return Ok(Err(NotTaken::OtherAuthority));
    }
    let named = Part {
        station: header.station,
        epoch: header.epoch,
        first: header.first,
    };
    if named != *part {
        return Ok(Err(NotTaken::OtherName));
    }
    let key = match centre.signing_key(header.station, header.epoch) {
        Ok(key) => key,
        Err(refused) => {
            about_the_message(refused)?;
            return Ok(Err(NotTaken::UnknownStation));
        }
    };
    let opened = export
        .check(&key)
        .and_then(|checked| checked.open(exchange));
    let messages = match opened {
        Ok(messages) => messages,
        Err(error) => return Ok(Err(error.into())),
    };
    let mut taken = Taken {
        first: header.first,
        last: header.last,
        ..Taken::default()
    };
    for message in messages {
        taken.judge(centre, message).await?;
    }

    Ok(Ok(taken))
}

impl Taken {
    async fn judge(&mut self, centre: &Centre, message: Message) -> Result<(), UsbError> {
        let outcome = match &message {
            Message::Batch(bytes) => match centre.judge(bytes) {
                Ok(judged) => centre.receive(judged).await,
                Err(refused) => Err(refused),
            },
            Message::Hello(bytes) => centre.late_head(bytes).await,
            Message::Hole(bytes) => centre.late_hole(bytes, self.first).await,
        };
        match outcome {
            Ok(answer) => {
                let own = [centre.authority().receipt().public()];
                self.answer = Answer::verify(&answer, &own).map(|(answer, _)| answer);
                self.answers.push(answer);
                if let Message::Hello(hello) = message {
                    self.hello = Some(hello);
                }
            }
            Err(refused) => self.refused.push(about_the_message(refused)?),
        }

        Ok(())
    }
}
