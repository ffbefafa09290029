//! The words of `menshen trust`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use domain::code::clean_text;
use domain::code::lookup::MAX_ISSUER;
use domain::document::Product;
use domain::rules::CodeKind;
use domain::time::Timestamp;

use crate::clock;

/// `menshen trust`.
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub action: TrustAction,
}

/// What to do with the trust list.
#[derive(Debug, Subcommand)]
pub enum TrustAction {
    /// Join signatures that were made on separate machines, and publish the list once there are enough.
    Combine(TrustCombineArgs),
    /// Write which numbers of a health certificate hold what into the draft of the next trust list, and say what changes.
    Hcert(TrustHcertArgs),
    /// Write the keys and revocations of others into the draft of the next trust list, and say what changes.
    Import(TrustImportArgs),
    /// Write whose codes of which shape are looked up into the draft of the next trust list, and say what changes.
    Lookups(TrustLookupsArgs),
    /// Write the rules of a kind of venue into the draft of the next trust list, and say what changes.
    Policy(TrustPolicyArgs),
    /// Say what the trust list in force, or the draft of the next one, holds.
    Show(TrustShowArgs),
    /// Sign the draft with root keys: shows what changes and asks for two words of its hash first.
    Sign(TrustSignArgs),
}

/// `menshen trust import`.
#[derive(Debug, Args)]
#[command(
    after_help = "The draft lies in draft/trust.cbor of the authority's folder. What an earlier import of the same format brought and these files \
do not is removed from it, unless --add is given. docs/trust.md has the formats and where they are published.\n\
Exit status: 0 drafted, or nothing changed; 2 nothing was drafted."
)]
pub struct TrustImportArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// What the files are.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: TrustSource,
    /// Keep what earlier imports of this format brought.
    #[arg(long)]
    pub add: bool,
    /// Remove more than half of the keys or lists of a format. Without it such files are taken for a torn download.
    #[arg(long)]
    pub shrink: bool,
    /// The issuer's name, as its codes give it; for a ticket key the event's. Where the files say it, it is not needed.
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub issuer: Option<String>,
    /// The issuer's name as staff are to read it at the door, where its codes name it by an address or not at all.
    #[arg(long, value_name = "NAME", value_parser = shown_name)]
    pub name: Option<String>,
    /// The issuer's country, by two letters, where the files do not say it.
    #[arg(long, value_name = "CC", value_parser = country)]
    pub country: Option<String>,
    /// What the keys may vouch for where the files do not say it: several joined by commas. All unless it is given.
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    pub kinds: Vec<TrustKind>,
    /// Until when the keys count where the files do not say it.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub not_after: Option<Timestamp>,
    /// How many days a code may hold that these keys sign; one that holds longer, or does not say, is refused.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub max_days: Option<u32>,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
    /// The files; certificates of one chain all at once.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// What others publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum TrustSource {
    /// WHO's network: did.json of the trust list, version 2.
    Gdhcn,
    /// Signers of EU certificates: a national backend's list, or JWKS.
    EuDsc,
    /// SMART Health Cards: the snapshot of the VCI directory.
    Vci,
    /// New Zealand Covid Pass: an issuer's DID document.
    Nzcp,
    /// VDS-NC: certificates of authorities (CSCA) and signers (BCSC), PEM or DER.
    Icao,
    /// Tickets: an event's keys, as pretix gives them.
    Pretix,
    /// MOSIP identity codes: JWKS, DID document or PEM of the issuer that --issuer names.
    Claim169,
    /// Revoked EU certificates: a batch of hashes.
    EuRevocation,
    /// Revoked SMART Health Cards: a key's list.
    ShcRevocation,
    /// Revoked or blocked tickets: an event's list.
    PretixRevocation,
    /// Status tokens (IETF Token Status List), JWT or CWT, of keys that the draft holds already.
    StatusToken,
}

/// What a key may vouch for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrustKind {
    /// Vaccinations.
    Vaccination,
    /// Tests.
    Test,
    /// Recoveries.
    Recovery,
    /// Who somebody is.
    Identity,
    /// Tickets.
    Ticket,
}

/// `menshen trust policy`.
#[derive(Debug, Args)]
#[command(
    after_help = "A code of another format is taken at a venue where one of its rules is about the code's kind (docs/rules.md). What is not given \
stays as it is; --clear takes away rules, products and proofs that are not given.\n\
Exit status: 0 drafted, or nothing changed; 2 nothing was drafted."
)]
pub struct TrustPolicyArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// Which kind of venue.
    #[arg(long, value_enum)]
    pub venue: TrustVenue,
    /// A preset (eu-style, public-place, residential, ticket) or a rule file; several may follow.
    #[arg(long, value_name = "PRESET|FILE", num_args = 1..)]
    pub rules: Vec<String>,
    /// A product that tickets are taken for, by its number and its name for the screen; several may follow.
    #[arg(long, value_name = "ITEM=NAME", num_args = 1.., value_parser = product)]
    pub product: Vec<Product>,
    /// Kinds of code joined by commas, of which one is wanted. Given more than once, one of each is wanted, all of one person.
    #[arg(long, value_name = "KINDS", value_parser = proof)]
    pub proof: Vec<Proofs>,
    /// Take away rules, products and proofs that are not given.
    #[arg(long)]
    pub clear: bool,
    /// Seconds in which the same code again is attention, and the same ticket refused.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(0..=604_800))]
    pub again_within: Option<i64>,
    /// Whether staff compare the ID document.
    #[arg(long, value_name = "true|false")]
    pub identity_check: Option<bool>,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// A kind of venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum TrustVenue {
    /// Green, and a test within the set hours.
    #[value(alias = "public-place")]
    PublicPlace,
    /// Green.
    Residential,
    /// What its rules ask for.
    Event,
}

/// `menshen trust lookups`.
#[derive(Debug, Args)]
#[command(
    after_help = "A scheme says how a city's codes look that carry no signature: what each begins with, and what follows. Stations look such a text up in \
the list that `menshen lookups` publishes, and follow no link. A scheme of the same issuer and prefix is replaced (docs/lookups.md).\n\
Exit status: 0 drafted, or nothing changed; 2 nothing was drafted."
)]
pub struct TrustLookupsArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// Who gives the codes out, as screens show it: at most 64 bytes.
    #[arg(long, value_name = "NAME", value_parser = issuer)]
    pub issuer: String,
    /// What each code begins with, byte for byte; nothing unless it is given.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub prefix: String,
    /// The characters after the prefix.
    #[arg(
        long,
        value_enum,
        required_unless_present = "remove",
        requires = "length"
    )]
    pub alphabet: Option<TrustAlphabet>,
    /// How many characters follow the prefix: 32, or 16-24.
    #[arg(long, value_name = "N[-N]", value_parser = length, required_unless_present = "remove")]
    pub length: Option<(usize, usize)>,
    /// The issuer's country, by two letters, to show.
    #[arg(long, value_name = "CC", value_parser = country)]
    pub country: Option<String>,
    /// Take all schemes of this issuer away.
    #[arg(long, conflicts_with_all = ["prefix", "alphabet", "length", "country"])]
    pub remove: bool,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// The characters of a code that is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrustAlphabet {
    /// 0-9.
    Digits,
    /// 0-9, a-f, A-F.
    Hex,
    /// 0-9, a-z, A-Z.
    Alphanumeric,
    /// 0-9, a-z, A-Z, - and _.
    Base64url,
}

/// Kinds of code of which one is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proofs(pub Vec<CodeKind>);

/// `menshen trust hcert`.
#[derive(Debug, Args)]
#[command(
    after_help = "An HCERT holds its certificates by number, under claim -260. Unless the list says otherwise, 1 holds an EU certificate and -6 WHO's ICVP. \
What is not given stays as it is; --clear takes it away.\n\
Exit status: 0 drafted, or nothing changed; 2 nothing was drafted."
)]
pub struct TrustHcertArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// The number of EU certificates; several joined by commas.
    #[arg(
        long,
        value_name = "NUMBER",
        value_delimiter = ',',
        allow_hyphen_values = true,
        required_unless_present_any = ["icvp", "clear"]
    )]
    pub dcc: Vec<i64>,
    /// The number of WHO's certificates of vaccination; several joined by commas.
    #[arg(
        long,
        value_name = "NUMBER",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub icvp: Vec<i64>,
    /// Take away the numbers of what is not given; with nothing given the list says nothing of it, which means 1 and -6.
    #[arg(long)]
    pub clear: bool,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// `menshen trust show`.
#[derive(Debug, Args)]
pub struct TrustShowArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// The draft instead of the list in force.
    #[arg(long)]
    pub draft: bool,
    /// The keys of others as well, a line each, with the beginning of each key's SHA-256.
    #[arg(long)]
    pub keys: bool,
}

/// `menshen trust sign`.
#[derive(Debug, Args)]
#[command(
    after_help = "With fewer keys than the root asks for, the signature is written beside the draft for `menshen trust combine`.\n\
On a machine with a root key and no authority's folder: --root FILE --held FILE --draft FILE --key FILE --out FILE, the first two from the \
authority's public folder (root.cbor, trust.cbor)."
)]
pub struct TrustSignArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR", required_unless_present = "root", conflicts_with_all = ["root", "held", "out"])]
    pub authority: Option<PathBuf>,
    /// The draft, where it lies elsewhere than in the authority's folder.
    #[arg(long, value_name = "FILE")]
    pub draft: Option<PathBuf>,
    /// A root key file; several may follow.
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    pub key: Vec<PathBuf>,
    /// The first two words of the draft's hash, instead of asking for them.
    #[arg(long, value_name = "WORDS")]
    pub words: Option<String>,
    /// The root, where there is no authority's folder.
    #[arg(long, value_name = "FILE", requires_all = ["held", "draft", "out"])]
    pub root: Option<PathBuf>,
    /// The trust list in force, where there is no authority's folder.
    #[arg(long, value_name = "FILE", requires = "root")]
    pub held: Option<PathBuf>,
    /// Where the signed draft goes, where there is no authority's folder; it must not be there yet.
    #[arg(long, value_name = "FILE", requires = "root")]
    pub out: Option<PathBuf>,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
}

/// `menshen trust combine`.
#[derive(Debug, Args)]
pub struct TrustCombineArgs {
    /// The authority's folder.
    #[arg(long, value_name = "DIR")]
    pub authority: PathBuf,
    /// The time, instead of the clock's.
    #[arg(long, value_name = "TIME", value_parser = clock::parse)]
    pub at: Option<Timestamp>,
    /// Drafts that were signed on separate machines.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

fn not_blank(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err(
            "codes give no empty name: leave it out, or write the name as the codes give it"
                .to_owned(),
        ),
        _ => Ok(text.to_owned()),
    }
}

fn product(text: &str) -> Result<Product, String> {
    let (item, name) = text
        .split_once('=')
        .ok_or_else(|| "write a product as 42=Saturday".to_owned())?;
    let item = item
        .parse()
        .map_err(|_| "a product's number is a whole number".to_owned())?;
    let name = shown_name(name).map_err(|why| format!("a product: {why}"))?;

    Ok(Product { item, name })
}

fn shown_name(text: &str) -> Result<String, String> {
    let (name, altered) = clean_text(text.trim());
    if name.is_empty() || altered {
        return Err("a name has 1 to 64 letters that can be shown".to_owned());
    }

    Ok(name)
}

fn proof(text: &str) -> Result<Proofs, String> {
    let kinds = text.split(',').map(|word| {
        CodeKind::from_word(word.trim()).ok_or_else(|| {
            let words = CodeKind::ALL.map(CodeKind::word).join(", ");
            format!("`{word}` is no kind of code; those are {words}")
        })
    });

    kinds.collect::<Result<_, _>>().map(Proofs)
}

fn issuer(text: &str) -> Result<String, String> {
    let (name, altered) = clean_text(text.trim());
    if name.is_empty() || altered || name.len() > MAX_ISSUER {
        return Err(format!(
            "an issuer's name has 1 to {MAX_ISSUER} bytes of letters that can be shown"
        ));
    }

    Ok(name)
}

fn length(text: &str) -> Result<(usize, usize), String> {
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| {
        text.parse()
            .map_err(|_| "write a length as 32, or as 16-24".to_owned())
    };

    Ok((number(least)?, number(most)?))
}

fn country(text: &str) -> Result<String, String> {
    let fits = text.len() == 2 && text.bytes().all(|c| c.is_ascii_alphabetic());

    fits.then(|| text.to_ascii_uppercase())
        .ok_or_else(|| "write a country's two letters, as ISO 3166-1 has them".to_owned())
}
