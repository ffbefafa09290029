use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::{Sender, channel};

use reader::{Code, Hint, Level, Place};

use super::*;

const NUMBER: u64 = 7;
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_result_counts_for_a_second() {
    let taken = Duration::from_secs(40);

    assert!(counts(taken, taken + SECOND, None));
    assert!(!counts(
        taken,
        taken + SECOND + Duration::from_nanos(1),
        None
    ));
}

#[test]
fn a_result_counts_unless_the_first_thread_read_a_code_since_the_frame() {
    let before = Duration::from_secs(40);
    let taken = before + SECOND;
    let after = taken + SECOND / 4;

    assert!(counts(taken, taken + SECOND / 2, Some(before)));
    assert!(!counts(taken, taken + SECOND / 2, Some(after)));
}

#[test]
fn a_code_is_told_under_the_eyes_number_without_a_hint_and_without_what_was_not_read() {
    let told = Told::start(|| |_: &Luma, _| busy_reading("late"));
    told.offer();

    let (number, reading) = told.next();
    assert_eq!((number, content(&reading)), (NUMBER, "late"));
    assert_eq!((reading.hint, reading.seen_not_read), (None, Vec::new()));
}

#[test]
fn a_frame_without_a_code_is_told_to_nobody() {
    let told = Told::start(|| {
        let mut readings = [Reading::default(), reading("second")].into_iter();
        move |_: &Luma, _| readings.next().unwrap()
    });
    told.offer();
    told.until_idle();
    told.offer();

    assert_eq!(content(&told.next().1), "second");
}

#[test]
fn what_the_first_thread_read_meanwhile_comes_before_it() {
    let (told, steps) = Told::step_by_step();
    told.offer();
    told.second.outdo(monotonic());
    steps.send(reading("outdone")).unwrap();
    told.until_idle();
    told.offer();
    steps.send(reading("newer")).unwrap();

    assert_eq!(content(&told.next().1), "newer");
}

#[test]
fn nothing_is_told_of_an_eye_that_was_closed() {
    let (told, steps) = Told::step_by_step();
    told.offer();
    told.closed.store(true, Ordering::Relaxed);
    steps.send(reading("closed")).unwrap();
    drop(told.second);

    assert!(told.messages.try_recv().is_err());
}

#[test]
fn an_eye_that_is_closed_leaves_a_look_no_time() {
    let (sender, spent) = channel();
    let told = Told::start(move || {
        let sender = sender.clone();
        move |luma: &Luma, budget: Budget| {
            let reading = Reader::new().read(luma, budget);
            sender.send(()).unwrap();
            reading
        }
    });
    told.closed.store(true, Ordering::Relaxed);
    told.offer();
    spent.recv().unwrap();
    drop(told.second);

    assert!(told.messages.try_recv().is_err());
}

#[test]
fn a_frame_that_is_offered_to_a_busy_thread_is_not_waited_for_and_not_read() {
    let (told, steps) = Told::step_by_step();
    told.offer();
    told.offer();
    told.offer();
    steps.send(reading("first")).unwrap();
    assert_eq!(content(&told.next().1), "first");
    told.until_idle();
    told.offer();
    steps.send(reading("fourth")).unwrap();

    assert_eq!(content(&told.next().1), "fourth");
}

#[test]
fn a_thread_whose_loop_is_far_behind_drops_what_it_read() {
    let told = Told::start(|| |_: &Luma, _| reading("late"));
    told.fill.try_send(Message::Stop).unwrap();
    told.offer();
    told.until_idle();

    assert!(matches!(told.messages.try_recv(), Ok(Message::Stop)));
    assert!(told.messages.try_recv().is_err());
}

#[test]
fn a_panic_costs_the_frame_and_the_next_is_read_by_a_new_reader() {
    let opened = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&opened);
    let told = Told::start(move || {
        let broken = count.fetch_add(1, Ordering::Relaxed) == 0;
        move |_: &Luma, _| {
            assert!(!broken, "a reader that is meant to fail");
            reading("after")
        }
    });
    told.offer();
    told.until_idle();
    told.offer();

    assert_eq!(content(&told.next().1), "after");
    assert_eq!(opened.load(Ordering::Relaxed), 2);
}

/// A second thread, and the loop that it tells.
struct Told {
    second: Second,
    closed: Arc<AtomicBool>,
    fill: SyncSender<Message>,
    messages: Receiver<Message>,
}

impl Told {
    fn start<R: FnMut(&Luma, Budget) -> Reading>(open: impl Fn() -> R + Send + 'static) -> Self {
        let closed = Arc::new(AtomicBool::new(false));
        let (sender, messages) = sync_channel(1);
        let second = Second::start_with(NUMBER, sender.clone(), Arc::clone(&closed), open).unwrap();

        Self {
            second,
            closed,
            fill: sender,
            messages,
        }
    }

    /// Reads a frame when it is told what is in it.
    fn step_by_step() -> (Self, Sender<Reading>) {
        let (steps, next) = channel::<Reading>();
        let next = Arc::new(Mutex::new(next));
        let told = Self::start(move || {
            let next = Arc::clone(&next);
            move |_: &Luma, _| next.lock().unwrap().recv().unwrap()
        });

        (told, steps)
    }

    fn offer(&self) {
        let frame = Luma::new(2, 2, vec![200; 4]).unwrap();
        self.second.offer(frame, monotonic());
    }

    /// What the loop is told next, and answers.
    fn next(&self) -> (u64, Reading) {
        let Message::Read(number, reading, done) = self.messages.recv().unwrap() else {
            panic!("a reading was awaited");
        };
        done.send(()).unwrap();

        (number, reading)
    }

    fn until_idle(&self) {
        while !self.second.shared.idle.load(Ordering::Acquire) {
            thread::yield_now();
        }
    }
}

fn reading(content: &str) -> Reading {
    Reading {
        codes: vec![Code {
            content: content.as_bytes().to_vec(),
            place: Place::default(),
            version: 1,
            level: Level::M,
            mirrored: false,
            grade: None,
        }],
        ..Reading::default()
    }
}

fn busy_reading(content: &str) -> Reading {
    Reading {
        seen_not_read: vec![Place::default()],
        hint: Some(Hint::Flatten),
        ..reading(content)
    }
}

fn content(reading: &Reading) -> &str {
    std::str::from_utf8(&reading.codes[0].content).unwrap()
}
