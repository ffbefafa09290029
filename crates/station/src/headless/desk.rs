//! Where the headless operator sits: takes what the station tells, prints it, and answers.

use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use domain::screen::{Command, LinkView, Notice, OperatorScreen, Stage};
use domain::verdict::Verdict;
use reader::Luma;

use super::HeadlessError;
use super::orders::{Aim, Order};
use super::say::{self, Said};
use crate::clock::monotonic;
use crate::controller::{
    CameraChoice, Handle, Happening, Listener, Network, StationConfig, open_on,
};
use crate::keys::Unlock;

/// The station takes no key before this much of a stage has passed, nor this soon after another key
/// (SECURITY.md §9), and a little more.
const AFTER_STAGE: Duration = Duration::from_millis(650);
const AFTER_KEY: Duration = Duration::from_millis(350);
/// Reading and writing take milliseconds.
const REACTION: Duration = Duration::from_secs(30);
/// How long the end waits for the queue to be sent.
const SENDING: Duration = Duration::from_secs(10);

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Admits said.
    pub admit: u32,
    /// Attentions said.
    pub attention: u32,
    /// Refusals said.
    pub refuse: u32,
    /// Undecided said.
    pub undecided: u32,
    /// Let in.
    pub let_in: u32,
    /// Emergencies.
    pub emergency: u32,
    /// Taken back.
    pub undone: u32,
    /// Entries that still wait for a receipt.
    pub waiting: u64,
}

/// What reaches the desk.
enum News {
    Screen(Box<OperatorScreen>),
    Happened(Happening),
    Line(String),
    NoMoreLines,
}

/// The desk.
pub(super) struct Desk<'a> {
    handle: Handle,
    news: Receiver<News>,
    tell: Sender<News>,
    out: &'a mut dyn Write,
    screen: Option<OperatorScreen>,
    said: Said,
    stage_at: Duration,
    key_at: Option<Duration>,
    /// Each with what was on the screen when it came.
    lines: VecDeque<(String, Aim)>,
    no_more_lines: bool,
    frames_read: u64,
    has_camera: bool,
    camera_ended: bool,
    camera_said: Option<String>,
    /// The notice that was said last since the last command.
    notice_said: Option<Notice>,
    summary: Summary,
}

impl<'a> Desk<'a> {
    pub(super) fn open(
        data: PathBuf,
        unlock: Unlock,
        camera: CameraChoice,
        out: &'a mut dyn Write,
    ) -> Result<Self, HeadlessError> {
        let config = StationConfig {
            data,
            demo_camera: false,
            unlock,
            clock_offset: 0,
            camera,
        };

        Self::open_on(config, Network::On, out)
    }

    pub(super) fn open_on(
        config: StationConfig,
        network: Network,
        out: &'a mut dyn Write,
    ) -> Result<Self, HeadlessError> {
        let has_camera = config.camera != CameraChoice::None;
        let (tell, news) = channel();
        let (screens, happenings) = (tell.clone(), tell.clone());
        // An error means that the desk is closing.
        let listener = Listener {
            screens: Box::new(move |screen| {
                let _ = screens.send(News::Screen(Box::new(screen)));
            }),
            preview: Box::new(|_, _| ()),
        };
        let happened = Box::new(move |happening| {
            let _ = happenings.send(News::Happened(happening));
        });
        let mut desk = Self {
            handle: open_on(config, listener, happened, network)?,
            news,
            tell,
            out,
            screen: None,
            said: Said::Nothing,
            stage_at: monotonic(),
            key_at: None,
            lines: VecDeque::new(),
            no_more_lines: false,
            frames_read: 0,
            has_camera,
            camera_ended: false,
            camera_said: None,
            notice_said: None,
            summary: Summary::default(),
        };
        desk.until("its first screen", |desk| desk.screen.is_some())?;

        Ok(desk)
    }

    /// Takes lines of input from here on.
    pub(super) fn listen(&mut self, lines: impl BufRead + Send + 'static) {
        let tell = self.tell.clone();
        // Ends with the input, or with the process: a read cannot be called back.
        thread::spawn(move || {
            for line in lines.lines() {
                let Ok(line) = line else { break };
                if tell.send(News::Line(line)).is_err() {
                    return;
                }
            }
            let _ = tell.send(News::NoMoreLines);
        });
    }

    /// Does what each line asks for until there are no more, or the camera has ended.
    pub(super) fn serve(&mut self) -> Result<(), HeadlessError> {
        while !(self.camera_ended || (self.no_more_lines && self.lines.is_empty())) {
            self.take_news(Duration::from_secs(1))?;
            while let Some((line, typed_at)) = self.lines.pop_front() {
                self.obey_as(&line, typed_at)?;
            }
        }
        self.leave_no_one()
    }

    /// One picture in a camera's place; when this returns, whatever it led to is on the screen.
    pub(super) fn show(&mut self, frame: Luma) -> Result<(), HeadlessError> {
        let before = self.frames_read;
        self.handle.frame(frame)?;
        self.until("a frame", |desk| desk.frames_read > before)?;

        self.settle()
    }

    /// The next line of input, waited for; none when there are no more.
    pub(super) fn next_line(&mut self) -> Result<Option<String>, HeadlessError> {
        while self.lines.is_empty() && !self.no_more_lines {
            self.take_news(Duration::from_secs(1))?;
        }

        Ok(self.lines.pop_front().map(|(line, _)| line))
    }

    /// The next line, if it is this order.
    pub(super) fn next_line_if(&mut self, order: &Order) -> bool {
        let is = |(line, _): &mut (String, Aim)| Order::read(line).as_ref() == Some(order);

        self.lines.pop_front_if(is).is_some()
    }

    /// Does what a line asks for on this screen.
    pub(super) fn obey(&mut self, line: &str) -> Result<(), HeadlessError> {
        self.obey_as(line, self.aim())
    }

    fn obey_as(&mut self, line: &str, typed_at: Aim) -> Result<(), HeadlessError> {
        let Some(order) = Order::read(line) else {
            return self.write(
                "?  y n m (ID document), l (let in), d (dismiss), u (undo), c (next webcam), e 1 note, r year last4 name",
            );
        };

        self.carry_out(&order, typed_at)
    }

    /// Gives an order as a deliberate key, and waits for what comes of it.
    pub(super) fn order(&mut self, order: &Order) -> Result<(), HeadlessError> {
        self.carry_out(order, self.aim())
    }

    fn carry_out(&mut self, order: &Order, typed_at: Aim) -> Result<(), HeadlessError> {
        let given = self.give(order, typed_at)?;
        if given && self.notice() == Some(Notice::PressAgain) {
            self.give(order, typed_at)?;
        }
        let unsaid = self
            .notice()
            .filter(|notice| say::is_an_answer(*notice) && self.notice_said != Some(*notice));
        match unsaid {
            Some(notice) if given => self.say(notice),
            Some(_) | None => Ok(()),
        }
    }

    /// Sends the command once it counts as deliberate, if it still means whom it was typed at; `false` where nothing
    /// was sent, which is then said.
    fn give(&mut self, order: &Order, typed_at: Aim) -> Result<bool, HeadlessError> {
        let meant = self.command(order);
        if meant.is_some() {
            self.wait_for_the_guard()?;
        }
        if !order.means_the_same(typed_at, self.aim()) || self.command(order) != meant {
            self.write("-  the screen has changed: nothing was done")?;
            return Ok(false);
        }
        let Some(command) = meant else {
            self.write("-  that means nothing on this screen")?;
            return Ok(false);
        };
        self.send(command)?;

        Ok(true)
    }

    /// Nobody is left at the door: who has not been compared is stored as abandoned, and that is said.
    pub(super) fn leave_no_one(&mut self) -> Result<(), HeadlessError> {
        self.settle()?;
        if let Stage::Comparing { scan, .. } = *self.stage() {
            let time = self.time();
            self.send(Command::Dismiss { scan })?;
            self.write(&format!(
                "{time} abandoned: the ID document was not compared"
            ))?;
        }

        Ok(())
    }

    /// Waits until `done`, no longer than `within`. True if it came.
    pub(super) fn wait(
        &mut self,
        within: Duration,
        done: impl Fn(&Self) -> bool,
    ) -> Result<bool, HeadlessError> {
        let end = monotonic().saturating_add(within);
        while !done(self) {
            let left = end.saturating_sub(monotonic());
            if left.is_zero() {
                return Ok(false);
            }
            self.take_news(left)?;
        }

        Ok(true)
    }

    pub(super) fn screen(&self) -> Option<&OperatorScreen> {
        self.screen.as_ref()
    }

    pub(super) fn stage(&self) -> &Stage {
        self.screen
            .as_ref()
            .map_or(&Stage::Watching, |screen| &screen.stage)
    }

    pub(super) fn is_demo(&self) -> bool {
        self.screen.as_ref().is_some_and(|screen| screen.demo)
    }

    pub(super) fn write(&mut self, line: &str) -> Result<(), HeadlessError> {
        writeln!(self.out, "{line}")?;
        self.out.flush()?;

        Ok(())
    }

    pub(super) fn add_to(&mut self, earlier: Summary) {
        self.summary = earlier;
    }

    /// Stops the station without a summary.
    pub(super) fn leave(mut self) -> Result<Summary, HeadlessError> {
        self.leave_no_one()?;

        Ok(self.summary)
    }

    /// Lets the queue be sent if the centre answers, stops, and sums up.
    pub(super) fn close(mut self) -> Result<Summary, HeadlessError> {
        self.leave_no_one()?;
        self.handle.send(Command::SyncNow)?;
        self.wait(SENDING, |desk| {
            desk.screen.as_ref().is_some_and(|screen| {
                screen.sync.waiting == 0
                    || matches!(screen.sync.link, LinkView::Offline { .. })
                    || screen.sync.link == LinkView::Online && screen.sync.dispute.is_some()
            })
        })?;
        self.summary.waiting = self.screen.as_ref().map_or(0, |screen| screen.sync.waiting);
        let line = summary_line(&self.summary, self.screen.as_ref());
        self.write(&line)?;

        Ok(self.summary)
    }

    fn send(&mut self, command: Command) -> Result<(), HeadlessError> {
        let (before, screen) = (self.said, self.screen.clone());
        self.key_at = Some(monotonic());
        self.notice_said = None;
        self.handle.send(command)?;
        // Some commands change nothing: a second is then long enough.
        self.wait(Duration::from_secs(1), |desk| {
            desk.said != before
                || desk.screen.as_ref().map(|s| (&s.stage, s.notice))
                    != screen.as_ref().map(|s| (&s.stage, s.notice))
        })?;

        self.settle()
    }

    /// An entry that is being written is waited for.
    fn settle(&mut self) -> Result<(), HeadlessError> {
        self.until("an entry", |desk| {
            !matches!(desk.stage(), Stage::Storing { .. })
        })
    }

    fn wait_for_the_guard(&mut self) -> Result<(), HeadlessError> {
        loop {
            let key = self.key_at.map_or(Duration::ZERO, |at| at + AFTER_KEY);
            let until = key.max(self.stage_at + AFTER_STAGE);
            let left = until.saturating_sub(monotonic());
            if left.is_zero() {
                return Ok(());
            }
            self.take_news(left)?;
        }
    }

    fn until(
        &mut self,
        what: &'static str,
        done: impl Fn(&Self) -> bool,
    ) -> Result<(), HeadlessError> {
        if self.wait(REACTION, done)? {
            Ok(())
        } else {
            Err(HeadlessError::NoReaction(what))
        }
    }

    fn take_news(&mut self, within: Duration) -> Result<(), HeadlessError> {
        match self.news.recv_timeout(within) {
            Ok(News::Screen(screen)) => self.take_screen(*screen),
            Ok(News::Happened(Happening::FrameRead)) => {
                self.frames_read += 1;
                Ok(())
            }
            Ok(News::Happened(Happening::CameraEnded)) => {
                self.camera_ended = true;
                Ok(())
            }
            Ok(News::Line(line)) => {
                let typed_at = self.aim();
                self.lines.push_back((line, typed_at));
                Ok(())
            }
            Ok(News::NoMoreLines) => {
                self.no_more_lines = true;
                Ok(())
            }
            Ok(News::Happened(Happening::Durable { .. })) | Err(RecvTimeoutError::Timeout) => {
                Ok(())
            }
            Err(RecvTimeoutError::Disconnected) => Err(HeadlessError::NoReaction("the desk")),
        }
    }

    fn take_screen(&mut self, screen: OperatorScreen) -> Result<(), HeadlessError> {
        let stage_before = std::mem::discriminant(self.stage());
        let notice_before = self.notice();
        let said = say::said(&screen);
        let line = say::line(&screen);
        if said != self.said || stage_before != std::mem::discriminant(&screen.stage) {
            self.stage_at = monotonic();
        }
        let count = said != Said::Nothing && said != self.said;
        if count {
            self.count(&screen.stage);
        }
        self.said = said;
        self.screen = Some(screen);
        if let Some(line) = line.filter(|_| count) {
            self.write(&line)?;
        }
        self.say_the_camera()?;
        match self.notice() {
            // A key that came too soon is given again by itself first.
            Some(Notice::PressAgain) | None => Ok(()),
            now if now == notice_before => Ok(()),
            Some(notice) => self.say(notice),
        }
    }

    fn say(&mut self, notice: Notice) -> Result<(), HeadlessError> {
        self.notice_said = Some(notice);
        self.write(say::notice(notice))
    }

    /// What it does now, if that is something else than what was said last. Without a camera there is nothing to say.
    fn say_the_camera(&mut self) -> Result<(), HeadlessError> {
        let view = self.screen.as_ref().map(|screen| &screen.camera);
        let line = view.and_then(say::camera).filter(|_| self.has_camera);
        let Some(line) = line.filter(|line| self.camera_said.as_ref() != Some(line)) else {
            return Ok(());
        };
        self.write(&line)?;
        self.camera_said = Some(line);

        Ok(())
    }

    fn count(&mut self, stage: &Stage) {
        let figure = match stage {
            Stage::Verdict(view) => match view.verdict {
                Verdict::Admit => &mut self.summary.admit,
                Verdict::Attention => &mut self.summary.attention,
                Verdict::Refuse => &mut self.summary.refuse,
                Verdict::Undecided => &mut self.summary.undecided,
            },
            Stage::LetIn { .. } => &mut self.summary.let_in,
            Stage::Emergency { .. } => &mut self.summary.emergency,
            Stage::Undone { .. } => &mut self.summary.undone,
            Stage::Watching | Stage::Comparing { .. } | Stage::Storing { .. } => return,
        };
        *figure += 1;
    }

    fn notice(&self) -> Option<Notice> {
        self.screen.as_ref().and_then(|screen| screen.notice)
    }

    fn aim(&self) -> Aim {
        self.screen.as_ref().map(Aim::at).unwrap_or_default()
    }

    fn command(&self, order: &Order) -> Option<Command> {
        order.command(self.screen.as_ref()?)
    }

    fn time(&self) -> String {
        self.screen
            .as_ref()
            .map(say::time_of_day)
            .unwrap_or_default()
    }
}

fn summary_line(run: &Summary, screen: Option<&OperatorScreen>) -> String {
    let receipt = screen.and_then(|screen| {
        let offset = screen.venue.as_ref().map_or(0, |v| v.utc_offset_minutes);
        screen
            .sync
            .last_receipt
            .map(|at| say::clock_face(at, offset))
    });

    format!(
        "summary: {} admit, {} attention, {} refuse, {} undecided, {} let in, {} emergency, {} undone; \
         {} waiting to be sent, last receipt {}",
        run.admit,
        run.attention,
        run.refuse,
        run.undecided,
        run.let_in,
        run.emergency,
        run.undone,
        run.waiting,
        receipt.unwrap_or_else(|| "none".to_owned()),
    )
}
