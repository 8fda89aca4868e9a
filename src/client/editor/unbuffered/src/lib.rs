//! Comfort. Reads the keyboard byte by byte, in place of rustyline's buffer (the crate buffer-redux, whose names it has).
//!
//! rustyline 18 waits for the next key at the terminal alone. What one read has brought beyond that key lies in its buffer,
//! and is seen only with the key after it: who types `2` and Enter quickly sees nothing happen. rustyline 19 looks into
//! its buffer first, but needs a newer Rust than the one this project promises. Where nothing is read ahead, nothing can be
//! overlooked, and what is typed ahead waits in the terminal. With rustyline 19 this folder can go.

use std::io::{self, Read};

/// What was read ahead: nothing.
#[derive(Debug)]
pub struct Buffer;

/// Hands each read on to the reader behind it.
#[derive(Debug)]
pub struct BufReader<R>(R);

impl<R: Read> BufReader<R> {
    /// Reads from `inner`; nothing was left from the last time.
    pub fn with_buffer(_nothing: Buffer, inner: R) -> Self {
        BufReader(inner)
    }

    /// The same, for the first time.
    pub fn with_capacity(_bytes: usize, inner: R) -> Self {
        BufReader(inner)
    }

    /// The reader behind this one.
    pub fn get_ref(&self) -> &R {
        &self.0
    }

    /// What was read ahead: nothing.
    pub fn buffer(&self) -> &[u8] {
        &[]
    }

    /// The reader behind this one, and what was read ahead.
    pub fn into_inner_with_buffer(self) -> (R, Buffer) {
        (self.0, Buffer)
    }
}

impl<R: Read> Read for BufReader<R> {
    /// As many bytes as are asked for: rustyline asks for one, or for a letter's.
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.0.read(bytes)
    }
}
