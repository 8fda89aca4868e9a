//! Feature database: hashes of passwords: Argon2id, which is slow and wants 19 MiB for each, so that guessing is dear.
//! Touches the processor, and the system's random numbers for the salt.
//!
//! # Threads
//! A client's own thread does the work, in one of `HASHING_PLACES` places. The memory belongs to the place: were it each
//! thread's own, the allocator would keep 19 MiB for every thread that ever hashed.

use std::io;
use std::thread;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use crossbeam_channel::{Receiver, Sender, bounded};

use super::password::Password;
use crate::limits::HASHING_PLACES;
use crate::server::Stop;

/// The memory of one place; none before it is used for the first time.
type Blocks = Vec<Block>;

/// The places: whoever hashes takes one out, and puts it back.
#[derive(Debug)]
pub(super) struct Hashing {
    places: Receiver<Blocks>,
    put_back: Sender<Blocks>,
}

/// Held while hashing; given back however it ends.
struct Place<'a> {
    blocks: Blocks,
    put_back: &'a Sender<Blocks>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        // There is room: it was taken out of there.
        self.put_back.try_send(std::mem::take(&mut self.blocks)).unwrap_or_default();
    }
}

/// What all that hash at the same time take together: the 19 MiB of each, and a little more.
pub fn bytes() -> usize {
    places() * 20 * 1024 * 1024
}

/// No more places than cores: more would not be faster.
fn places() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(HASHING_PLACES)
}

impl Hashing {
    /// All places are free, and have no memory yet.
    pub(super) fn new() -> Self {
        let count = places();
        let (put_back, places) = bounded(count);
        (0..count).for_each(|_| put_back.try_send(Blocks::new()).unwrap_or_default());
        Hashing { places, put_back }
    }

    /// Waits for a place, or for the stop.
    fn place(&self, stop: &Stop) -> io::Result<Place<'_>> {
        let Some(blocks) = stop.or_first(&self.places) else {
            return Err(io::Error::new(io::ErrorKind::Interrupted, "the server stops"));
        };
        Ok(Place { blocks, put_back: &self.put_back })
    }

    /// Whether `hash` is this password's. The hash brings its own parameters: those of older ones go on to work when
    /// the default grows. What cannot be read, or wants more memory than a place has, is nobody's.
    pub(super) fn is_right(&self, password: &Password, hash: &str, stop: &Stop) -> io::Result<bool> {
        let mut place = self.place(stop)?;
        place.verify(password, hash).map_err(io::Error::other)
    }

    /// A hash with a salt of its own, as `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
    pub(super) fn hash(&self, password: &Password, stop: &Stop) -> io::Result<String> {
        let mut place = self.place(stop)?;
        place.hash(password).map_err(io::Error::other)
    }
}

impl Place<'_> {
    fn hash(&mut self, password: &Password) -> Result<String, String> {
        let salt = argon2::password_hash::try_generate_salt().map_err(|error| error.to_string())?;
        let salt = Salt::new(&salt).map_err(|error| error.to_string())?;
        let (algorithm, version, params) = (Algorithm::default(), Version::default(), Params::default());
        let hash = PasswordHash {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: ParamsString::try_from(&params).map_err(|error| error.to_string())?,
            hash: Some(self.fill(
                password,
                &salt,
                &Argon2::new(algorithm, version, params),
                Params::DEFAULT_OUTPUT_LEN,
            )?),
            salt: Some(salt),
        };
        Ok(hash.to_string())
    }

    fn verify(&mut self, password: &Password, hash: &str) -> Result<bool, String> {
        let unreadable = |error: &dyn std::fmt::Display| format!("the hash of a password cannot be read: {error}");
        let hash = PasswordHash::new(hash).map_err(|error| unreadable(&error))?;
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else { return Err(unreadable(&"it is cut off")) };
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| unreadable(&error))?;
        let version = hash.version.map_or(Ok(Version::default()), Version::try_from);
        let version = version.map_err(|error| unreadable(&error))?;
        let params = Params::try_from(&hash).map_err(|error| unreadable(&error))?;
        let output = self.fill(password, salt, &Argon2::new(algorithm, version, params), expected.len())?;
        // Takes the same time wherever they differ.
        Ok(output == *expected)
    }

    /// The slow part, in the memory of this place.
    fn fill(&mut self, password: &Password, salt: &Salt, argon2: &Argon2<'_>, bytes: usize) -> Result<Output, String> {
        self.blocks.resize(Params::DEFAULT.block_count(), Block::default());
        let mut buffer = [0; Output::MAX_LENGTH];
        let output = buffer.get_mut(..bytes).unwrap_or_default();
        let filled = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut self.blocks);
        filled.map_err(|error| error.to_string())?;
        Output::new(output).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[test]
    fn no_more_hash_at_once_than_there_are_places() {
        let (hashing, stop) = (Hashing::new(), Stop::new());
        let password = Password::new(b"correct horse".to_vec());
        let count = hashing.places.len();
        assert!((1..=HASHING_PLACES).contains(&count));
        let held: Vec<_> = (0..count).map(|_| hashing.place(&stop).expect("there is one")).collect();
        assert!(hashing.places.is_empty(), "one more would wait");
        drop(held);
        let hash = hashing.hash(&password, &stop).expect("a place is free again");
        let is_right = |password: &[u8], hash: &str| hashing.is_right(&Password::new(password.to_vec()), hash, &stop);
        assert!(is_right(b"correct horse", &hash).expect("it can be read"));
        assert!(!is_right(b"correct house", &hash).expect("it can be read"));
        // The crate's own way, with memory of its own: the hashes of earlier versions are made so.
        assert!(Argon2::default().verify_password(b"correct horse", hash.as_str()).is_ok());
        let theirs: PasswordHash = Argon2::default().hash_password(b"correct horse").expect("it hashes");
        assert!(is_right(b"correct horse", &theirs.to_string()).expect("it can be read"));
        assert!(is_right(b"correct horse", "no hash").is_err(), "what cannot be read lets nobody in");
        assert!(is_right(b"correct horse", &hash.replace("m=19456", "m=4000000")).is_err(), "nor what wants gigabytes");
        assert_eq!(hashing.places.len(), count, "each was given back");
    }

    #[test]
    fn who_waits_for_a_place_does_not_wait_longer_than_the_server_runs() {
        let (hashing, stop) = (Hashing::new(), Stop::new());
        let _held: Vec<_> = (0..hashing.places.len()).map(|_| hashing.place(&stop).expect("there is one")).collect();
        stop.stop();
        let password = Password::new(b"correct horse".to_vec());
        assert_eq!(hashing.hash(&password, &stop).expect_err("it stops").kind(), io::ErrorKind::Interrupted);
    }
}
