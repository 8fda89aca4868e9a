//! Hashes of passwords: Argon2id, which is slow and wants 19 MiB for each, so that guessing is dear. Touches the
//! processor, and the system's random numbers for the salt.
//!
//! # Threads
//! A client's own thread does the work. No more of them at once than there are cores: more would not be faster, and
//! each takes its megabytes.

use std::io;
use std::thread;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use crossbeam_channel::{Receiver, Sender, bounded};

use crate::server::password::Password;

/// The right to use a core, as many times as there are cores: whoever hashes holds one.
#[derive(Debug)]
pub(super) struct Hashing {
    cores: Receiver<()>,
    put_back: Sender<()>,
}

/// Held while hashing; given back however it ends.
struct Core<'a>(&'a Sender<()>);

impl Drop for Core<'_> {
    fn drop(&mut self) {
        // There is room: it was taken out of there.
        self.0.try_send(()).unwrap_or_default();
    }
}

/// What all that hash at the same time take together: the 19 MiB of each, and a little more.
pub fn bytes() -> usize {
    cores() * 20 * 1024 * 1024
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

impl Hashing {
    /// As many at once as there are cores.
    pub(super) fn on_all_cores() -> Self {
        let count = cores();
        let (put_back, cores) = bounded(count);
        (0..count).for_each(|_| put_back.try_send(()).unwrap_or_default());
        Hashing { cores, put_back }
    }

    fn core(&self) -> io::Result<Core<'_>> {
        self.cores.recv().map_err(io::Error::other)?;
        Ok(Core(&self.put_back))
    }

    /// Whether `hash` is this password's. The hash brings its own parameters: those of older ones go on to work when
    /// the default grows.
    pub(super) fn is_right(&self, password: &Password, hash: &str) -> bool {
        let (Ok(_core), Ok(hash)) = (self.core(), PasswordHash::new(hash)) else { return false };
        Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()
    }

    /// A hash with a salt of its own, as `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
    pub(super) fn hash(&self, password: &Password) -> io::Result<String> {
        let _core = self.core()?;
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| io::Error::other(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_hash_at_once_than_there_are_cores() {
        let hashing = Hashing::on_all_cores();
        let password = Password::new(b"correct horse".to_vec());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let held: Vec<_> = (0..cores).map(|_| hashing.core().expect("there is one")).collect();
        assert!(hashing.cores.is_empty(), "one more would wait");
        drop(held);
        let hash = hashing.hash(&password).expect("a core is free again");
        assert!(hashing.is_right(&password, &hash));
        assert!(!hashing.is_right(&Password::new(b"correct house".to_vec()), &hash));
        assert!(!hashing.is_right(&password, "no hash"), "what cannot be read lets nobody in");
        assert_eq!(hashing.cores.len(), cores, "each was given back");
    }
}
