//! The words of `menshen rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `menshen rules`.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// What to do with them.
    #[command(subcommand)]
    pub action: RulesAction,
}

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RulesAction {
    /// Say what is wrong with rule files, line by line.
    Check(RulesCheckArgs),
    /// Run tests of rules: the suites of CertLogic's specification, or one {id, logic, data, expected} a line.
    Test(RulesTestArgs),
}

/// `menshen rules check`.
#[derive(Debug, Args)]
#[command(
    after_help = "A rule file is JSON in which a line may end in a comment; docs/rules.md says what stands in it.\n\
Exit status: 0 every file is good; 1 one is not, and each line says where and what; 2 a file cannot be read."
)]
pub struct RulesCheckArgs {
    /// Files with one rule each, or with a set of rules.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// `menshen rules test`.
#[derive(Debug, Args)]
#[command(after_help = "Tests that their authors skip are counted in neither.\n\
Exit status: 0 every test agrees; 1 one differs, or nothing was tested, and a line says so; 2 a file cannot be read \
or holds something else.")]
pub struct RulesTestArgs {
    /// Suites or lines of tests; their form is told by what is in them.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
