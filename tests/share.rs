//! The completions and manual pages in `docs/share/` are those of the programs' flags. `BLESS=1 cargo test --test share`
//! writes them again. They are those of the default features, which is what `download.sh` installs. They stand in the
//! repository so that `download.sh` only copies them, and builds nothing for them.
#![cfg(not(feature = "database"))]

use std::env;
use std::fs;
use std::io;
use std::path::Path;

use chatroom::flags::{chat, server};
use clap::{Command, CommandFactory};
use clap_complete::{Shell, generate};
use clap_mangen::Man;

/// Where shells and `man` look for it, below a `share` folder; and what belongs there.
fn files(mut program: Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let name = program.get_name().to_owned();
    let mut page = Vec::new();
    Man::new(program.clone()).render(&mut page)?;
    let mut completion = |shell| {
        let mut script = Vec::new();
        generate(shell, &mut program, name.as_str(), &mut script);
        script
    };
    Ok(vec![
        (format!("bash-completion/completions/{name}"), completion(Shell::Bash)),
        (format!("fish/vendor_completions.d/{name}.fish"), completion(Shell::Fish)),
        (format!("zsh/site-functions/_{name}"), completion(Shell::Zsh)),
        (format!("man/man1/{name}.1"), page),
    ])
}

#[test]
fn completions_and_manual_pages_are_those_of_the_flags() {
    let share = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/share");
    for program in [chat::Flags::command(), server::Flags::command()] {
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
