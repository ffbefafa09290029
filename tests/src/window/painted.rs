//! From a verdict to the frame in which it is painted.

use std::time::Duration;

use anyhow::ensure;

use super::page::Page;
use crate::figures::Times;

/// Notes when a verdict's frame was on the screen: the second frame after the page has changed begins when the
/// first one is painted, so that up to a whole frame is counted too much.
const WATCH: &str = "
    window.painted = [];
    const painted = (verdict) => requestAnimationFrame(() => requestAnimationFrame(() =>
        window.painted.push([performance.timeOrigin + performance.now(), verdict])));
    new MutationObserver((changes) => {
        for (const node of changes.flatMap((change) => [...change.addedNodes])) {
            if (!(node instanceof Element)) continue;
            const shown = node.matches('[data-verdict]') ? node : node.querySelector('[data-verdict]');
            if (shown !== null) painted(shown.dataset.verdict);
        }
    }).observe(document.getElementById('app'), { childList: true, subtree: true });";
/// Seconds.
const DAY: f64 = 86_400.0;

/// The first line about a scan's verdict: when, in seconds of the day, and which.
struct Told {
    at: f64,
    verdict: String,
}

/// Registers so many people without a code, one after the other: each is a verdict, stored like any other. The way is
/// timed from where the station tells the window, by its log, to the painted frame.
///
/// # Errors
/// A verdict is not painted, or not told.
pub fn measure(page: &Page, count: usize) -> anyhow::Result<Times> {
    page.driver.run(WATCH)?;
    // Of what came before.
    drop(page.driver.log());
    let painted = page.driver.run(&format!(
        "for (let n = 0; n < {count}; n += 1) {{
             const before = window.painted.length;
             await window.__TAURI_INTERNALS__.invoke('command', {{ command:
                 {{ command: 'register', name: 'N', birth_year: null, last_four: '1234', class: null }} }});
             while (window.painted.length === before) await new Promise((go) => setTimeout(go, 5));
         }}
         return window.painted;"
    ))?;
    let told = told(&page.driver.log());
    let none = Vec::new();
    let painted = painted.as_array().unwrap_or(&none);
    ensure!(
        painted.len() == count && told.len() == count,
        "{} painted, {} told",
        painted.len(),
        told.len()
    );
    let mut times = Times::new();
    for (told, painted) in told.iter().zip(painted) {
        ensure!(painted[1] == told.verdict.as_str(), "{painted}");
        let at = painted[0].as_f64().unwrap_or(f64::NAN) / 1e3;
        times.add(Duration::from_secs_f64(
            (at.rem_euclid(DAY) - told.at).max(0.0),
        ));
    }

    Ok(times)
}

/// `2026-11-24T14:49:28.971238Z DEBUG menshen_desktop::desk: told scan=1 verdict="admit"`
fn told(lines: &[String]) -> Vec<Told> {
    let mut last = None;
    lines
        .iter()
        .filter_map(|line| {
            let (time, scan) = line.split_once(" DEBUG menshen_desktop::desk: told scan=")?;
            let (scan, verdict) = scan.split_once(" verdict=")?;
            let (_, clock) = time.trim_end_matches('Z').split_once('T')?;
            let at = clock.split(':').try_fold(0.0, |sum, part| {
                Some(sum * 60.0 + part.parse::<f64>().ok()?)
            })?;
            (last.replace(scan.to_owned()) != Some(scan.to_owned())).then(|| Told {
                at,
                verdict: verdict.trim_matches('"').to_owned(),
            })
        })
        .collect()
}
