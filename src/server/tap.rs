//! Feature glass: the seam to the glass server: where the chat says what it does. With the feature `glass` these are
//! the types of `src/glass`; without it they are the empty ones below, and nothing of it is there.

#[cfg(feature = "glass")]
pub use crate::glass::Glass;
#[cfg(feature = "glass")]
pub(crate) use crate::glass::tap::{Outcomes, Tap, Teller};

#[cfg(not(feature = "glass"))]
pub use self::nothing::Glass;
#[cfg(not(feature = "glass"))]
pub(crate) use self::nothing::{Outcomes, Tap, Teller};

#[cfg(not(feature = "glass"))]
mod nothing {
    use std::io;

    use crossbeam_channel::{Receiver, never};

    use crate::server::parcel::Parcel;
    use crate::server::robust::connection::ClientId;
    use crate::server::robust::leave::Leave;
    use crate::server::robust::stop::Stop;
    use crate::server::room::Room;
    use crate::text::Nickname;

    /// Nobody looks on.
    #[derive(Debug, Default)]
    pub struct Glass {}

    impl Glass {
        pub(crate) fn start(self, _: &Stop) -> io::Result<Glass> {
            Ok(self)
        }

        pub(crate) fn tap(&self) -> Tap {
            Tap {}
        }

        pub(crate) fn end(self, _: bool) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Debug, Clone, Default)]
    pub(crate) struct Tap {}

    impl Tap {
        pub(crate) fn posted(&self, _: &Parcel, _: usize) {}
        pub(crate) fn looks(&self) -> Receiver<()> {
            never()
        }
        pub(crate) fn is_one_thread(&self) -> bool {
            false
        }
        pub(crate) fn stalls(&self, _: ClientId) -> bool {
            false
        }
        pub(crate) fn delivered(&self, _: usize) {}
        pub(crate) fn dropped(&self, _: usize) {}
        pub(crate) fn late_wrote(&self, _: ClientId, _: usize, _: usize) {}
        pub(crate) fn caught_up(&self, _: ClientId) {}
        pub(crate) fn cut(&self, _: ClientId, _: Leave) {}
    }

    #[derive(Debug, Default)]
    pub(crate) struct Teller {}

    impl Teller {
        pub(crate) fn new(_: Tap, _: Receiver<Parcel>) -> Self {
            Teller {}
        }
        pub(crate) fn sees(&mut self, _: &Parcel) {}
        pub(crate) fn told(&mut self, _: Option<ClientId>, _: &[u8]) {}
        pub(crate) fn but(&mut self, _: &[ClientId]) {}
        pub(crate) fn joined(&self, _: ClientId, _: &Nickname) {}
        pub(crate) fn left(&self) {}
        pub(crate) fn done(&mut self) {}
    }

    #[derive(Debug, Default)]
    pub(crate) struct Outcomes {}

    impl Outcomes {
        pub(crate) fn new(_: Tap) -> Self {
            Outcomes {}
        }
        pub(crate) fn tap(&self) -> Tap {
            Tap {}
        }
        pub(crate) fn written(&mut self, _: usize) {}
        pub(crate) fn late(&mut self, _: ClientId, _: usize, _: usize) {}
        pub(crate) fn appended(&mut self, _: ClientId, _: usize, _: bool) {}
        pub(crate) fn broke(&mut self, _: ClientId, _: usize) {}
        pub(crate) fn batch(&mut self, _: usize, _: &Room) {}
    }
}
