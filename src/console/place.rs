//! Feature console: where a server's socket is, so that `chat-server ctl` finds it. Touches the folder of the sockets.

use std::env;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use crate::robust::own_file::is_ours;

/// The owner's alone.
const MODE: u32 = 0o700;

/// The usual path for the server on this port. Makes the folder where there is none.
///
/// # Errors
/// The folder is not ours alone: others could lay their own socket there.
pub(super) fn usual(port: u16) -> io::Result<PathBuf> {
    let folder = folder();
    if let Err(error) = DirBuilder::new().mode(MODE).create(&folder) {
        if error.kind() != ErrorKind::AlreadyExists {
            return Err(io::Error::new(error.kind(), format!("cannot make {}: {error}", folder.display())));
        }
    }
    let found = folder.symlink_metadata()?;
    if !found.is_dir() || !is_ours(&found) || found.mode() & 0o077 != 0 {
        return Err(io::Error::other(format!("{} is not a folder of yours alone (mode 0700)", folder.display())));
    }
    Ok(path(port))
}

/// The same, for whoever only looks.
pub(super) fn path(port: u16) -> PathBuf {
    folder().join(format!("{port}.sock"))
}

/// The ports of the servers that can be reached, in order.
pub(super) fn ports() -> Vec<u16> {
    let files = fs::read_dir(folder()).into_iter().flatten().flatten().map(|file| file.path());
    let port = |path: &Path| path.file_stem()?.to_str()?.parse::<u16>().ok();
    let live = files.filter(|path| UnixStream::connect(path).is_ok());
    let mut ports: Vec<u16> = live.filter_map(|path| port(&path)).collect();
    ports.sort_unstable();
    ports
}

/// The user's own folder for such things where the system has one; else one in the folder for what is temporary.
fn folder() -> PathBuf {
    let own = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute() && path.is_dir());
    match own {
        Some(own) => own.join("chatroom"),
        // On Linux the number of the user; elsewhere each has a folder for what is temporary.
        None => match fs::metadata("/proc/self") {
            Ok(us) => env::temp_dir().join(format!("chatroom-{}", us.uid())),
            Err(_) => env::temp_dir().join("chatroom"),
        },
    }
}
