//! What hostile codes make us keep in memory. A file of its own, since the peak is the whole process's.

#[path = "foreign/signed.rs"]
#[expect(
    dead_code,
    reason = "shared with the tests of the formats, which use it all"
)]
mod signed;

use std::process::Command;
use std::{env, fs};

use domain::cbor::{self, Value as Cbor};
use domain::code::MAX_TEXT;
use domain::code::foreign::decode;

/// What a code may take (SECURITY.md §8).
const ALLOWED_KIB: u64 = 1_024;

/// Tells the process that reads a code the line of it.
const LINE: &str = "MENSHEN_HOSTILE_CODE";

/// Cards, certificates and identities that unpack to 64 KiB of what takes most room, some that take as much as is let
/// through, a pass, a seal and a ticket as long as a code. They are made in this process and each is read in another, since
/// what making or reading the others took would be there for it.
#[test]
fn no_code_of_these_formats_takes_a_megabyte() {
    let file = format!("{}/hostile-codes", env!("CARGO_TARGET_TMPDIR"));
    if let Ok(line) = env::var(LINE) {
        let codes = fs::read_to_string(file).unwrap();
        match grown_by_reading(&codes, line.parse().unwrap()) {
            Some(grown) => println!("line {line} read: {grown} KiB"),
            None => println!("line {line} read; skipped: this system tells no peak of memory"),
        }
        return;
    }
    let codes = [small_codes(), json_codes(), cbor_codes()].concat();
    fs::write(&file, codes.join("\n")).unwrap();
    for line in SMALL..codes.len() {
        let reading = Command::new(env::current_exe().unwrap())
            .args(["--exact", "--nocapture"])
            .arg("no_code_of_these_formats_takes_a_megabyte")
            .env(LINE, line.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&reading.stdout);
        print!("{said}{}", String::from_utf8_lossy(&reading.stderr));
        assert!(reading.status.success() && said.contains(&format!("line {line} read")));
    }
}

/// Reads the code in a line, which must be refused if it begins with an exclamation mark. By how many KiB the process grew,
/// where the system tells.
fn grown_by_reading(codes: &str, at: usize) -> Option<u64> {
    // The pages of the program itself are no code's.
    for small in codes.lines().take(SMALL) {
        assert!(decode(small).is_ok());
    }
    let line = codes.lines().nth(at).unwrap_or_default();
    let code = line.strip_prefix('!').unwrap_or(line);
    let forgotten = fs::write("/proc/self/clear_refs", "5");
    let before = forgotten.ok().and_then(|()| peak_kib());
    assert!(decode(code).is_err() || code == line, "it is let through");
    let grown = before.and_then(|before| peak_kib()?.checked_sub(before));
    assert!(grown < Some(ALLOWED_KIB), "{grown:?} KiB");

    grown
}

/// So many stand before the others and warm the reader up.
const SMALL: usize = 5;

fn small_codes() -> Vec<String> {
    let entries = || numbered(vec![(4, Cbor::Array(vec![numbered(vec![])]))]);
    let codes = [
        signed::shc(&signed::deflated(signed::SHC_PAYLOAD.as_bytes())),
        signed::vds_nc(signed::VDS_DATA),
        signed::pretix(signed::TICKET),
        format!(
            "HC1:{}",
            packed(&numbered(vec![(-260, numbered(vec![(1, entries())]))]))
        ),
        packed(&numbered(vec![(169, entries())])),
    ];
    assert_eq!(codes.len(), SMALL);

    codes.to_vec()
}

fn json_codes() -> Vec<String> {
    let hostile = [
        card(&full(r#"{"":0}"#)),
        card(&full("{}")),
        card(&full("[]")),
        card(&full("[0]")),
        card(&full("0")),
        card(&full(r#""""#)),
        card(&" ".repeat(65_536)),
        card(&" ".repeat(1_000_000)),
        signed::vds_nc(&format!("[{}]", [r#"{"":0}"#; 550].join(","))),
        signed::pretix(&[0x3a, 0x00].repeat(1_500)),
    ];
    let most = card(&format!(r#"{{"a":[{}]}}"#, [r#"{"":0}"#; 690].join(",")));
    assert!(decode(&most).is_ok() && decode(&signed::vds_nc(signed::VDS_DATA)).is_ok());

    let refused = hostile.map(|code| format!("!{code}"));
    [&refused[..], &[most]].concat()
}

/// Health certificates, identities and a pass full of what takes most room, with zeros behind as many as fit.
fn cbor_codes() -> Vec<String> {
    let nested = |inner: Cbor| Cbor::Array(vec![inner]);
    let one = || numbered(vec![(0, Cbor::int(0))]);
    let (text, bytes) = (Cbor::text("a"), Cbor::bytes([0]));
    let many = (0..900).map(|number| (100 + number, Cbor::int(0)));
    let mut codes = vec![
        packed(&numbered(vec![(169, numbered(many.collect()))])),
        format!("!HC1:{}", base45::encode(full_headers())),
        format!("!{}", pass(&Cbor::Array(vec![one(); 700]))),
    ];
    for (item, count, is_refused) in [
        (one(), 1_000, true),
        (one(), 1_350, true),
        (nested(Cbor::int(0)), 2_000, false),
        (nested(one()), 1_000, true),
        (Cbor::map([("", Cbor::int(0))]), 1_350, true),
        (text.clone(), 4_000, true),
        (bytes.clone(), 4_000, true),
        (nested(text), 2_000, false),
        (Cbor::Tag(2, Box::new(bytes)), 2_000, false),
    ] {
        let zeros = |claim: i64, number: i64, items: Cbor| {
            let left = 65_200 - cbor::encode(&items).len();
            let content = Cbor::map([("a", Cbor::bytes(vec![0; left])), ("v", items)]);
            packed(&numbered(vec![(claim, numbered(vec![(number, content)]))]))
        };
        let items = Cbor::Array(vec![item; count]);
        let mark = if is_refused { "!" } else { "" };
        codes.push(format!("{mark}HC1:{}", zeros(-260, 1, items.clone())));
        codes.push(format!("{mark}{}", zeros(169, 4, items.clone())));
        codes.push(format!("{mark}{}", zeros(169, 62, items)));
    }
    for code in &codes {
        assert!(code.len() <= MAX_TEXT + 1, "{}", code.len());
    }

    codes
}

fn numbered(entries: Vec<(i64, Cbor)>) -> Cbor {
    Cbor::Map(
        entries
            .into_iter()
            .map(|(key, value)| (Cbor::int(key), value))
            .collect(),
    )
}

/// `claims` with a signature that nobody made.
fn unsigned(claims: &Cbor) -> Cbor {
    let protected = numbered(vec![(1, Cbor::int(-7)), (4, Cbor::bytes([7; 8]))]);

    Cbor::Tag(
        18,
        Box::new(Cbor::Array(vec![
            Cbor::bytes(cbor::encode(&protected)),
            numbered(vec![]),
            Cbor::bytes(cbor::encode(claims)),
            Cbor::bytes([1]),
        ])),
    )
}

fn packed(claims: &Cbor) -> String {
    base45::encode(zlib(&cbor::encode(&unsigned(claims))))
}

fn zlib(plain: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(plain, 9)
}

/// An object whose two headers hold as many items as any reader takes.
fn full_headers() -> Vec<u8> {
    let full = |count| Cbor::Array(vec![Cbor::bytes([0]); count]);
    let members = vec![
        Cbor::bytes(cbor::encode(&numbered(vec![
            (1, Cbor::int(-7)),
            (9, full(4_000)),
        ]))),
        numbered(vec![(9, full(4_000))]),
        Cbor::bytes([0xa0]),
        Cbor::bytes([1]),
    ];

    zlib(&cbor::encode(&Cbor::Array(members)))
}

/// A pass of New Zealand around `credential`, in base32 (RFC 4648 §6).
fn pass(credential: &Cbor) -> String {
    let claims = Cbor::Map(vec![
        (Cbor::int(1), Cbor::text("did:web:a")),
        (Cbor::int(4), Cbor::int(2)),
        (Cbor::int(5), Cbor::int(1)),
        (Cbor::int(7), Cbor::bytes([0; 16])),
        (Cbor::text("vc"), credential.clone()),
    ]);
    let bits: Vec<u8> = cbor::encode(&unsigned(&claims))
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let digits = bits.chunks(5).map(|five| {
        let value = (0..5).fold(0_u8, |value, at| value << 1 | five.get(at).unwrap_or(&0));
        char::from(letters[usize::from(value)])
    });

    format!("NZCP:/1/{}", digits.collect::<String>())
}

/// A card in one code around `plain`.
fn card(plain: &str) -> String {
    let card = signed::shc(&miniz_oxide::deflate::compress_to_vec(plain.as_bytes(), 9));
    assert!(card.len() <= MAX_TEXT);

    card
}

/// A list of `item` that fills 64 KiB.
fn full(item: &str) -> String {
    let count = (65_536 - 2) / (item.len() + 1);

    format!("[{}]", vec![item; count].join(","))
}

/// The most that this process has held so far.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;

    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
