//! What the centre counts of itself, as Prometheus reads it. Counts and times only: nothing of an entry, a
//! person, a station or a venue.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use domain::time::Timestamp;

/// Upper bounds of the buckets of a commit's time, in microseconds.
const BOUNDS: [u64; 8] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_500_000,
];

/// Counters since the start, and the state of now.
#[derive(Debug, Default)]
pub struct Metrics {
    answers: [AtomicU64; 4],
    statuses: [AtomicU64; 5],
    entries: AtomicU64,
    poison: AtomicU64,
    contradictions: AtomicU64,
    holes: AtomicU64,
    commits: AtomicU64,
    commit_micros: AtomicU64,
    commit_buckets: [AtomicU64; BOUNDS.len()],
    failed_commits: AtomicU64,
    last_commit: AtomicI64,
    waiting: AtomicUsize,
    connections: AtomicUsize,
    refused_connections: AtomicU64,
    chains: AtomicUsize,
    days: AtomicUsize,
    erased_days: AtomicU64,
    last_erase: AtomicI64,
}

/// How a batch was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Its epoch is over.
    Fenced = 0,
    /// Another branch.
    Fork = 1,
    /// Entries before it are missing.
    Gap = 2,
    /// Stored.
    Ok = 3,
}

/// The state of the disk at the time of the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Bytes that this account may still write.
    pub free: u64,
}

impl Metrics {
    /// A batch got a signed answer.
    pub fn answered(&self, how: Answered, stored: usize, poison: usize) {
        if let Some(count) = self.answers.get(how as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.entries.fetch_add(wide(stored), Ordering::Relaxed);
        self.poison.fetch_add(wide(poison), Ordering::Relaxed);
    }

    /// A hello contradicted what is stored.
    pub fn contradicted(&self) {
        self.contradictions.fetch_add(1, Ordering::Relaxed);
    }

    /// A station showed that entries can never be given.
    pub fn hole(&self) {
        self.holes.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was answered with this HTTP status.
    pub fn responded(&self, status: u16) {
        let class = usize::from(status / 100).saturating_sub(1);
        if let Some(count) = self.statuses.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A group of batches is on the disk.
    pub fn committed(&self, took: Duration, at: Timestamp) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.commit_micros.fetch_add(micros, Ordering::Relaxed);
        for (bound, count) in BOUNDS.iter().zip(&self.commit_buckets) {
            if micros <= *bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.last_commit.store(at.0, Ordering::Relaxed);
    }

    /// A group was not stored.
    pub fn commit_failed(&self) {
        self.failed_commits.fetch_add(1, Ordering::Relaxed);
    }

    /// One more waits for the writer.
    pub fn queued(&self) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
    }

    /// So many are with the writer now, or were not taken.
    pub fn taken(&self, count: usize) {
        self.waiting.fetch_sub(count, Ordering::Relaxed);
    }

    /// How many chains have a head, and how many days a file.
    pub fn set_store(&self, chains: usize, days: usize) {
        self.chains.store(chains, Ordering::Relaxed);
        self.days.store(days, Ordering::Relaxed);
    }

    /// Days beyond retention were erased, perhaps none.
    pub fn erased(&self, days: usize, at: Timestamp) {
        self.erased_days.fetch_add(wide(days), Ordering::Relaxed);
        self.last_erase.store(at.0, Ordering::Relaxed);
    }

    /// A connection was not let in.
    pub fn connection_refused(&self) {
        self.refused_connections.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections are open.
    pub fn set_connections(&self, count: usize) {
        self.connections.store(count, Ordering::Relaxed);
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// The text that Prometheus reads (exposition format 0.0.4).
    #[must_use]
    pub fn text(&self, disk: Option<Disk>) -> String {
        let mut page = Page(String::new());
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        page.head(
            "menshen_batches_total",
            "counter",
            "Batches that got a signed answer.",
        );
        for (name, count) in ["fenced", "fork", "gap", "ok"].iter().zip(&self.answers) {
            page.line(
                &format!("menshen_batches_total{{answer=\"{name}\"}}"),
                read(count),
            );
        }
        page.head(
            "menshen_responses_total",
            "counter",
            "Responses by class of their status.",
        );
        for (class, count) in (1..).zip(&self.statuses) {
            page.line(
                &format!("menshen_responses_total{{status=\"{class}xx\"}}"),
                read(count),
            );
        }
        page.one(
            "menshen_entries_stored_total",
            "counter",
            "Entries stored for the first time.",
            read(&self.entries),
        );
        page.one(
            "menshen_entries_poison_total",
            "counter",
            "Entries among them that make no sense.",
            read(&self.poison),
        );
        page.one(
            "menshen_hellos_contradicting_total",
            "counter",
            "Hellos of logs that end before what is stored of them, or otherwise.",
            read(&self.contradictions),
        );
        page.one(
            "menshen_holes_total",
            "counter",
            "Holes recorded for entries that can never be given.",
            read(&self.holes),
        );
        self.commits(&mut page);
        page.one(
            "menshen_jobs_waiting",
            "gauge",
            "Jobs that wait for the writer.",
            self.waiting.load(Ordering::Relaxed),
        );
        page.one(
            "menshen_connections",
            "gauge",
            "Open connections.",
            self.connections(),
        );
        page.one(
            "menshen_connections_refused_total",
            "counter",
            "Connections that were not let in.",
            read(&self.refused_connections),
        );
        page.one(
            "menshen_chains",
            "gauge",
            "Chains with a head.",
            self.chains.load(Ordering::Relaxed),
        );
        page.one(
            "menshen_days",
            "gauge",
            "Days with a file.",
            self.days.load(Ordering::Relaxed),
        );
        page.one(
            "menshen_days_erased_total",
            "counter",
            "Days erased at retention.",
            read(&self.erased_days),
        );
        page.one(
            "menshen_last_erase_timestamp_seconds",
            "gauge",
            "When days were last looked through for retention.",
            self.last_erase.load(Ordering::Relaxed),
        );
        if let Some(disk) = disk {
            page.one(
                "menshen_disk_free_bytes",
                "gauge",
                "Bytes free for the data folder.",
                disk.free,
            );
        }

        page.0
    }

    fn commits(&self, page: &mut Page) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        page.head(
            "menshen_commit_seconds",
            "histogram",
            "Time of a group's commit.",
        );
        for (bound, count) in BOUNDS.iter().zip(&self.commit_buckets) {
            page.line(
                &format!(
                    "menshen_commit_seconds_bucket{{le=\"{}\"}}",
                    seconds(*bound)
                ),
                read(count),
            );
        }
        let commits = read(&self.commits);
        page.line("menshen_commit_seconds_bucket{le=\"+Inf\"}", commits);
        page.line(
            "menshen_commit_seconds_sum",
            seconds(read(&self.commit_micros)),
        );
        page.line("menshen_commit_seconds_count", commits);
        page.one(
            "menshen_commits_failed_total",
            "counter",
            "Groups that were not stored and not acknowledged.",
            read(&self.failed_commits),
        );
        page.one(
            "menshen_last_commit_timestamp_seconds",
            "gauge",
            "When a group was last stored; 0 for never.",
            self.last_commit.load(Ordering::Relaxed),
        );
    }
}

struct Page(String);

impl Page {
    fn head(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, kind, help);
        self.line(name, value);
    }
}

/// Microseconds as seconds, without a float.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_counted_in_the_words_of_prometheus() {
        let metrics = Metrics::default();
        metrics.answered(Answered::Ok, 200, 1);
        metrics.answered(Answered::Fork, 0, 0);
        metrics.responded(200);
        metrics.responded(503);
        metrics.committed(Duration::from_millis(4), Timestamp(1_000));
        metrics.queued();
        let text = metrics.text(Some(Disk { free: 7 }));
        for line in [
            "menshen_batches_total{answer=\"ok\"} 1",
            "menshen_batches_total{answer=\"fork\"} 1",
            "menshen_responses_total{status=\"5xx\"} 1",
            "menshen_entries_stored_total 200",
            "menshen_entries_poison_total 1",
            "menshen_commit_seconds_bucket{le=\"0.002500\"} 0",
            "menshen_commit_seconds_bucket{le=\"0.005000\"} 1",
            "menshen_commit_seconds_bucket{le=\"+Inf\"} 1",
            "menshen_commit_seconds_sum 0.004000",
            "menshen_last_commit_timestamp_seconds 1000",
            "menshen_jobs_waiting 1",
            "menshen_disk_free_bytes 7",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }

    #[test]
    fn every_line_is_a_comment_or_a_name_and_a_number_and_every_name_is_described_once() {
        let text = Metrics::default().text(None);
        let mut described = Vec::new();
        for line in text.lines() {
            if let Some(words) = line.strip_prefix("# TYPE ") {
                described.push(words.split(' ').next().unwrap().to_owned());
            } else if !line.starts_with("# HELP ") {
                let (name, value) = line.rsplit_once(' ').unwrap();
                assert!(value.parse::<f64>().is_ok(), "{line}");
                let name = name.split('{').next().unwrap();
                assert!(name.starts_with(described.last().unwrap()), "{line}");
            }
        }
        let mut once = described.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), described.len());
    }
}
