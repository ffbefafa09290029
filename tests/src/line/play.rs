//! How each fault is played with a question.

use std::io::{self, Write};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::Shared;
use super::fault::Fault;
use super::forge::Claim;
use super::http::{Question, Reply};
use super::script::Script;
use super::serve::{Near, held_for};

/// The longest delay, in milliseconds.
const DELAY: usize = 120;
/// What comes from the centre in bytes, hand-shake and answer, about.
const FROM_CENTRE: usize = 1_900;
/// What the hand-shake takes towards it.
const HANDSHAKE: usize = 500;

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Close,
    Keep,
}

/// Plays a fault with a question.
pub(super) fn play(
    near: &mut Near<'_>,
    question: &Question,
    claim: &Claim,
    shared: &Shared,
    fault: Fault,
    number: usize,
) -> io::Result<Then> {
    match fault {
        Fault::Delay => {
            let before = shared.script().chance.coin();
            wait(shared, before);
            let reply = pass_on(question, shared)?;
            wait(shared, !before);
            shared.script().told(number, reply.status);
            answer(near, &reply, shared)
        }
        Fault::DuplicatedQuestion => {
            let reply = twice(question, shared)?;
            shared.script().told(number, reply.status);
            answer(near, &reply, shared)
        }
        Fault::ReplayedQuestion => {
            let earlier = shared.script().earlier_question();
            if let Some(earlier) = earlier {
                shared.centre.ask(&earlier, &shared.resetter)?;
            }
            let reply = pass_on(question, shared)?;
            shared.script().told(number, reply.status);
            answer(near, &reply, shared)
        }
        Fault::AlteredAnswer
        | Fault::AnswerToAnother
        | Fault::ForgedAnswer
        | Fault::GarbageAnswer
        | Fault::OlderAnswer
        | Fault::ServerError
        | Fault::ShortenedAnswer
        | Fault::TooLarge
        | Fault::TooMany
        | Fault::Unavailable => {
            let reply = wrong(question, claim, shared, fault)?;
            shared.script().told(number, reply.status);
            answer(near, &reply, shared)
        }
        Fault::Silent | Fault::TruncatedAnswer | Fault::Vanished => {
            unfinished(near, question, shared, fault)
        }
        Fault::HeldBackQuestion
        | Fault::ResetAfterCommit
        | Fault::ResetFromCentre
        | Fault::ResetToCentre
        | Fault::TruncatedQuestion => {
            cut(question, shared, fault)?;
            near.sock.reset()?;
            Ok(Then::Close)
        }
        // Played before there is a question.
        Fault::ExpiredCertificate
        | Fault::ForeignCertificate
        | Fault::HalfOpen
        | Fault::NameGone
        | Fault::ResetInAnswer
        | Fault::ResetInQuestion => Ok(Then::Close),
    }
}

/// Asks the centre, and afterwards gives it what was held back.
pub(super) fn pass_on(question: &Question, shared: &Shared) -> io::Result<Reply> {
    let reply = shared.centre.ask(question, &shared.resetter)?;
    if Claim::of(question).is_none() {
        return Ok(reply);
    }
    shared.script().remember_question(question);
    // What was answered well may come once more, as an old answer.
    if reply.status == 200 {
        shared.script().remember_answer(&reply);
    }
    let late = shared.script().held_back.take();
    if let Some(late) = late {
        let unwanted = shared.centre.ask(&late, &shared.resetter)?;
        shared.script().remember_answer(&unwanted);
    }

    Ok(reply)
}

/// Answers, and keeps the connection unless the next fault needs a new one.
pub(super) fn answer(near: &mut Near<'_>, reply: &Reply, shared: &Shared) -> io::Result<Then> {
    let last = shared.script().wants_connection();
    tell(near, reply, reply.body.len(), last)?;
    if last {
        near.sock.end()?;
        return Ok(Then::Close);
    }

    Ok(Then::Keep)
}

/// Says an answer whose body claims this length.
pub(super) fn tell(
    near: &mut Near<'_>,
    reply: &Reply,
    length: usize,
    last: bool,
) -> io::Result<()> {
    near.write_all(&reply.bytes(length, last))?;
    if last {
        near.conn.send_close_notify();
    }

    near.flush()
}

/// An answer that is not the centre's to this question. Half of them come although the centre stored what came.
fn wrong(question: &Question, claim: &Claim, shared: &Shared, fault: Fault) -> io::Result<Reply> {
    let now = station::Clock::new(0).now().wall;
    let needs_answer = matches!(fault, Fault::AlteredAnswer | Fault::ShortenedAnswer);
    let reaches = fault != Fault::TooLarge && shared.script().chance.coin();
    let said = if needs_answer || reaches {
        Some(pass_on(question, shared)?)
    } else {
        None
    };
    let mut script = shared.script();
    let chance = &mut script.chance;
    let reply = match (fault, said) {
        (Fault::AlteredAnswer, Some(mut said)) => {
            let (at, bit) = (chance.below(said.body.len()), chance.below(8));
            if let Some(byte) = said.body.get_mut(at) {
                *byte ^= 1 << bit;
            }
            said
        }
        (Fault::ShortenedAnswer, Some(mut said)) => {
            let length = chance.below(said.body.len());
            said.body.truncate(length);
            said
        }
        (Fault::AnswerToAnother, _) => Reply::answer(shared.forger.to_another(claim, now)),
        (Fault::ForgedAnswer, _) => Reply::answer(shared.forger.by_another_key(claim, now)),
        (Fault::OlderAnswer, _) => script.earlier_answer().ok_or(io::ErrorKind::InvalidInput)?,
        (Fault::ServerError, _) => {
            Reply::refusal(chance.pick([500, 502, 504]).unwrap_or(500), None)
        }
        (Fault::TooLarge, _) => Reply::refusal(413, None),
        (Fault::TooMany, _) => Reply::refusal(429, pause(&mut script).as_deref()),
        (Fault::Unavailable, _) => Reply::refusal(503, pause(&mut script).as_deref()),
        _ => {
            let length = chance.below(400);
            Reply::answer((0..length).map(|_| byte(chance.below(256))).collect())
        }
    };

    Ok(reply)
}

/// `Retry-After`: seconds, a date that is over, what means nothing, and none at all.
const PAUSES: [Option<&str>; 6] = [
    Some("0"),
    Some("1"),
    Some("0"),
    Some("Sun, 06 Nov 1994 08:49:37 GMT"),
    Some("soon"),
    None,
];

fn pause(script: &mut Script) -> Option<String> {
    match script.pause {
        Some(seconds) => Some(seconds.to_string()),
        None => script.chance.pick(PAUSES).flatten().map(str::to_owned),
    }
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).unwrap_or(0)
}

/// An answer that does not come, or not to its end.
fn unfinished(
    near: &mut Near<'_>,
    question: &Question,
    shared: &Shared,
    fault: Fault,
) -> io::Result<Then> {
    if fault == Fault::Silent {
        if shared.script().chance.coin() {
            pass_on(question, shared)?;
        }
    } else {
        let mut reply = pass_on(question, shared)?;
        let length = reply.body.len();
        reply.body.truncate(shared.script().chance.below(length));
        tell(near, &reply, length, false)?;
    }
    if fault == Fault::TruncatedAnswer {
        near.sock.end()?;
    } else {
        let time = held_for(shared);
        near.sock.hold(time)?;
    }

    Ok(Then::Close)
}

/// A question after which the station hears nothing more.
fn cut(question: &Question, shared: &Shared, fault: Fault) -> io::Result<()> {
    if fault == Fault::HeldBackQuestion {
        shared.script().held_back = Some(question.clone());
    } else if fault == Fault::ResetAfterCommit {
        pass_on(question, shared)?;
    } else if fault == Fault::TruncatedQuestion {
        let bytes = shared.script().chance.below(question.bytes.len());
        shared.centre.begin(question, bytes, &shared.resetter)?;
    } else {
        let bytes = far_bytes(question, shared, fault);
        // Where more bytes were allowed than there were, the answer is lost here.
        let _ = shared.centre.ask_within(question, &shared.resetter, bytes);
    }

    Ok(())
}

/// After how many bytes read and written the way to the centre is reset.
fn far_bytes(question: &Question, shared: &Shared, fault: Fault) -> (Option<usize>, Option<usize>) {
    let mut script = shared.script();
    let chance = &mut script.chance;
    if fault == Fault::ResetToCentre {
        (None, Some(chance.below(HANDSHAKE + question.bytes.len())))
    } else {
        (Some(chance.below(FROM_CENTRE)), None)
    }
}

/// Lets some time pass, if it is to.
fn wait(shared: &Shared, really: bool) {
    if really {
        let time = shared.script().chance.below(DELAY);
        // Nobody sends: it is the time that is waited for.
        let (_keep, clock) = channel::<()>();
        let _ = clock.recv_timeout(Duration::from_millis(u64::try_from(time).unwrap_or(0)));
    }
}

/// Gives the centre a question twice at once; one of the two answers.
fn twice(question: &Question, shared: &Shared) -> io::Result<Reply> {
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| shared.centre.ask(question, &shared.resetter));
        let one = pass_on(question, shared);
        (one, other.join())
    });
    let other = other.map_err(|_| io::Error::other("asking twice"))?;

    if shared.script().chance.coin() {
        one
    } else {
        other
    }
}
