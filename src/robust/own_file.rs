//! Robust: files that hold what was said: for their owner's eyes alone. Touches the file system.
//!
//! In a folder where others may write, such as /tmp, anybody can lay something under a name before us: a file that they
//! read too, a link to one that is not to change, a pipe. A look at the name is no protection, since another thing may lie
//! there a moment later. So what was *opened* is looked at, and not one byte is written before that.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Read and written by the owner.
const MODE: u32 = 0o600;
/// The permission bits of a mode.
const BITS: u32 = 0o7777;
/// What is not the owner's of them.
const OTHERS: u32 = 0o077;
/// As many links in a row as the kernel follows.
const LINKS: usize = 40;
/// `O_NONBLOCK`: opening a pipe does not wait for its reader. std takes the flag and has no name for it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NONBLOCK: i32 = 0o4000;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const NONBLOCK: i32 = 4;

/// Opens a file to read and to append to; makes it where there is none. Its mode is 0600 then, whatever the umask says.
/// Never waits.
///
/// # Errors
/// One line: it is no file, another user's, has a second name, or lies behind another user's link.
pub(crate) fn append(path: &Path) -> io::Result<File> {
    open(&real(path)?, OpenOptions::new().read(true).append(true))
}

/// The same, and what keeps nothing does too: a terminal, `/dev/null`, a pipe that somebody reads. A write to a pipe that
/// is full fails with `WouldBlock`.
///
/// # Errors
/// As for `append`; nobody reads the pipe.
pub(crate) fn append_or_stream(path: &Path) -> io::Result<File> {
    let kind = path.metadata().map(|found| found.file_type());
    let (is_pipe, is_device) = kind.map_or((false, false), |kind| (kind.is_fifo(), kind.is_char_device()));
    if !is_pipe && !is_device {
        return append(path);
    }
    let opened = OpenOptions::new().append(true).custom_flags(if is_pipe { NONBLOCK } else { 0 }).open(path);
    let opened = opened
        .map_err(|error| if is_pipe { refused("nobody reads this pipe; start its reader first") } else { error })?;
    let found = opened.metadata()?;
    let is_device = found.file_type().is_char_device();
    if !is_device && !found.file_type().is_fifo() {
        return Err(refused("it was exchanged for another file in this moment"));
    }
    // Everybody's devices are root's.
    if is_device || is_ours(&found) { Ok(opened) } else { Err(of_another(&found)) }
}

/// Opens what `real` found, and nothing that was put there since; makes it where there is none.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let is = |kind| move |error: &io::Error| error.kind() == kind;
    let mut file = options.custom_flags(NONBLOCK).mode(MODE).open(path);
    if file.as_ref().is_err_and(is(ErrorKind::NotFound)) {
        // Only a file of our own making: `create_new` follows no link, not even one that leads nowhere.
        file = options.clone().create_new(true).open(path);
    }
    if file.as_ref().is_err_and(is(ErrorKind::AlreadyExists)) {
        file = options.open(path); // somebody made it in this moment: another of us, it may be
    }
    let file = file?;
    let opened = file.metadata()?;
    if identity(&opened) != identity(&path.symlink_metadata()?) {
        return Err(refused("it was exchanged for another file in this moment"));
    }
    is_own(&opened)?;
    if opened.mode() & BITS == MODE {
        return Ok(file);
    }
    match file.set_permissions(fs::Permissions::from_mode(MODE)) {
        Err(error) if opened.mode() & OTHERS != 0 => {
            Err(refused(&format!("others may read it, and its mode cannot be changed ({error})")))
        }
        _ => Ok(file),
    }
}

/// Whether a file lies there that is ours alone; `None` where nothing does. Does not open it.
///
/// # Errors
/// It is no file, another user's, or has a second name.
#[cfg(feature = "database")]
pub(crate) fn look(path: &Path) -> io::Result<Option<Metadata>> {
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(found) => is_own(&found).map(|()| Some(found)),
    }
}

/// Gives a file that is ours the mode 0600, if it is there and has another. It is opened only for that: to close a
/// database a second time drops SQLite's locks on it.
///
/// # Errors
/// As for `look`; the mode cannot be changed.
#[cfg(feature = "database")]
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    match look(path)? {
        Some(found) if found.mode() & BITS != MODE => open(path, OpenOptions::new().read(true)).map(drop),
        _ => Ok(()),
    }
}

/// The file's own path. Links are followed that are ours or root's: whoever lays a link for us chooses the file.
///
/// # Errors
/// There is another user's link, or no such folder.
pub(crate) fn real(path: &Path) -> io::Result<PathBuf> {
    let mut path = std::path::absolute(path)?;
    for _ in 0..LINKS {
        match path.symlink_metadata() {
            Ok(link) if link.is_symlink() && !is_ours(&link) && link.uid() != 0 => {
                return Err(refused(&format!("it is a link (symlink) of another user's, with the uid {}", link.uid())));
            }
            Ok(link) if link.is_symlink() => {
                let to = path.read_link()?;
                path = path.parent().map_or(to.clone(), |folder| folder.join(&to));
            }
            _ => {
                let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(path) };
                return Ok(folder.canonicalize()?.join(name));
            }
        }
    }
    Err(refused("it is a link (symlink) to itself"))
}

/// Says which file it is, whatever it is called: its device, and its number there.
pub(crate) type Identity = (u64, u64);

/// Of what was looked at.
pub(crate) fn identity(found: &Metadata) -> Identity {
    (found.dev(), found.ino())
}

fn is_own(found: &Metadata) -> io::Result<()> {
    if found.is_symlink() {
        return Err(refused("it is a link (symlink)"));
    }
    if found.is_dir() {
        return Err(refused("it is a folder"));
    }
    if !found.is_file() {
        return Err(refused("it is no file"));
    }
    if !is_ours(found) {
        return Err(of_another(found));
    }
    match found.nlink() {
        0 | 1 => Ok(()),
        _ => Err(refused("it has other names too (hard links); remove the others")),
    }
}

/// Whose this process is, by what Linux shows of it: std has no `geteuid`. Elsewhere, whoever may change the mode is the
/// owner.
pub(crate) fn is_ours(found: &Metadata) -> bool {
    fs::metadata("/proc/self").map_or(true, |us| us.uid() == found.uid())
}

fn of_another(found: &Metadata) -> io::Error {
    refused(&format!("it belongs to another user, with the uid {}; choose another file", found.uid()))
}

fn refused(why: &str) -> io::Error {
    io::Error::other(why.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::fs::{chown, lchown, symlink};
    use std::process::Command;

    use super::*;

    fn mode(path: &Path) -> u32 {
        path.metadata().expect("it is there").mode() & BITS
    }

    #[track_caller]
    fn is_refused(path: &Path, why: &str) {
        let error = append(path).expect_err("it is refused").to_string();
        assert!(error.contains(why), "{error}");
        let error = append_or_stream(path).expect_err("it is refused").to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn a_file_is_made_private_and_appended_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        fs::write(&old, "one\n").expect("it is written");
        fs::set_permissions(&old, fs::Permissions::from_mode(0o664)).expect("it is ours");
        for path in [&old, &new] {
            append(path).expect("it is ours").write_all(b"two\n").expect("it is written");
            assert_eq!(mode(path), MODE);
        }
        assert_eq!(fs::read_to_string(&old).expect("it is there"), "one\ntwo\n");
        fs::set_permissions(&old, fs::Permissions::from_mode(0o644)).expect("it is ours");
        #[cfg(feature = "database")]
        {
            make_private(&old).expect("it is ours");
            make_private(&folder.path().join("none")).expect("it need not be there");
            assert_eq!(mode(&old), MODE);
        }
    }

    #[test]
    fn our_own_link_is_followed_and_may_lead_to_a_new_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        symlink("file", &link).expect("a link");
        append(&link).expect("it is made").write_all(b"x").expect("it is written");
        assert_eq!((mode(&file), fs::read_to_string(&file).expect("it is there").as_str()), (MODE, "x"));
        fs::remove_file(&link).expect("it is ours");
        symlink("link", &link).expect("a link");
        is_refused(&link, "a link (symlink) to itself");
    }

    #[test]
    fn a_second_name_and_what_is_no_file_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, name) = (folder.path().join("file"), folder.path().join("name"));
        fs::write(&file, "").expect("it is written");
        fs::hard_link(&file, &name).expect("a second name");
        is_refused(&name, "hard links");
        assert!(append(folder.path()).is_err() && append(Path::new("/dev/null")).is_err());
        // What is opened is looked at, not only the name: here a link lies where `real` had found none.
        fs::remove_file(&name).expect("it is ours");
        symlink(&file, &name).expect("a link");
        let error = open(&name, OpenOptions::new().append(true)).expect_err("it is refused").to_string();
        assert!(error.contains("exchanged"), "{error}");
        symlink(folder.path().join("none"), folder.path().join("nowhere")).expect("a link");
        open(&folder.path().join("nowhere"), OpenOptions::new().append(true)).expect_err("it is refused");
        assert!(!folder.path().join("none").exists(), "nothing was made at the other end");
    }

    #[test]
    fn a_pipe_is_never_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
        let error = append_or_stream(&pipe).expect_err("nobody reads it").to_string();
        assert!(error.contains("nobody reads this pipe"), "{error}");
        assert!(append(&pipe).is_err(), "it is no file");
        let mut reader = OpenOptions::new().read(true).custom_flags(NONBLOCK).open(&pipe).expect("a reader");
        let mut writer = append_or_stream(&pipe).expect("somebody reads it");
        writer.write_all(b"x").expect("it is written");
        let mut read = [0];
        reader.read_exact(&mut read).expect("it is read");
        let full = (0..1000).find_map(|_| writer.write_all(&[0; 4096]).err()).expect("a pipe has an end");
        assert_eq!(full.kind(), ErrorKind::WouldBlock);
        append_or_stream(Path::new("/dev/null")).expect("it takes all").write_all(b"x").expect("it takes all");
    }

    #[test]
    fn what_is_another_users_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "theirs").expect("it is written");
        if chown(&file, Some(65_534), None).is_err() {
            return; // only root can give a file away; .ci/run is root's
        }
        is_refused(&file, "belongs to another user, with the uid 65534");
        symlink(&file, &link).expect("a link");
        is_refused(&link, "belongs to another user");
        assert_eq!(fs::read_to_string(&file).expect("it is there"), "theirs");
        // A link that was laid for us, to a file of ours or to none.
        for to in ["ours", "none"] {
            fs::remove_file(&link).expect("it is there");
            fs::write(folder.path().join("ours"), "").expect("it is written");
            symlink(folder.path().join(to), &link).expect("a link");
            lchown(&link, Some(65_534), None).expect("root may");
            is_refused(&link, "a link (symlink) of another user's");
        }
        assert!(!folder.path().join("none").exists());
    }
}
