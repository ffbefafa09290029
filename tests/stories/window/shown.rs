//! A verdict as a person sees it: its word, its reason, its shape, its colour, over the whole window.

use acceptance::window::page::Page;
use serde_json::Value;

const F8: &str = "\u{e038}";

/// Word, shape and colour, then the same in the other language by the key for it.
pub(crate) fn is_whole_in_both_languages(page: &Page, seen: &Value, verdict: &str, reason: &str) {
    is_whole(page, seen, verdict, reason);
    let other = if seen["language"] == "en" {
        "zh-CN"
    } else {
        "en"
    };
    let turned = page
        .press_until(F8, &format!("s.language === '{other}'"))
        .unwrap();
    is_whole(page, &turned, verdict, reason);
}

fn is_whole(page: &Page, seen: &Value, verdict: &str, reason: &str) {
    assert_eq!(seen["verdict"], verdict, "{reason}: {seen}");
    assert_eq!(seen["door"], verdict, "{seen}");
    assert_eq!(seen["shape"], verdict, "{seen}");
    assert!(seen["shapeSide"].as_f64().unwrap() > 100.0, "{seen}");
    assert_eq!(seen["role"], "alert", "{seen}");
    assert_eq!(seen["fills"], true, "{seen}");
    assert_eq!(seen["ground"], page.colour(verdict).unwrap(), "{seen}");
    assert_eq!(
        seen["word"],
        page.words(seen, &format!("verdict.{verdict}")).unwrap(),
        "{seen}"
    );
    let sentence = page.words(seen, &format!("reason.{reason}.why")).unwrap();
    let shown = seen["reason"].as_str().unwrap();
    assert!(fits(shown, &sentence), "{shown:?} for {sentence:?}: {seen}");
}

/// Whether this is the sentence, something or other in each of its `{gaps}`.
fn fits(shown: &str, sentence: &str) -> bool {
    let Some((before, rest)) = sentence.split_once('{') else {
        return shown == sentence;
    };
    let Some((shown, (_, after))) = shown.strip_prefix(before).zip(rest.split_once('}')) else {
        return false;
    };

    shown
        .char_indices()
        .skip(1)
        .map(|(at, _)| at)
        .chain([shown.len()])
        .any(|at| shown.get(at..).is_some_and(|shown| fits(shown, after)))
}
