//! One connection of a station.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};

use super::Shared;
use super::fault::Fault;
use super::forge::Claim;
use super::http::Question;
use super::play::{self, Then};
use super::socket::Wire;

/// Longer than a station keeps a connection that it does not use.
const IDLE: Duration = Duration::from_mins(2);
/// What a TLS hand-shake and a small question or answer come to, about.
const HANDSHAKE: usize = 1_200;
/// What a question with some entries comes to.
const QUESTION: usize = 8_000;
/// What an answer comes to.
const ANSWER: usize = 700;

/// The station's end of a connection.
pub(super) type Near<'a> = StreamOwned<ServerConnection, Wire<'a>>;

/// Serves it to its end, whichever that is.
pub(super) fn serve(stream: TcpStream, shared: &Shared) {
    let fault = shared.script().at_connection();
    // How a connection ends is the fault's matter, and a station that hangs up is in its right.
    let _ = on_connection(stream, shared, fault);
    if fault.is_some() {
        shared.script().playing -= 1;
    }
}

fn on_connection(stream: TcpStream, shared: &Shared, fault: Option<Fault>) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    stream.set_nodelay(true)?;
    let mut wire = Wire::new(stream, &shared.resetter, bytes(shared, fault));
    if fault == Some(Fault::HalfOpen) {
        let time = held_for(shared);
        return wire.hold(time);
    }
    let config = shared.certificates.shown(fault);
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    let mut near = StreamOwned::new(connection, wire);
    while let Some(question) = Question::read(&mut near)? {
        if let Some(fault) = fault {
            return once(&mut near, &question, shared, fault);
        }
        if questioned(&mut near, &question, shared)? == Then::Close {
            return Ok(());
        }
    }

    Ok(())
}

/// The one question of a connection that has a fault itself.
fn once(near: &mut Near<'_>, question: &Question, shared: &Shared, fault: Fault) -> io::Result<()> {
    if Claim::of(question).is_some_and(|claim| claim.entries > 0) {
        shared.script().met_entries(fault);
    }
    let number = shared.script().note(&question.path);
    if fault == Fault::ResetInQuestion {
        return near.sock.reset();
    }
    let reply = play::pass_on(question, shared)?;
    play::tell(near, &reply, reply.body.len(), true)?;
    if fault == Fault::ResetInAnswer {
        return near.sock.reset();
    }
    shared.script().told(number, reply.status);
    near.sock.end()
}

/// A question on a sound connection.
fn questioned(near: &mut Near<'_>, question: &Question, shared: &Shared) -> io::Result<Then> {
    let number = shared.script().note(&question.path);
    let claim = Claim::of(question);
    let fault = claim
        .as_ref()
        .and_then(|claim| shared.script().with_question(claim));
    let (Some(claim), Some(fault)) = (claim, fault) else {
        let reply = play::pass_on(question, shared)?;
        shared.script().told(number, reply.status);
        return play::answer(near, &reply, shared);
    };
    let played = play::play(near, question, &claim, shared, fault, number);
    shared.script().playing -= 1;

    played
}

/// After how many bytes read and written the connection is reset.
fn bytes(shared: &Shared, fault: Option<Fault>) -> (Option<usize>, Option<usize>) {
    let mut script = shared.script();
    let chance = &mut script.chance;
    match fault {
        Some(Fault::ResetInQuestion) if chance.coin() => (Some(chance.below(HANDSHAKE)), None),
        Some(Fault::ResetInQuestion) => (Some(HANDSHAKE / 2 + chance.below(QUESTION)), None),
        Some(Fault::ResetInAnswer) if chance.coin() => (None, Some(chance.below(HANDSHAKE))),
        Some(Fault::ResetInAnswer) => (None, Some(HANDSHAKE + chance.below(ANSWER))),
        Some(_) | None => (None, None),
    }
}

/// How long nothing comes this time.
pub(super) fn held_for(shared: &Shared) -> Duration {
    let mut script = shared.script();
    script.held += 1;
    let every = shared.hold.to_the_end_every;
    if every > 0 && script.held.is_multiple_of(every) {
        IDLE
    } else {
        shared.hold.usually
    }
}
