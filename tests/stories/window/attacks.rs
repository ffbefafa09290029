//! What somebody would try who got a text to run or to show in the page.

use acceptance::window::page::Page;
use serde_json::json;

/// Whatever ran in the page could call our commands, with what a form can send, and nothing of Tauri's.
pub(crate) fn only_our_commands_are_called(page: &Page) {
    for (call, told) in [
        ("'plugin:window|close'", "not allowed"),
        ("'plugin:event|listen'", "not allowed"),
        (
            "'command', { command: { command: 'undo', seq: 'x' } }",
            "no command of the window",
        ),
        (
            "'command', { command: { command: 'sync_now', and: 1 } }",
            "does not belong",
        ),
        (
            "'command', { command: { command: 'emergency', scan: null, reason: 'other', note: 'n'.repeat(81) } }",
            "80 characters",
        ),
        (
            "'unlock', { passphrase: 'p'.repeat(257) }",
            "256 characters",
        ),
    ] {
        let answer = page
            .driver
            .run(&format!(
                "return await window.__TAURI_INTERNALS__.invoke({call});"
            ))
            .unwrap();
        assert!(
            answer["refused"]
                .as_str()
                .is_some_and(|why| why.contains(told)),
            "{call}: {answer}"
        );
    }
}

/// The policy of the page: no text becomes a script, nothing comes from elsewhere, and nothing goes there.
pub(crate) fn scripts_of_others_do_not_run(page: &Page) {
    let told = page.driver.run(ATTACKS).unwrap();
    assert_eq!(
        told,
        json!({
            "eval": "EvalError",
            "function": "EvalError",
            "inline": false,
            "handler": false,
            "fetch": "TypeError",
            "image": "error",
            "frame": 0,
            "blocked": ["connect-src", "default-src", "img-src", "script-src"],
        })
    );
}

/// What somebody who got a text into the page would try.
const ATTACKS: &str = "
    const blocked = new Set();
    document.addEventListener('securitypolicyviolation', (event) =>
        blocked.add(event.effectiveDirective.replace(/-(elem|attr)$/, '').replace('frame-src', 'default-src')));
    const name = (attack) => { try { attack(); return 'ran'; } catch (error) { return error.name; } };
    const told = {};
    told.eval = name(() => (0, eval)('window.attacked = 1'));
    told.function = name(() => new Function('window.attacked = 1')());
    const script = document.createElement('script');
    script.textContent = 'window.attacked = 2';
    document.body.append(script);
    told.inline = window.attacked === 2;
    const holder = document.createElement('div');
    holder.innerHTML = `<img src='https://192.0.2.1/x.png' onerror='window.attacked = 3'>`;
    document.body.append(holder);
    told.image = await new Promise((done) => {
        const image = new Image();
        image.onload = () => done('load');
        image.onerror = () => done('error');
        image.src = 'https://192.0.2.1/y.png';
    });
    told.fetch = await fetch('https://192.0.2.1/').then(() => 'answered', (error) => error.name);
    const frame = document.createElement('iframe');
    frame.src = 'https://192.0.2.1/';
    document.body.append(frame);
    for (let n = 0; n < 250 && blocked.size < 4; n += 1) await new Promise((go) => setTimeout(go, 20));
    let inside = 0;
    try { inside = frame.contentDocument.body.childElementCount; } catch { inside = 'another page'; }
    told.frame = inside;
    told.handler = window.attacked === 3;
    for (const element of [script, holder, frame]) element.remove();
    told.blocked = [...blocked].sort();
    return told;";
