//! The completions and manual pages in `docs/share/` are those of the programs' flags, and `download.sh` only copies them.
//! With the database `chat-server` has more of them, in `docs/share/with-database/`. `BLESS=1 cargo test --test share`
//! writes them again, `BLESS=1 cargo test --all-features --test share` those.

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use chatroom::flags::{chat, manual, server};
use clap::{Arg, Command, CommandFactory};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

/// Flags of features that `download.sh` installs no program with.
const NOT_INSTALLED: &[&str] = &["trusted_proxy", "cluster", "server_name"];

/// `chat-server` without those flags.
fn as_installed(program: &Command) -> Command {
    let is_installed = |arg: &&Arg| !NOT_INSTALLED.contains(&arg.get_id().as_str());
    Command::new("chat-server")
        .version(env!("CARGO_PKG_VERSION"))
        .about(program.get_about().cloned().unwrap_or_default())
        .long_about(program.get_long_about().cloned().unwrap_or_default())
        .args_conflicts_with_subcommands(program.is_args_conflicts_with_subcommands_set())
        .args(program.get_arguments().filter(is_installed).cloned())
        .subcommands(program.get_subcommands().cloned())
}

/// Where shells and `man` look for it, below a `share` folder; and what belongs there.
fn files(mut program: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let name = program.get_name().to_owned();
    let mut pages = Vec::new();
    let mut page = |program: Command, name: &str| {
        let mut page = Vec::new();
        Man::new(program).render(&mut page)?;
        page.extend(more(name).into_bytes());
        pages.push((format!("man/man1/{name}.1"), page));
        io::Result::Ok(())
    };
    // `chat-server help history` has no page of its own.
    page(program.clone().disable_help_subcommand(true), &name)?;
    program.build();
    let mut parts = vec![(name.clone(), program.clone())];
    while let Some((name, program)) = parts.pop() {
        for part in program.get_subcommands().filter(|part| part.get_name() != "help") {
            let name = format!("{name}-{}", part.get_name());
            page(part.clone().disable_help_subcommand(true).display_name(&name), &name)?;
            parts.push((name, part.clone()));
        }
    }
    let mut completion = |shell| {
        let mut script = Vec::new();
        generate(shell, &mut program, name.as_str(), &mut script);
        script
    };
    let mut files = vec![
        (format!("bash-completion/completions/{name}"), completion(Shell::Bash)),
        (format!("fish/vendor_completions.d/{name}.fish"), completion(Shell::Fish)),
        (format!("zsh/site-functions/_{name}"), completion(Shell::Zsh)),
    ];
    files.append(&mut pages);
    Ok(files)
}

/// The sections of a manual page that no flag tells, in the language of manual pages.
fn more(name: &str) -> String {
    let escaped = |text: &str| text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
    let mut page = String::new();
    for section in manual::sections(name) {
        page += &format!(".SH \"{}\"\n", section.title);
        for (what, means) in section.entries {
            page += &format!(".TP\n\\fB{}\\fR\n{}\n", escaped(&what), escaped(&means));
        }
    }
    page
}

#[test]
fn a_manual_page_has_what_a_manual_has() {
    for name in ["chat", "chat-server"] {
        let page = more(name);
        for section in ["WORDS", "EXIT STATUS", "FILES", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"] {
            assert!(page.contains(&format!(".SH \"{section}\"\n.TP\n")), "{name}: {section}");
        }
        assert!(page.contains("\\fBTELL\\fR") && page.contains("\\fBHISTORY\\fR"), "{page}");
    }
    assert!(more("chat").contains(".SH \"KEYS\"") && more("chat-server").contains(".SH \"SIGNALS\""));
}

#[test]
#[cfg_attr(
    not(all(feature = "console", feature = "glass")),
    ignore = "the pages have the flags of what download.sh installs"
)]
fn completions_and_manual_pages_are_those_of_the_flags() {
    let share = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/share");
    let of_server = if cfg!(feature = "database") { share.join("with-database") } else { share.clone() };
    for (share, program) in [(share, chat::Flags::command()), (of_server, as_installed(&server::Flags::command()))] {
        for (name, made) in files(program).expect("writing into memory cannot fail") {
            let path = share.join(name);
            if env::var_os("BLESS").is_some() {
                fs::create_dir_all(path.parent().expect("it has a folder")).expect("the folder can be made");
                fs::write(&path, &made).expect("it can be written");
            }
            let found = fs::read(&path).unwrap_or_default();
            assert!(found == made, "{} is not as the flags are; BLESS=1 writes it again", path.display());
        }
    }
}
