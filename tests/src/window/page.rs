//! What the window shows, as its page says, and keys pressed until it shows what they are for.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::figures::Stopwatch;
use anyhow::Context;
use serde_json::Value;

use super::display::Colour;
use super::driver::Driver;

/// A key is pressed again when this passed without what it is for: the station's guards ask for it.
const AGAIN: u32 = 900;
/// Longer than the demo camera needs to bring a sheet.
const LONGEST: Duration = Duration::from_secs(40);

/// Puts `window.see` into the page: all that a person would look at.
const SEE: &str = "
    window.see = () => {
        const one = (query) => document.querySelector(query);
        const box = (element) => {
            const { x, y, width, height } = element.getBoundingClientRect();
            return [x, y, width, height];
        };
        const door = one('[data-door]');
        const verdict = one('[data-verdict]');
        const shape = one('[data-shape]');
        return {
            language: document.documentElement.lang,
            door: door?.dataset.door ?? null,
            ground: door === null ? null : getComputedStyle(door).backgroundColor,
            fills: door !== null && box(door).join() === [0, 0, innerWidth, innerHeight].join(),
            verdict: verdict?.dataset.verdict ?? null,
            role: verdict?.getAttribute('role') ?? null,
            word: verdict?.querySelector('.word strong').textContent ?? null,
            reason: verdict?.querySelector('.reason').textContent.replace(/\\s/g, '') ?? null,
            shape: shape?.dataset.shape ?? null,
            shapeSide: shape === null ? 0 : box(shape)[2],
            stage: one('[data-stage]')?.dataset.stage ?? null,
            comparing: one('.comparing') !== null,
            watching: one('canvas') !== null,
            form: one('[role=dialog]') !== null,
            camera: one('[data-camera]')?.dataset.camera ?? null,
            cameraWords: one('[data-camera] h2')?.textContent.replace(/\\s/g, '') ?? null,
            fault: one('[data-fault]')?.dataset.fault ?? null,
        };
    };";

/// The page in a driven window.
pub struct Page {
    /// For what is not on the screen.
    pub driver: Driver,
    words: BTreeMap<String, Value>,
    tokens: String,
}

impl Page {
    ///
    /// # Errors
    /// There is no window, or the words of the screens cannot be read.
    pub fn new(driver: Driver) -> anyhow::Result<Self> {
        let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
        let words = ["zh-CN", "en"]
            .into_iter()
            .map(|language| {
                let text = fs::read_to_string(ui.join(format!("locales/{language}.json")))?;
                Ok((language.to_owned(), serde_json::from_str(&text)?))
            })
            .collect::<anyhow::Result<_>>()?;
        driver.run(SEE)?;

        Ok(Self {
            driver,
            words,
            tokens: fs::read_to_string(ui.join("shared/tokens.css"))?,
        })
    }

    /// What is shown as soon as this holds of it; `s` is what is seen.
    ///
    /// # Errors
    /// It never holds.
    pub fn until(&self, holds: &str) -> anyhow::Result<Value> {
        let time = Stopwatch::start();
        loop {
            if let Some(seen) = self.within(holds, 5_000)? {
                return Ok(seen);
            }
            let seen = self.driver.run("return window.see();")?;
            anyhow::ensure!(time.time() < LONGEST, "{holds} never held: {seen}");
        }
    }

    /// Presses a key until this holds, as staff do when they are asked to press again.
    ///
    /// # Errors
    /// It never holds.
    pub fn press_until(&self, key: &str, holds: &str) -> anyhow::Result<Value> {
        let time = Stopwatch::start();
        loop {
            self.driver.press(key)?;
            if let Some(seen) = self.within(holds, AGAIN)? {
                return Ok(seen);
            }
            anyhow::ensure!(time.time() < LONGEST, "{key:?} never led to {holds}");
        }
    }

    /// A sentence in the language that is shown, without what only lays it out.
    ///
    /// # Errors
    /// There is no such sentence.
    pub fn words(&self, seen: &Value, key: &str) -> anyhow::Result<String> {
        let language = seen["language"].as_str().context("a language")?;
        let sentence = self.words[language][key].as_str().context(key.to_owned())?;

        Ok(sentence
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '`')
            .collect())
    }

    /// A colour of the style sheet, as a page computes it.
    ///
    /// # Errors
    /// There is no such colour.
    pub fn colour(&self, name: &str) -> anyhow::Result<String> {
        let Colour { red, green, blue } = Colour::of(&self.tokens, name).context("a colour")?;

        Ok(format!("rgb({red}, {green}, {blue})"))
    }

    /// Waits until the window is gone.
    ///
    /// # Errors
    /// It stays.
    pub fn ends(&self) -> anyhow::Result<()> {
        let time = Stopwatch::start();
        while self.driver.run("return 1;").is_ok() {
            anyhow::ensure!(time.time() < LONGEST, "the window does not close");
        }

        Ok(())
    }

    fn within(&self, holds: &str, milliseconds: u32) -> anyhow::Result<Option<Value>> {
        let seen = self.driver.run(&format!(
            "const end = performance.now() + {milliseconds};
             for (;;) {{
                 const s = window.see();
                 if ({holds}) return s;
                 if (performance.now() > end) return null;
                 await new Promise((go) => setTimeout(go, 20));
             }}"
        ))?;

        Ok((!seen.is_null()).then_some(seen))
    }
}
