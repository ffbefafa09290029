//! Keys of encrypted codes: taken in, listed, removed, and codes read by them.

use domain::keyfile::{KeyFile, KeyRole};
use domain::verdict::Reason;

use super::*;

const CODES: &str = include_str!("../../../domain/vectors/foreign-codes.txt");

fn code(name: &str) -> &'static str {
    let mut lines = CODES.lines().filter_map(|line| line.split_once(" = "));

    lines.find(|(of, _)| *of == name).unwrap().1
}

impl Desk {
    fn content_key(&self, action: &str, more: &[&str]) -> Result<String, String> {
        let words = [&["content-key", action, "--authority", "authority"], more].concat();

        self.try_run(&words)
            .map(|(_, said)| said)
            .map_err(|failure| failure.to_string())
    }

    #[expect(clippy::unwrap_in_result, reason = "a test may panic")]
    fn add(&self, name: &str, content: &[u8]) -> Result<String, String> {
        let file = self.path("given");
        std::fs::write(&file, content).unwrap();

        self.content_key("add", &["--name", name, &file.display().to_string()])
    }
}

#[test]
fn keys_are_taken_in_listed_and_removed_by_name() {
    let desk = Desk::new();
    let none = desk.content_key("list", &[]).unwrap();
    assert_eq!(none, "No keys of encrypted codes.\n");
    let said = desk.add("mosip-2026", &[7; 16]).unwrap();
    assert!(said.starts_with("Took mosip-2026 (128 bits) in"), "{said}");
    desk.add("b", domain::hex::encode([8; 32]).as_bytes())
        .unwrap();
    let both = "b (256 bits)\nmosip-2026 (128 bits)\n";
    assert_eq!(desk.content_key("list", &[]).unwrap(), both);
    let text = std::fs::read_to_string(desk.path("authority/content-keys/b.key")).unwrap();
    let file = KeyFile::read(&text, None).ok().unwrap();
    assert_eq!((file.role, file.demo), (KeyRole::Content256, true));
    assert_eq!(file.content_key().unwrap().expose(), [8; 32]);

    desk.content_key("remove", &["--name", "mosip-2026"])
        .unwrap();
    assert_eq!(desk.content_key("list", &[]).unwrap(), "b (256 bits)\n");
    let gone = desk.content_key("remove", &["--name", "mosip-2026"]);
    assert!(gone.unwrap_err().contains("no key called mosip-2026"));
}

#[test]
fn a_wrong_length_a_taken_name_the_same_key_and_a_seventeenth_are_refused_with_what_to_do() {
    let desk = Desk::new();
    let short = desk.add("a", "0".repeat(48).as_bytes()).unwrap_err();
    assert!(
        short.contains("holds 24 bytes") && short.contains("16 (AES-128) or 32 (AES-256)"),
        "{short}"
    );
    let none = desk.add("a", b"our secret word").unwrap_err();
    assert!(none.contains("is no key: wanted are"), "{none}");
    assert!(!desk.path("authority/content-keys").exists());

    desk.add("a", &[1; 16]).unwrap();
    let taken = desk.add("a", &[2; 16]).unwrap_err();
    assert!(taken.contains("take another name"), "{taken}");
    let same = desk.add("z", &[1; 16]).unwrap_err();
    assert!(same.contains("here already, as a"), "{same}");
    for byte in 2..=16 {
        desk.add(&format!("k{byte}"), &[byte; 16]).unwrap();
    }
    let many = desk.add("z", &[17; 16]).unwrap_err();
    assert!(many.contains("at most 16 keys"), "{many}");
}

#[test]
fn verify_opens_an_encrypted_code_with_the_folders_keys_or_with_one_that_is_given() {
    let desk = Desk::new();
    let key = code("claim169_key");
    let ask = |more: &[&str]| {
        let text = code("claim169_encrypted");
        let words = [
            &["verify", "--at", NOW, "--authority", "authority", text],
            more,
        ]
        .concat();
        desk.run(&words).1
    };
    let unread = ask(&[]);
    assert!(
        unread.contains("encrypted with a key that is not here")
            && unread.contains(Reason::Unsupported.word()),
        "{unread}"
    );
    let file = desk.path("key.hex");
    std::fs::write(&file, key).unwrap();
    let opened = ask(&["--content-key", &file.display().to_string()]);
    assert!(opened.contains(Reason::UnknownIssuer.word()), "{opened}");
    desk.add("a", key.as_bytes()).unwrap();
    assert_eq!(ask(&[]), opened);
}
